//! How many motions a hospital may have open.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    traits::{Consideration, MaybeConsideration},
    weights::Weight,
};
use pallet_collective::{CostOf, Error, Proposals, WeightInfo, weights::SubstrateWeight};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

use super::{Hospitals, MAX_MOTIONS, MOST_MOTIONS};
use crate::{AccountId, Runtime};

/// One of the few motions that a hospital may have open. It costs nothing; pallet-collective keeps it, and so who proposed what,
/// until `release_proposal_cost`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct OneOfFew;

impl Consideration<AccountId, u32> for OneOfFew {
    fn new(who: &AccountId, _: u32) -> Result<Self, DispatchError> {
        let open = Proposals::<Runtime, Hospitals>::get();
        let own = open
            .iter()
            .filter(|motion| {
                CostOf::<Runtime, Hospitals>::get(motion).is_some_and(|(proposer, _)| proposer == *who)
            })
            .count();
        ensure!(own < MOST_MOTIONS, Error::<Runtime, Hospitals>::TooManyProposals);
        Ok(Self)
    }

    fn update(self, _: &AccountId, _: u32) -> Result<Self, DispatchError> {
        Ok(self)
    }

    fn drop(self, _: &AccountId) -> Result<(), DispatchError> {
        Ok(())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn ensure_successful(_: &AccountId, _: u32) {}
}

impl MaybeConsideration<AccountId, u32> for OneOfFew {
    fn is_none(&self) -> bool {
        false
    }
}

/// The weights of the SDK, and of a motion what [`OneOfFew`] reads besides.
pub struct Weights;

type Sdk = SubstrateWeight<Runtime>;

impl WeightInfo for Weights {
    fn set_members(m: u32, n: u32, p: u32) -> Weight {
        Sdk::set_members(m, n, p)
    }

    fn execute(b: u32, m: u32) -> Weight {
        Sdk::execute(b, m)
    }

    fn propose_execute(b: u32, m: u32) -> Weight {
        Sdk::propose_execute(b, m)
    }

    fn propose_proposed(b: u32, m: u32, p: u32) -> Weight {
        let looked_up = u64::from(MAX_MOTIONS).saturating_add(1);
        Sdk::propose_proposed(b, m, p)
            .saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads_writes(looked_up, 1))
    }

    fn vote(m: u32) -> Weight {
        Sdk::vote(m)
    }

    fn close_early_disapproved(m: u32, p: u32) -> Weight {
        Sdk::close_early_disapproved(m, p)
    }

    fn close_early_approved(b: u32, m: u32, p: u32) -> Weight {
        Sdk::close_early_approved(b, m, p)
    }

    fn close_disapproved(m: u32, p: u32) -> Weight {
        Sdk::close_disapproved(m, p)
    }

    fn close_approved(b: u32, m: u32, p: u32) -> Weight {
        Sdk::close_approved(b, m, p)
    }

    fn disapprove_proposal(p: u32) -> Weight {
        Sdk::disapprove_proposal(p)
    }

    fn kill(d: u32, p: u32) -> Weight {
        Sdk::kill(d, p)
    }

    fn release_proposal_cost() -> Weight {
        Sdk::release_proposal_cost()
    }
}
