use sp_runtime::BuildStorage;

use crate::{State, mock::*};

#[test]
fn the_first_validators_serve_at_once_and_are_engaged() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(set(), FIRST);
        assert_eq!(Validators::planned(), FIRST);
        for who in FIRST {
            assert_eq!(state(who), Some(State::Active));
            assert!(is_engaged(who));
        }
        assert!(!Validators::is_fragile());
    });
}

#[test]
fn a_chain_may_begin_with_one() {
    ExtBuilder::validators(&[1]).build_and_execute(|| {
        assert!(Validators::is_fragile());
        run_sessions(3);
        assert_eq!(set(), [1]);
        make_validator(HOSPITAL);
        run_sessions(2);
        assert_eq!(set(), [1, 6]);
    });
}

#[test]
fn whoever_has_no_session_keys_waits() {
    ExtBuilder::default().with_keys(&[1, 2, 3, 4]).build_and_execute(|| {
        assert_eq!(set(), [1, 2, 3, 4]);
        assert_eq!(set_keys(5, 5), Ok(()));
        run_sessions(2);
        assert_eq!(set(), FIRST);
    });
}

#[test]
fn validators_from_elsewhere_are_replaced_only_by_enough_others() {
    ExtBuilder::validators(&[]).with_keys(&[1, 2]).build_and_execute(|| {
        assert_eq!(set(), [1, 2]);
        for who in [3, 4, 5] {
            make_validator(who);
        }
        run_sessions(3);
        assert_eq!(set(), [1, 2]);
        make_validator(HOSPITAL);
        run_sessions(2);
        assert_eq!(set(), [3, 4, 5, 6]);
    });
}

fn build(validators: Vec<Account>) {
    Hospitals::set([1, 2].into());
    let _ = crate::GenesisConfig::<Test> { validators }.build_storage();
}

#[test]
#[should_panic(expected = "is refused")]
fn refuses_who_is_no_hospital() {
    build(vec![1, STRANGER]);
}

#[test]
#[should_panic(expected = "is refused")]
fn refuses_one_account_twice() {
    build(vec![1, 1]);
}
