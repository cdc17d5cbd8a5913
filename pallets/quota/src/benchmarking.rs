//! Benchmarks of the call and of the transaction extensions, at worst-case state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

use alloc::{collections::BTreeSet, vec};
use frame_benchmarking::v2::*;
use frame_support::{
    dispatch::{DispatchInfo, PostDispatchInfo},
    traits::{EnsureOrigin, Time},
    weights::Weight,
};
use frame_system::{CheckNonce, RawOrigin};
use medshare_crypto::KeyPair;
use medshare_traits::{BenchmarkSetup, CreditScores};
use medshare_types::{CreditEvent, Role, Tier};
use sp_runtime::traits::{DispatchTransaction, Dispatchable, TransactionExtension};

use super::{types::Units, *};

/// Every role has this quota in every tier, by an entry of its own.
fn fill_table<T: Config>(quota: Units) {
    for role in Role::ALL {
        for tier in Tier::ALL {
            Pallet::<T>::do_set_quota(role, tier, quota).expect("there is room");
        }
    }
}

/// A member in every role, who has credit and has used something.
fn member<T: Config>() -> T::AccountId {
    let who: T::AccountId = account("who", 0, 0);
    let roles = BTreeSet::from(Role::ALL).try_into().expect("five fit");
    T::BenchmarkSetup::member(&who, roles, KeyPair::from_seed(&[1; 32]).public());
    T::Credit::note(&who, CreditEvent::RecordApproved);
    Usages::<T>::insert(&who, Usage { used: 1, as_of: T::Time::now() });
    who
}

fn info() -> DispatchInfo {
    DispatchInfo { call_weight: Weight::from_parts(100, 0), ..Default::default() }
}

fn remark<T: Config>() -> <T as frame_system::Config>::RuntimeCall {
    frame_system::Call::remark { remark: vec![] }.into()
}

#[benchmarks(where
    T: Send + Sync,
    CheckNonce<T>: TransactionExtension<<T as frame_system::Config>::RuntimeCall>,
    <T as frame_system::Config>::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_quota() {
        fill_table::<T>(1);
        let origin = T::CouncilOrigin::try_successful_origin().expect("the council can be an origin");

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Role::Vault, Tier::Exemplary, Units::MAX);

        assert_eq!(Pallet::<T>::quota_of(Role::Vault, Tier::Exemplary), Units::MAX);
    }

    /// What the call did not need is given back.
    #[benchmark]
    fn charge_quota() {
        fill_table::<T>(Units::MAX / 2);
        let who = member::<T>();
        let post_info = PostDispatchInfo::from(Some(Weight::from_parts(10, 0)));
        let result;

        #[block]
        {
            result = ChargeQuota::<T, ()>::from(()).test_run(
                RawOrigin::Signed(who.clone()).into(),
                &remark::<T>(),
                &info(),
                10,
                0,
                |_| Ok(post_info),
            );
        }

        assert!(result.unwrap().is_ok());
        assert_eq!(Pallet::<T>::used(&who), Pallet::<T>::charge(&info(), 10) + 1 - 90);
    }

    #[benchmark]
    fn exceed_quota() {
        fill_table::<T>(2);
        let who = member::<T>();
        let result;

        #[block]
        {
            result = ChargeQuota::<T, ()>::from(()).test_run(
                RawOrigin::Signed(who.clone()).into(),
                &remark::<T>(),
                &info(),
                10,
                0,
                |_| Ok(Default::default()),
            );
        }

        assert!(result.unwrap().is_ok());
        let charge = Pallet::<T>::charge(&info(), 10);
        frame_system::Pallet::<T>::assert_last_event(Event::Exceeded { who, charge, left: 1 }.into());
    }

    #[benchmark]
    fn check_nonce_ahead() {
        let who = member::<T>();
        let nonce = frame_system::Pallet::<T>::account_nonce(&who);
        let result;

        #[block]
        {
            result = CheckNonceAhead::<T>::from(CheckNonce::from(nonce)).test_run(
                RawOrigin::Signed(who.clone()).into(),
                &remark::<T>(),
                &info(),
                10,
                0,
                |_| Ok(Default::default()),
            );
        }

        assert!(result.unwrap().is_ok());
        assert_ne!(frame_system::Pallet::<T>::account_nonce(&who), nonce);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
