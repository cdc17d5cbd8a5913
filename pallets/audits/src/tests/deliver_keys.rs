use frame_support::{assert_noop, assert_ok};
use medshare_crypto::open_sealed;
use medshare_traits::Panels;
use medshare_types::{Hash, ReviewState, SealContext, SealPurpose, SealedKey};
use sp_runtime::DispatchResult;

use crate::{Error, Event, mock::*};

fn deliver_one(auditor: Account, key: SealedKey) -> DispatchResult {
    Audits::deliver_keys(RuntimeOrigin::signed(HOLDER), RECORD, vec![(auditor, key)].try_into().unwrap())
}

#[test]
fn gives_every_auditor_the_same_key_and_the_time_to_vote() {
    for subject in [RECORD, CLAIM] {
        ExtBuilder::default().build_and_execute(|| {
            let panel = convene_and_draw(subject);
            events();
            assert_ok!(deliver(subject, &panel));
            let due = now() + 90_000;
            let opened: Vec<_> = panel
                .iter()
                .map(|auditor| {
                    let seat = seat(subject, *auditor);
                    assert_eq!(seat.due, due);
                    let key = open_sealed(&keys(*auditor, false), &seat.sealed.unwrap()).unwrap();
                    key.compress().to_vec()
                })
                .collect();
            assert!(opened.windows(2).all(|pair| pair[0] == pair[1]));
            assert_eq!(
                events(),
                panel
                    .iter()
                    .map(|auditor| Event::KeyDelivered { subject, auditor: *auditor, due })
                    .collect::<Vec<_>>()
            );
        });
    }
}

#[test]
fn can_be_spread_over_calls_but_serves_nobody_twice() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_ok!(deliver(RECORD, &panel[..1]));
        let due = seat(RECORD, panel[0]).due;
        pass(1_000);
        assert_noop!(deliver(RECORD, &panel[..1]), Error::<Test>::KeyAlreadyDelivered);
        assert_noop!(deliver(RECORD, &panel), Error::<Test>::KeyAlreadyDelivered);
        assert_noop!(deliver(RECORD, &[panel[1], panel[1]]), Error::<Test>::KeyAlreadyDelivered);
        assert_ok!(deliver(RECORD, &panel[1..]));
        assert_eq!(seat(RECORD, panel[0]).due, due);
        assert_eq!(seat(RECORD, panel[1]).due, due + 1_000);
    });
}

#[test]
fn only_the_holder_delivers_and_only_while_active() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        let keys: Vec<_> = panel.iter().map(|who| (*who, key_for(RECORD, *who))).collect();
        for who in [KEEPER, STRANGER, panel[0]] {
            assert_noop!(
                Audits::deliver_keys(RuntimeOrigin::signed(who), RECORD, keys.clone().try_into().unwrap()),
                Error::<Test>::NotHolder
            );
        }
        assert_noop!(
            Audits::deliver_keys(RuntimeOrigin::root(), RECORD, keys.try_into().unwrap()),
            sp_runtime::DispatchError::BadOrigin
        );
        world(|world| world.members.remove(&HOLDER));
        assert_noop!(deliver(RECORD, &panel), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn needs_a_review_that_goes_on_and_keys() {
    ExtBuilder::default().build_and_execute(|| {
        let none = Vec::new().try_into().unwrap();
        assert_noop!(
            Audits::deliver_keys(RuntimeOrigin::signed(HOLDER), RECORD, none),
            Error::<Test>::NoReview
        );
        let panel = convene_and_draw(RECORD);
        assert_noop!(deliver(RECORD, &[]), Error::<Test>::NoKeys);
        let key = key_for(RECORD, panel[0]);
        Audits::dissolve(RECORD);
        assert_noop!(deliver_one(panel[0], key), Error::<Test>::ReviewEnded);
    });
}

#[test]
fn is_in_time_until_the_last_moment_and_not_after() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        pass_until(seat(RECORD, panel[0]).due);
        assert_ok!(deliver(RECORD, &panel[..1]));
        pass(1);
        assert_noop!(deliver(RECORD, &panel[1..]), Error::<Test>::TooLate);
    });
}

