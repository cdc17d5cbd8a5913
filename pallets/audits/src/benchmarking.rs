//! Benchmarks of the calls and of the draws, each at its worst case.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec,
    traits::{Get, Hooks},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use medshare_crypto::{KeyPair, RecordKey, seal};
use medshare_traits::{BenchmarkSetup, Membership};
use medshare_types::*;
use rand_core::{CryptoRng, RngCore};
use sp_runtime::{
    SaturatedConversion,
    traits::{BlakeTwo256, Hash as _, Zero},
};

use crate::{Call, Config, Draw, DrawQueue, MAX_SEATS, Pallet, Queued, Reviews};

/// Numbers that are the same in every run; what they are does not change what anything costs.
struct Numbers(u64);

impl RngCore for Numbers {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        let digest = BlakeTwo256::hash_of(&self.0);
        u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Numbers {}

fn keys(number: u32) -> KeyPair {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    KeyPair::from_seed(&seed)
}

fn member<T: Config>(name: &'static str, number: u32, role: Role) -> T::AccountId {
    let who = account(name, number, 0);
    let roles = Roles::try_from([role].into_iter().collect::<alloc::collections::BTreeSet<_>>()).unwrap();
    T::BenchmarkSetup::member(&who, roles, keys(number).public());
    who
}

/// A registered record, whose review was convened.
struct Convened<T: Config> {
    subject: Subject,
    record: RecordId,
    version: Version,
    owner: T::AccountId,
}

const OWNER: u32 = 1_000_000;

fn convene<T: Config>() -> Convened<T> {
    let owner = member::<T>("owner", OWNER, Role::Provider);
    let key = keys(OWNER).public();
    let commitment = RecordKey::generate(&mut Numbers(0)).commit(&mut Numbers(1), &key).unwrap();
    let (record, version) = T::BenchmarkSetup::record(&owner, key, commitment);
    Convened { subject: Subject::Record { record, version }, record, version, owner }
}

/// The same with a full panel on it.
fn seat<T: Config>() -> (Convened<T>, Vec<T::AccountId>) {
    let convened = convene::<T>();
    let auditors: Vec<_> =
        (0..MAX_SEATS).map(|number| member::<T>("auditor", number, Role::Auditor)).collect();
    let seats = auditors.iter().zip(0..).map(|(who, number)| (who.clone(), keys(number).public())).collect();
    Pallet::<T>::seat_for_benchmark(convened.subject, seats).unwrap();
    (convened, auditors)
}

/// Sealed keys for the first `count` auditors.
fn sealed<T: Config>(
    convened: &Convened<T>,
    auditors: &[T::AccountId],
    count: u32,
) -> Vec<(T::AccountId, SealedKey)> {
    let commitment = Reviews::<T>::get(convened.subject).unwrap().commitment;
    let seal = |auditor: &T::AccountId, number| {
        seal_to::<T>(convened, &commitment, auditor, number, SealPurpose::Audit)
    };
    auditors.iter().zip(0..count).map(|(auditor, number)| (auditor.clone(), seal(auditor, number))).collect()
}

/// The record key sealed to a member who was made with this number.
fn seal_to<T: Config>(
    convened: &Convened<T>,
    commitment: &KeyCommitment,
    grantee: &T::AccountId,
    number: u32,
    purpose: SealPurpose,
) -> SealedKey {
    let context = SealContext {
        genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
        record: convened.record,
        version: convened.version,
        grantee: grantee.clone(),
        purpose,
    };
    seal(&mut Numbers(2), &keys(OWNER), commitment, &keys(number).public(), &context).unwrap()
}

/// A full panel that has all its keys.
fn serve<T: Config>() -> (Convened<T>, Vec<T::AccountId>) {
    let (convened, auditors) = seat::<T>();
    let keys = sealed(&convened, &auditors, MAX_SEATS);
    Pallet::<T>::do_deliver_keys(convened.owner.clone(), convened.subject, keys).unwrap();
    (convened, auditors)
}

impl<T: Config> Pallet<T> {
    /// Fills the queue from the block on in which a draw that is queued now would be, but for `room` draws, which are
    /// in the last blocks searched.
    pub fn crowd_for_benchmark(room: u32) {
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let from = now + T::DrawDelay::get().max(1);
        let (blocks, most) = (T::SpillBlocks::get(), T::MaxDrawsPerBlock::get());
        let mut left = blocks * most - room;
        Queued::<T>::put(left);
        for offset in 0..blocks {
            let here = left.min(most);
            left -= here;
            let draws: Vec<_> = (0..here)
                .map(|draw| Draw { subject: Subject::Claim { order: u64::MAX - u64::from(draw) }, since: 0 })
                .collect();
            if !draws.is_empty() {
                DrawQueue::<T>::insert(from + offset, BoundedVec::try_from(draws).unwrap());
            }
        }
    }

