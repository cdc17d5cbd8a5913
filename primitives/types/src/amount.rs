//! Amounts of money: how people write them, in MDS, and their JSON form in the smallest unit.
//!
//! The JSON form is a string of decimal digits, since JSON numbers lose digits in JavaScript. Numbers are read as well. It
//! is for `#[serde(with = "medshare_types::amount")]`.

use alloc::{format, string::String};
use core::{fmt, str::FromStr};

use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

use crate::Balance;

/// Decimals of MDS, the settlement credit.
pub const MDS_DECIMALS: u32 = 12;
/// One MDS, in the chain's smallest unit.
pub const MDS: Balance = 10u128.pow(MDS_DECIMALS);

/// An amount of settlement credit in its smallest unit; written and shown in MDS.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Amount(pub Balance);

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        decimal(text, MDS_DECIMALS).map(Self).ok_or_else(|| {
            format!(
                "`{text}` is no amount in MDS: write digits with at most {MDS_DECIMALS} decimals, like 2.5"
            )
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:0width$}", self.0 % MDS, width = MDS_DECIMALS as usize);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{} MDS", self.0 / MDS),
            fraction => write!(f, "{}.{fraction} MDS", self.0 / MDS),
        }
    }
}

/// Reads a number that has at most `decimals` decimals, in units of the last of them: `2.5` with 3 is 2500.
///
/// Nothing if the text is anything but digits with at most one point between them, or the number is too large.
pub fn decimal(text: &str, decimals: u32) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    // `0` stands for no fraction, also where there are no decimals.
    let fraction = if fraction == "0" { "" } else { fraction };
    let missing = decimals.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let units = |part: &str| if part.is_empty() { Some(0) } else { part.parse::<u128>().ok() };
    let fraction = units(fraction)?.checked_mul(10u128.checked_pow(missing)?)?;
    units(whole)?.checked_mul(10u128.checked_pow(decimals)?)?.checked_add(fraction)
}

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
    deserializer.deserialize_any(Digits)
}

struct Digits;

impl Visitor<'_> for Digits {
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

    #[test]
    fn reads_and_shows_amounts() {
        for (text, units, shown) in [
            ("25", 25_000_000_000_000, "25 MDS"),
            ("0.5", 500_000_000_000, "0.5 MDS"),
            ("7.0", 7_000_000_000_000, "7 MDS"),
            ("0.000000000001", 1, "0.000000000001 MDS"),
        ] {
            let amount: Amount = text.parse().expect(text);
            assert_eq!((amount.0, format!("{amount}").as_str()), (units, shown));
        }
        for bad in [
            "",
            ".5",
            "5.",
            "-1",
            "+1",
            " 1",
            "1.0000000000001",
            "1.2.3",
            "1e3",
            "five",
            "340282366920938463463374607431768211456",
        ] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
    }

    #[test]
    fn decimals_are_as_many_as_there_may_be() {
        assert_eq!(decimal("2.5", 4), Some(25_000));
        assert_eq!(decimal("2.5", 0), None);
        assert_eq!(decimal("2", 0), Some(2));
        assert_eq!(decimal("2.00001", 4), None);
        assert_eq!(decimal("340282366920938463463374607431768211455", 0), Some(u128::MAX));
    }

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