#[test]
fn serves_only_the_panel() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        let other = outsider(&panel);
        let key = sealed(RECORD, &keys(other, false).public(), &context(RECORD, other));
        assert_noop!(deliver_one(other, key), Error::<Test>::NotOnPanel);
        assert_noop!(deliver_one(STRANGER, key), Error::<Test>::NotOnPanel);
    });
}

#[test]
fn refuses_keys_sealed_for_anything_else() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        let auditor = panel[0];
        let to = keys(auditor, false).public();
        let right = context(RECORD, auditor);
        let wrong: [SealContext<Account>; 7] = [
            SealContext { genesis: Hash::repeat_byte(1), ..right.clone() },
            SealContext { record: 8, ..right.clone() },
            SealContext { version: 2, ..right.clone() },
            SealContext { grantee: panel[1], ..right.clone() },
            SealContext { purpose: SealPurpose::Claim(3), ..right.clone() },
            SealContext { purpose: SealPurpose::Order(3), ..right.clone() },
            SealContext { purpose: SealPurpose::Direct, ..right.clone() },
        ];
        for context in wrong {
            assert_noop!(deliver_one(auditor, sealed(RECORD, &to, &context)), Error::<Test>::KeyRefused);
        }
        // To a key that the auditor had not when drawn, and to another auditor's.
        for to in [keys(auditor, true).public(), keys(panel[1], false).public()] {
            assert_noop!(deliver_one(auditor, sealed(RECORD, &to, &right)), Error::<Test>::KeyRefused);
        }
        assert_noop!(deliver_one(auditor, key_for(RECORD, panel[1])), Error::<Test>::KeyRefused);
        assert_ok!(deliver_one(auditor, sealed(RECORD, &to, &right)));
    });
}

#[test]
fn a_claims_key_binds_its_order() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(CLAIM);
        let auditor = panel[0];
        let to = keys(auditor, false).public();
        for purpose in [SealPurpose::Audit, SealPurpose::Claim(4), SealPurpose::Order(3)] {
            let key = sealed(CLAIM, &to, &SealContext { purpose, ..context(CLAIM, auditor) });
            assert_noop!(
                Audits::deliver_keys(
                    RuntimeOrigin::signed(HOLDER),
                    CLAIM,
                    vec![(auditor, key)].try_into().unwrap()
                ),
                Error::<Test>::KeyRefused
            );
        }
        assert_ok!(deliver(CLAIM, &panel));
    });
}

#[test]
fn refuses_another_record_key_than_the_committed_one() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        let auditor = panel[0];
        // Another key of the same holder, proven well, but against its own commitment.
        let other = new_review(RECORD, HOLDER).commitment;
        let key = medshare_crypto::seal(
            &mut rand_core::OsRng,
            &keys(HOLDER, false),
            &other,
            &keys(auditor, false).public(),
            &context(RECORD, auditor),
        )
        .unwrap();
        assert_noop!(deliver_one(auditor, key), Error::<Test>::KeyRefused);
        // The right key with the other one put in its place.
        let swapped = SealedKey { c2: key.c2, ..key_for(RECORD, auditor) };
        assert_noop!(deliver_one(auditor, swapped), Error::<Test>::KeyRefused);
    });
}

#[test]
fn one_bad_key_among_good_ones_refuses_all() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        let keys = vec![(panel[0], key_for(RECORD, panel[0])), (panel[1], key_for(RECORD, panel[0]))];
        assert_noop!(
            Audits::deliver_keys(RuntimeOrigin::signed(HOLDER), RECORD, keys.try_into().unwrap()),
            Error::<Test>::KeyRefused
        );
        assert!(seat(RECORD, panel[0]).sealed.is_none());
    });
}

#[test]
fn works_while_another_seat_is_being_drawn() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        KeyWindow::set(200_000);
        assert_ok!(deliver(RECORD, &panel[..2]));
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[0]));
        let at = System::block_number() + 2;
        run_to(at);
        let newcomer = crate::mock::panel(RECORD)[2];
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[1]));
        assert!(matches!(review(RECORD).state, ReviewState::Drawing { .. }));
        assert_ok!(deliver(RECORD, &[newcomer]));
    });
}
