//! What the pallet stores, and how a quota refills.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
    BoundedBTreeMap,
    traits::{ConstU32, Get},
};
use medshare_types::{Moment, Role, Tier};
use scale_info::TypeInfo;
use sp_runtime::traits::Convert;

/// What quotas are counted in: picoseconds of computation, the reference time of weights.
pub type Units = u64;

/// Quotas by role and tier. The bound is the number of pairs.
pub type Table = BoundedBTreeMap<(Role, Tier), Units, ConstU32<20>>;

/// What an account had used of its quota at some time.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Usage {
    /// Units that were used and had not yet been refilled then.
    pub used: Units,
    /// When that was.
    pub as_of: Moment,
}

impl Usage {
    /// What is still used at `now` of a quota that refills within `window`. Rounded up to a unit.
    ///
    /// No more than the whole quota is ever used, also if it was larger before: so any quota is full again a window
    /// after its last use.
    pub fn at(&self, now: Moment, quota: Units, window: Moment) -> Units {
        let elapsed = now.saturating_sub(self.as_of);
        let refilled = u128::from(quota)
            .saturating_mul(u128::from(elapsed))
            .checked_div(u128::from(window))
            .map_or(Units::MAX, |units| units.try_into().unwrap_or(Units::MAX));
        self.used.min(quota).saturating_sub(refilled)
    }

    /// The first moment at which nothing is used any more; none if there is no quota.
    pub fn whole_at(&self, quota: Units, window: Moment) -> Option<Moment> {
        let used = u128::from(self.used.min(quota));
        let quota = u128::from(quota);
        let wait = used
            .saturating_mul(u128::from(window))
            .saturating_add(quota.saturating_sub(1))
            .checked_div(quota)?;
        Some(self.as_of.saturating_add(wait.try_into().unwrap_or(Moment::MAX)))
    }
}

/// Which of its quotas an account uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purse {
    /// That of a member's roles.
    Ordinary,
    /// That of the council's members for operational transactions.
    Operational,
}

/// A quota and what is used of it now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    pub quota: Units,
    pub used: Units,
}

impl Standing {
    pub fn left(&self) -> Units {
        self.quota.saturating_sub(self.used)
    }

    /// A part of the quota, from 0 to 255.
    pub fn share(&self, part: Units) -> u8 {
        u128::from(part)
            .saturating_mul(u128::from(u8::MAX))
            .checked_div(u128::from(self.quota))
            .map_or(0, |share| share.try_into().unwrap_or(u8::MAX))
    }
}

/// Charges so many units a byte.
pub struct PerByte<G>(PhantomData<G>);

impl<G: Get<Units>> Convert<u32, Units> for PerByte<G> {
    fn convert(bytes: u32) -> Units {
        G::get().saturating_mul(bytes.into())
    }
}
