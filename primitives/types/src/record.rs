//! Medical records as the chain knows them: hashes and descriptors, nothing that identifies.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Balance, BlockNumber, Hash, KeyCommitment, Moment, Point, Text};

/// A record, numbered from 0 in the order of registration.
pub type RecordId = u64;
/// A version of a record, numbered from 1.
pub type Version = u32;

/// What kind of file a record is.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum Kind {
    /// A FHIR R4 bundle or resource in JSON.
    Fhir,
    /// A DICOM Part 10 file.
    Dicom,
    /// Any other document.
    Document,
}

impl Kind {
    /// Every kind, in the order of their encoding.
    pub const ALL: [Self; 3] = [Self::Fhir, Self::Dicom, Self::Document];
}

/// The coding system of a [`Code`].
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum CodeSystem {
    /// SNOMED CT, `http://snomed.info/sct`.
    Snomed,
    /// LOINC, `http://loinc.org`.
    Loinc,
    /// ICD-10 and its national forms.
    Icd10,
    /// RxNorm, `http://www.nlm.nih.gov/research/umls/rxnorm`.
    RxNorm,
    /// CVX vaccines, `http://hl7.org/fhir/sid/cvx`.
    Cvx,
    /// DICOM: an SOP class UID.
    Dicom,
    /// MONDO diseases, as used in DUO's disease-specific terms.
    Mondo,
}

/// A medical code.
#[derive(
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Code {
    /// The system that the code is from.
    pub system: CodeSystem,
    /// The code itself.
    pub code: Text<64>,
}

/// How often something occurs in the file: FHIR resources of one type, DICOM frames.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Count {
    /// What is counted: a FHIR resource type, `frames`.
    pub of: Text<32>,
    /// How many.
    pub number: u32,
}

/// A month of a year: as coarse as a date may be on the chain.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct YearMonth {
    /// Year, Gregorian.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
}

/// What buyers see of a record before they buy. Auditors check that it is true.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Descriptor {
    /// The kind of file.
    pub kind: Kind,
    /// Its media type (RFC 6838), such as `application/fhir+json`.
    pub media_type: Text<64>,
    /// DICOM modality, such as `CT`.
    pub modality: Option<Text<16>>,
    /// The most frequent medical codes in it, distinct, ordered.
    pub codes: BoundedVec<Code, ConstU32<32>>,
    /// What it contains how often.
    pub counts: BoundedVec<Count, ConstU32<32>>,
    /// Bytes of the plaintext.
    pub plaintext_size: u64,
    /// Share of the elements expected in this kind of file that are present, in percent, 0 to 100.
    pub completeness: u8,
    /// First and last month that the data speak of.
    pub period: Option<(YearMonth, YearMonth)>,
}

/// Where a blob is: which vault holds it under which address.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Locator<AccountId> {
    /// The vault's account.
    pub vault: AccountId,
    /// SHA-256 of the blob.
    pub blob: Hash,
}

/// Most vaults that hold a version.
pub type MaxLocators = ConstU32<4>;

/// The vaults that hold a version.
pub type Locators<AccountId> = BoundedVec<Locator<AccountId>, MaxLocators>;

/// A version as its owner submits it.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct NewVersion<AccountId> {
    /// SHA-256 of the ciphertext: its address.
    pub ciphertext: Hash,
    /// Bytes of the ciphertext.
    pub size: u64,
    /// Salted SHA-256 of the plaintext; the salt travels inside the plaintext.
    pub plaintext: Hash,
    /// The record key of this version, encrypted to the owner's current key.
    pub commitment: KeyCommitment,
    /// What buyers see.
    pub descriptor: Descriptor,
    /// Where the ciphertext is.
    pub locators: Locators<AccountId>,
}

/// Where and when something was anchored.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Anchor {
    /// The block.
    pub block: BlockNumber,
    /// That block's chain time.
    pub moment: Moment,
}

/// How far a version got in its review.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum VersionStatus {
    /// Under review: visible, not tradable.
    Pending,
    /// Approved by a quorum of auditors: tradable.
    Approved,
    /// Rejected by a quorum of auditors, or its review lapsed.
    Rejected,
}

impl VersionStatus {
    /// Every status, in the order of their encoding.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Rejected];
}

/// A version as the chain keeps it.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct RecordVersion<AccountId> {
    /// What the owner submitted.
    pub content: NewVersion<AccountId>,
    /// The owner's key `P` to which the record key is committed.
    pub owner_key: Point,
    /// How far its review got.
    pub status: VersionStatus,
    /// Block and chain time of its registration.
    pub anchor: Anchor,
    /// What the owner has on hold for its storage.
    #[serde(with = "crate::amount")]
    pub deposit: Balance,
}

/// A record: what is the same for all its versions.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Record<AccountId> {
    /// Who owns it.
    pub owner: AccountId,
    /// Salted SHA-256 pseudonym of the person whom the data are about.
    pub subject: Hash,
    /// Its newest version.
    pub latest: Version,
    /// Whether the owner ended it; then nothing new can be sold or granted.
    pub withdrawn: bool,
}
