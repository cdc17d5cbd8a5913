//! A call, and its encoding for the runtime that a node runs.

use std::borrow::Cow;

use codec::Encode;
use medshare_events::{json, shape};
use scale_info::{MetaType, TypeInfo, Variant, form::PortableForm};
use serde_json::{Map, Value as Json};
use subxt::{
    Metadata,
    ext::{
        codec::Compact,
        scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
    },
    transactions::Payload,
};

use crate::error::{Error, Result};

/// One argument of a call.
#[derive(Clone, Debug)]
pub enum Arg {
    /// A value, already encoded.
    Value {
        /// The argument's name in the runtime.
        name: &'static str,
        /// Its SCALE encoding.
        encoded: Vec<u8>,
        /// Its type, to be compared with the runtime's.
        ty: MetaType,
    },
    /// Another call.
    Call(&'static str, Box<Call>),
    /// Several other calls.
    Calls(&'static str, Vec<Call>),
}

/// A call by the names of its pallet and itself, with its arguments. It fits no particular runtime until
/// [`Call::encode`] checks that.
#[derive(Clone, Debug)]
pub struct Call {
    pallet: Cow<'static, str>,
    name: Cow<'static, str>,
    args: Args,
}

#[derive(Clone, Debug)]
enum Args {
    /// In the order in which this client knows them, which has to be the runtime's.
    InOrder(Vec<Arg>),
    /// By the runtime's names, as the runtime's types.
    Named(Map<String, Json>),
}

/// A call in the encoding of one runtime, ready to be signed.
#[derive(Clone, Debug)]
pub struct EncodedCall {
    pallet: Cow<'static, str>,
    name: Cow<'static, str>,
    indices: [u8; 2],
    data: Raw,
}

/// A call as it was read from the chain.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct DecodedCall {
    /// `Pallet.call`.
    pub call: String,
    /// Its arguments by name: accounts in SS58, bytes in hex, enums by name.
    pub arguments: Map<String, Json>,
}

impl DecodedCall {
    /// Reads an encoded call of a runtime.
    ///
    /// # Errors
    /// [`Error::ForeignAnswer`] if it is none.
    pub(super) fn read(bytes: &[u8], metadata: &Metadata) -> Result<Self> {
        let foreign = |reason: String| Error::ForeignAnswer { asked: "an encoded call".into(), reason };
        let ty = metadata.outer_enums().call_enum_ty();
        let value = json::read(bytes, ty, metadata.types()).map_err(foreign)?;
        let only = |value: &Json| match value {
            Json::String(name) => Some((name.clone(), Json::Null)),
            Json::Object(object) => object.iter().next().map(|(name, value)| (name.clone(), value.clone())),
            _ => None,
        };
        let unnamed = || foreign(format!("it has no name: {value}"));
        let (pallet, call) = only(&value).ok_or_else(unnamed)?;
        let (name, arguments) = only(&call).ok_or_else(unnamed)?;
        let arguments = match arguments {
            Json::Object(arguments) => arguments,
            _ => Map::new(),
        };
        Ok(Self { call: format!("{pallet}.{name}"), arguments })
    }
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Raw(Vec<u8>);

impl Call {
    /// A call without arguments yet.
    pub fn new(pallet: &'static str, name: &'static str) -> Self {
        Self { pallet: pallet.into(), name: name.into(), args: Args::InOrder(Vec::new()) }
    }

    /// Any call of the runtime's, with its arguments in JSON by their names: accounts as SS58, bytes in hex, enums by
    /// name, as [`Chain::decode_call`](super::Chain::decode_call) gives them.
    pub fn named(pallet: impl Into<String>, name: impl Into<String>, args: Map<String, Json>) -> Self {
        Self { pallet: pallet.into().into(), name: name.into().into(), args: Args::Named(args) }
    }

    /// With a further argument.
    pub fn arg<T: Encode + TypeInfo + 'static>(self, name: &'static str, value: T) -> Self {
        self.with(Arg::Value { name, encoded: value.encode(), ty: MetaType::new::<T>() })
    }

    /// With another call as a further argument.
    pub fn call(self, name: &'static str, call: Call) -> Self {
        self.with(Arg::Call(name, Box::new(call)))
    }

    /// With other calls as a further argument.
    pub fn calls(self, name: &'static str, calls: Vec<Call>) -> Self {
        self.with(Arg::Calls(name, calls))
    }

    fn with(mut self, arg: Arg) -> Self {
        // Who names arguments gave all of them at once.
        if let Args::InOrder(args) = &mut self.args {
            args.push(arg);
        }
        self
    }

    /// The encoding of an argument of this name, if it is a value that was given in order.
    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        let Args::InOrder(args) = &self.args else { return None };
        args.iter().find_map(|arg| match arg {
            Arg::Value { name: own, encoded, .. } if *own == name => Some(&encoded[..]),
            _ => None,
        })
    }

    /// The pallet.
    pub fn pallet(&self) -> &str {
        &self.pallet
    }

