//! The institution's secret, and what is derived from it.
//!
//! Everything is HMAC-SHA-256 (RFC 2104) under the secret, with the purpose in front of the message. So the same
//! patient gets the same pseudonym and the same shift of dates in every file of the institution, and nobody without
//! the secret can test a guess.

// There are neither files nor random numbers in a browser's wasm: the secret comes into it from outside.
#[cfg(not(target_family = "wasm"))]
mod file;

use std::str::FromStr;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::pseudonym::Pseudonym;

/// What an institution de-identifies with: 32 random bytes that must stay in it.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What a text is that is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it is no institution secret: 64 hex digits")]
pub struct NoSecret;

impl FromStr for Secret {
    type Err = NoSecret;

    /// What a secret file says: 64 hex digits, and nothing besides white space.
    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut_slice()).map_err(|_| NoSecret)?;
        Ok(Self(bytes))
    }
}

impl Secret {
    /// One that was made elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The pseudonym of a patient under which this institution's records can be linked on the chain. The same for the
    /// patient's identifier as it was and as it is after de-identification.
    pub fn subject(&self, patient: &str) -> [u8; 32] {
        self.mac("subject", self.pseudonym(patient).to_string().as_bytes())
    }

    /// What stands for an identifier or UID. One of this secret's pseudonyms stands for itself.
    pub(super) fn pseudonym(&self, value: &str) -> Pseudonym {
        let value = value.trim();
        match Pseudonym::parse(value) {
            Some(pseudonym) if self.made(pseudonym) => pseudonym,
            _ => {
                let bytes = self.mac("pseudonym", canonical(value).as_bytes());
                Pseudonym::new(&bytes, |head| self.mac("tag", head))
            }
        }
    }

    /// Whether a pseudonym was made with this secret; wrongly so for one of 2^32 others.
    pub(super) fn made(&self, pseudonym: Pseudonym) -> bool {
        pseudonym.has_tag(|head| self.mac("tag", head))
    }

    /// By how many days a patient's dates move: 1 to 365 back, the same number for all of them.
    pub(super) fn days(&self, patient: &str) -> i64 {
        let bytes = self.mac("days", self.pseudonym(patient).to_string().as_bytes());
        let number = bytes.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        // 365 divides 2^64 so nearly that no day is likelier than another by more than 2^-55.
        -1 - i64::try_from(number % 365).unwrap_or_default()
    }

    fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length");
        mac.update(b"medshare/v1/deidentification/");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

/// The form in which an identifier is the same however it is written: UUIDs and OIDs without their URN, in lower case.
fn canonical(value: &str) -> String {
    let bare = value.strip_prefix("urn:uuid:").or_else(|| value.strip_prefix("urn:oid:")).unwrap_or(value);
    match bare.len() == 36 && bare.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        true => bare.to_ascii_lowercase(),
        false => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_consistent_and_secret() {
        let (ours, theirs) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        assert_eq!(ours.pseudonym("123"), ours.pseudonym(" 123 "));
        assert_ne!(ours.pseudonym("123"), ours.pseudonym("124"));
        assert_ne!(ours.pseudonym("123"), theirs.pseudonym("123"));
        assert_ne!(ours.subject("123"), theirs.subject("123"));
        let uuid = "FC712D1F-5a2e-4407-9c55-a2a2bad623c2";
        assert_eq!(ours.pseudonym(uuid), ours.pseudonym(&format!("urn:uuid:{}", uuid.to_lowercase())));
        assert_eq!(format!("{ours:?}"), "Secret");
    }

    #[test]
    fn a_pseudonym_stands_for_itself() {
        let (ours, theirs) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        let once = ours.pseudonym("123");
        assert_eq!(ours.pseudonym(&once.to_string()), once);
        assert_eq!(ours.pseudonym(&once.uid()), once);
        assert_eq!(ours.subject("123"), ours.subject(&once.to_string()));
        assert_eq!(ours.days("123"), ours.days(&once.to_string()));
        assert!(ours.made(once) && !theirs.made(once));
        assert_ne!(theirs.pseudonym(&once.to_string()), once);
    }

    #[test]
    fn shifts_by_one_to_365_days_back() {
        let secret = Secret::from_bytes([7; 32]);
        let days: std::collections::BTreeSet<i64> =
            (0..5000).map(|patient| secret.days(&patient.to_string())).collect();
        assert_eq!((days.first(), days.last()), (Some(&-365), Some(&-1)));
        assert_eq!(days.len(), 365, "every shift occurs");
    }
}
