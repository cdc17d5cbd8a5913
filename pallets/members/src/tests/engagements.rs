use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use medshare_traits::Engagements;

use crate::{Engaged, Error, mock::*};

#[test]
fn counts_up_and_down_and_leaves_nothing_behind() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::engage(&PATIENT));
        assert_ok!(Members::engage(&PATIENT));
        assert_eq!(Engaged::<Test>::get(PATIENT), 2);
        Members::disengage(&PATIENT);
        assert_eq!(Engaged::<Test>::get(PATIENT), 1);
        Members::disengage(&PATIENT);
        assert!(!Engaged::<Test>::contains_key(PATIENT));
    });
}

#[test]
fn only_members_engage_suspended_ones_too() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Members::engage(&STRANGER), Error::<Test>::NotMember);
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::engage(&PATIENT));
    });
}

#[test]
fn one_end_too_many_does_no_harm() {
    ExtBuilder::default().build_and_execute(|| {
        assert_storage_noop!(Members::disengage(&AUDITOR));
        assert_storage_noop!(Members::disengage(&STRANGER));
    });
}
