//! Tallies against states made for them.

use codec::Decode;
use medshare_runtime::{AccountId, Runtime, RuntimeEvent};
use medshare_types::{
    Member, MemberStatus, Order, OrderState, Record, RecordVersion, Review, ReviewState, Role, SealedKey,
    Seat, Subject, Verdict, VersionStatus,
};
use sp_runtime::traits::TrailingZeroInput;

use super::tally::{Figure, Item, Tally};

const REVIEW: Subject = Subject::Record { record: 0, version: 1 };

/// A value of which only what a test sets matters.
fn blank<T: Decode>() -> T {
    T::decode(&mut TrailingZeroInput::zeroes()).expect("zeros are a value")
}

fn set_record(id: u64, status: VersionStatus, withdrawn: bool) {
    let record = Record { latest: 1, withdrawn, ..blank::<Record<AccountId>>() };
    pallet_records::Records::<Runtime>::insert(id, record);
    let version = RecordVersion { status, ..blank::<RecordVersion<AccountId>>() };
    pallet_records::Versions::<Runtime>::insert(id, 1, version);
}

fn set_order(id: u64, state: OrderState, deliver_by: u64) {
    let order = Order { state, deliver_by, ..blank::<Order<AccountId>>() };
    pallet_marketplace::Orders::<Runtime>::insert(id, order);
}

fn set_review(state: ReviewState, seats: &[(u64, Option<SealedKey>)]) {
    let mut review = Review { state, ..blank::<Review<AccountId>>() };
    for (due, sealed) in seats {
        let seat = Seat { due: *due, sealed: *sealed, ..blank::<Seat<AccountId>>() };
        review.panel.try_push(seat).expect("the panel has room");
    }
    pallet_audits::Reviews::<Runtime>::insert(REVIEW, review);
}

fn set_member(who: &AccountId, roles: &[Role], status: MemberStatus) {
    let mut member = Member { status, ..blank::<Member<AccountId>>() };
    for role in roles {
        member.roles.try_insert(*role).expect("there is room for every role");
    }
    pallet_members::Members::<Runtime>::insert(who, member);
}

fn count(tally: &Tally, figure: Figure, now: u64) -> u64 {
    tally.figures(now)[&figure]
}

#[test]
fn everything_is_counted_under_what_it_is() {
    sp_io::TestExternalities::default().execute_with(|| {
        set_record(0, VersionStatus::Pending, false);
        set_record(1, VersionStatus::Approved, false);
        set_record(2, VersionStatus::Approved, true);
        set_order(0, OrderState::Open { cancel: None }, 100);
        set_order(1, OrderState::Claimed { rule_by: 50 }, 0);
        set_order(2, OrderState::Settled, 0);
        set_member(&[1; 32].into(), &[Role::Hospital, Role::Buyer], MemberStatus::Active);
        set_member(&[2; 32].into(), &[Role::Buyer], MemberStatus::Suspended { by_council: true });

        let tally = Tally::of(Item::all());
        for (figure, number) in [
            (Figure::Records { status: "pending" }, 1),
            (Figure::Records { status: "approved" }, 1),
            (Figure::Records { status: "withdrawn" }, 1),
            (Figure::Orders { state: "open" }, 1),
            (Figure::Orders { state: "claimed" }, 1),
            (Figure::Orders { state: "settled" }, 1),
            (Figure::Orders { state: "expired" }, 0),
            (Figure::Members { role: "hospital", status: "active" }, 1),
            (Figure::Members { role: "buyer", status: "active" }, 1),
            (Figure::Members { role: "buyer", status: "suspended" }, 1),
            (Figure::Reviews { subject: "record", state: "open" }, 0),
        ] {
            assert_eq!(count(&tally, figure, 0), number, "{figure:?}");
        }
        // Every figure is one of those that are shown as zero.
        assert_eq!(tally.figures(1_000).len(), Figure::all().len());
    });
}

