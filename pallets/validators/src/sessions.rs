//! What this pallet asks of the one that runs the sessions, and what that asks back.

use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_system::RawOrigin;
use medshare_traits::Membership;
use medshare_types::{Hash, Role};
use pallet_session::historical;
use sp_runtime::{
    Perbill,
    traits::{BlakeTwo256, Convert, Hash as _},
};
use sp_staking::{SessionIndex, offence::OffenceSeverity};

use crate::Config;

/// Session keys and the set of the current session. Given by `pallet-session` with its history.
pub trait Sessions<AccountId> {
    /// Who authors and finalises in the current session.
    fn serving() -> Vec<AccountId>;

    /// A hash of the account's session keys, if it has registered any.
    fn keys(who: &AccountId) -> Option<Hash>;

    /// Removes the account's session keys and gives back what was held for them.
    fn purge(who: &AccountId);

    /// Takes from a validator of the current session its slots for the rest of it, unless it has been done to too many
    /// already. It goes on voting about finality until it is in the set no more: GRANDPA's nodes do not heed that somebody is
    /// disabled.
    fn disable(who: &AccountId, severity: Perbill);

    /// Gives a validator of the current session its slots back. `pallet-session` does so by itself only when
    /// the set or its keys change.
    fn enable(who: &AccountId);

    /// Forgets which validators the sessions before this one had, so that their offences cannot be proven any more.
    fn forget_before(session: SessionIndex);

    /// Registers session keys.
    #[cfg(feature = "runtime-benchmarks")]
    fn register(who: &AccountId);

    /// Makes these the set of the current session.
    #[cfg(feature = "runtime-benchmarks")]
    fn serve(validators: Vec<AccountId>);
}

impl<T> Sessions<T::AccountId> for pallet_session::Pallet<T>
where
    T: pallet_session::Config<ValidatorId = <T as frame_system::Config>::AccountId> + historical::Config,
{
    fn serving() -> Vec<T::AccountId> {
        Self::validators()
    }

    fn keys(who: &T::AccountId) -> Option<Hash> {
        Self::load_keys(who).map(|keys| BlakeTwo256::hash_of(&keys))
    }

    fn purge(who: &T::AccountId) {
        if let Err(error) = Self::purge_keys(RawOrigin::Signed(who.clone()).into()) {
            log::debug!(target: crate::LOG_TARGET, "{who:?} had no session keys to remove: {error:?}");
        }
    }

    fn disable(who: &T::AccountId, severity: Perbill) {
        Self::report_offence(who.clone(), OffenceSeverity(severity));
    }

    fn enable(who: &T::AccountId) {
        if let Some(index) = Self::validator_id_to_index(who) {
            Self::reenable_index(index);
        }
    }

    fn forget_before(session: SessionIndex) {
        historical::Pallet::<T>::prune_up_to(session);
    }

    #[cfg(feature = "runtime-benchmarks")]
    #[allow(clippy::expect_used)]
    fn register(who: &T::AccountId) {
        use codec::Decode;

        let seed = BlakeTwo256::hash_of(who).0.repeat(32);
        let keys = T::Keys::decode(&mut seed.as_slice()).expect("any bytes are public keys");
        <Self as pallet_session::SessionInterface>::set_keys(who, keys).expect("the keys are its own");
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn serve(validators: Vec<T::AccountId>) {
        pallet_session::Validators::<T>::put(validators);
    }
}

/// For `pallet-session`: a validator is known by its account, and only active hospitals may set session keys.
pub struct HospitalIdOf<T>(PhantomData<T>);

impl<T: Config> Convert<T::AccountId, Option<T::AccountId>> for HospitalIdOf<T> {
    fn convert(who: T::AccountId) -> Option<T::AccountId> {
        T::Membership::has_role(&who, Role::Hospital).then_some(who)
    }
}

/// For `pallet-session`'s history: the account says everything about a validator.
pub struct AccountIsAll;

impl<AccountId> Convert<AccountId, Option<()>> for AccountIsAll {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}
