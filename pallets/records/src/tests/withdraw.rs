use frame_support::{assert_noop, assert_ok};
use medshare_traits::{Outcome, RecordRegistry};
use medshare_types::*;

use crate::{Call, Error, Event, Pending, mock::*};

const WITHDRAW: Call<Test> = Call::withdraw { record: 0 };

#[test]
fn ends_a_record_and_leaves_what_others_need_of_it() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        verdict(0, 1, Outcome::Decided(Verdict::Reject));
        assert_ok!(send(OWNER, Call::revise { record: 0, content: content(2) }));
        verdict(0, 2, Outcome::Decided(Verdict::Approve));
        register(OWNER, 3);
        let deposits = stored(0, 1).deposit + stored(0, 2).deposit;
        assert_eq!(held(OWNER), deposits + stored(1, 1).deposit, "a rejected version keeps its deposit");
        world(|world| world.delisted.clear());
        events();

        assert_ok!(send(OWNER, WITHDRAW));
        assert_eq!(held(OWNER), deposits + stored(1, 1).deposit, "what is stored is paid for");
        assert!(Records::record(0).expect("it stays").withdrawn);
        assert_eq!(stored(0, 2).content, content(2), "who holds a grant still finds it");
        assert_eq!(stored(0, 2).status, VersionStatus::Approved);
        assert!(!Records::is_tradable(0, 2));
        assert_eq!(engaged(OWNER), 1, "only the other record keeps its owner");
        assert_eq!(world(|world| world.delisted.clone()), [0]);
        assert!(!world(|world| world.credit.contains(&(OWNER, CreditEvent::ReviewAbandoned))));
        assert_eq!(events(), [Event::Withdrawn { record: 0 }]);
    });
}

#[test]
fn abandons_a_review() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        events();
        assert_ok!(send(OWNER, WITHDRAW));
        assert_eq!(stored(0, 1).status, VersionStatus::Rejected);
        assert!(!Pending::<Test>::contains_key(OWNER));
        let (dissolved, credit) = world(|world| (world.dissolved.clone(), world.credit.clone()));
        assert_eq!(dissolved, [Subject::Record { record: 0, version: 1 }]);
        assert_eq!(credit, [(OWNER, CreditEvent::ReviewAbandoned)]);
        assert_eq!(events()[0], Event::Abandoned { record: 0, version: 1 });
        assert_eq!(held(OWNER), stored(0, 1).deposit);
        assert_eq!(engaged(OWNER), 0);
    });
}

#[test]
fn refuses_others_and_what_is_withdrawn() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_noop!(send(OTHER, WITHDRAW), Error::<Test>::NotOwner);
        assert_noop!(send(STRANGER, WITHDRAW), Error::<Test>::NotActiveMember);
        assert_noop!(send(OWNER, Call::withdraw { record: 1 }), Error::<Test>::NoRecord);
        assert_ok!(send(OWNER, WITHDRAW));
        assert_noop!(send(OWNER, WITHDRAW), Error::<Test>::AlreadyWithdrawn);
        assert_eq!(engaged(OWNER), 0, "it is let go once");
    });
}

#[test]
fn needs_an_active_member_in_whatever_role() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        world(|world| world.roles.remove(&OWNER));
        assert_noop!(send(OWNER, WITHDRAW), Error::<Test>::NotActiveMember);
        world(|world| world.roles.insert(OWNER, [Role::Buyer].into()));
        assert_ok!(send(OWNER, WITHDRAW));
    });
}
