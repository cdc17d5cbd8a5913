//! The JSON form of an amount of money: a string of decimal digits, since JSON numbers lose digits in JavaScript.
//! Numbers are read as well.
//!
//! For `#[serde(with = "medshare_types::amount")]`.

use core::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

use crate::Balance;

/// Writes an amount.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(amount: &Balance, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// Reads an amount.
///
/// # Errors
/// If it is neither a string of decimal digits nor an integer from 0 to 2¹²⁸ − 1.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Balance, D::Error> {
    deserializer.deserialize_any(Amount)
}

struct Amount;

impl Visitor<'_> for Amount {
    type Value = Balance;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an amount of money, as a string of decimal digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Balance, E> {
        text.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Balance, E> {
        Ok(number.into())
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Balance, E> {
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Debug, serde::Serialize, serde::Deserialize)]
    struct Priced {
        #[serde(with = "super")]
        price: Balance,
    }

    #[test]
    fn keeps_every_digit() {
        let most = Priced { price: Balance::MAX };
        let json = serde_json::to_string(&most).expect("it can be written");
        assert_eq!(json, r#"{"price":"340282366920938463463374607431768211455"}"#);
        assert_eq!(serde_json::from_str::<Priced>(&json).expect("it can be read"), most);
    }

    #[test]
    fn reads_numbers_and_nothing_else() {
        let read = |json: &str| serde_json::from_str::<Priced>(json).map(|priced| priced.price).ok();
        assert_eq!(read(r#"{"price":5}"#), Some(5));
        for bad in [r#"{"price":-5}"#, r#"{"price":"5 MDS"}"#, r#"{"price":1.5}"#, r#"{"price":null}"#] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
