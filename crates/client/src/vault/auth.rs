//! Signed requests to a vault, version 1.
//!
//! A request is signed with the sr25519 key of an account. The signature travels in the header
//!
//! ```text
//! Authorization: Medshare account="<SS58 or 0x hex>",nonce="<32 hex digits>",expires="<unix ms>",signature="0x<128 hex digits>"
//! ```
//!
//! and is made over this text: lines divided by a single line feed, none after the last, all hex in lower case, so
//! that a person who is asked to sign it in a wallet can read what it is:
//!
//! ```text
//! medshare/v1/vault
//! chain: 0x<genesis hash>
//! vault: 0x<public key of the vault's account>
//! account: 0x<public key of the account that signs>
//! request: <method> <path with query, from /v1 on>
//! body: 0x<SHA-256 of the body>
//! nonce: <32 hex digits, random>
//! expires: <unix ms>
//! ```
//!
//! `body` is the SHA-256 of the empty string where there is no body. For an upload it is the blob's address, which
//! is the SHA-256 of what is uploaded: so the vault can check the signature before it reads the body.
//!
//! A wallet's `signRaw` signs the text between `<Bytes>` and `</Bytes>`; such a signature is valid too.
//!
//! The vault refuses a request that is for another vault or chain, that has expired, that expires more than
//! [`MAX_LIFETIME`] from now, and one whose nonce it has seen before. Clocks may differ by [`CLOCK_SKEW`].
//!
//! The signature says who asks. It does not hide the answer: outside of one machine, vaults are to be reached
//! through TLS.

use std::{fmt, str::FromStr, time::Duration};

use medshare_types::{AccountId, Hash, Moment};
use sha2::{Digest, Sha256};
use subxt_signer::sr25519::{self, Keypair, PublicKey, Signature};

/// First line of every signed text: no other signature of an account can be taken for one of these.
pub const DOMAIN: &str = "medshare/v1/vault";
/// Name of the authentication scheme.
pub const SCHEME: &str = "Medshare";
/// How far ahead a request may expire at most.
pub const MAX_LIFETIME: Duration = Duration::from_secs(300);
/// How much the clocks of client and vault may differ.
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// A number that a client uses once.
pub type Nonce = [u8; 16];

/// Which vault on which chain a request is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    /// The chain, by the hash of its first block.
    pub genesis: Hash,
    /// The vault's account.
    pub vault: AccountId,
}

/// Why a request's signature was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuthError {
    /// There is no `Authorization: Medshare` header.
    #[error("the request is not signed")]
    Missing,
    /// The header cannot be read.
    #[error("the authorization header cannot be read: {0}")]
    Malformed(&'static str),
    /// It has expired.
    #[error("the signed request expired at {expires} (unix ms); the vault's clock says {now}")]
    Expired {
        /// When it expired, unix ms.
        expires: Moment,
        /// The vault's clock, unix ms.
        now: Moment,
    },
    /// It would be valid for too long.
    #[error(
        "the signed request expires at {expires} (unix ms), more than 5 minutes after the vault's clock ({now})"
    )]
    TooFarAhead {
        /// When it would expire, unix ms.
        expires: Moment,
        /// The vault's clock, unix ms.
        now: Moment,
    },
    /// The signature is not the account's over this request.
    #[error("the signature does not belong to this account, request, vault and chain")]
    BadSignature,
}

/// What the header says: who signs, until when, and the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Who signs.
    pub account: AccountId,
    /// Used once.
    pub nonce: Nonce,
    /// Until when the request is valid, unix ms.
    pub expires: Moment,
    /// sr25519.
    pub signature: [u8; 64],
}

impl Authorization {
    /// Signs a request with a fresh nonce. `target` is the path with query from `/v1` on, `body` the SHA-256 of the
    /// body (see [`body_hash`]) or the address of the blob that is uploaded, `expires` unix ms.
    pub fn sign(
        signer: &Keypair,
        scope: &Scope,
        method: &str,
        target: &str,
        body: Hash,
        expires: Moment,
    ) -> Self {
        let account = AccountId::from(signer.public_key().0);
        let nonce: Nonce = rand::random();
        let text = message(scope, &account, method, target, body, &nonce, expires);
        Self { account, nonce, expires, signature: signer.sign(text.as_bytes()).0 }
    }

