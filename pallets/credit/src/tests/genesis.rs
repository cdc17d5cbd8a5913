use medshare_traits::CreditScores;
use medshare_types::{CreditEvent, Tier};
use sp_runtime::BuildStorage;

use crate::{
    Clock, DecayClock, EventPoints, GenesisConfig, Thresholds, TierBenefits, TierThresholds, defaults,
    mock::*,
};

#[test]
fn the_defaults_hold_where_nothing_is_said() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(Clock::<Test>::get(), DecayClock::new(defaults::HALF_LIFE));
        assert!(Clock::<Test>::exists());
        assert_eq!(TierThresholds::<Test>::get(), defaults::thresholds());
        assert_eq!(EventPoints::<Test>::iter().count(), 0);
        assert_eq!(TierBenefits::<Test>::iter().count(), 0);
    });
}

#[test]
fn the_defaults_are_allowed() {
    assert!(defaults::thresholds().are_ordered());
    for event in CreditEvent::ALL {
        assert!(defaults::points(event).abs() <= MAX_SCORE);
    }
    for tier in [Tier::Restricted, Tier::Standard, Tier::Trusted, Tier::Exemplary] {
        assert!(defaults::benefits(tier).claim_window <= MAX_CLAIM_WINDOW);
    }
}

#[test]
fn a_chain_can_begin_otherwise() {
    let mut standard = defaults::benefits(Tier::Standard);
    standard.claim_window = 60_000;
    let thresholds = Thresholds { restricted_below: -1, trusted_from: 1, exemplary_from: 2 };
    ExtBuilder::genesis(GenesisConfig {
        points: vec![(CreditEvent::SaleSettled, 1)],
        benefits: vec![(Tier::Standard, standard)],
        thresholds: Some(thresholds),
        half_life: Some(DAY),
        ..Default::default()
    })
    .build_and_execute(|| {
        assert_eq!(Credit::credit(&ALICE).benefits, standard);
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_eq!((Credit::score(&ALICE), Credit::credit(&ALICE).tier), (1, Tier::Trusted));
        assert_eq!(Clock::<Test>::get().half_life, DAY);
    });
}

fn build(config: GenesisConfig<Test>) {
    let _ = config.build_storage();
}

#[test]
#[should_panic(expected = "the half-life is refused")]
fn refuses_a_half_life_of_zero() {
    build(GenesisConfig { half_life: Some(0), ..Default::default() });
}

#[test]
#[should_panic(expected = "the thresholds are refused")]
fn refuses_thresholds_out_of_order() {
    let thresholds = Thresholds { restricted_below: 1, trusted_from: 1, exemplary_from: 1 };
    build(GenesisConfig { thresholds: Some(thresholds), ..Default::default() });
}

#[test]
#[should_panic(expected = "are refused")]
fn refuses_points_out_of_range() {
    build(GenesisConfig { points: vec![(CreditEvent::SaleSettled, MAX_SCORE + 1)], ..Default::default() });
}
