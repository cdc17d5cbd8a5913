use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{Hash, NewVersion, Policy};
use scale_info::TypeInfo;

/// A record as its owner submits it in a batch.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct NewRecord<AccountId> {
    /// Salted SHA-256 pseudonym of the person whom the data are about.
    pub subject: Hash,
    /// What the owner permits.
    pub policy: Policy,
    /// Its first version.
    pub content: NewVersion<AccountId>,
}