    /// Checks the time and the signature; `now` is unix ms. Returns the signed text, without what a wallet puts around
    /// it. Its SHA-256 is the name that the chain's access receipts give the request.
    ///
    /// Whether the nonce is new is for the caller to check.
    pub fn verify(
        &self,
        scope: &Scope,
        method: &str,
        target: &str,
        body: Hash,
        now: Moment,
    ) -> Result<String, AuthError> {
        let skew = millis(CLOCK_SKEW);
        if self.expires.saturating_add(skew) < now {
            return Err(AuthError::Expired { expires: self.expires, now });
        }
        if self.expires > now.saturating_add(millis(MAX_LIFETIME)).saturating_add(skew) {
            return Err(AuthError::TooFarAhead { expires: self.expires, now });
        }
        let text = message(scope, &self.account, method, target, body, &self.nonce, self.expires);
        let signature = Signature(self.signature);
        let public = PublicKey(*AsRef::<[u8; 32]>::as_ref(&self.account));
        let wrapped = || format!("<Bytes>{text}</Bytes>");
        if sr25519::verify(&signature, text.as_bytes(), &public)
            || sr25519::verify(&signature, wrapped().as_bytes(), &public)
        {
            Ok(text)
        } else {
            Err(AuthError::BadSignature)
        }
    }
}

/// The text that is signed.
pub fn message(
    scope: &Scope,
    account: &AccountId,
    method: &str,
    target: &str,
    body: Hash,
    nonce: &Nonce,
    expires: Moment,
) -> String {
    format!(
        "{DOMAIN}\nchain: 0x{}\nvault: 0x{}\naccount: 0x{}\nrequest: {method} {target}\nbody: 0x{}\nnonce: {}\n\
         expires: {expires}",
        hex::encode(scope.genesis),
        hex::encode(&scope.vault),
        hex::encode(account),
        hex::encode(body),
        hex::encode(nonce),
    )
}

/// SHA-256, as it stands for a body in the signed text.
pub fn body_hash(body: &[u8]) -> Hash {
    Hash::from(<[u8; 32]>::from(Sha256::digest(body)))
}

fn millis(span: Duration) -> Moment {
    Moment::try_from(span.as_millis()).unwrap_or(Moment::MAX)
}

/// Leaves the signature out: whoever reads a log must not be able to use it.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The value of the header.
impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{SCHEME} account=\"{}\",nonce=\"{}\",expires=\"{}\",signature=\"0x{}\"",
            self.account,
            hex::encode(self.nonce),
            self.expires,
            hex::encode(self.signature)
        )
    }
}

impl FromStr for Authorization {
    type Err = AuthError;

    fn from_str(header: &str) -> Result<Self, AuthError> {
        let (scheme, parameters) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(AuthError::Missing);
        }
        let (mut account, mut nonce, mut expires, mut signature) = (None, None, None, None);
        for parameter in parameters.split(',').map(str::trim).filter(|parameter| !parameter.is_empty()) {
            let (name, value) =
                parameter.split_once('=').ok_or(AuthError::Malformed("a parameter has no value"))?;
            let value = value.trim().trim_matches('"');
            let slot = match name.trim() {
                "account" => &mut account,
                "nonce" => &mut nonce,
                "expires" => &mut expires,
                "signature" => &mut signature,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(AuthError::Malformed("a parameter occurs twice"));
            }
        }
        let account = account.ok_or(AuthError::Malformed("account is missing"))?;
        let expires = expires.ok_or(AuthError::Malformed("expires is missing"))?;
        Ok(Self {
            account: account
                .parse()
                .map_err(|_| AuthError::Malformed("account is neither SS58 nor 32 bytes of hex"))?,
            nonce: fixed(nonce.ok_or(AuthError::Malformed("nonce is missing"))?)
                .ok_or(AuthError::Malformed("nonce is not 16 bytes of hex"))?,
            expires: expires
                .parse()
                .map_err(|_| AuthError::Malformed("expires is not a number of milliseconds"))?,
            signature: fixed(signature.ok_or(AuthError::Malformed("signature is missing"))?)
                .ok_or(AuthError::Malformed("signature is not 64 bytes of hex"))?,
        })
    }
}