#[test]
fn orders_and_reviews_are_late_after_their_deadline_and_not_at_it() {
    sp_io::TestExternalities::default().execute_with(|| {
        set_order(0, OrderState::Open { cancel: None }, 100);
        set_order(1, OrderState::Delivered { settles_at: 300 }, 0);
        set_review(ReviewState::Open, &[(200, Some(blank())), (150, None)]);
        let tally = Tally::of(Item::all());
        let open = Figure::OrdersPastDeadline { state: "open" };
        let delivered = Figure::OrdersPastDeadline { state: "delivered" };
        let key = Figure::ReviewsPastDeadline { waits_for: "key" };
        let vote = Figure::ReviewsPastDeadline { waits_for: "vote" };
        assert_eq!([100, 101].map(|now| count(&tally, open, now)), [0, 1]);
        assert_eq!([300, 301].map(|now| count(&tally, delivered, now)), [0, 1]);
        // What is due first is the key.
        assert_eq!([150, 151, 500].map(|now| count(&tally, key, now)), [0, 1, 1]);
        assert_eq!(count(&tally, vote, 500), 0);

        set_review(ReviewState::Decided(Verdict::Approve), &[(150, None)]);
        assert_eq!(count(&Tally::of(Item::all()), key, 500), 0, "what is decided is not late");
    });
}

#[test]
fn what_is_followed_is_what_is_counted() {
    sp_io::TestExternalities::default().execute_with(|| {
        let who = AccountId::from([1; 32]);
        set_record(0, VersionStatus::Pending, false);
        set_review(ReviewState::Open, &[(200, None)]);
        set_order(0, OrderState::Open { cancel: None }, 100);
        set_member(&who, &[Role::Buyer], MemberStatus::Active);
        let mut followed = Tally::of(Item::all());

        /// What events name, and what changes with them.
        type Step<'a> = (&'a [Item], fn());
        let steps: [Step<'_>; 4] = [
            (&[Item::Record(0), Item::Review(REVIEW)], || {
                set_record(0, VersionStatus::Approved, false);
                set_review(ReviewState::Decided(Verdict::Approve), &[(200, None)]);
            }),
            (&[Item::Record(1), Item::Order(0)], || {
                set_record(1, VersionStatus::Pending, false);
                set_order(0, OrderState::Delivered { settles_at: 900 }, 100);
            }),
            (&[Item::Member(AccountId::new([1; 32]))], || {
                set_member(&[1; 32].into(), &[Role::Buyer, Role::Provider], MemberStatus::Active);
            }),
            (&[Item::Order(0), Item::Member(AccountId::new([1; 32]))], || {
                pallet_marketplace::Orders::<Runtime>::remove(0);
                pallet_members::Members::<Runtime>::remove(AccountId::new([1; 32]));
            }),
        ];
        for (touched, change) in steps {
            let before = Tally::of(touched.iter().cloned());
            change();
            followed.replace(&before, Tally::of(touched.iter().cloned())).expect("nothing was missed");
            assert_eq!(followed, Tally::of(Item::all()));
        }

        // A change that nobody told of comes to light when the item is touched again.
        set_record(0, VersionStatus::Rejected, false);
        let before = Tally::of([Item::Record(0)]);
        assert_eq!(followed.replace(&before, Tally::default()), None);
    });
}

#[test]
fn what_is_removed_takes_its_reviews_along() {
    let event = pallet_marketplace::Event::Cleared { order: 7, released: 0 };
    let touched = Item::touched(RuntimeEvent::Marketplace(event));
    assert_eq!(touched, [Item::Order(7), Item::Review(Subject::Claim { order: 7 })]);

    let event = pallet_records::Event::Erased { record: 3, versions: 2, released: 0 };
    let touched = Item::touched(RuntimeEvent::Records(event));
    let review = |version| Item::Review(Subject::Record { record: 3, version });
    assert_eq!(touched, [review(1), review(2), Item::Record(3)]);
}
