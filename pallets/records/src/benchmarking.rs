//! Every call with the largest contents, in the state in which it has most to do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

use alloc::{collections::BTreeSet, format, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{BoundedVec, traits::Get};
use frame_system::RawOrigin;
use medshare_crypto::KeyPair;
use medshare_traits::{BenchmarkSetup, CreditScores};
use medshare_types::*;
use sp_runtime::traits::{BlakeTwo256, Hash as _};

use crate::{Call, Config, FormerHolders, MAX_FORMER_HOLDERS, NewRecord, Pallet, Pending, Records, Versions};

/// More than any deposits.
const FUNDS: Balance = 1 << 80;

fn member<T: Config>(name: &'static str, index: u32, role: Role) -> T::AccountId {
    let who = account(name, index, 0);
    T::BenchmarkSetup::member(
        &who,
        BTreeSet::from([role]).try_into().expect("one role"),
        point((name, index)),
    );
    T::BenchmarkSetup::fund(&who, FUNDS);
    who
}

/// A provider whose credit allows so many versions under review.
fn provider<T: Config>(pending: u32) -> T::AccountId {
    let who = member::<T>("owner", 0, Role::Provider);
    raise_credit::<T>(&who, pending);
    who
}

fn raise_credit<T: Config>(who: &T::AccountId, pending: u32) {
    for _ in 0..10_000 {
        if T::Credit::benefits(who).max_pending >= pending {
            break;
        }
        T::Credit::note(who, CreditEvent::RecordApproved);
    }
}

fn vaults<T: Config>(name: &'static str) -> Vec<T::AccountId> {
    (0..4).map(|index| member::<T>(name, index, Role::Vault)).collect()
}

fn locators<T: Config>(vaults: &[T::AccountId], blob: Hash) -> Locators<T::AccountId> {
    let locators: Vec<_> = vaults.iter().map(|vault| Locator { vault: vault.clone(), blob }).collect();
    locators.try_into().expect("four")
}

/// Enters so many vaults as those that held a version.
fn held_by<T: Config>(record: RecordId, version: Version, number: u32) {
    for index in 0..number {
        FormerHolders::<T>::insert((record, version, account::<T::AccountId>("former", index, 0)), ());
    }
}

fn hash(seed: impl codec::Encode) -> Hash {
    BlakeTwo256::hash_of(&seed)
}

fn point(seed: impl codec::Encode) -> Point {
    KeyPair::from_seed(&hash(seed).0).public()
}

fn code(index: u32) -> Code {
    Code { system: CodeSystem::Snomed, code: format!("{index:064}").parse().expect("64 bytes") }
}

/// A different content for every number, each as large as a content can be.
fn content<T: Config>(number: u32, vaults: &[T::AccountId]) -> NewVersion<T::AccountId> {
    let ciphertext = hash((number, "ciphertext"));
    let counts = (0..32)
        .map(|index| Count { of: format!("{index:032}").parse().expect("32 bytes"), number: u32::MAX });
    let month = |year| YearMonth { year, month: 12 };
    NewVersion {
        ciphertext,
        size: u64::MAX,
        plaintext: hash((number, "plaintext")),
        commitment: KeyCommitment { d1: point((number, "d1")), d2: point((number, "d2")) },
        descriptor: Descriptor {
            kind: Kind::Dicom,
            media_type: format!("{:064}", 0).parse().expect("64 bytes"),
            modality: Some(format!("{:016}", 0).parse().expect("16 bytes")),
            codes: BoundedVec::truncate_from((0..32).map(code).collect()),
            counts: BoundedVec::truncate_from(counts.collect()),
            plaintext_size: u64::MAX,
            completeness: 100,
            period: Some((month(2000), month(2024))),
        },
        locators: locators::<T>(vaults, ciphertext),
    }
}

fn policy() -> Policy {
    let modifiers = BTreeSet::from([
        Modifier::NotForProfitOrganisation,
        Modifier::NonCommercial,
        Modifier::NoMethodsDevelopment,
        Modifier::NoPopulationOrigins,
        Modifier::EthicsApprovalRequired,
        Modifier::PublicationRequired,
    ]);
    Policy {
        permission: Permission::DiseaseResearch(code(0)),
        modifiers: modifiers.try_into().expect("all there are"),
    }
}

fn new_record<T: Config>(number: u32, vaults: &[T::AccountId]) -> NewRecord<T::AccountId> {
    NewRecord { subject: hash("subject"), policy: policy(), content: content::<T>(number, vaults) }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() -> Result<(), BenchmarkError> {
        let owner = provider::<T>(2);
        let vaults = vaults::<T>("vault");
        Pallet::<T>::do_register(&owner, new_record::<T>(0, &vaults))?;
        let NewRecord { subject, policy, content } = new_record::<T>(1, &vaults);
        T::BenchmarkSetup::crowd_draws(1);
        #[extrinsic_call]
        register(RawOrigin::Signed(owner.clone()), subject, policy, content);
        assert_eq!(Pending::<T>::get(owner), 2);
        Ok(())
    }

    #[benchmark]
    fn register_many(n: Linear<1, { T::MaxBatch::get() }>) -> Result<(), BenchmarkError> {
        let owner = provider::<T>(n);
        let vaults = vaults::<T>("vault");
        let records: Vec<_> = (0..n).map(|number| new_record::<T>(number, &vaults)).collect();
        T::BenchmarkSetup::crowd_draws(n);
        #[extrinsic_call]
        register_many(RawOrigin::Signed(owner.clone()), BoundedVec::truncate_from(records));
        assert_eq!(Pending::<T>::get(owner), n);
        Ok(())
    }

    #[benchmark]
    fn revise() -> Result<(), BenchmarkError> {
        let owner = provider::<T>(1);
        let vaults = vaults::<T>("vault");
        T::BenchmarkSetup::crowd_draws(1);
        Pallet::<T>::do_register(&owner, new_record::<T>(0, &vaults))?;
        #[extrinsic_call]
        revise(RawOrigin::Signed(owner), 0, content::<T>(1, &vaults));
        assert_eq!(Records::<T>::get(0).expect("registered").latest, 2);
        Ok(())
    }

    #[benchmark]
    fn withdraw() -> Result<(), BenchmarkError> {
        let owner = provider::<T>(1);
        T::BenchmarkSetup::crowd_draws(1);
        Pallet::<T>::do_register(&owner, new_record::<T>(0, &vaults::<T>("vault")))?;
        #[extrinsic_call]
        withdraw(RawOrigin::Signed(owner), 0);
        assert!(Records::<T>::get(0).expect("registered").withdrawn);
        Ok(())
    }

    #[benchmark]
    fn relocate() -> Result<(), BenchmarkError> {
        let owner = provider::<T>(1);
        Pallet::<T>::do_register(&owner, new_record::<T>(0, &vaults::<T>("vault")))?;
        let locators = locators::<T>(&vaults::<T>("other"), hash((0u32, "ciphertext")));
        // Those that it is at become the last for whom there is room.
        held_by::<T>(0, 1, MAX_FORMER_HOLDERS - 4);
        #[extrinsic_call]
        relocate(RawOrigin::Signed(owner), 0, 1, locators.clone());
        assert_eq!(Versions::<T>::get(0, 1).expect("registered").content.locators, locators);
        Ok(())
    }

    #[benchmark]
    fn erase(v: Linear<1, { T::MaxVersions::get() }>) -> Result<(), BenchmarkError> {
        let owner = provider::<T>(1);
        let vaults = vaults::<T>("vault");
        Pallet::<T>::do_register(&owner, new_record::<T>(0, &vaults))?;
        for number in 1..v {
            // Abandoned reviews cost credit, which is not what is measured.
            raise_credit::<T>(&owner, 1);
            Pallet::<T>::do_revise(&owner, 0, content::<T>(number, &vaults))?;
        }
        for version in 1..=v {
            held_by::<T>(0, version, MAX_FORMER_HOLDERS);
        }
        Pallet::<T>::do_withdraw(&owner, 0)?;
        #[extrinsic_call]
        erase(RawOrigin::Signed(owner), 0);
        assert!(!Records::<T>::contains_key(0));
        Ok(())
    }
}
