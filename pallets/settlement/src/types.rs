use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{Balance, Moment};
use scale_info::TypeInfo;

/// A redemption, numbered from 0.
pub type RedemptionId = u64;

/// Credit that its holder wants to have paid out.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Redemption<AccountId> {
    /// Who asks.
    pub who: AccountId,
    /// How much is on hold for it.
    pub amount: Balance,
    /// Since when.
    pub since: Moment,
}
