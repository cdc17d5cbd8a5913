use frame_support::{assert_noop, assert_ok};
use medshare_traits::{OnVerdict, Outcome, RecordRegistry};
use medshare_types::*;

use crate::{Call, Error, Event, Pending, mock::*};

#[test]
fn approval_makes_a_version_tradable() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        register(OWNER, 2);
        let deposits = held(OWNER);
        events();
        verdict(0, 1, Outcome::Decided(Verdict::Approve));
        assert_eq!(stored(0, 1).status, VersionStatus::Approved);
        assert!(Records::is_tradable(0, 1) && !Records::is_tradable(1, 1));
        assert_eq!(Pending::<Test>::get(OWNER), 1);
        assert_eq!(held(OWNER), deposits, "deposits are for storage");
        assert_eq!(world(|world| world.credit.clone()), [(OWNER, CreditEvent::RecordApproved)]);
        assert_eq!(events(), [Event::Approved { record: 0, version: 1 }]);
    });
}

#[test]
fn rejection_and_lapse_end_a_review_alike() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        register(OWNER, 2);
        let deposits = held(OWNER);
        events();
        verdict(0, 1, Outcome::Decided(Verdict::Reject));
        verdict(1, 1, Outcome::Lapsed);
        for record in [0, 1] {
            assert_eq!(stored(record, 1).status, VersionStatus::Rejected);
            assert!(!Records::is_tradable(record, 1));
        }
        assert!(!Pending::<Test>::contains_key(OWNER));
        assert_eq!(held(OWNER), deposits, "until the record is erased");
        assert_eq!(world(|world| world.credit.clone()), [(OWNER, CreditEvent::RecordRejected); 2]);
        let rejected = |record, lapsed| Event::Rejected { record, version: 1, lapsed };
        assert_eq!(events(), [rejected(0, false), rejected(1, true)]);
    });
}

#[test]
fn a_verdict_about_what_is_not_pending_changes_nothing() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, Call::revise { record: 0, content: content(2) }));
        verdict(0, 1, Outcome::Decided(Verdict::Approve));
        assert_eq!(stored(0, 1).status, VersionStatus::Rejected, "its review was abandoned");
        assert_eq!(Pending::<Test>::get(OWNER), 1);

        verdict(0, 2, Outcome::Decided(Verdict::Reject));
        verdict(0, 2, Outcome::Decided(Verdict::Approve));
        assert_eq!(stored(0, 2).status, VersionStatus::Rejected);
        assert!(!world(|world| world.credit.contains(&(OWNER, CreditEvent::RecordApproved))));
    });
}

#[test]
fn leaves_claims_to_others_and_refuses_what_does_not_exist() {
    ExtBuilder.build_and_execute(|| {
        let outcome = Outcome::Decided(Verdict::Approve);
        assert_ok!(<Records as OnVerdict<Account>>::on_verdict(Subject::Claim { order: 0 }, outcome, &[]));
        let about = |record, version| {
            <Records as OnVerdict<Account>>::on_verdict(Subject::Record { record, version }, outcome, &[])
        };
        assert_noop!(about(0, 1), Error::<Test>::NoRecord);
        register(OWNER, 1);
        assert_noop!(about(0, 2), Error::<Test>::NoVersion);
    });
}