    /// Has the panel of an open review wait for another draw, in the last place of a crowded queue.
    pub fn redraw_for_benchmark(subject: Subject) {
        Self::crowd_for_benchmark(1);
        let at = Self::schedule(subject).unwrap();
        Reviews::<T>::mutate(subject, |review| review.as_mut().unwrap().state = ReviewState::Drawing { at });
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn deliver_keys(k: Linear<1, MAX_SEATS>) {
        let (convened, auditors) = seat::<T>();
        let subject = convened.subject;
        let keys = BoundedVec::try_from(sealed(&convened, &auditors, k)).unwrap();

        #[extrinsic_call]
        _(RawOrigin::Signed(convened.owner), subject, keys);

        let served =
            Reviews::<T>::get(subject).unwrap().panel.iter().filter(|seat| seat.sealed.is_some()).count();
        assert_eq!(served, k as usize);
    }

    #[benchmark]
    fn vote() {
        let (convened, auditors) = serve::<T>();
        // The last of five is the vote that decides, whatever the quorum is, when the others are put there.
        Reviews::<T>::mutate(convened.subject, |review| {
            for (seat, number) in review.as_mut().unwrap().panel.iter_mut().zip(0..MAX_SEATS - 1) {
                let verdict = if number < (MAX_SEATS - 1) / 2 { Verdict::Approve } else { Verdict::Reject };
                seat.vote = Some(Vote { verdict, findings: all_findings(), report: Hash::zero(), at: 0 });
            }
        });
        let subject = convened.subject;
        Pallet::<T>::redraw_for_benchmark(subject);
        let last = auditors.last().unwrap().clone();

        #[extrinsic_call]
        _(
            RawOrigin::Signed(last),
            convened.record,
            convened.version,
            Verdict::Reject,
            all_findings(),
            Hash::repeat_byte(1),
        );

        assert_eq!(Reviews::<T>::get(subject).unwrap().state, ReviewState::Decided(Verdict::Reject));
    }

    #[benchmark]
    fn replace() {
        let (convened, auditors) = serve::<T>();
        let subject = convened.subject;
        let keeper = member::<T>("keeper", OWNER + 1, Role::Buyer);
        Pallet::<T>::crowd_for_benchmark(1);
        Reviews::<T>::mutate(subject, |review| {
            let excluded =
                (0..16).map(|number| account("excluded", number, 0)).collect::<Vec<T::AccountId>>();
            review.as_mut().unwrap().excluded = excluded.try_into().unwrap();
        });
        T::BenchmarkSetup::advance(T::VoteWindow::get() + 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(keeper), subject, auditors[0].clone());

        assert!(matches!(Reviews::<T>::get(subject).unwrap().state, ReviewState::Drawing { .. }));
    }

    #[benchmark]
    fn lapse_record() {
        let (convened, _) = seat::<T>();
        let subject = convened.subject;
        let keeper = member::<T>("keeper", OWNER + 1, Role::Buyer);
        T::BenchmarkSetup::advance(T::KeyWindow::get() + 1);
        Pallet::<T>::redraw_for_benchmark(subject);

        #[extrinsic_call]
        lapse(RawOrigin::Signed(keeper), subject);

        assert_eq!(Reviews::<T>::get(subject).unwrap().state, ReviewState::Lapsed);
    }

    #[benchmark]
    fn lapse_claim() {
        let convened = convene::<T>();
        let Convened { record, version, .. } = convened;
        T::BenchmarkSetup::approve(record, version);
        T::BenchmarkSetup::list(record, version, 1_000_000_000_000);
        let buyer = member::<T>("buyer", OWNER + 2, Role::Buyer);
        let order = T::BenchmarkSetup::order(record, &buyer);
        let review = Reviews::<T>::get(convened.subject).unwrap();
        let purpose = SealPurpose::Order(order);
        let sealed = seal_to::<T>(&convened, &review.commitment, &buyer, OWNER + 2, purpose);
        T::BenchmarkSetup::claim(order, sealed);
        let subject = Subject::Claim { order };
        T::BenchmarkSetup::seat_panel(subject);
        let keeper = member::<T>("keeper", OWNER + 1, Role::Buyer);
        T::BenchmarkSetup::advance(T::KeyWindow::get() + 1);
        Pallet::<T>::redraw_for_benchmark(subject);

        #[extrinsic_call]
        lapse(RawOrigin::Signed(keeper), subject);

        assert_eq!(Reviews::<T>::get(subject).unwrap().state, ReviewState::Lapsed);
    }

    #[benchmark]
    fn on_initialize(d: Linear<0, { T::MaxDrawsPerBlock::get() }>) {
        for number in 0..MAX_SEATS {
            member::<T>("auditor", number, Role::Auditor);
        }
        // Copies of one review under subjects that are nobody's: a draw asks for nothing but the record's owner.
        let convened = convene::<T>();
        let review = Reviews::<T>::get(convened.subject).unwrap();
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let at = now + 100;
        let draws: Vec<_> = (0..d)
            .map(|draw| {
                let subject = Subject::Claim { order: u64::MAX - u64::from(draw) };
                Reviews::<T>::insert(
                    subject,
                    Review { state: ReviewState::Drawing { at }, ..review.clone() },
                );
                Draw { subject, since: now }
            })
            .collect();
        if d > 0 {
            DrawQueue::<T>::insert(at, BoundedVec::try_from(draws).unwrap());
        }
        Queued::<T>::mutate(|queued| *queued += d);
        let block: BlockNumberFor<T> = at.saturated_into();
        frame_system::Pallet::<T>::set_block_number(block);

        #[block]
        {
            Pallet::<T>::on_initialize(block);
        }

        let last = Subject::Claim { order: u64::MAX };
        assert!(d == 0 || Reviews::<T>::get(last).unwrap().state == ReviewState::Open);
    }

    #[benchmark]
    fn examine(c: Linear<1, { <T::Membership as Membership<T::AccountId>>::MaxAuditors::get() }>) {
        let convened = convene::<T>();
        let review = Reviews::<T>::get(convened.subject).unwrap();
        let missing = c.saturating_sub(T::Membership::auditors().len() as u32);
        for number in 0..missing {
            member::<T>("auditor", number, Role::Auditor);
        }
        let examined;

        #[block]
        {
            // More seats than there are auditors, so that every one of them is looked at.
            examined = Pallet::<T>::choose(&review, usize::MAX, Hash::repeat_byte(1)).examined;
        }

        assert!(examined >= c);
    }
}

fn all_findings() -> Findings {
    let all = [
        Finding::Unavailable,
        Finding::DoesNotOpen,
        Finding::CommitmentMismatch,
        Finding::UnreadableFormat,
        Finding::FalseDescriptor,
        Finding::NotDeidentified,
        Finding::Other,
    ];
    Findings::try_from(all.into_iter().collect::<alloc::collections::BTreeSet<_>>()).unwrap()
}
