use frame_support::{assert_noop, assert_ok};
use medshare_traits::Engagements;
use medshare_types::Role;
use sp_runtime::DispatchError;

use crate::{Deposits, Error, Event, Sponsored, mock::*};

#[test]
fn frees_the_deposit_of_a_member_that_never_comes_back() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_noop!(Members::expel(by(HOSPITAL), PATIENT), Error::<Test>::NotSuspended);
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::expel(by(HOSPITAL), PATIENT));

        assert_last(Event::Expelled { who: PATIENT, sponsor: Some(HOSPITAL), released: DEPOSIT });
        assert_eq!((held(HOSPITAL), Balances::free_balance(HOSPITAL)), (0, FUNDS));
        assert_eq!((Sponsored::<Test>::get(HOSPITAL), Deposits::<Test>::get(PATIENT)), (0, None));
        assert_noop!(Members::leave(by(PATIENT)), Error::<Test>::NotMember);
    });
}

#[test]
fn only_by_whom_the_suspension_is_from_or_the_council() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_noop!(Members::expel(by(OTHER_HOSPITAL), PATIENT), Error::<Test>::NotSponsor);
        assert_noop!(Members::expel(by(PATIENT), PATIENT), Error::<Test>::MemberSuspended);
        assert_noop!(Members::expel(by(STRANGER), PATIENT), Error::<Test>::NotMember);
        assert_noop!(Members::expel(frame_system::RawOrigin::None.into(), PATIENT), DispatchError::BadOrigin);

        assert_ok!(Members::suspend(council(), PATIENT));
        assert_noop!(Members::expel(by(HOSPITAL), PATIENT), Error::<Test>::SuspendedByCouncil);
        assert_ok!(Members::expel(council(), PATIENT));
        assert_noop!(Members::expel(council(), PATIENT), Error::<Test>::NotMember);
    });
}

#[test]
fn not_while_anything_is_open() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(<Members as Engagements<_>>::engage(&PATIENT));
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_noop!(Members::expel(council(), PATIENT), Error::<Test>::StillEngaged);
        <Members as Engagements<_>>::disengage(&PATIENT);

        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_noop!(Members::expel(council(), HOSPITAL), Error::<Test>::StillSponsoring);
        assert_ok!(Members::expel(council(), PATIENT));
        assert_ok!(Members::expel(council(), HOSPITAL));
    });
}

#[test]
fn who_was_expelled_can_be_admitted_again() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::expel(by(HOSPITAL), PATIENT));
        assert_ok!(admit(by(OTHER_HOSPITAL), PATIENT, &[Role::Buyer]));
        assert_eq!(Members::member(&PATIENT).and_then(|member| member.sponsor), Some(OTHER_HOSPITAL));
    });
}
