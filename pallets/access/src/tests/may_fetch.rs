use frame_support::assert_ok;
use medshare_types::*;

use crate::mock::*;

fn allowed(basis: FetchBasis) -> FetchDecision {
    FetchDecision::Allowed { basis, until: None }
}

fn refused(refusal: FetchRefusal) -> FetchDecision {
    FetchDecision::Refused(refusal)
}

fn decision(who: Account) -> FetchDecision {
    Access::may_fetch(&who, RECORD, 1)
}

fn list() {
    world(|world| world.listed.insert((RECORD, 1)));
}

fn review(who: Account) {
    world(|world| world.reviewing.insert((who, RECORD, 1)));
}

#[test]
fn nobody_fetches_what_does_not_exist() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(Access::may_fetch(&OWNER, 77, 1), refused(FetchRefusal::Unknown));
        assert_eq!(Access::may_fetch(&OWNER, RECORD, 2), refused(FetchRefusal::Unknown));
        assert_eq!(Access::may_fetch(&STRANGER, 77, 1), refused(FetchRefusal::Unknown));
    });
}

#[test]
fn only_active_members_fetch() {
    ExtBuilder.build_and_execute(|| {
        list();
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        review(AUDITOR);
        for who in [OWNER, DOCTOR, BUYER, AUDITOR] {
            suspend(who);
        }
        for who in [OWNER, DOCTOR, BUYER, AUDITOR, STRANGER] {
            assert_eq!(decision(who), refused(FetchRefusal::NotMember));
        }
    });
}

#[test]
fn the_owner_fetches_always() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(decision(OWNER), allowed(FetchBasis::Owner));
        assert_eq!(Access::may_fetch(&OWNER, PENDING_RECORD, 1), allowed(FetchBasis::Owner));
        withdraw(RECORD);
        assert_eq!(decision(OWNER), allowed(FetchBasis::Owner));
    });
}

#[test]
fn a_grant_lets_fetch_until_it_expires() {
    ExtBuilder.build_and_execute(|| {
        list();
        let expires = Some(START + 10);
        assert_ok!(send(OWNER, grant_call(RECORD, BUYER, expires)));
        withdraw(RECORD);
        pass(9);
        assert_eq!(decision(BUYER), FetchDecision::Allowed { basis: FetchBasis::Grant, until: expires });
        assert_eq!(Access::may_fetch(&BUYER, OTHER_RECORD, 1), refused(FetchRefusal::NoGrant));
        pass(1);
        assert_eq!(decision(BUYER), refused(FetchRefusal::Expired), "not even as a preview");
    });
}

#[test]
fn a_revoked_grant_gives_nothing_not_even_a_preview() {
    ExtBuilder.build_and_execute(|| {
        list();
        assert_ok!(send(OWNER, grant_call(RECORD, BUYER, Some(START + 10))));
        assert_ok!(send(OWNER, revoke_call(BUYER)));
        assert_eq!(decision(BUYER), refused(FetchRefusal::Revoked));
        pass(10);
        assert_eq!(decision(BUYER), refused(FetchRefusal::Revoked));
    });
}

#[test]
fn who_reviews_fetches() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(decision(AUDITOR), refused(FetchRefusal::NoGrant));
        review(AUDITOR);
        assert_eq!(decision(AUDITOR), allowed(FetchBasis::Review));
        assert_eq!(Access::may_fetch(&AUDITOR, OTHER_RECORD, 1), refused(FetchRefusal::NoGrant));
    });
}

#[test]
fn who_reviews_fetches_also_with_a_revoked_or_expired_grant() {
    ExtBuilder.build_and_execute(|| {
        review(AUDITOR);
        let expires = Some(START + 10);
        assert_ok!(send(OWNER, grant_call(RECORD, AUDITOR, expires)));
        assert_eq!(decision(AUDITOR), FetchDecision::Allowed { basis: FetchBasis::Grant, until: expires });
        pass(10);
        assert_eq!(decision(AUDITOR), allowed(FetchBasis::Review));
        assert_ok!(send(OWNER, revoke_call(AUDITOR)));
        assert_eq!(decision(AUDITOR), allowed(FetchBasis::Review));
    });
}

#[test]
fn buyers_preview_what_is_listed() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(decision(BUYER), refused(FetchRefusal::NoGrant));
        list();
        assert_eq!(decision(BUYER), allowed(FetchBasis::Preview));
        assert_eq!(decision(DOCTOR), refused(FetchRefusal::NoGrant), "no buyer");
        assert_eq!(Access::may_fetch(&BUYER, OTHER_RECORD, 1), refused(FetchRefusal::NoGrant));
    });
}
