use frame_support::{assert_noop, assert_ok};
use medshare_traits::CreditScores;
use medshare_types::{Benefits, Tier};
use sp_runtime::{DispatchError, Permill};

use crate::{Error, Event, defaults, mock::*};

fn benefits(claim_window: u64) -> Benefits {
    Benefits {
        max_pending: 1,
        claim_window,
        may_audit: false,
        fee_discount: Permill::from_percent(50),
        max_open_orders: 3,
    }
}

#[test]
fn a_tier_gives_it_at_once_and_no_other_does() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Credit::set_benefits(council(), Tier::Standard, benefits(5)));
        assert_eq!(take_events(), vec![Event::BenefitsSet { tier: Tier::Standard, benefits: benefits(5) }]);
        assert_eq!(<Credit as CreditScores<_>>::benefits(&ALICE), benefits(5));
        assert_eq!(Credit::credit(&ALICE).benefits, benefits(5));
        for tier in [Tier::Restricted, Tier::Trusted, Tier::Exemplary] {
            assert_eq!(Credit::benefits_of(tier), defaults::benefits(tier));
        }
    });
}

#[test]
fn the_claim_window_is_bounded() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Credit::set_benefits(council(), Tier::Restricted, benefits(MAX_CLAIM_WINDOW)));
        for window in [MAX_CLAIM_WINDOW + 1, u64::MAX] {
            assert_noop!(
                Credit::set_benefits(council(), Tier::Restricted, benefits(window)),
                Error::<Test>::ClaimWindowTooLong
            );
        }
    });
}

#[test]
fn only_the_council_sets_it() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [by(ALICE), RuntimeOrigin::none()] {
            assert_noop!(Credit::set_benefits(origin, Tier::Standard, benefits(5)), DispatchError::BadOrigin);
        }
    });
}
