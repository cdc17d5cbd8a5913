//! The form of the files. Bytes are `0x`-prefixed hex, long numbers are decimal text, whole age files are base64.

use medshare_crypto::{KeyCommitment, KeyProof, Point, SealContext, SealPurpose, SealedKey};
use medshare_types::{Hash, Scalar};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Keys {
    pub from_seed: Vec<SeedKey>,
    pub development: Vec<NamedKey>,
    pub invalid_secrets: Vec<Invalid<Scalar>>,
}

#[derive(Serialize, Deserialize)]
pub struct SeedKey {
    pub seed: Hash,
    pub secret: Scalar,
    pub public: Point,
}

#[derive(Serialize, Deserialize)]
pub struct NamedKey {
    pub name: String,
    pub secret: Scalar,
    pub public: Point,
}

/// Something that must be refused: why, and with which error of the Rust implementation.
#[derive(Serialize, Deserialize)]
pub struct Invalid<Value> {
    pub reason: String,
    pub error: String,
    pub value: Value,
}

#[derive(Serialize, Deserialize)]
pub struct Points {
    pub valid: Vec<Point>,
    pub invalid: Vec<Invalid<Point>>,
}

#[derive(Serialize, Deserialize)]
pub struct Possessions {
    pub valid: Vec<ValidPossession>,
    pub invalid: Vec<Invalid<Possession>>,
}

#[derive(Serialize, Deserialize)]
pub struct ValidPossession {
    pub secret: Scalar,
    #[serde(flatten)]
    pub possession: Possession,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Possession {
    pub genesis: Hash,
    pub account: Hash,
    pub key: Point,
    pub proof: KeyProof,
}

#[derive(Serialize, Deserialize)]
pub struct Commitments {
    pub valid: Vec<ValidCommitment>,
    pub invalid: Vec<Invalid<Commitment>>,
}

#[derive(Serialize, Deserialize)]
pub struct ValidCommitment {
    pub record_key: Point,
    #[serde(flatten)]
    pub commitment: Commitment,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Commitment {
    pub owner_secret: Scalar,
    pub owner_key: Point,
    pub commitment: KeyCommitment,
}

#[derive(Serialize, Deserialize)]
pub struct Seals {
    pub valid: Vec<ValidSeal>,
    pub invalid: Vec<Invalid<Seal>>,
}

#[derive(Serialize, Deserialize)]
pub struct ValidSeal {
    pub name: String,
    pub owner_secret: Scalar,
    pub grantee_secret: Scalar,
    pub record_key: Point,
    /// The SCALE encoding of the purpose, as the transcript binds it.
    pub purpose_bytes: String,
    #[serde(flatten)]
    pub seal: Seal,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Seal {
    pub context: Context,
    pub owner_key: Point,
    pub grantee_key: Point,
    pub commitment: KeyCommitment,
    pub sealed: SealedKey,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Context {
    pub genesis: Hash,
    pub record: String,
    pub version: u32,
    pub grantee: Hash,
    /// `audit`, `order`, `request`, `direct` or `claim`.
    pub purpose: String,
    /// The number of the order or request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose_id: Option<String>,
}

impl Context {
    pub fn new(context: &SealContext<Hash>) -> Self {
        let (purpose, purpose_id) = match context.purpose {
            SealPurpose::Audit => ("audit", None),
            SealPurpose::Order(id) => ("order", Some(id)),
            SealPurpose::Request(id) => ("request", Some(id)),
            SealPurpose::Direct => ("direct", None),
            SealPurpose::Claim(id) => ("claim", Some(id)),
        };
        Self {
            genesis: context.genesis,
            record: context.record.to_string(),
            version: context.version,
            grantee: context.grantee,
            purpose: purpose.into(),
            purpose_id: purpose_id.map(|id| id.to_string()),
        }
    }

    pub fn to_context(&self) -> SealContext<Hash> {
        let number = |text: &str| text.parse::<u64>().expect("a number in the vectors");
        let id = || number(self.purpose_id.as_deref().expect("this purpose has a number"));
        SealContext {
            genesis: self.genesis,
            record: number(&self.record),
            version: self.version,
            grantee: self.grantee,
            purpose: match self.purpose.as_str() {
                "audit" => SealPurpose::Audit,
                "order" => SealPurpose::Order(id()),
                "request" => SealPurpose::Request(id()),
                "direct" => SealPurpose::Direct,
                "claim" => SealPurpose::Claim(id()),
                other => panic!("no purpose is called {other}"),
            },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Envelopes {
    pub wraps: Vec<Wrap>,
    pub files: Vec<File>,
    pub invalid: Vec<Invalid<InvalidFile>>,
}

#[derive(Serialize, Deserialize)]
pub struct Wrap {
    pub record_key: Hash,
    pub salt: String,
    pub wrapping_key: Hash,
    pub file_key: String,
    pub stanza: String,
}

#[derive(Serialize, Deserialize)]
pub struct File {
    pub record_key: Hash,
    /// A whole age file in base64.
    pub file: String,
    pub document: String,
    pub commitment: Hash,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct InvalidFile {
    pub record_key: Hash,
    pub file: String,
}

#[derive(Serialize, Deserialize)]
pub struct Plaintexts {
    pub valid: Vec<Plaintext>,
    pub invalid: Vec<Invalid<String>>,
}

#[derive(Serialize, Deserialize)]
pub struct Plaintext {
    pub salt: Hash,
    pub document: String,
    /// Header and document.
    pub plaintext: String,
    pub commitment: Hash,
}
