use frame_support::{assert_noop, assert_ok};
use medshare_types::Role;

use crate::{Error, Hospitals, mock::*};

#[test]
fn the_council_is_told_who_the_active_hospitals_are() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(CouncilMembers::get(), [HOSPITAL, OTHER_HOSPITAL]);
        assert_ok!(admit(council(), 20, &[Role::Hospital, Role::Vault]));
        assert_eq!(CouncilMembers::get(), [HOSPITAL, OTHER_HOSPITAL, 20]);
        assert_noop!(admit(council(), 21, &[Role::Hospital]), Error::<Test>::TooManyHospitals);

        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_eq!(CouncilMembers::get(), [OTHER_HOSPITAL, 20]);
        assert_ok!(Members::reinstate(council(), HOSPITAL));
        assert_ok!(Members::set_roles(council(), 20, roles(&[Role::Vault])));
        assert_ok!(Members::leave(by(OTHER_HOSPITAL)));
        assert_eq!(CouncilMembers::get(), [HOSPITAL]);
    });
}

#[test]
fn the_last_hospital_stays() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Members::leave(by(OTHER_HOSPITAL)));
        assert_noop!(Members::leave(by(HOSPITAL)), Error::<Test>::LastHospital);
        assert_noop!(Members::suspend(council(), HOSPITAL), Error::<Test>::LastHospital);
        let retired = Members::set_roles(council(), HOSPITAL, roles(&[Role::Buyer]));
        assert_noop!(retired, Error::<Test>::LastHospital);
        assert_eq!(Hospitals::<Test>::get().to_vec(), [HOSPITAL]);
    });
}

#[test]
fn a_members_account_exists_without_money() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_eq!(Balances::free_balance(PATIENT), 0);
        System::inc_account_nonce(PATIENT);
        assert!(System::account_exists(&PATIENT));
        assert_ok!(Members::leave(by(PATIENT)));
        assert!(!System::account_exists(&PATIENT));
    });
}
