//! Who has which quota.

use medshare_types::{Role, Tier};

use crate::mock::*;

#[test]
fn a_quota_is_full_at_first() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(Quota::quota(&PROVIDER), QUOTA);
        assert_eq!((Quota::used(&PROVIDER), Quota::left(&PROVIDER)), (0, QUOTA));
        assert_eq!(Quota::resets_at(&PROVIDER), Some(START));
    });
}

#[test]
fn who_is_no_member_has_none() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!((Quota::quota(&STRANGER), Quota::used(&STRANGER), Quota::left(&STRANGER)), (0, 0, 0));
        assert_eq!(Quota::resets_at(&STRANGER), None);
    });
}

#[test]
fn roles_differ() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!((Quota::quota(&PROVIDER), Quota::quota(&VAULT)), (QUOTA, VAULT_QUOTA));
    });
}

#[test]
fn the_largest_of_several_roles_counts_and_not_their_sum() {
    ExtBuilder::default().build_and_execute(|| {
        set_roles(PROVIDER, &[Role::Provider, Role::Buyer, Role::Vault]);
        assert_eq!(Quota::quota(&PROVIDER), VAULT_QUOTA);
    });
}

#[test]
fn tiers_differ() {
    ExtBuilder::default().build_and_execute(|| {
        set_tier(PROVIDER, Tier::Trusted);
        assert_eq!(Quota::quota(&PROVIDER), QUOTA * 2);
        set_tier(PROVIDER, Tier::Restricted);
        assert_eq!(Quota::quota(&PROVIDER), QUOTA / 10);
    });
}

#[test]
fn a_better_tier_gives_more_room_at_once() {
    ExtBuilder::default().build_and_execute(|| {
        Transaction::new(PROVIDER, QUOTA - BASE - FEE_WEIGHT).apply().expect("it fits");
        let left = Quota::left(&PROVIDER);
        set_tier(PROVIDER, Tier::Trusted);
        assert_eq!(Quota::left(&PROVIDER), QUOTA + left);
    });
}

#[test]
fn what_was_used_outlasts_a_suspension() {
    ExtBuilder::default().build_and_execute(|| {
        Transaction::new(PROVIDER, 990).apply().expect("it fits");
        set_roles(PROVIDER, &[]);
        assert_eq!((Quota::quota(&PROVIDER), Quota::left(&PROVIDER)), (0, 0));
        set_roles(PROVIDER, &[Role::Provider]);
        assert_eq!(Quota::used(&PROVIDER), cost(990));
    });
}
