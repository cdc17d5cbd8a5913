//! Settlement credit against payments outside of the chain.

use codec::Compact;
use medshare_types::{AccountId, Balance, Hash};

use crate::chain::Call;

/// Settlement.issue: by the council.
pub fn issue(who: AccountId, amount: Balance, reference: Hash) -> Call {
    Call::new("Settlement", "issue")
        .arg("who", who)
        .arg("amount", Compact(amount))
        .arg("reference", reference)
}

/// Settlement.redeem: by a member.
pub fn redeem(amount: Balance) -> Call {
    Call::new("Settlement", "redeem").arg("amount", Compact(amount))
}

/// Settlement.cancel: by who asked for the redemption.
pub fn cancel(redemption: u64) -> Call {
    Call::new("Settlement", "cancel").arg("redemption", redemption)
}

/// Settlement.confirm: by the council.
pub fn confirm(redemption: u64, reference: Hash) -> Call {
    Call::new("Settlement", "confirm").arg("redemption", redemption).arg("reference", reference)
}

/// Settlement.decline: by the council.
pub fn decline(redemption: u64) -> Call {
    Call::new("Settlement", "decline").arg("redemption", redemption)
}
