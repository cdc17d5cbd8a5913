//! Benchmarks of every call at worst-case state: a record with the most vaults, approved by a full panel, and neighbours
//! as the runtime has them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::panic
)]

use super::*;
use crate::Pallet as Marketplace;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    storage::{TransactionOutcome, with_transaction},
    traits::{Get, fungible::Inspect},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use medshare_crypto::{KeyPair, RecordKey};
use medshare_traits::{BenchmarkSetup, CreditScores, Membership, Panels};
use medshare_types::*;
use rand_core::{CryptoRng, RngCore};
use sp_runtime::{
    DispatchError,
    traits::{BlakeTwo256, Hash as _, Zero},
};

/// Numbers that nobody need be unable to guess: hashes of a counter.
struct Counter(u64);

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(32) {
            self.0 += 1;
            part.copy_from_slice(&BlakeTwo256::hash_of(&self.0).as_bytes()[..part.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Counter {}

/// Two parties and an approved record of the one.
struct Sale<T: Config> {
    seller: T::AccountId,
    seller_key: KeyPair,
    buyer: T::AccountId,
    buyer_key: KeyPair,
    commitment: KeyCommitment,
    record: RecordId,
    version: Version,
    price: Balance,
}

fn member<T: Config>(name: &'static str, seed: u8, role: Role) -> (T::AccountId, KeyPair) {
    let (who, key) = (account(name, 0, 0), KeyPair::from_seed(&[seed; 32]));
    let roles = Roles::try_from(alloc::collections::BTreeSet::from([role])).unwrap();
    T::BenchmarkSetup::member(&who, roles, key.public());
    (who, key)
}

impl<T: Config> Sale<T> {
    fn approved() -> Self {
        let (seller, seller_key) = member::<T>("seller", 1, Role::Provider);
        let (buyer, buyer_key) = member::<T>("buyer", 2, Role::Buyer);
        let mut rng = Counter(0);
        let commitment = RecordKey::generate(&mut rng).commit(&mut rng, &seller_key.public()).unwrap();
        let (record, version) = T::BenchmarkSetup::record(&seller, seller_key.public(), commitment);
        T::BenchmarkSetup::approve(record, version);
        let price = T::MinPrice::get().max(T::Currency::minimum_balance()) * 1_000;
        // The price, a bond of at most as much or the lowest one, deposits, and what the account lives on.
        let deposits = (T::OrderDeposit::get() + T::ClaimDeposit::get()) * 2;
        T::BenchmarkSetup::fund(&buyer, price * 3 + T::MinBond::get() + deposits);
        Self { seller, seller_key, buyer, buyer_key, commitment, record, version, price }
    }

    fn listed() -> Self {
        let sale = Self::approved();
        T::BenchmarkSetup::list(sale.record, sale.version, sale.price);
        sale
    }

    fn ordered() -> (Self, OrderId) {
        let sale = Self::listed();
        let order = T::BenchmarkSetup::order(sale.record, &sale.buyer);
        (sale, order)
    }

    /// Ordered again, after a first purchase whose grant has expired.
    fn ordered_again() -> Result<(Self, OrderId), DispatchError> {
        let (sale, first) = Self::delivered()?;
        T::BenchmarkSetup::advance(T::Credit::benefits(&sale.seller).claim_window.max(1));
        Marketplace::<T>::settle(RawOrigin::Signed(sale.buyer.clone()).into(), first)?;
        T::BenchmarkSetup::fund(&sale.buyer, sale.price * 3);
        let order = T::BenchmarkSetup::order(sale.record, &sale.buyer);
        Ok((sale, order))
    }

    fn seal(&self, order: OrderId) -> SealedKey {
        let context = SealContext {
            genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
            record: self.record,
            version: self.version,
            grantee: self.buyer.clone(),
            purpose: SealPurpose::Order(order),
        };
        let buyer_key = self.buyer_key.public();
        medshare_crypto::seal(&mut Counter(1), &self.seller_key, &self.commitment, &buyer_key, &context)
            .unwrap()
    }

    fn delivered() -> Result<(Self, OrderId), DispatchError> {
        let (sale, order) = Self::ordered();
        let sealed = sale.seal(order);
        Marketplace::<T>::deliver(RawOrigin::Signed(sale.seller.clone()).into(), order, sealed)?;
        Ok((sale, order))
    }

    fn claimed() -> Result<(Self, OrderId), DispatchError> {
        let (sale, order) = Self::delivered()?;
        Marketplace::<T>::claim(RawOrigin::Signed(sale.buyer.clone()).into(), order)?;
        T::BenchmarkSetup::seat_panel(Subject::Claim { order });
        Ok((sale, order))
    }

    fn panel(&self) -> Vec<T::AccountId> {
        let mut auditors = T::Members::auditors();
        auditors.retain(|who| T::Panels::is_reviewing(who, self.record, self.version));
        auditors
    }
}

/// The longest purpose.
fn purpose() -> Purpose {
    let code = Text::truncated(core::str::from_utf8(&[b'x'; 64]).unwrap());
    Purpose::new(Use::DiseaseResearch(Code { system: CodeSystem::Mondo, code }))
}

fn findings() -> Findings {
    let all = [
        Finding::Unavailable,
        Finding::DoesNotOpen,
        Finding::CommitmentMismatch,
        Finding::UnreadableFormat,
        Finding::FalseDescriptor,
        Finding::NotDeidentified,
        Finding::Other,
    ];
    Findings::try_from(alloc::collections::BTreeSet::from(all)).unwrap()
}

fn rule<T: Config>(who: &T::AccountId, order: OrderId, verdict: Verdict) -> Result<(), DispatchError> {
    let findings = if verdict == Verdict::Reject { findings() } else { Findings::new() };
    Marketplace::<T>::rule(
        RawOrigin::Signed(who.clone()).into(),
        order,
        verdict,
        findings,
        Hash::repeat_byte(7),
    )
}

/// Has the panel vote until only the deciding vote is missing, and tells whose that is.
fn rule_but_for_last<T: Config>(
    sale: &Sale<T>,
    order: OrderId,
    verdict: Verdict,
) -> Result<T::AccountId, BenchmarkError> {
    T::BenchmarkSetup::give_panel_keys(Subject::Claim { order });
    for auditor in sale.panel() {
        let decides = with_transaction(|| {
            let voted = rule::<T>(&auditor, order, verdict);
            let decided = Marketplace::<T>::order_of(order).is_some_and(|order| !order.state.is_open());
            TransactionOutcome::Rollback(voted.map(|()| decided))
        })?;
        if decides {
            return Ok(auditor);
        }
        rule::<T>(&auditor, order, verdict)?;
    }
    Err(BenchmarkError::Stop("no vote of the panel decides"))
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn list() {
        let Sale { seller, record, version, price, .. } = Sale::<T>::approved();
        let terms = Terms { licence: Some(Hash::repeat_byte(1)), duration: Some(Moment::MAX) };

        #[extrinsic_call]
        _(RawOrigin::Signed(seller), record, version, price, terms);

        assert!(Listings::<T>::contains_key(record));
    }

    #[benchmark]
    fn reprice() {
        let Sale { seller, record, price, .. } = Sale::<T>::listed();

        #[extrinsic_call]
        _(RawOrigin::Signed(seller), record, price + 1);

        assert_eq!(Listings::<T>::get(record).unwrap().price, price + 1);
    }

    #[benchmark]
    fn delist() {
        let Sale { seller, record, .. } = Sale::<T>::listed();

        #[extrinsic_call]
        _(RawOrigin::Signed(seller), record);

        assert!(!Listings::<T>::contains_key(record));
    }

    #[benchmark]
    fn order() {
        let Sale { buyer, record, version, price, .. } = Sale::<T>::listed();
        let terms = Listings::<T>::get(record).unwrap().terms;
        let id = NextOrder::<T>::get();

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer), record, version, price, terms, purpose());

        assert!(Orders::<T>::contains_key(id));
    }

    #[benchmark]
    fn deliver() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::ordered_again()?;
        let sealed = sale.seal(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(sale.seller), id, sealed);

        assert!(matches!(Orders::<T>::get(id).unwrap().state, OrderState::Delivered { .. }));
        Ok(())
    }

    #[benchmark]
    fn cancel() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::ordered();
        Marketplace::<T>::cancel(RawOrigin::Signed(sale.buyer).into(), id)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(sale.seller), id);

        assert_eq!(Orders::<T>::get(id).unwrap().state, OrderState::Cancelled);
        Ok(())
    }

    #[benchmark]
    fn expire() {
        let (sale, id) = Sale::<T>::ordered();
        T::BenchmarkSetup::advance(T::DeliverWithin::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(sale.buyer), id);

        assert_eq!(Orders::<T>::get(id).unwrap().state, OrderState::Expired);
    }

    #[benchmark]
    fn claim() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::delivered()?;
        T::BenchmarkSetup::crowd_draws(1);

        #[extrinsic_call]
        _(RawOrigin::Signed(sale.buyer), id);

        assert!(matches!(Orders::<T>::get(id).unwrap().state, OrderState::Claimed { .. }));
        Ok(())
    }

    #[benchmark]
    fn rule() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::claimed()?;
        let last = rule_but_for_last(&sale, id, Verdict::Approve)?;
        T::BenchmarkSetup::redraw(Subject::Claim { order: id });

        #[extrinsic_call]
        _(RawOrigin::Signed(last), id, Verdict::Approve, Findings::new(), Hash::repeat_byte(7));

        assert_eq!(Orders::<T>::get(id).unwrap().state, OrderState::Settled);
        Ok(())
    }

    #[benchmark]
    fn rule_upheld() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::claimed()?;
        let last = rule_but_for_last(&sale, id, Verdict::Reject)?;
        T::BenchmarkSetup::redraw(Subject::Claim { order: id });

        #[extrinsic_call]
        rule(RawOrigin::Signed(last), id, Verdict::Reject, findings(), Hash::repeat_byte(7));

        assert_eq!(Orders::<T>::get(id).unwrap().state, OrderState::Refunded);
        Ok(())
    }

    #[benchmark]
    fn settle() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::delivered()?;
        T::BenchmarkSetup::advance(T::Credit::benefits(&sale.seller).claim_window);

        #[extrinsic_call]
        _(RawOrigin::Signed(sale.buyer), id);

        assert_eq!(Orders::<T>::get(id).unwrap().state, OrderState::Settled);
        Ok(())
    }

    #[benchmark]
    fn settle_unruled() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::claimed()?;
        T::BenchmarkSetup::advance(T::RulingWithin::get());
        T::BenchmarkSetup::redraw(Subject::Claim { order: id });

        #[extrinsic_call]
        settle(RawOrigin::Signed(sale.buyer), id);

        assert_eq!(Orders::<T>::get(id).unwrap().state, OrderState::Settled);
        Ok(())
    }

    #[benchmark]
    fn clear() -> Result<(), BenchmarkError> {
        let (sale, id) = Sale::<T>::claimed()?;
        T::BenchmarkSetup::give_panel_keys(Subject::Claim { order: id });
        for auditor in sale.panel() {
            if Orders::<T>::get(id).is_some_and(|stored| stored.state.is_open()) {
                super::rule::<T>(&auditor, id, Verdict::Reject)?;
            }
        }
        // The listing's terms end the grant at once.
        T::BenchmarkSetup::advance(1);

        #[extrinsic_call]
        _(RawOrigin::Signed(sale.buyer), id);

        assert!(!Orders::<T>::contains_key(id));
        Ok(())
    }
}
