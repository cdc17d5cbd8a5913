//! What the call and the extensions do, and what the runtime API asks.

use frame_support::{
    dispatch::{DispatchClass, DispatchInfo, DispatchResult},
    traits::{Contains, Get, Time},
    weights::Weight,
};
use medshare_traits::{CreditScores, Membership};
use medshare_types::{Moment, Role, Tier};
use sp_runtime::{DispatchError, traits::Convert};

use crate::{
    Config, Event, OperationalUsages, Pallet, Quotas, Usage, Usages, defaults,
    types::{Purse, Standing, Table, Units},
};

fn look_up(table: &Table, role: Role, tier: Tier) -> Units {
    table.get(&(role, tier)).copied().unwrap_or_else(|| defaults::quota(role, tier))
}

impl<T: Config> Pallet<T> {
    /// What a role has in a tier of credit, in units.
    pub fn quota_of(role: Role, tier: Tier) -> Units {
        look_up(&Quotas::<T>::get(), role, tier)
    }

    /// Somebody's whole quota in units: the largest of its roles' in its tier; zero if it is no active member.
    pub fn quota(who: &T::AccountId) -> Units {
        let mut roles = Role::ALL.into_iter().filter(|role| T::Membership::has_role(who, *role)).peekable();
        if roles.peek().is_none() {
            return 0;
        }
        let tier = T::Credit::tier(who);
        let table = Quotas::<T>::get();
        roles.map(|role| look_up(&table, role, tier)).max().unwrap_or_default()
    }

    /// What of somebody's quota is used now, in units.
    pub fn used(who: &T::AccountId) -> Units {
        Self::standing(who).used
    }

    /// What is left of somebody's quota now, in units.
    pub fn left(who: &T::AccountId) -> Units {
        Self::standing(who).left()
    }

    /// When somebody's quota is full again, if it uses no more: now, if nothing is used; never, if it has none.
    pub fn resets_at(who: &T::AccountId) -> Option<Moment> {
        let quota = Self::quota(who);
        let now = T::Time::now();
        match Usages::<T>::get(who) {
            _ if quota == 0 => None,
            Some(usage) => usage.whole_at(quota, T::Window::get()).map(|whole| whole.max(now)),
            None => Some(now),
        }
    }

    /// What a transaction of this length is charged before it runs, in units.
    pub fn charge(info: &DispatchInfo, len: usize) -> Units {
        Self::units(info.class, info.total_weight(), len)
    }

    pub(crate) fn units(class: DispatchClass, weight: Weight, len: usize) -> Units {
        let base = T::BlockWeights::get().get(class).base_extrinsic;
        let length = u32::try_from(len).unwrap_or(u32::MAX);
        base.saturating_add(weight).ref_time().saturating_add(T::LengthToUnits::convert(length))
    }

    /// Whether it is an operational transaction of the council.
    pub(crate) fn is_privileged(who: &T::AccountId, class: DispatchClass) -> bool {
        class == DispatchClass::Operational && T::Council::contains(who)
    }

    pub(crate) fn standing(who: &T::AccountId) -> Standing {
        Self::standing_in(Purse::Ordinary, who)
    }

    /// What is there and used of one of an account's quotas. Whether it has the operational one is for who asks.
    pub(crate) fn standing_in(purse: Purse, who: &T::AccountId) -> Standing {
        let quota = match purse {
            Purse::Ordinary => Self::quota(who),
            Purse::Operational => T::OperationalQuota::get(),
        };
        let used = if quota == 0 { 0 } else { Self::used_of(purse, who, quota, T::Time::now()) };
        Standing { quota, used }
    }

    /// Deducts from somebody's quota. Fails without effect if that much is not left.
    pub(crate) fn deduct(purse: Purse, who: &T::AccountId, quota: Units, charge: Units) -> DispatchResult {
        let now = T::Time::now();
        let used = Self::used_of(purse, who, quota, now)
            .checked_add(charge)
            .filter(|used| *used <= quota)
            .ok_or(DispatchError::Exhausted)?;
        if used > 0 {
            Self::note(purse, who, |entry| *entry = Some(Usage { used, as_of: now }));
        }
        Ok(())
    }

    /// Gives back what was deducted in the same block.
    pub(crate) fn give_back(purse: Purse, who: &T::AccountId, units: Units) {
        if units == 0 {
            return;
        }
        Self::note(purse, who, |entry| {
            *entry = entry.take().and_then(|usage| {
                let used = usage.used.saturating_sub(units);
                (used > 0).then_some(Usage { used, ..usage })
            });
        });
    }

    fn note(purse: Purse, who: &T::AccountId, change: impl FnOnce(&mut Option<Usage>)) {
        match purse {
            Purse::Ordinary => Usages::<T>::mutate_exists(who, change),
            Purse::Operational => OperationalUsages::<T>::mutate_exists(who, change),
        }
    }

    pub(crate) fn do_set_quota(role: Role, tier: Tier, quota: Units) -> DispatchResult {
        // The bound is the number of pairs, so there is always room.
        Quotas::<T>::try_mutate(|table| table.try_insert((role, tier), quota).map(drop))
            .map_err(|_| DispatchError::Exhausted)?;
        Self::deposit_event(Event::QuotaSet { role, tier, quota });
        Ok(())
    }

    fn used_of(purse: Purse, who: &T::AccountId, quota: Units, now: Moment) -> Units {
        let usage = match purse {
            Purse::Ordinary => Usages::<T>::get(who),
            Purse::Operational => OperationalUsages::<T>::get(who),
        };
        usage.map_or(0, |usage| usage.at(now, quota, T::Window::get()))
    }
}
