//! Benchmarks of every call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use frame_benchmarking::v2::*;
use frame_support::traits::{
    EnsureOrigin, Get,
    fungible::{Inspect, Mutate},
};
use frame_system::RawOrigin;
use medshare_traits::BenchmarkSetup;
use medshare_types::{Balance, Hash, Point, Role, Roles};

use super::*;

fn council<T: Config>() -> T::RuntimeOrigin {
    T::CouncilOrigin::try_successful_origin().expect("the council can be an origin in benchmarks")
}

fn member<T: Config>() -> T::AccountId {
    let who = account("member", 0, 0);
    let roles = Roles::try_from(alloc::collections::BTreeSet::from([Role::Buyer])).unwrap();
    T::BenchmarkSetup::member(&who, roles, Point(Hash::repeat_byte(1)));
    T::Currency::mint_into(&who, amount::<T>() * 10).unwrap();
    who
}

fn amount<T: Config>() -> Balance {
    T::MinRedemption::get().max(T::Currency::minimum_balance())
}

fn redemption<T: Config>() -> (T::AccountId, RedemptionId) {
    let (who, id) = (member::<T>(), NextRedemption::<T>::get());
    Pallet::<T>::do_redeem(who.clone(), amount::<T>()).unwrap();
    (who, id)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn issue() {
        let (who, reference) = (member::<T>(), Hash::repeat_byte(2));

        #[extrinsic_call]
        _(council::<T>() as T::RuntimeOrigin, who, amount::<T>(), reference);

        assert!(References::<T>::contains_key(reference));
    }

    #[benchmark]
    fn redeem() {
        let who = member::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), amount::<T>());

        assert_eq!(Redemptions::<T>::iter().count(), 1);
    }

    #[benchmark]
    fn cancel() {
        let (who, id) = redemption::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), id);

        assert!(!Redemptions::<T>::contains_key(id));
    }

    #[benchmark]
    fn confirm() {
        let (_, id) = redemption::<T>();

        #[extrinsic_call]
        _(council::<T>() as T::RuntimeOrigin, id, Hash::repeat_byte(2));

        assert!(!Redemptions::<T>::contains_key(id));
    }

    #[benchmark]
    fn decline() {
        let (_, id) = redemption::<T>();

        #[extrinsic_call]
        _(council::<T>() as T::RuntimeOrigin, id);

        assert!(!Redemptions::<T>::contains_key(id));
    }
}
