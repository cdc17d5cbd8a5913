//! What the pallet stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{Moment, Points, Tier};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::decay::{HalfLives, decayed};

/// Somebody's score when it last changed.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Score {
    /// Points then.
    pub points: Points,
    /// What the [`DecayClock`] showed then.
    pub as_of: HalfLives,
    /// The tier then: what was last told of it in an event.
    pub tier: Tier,
}

impl Score {
    /// What is left of the points when the clock shows `now`.
    pub fn value(&self, now: HalfLives) -> Points {
        decayed(self.points, now.since(self.as_of))
    }
}

/// Counts half-lives since the Unix epoch. What has passed was counted with the half-life that held then, so a new
/// half-life changes how fast scores fade from now on and nothing about what they are now.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DecayClock {
    /// The half-life in milliseconds; not zero.
    pub half_life: Moment,
    /// Since when this half-life holds.
    pub since: Moment,
    /// How many half-lives had passed by then.
    pub passed: HalfLives,
}

impl DecayClock {
    /// A clock that has always run with this half-life.
    pub fn new(half_life: Moment) -> Self {
        Self { half_life, since: 0, passed: HalfLives::default() }
    }

    /// What it shows.
    pub fn at(&self, now: Moment) -> HalfLives {
        self.passed.saturating_add(HalfLives::of(now.saturating_sub(self.since), self.half_life))
    }

    /// The clock that runs on with another half-life.
    pub fn with_half_life(&self, half_life: Moment, now: Moment) -> Self {
        Self { half_life, since: now, passed: self.at(now) }
    }
}

/// Where the tiers begin, in thousandths of points.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Thresholds {
    /// Scores below are `Restricted`; at most zero.
    pub restricted_below: Points,
    /// Scores from here on are `Trusted`; above zero.
    pub trusted_from: Points,
    /// Scores from here on are `Exemplary`; above `trusted_from`.
    pub exemplary_from: Points,
}

impl Thresholds {
    /// Whether they are in order, and zero, where everyone begins, is `Standard`.
    pub fn are_ordered(&self) -> bool {
        self.restricted_below <= 0 && 0 < self.trusted_from && self.trusted_from < self.exemplary_from
    }

    /// The tier of a score.
    pub fn tier(&self, score: Points) -> Tier {
        if score < self.restricted_below {
            Tier::Restricted
        } else if score >= self.exemplary_from {
            Tier::Exemplary
        } else if score >= self.trusted_from {
            Tier::Trusted
        } else {
            Tier::Standard
        }
    }
}
