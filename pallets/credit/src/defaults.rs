//! What holds as long as neither genesis nor the council said otherwise.
//!
//! Points are in thousandths. They are chosen so that one slip does not make anybody `Restricted`, but one lost claim,
//! one overturned approval or two missed duties do, for some months; and so that `Trusted` takes about half a dozen
//! good sales, or a dozen good audits, within a few months. A silent session of a validator costs little, as a node that
//! is down is silent in every one until it runs again.

use medshare_types::{Benefits, CreditEvent, Moment, Points, Tier};
use sp_runtime::Permill;

use crate::Thresholds;

const DAY: Moment = 24 * 60 * 60 * 1000;
const POINT: Points = 1000;

/// Half a year.
pub const HALF_LIFE: Moment = 180 * DAY;

/// What an event is worth.
pub fn points(event: CreditEvent) -> Points {
    match event {
        CreditEvent::RecordApproved => 10 * POINT,
        CreditEvent::RecordRejected => -15 * POINT,
        CreditEvent::ReviewAbandoned => -5 * POINT,
        CreditEvent::SaleSettled => 20 * POINT,
        CreditEvent::PurchaseSettled => 10 * POINT,
        CreditEvent::DeliveryMissed => -25 * POINT,
        CreditEvent::ClaimLost => -50 * POINT,
        CreditEvent::ClaimRefused => -20 * POINT,
        CreditEvent::AuditOnTime => 10 * POINT,
        CreditEvent::AuditMissed => -20 * POINT,
        CreditEvent::AuditOverturned => -60 * POINT,
        CreditEvent::ValidatorOffence => -60 * POINT,
        CreditEvent::ValidatorSilent => -POINT,
    }
}

/// Where the tiers begin.
pub fn thresholds() -> Thresholds {
    Thresholds { restricted_below: -30 * POINT, trusted_from: 100 * POINT, exemplary_from: 500 * POINT }
}

/// What a tier gives.
pub fn benefits(tier: Tier) -> Benefits {
    match tier {
        Tier::Restricted => Benefits {
            max_pending: 2,
            claim_window: 28 * DAY,
            may_audit: false,
            fee_discount: Permill::zero(),
            max_open_orders: 2,
        },
        Tier::Standard => Benefits {
            max_pending: 100,
            claim_window: 14 * DAY,
            may_audit: true,
            fee_discount: Permill::zero(),
            max_open_orders: 50,
        },
        Tier::Trusted => Benefits {
            max_pending: 500,
            claim_window: 7 * DAY,
            may_audit: true,
            fee_discount: Permill::from_percent(10),
            max_open_orders: 200,
        },
        Tier::Exemplary => Benefits {
            max_pending: 2000,
            claim_window: 3 * DAY,
            may_audit: true,
            fee_discount: Permill::from_percent(25),
            max_open_orders: 1000,
        },
    }
}
