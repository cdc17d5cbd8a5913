use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{Hash, NewVersion, Policy};
use scale_info::TypeInfo;

/// Most vaults from which a version can have been relocated: enough for every vault of the largest consortium, few enough
/// to be counted when another comes.
pub const MAX_FORMER_HOLDERS: u32 = 64;

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