    /// The call's name in the pallet.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `Pallet.call`, with the calls inside it.
    pub fn title(&self) -> String {
        let own = format!("{}.{}", self.pallet, self.name);
        let Args::InOrder(args) = &self.args else { return own };
        let inner: Vec<String> = args
            .iter()
            .flat_map(|arg| match arg {
                Arg::Value { .. } => Vec::new(),
                Arg::Call(_, call) => vec![call.title()],
                Arg::Calls(_, calls) => calls.iter().map(Call::title).collect(),
            })
            .collect();
        if inner.is_empty() { own } else { format!("{own}({})", inner.join(", ")) }
    }

    /// The call in the encoding of a runtime, calls inside it too.
    ///
    /// # Errors
    /// [`Error::UnknownCall`] if the runtime has no call of this name, [`Error::ForeignCall`] if it has it with other
    /// arguments, [`Error::Invalid`] if arguments that were given by name are not those that it has.
    pub fn encode(&self, metadata: &Metadata) -> Result<EncodedCall> {
        let (indices, data) = self.resolve(metadata)?;
        Ok(EncodedCall { pallet: self.pallet.clone(), name: self.name.clone(), indices, data: Raw(data) })
    }

    /// The call's pallet index and its own, and its encoded arguments.
    fn resolve(&self, metadata: &Metadata) -> Result<([u8; 2], Vec<u8>)> {
        let unknown = || Error::UnknownCall {
            pallet: self.pallet.clone().into_owned(),
            call: self.name.clone().into_owned(),
        };
        let pallet = metadata.pallet_by_name(&self.pallet).ok_or_else(unknown)?;
        let call = pallet.call_variant_by_name(&self.name).ok_or_else(unknown)?;
        let data = match &self.args {
            Args::InOrder(args) => self.resolve_in_order(args, call, metadata),
            Args::Named(args) => self.resolve_named(args, call, metadata),
        }?;
        Ok(([pallet.call_index(), call.index], data))
    }

    fn resolve_in_order(
        &self,
        args: &[Arg],
        call: &Variant<PortableForm>,
        metadata: &Metadata,
    ) -> Result<Vec<u8>> {
        let foreign = |reason| Error::ForeignCall {
            pallet: self.pallet.clone().into_owned(),
            call: self.name.clone().into_owned(),
            reason,
        };
        if call.fields.len() != args.len() {
            let (theirs, ours) = (call.fields.len(), args.len());
            return Err(foreign(format!("it takes {theirs} arguments where this client gives {ours}")));
        }
        let mut data = Vec::new();
        for (arg, field) in args.iter().zip(&call.fields) {
            let theirs = field.name.as_deref().unwrap_or_default();
            if arg.name() != theirs {
                let ours = arg.name();
                return Err(foreign(format!("it takes `{theirs}` where this client gives `{ours}`")));
            }
            match arg {
                Arg::Value { name, encoded, ty } => {
                    shape::fits(*ty, field.ty.id, metadata.types())
                        .map_err(|reason| foreign(format!("argument `{name}`: {reason}")))?;
                    data.extend(encoded);
                }
                Arg::Call(_, call) => call.resolve_into(metadata, &mut data)?,
                Arg::Calls(_, calls) => {
                    let count = u32::try_from(calls.len())
                        .map_err(|_| foreign(format!("{} calls at once are too many", calls.len())))?;
                    Compact(count).encode_to(&mut data);
                    calls.iter().try_for_each(|call| call.resolve_into(metadata, &mut data))?;
                }
            }
        }
        Ok(data)
    }

    fn resolve_named(
        &self,
        args: &Map<String, Json>,
        call: &Variant<PortableForm>,
        metadata: &Metadata,
    ) -> Result<Vec<u8>> {
        let invalid = |reason: String| Error::Invalid {
            what: "the call",
            reason: format!("{}.{}: {reason}", self.pallet, self.name),
        };
        let mut data = Vec::new();
        json::write_named(args, &call.fields, metadata.types(), &mut data).map_err(invalid)?;
        Ok(data)
    }

    fn resolve_into(&self, metadata: &Metadata, data: &mut Vec<u8>) -> Result<()> {
        let (index, arguments) = self.resolve(metadata)?;
        data.extend(index);
        data.extend(arguments);
        Ok(())
    }
}

impl Arg {
    fn name(&self) -> &'static str {
        match self {
            Self::Value { name, .. } | Self::Call(name, _) | Self::Calls(name, _) => name,
        }
    }
}

impl EncodedCall {
    /// The SCALE encoding of the arguments.
    pub fn arguments(&self) -> &[u8] {
        &self.data.0
    }

    /// The SCALE encoding of the whole call, whose hash names it where hospitals decide about it.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.indices[..], self.arguments()].concat()
    }
}

impl EncodeAsFields for Raw {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _fields: &mut dyn FieldIter<'_, R::TypeId>,
        _types: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        out.extend(&self.0);
        Ok(())
    }
}

impl Payload for EncodedCall {
    type CallData = Raw;

    fn pallet_name(&self) -> &str {
        &self.pallet
    }

    fn call_name(&self) -> &str {
        &self.name
    }

    fn call_data(&self) -> &Raw {
        &self.data
    }
}
