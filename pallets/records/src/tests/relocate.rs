use frame_support::{assert_noop, assert_ok};
use medshare_traits::{Outcome, RecordRegistry};
use medshare_types::*;
use sp_runtime::TokenError;

use crate::{Call, Error, Event, FormerHolders, MAX_FORMER_HOLDERS, mock::*};

fn relocate(vaults: &[Account]) -> Call<Test> {
    Call::relocate { record: 0, version: 1, locators: locators(vaults, content(1).ciphertext) }
}

#[test]
fn replaces_the_locators_and_nothing_else() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        verdict(0, 1, Outcome::Decided(Verdict::Approve));
        let before = stored(0, 1);
        events();
        assert_ok!(send(OWNER, relocate(&VAULTS[3..])));
        let after = stored(0, 1);
        assert_eq!(Records::vaults(0, 1), VAULTS[3..]);
        // Who held it may still report on what it served; who never did may not.
        assert!(Records::has_held(0, 1, &VAULTS[0]) && Records::has_held(0, 1, &VAULTS[3]));
        assert!(!Records::has_held(0, 1, &VAULTS[2]) && !Records::has_held(0, 2, &VAULTS[0]));
        let mut expected = before;
        expected.content.locators = after.content.locators.clone();
        expected.deposit += 2 * FORMER;
        assert_eq!(after, expected);
        let Event::Relocated { record: 0, version: 1, locators, .. } = &events()[0] else {
            panic!("not relocated")
        };
        assert_eq!(*locators, after.content.locators);
    });
}

/// What the entry for a vault that held a version costs: the prefix, and three keys with their hashes.
const FORMER: Balance = 10 * (32 + (8 + 8) + (8 + 4) + (16 + 8));

#[test]
fn the_deposit_follows_the_size_and_the_former_holders() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        let two = stored(0, 1).deposit;
        let locator = 10 * (8 + 32);
        assert_ok!(send(OWNER, relocate(&VAULTS[..4])));
        assert_eq!(held(OWNER), two + 2 * locator + 2 * FORMER, "two vaults held it before");
        assert_ok!(send(OWNER, relocate(&VAULTS[..1])));
        assert_eq!(held(OWNER), two - locator + 4 * FORMER);
        assert_ok!(send(OWNER, relocate(&VAULTS[..2])));
        assert_eq!(held(OWNER), two + 4 * FORMER, "the first was among those that held it already");
        assert_eq!(stored(0, 1).deposit, held(OWNER));
        assert_eq!(Balances::free_balance(OWNER), FUNDS - held(OWNER));

        DepositBase::set(FUNDS);
        assert_noop!(send(OWNER, relocate(&VAULTS[..2])), TokenError::FundsUnavailable);
    });
}

#[test]
fn former_holders_are_bounded() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        for number in 0..u64::from(MAX_FORMER_HOLDERS) - 2 {
            FormerHolders::<Test>::insert((0, 1, 1_000 + number), ());
        }
        assert_ok!(send(OWNER, relocate(&VAULTS[2..4])));
        assert_noop!(send(OWNER, relocate(&VAULTS[..1])), Error::<Test>::TooManyFormerHolders);
    });
}

#[test]
fn moves_a_withdrawn_record_for_a_deposit() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, Call::withdraw { record: 0 }));
        let before = held(OWNER);
        assert_ok!(send(OWNER, relocate(&VAULTS[..4])));
        assert_eq!(Records::vaults(0, 1).len(), 4);
        assert_eq!(held(OWNER), before + 2 * 10 * (8 + 32) + 2 * FORMER);
    });
}

#[test]
fn moves_old_versions() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, Call::revise { record: 0, content: content(2) }));
        assert_ok!(send(OWNER, relocate(&VAULTS[4..])));
        assert_eq!(Records::vaults(0, 1), VAULTS[4..]);
        assert_eq!(Records::vaults(0, 2), VAULTS[..2]);
    });
}

#[test]
fn checks_the_locators() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_noop!(send(OWNER, relocate(&[])), Error::<Test>::NoLocator);
        assert_noop!(send(OWNER, relocate(&[VAULTS[0], VAULTS[0]])), Error::<Test>::VaultTwice);
        assert_noop!(send(OWNER, relocate(&[OTHER])), Error::<Test>::NotVault);
        let other_blob = locators(&VAULTS[..1], content(2).ciphertext);
        let call = Call::relocate { record: 0, version: 1, locators: other_blob };
        assert_noop!(send(OWNER, call), Error::<Test>::WrongBlob);
    });
}

#[test]
fn refuses_others_and_what_does_not_exist() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_noop!(send(OTHER, relocate(&VAULTS[..1])), Error::<Test>::NotOwner);
        assert_noop!(send(VAULTS[0], relocate(&VAULTS[..1])), Error::<Test>::NotOwner);
        assert_noop!(send(STRANGER, relocate(&VAULTS[..1])), Error::<Test>::NotActiveMember);
        let to = |record, version| Call::relocate { record, version, locators: content(1).locators };
        assert_noop!(send(OWNER, to(1, 1)), Error::<Test>::NoRecord);
        assert_noop!(send(OWNER, to(0, 0)), Error::<Test>::NoVersion);
        assert_noop!(send(OWNER, to(0, 2)), Error::<Test>::NoVersion);
        world(|world| world.roles.remove(&OWNER));
        assert_noop!(send(OWNER, relocate(&VAULTS[..1])), Error::<Test>::NotActiveMember);
    });
}
