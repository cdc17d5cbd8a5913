use medshare_types::{Role, Tier};

use crate::{Quotas, Usages, defaults, mock::*};

#[test]
fn the_defaults_hold_where_nothing_is_said() {
    ExtBuilder::quotas(vec![(Role::Buyer, Tier::Trusted, 5)]).build_and_execute(|| {
        assert_eq!(Quotas::<Test>::get().len(), 1);
        assert_eq!(Usages::<Test>::iter().count(), 0);
        assert_eq!(Quota::quota_of(Role::Buyer, Tier::Trusted), 5);
        assert_eq!(Quota::quota(&PROVIDER), defaults::quota(Role::Provider, Tier::Standard));
    });
}

#[test]
fn better_credit_never_means_a_smaller_default() {
    for role in Role::ALL {
        let tiers = [Tier::Restricted, Tier::Standard, Tier::Trusted, Tier::Exemplary];
        let quotas = tiers.map(|tier| defaults::quota(role, tier));
        assert!(quotas.is_sorted() && quotas[0] > 0);
    }
}
