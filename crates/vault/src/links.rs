//! Short-lived links: a token that says who may fetch which blob until when, and a MAC under a key that only this
//! vault has.
//!
//! A token says that the chain allowed it when it was issued; the chain is asked again whenever it is used.
//! Its form is nobody's business but the vault's: hex of the SCALE encoding of [`Claims`] and of HMAC-SHA256 over
//! a domain and that encoding.

use codec::{Decode, Encode};
use hmac::{Hmac, Mac};
use medshare_types::{AccountId, Hash, Moment, RecordId, Version};
use sha2::Sha256;

const DOMAIN: &[u8] = b"medshare/v1/vault/link";
const MAC_LENGTH: usize = 32;

/// What a token says.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Claims {
    /// The blob.
    pub blob: Hash,
    /// The record whose blob it is.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who asked for the link.
    pub accessor: AccountId,
    /// SHA-256 of the signed request for the link.
    pub request: Hash,
    /// Until when it works, unix ms.
    pub expires: Moment,
}

/// Why a token was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenError {
    /// This vault did not issue it, or it was changed.
    Invalid,
    /// It has ended.
    Expired,
    /// It is for another blob.
    OtherBlob,
}

/// Issues tokens and checks them.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl LinkKey {
    /// A key from its bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A token.
    pub fn issue(&self, claims: &Claims) -> String {
        let mut token = claims.encode();
        let mac = self.mac(&token).finalize().into_bytes();
        token.extend_from_slice(&mac);
        hex::encode(token)
    }

    /// What a token says, if this vault issued it, it has not ended, and it is for this blob. `now` is unix ms.
    pub fn check(&self, token: &str, blob: Hash, now: Moment) -> Result<Claims, TokenError> {
        let bytes = hex::decode(token).map_err(|_| TokenError::Invalid)?;
        let split = bytes.len().checked_sub(MAC_LENGTH).ok_or(TokenError::Invalid)?;
        let (content, mac) = bytes.split_at(split);
        self.mac(content).verify_slice(mac).map_err(|_| TokenError::Invalid)?;
        let claims = Claims::decode(&mut &*content).map_err(|_| TokenError::Invalid)?;
        if claims.blob != blob {
            return Err(TokenError::OtherBlob);
        }
        if claims.expires <= now {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    fn mac(&self, content: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length.
        #[allow(clippy::expect_used)]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(DOMAIN);
        mac.update(content);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            blob: Hash::repeat_byte(1),
            record: 2,
            version: 3,
            accessor: AccountId::new([4; 32]),
            request: Hash::repeat_byte(5),
            expires: 1_000,
        }
    }

    #[test]
    fn says_what_was_issued_until_it_ends() {
        let key = LinkKey::new([9; 32]);
        let token = key.issue(&claims());
        assert_eq!(key.check(&token, claims().blob, 999), Ok(claims()));
        assert_eq!(key.check(&token, claims().blob, 1_000), Err(TokenError::Expired));
        assert_eq!(key.check(&token, Hash::repeat_byte(2), 999), Err(TokenError::OtherBlob));
        assert_eq!(LinkKey::new([8; 32]).check(&token, claims().blob, 999), Err(TokenError::Invalid));
    }

    #[test]
    fn refuses_any_change() {
        let key = LinkKey::new([9; 32]);
        let token = hex::decode(key.issue(&claims())).unwrap();
        for index in 0..token.len() {
            let mut changed = token.clone();
            changed[index] ^= 1;
            assert_eq!(
                key.check(&hex::encode(changed), claims().blob, 0),
                Err(TokenError::Invalid),
                "byte {index}"
            );
        }
        for length in 0..token.len() {
            assert_eq!(key.check(&hex::encode(&token[..length]), claims().blob, 0), Err(TokenError::Invalid));
        }
        assert_eq!(key.check("not hex", claims().blob, 0), Err(TokenError::Invalid));
    }
}
