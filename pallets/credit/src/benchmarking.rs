//! Benchmarks of every call. Each reads and writes one entry of fixed size.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};
use medshare_types::{CreditEvent, Tier};

use super::*;

fn council<T: Config>() -> T::RuntimeOrigin {
    T::CouncilOrigin::try_successful_origin().expect("the council can be an origin in benchmarks")
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_points() {
        let origin = council::<T>();
        let points = T::MaxScore::get();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, CreditEvent::AuditOverturned, points);

        assert_eq!(EventPoints::<T>::get(CreditEvent::AuditOverturned), Some(points));
    }

    #[benchmark]
    fn set_benefits() {
        let origin = council::<T>();
        let mut benefits = defaults::benefits(Tier::Exemplary);
        benefits.claim_window = T::MaxClaimWindow::get();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Tier::Exemplary, benefits);

        assert_eq!(TierBenefits::<T>::get(Tier::Exemplary), Some(benefits));
    }

    #[benchmark]
    fn set_thresholds() {
        let origin = council::<T>();
        let thresholds = Thresholds { restricted_below: -1, trusted_from: 1, exemplary_from: 2 };

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, thresholds);

        assert_eq!(TierThresholds::<T>::get(), thresholds);
    }

    #[benchmark]
    fn set_half_life() {
        let origin = council::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, 1);

        assert_eq!(Clock::<T>::get().half_life, 1);
    }
}
