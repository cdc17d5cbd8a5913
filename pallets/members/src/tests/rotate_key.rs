use frame_support::{assert_noop, assert_ok};
use medshare_traits::Membership;
use medshare_types::{Hash, Role};
use sp_runtime::DispatchError;

use crate::{Error, Event, mock::*};

#[test]
fn the_new_key_counts_and_the_old_one_stays_readable() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let new = next_pair(PATIENT);
        assert_ok!(Members::rotate_key(by(PATIENT), new.public(), prove(&new, PATIENT)));
        assert_eq!(<Members as Membership<_>>::encryption_key(&PATIENT), Some(new.public()));
        assert_eq!(Members::member(&PATIENT).map(|member| member.key_index), Some(1));
        assert_eq!(Members::key(&PATIENT, 0), Some(pair(PATIENT).public()));
        assert_eq!(Members::key(&PATIENT, 1), Some(new.public()));
        assert_eq!(Members::key(&PATIENT, 2), None);
        assert_last(Event::KeyRotated { who: PATIENT, index: 1, key: new.public() });
    });
}

#[test]
fn a_key_that_was_ever_registered_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let (old, new) = (pair(PATIENT), next_pair(PATIENT));
        // Its current one.
        assert_noop!(
            Members::rotate_key(by(PATIENT), old.public(), prove(&old, PATIENT)),
            Error::<Test>::KeyInUse
        );
        assert_ok!(Members::rotate_key(by(PATIENT), new.public(), prove(&new, PATIENT)));
        // One that it gave up, and another's, current and given up.
        assert_noop!(
            Members::rotate_key(by(PATIENT), old.public(), prove(&old, PATIENT)),
            Error::<Test>::KeyInUse
        );
        for key in [old, new] {
            assert_noop!(
                Members::rotate_key(by(AUDITOR), key.public(), prove(&key, AUDITOR)),
                Error::<Test>::KeyInUse
            );
        }
    });
}

#[test]
fn needs_a_proof_for_this_account_and_chain() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let new = next_pair(PATIENT);
        let foreign = new.prove_possession(&mut rand_core::OsRng, &Hash::repeat_byte(1), &PATIENT);
        for proof in [prove(&new, AUDITOR), prove(&pair(PATIENT), PATIENT), foreign] {
            assert_noop!(Members::rotate_key(by(PATIENT), new.public(), proof), Error::<Test>::KeyNotProven);
        }
    });
}

#[test]
fn only_active_members_rotate() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        let new = next_pair(PATIENT);
        assert_noop!(
            Members::rotate_key(by(PATIENT), new.public(), prove(&new, PATIENT)),
            Error::<Test>::MemberSuspended
        );
        let new = next_pair(STRANGER);
        assert_noop!(
            Members::rotate_key(by(STRANGER), new.public(), prove(&new, STRANGER)),
            Error::<Test>::NotMember
        );
        assert_noop!(
            Members::rotate_key(council(), new.public(), prove(&new, STRANGER)),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn an_account_has_so_many_keys_and_no_more() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let rotate = |number: u32| {
            let pair = medshare_crypto::KeyPair::development(&format!("{PATIENT}, {number}"));
            Members::rotate_key(by(PATIENT), pair.public(), prove(&pair, PATIENT))
        };
        for number in 1..6 {
            assert_ok!(rotate(number));
        }
        assert_noop!(rotate(6), Error::<Test>::TooManyKeys);
        // To leave and come back starts no new count.
        assert_ok!(Members::leave(by(PATIENT)));
        let new = next_pair(PATIENT);
        let back = |pair: &medshare_crypto::KeyPair| {
            let proof = prove(pair, PATIENT);
            Members::admit(
                by(HOSPITAL),
                PATIENT,
                roles(&[Role::Buyer]),
                identity(PATIENT),
                pair.public(),
                proof,
            )
        };
        assert_noop!(back(&new), Error::<Test>::TooManyKeys);
        assert_ok!(back(&medshare_crypto::KeyPair::development(&format!("{PATIENT}, 5"))));
    });
}
