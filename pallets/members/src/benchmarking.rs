//! Benchmarks of every call and of the transaction extension, at worst-case state.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::panic
)]

use frame_benchmarking::v2::*;
use frame_support::{
    dispatch::DispatchInfo,
    traits::{EnsureOrigin, Get, fungible},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use medshare_crypto::KeyPair;
use medshare_types::{Balance, Hash, KeyProof, MemberStatus, Role, Roles};
use rand_core::{CryptoRng, RngCore};
use sp_runtime::{
    traits::{Dispatchable, TransactionExtension, TxBaseImplication, Zero},
    transaction_validity::TransactionSource,
};

use super::*;

/// Constant bytes: a proof of possession takes its secret nonce from the key as well, and these keys are no secrets.
struct Constant;

impl RngCore for Constant {
    fn next_u32(&mut self) -> u32 {
        7
    }

    fn next_u64(&mut self) -> u64 {
        7
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        dest.fill(7);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Constant {}

fn pair(seed: u32) -> KeyPair {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    KeyPair::from_seed(&bytes)
}

fn prove<T: Config>(pair: &KeyPair, who: &T::AccountId) -> KeyProof {
    let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
    pair.prove_possession(&mut Constant, &genesis, who)
}

fn all_roles() -> Roles {
    Role::ALL.into_iter().collect::<alloc::collections::BTreeSet<_>>().try_into().expect("five fit")
}

fn roles(roles: &[Role]) -> Roles {
    roles.iter().copied().collect::<alloc::collections::BTreeSet<_>>().try_into().expect("at most five")
}

fn identity() -> Hash {
    Hash::repeat_byte(9)
}

fn council<T: Config>() -> T::RuntimeOrigin {
    T::CouncilOrigin::try_successful_origin().expect("the council can be an origin in benchmarks")
}

/// Fills the lists of auditors and hospitals but for one place.
fn almost_full_lists<T: Config>() {
    let present = Auditors::<T>::get().len() as u32;
    for seed in present..T::MaxAuditors::get().saturating_sub(1) {
        let key = pair(1_000 + seed).public();
        Pallet::<T>::seed(account("auditor", seed, 0), roles(&[Role::Auditor]), identity(), key)
            .expect("there is room");
    }
    let present = Hospitals::<T>::get().len() as u32;
    for seed in present..T::MaxHospitals::get().saturating_sub(1) {
        let key = pair(10_000 + seed).public();
        Pallet::<T>::seed(account("hospitals", seed, 0), roles(&[Role::Hospital]), identity(), key)
            .expect("there is room");
    }
}

fn hospital<T: Config>() -> T::AccountId
where
    T::Currency: fungible::Mutate<T::AccountId>,
{
    let hospital: T::AccountId = account("hospital", 0, 0);
    let money: Balance = <T::Currency as fungible::Inspect<_>>::minimum_balance()
        .saturating_add(T::AdmissionDeposit::get())
        .saturating_mul(10);
    <T::Currency as fungible::Mutate<_>>::mint_into(&hospital, money).expect("money can be made");
    Pallet::<T>::seed(hospital.clone(), roles(&[Role::Hospital]), identity(), pair(1).public())
        .expect("the hospital is new");
    hospital
}

/// A member whom a hospital sponsors and who has every role but that of an auditor.
fn sponsored<T: Config>(hospital: &T::AccountId) -> T::AccountId {
    let who: T::AccountId = account("who", 0, 0);
    let key = pair(2);
    let proof = prove::<T>(&key, &who);
    Pallet::<T>::admit(
        RawOrigin::Signed(hospital.clone()).into(),
        who.clone(),
        roles(&[Role::Provider, Role::Buyer]),
        identity(),
        key.public(),
        proof,
    )
    .expect("a hospital may admit");
    Pallet::<T>::set_roles(
        council::<T>(),
        who.clone(),
        roles(&[Role::Provider, Role::Buyer, Role::Vault, Role::Hospital]),
    )
    .expect("the council may");
    who
}

/// The same, with every role, on a full list of auditors.
fn sponsored_auditor<T: Config>(hospital: &T::AccountId) -> T::AccountId {
    let who = sponsored::<T>(hospital);
    almost_full_lists::<T>();
    Pallet::<T>::set_roles(council::<T>(), who.clone(), all_roles()).expect("the council may");
    who
}

#[benchmarks(where
    T: Send + Sync,
    T::Currency: fungible::Mutate<T::AccountId>,
    <T as frame_system::Config>::RuntimeCall: Dispatchable<Info = DispatchInfo>,
)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn admit_by_council() {
        almost_full_lists::<T>();
        let who: T::AccountId = account("who", 0, 0);
        // Somebody who comes back with another key costs the most.
        Pallet::<T>::seed(who.clone(), roles(&[Role::Buyer]), identity(), pair(3).public()).unwrap();
        Pallet::<T>::leave(RawOrigin::Signed(who.clone()).into()).unwrap();
        let key = pair(2);
        let proof = prove::<T>(&key, &who);
        let origin = council::<T>();

        #[extrinsic_call]
        admit(origin as T::RuntimeOrigin, who.clone(), all_roles(), identity(), key.public(), proof);

        assert!(Auditors::<T>::get().contains(&who));
    }

    #[benchmark]
    fn admit_by_hospital() {
        let hospital = hospital::<T>();
        let who: T::AccountId = account("who", 0, 0);
        Pallet::<T>::seed(who.clone(), roles(&[Role::Buyer]), identity(), pair(3).public()).unwrap();
        Pallet::<T>::leave(RawOrigin::Signed(who.clone()).into()).unwrap();
        let key = pair(2);
        let proof = prove::<T>(&key, &who);

        #[extrinsic_call]
        admit(
            RawOrigin::Signed(hospital.clone()),
            who.clone(),
            roles(&[Role::Provider, Role::Buyer]),
            identity(),
            key.public(),
            proof,
        );

        assert_eq!(Members::<T>::get(&who).unwrap().sponsor, Some(hospital));
    }

    #[benchmark]
    fn set_roles() {
        let who = sponsored::<T>(&hospital::<T>());
        almost_full_lists::<T>();
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone(), all_roles());

        assert!(Auditors::<T>::get().contains(&who));
    }

    #[benchmark]
    fn suspend() {
        let who = sponsored_auditor::<T>(&hospital::<T>());
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert!(!Auditors::<T>::get().contains(&who));
    }

    #[benchmark]
    fn reinstate() {
        let who = sponsored_auditor::<T>(&hospital::<T>());
        Pallet::<T>::suspend(council::<T>(), who.clone()).unwrap();
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert!(Auditors::<T>::get().contains(&who));
    }

    #[benchmark]
    fn rotate_key() {
        let who = sponsored_auditor::<T>(&hospital::<T>());
        let key = pair(4);
        let proof = prove::<T>(&key, &who);

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), key.public(), proof);

        assert_eq!(Keys::<T>::get(&who, 1), Some(key.public()));
    }

    #[benchmark]
    fn leave() {
        let who = sponsored_auditor::<T>(&hospital::<T>());

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert!(!Members::<T>::contains_key(&who));
    }

    #[benchmark]
    fn expel() {
        let who = sponsored_auditor::<T>(&hospital::<T>());
        Pallet::<T>::suspend(council::<T>(), who.clone()).unwrap();
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, who.clone());

        assert!(!Members::<T>::contains_key(&who));
    }

    /// A suspended member: after its entry the exemptions are asked too.
    #[benchmark]
    fn check_member() {
        let who = sponsored_auditor::<T>(&hospital::<T>());
        Pallet::<T>::suspend(council::<T>(), who.clone()).unwrap();
        assert_eq!(Members::<T>::get(&who).unwrap().status, MemberStatus::Suspended { by_council: true });
        let call: <T as frame_system::Config>::RuntimeCall =
            frame_system::Call::remark { remark: alloc::vec![] }.into();
        let info = DispatchInfo::default();
        let origin: T::RuntimeOrigin = RawOrigin::Signed(who).into();
        let result;

        #[block]
        {
            result = CheckMember::<T>::new()
                .validate(origin, &call, &info, 0, (), &TxBaseImplication(()), TransactionSource::External)
                .map(drop);
        }

        assert!(result.is_err());
    }
}
