//! A short text with a bound.

use alloc::{string::String, vec::Vec};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::{Type, TypeInfo};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// UTF-8 text of at most `N` bytes. Its metadata type is `str`, so wallets show it as text.
///
/// Decoding does not check that the bytes are UTF-8 (the chain only stores them); [`Text::as_str`] does.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen,
)]
pub struct Text<const N: u32>(BoundedVec<u8, ConstU32<N>>);

/// Why a text was refused: it is longer than the bound, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextError {
    /// Bytes given.
    pub length: usize,
    /// Bytes allowed.
    pub bound: u32,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text of {} bytes where at most {} are allowed", self.length, self.bound)
    }
}

impl core::error::Error for TextError {}

impl<const N: u32> Text<N> {
    /// The text, or nothing if the bytes are not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// The bytes as they are stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text cut to the bound at a character boundary.
    pub fn truncated(text: &str) -> Self {
        let mut end = text.len().min(N as usize);
        while !text.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        Self(BoundedVec::truncate_from(Vec::from(text.get(..end).unwrap_or_default())))
    }
}

impl<const N: u32> FromStr for Text<N> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        BoundedVec::try_from(Vec::from(text))
            .map(Self)
            .map_err(|_| TextError { length: text.len(), bound: N })
    }
}

impl<const N: u32> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str().unwrap_or("(not UTF-8)"))
    }
}

impl<const N: u32> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().unwrap_or("(not UTF-8)"))
    }
}

impl<const N: u32> TypeInfo for Text<N> {
    type Identity = str;

    fn type_info() -> Type {
        str::type_info()
    }
}

impl<const N: u32> Serialize for Text<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

impl<'de, const N: u32> Deserialize<'de> for Text<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
