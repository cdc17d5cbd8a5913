//! Events, decoded with the metadata of their block.

use codec::Decode;
use serde_json::Value as Json;
use subxt::{
    Metadata, SubstrateConfig,
    events::Phase,
    ext::scale_decode::visitor::{IgnoreVisitor, decode_with_visitor},
};

use super::{decode_all, json};
use crate::error::{Error, Result};

/// One field of an event.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its name; its position where the event has unnamed fields.
    pub name: String,
    /// Its SCALE encoding.
    pub bytes: Vec<u8>,
    /// Its value for people and scripts: accounts in SS58, hashes in hex, enums by name.
    pub value: Json,
}

/// Something that happened in a block.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The pallet that reported it.
    pub pallet: String,
    /// What happened.
    pub name: String,
    /// Its place among the block's events.
    pub index: u32,
    /// The transaction that caused it, by its place in the block; none where the block itself did.
    pub extrinsic: Option<u32>,
    /// With whom and what.
    pub fields: Vec<Field>,
}

impl Event {
    /// Whether it is this event.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        self.pallet == pallet && self.name == name
    }

    /// A field's value, decoded.
    ///
    /// # Errors
    /// [`Error::ForeignAnswer`] if there is no such field or it is of another type.
    pub fn field<T: Decode>(&self, name: &str) -> Result<T> {
        let foreign = |reason: String| Error::ForeignAnswer {
            asked: format!("the field {name} of the event {}.{}", self.pallet, self.name),
            reason,
        };
        let field = self.find(name).ok_or_else(|| foreign("the event has no such field".into()))?;
        decode_all(&field.bytes).map_err(|error| foreign(error.to_string()))
    }

    /// A field's value, if there is such a field of this type.
    pub fn field_if<T: Decode>(&self, name: &str) -> Option<T> {
        decode_all(&self.find(name)?.bytes).ok()
    }

    /// The fields as a JSON object.
    pub fn fields_json(&self) -> Json {
        Json::Object(self.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect())
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Reads an event of a block with this metadata.
    pub(super) fn read(
        event: &subxt::events::Event<'_, SubstrateConfig>,
        metadata: &Metadata,
    ) -> Result<Self> {
        let (pallet, name) = (event.pallet_name(), event.event_name());
        let foreign =
            |reason: String| Error::ForeignAnswer { asked: format!("the event {pallet}.{name}"), reason };
        let variant = metadata
            .pallet_by_event_index(event.pallet_index())
            .and_then(|pallet| pallet.event_variant_by_index(event.event_index()))
            .ok_or_else(|| foreign("it is not in the metadata".into()))?;
        let types = metadata.types();
        let mut rest = event.field_bytes();
        let mut fields = Vec::with_capacity(variant.fields.len());
        for (position, field) in variant.fields.iter().enumerate() {
            let before = rest;
            decode_with_visitor(&mut rest, field.ty.id, types, IgnoreVisitor::new())
                .map_err(|error| foreign(error.to_string()))?;
            let bytes = before.get(..before.len().saturating_sub(rest.len())).unwrap_or_default().to_vec();
            let value = json::read(&bytes, field.ty.id, types).map_err(foreign)?;
            fields.push(Field {
                name: field.name.clone().unwrap_or_else(|| position.to_string()),
                value,
                bytes,
            });
        }
        let extrinsic = match event.phase() {
            Phase::ApplyExtrinsic(index) => Some(index),
            Phase::Initialization | Phase::Finalization => None,
        };
        Ok(Self { pallet: pallet.into(), name: name.into(), index: event.index(), extrinsic, fields })
    }
}
