use frame_support::{assert_noop, assert_ok};

use crate::{Error, mock::*};

#[test]
fn is_proven_for_slots_of_the_current_session() {
    execute(|| {
        run_into_session(1);
        let began = first_slot(1).expect("it is the current one");
        let prove = |slot: u64, who| Equivocation::prove_ownership(slot.into(), aura(who));
        let proof = prove(now(), Bob).expect("Bob serves");
        assert_eq!((proof.session, proof.validator_count), (1, 4));
        assert!(prove(began + 1, Bob).is_some());
        assert_eq!(prove(began, Bob), None);
        assert_eq!(prove(now(), Eve), None);
    });
}

#[test]
fn of_a_key_that_was_replaced_is_proven_when_the_session_is_over() {
    execute(|| {
        run_into_session(1);
        let slot = now();
        let owner = Equivocation::prove_ownership(slot.into(), aura(Bob)).expect("Bob serves");
        // Bob sealed twice, and is quick to replace its key.
        register(2, aura(Eve));
        assert_noop!(report(evidence(Bob, slot), owner.clone()), Error::<Test>::NotTheOwner);
        assert_eq!(Equivocation::prove_ownership(slot.into(), aura(Bob)), None);
        run_to_session(2);
        assert_ok!(report(evidence(Bob, slot), owner));
        assert_eq!(take_punished().len(), 1);
    });
}

#[test]
fn of_a_key_that_a_validator_had_before_does_not_count_for_later_slots() {
    execute(|| {
        run_into_session(1);
        let owner = Equivocation::prove_ownership(now().into(), aura(Bob)).expect("Bob serves");
        register(2, aura(Eve));
        // The new key serves from the session after the next on. Then whoever has got hold of the old one signs.
        run_into_session(3);
        assert_noop!(report(evidence(Bob, now()), owner), Error::<Test>::OtherSession);
        assert_noop!(report(evidence(Bob, now()), ownership(Bob)), Error::<Test>::NotTheOwner);
    });
}

#[test]
fn of_who_serves_no_longer_is_proven_for_when_it_did() {
    execute(|| {
        run_into_session(1);
        let (slot, owner) = (now(), ownership(Bob));
        Planned::set(vec![1, 3, 4]);
        run_into_session(3);
        assert_eq!(Session::validators(), [1, 3, 4]);
        assert_noop!(report(evidence(Bob, now()), ownership(Bob)), Error::<Test>::NotTheOwner);
        assert_ok!(report(evidence(Bob, slot), owner));
        assert_eq!(take_punished()[0].0, 2);
    });
}
