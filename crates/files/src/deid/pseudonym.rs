//! What stands for an identifier after de-identification.

use std::fmt;

/// A UUID of version 8 (RFC 9562) with 90 pseudo-random bits and 32 bits that prove, to whoever has the secret, that it
/// was made with it. As a UID it is `2.25.` and the same number (DICOM PS3.5 B.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pseudonym([u8; 16]);

/// Bytes that do not depend on the tag.
const HEAD: usize = 12;

impl Pseudonym {
    /// One from random bytes, with a tag over them.
    pub(super) fn new(random: &[u8; 32], tag: impl Fn(&[u8]) -> [u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes[..HEAD].copy_from_slice(&random[..HEAD]);
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let tag = tag(&bytes[..HEAD]);
        bytes[HEAD..].copy_from_slice(&tag[..16 - HEAD]);
        Self(bytes)
    }

    pub(super) fn has_tag(self, tag: impl Fn(&[u8]) -> [u8; 32]) -> bool {
        self.0[HEAD..] == tag(&self.0[..HEAD])[..16 - HEAD]
    }

    /// A pseudonym as it is written in files: as UUID or UID, with or without `urn:`. Any UUID of version 8 is taken
    /// for one: systems that number patients make those of version 1, 4 or 7, if any.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches(['\0', ' ']);
        let text = text.strip_prefix("urn:uuid:").or_else(|| text.strip_prefix("urn:oid:")).unwrap_or(text);
        let bytes = match text.strip_prefix("2.25.") {
            Some(number) => number.parse::<u128>().ok()?.to_be_bytes(),
            None => {
                let dashes = |at: usize| text.as_bytes().get(at) == Some(&b'-');
                if text.len() != 36 || ![8, 13, 18, 23].into_iter().all(dashes) {
                    return None;
                }
                let mut bytes = [0; 16];
                hex::decode_to_slice(text.replace('-', ""), &mut bytes).ok()?;
                bytes
            }
        };
        (bytes[6] >> 4 == 8 && bytes[8] >> 6 == 2).then_some(Self(bytes))
    }

    /// As a UID, at most 44 characters.
    pub(super) fn uid(self) -> String {
        format!("2.25.{}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = hex::encode(self.0);
        let (a, b, c, d, e) = (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
        write!(f, "{a}-{b}-{c}-{d}-{e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_uuid_of_version_8_and_a_uid() {
        let pseudonym = Pseudonym::new(&[0xff; 32], |_| [0xab; 32]);
        assert_eq!(pseudonym.to_string(), "ffffffff-ffff-8fff-bfff-ffffabababab");
        assert_eq!(Pseudonym::parse(&pseudonym.to_string()), Some(pseudonym));
        assert_eq!(Pseudonym::parse(&format!("urn:uuid:{pseudonym}")), Some(pseudonym));
        assert_eq!(Pseudonym::parse(&format!("{}\0", pseudonym.uid())), Some(pseudonym));
        assert!(pseudonym.uid().len() <= 64);
        assert!(pseudonym.has_tag(|_| [0xab; 32]) && !pseudonym.has_tag(|_| [0xac; 32]));
    }

    #[test]
    fn is_not_any_identifier() {
        for other in [
            "",
            "1.2.840.10008.1.2",
            "2.25.1",
            "2.25.x",
            "12345678",
            "fc712d1f-5a2e-4407-9c55-a2a2bad623c2",
            "ffffffff-ffff-8fff-7fff-ffffabababab",
        ] {
            assert_eq!(Pseudonym::parse(other), None, "{other}");
        }
    }
}
