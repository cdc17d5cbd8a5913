//! Values that hospitals write when they decide something.

use std::{fmt::Debug, str::FromStr};

use medshare_client::peers;
use medshare_types::{CreditEvent, PeerKey, Points, Tier};
use serde_json::{Value as Json, json};

use super::Span;

/// The name of a call or a parameter, `Pallet.name`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    /// The pallet.
    pub pallet: String,
    /// What in it is meant.
    pub name: String,
}

/// The name of a call.
pub type CallName = Name;
/// The name of a parameter.
pub type ParameterName = Name;

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            Some((pallet, name)) if !pallet.is_empty() && !name.is_empty() && !name.contains('.') => {
                Ok(Self { pallet: pallet.into(), name: name.into() })
            }
            _ => Err(format!("`{text}` is not of the form Pallet.name, like Records.register")),
        }
    }
}

/// An argument by its name, `name=value`: JSON, or any other text as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct NamedArg {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Json,
}

impl FromStr for NamedArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is no argument: write its name, = and its value"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
        Ok(Self { name: name.into(), value })
    }
}

/// The value of a parameter: JSON, a span of time in words, a share in percent, or `default` for none of its own.
pub fn given(text: &str) -> Result<Json, String> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    if text == "default" {
        return Ok(Json::Null);
    }
    if text.ends_with('%') {
        return text.parse().map(|Parts(parts)| json!(parts));
    }
    text.parse().map(|Span(millis)| json!(millis)).map_err(|_| {
        format!("`{text}` is neither a number, a span of time (36h), a share (5%), JSON, nor `default`")
    })
}

/// A share, in millionths; written in percent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts(pub u32);

impl FromStr for Parts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is no share: write 0% to 100%, with at most 4 decimals, like 2.5%");
        let percent = text.strip_suffix('%').ok_or_else(refuse)?;
        let parts = decimal(percent, 4).ok_or_else(refuse)?;
        u32::try_from(parts).ok().filter(|parts| *parts <= 1_000_000).map(Self).ok_or_else(refuse)
    }
}

/// Points of credit, in thousandths; written with at most three decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Score(pub Points);

impl FromStr for Score {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse =
            || format!("`{text}` is no number of points: write digits with at most 3 decimals, like -2.5");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let thousandths = decimal(digits, 3).and_then(|number| Points::try_from(number).ok());
        thousandths.and_then(|number| number.checked_mul(sign)).map(Self).ok_or_else(refuse)
    }
}

/// An amount of the chain's work, in picoseconds; written in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work(pub u64);

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let millis = text.parse::<u64>().ok();
        millis
            .and_then(|millis| millis.checked_mul(1_000_000_000))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no whole number of milliseconds"))
    }
}

/// A credit tier.
pub fn tier(text: &str) -> Result<Tier, String> {
    variant(text, "tier", &Tier::ALL)
}

/// An event that moves credit.
pub fn credit_event(text: &str) -> Result<CreditEvent, String> {
    variant(text, "credit event", &CreditEvent::ALL)
}

/// A node, by its peer id or its public key in hex.
pub fn peer(text: &str) -> Result<PeerKey, String> {
    peers::parse(text).map_err(|error| error.to_string())
}

/// One of these by its name in lower case, words joined by hyphens.
fn variant<T: Copy + Debug>(text: &str, what: &str, all: &[T]) -> Result<T, String> {
    let names: Vec<String> = all.iter().map(|value| kebab(&format!("{value:?}"))).collect();
    let found = all.iter().zip(&names).find(|(_, name)| *name == text);
    found
        .map(|(value, _)| *value)
        .ok_or_else(|| format!("`{text}` is no {what}; there are: {}", names.join(", ")))
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

/// A number with at most so many decimals, in units of the last one.
fn decimal(text: &str, decimals: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > decimals {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_of_calls() {
        let name: Name = "Records.register".parse().unwrap();
        assert_eq!((name.pallet.as_str(), name.name.as_str()), ("Records", "register"));
        for bad in ["", "Records", ".register", "Records.", "Records.register.now"] {
            assert!(bad.parse::<Name>().unwrap_err().contains("Pallet.name"), "{bad}");
        }
    }

    #[test]
    fn reads_arguments_as_json_or_as_they_are() {
        for (text, value) in [
            ("a=1", json!(1)),
            ("a=\"1\"", json!("1")),
            ("a=5Grw", json!("5Grw")),
            ("a=0x00", json!("0x00")),
            ("a=", json!("")),
            ("a=[1,2]", json!([1, 2])),
            ("a={\"b\":null}", json!({ "b": null })),
            ("a=b=c", json!("b=c")),
        ] {
            assert_eq!(text.parse(), Ok(NamedArg { name: "a".into(), value }), "{text}");
        }
        assert!("a".parse::<NamedArg>().is_err());
    }

    #[test]
    fn reads_values_of_parameters() {
        for (text, value) in [
            ("36h", json!(129_600_000)),
            ("5%", json!(50_000)),
            ("0.0001%", json!(1)),
            ("1800", json!(1800)),
            ("default", Json::Null),
            ("\"2500000000000\"", json!("2500000000000")),
            ("{\"auditors\":600000,\"vaults\":200000}", json!({ "auditors": 600_000, "vaults": 200_000 })),
        ] {
            assert_eq!(given(text), Ok(value), "{text}");
        }
        for bad in ["", "soon", "101%", "5 %%", "0.00001%", "-5%"] {
            assert!(given(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reads_points_work_and_names_of_variants() {
        assert_eq!("-2.5".parse(), Ok(Score(-2_500)));
        assert_eq!("10".parse(), Ok(Score(10_000)));
        for bad in ["", "-", "1.0001", "--1", "9223372036854775807"] {
            assert!(bad.parse::<Score>().is_err(), "{bad}");
        }
        assert_eq!("250".parse(), Ok(Work(250_000_000_000)));
        assert!("18446744074".parse::<Work>().is_err());
        assert_eq!(tier("trusted"), Ok(Tier::Trusted));
        assert_eq!(credit_event("audit-on-time"), Ok(CreditEvent::AuditOnTime));
        assert!(credit_event("bribe").unwrap_err().contains("validator-offence"));
    }
}
