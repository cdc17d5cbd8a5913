//! A call, and its encoding for the runtime that a node runs.

use codec::Encode;
use scale_info::{MetaType, TypeInfo};
use subxt::{
    Metadata,
    ext::{
        codec::Compact,
        scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
    },
    transactions::Payload,
};

use super::shape;
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
    pallet: &'static str,
    name: &'static str,
    args: Vec<Arg>,
}

/// A call in the encoding of one runtime, ready to be signed.
#[derive(Clone, Debug)]
pub struct EncodedCall {
    pallet: &'static str,
    name: &'static str,
    data: Raw,
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Raw(Vec<u8>);

impl Call {
    /// A call without arguments yet.
    pub fn new(pallet: &'static str, name: &'static str) -> Self {
        Self { pallet, name, args: Vec::new() }
    }

    /// With a further argument.
    pub fn arg<T: Encode + TypeInfo + 'static>(mut self, name: &'static str, value: T) -> Self {
        self.args.push(Arg::Value { name, encoded: value.encode(), ty: MetaType::new::<T>() });
        self
    }

    /// With another call as a further argument.
    pub fn call(mut self, name: &'static str, call: Call) -> Self {
        self.args.push(Arg::Call(name, Box::new(call)));
        self
    }

    /// With other calls as a further argument.
    pub fn calls(mut self, name: &'static str, calls: Vec<Call>) -> Self {
        self.args.push(Arg::Calls(name, calls));
        self
    }

    /// `Pallet.call`, with the calls inside it.
    pub fn title(&self) -> String {
        let inner: Vec<String> = self
            .args
            .iter()
            .flat_map(|arg| match arg {
                Arg::Value { .. } => Vec::new(),
                Arg::Call(_, call) => vec![call.title()],
                Arg::Calls(_, calls) => calls.iter().map(Call::title).collect(),
            })
            .collect();
        let own = format!("{}.{}", self.pallet, self.name);
        if inner.is_empty() { own } else { format!("{own}({})", inner.join(", ")) }
    }

    /// The SCALE encoding of the arguments, one after the other, calls inside them encoded for this runtime.
    ///
    /// # Errors
    /// [`Error::UnknownCall`] if the runtime has no call of this name, [`Error::ForeignCall`] if it has it with other
    /// arguments.
    pub fn encode(&self, metadata: &Metadata) -> Result<EncodedCall> {
        Ok(EncodedCall { pallet: self.pallet, name: self.name, data: Raw(self.resolve(metadata)?.1) })
    }

    /// The call's pallet index and its own, and its encoded arguments.
    fn resolve(&self, metadata: &Metadata) -> Result<([u8; 2], Vec<u8>)> {
        let unknown = || Error::UnknownCall { pallet: self.pallet.into(), call: self.name.into() };
        let foreign =
            |reason| Error::ForeignCall { pallet: self.pallet.into(), call: self.name.into(), reason };
        let pallet = metadata.pallet_by_name(self.pallet).ok_or_else(unknown)?;
        let call = pallet.call_variant_by_name(self.name).ok_or_else(unknown)?;
        if call.fields.len() != self.args.len() {
            let (theirs, ours) = (call.fields.len(), self.args.len());
            return Err(foreign(format!("it takes {theirs} arguments where this client gives {ours}")));
        }
        let mut data = Vec::new();
        for (arg, field) in self.args.iter().zip(&call.fields) {
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
        Ok(([pallet.call_index(), call.index], data))
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
        self.pallet
    }

    fn call_name(&self) -> &str {
        self.name
    }

    fn call_data(&self) -> &Raw {
        &self.data
    }
}
