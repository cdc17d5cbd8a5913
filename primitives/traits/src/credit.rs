use medshare_types::{Benefits, CreditEvent, Tier};
use sp_runtime::Permill;

/// Credit scores. Given by `pallet-credit`.
pub trait CreditScores<AccountId> {
    /// Notes an event. Never fails: reputation follows what happened and must not stop it.
    fn note(who: &AccountId, event: CreditEvent);

    /// Its tier now.
    fn tier(who: &AccountId) -> Tier;

    /// What its tier gives now.
    fn benefits(who: &AccountId) -> Benefits;
}

impl<AccountId> CreditScores<AccountId> for () {
    fn note(_: &AccountId, _: CreditEvent) {}

    fn tier(_: &AccountId) -> Tier {
        Tier::Standard
    }

    fn benefits(_: &AccountId) -> Benefits {
        Benefits {
            max_pending: u32::MAX,
            claim_window: 0,
            may_audit: true,
            fee_discount: Permill::zero(),
            max_open_orders: u32::MAX,
        }
    }
}
