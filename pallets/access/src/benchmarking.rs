//! Every call in the state in which it has most to do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

use alloc::{collections::BTreeSet, format, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec,
    traits::{Get, Time},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use medshare_crypto::{KeyPair, RecordKey, seal};
use medshare_traits::{BenchmarkSetup, RecordRegistry};
use medshare_types::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sp_runtime::traits::Zero;

use crate::{
    Call, Config, Grants, LastReceipt, NextRequest, Pallet, Policies, ReceiptCount, Receipts, Requests,
};

/// More than any deposits.
const FUNDS: Balance = 1 << 80;

/// An order that there is not, so no money of it is on hold.
const NO_ORDER: OrderId = OrderId::MAX;

/// An approved record, its owner, and somebody who wants it.
struct Scene<T: Config> {
    owner: T::AccountId,
    owner_keys: KeyPair,
    commitment: KeyCommitment,
    record: RecordId,
    version: Version,
    grantee: T::AccountId,
    grantee_key: Point,
}

fn member<T: Config>(name: &'static str, role: Role) -> (T::AccountId, KeyPair) {
    let (who, keys) = (account(name, 0, 0), KeyPair::development(name));
    T::BenchmarkSetup::member(&who, BTreeSet::from([role]).try_into().expect("one role"), keys.public());
    T::BenchmarkSetup::fund(&who, FUNDS);
    (who, keys)
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

impl<T: Config> Scene<T> {
    fn new() -> Self {
        let (owner, owner_keys) = member::<T>("owner", Role::Provider);
        let (grantee, grantee_keys) = member::<T>("grantee", Role::Buyer);
        let commitment =
            RecordKey::generate(&mut rng()).commit(&mut rng(), &owner_keys.public()).expect("a good key");
        let (record, version) = T::BenchmarkSetup::record(&owner, owner_keys.public(), commitment);
        T::BenchmarkSetup::approve(record, version);
        Self { owner, owner_keys, commitment, record, version, grantee, grantee_key: grantee_keys.public() }
    }

    /// Another approved record of the same owner.
    fn next_record(&mut self) {
        let owner_key = self.owner_keys.public();
        (self.record, self.version) = T::BenchmarkSetup::record(&self.owner, owner_key, self.commitment);
        T::BenchmarkSetup::approve(self.record, self.version);
    }

    fn sealed(&self, purpose: SealPurpose) -> SealedKey {
        let context = SealContext {
            genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
            record: self.record,
            version: self.version,
            grantee: self.grantee.clone(),
            purpose,
        };
        seal(&mut rng(), &self.owner_keys, &self.commitment, &self.grantee_key, &context).expect("good keys")
    }

    /// Leaves a grant that is to be replaced, with a deposit of the owner.
    fn revoked_grant(&self) -> Result<(), BenchmarkError> {
        let sealed = self.sealed(SealPurpose::Direct);
        Pallet::<T>::do_grant(
            &self.owner,
            self.record,
            self.version,
            self.grantee.clone(),
            purpose(),
            sealed,
            None,
        )?;
        self.revoke()
    }

    /// Leaves one that rested on an order.
    fn revoked_order_grant(&self) -> Result<(), BenchmarkError> {
        self.order_grant();
        self.revoke()
    }

    fn revoke(&self) -> Result<(), BenchmarkError> {
        Pallet::<T>::do_revoke(&self.owner, self.record, self.version, self.grantee.clone())?;
        Ok(())
    }

    fn order_grant(&self) {
        let sealed = self.sealed(SealPurpose::Order(NO_ORDER));
        T::BenchmarkSetup::grant(
            self.record,
            self.version,
            &self.grantee,
            self.grantee_key,
            sealed,
            NO_ORDER,
        );
    }

    fn request(&self) -> Result<RequestId, BenchmarkError> {
        let request = NextRequest::<T>::get();
        Pallet::<T>::do_request(&self.grantee, self.record, self.version, purpose())?;
        Ok(request)
    }
}

/// The largest purpose.
fn purpose() -> Purpose {
    Purpose::new(Use::DiseaseResearch(code()))
}

fn code() -> Code {
    Code { system: CodeSystem::Mondo, code: format!("{:064}", 0).parse().expect("64 bytes") }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_policy() -> Result<(), BenchmarkError> {
        let Scene { owner, record, .. } = Scene::<T>::new();
        let modifiers = BTreeSet::from([
            Modifier::NotForProfitOrganisation,
            Modifier::NonCommercial,
            Modifier::NoMethodsDevelopment,
            Modifier::NoPopulationOrigins,
            Modifier::EthicsApprovalRequired,
            Modifier::PublicationRequired,
        ]);
        let modifiers = modifiers.try_into().expect("all there are");
        let policy = Policy { permission: Permission::DiseaseResearch(code()), modifiers };
        #[extrinsic_call]
        set_policy(RawOrigin::Signed(owner), record, policy.clone());
        assert_eq!(Policies::<T>::get(record), Some(policy));
        Ok(())
    }

    #[benchmark]
    fn request() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        scene.revoked_order_grant()?;
        let Scene { grantee, record, version, .. } = scene;
        #[extrinsic_call]
        request(RawOrigin::Signed(grantee), record, version, purpose());
        assert_eq!(NextRequest::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn cancel_request() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        let id = scene.request()?;
        #[extrinsic_call]
        cancel_request(RawOrigin::Signed(scene.grantee), id);
        assert!(!Requests::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn answer() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        scene.revoked_grant()?;
        let id = scene.request()?;
        let sealed = scene.sealed(SealPurpose::Request(id));
        #[extrinsic_call]
        answer(RawOrigin::Signed(scene.owner), id, sealed, Some(Moment::MAX));
        let given = Grants::<T>::get((scene.record, scene.version, scene.grantee)).expect("granted");
        assert_eq!(given.basis, GrantBasis::Request(id));
        Ok(())
    }

    #[benchmark]
    fn deny() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        let id = scene.request()?;
        #[extrinsic_call]
        deny(RawOrigin::Signed(scene.owner), id);
        assert!(!Requests::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn grant() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        scene.revoked_grant()?;
        let sealed = scene.sealed(SealPurpose::Direct);
        let Scene { owner, record, version, grantee, .. } = scene;
        #[extrinsic_call]
        grant(
            RawOrigin::Signed(owner),
            record,
            version,
            grantee.clone(),
            purpose(),
            sealed,
            Some(Moment::MAX),
        );
        assert_eq!(Grants::<T>::get((record, version, grantee)).expect("granted").basis, GrantBasis::Direct);
        Ok(())
    }

    #[benchmark]
    fn revoke() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        scene.order_grant();
        let Scene { owner, record, version, grantee, .. } = scene;
        #[extrinsic_call]
        revoke(RawOrigin::Signed(owner), record, version, grantee.clone());
        assert!(Grants::<T>::get((record, version, grantee)).expect("granted").revoked.is_some());
        Ok(())
    }

    /// Receipts about a different record each, which has as many as are kept, all from the same vault, which holds none
    /// of them any more.
    #[benchmark]
    fn post_receipts(r: Linear<1, { T::MaxReceipts::get() }>) -> Result<(), BenchmarkError> {
        let mut scene = Scene::<T>::new();
        let vault =
            T::Records::vaults(scene.record, scene.version).into_iter().next().expect("it is somewhere");
        let mut receipts = Vec::new();
        for sequence in 0..r {
            if sequence > 0 {
                scene.next_record();
            }
            T::BenchmarkSetup::relocate(scene.record, scene.version);
            let content = NewReceipt {
                sequence: sequence.into(),
                record: scene.record,
                version: scene.version,
                accessor: scene.grantee.clone(),
                basis: FetchBasis::Grant,
                bytes: u64::MAX,
                at: T::Time::now(),
                request: Hash::repeat_byte(1),
            };
            let oldest = Receipt { vault: vault.clone(), content: content.clone(), posted: T::Time::now() };
            Receipts::<T>::insert(scene.record, 0, oldest);
            ReceiptCount::<T>::insert(scene.record, T::ReceiptsKept::get());
            receipts.push(content);
        }
        #[extrinsic_call]
        post_receipts(RawOrigin::Signed(vault.clone()), BoundedVec::truncate_from(receipts));
        assert_eq!(LastReceipt::<T>::get(vault), Some(u64::from(r) - 1));
        Ok(())
    }

    #[benchmark]
    fn clear() -> Result<(), BenchmarkError> {
        let scene = Scene::<T>::new();
        scene.revoked_grant()?;
        let Scene { record, version, grantee, .. } = scene;
        #[extrinsic_call]
        clear(RawOrigin::Signed(grantee.clone()), record, version, grantee.clone());
        assert!(!Grants::<T>::contains_key((record, version, grantee)));
        Ok(())
    }
}
