//! Benchmarks of every call and of what the session, authorship and offences pallets call, at worst-case state.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::panic
)]

use alloc::{collections::BTreeSet, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec,
    traits::{EnsureOrigin, Get},
};
use frame_system::RawOrigin;
use medshare_crypto::KeyPair;
use medshare_traits::BenchmarkSetup;
use medshare_types::{Balance, Role};
use pallet_authorship::EventHandler;
use pallet_session::SessionManager;
use sp_runtime::{
    Perbill,
    traits::{BlakeTwo256, Hash as _},
};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

use super::*;

/// More than any deposit.
const FUNDS: Balance = 1 << 80;

fn council<T: Config>() -> T::RuntimeOrigin {
    T::CouncilOrigin::try_successful_origin().expect("the council can be an origin in benchmarks")
}

/// A hospital with session keys.
fn hospital<T: Config>(index: u32) -> T::AccountId {
    let who: T::AccountId = account("hospital", index, 0);
    let key = KeyPair::from_seed(&BlakeTwo256::hash_of(&("validator", index)).0).public();
    let roles = BTreeSet::from([Role::Hospital]).try_into().expect("one role");
    T::BenchmarkSetup::member(&who, roles, key);
    T::BenchmarkSetup::fund(&who, FUNDS);
    T::Sessions::register(&who);
    who
}

/// A hospital that is a validator.
fn validator<T: Config>(index: u32) -> T::AccountId {
    let who = hospital::<T>(index);
    Pallet::<T>::seed(&who).expect("there is room");
    who
}

/// Has these validators alone, of whom all serve and are planned.
fn set<T: Config>(size: u32) -> Vec<T::AccountId> {
    Validators::<T>::kill();
    let validators: Vec<_> = (0..size).map(validator::<T>).collect();
    serve::<T>(&validators);
    validators
}

fn serve<T: Config>(validators: &[T::AccountId]) {
    let mut planned = validators.to_vec();
    planned.sort();
    Planned::<T>::put(BoundedVec::truncate_from(planned));
    T::Sessions::serve(validators.to_vec());
}

/// Fills the proposals but for one place.
fn almost_all_proposals<T: Config>() {
    Proposals::<T>::mutate(|proposals| {
        for index in 1..T::MaxValidators::get() {
            proposals.try_insert(account("proposed", index, 0), 0).expect("there is room");
        }
    });
}

fn change<T: Config>(who: &T::AccountId, state: State) {
    Validators::<T>::mutate(|validators| {
        validators.get_mut(who).expect("a validator").state = state;
    });
}

/// A full set in which only as many as must remain can be planned besides the last, who is returned; nobody finds that
/// out without a look at all of them.
fn tight_set<T: Config>() -> T::AccountId {
    let mut validators = set::<T>(T::MaxValidators::get());
    validators.sort();
    let last = validators.pop().expect("there are validators");
    let spare = validators.len().saturating_sub(T::MinValidators::get() as usize);
    validators.iter().take(spare).for_each(T::Sessions::purge);
    last
}

fn suspension() -> Suspension {
    Suspension { reason: Reason::Offence { session: 1, severity: Perbill::one() }, since: 0 }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn propose() {
        set::<T>(T::MaxValidators::get());
        almost_all_proposals::<T>();
        let who = hospital::<T>(u32::MAX);

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert!(Proposals::<T>::get().contains_key(&who));
    }

    #[benchmark]
    fn retract() {
        almost_all_proposals::<T>();
        let who = hospital::<T>(u32::MAX);
        Pallet::<T>::propose(RawOrigin::Signed(who.clone()).into()).unwrap();

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert_eq!(T::Sessions::keys(&who), None);
    }

    #[benchmark]
    fn admit() {
        set::<T>(T::MaxValidators::get() - 1);
        almost_all_proposals::<T>();
        let who = hospital::<T>(u32::MAX);
        Pallet::<T>::propose(RawOrigin::Signed(who.clone()).into()).unwrap();
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert!(Validators::<T>::get().contains_key(&who));
    }

    #[benchmark]
    fn decline() {
        almost_all_proposals::<T>();
        let who = hospital::<T>(u32::MAX);
        Pallet::<T>::propose(RawOrigin::Signed(who.clone()).into()).unwrap();
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert_eq!(T::Sessions::keys(&who), None);
    }

    #[benchmark]
    fn remove() {
        let who = tight_set::<T>();
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert_eq!(Pallet::<T>::validator(&who).unwrap().state, State::Leaving(None));
    }

    #[benchmark]
    fn leave() {
        let who = tight_set::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert_eq!(Pallet::<T>::validator(&who).unwrap().state, State::Leaving(None));
    }

    #[benchmark]
    fn reinstate() {
        let validators = set::<T>(T::MaxValidators::get());
        let who = validators[0].clone();
        change::<T>(&who, State::Suspended(suspension()));
        T::Sessions::disable(&who, Perbill::one());
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert_eq!(Pallet::<T>::validator(&who).unwrap().state, State::Active);
    }

    #[benchmark]
    fn note_author() {
        let who = validator::<T>(u32::MAX);

        #[block]
        {
            <Pallet<T> as EventHandler<_, _>>::note_author(who.clone());
        }

        assert_eq!(Authored::<T>::get(&who), 1);
    }

    /// Everybody was silent, and those who are gone served until now.
    #[benchmark]
    fn session_change(
        n: Linear<1, { T::MaxValidators::get() / 2 }>,
        g: Linear<0, { T::MaxValidators::get() / 2 }>,
    ) {
        let validators = set::<T>(n + g);
        let (stay, gone) = validators.split_at(n as usize);
        for who in gone {
            change::<T>(who, State::Leaving(None));
        }
        let mut planned = stay.to_vec();
        planned.sort();
        Planned::<T>::put(BoundedVec::truncate_from(planned));
        let somebody: T::AccountId = account("author", 0, 0);
        Authored::<T>::insert(somebody, T::LivenessThreshold::get().max(n + g));
        let session = T::History::get() + 10;

        #[block]
        {
            <Pallet<T> as SessionManager<_>>::end_session(session);
            <Pallet<T> as SessionManager<_>>::start_session(session + 1);
            let _ = <Pallet<T> as SessionManager<_>>::new_session(session + 2);
        }

        assert_eq!(Validators::<T>::get().len(), n as usize);
    }

    #[benchmark]
    fn on_offence(n: Linear<1, { T::MaxValidators::get() }>) {
        let validators = set::<T>(T::MaxValidators::get());
        let offenders: Vec<_> = validators
            .into_iter()
            .take(n as usize)
            .map(|who| OffenceDetails { offender: (who, ()), reporters: Vec::new() })
            .collect();
        let severities: Vec<_> = offenders.iter().map(|_| Perbill::one()).collect();

        #[block]
        {
            let _ = <Pallet<T> as OnOffenceHandler<_, _, _>>::on_offence(&offenders, &severities, 1);
        }

        assert_eq!(LastOffence::<T>::iter().count(), n as usize);
    }
}
