use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{BlockNumber, Subject};
use scale_info::TypeInfo;

/// Most seats that a panel can have.
pub const MAX_SEATS: u32 = 5;

/// Most accounts that whoever convenes a review can exclude from its panel. The rest of `Review::excluded` is for
/// auditors who were replaced.
pub const MAX_CALLER_EXCLUDED: u32 = 8;

/// A draw of the vacant seats of a review.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Draw {
    /// Of which review.
    pub subject: Subject,
    /// In which block the last of the seats became vacant: a seed that could be known by then is not used.
    pub since: BlockNumber,
}
