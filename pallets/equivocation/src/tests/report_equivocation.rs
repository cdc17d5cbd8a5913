use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use sp_runtime::{DispatchError, Perbill, traits::Header as _};
use sp_staking::offence::Offence;

use crate::{DoubleAuthorship, Error, Event, mock::*};

/// Of one offender of four.
fn severity() -> Perbill {
    Perbill::from_rational(9u32, 16u32)
}

#[test]
fn who_authored_two_blocks_in_a_slot_is_punished() {
    execute(|| {
        let (evidence, owner) = (evidence(Bob, 99), ownership(Bob));
        let blocks = [evidence.first_header.hash(), evidence.second_header.hash()];
        assert_ok!(report(evidence, owner));
        assert_eq!(take_punished(), [(2, severity(), 0)]);
        let authority = aura(Bob);
        System::assert_last_event(
            Event::<Test>::Proven { authority, slot: 99.into(), session: 0, blocks }.into(),
        );
    });
}

#[test]
fn the_current_slot_counts_already() {
    execute(|| {
        assert_ok!(report(evidence(Bob, now()), ownership(Bob)));
        assert_eq!(take_punished().len(), 1);
    });
}

#[test]
fn blocks_of_different_heights_count() {
    execute(|| {
        let mut evidence = evidence(Bob, 99);
        let mut header = unsealed(99, 3);
        header.set_number(70);
        evidence.second_header = seal(header, Bob);
        assert_ok!(report(evidence, ownership(Bob)));
    });
}

#[test]
fn a_session_counts_once_however_many_slots_and_reports_there_are() {
    execute(|| {
        assert_ok!(report(evidence(Bob, 98), ownership(Bob)));
        assert_noop!(report(evidence(Bob, 98), ownership(Bob)), Error::<Test>::AlreadyReported);
        assert_noop!(report(evidence(Bob, 99), ownership(Bob)), Error::<Test>::AlreadyReported);
        assert_eq!(take_punished().len(), 1);
        run_into_session(1);
        assert_ok!(report(evidence(Bob, now()), ownership(Bob)));
        assert_eq!(take_punished(), [(2, severity(), 1)]);
    });
}

#[test]
fn offences_of_a_session_that_is_over_count_as_that_sessions() {
    execute(|| {
        run_into_session(1);
        let (then, owner) = (now(), ownership(Bob));
        run_into_session(3);
        assert_ok!(report(evidence(Bob, then), owner));
        assert_eq!(take_punished(), [(2, severity(), 1)]);
    });
}

#[test]
fn several_offenders_of_a_session_are_worse() {
    execute(|| {
        assert_ok!(report(evidence(Bob, 98), ownership(Bob)));
        take_punished();
        assert_ok!(report(evidence(Charlie, 99), ownership(Charlie)));
        assert_eq!(take_punished(), [(2, Perbill::one(), 0), (3, Perbill::one(), 0)]);
    });
}

#[test]
fn the_share_is_that_of_equivocations_in_finality_and_never_above_one() {
    let offence = |validators| DoubleAuthorship { session: 0, validators, offender: 1 };
    assert_eq!(offence(100).slash_fraction(1), Perbill::from_rational(9u32, 10_000u32));
    assert_eq!(offence(4).slash_fraction(1), severity());
    assert_eq!(offence(3).slash_fraction(1), Perbill::one());
    assert_eq!(offence(4).slash_fraction(4), Perbill::one());
    assert_eq!(offence(1).slash_fraction(u32::MAX), Perbill::one());
}

#[test]
fn takes_a_signature() {
    execute(|| {
        for origin in [RawOrigin::None, RawOrigin::Root] {
            let call = Box::new(evidence(Bob, 99));
            assert_noop!(
                Equivocation::report_equivocation(origin.into(), call, ownership(Bob))
                    .map_err(|error| error.error),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn a_refused_report_costs_its_signer() {
    execute(|| {
        let call = Box::new(evidence(Bob, 1_000));
        let refused = Equivocation::report_equivocation(by(REPORTER), call, ownership(Bob));
        assert_eq!(
            refused.map_err(|error| error.post_info.pays_fee),
            Err(frame_support::dispatch::Pays::Yes)
        );
    });
}