/// Hex with or without `0x` of exactly this many bytes.
fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use subxt_signer::sr25519::dev;

    const NOW: Moment = 1_800_000_000_000;

    fn scope() -> Scope {
        Scope { genesis: Hash::repeat_byte(7), vault: dev::charlie().public_key().0.into() }
    }

    #[test]
    fn survives_the_header() {
        let signed =
            Authorization::sign(&dev::alice(), &scope(), "POST", "/v1/links", body_hash(b"{}"), NOW + 60_000);
        let read: Authorization = signed.to_string().parse().unwrap();
        assert!(read == signed);
        read.verify(&scope(), "POST", "/v1/links", body_hash(b"{}"), NOW).unwrap();
        let hex_account = signed
            .to_string()
            .replace(&signed.account.to_string(), &format!("0x{}", hex::encode(&signed.account)));
        assert!(hex_account.parse::<Authorization>().unwrap() == signed);
    }

    #[test]
    fn signed_text_is_what_the_protocol_says() {
        let account = dev::alice().public_key().0.into();
        let text = message(&scope(), &account, "GET", "/v1/x?y=z", body_hash(b""), &[0xab; 16], NOW);
        let expected = format!(
            "medshare/v1/vault\nchain: 0x{}\nvault: 0x{}\naccount: \
             0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d\nrequest: GET /v1/x?y=z\nbody: \
             0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nnonce: {}\nexpires: 1800000000000",
            "07".repeat(32),
            hex::encode(dev::charlie().public_key().0),
            "ab".repeat(16),
        );
        assert_eq!(text, expected);
    }

    /// The vector that docs/vault.md shows. sr25519 signatures are not deterministic: another implementation must
    /// come to the same text and hash, and find the signature valid.
    #[test]
    fn the_vector_of_the_documentation_is_valid() {
        let vector: serde_json::Value = serde_json::from_str(include_str!("vectors/request.json")).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap();
        let hash = |name: &str| Hash::from(fixed::<32>(text(name)).unwrap());
        let scope = Scope { genesis: hash("genesis"), vault: text("vault").parse().unwrap() };
        let signed: Authorization = text("authorization").parse().unwrap();
        let body = body_hash(text("body").as_bytes());
        let now = signed.expires - 60_000;
        let found = signed.verify(&scope, text("method"), text("target"), body, now).unwrap();
        assert_eq!(found, text("text"));
        assert_eq!(body_hash(found.as_bytes()), hash("request"));
    }

    #[test]
    fn accepts_what_a_wallet_wraps() {
        let signer = dev::alice();
        let mut signed = Authorization::sign(&signer, &scope(), "POST", "/v1/links", body_hash(b"{}"), NOW);
        let text =
            message(&scope(), &signed.account, "POST", "/v1/links", body_hash(b"{}"), &signed.nonce, NOW);
        signed.signature = signer.sign(format!("<Bytes>{text}</Bytes>").as_bytes()).0;
        signed.verify(&scope(), "POST", "/v1/links", body_hash(b"{}"), NOW).unwrap();
    }

    #[test]
    fn binds_everything_it_names() {
        let signed = Authorization::sign(&dev::alice(), &scope(), "POST", "/v1/links", body_hash(b"{}"), NOW);
        let refused = |signed: &Authorization, scope: &Scope, method, target, body: &[u8]| {
            assert_eq!(
                signed.verify(scope, method, target, body_hash(body), NOW),
                Err(AuthError::BadSignature)
            );
        };
        let other_chain = Scope { genesis: Hash::repeat_byte(8), ..scope() };
        let other_vault = Scope { vault: dev::dave().public_key().0.into(), ..scope() };
        refused(&signed, &other_chain, "POST", "/v1/links", b"{}");
        refused(&signed, &other_vault, "POST", "/v1/links", b"{}");
        refused(&signed, &scope(), "PUT", "/v1/links", b"{}");
        refused(&signed, &scope(), "POST", "/v1/links?x=1", b"{}");
        refused(&signed, &scope(), "POST", "/v1/links", b"{ }");
        let other_account = Authorization { account: dev::bob().public_key().0.into(), ..signed.clone() };
        refused(&other_account, &scope(), "POST", "/v1/links", b"{}");
        let other_nonce = Authorization { nonce: [0; 16], ..signed.clone() };
        refused(&other_nonce, &scope(), "POST", "/v1/links", b"{}");
        let other_expiry = Authorization { expires: NOW + 1, ..signed };
        refused(&other_expiry, &scope(), "POST", "/v1/links", b"{}");
    }

    #[test]
    fn is_valid_only_for_a_while() {
        let at = |expires| {
            Authorization::sign(&dev::alice(), &scope(), "POST", "/", body_hash(b""), expires).verify(
                &scope(),
                "POST",
                "/",
                body_hash(b""),
                NOW,
            )
        };
        at(NOW - 30_000).unwrap();
        assert!(matches!(at(NOW - 30_001), Err(AuthError::Expired { .. })));
        at(NOW + 330_000).unwrap();
        assert!(matches!(at(NOW + 330_001), Err(AuthError::TooFarAhead { .. })));
        assert!(matches!(at(Moment::MAX), Err(AuthError::TooFarAhead { .. })));
    }

    #[test]
    fn refuses_headers_it_cannot_read() {
        let read = |header: &str| header.parse::<Authorization>().unwrap_err();
        assert_eq!(read(""), AuthError::Missing);
        assert_eq!(read("Bearer abc"), AuthError::Missing);
        assert_eq!(read("Medshare"), AuthError::Malformed("account is missing"));
        let good = Authorization::sign(&dev::alice(), &scope(), "GET", "/", body_hash(b""), NOW).to_string();
        assert_eq!(read(&format!("{good},nonce=\"00\"")), AuthError::Malformed("a parameter occurs twice"));
        assert!(matches!(read(&good.replace("0x", "0y")), AuthError::Malformed(_)));
    }
}
