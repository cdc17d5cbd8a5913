//! The invariants of the pallet.

use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{ensure, traits::fungible::InspectHold};
use medshare_types::{Balance, Role};
use sp_runtime::TryRuntimeError;

use crate::{
    Auditors, Config, Departed, Deposits, Engaged, HoldReason, Hospitals, KeyOwners, Keys, Members, Pallet,
    Sponsored, impls::acts,
};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. every member has a role, its key is the last of its [`Keys`], and its account exists also without money;
    /// 2. the lists of auditors and hospitals are ascending and hold exactly the active members with that role;
    /// 3. nobody is both a member and departed; the keys of both are numbered without gaps, and [`KeyOwners`] is their
    ///    exact reverse, so no key belongs to two accounts or twice to one;
    /// 4. every sponsor is a member, and is counted to sponsor as many as name it;
    /// 5. a deposit belongs to a sponsored member, none is zero, and each sponsor has on hold exactly the sum of its
    ///    deposits;
    /// 6. only members are engaged, and nobody in nothing.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::try_state_members()?;
        Self::try_state_keys()?;
        Self::try_state_sponsors()
    }

    fn try_state_members() -> Result<(), TryRuntimeError> {
        let (mut auditors, mut hospitals) = (Vec::new(), Vec::new());
        for (who, member) in Members::<T>::iter() {
            ensure!(!member.roles.is_empty(), "a member has no role");
            ensure!(
                Keys::<T>::get(&who, member.key_index) == Some(member.key),
                "a member's current key is not filed under its number"
            );
            ensure!(!Departed::<T>::contains_key(&who), "a member is filed as departed");
            ensure!(frame_system::Pallet::<T>::sufficients(&who) > 0, "a member's account can vanish");
            for (role, list) in [(Role::Auditor, &mut auditors), (Role::Hospital, &mut hospitals)] {
                if acts(&member, role) {
                    list.push(who.clone());
                }
            }
        }
        auditors.sort();
        hospitals.sort();
        ensure!(
            Auditors::<T>::get().into_inner() == auditors,
            "the list of auditors is not the active auditors"
        );
        ensure!(
            Hospitals::<T>::get().into_inner() == hospitals,
            "the list of hospitals is not the active hospitals"
        );
        for (who, count) in Engaged::<T>::iter() {
            ensure!(count > 0, "an account is filed as engaged in nothing");
            ensure!(Members::<T>::contains_key(who), "an account is engaged without being a member");
        }
        Ok(())
    }

    fn try_state_keys() -> Result<(), TryRuntimeError> {
        let mut expected = 0u64;
        let members = Members::<T>::iter().map(|(who, member)| (who, member.key_index));
        for (who, last) in members.chain(Departed::<T>::iter()) {
            expected = expected.saturating_add(u64::from(last)).saturating_add(1);
            for index in 0..=last {
                let key = Keys::<T>::get(&who, index).ok_or("a key is missing in the count")?;
                ensure!(
                    KeyOwners::<T>::get(key).as_ref() == Some(&who),
                    "a key is not filed as its account's"
                );
            }
        }
        let count = |found: usize| u64::try_from(found) == Ok(expected);
        ensure!(count(Keys::<T>::iter_keys().count()), "there are keys beyond the count");
        ensure!(count(KeyOwners::<T>::iter_keys().count()), "there are owners of keys that nobody has");
        Ok(())
    }

    fn try_state_sponsors() -> Result<(), TryRuntimeError> {
        let mut sponsored = BTreeMap::<T::AccountId, (u32, Balance)>::new();
        for (who, member) in Members::<T>::iter() {
            let deposit = Deposits::<T>::get(&who);
            ensure!(deposit != Some(0), "a deposit is zero");
            match member.sponsor {
                Some(sponsor) => {
                    let (count, sum) = sponsored.entry(sponsor).or_default();
                    *count = count.saturating_add(1);
                    *sum = sum.saturating_add(deposit.unwrap_or_default());
                }
                None => ensure!(deposit.is_none(), "there is a deposit for a member without sponsor"),
            }
        }
        for who in Deposits::<T>::iter_keys() {
            ensure!(Members::<T>::contains_key(who), "there is a deposit for somebody who is no member");
        }
        for (sponsor, (count, sum)) in &sponsored {
            ensure!(Members::<T>::contains_key(sponsor), "a sponsor is no member");
            ensure!(Sponsored::<T>::get(sponsor) == *count, "a sponsor's count is wrong");
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Admission.into(), sponsor) == *sum,
                "a sponsor has not on hold what its deposits are"
            );
        }
        for sponsor in Sponsored::<T>::iter_keys() {
            ensure!(sponsored.contains_key(&sponsor), "somebody is counted as a sponsor of nobody");
        }
        for who in Members::<T>::iter_keys().filter(|who| !sponsored.contains_key(who)) {
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Admission.into(), &who) == 0,
                "somebody who sponsors nobody has a deposit on hold"
            );
        }
        Ok(())
    }
}
