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

/// The group's base point: a valid encryption key whose secret nobody needs here.
const BASE_POINT: [u8; 32] = [
    0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58,
    0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76,
];

fn member<T: Config>() -> T::AccountId {
    let who = account("member", 0, 0);
    let roles = Roles::try_from(alloc::collections::BTreeSet::from([Role::Buyer])).unwrap();
    T::BenchmarkSetup::member(&who, roles, Point(BASE_POINT.into()));
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
