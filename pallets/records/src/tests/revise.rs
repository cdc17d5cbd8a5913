use frame_support::{assert_noop, assert_ok};
use medshare_traits::Outcome;
use medshare_types::*;
use sp_runtime::DispatchError;

use crate::{Call, Error, Event, Pending, Records as Stored, mock::*};

fn revise(number: u64) -> Call<Test> {
    Call::revise { record: 0, content: content(number) }
}

#[test]
fn adds_a_version_and_keeps_the_approved_one() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        verdict(0, 1, Outcome::Decided(Verdict::Approve));
        world(|world| world.keys.insert(OWNER, key(77)));
        System::set_block_number(4);
        events();

        assert_ok!(send(OWNER, revise(2)));
        assert_eq!(Stored::<Test>::get(0).expect("registered").latest, 2);
        let (old, new) = (stored(0, 1), stored(0, 2));
        assert_eq!((old.status, old.owner_key), (VersionStatus::Approved, key(OWNER)));
        assert_eq!((new.status, new.owner_key), (VersionStatus::Pending, key(77)));
        assert_eq!(new.content, content(2));
        assert_eq!(new.anchor.block, 4);
        assert_eq!(held(OWNER), old.deposit + new.deposit);
        assert_eq!(Pending::<Test>::get(OWNER), 1);
        assert_eq!(engaged(OWNER), 1, "it is still one record");

        let (delisted, dissolved, convened) =
            world(|world| (world.delisted.clone(), world.dissolved.clone(), world.convened[1].clone()));
        assert_eq!(delisted, [0]);
        assert_eq!(dissolved, []);
        assert_eq!(convened.subject, Subject::Record { record: 0, version: 2 });
        assert_eq!(convened.commitment, content(2).commitment);
        assert_eq!(convened.holder_key, key(77));
        let ciphertext = content(2).ciphertext;
        assert_eq!(events(), [Event::Revised { record: 0, version: 2, ciphertext, deposit: new.deposit }]);
        assert!(<Records as medshare_traits::RecordRegistry<Account>>::is_tradable(0, 1));
    });
}

#[test]
fn abandons_the_review_of_a_pending_version() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.max_pending = 1);
        register(OWNER, 1);
        events();
        assert_ok!(send(OWNER, revise(2)));
        assert_eq!(stored(0, 1).status, VersionStatus::Rejected);
        assert_eq!(stored(0, 2).status, VersionStatus::Pending);
        assert_eq!(Pending::<Test>::get(OWNER), 1, "the place of the abandoned review is free");
        let (dissolved, credit) = world(|world| (world.dissolved.clone(), world.credit.clone()));
        assert_eq!(dissolved, [Subject::Record { record: 0, version: 1 }]);
        assert_eq!(credit, [(OWNER, CreditEvent::ReviewAbandoned)]);
        assert_eq!(events()[0], Event::Abandoned { record: 0, version: 1 });
    });
}

#[test]
fn revises_a_rejected_version_without_loss_of_credit() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        verdict(0, 1, Outcome::Decided(Verdict::Reject));
        assert_ok!(send(OWNER, revise(2)));
        assert_eq!(world(|world| world.credit.clone()), [(OWNER, CreditEvent::RecordRejected)]);
        assert!(world(|world| world.dissolved.is_empty()));
    });
}

#[test]
fn refuses_the_old_key_and_the_old_ciphertext() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        let old = content(1);
        let with = |change: fn(&mut NewVersion<Account>, NewVersion<Account>)| {
            let mut new = content(2);
            change(&mut new, old.clone());
            Call::revise { record: 0, content: new }
        };
        let key_not_new = DispatchError::from(Error::<Test>::KeyNotNew);
        assert_noop!(send(OWNER, with(|new, old| new.commitment = old.commitment)), key_not_new);
        assert_noop!(send(OWNER, with(|new, old| new.commitment.d1 = old.commitment.d1)), key_not_new);
        assert_noop!(send(OWNER, with(|new, old| new.commitment.d2 = old.commitment.d2)), key_not_new);
        let same_ciphertext = with(|new, old| {
            new.ciphertext = old.ciphertext;
            new.locators = old.locators;
        });
        assert_noop!(send(OWNER, same_ciphertext), Error::<Test>::CiphertextTaken);
    });
}

#[test]
fn checks_the_content() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        let mut bad = content(2);
        bad.descriptor.completeness = 101;
        assert_noop!(
            send(OWNER, Call::revise { record: 0, content: bad }),
            Error::<Test>::CompletenessTooHigh
        );
        assert!(world(|world| world.dissolved.is_empty()), "the old review goes on");
    });
}

#[test]
fn refuses_who_does_not_own_the_record_or_is_no_provider() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_noop!(send(OTHER, revise(2)), Error::<Test>::NotOwner);
        assert_noop!(send(BUYER, revise(2)), DispatchError::BadOrigin);
        assert_noop!(send(OWNER, Call::revise { record: 5, content: content(2) }), Error::<Test>::NoRecord);
        world(|world| world.roles.insert(OWNER, [Role::Buyer].into()));
        assert_noop!(send(OWNER, revise(2)), DispatchError::BadOrigin);
    });
}

#[test]
fn refuses_a_withdrawn_record() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, Call::withdraw { record: 0 }));
        assert_noop!(send(OWNER, revise(2)), Error::<Test>::AlreadyWithdrawn);
    });
}

#[test]
fn versions_are_bounded() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, revise(2)));
        assert_ok!(send(OWNER, revise(3)));
        assert_noop!(send(OWNER, revise(4)), Error::<Test>::TooManyVersions);
    });
}

#[test]
fn credit_bounds_revisions_of_approved_records() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.max_pending = 1);
        register(OWNER, 1);
        verdict(0, 1, Outcome::Decided(Verdict::Approve));
        register(OWNER, 2);
        assert_noop!(send(OWNER, revise(3)), Error::<Test>::TooManyPending);
    });
}
