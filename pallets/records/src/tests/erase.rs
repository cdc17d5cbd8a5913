use frame_support::{assert_noop, assert_ok};
use medshare_traits::{Outcome, RecordRegistry};
use medshare_types::*;

use crate::{ByCiphertext, Call, Error, Event, FormerHolders, RecordsOf, Versions, mock::*};

const WITHDRAW: Call<Test> = Call::withdraw { record: 0 };
const ERASE: Call<Test> = Call::erase { record: 0 };

/// A withdrawn record of two versions, the first of which was relocated.
fn withdrawn() {
    register(OWNER, 1);
    verdict(0, 1, Outcome::Decided(Verdict::Reject));
    let elsewhere = locators(&VAULTS[3..], content(1).ciphertext);
    assert_ok!(send(OWNER, Call::relocate { record: 0, version: 1, locators: elsewhere }));
    assert_ok!(send(OWNER, Call::revise { record: 0, content: content(2) }));
    verdict(0, 2, Outcome::Decided(Verdict::Approve));
    assert_ok!(send(OWNER, WITHDRAW));
}

#[test]
fn removes_everything_and_releases_the_deposits() {
    ExtBuilder.build_and_execute(|| {
        withdrawn();
        register(OWNER, 3);
        let deposits = stored(0, 1).deposit + stored(0, 2).deposit;
        events();
        assert_ok!(send(OWNER, ERASE));

        assert_eq!(events(), [Event::Erased { record: 0, versions: 2, released: deposits }]);
        assert_eq!(held(OWNER), stored(1, 1).deposit, "that of the other record stays");
        assert_eq!(Records::record(0), None);
        assert_eq!(Versions::<Test>::iter_prefix(0).count(), 0);
        assert_eq!(FormerHolders::<Test>::iter_keys().count(), 0);
        assert_eq!(ByCiphertext::<Test>::iter_keys().count(), 1);
        assert_eq!(RecordsOf::<Test>::iter_key_prefix(OWNER).count(), 1);
        assert!(!Records::has_held(0, 1, &VAULTS[0]));
        let (policies, convened, forgotten) =
            world(|world| (world.policies.len(), world.convened.len(), world.forgotten.clone()));
        assert_eq!((policies, convened), (1, 1), "those of the other record");
        assert_eq!(forgotten, [(0, 1), (0, 2)]);
        assert_noop!(send(OWNER, ERASE), Error::<Test>::NoRecord);
        assert_eq!(register(OWNER, 4), 2, "numbers are not given again");
    });
}

#[test]
fn what_is_in_use_stays() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_noop!(send(OWNER, ERASE), Error::<Test>::NotWithdrawn);
        assert_ok!(send(OWNER, WITHDRAW));
        world(|world| world.ordered.insert((0, 1)));
        assert_noop!(send(OWNER, ERASE), Error::<Test>::StillOrdered);
        world(|world| {
            world.ordered.clear();
            world.granted.insert((0, 1));
        });
        assert_noop!(send(OWNER, ERASE), Error::<Test>::StillGranted);
        world(|world| {
            world.granted.clear();
            world.asked.insert(OWNER);
        });
        assert_noop!(send(OWNER, ERASE), Error::<Test>::StillAsked);
        world(|world| world.asked.clear());
        assert_ok!(send(OWNER, ERASE));
    });
}

#[test]
fn a_grant_of_any_version_keeps_all() {
    ExtBuilder.build_and_execute(|| {
        withdrawn();
        world(|world| world.granted.insert((0, 2)));
        assert_noop!(send(OWNER, ERASE), Error::<Test>::StillGranted);
    });
}

#[test]
fn only_the_owner_erases_unless_it_is_gone() {
    ExtBuilder.build_and_execute(|| {
        withdrawn();
        let deposits = held(OWNER);
        assert_noop!(send(OTHER, ERASE), Error::<Test>::NotOwner);
        assert_noop!(send(STRANGER, ERASE), Error::<Test>::NotActiveMember);
        world(|world| world.roles.remove(&OWNER));
        assert_noop!(send(OWNER, ERASE), Error::<Test>::NotActiveMember);
        assert_noop!(send(OTHER, ERASE), Error::<Test>::NotOwner);
        world(|world| world.keys.remove(&OWNER));
        assert_ok!(send(OTHER, ERASE));
        assert_eq!(Balances::free_balance(OWNER), FUNDS, "the owner gets the deposits");
        assert!(deposits > 0);
    });
}

#[test]
fn a_ciphertext_can_be_registered_again_afterwards() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, WITHDRAW));
        assert_noop!(send(OWNER, register_call(content(1))), Error::<Test>::CiphertextTaken);
        assert_ok!(send(OWNER, ERASE));
        assert_ok!(send(OWNER, register_call(content(1))));
    });
}
