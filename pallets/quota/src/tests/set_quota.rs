use frame_support::{assert_noop, assert_ok};
use medshare_types::{Role, Tier};
use sp_runtime::DispatchError;

use crate::{Event, defaults, mock::*};

#[test]
fn the_council_sets_a_quota_that_holds_at_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Quota::set_quota(council(), Role::Provider, Tier::Standard, 123));
        assert_eq!(Quota::quota(&PROVIDER), 123);
        assert_eq!(
            take_events(),
            [Event::QuotaSet { role: Role::Provider, tier: Tier::Standard, quota: 123 }]
        );
    });
}

#[test]
fn nobody_else_does() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [by(PROVIDER), by(COUNCILLOR), RuntimeOrigin::none()] {
            assert_noop!(
                Quota::set_quota(origin, Role::Provider, Tier::Standard, u64::MAX),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn leaves_other_roles_and_tiers_as_they_are() {
    ExtBuilder::quotas(vec![]).build_and_execute(|| {
        assert_ok!(Quota::set_quota(council(), Role::Auditor, Tier::Trusted, 1));
        assert_eq!(
            Quota::quota_of(Role::Auditor, Tier::Standard),
            defaults::quota(Role::Auditor, Tier::Standard)
        );
        assert_eq!(Quota::quota_of(Role::Vault, Tier::Trusted), defaults::quota(Role::Vault, Tier::Trusted));
        assert_eq!(Quota::quota_of(Role::Auditor, Tier::Trusted), 1);
    });
}

#[test]
fn every_role_can_have_its_own_in_every_tier() {
    ExtBuilder::default().build_and_execute(|| {
        let mut quota = 0;
        for role in Role::ALL {
            for tier in [Tier::Restricted, Tier::Standard, Tier::Trusted, Tier::Exemplary] {
                quota += 1;
                assert_ok!(Quota::set_quota(council(), role, tier, quota));
                assert_eq!(Quota::quota_of(role, tier), quota);
            }
        }
    });
}

#[test]
fn a_smaller_quota_does_not_forget_what_was_used_nor_remember_more_than_itself() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 4_000 - BASE).apply());
        assert_ok!(Quota::set_quota(council(), Role::Provider, Tier::Standard, 5_000));
        assert_eq!((Quota::used(&PROVIDER), Quota::left(&PROVIDER)), (4_000, 1_000));

        assert_ok!(Quota::set_quota(council(), Role::Provider, Tier::Standard, 1_000));
        assert_eq!((Quota::used(&PROVIDER), Quota::left(&PROVIDER)), (1_000, 0));
        assert_eq!(Quota::resets_at(&PROVIDER), Some(START + WINDOW));
        advance(WINDOW);
        assert_eq!(Quota::left(&PROVIDER), 1_000);
    });
}

#[test]
fn a_quota_of_zero_means_that_fees_are_due() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Quota::set_quota(council(), Role::Provider, Tier::Standard, 0));
        assert_ok!(Transaction::new(PROVIDER, 100).apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(100));
        assert_eq!(Quota::resets_at(&PROVIDER), None);
    });
}
