//! How points fade: halved with every half-life, in integers only.
//!
//! `value = points · 2^(−age)`, where the age is counted in half-lives as a fixed-point number with
//! [`FRACTION_BITS`] binary places. The whole half-lives are a shift. For the rest, `f` in `[0, 1)`, the factor
//! `2^(−f) = e^(−f·ln 2)` is the Taylor series `Σ (−1)^k · (ln 2)^k / k! · f^k` up to `k = 18`, evaluated by Horner's
//! rule with 64 binary places: a fixed number of multiplications, whatever the age. The first term left out is below
//! `2^−66`.
//!
//! What holds of [`decayed`]:
//!
//! - *Exact at whole half-lives*: after `n` of them, `points / 2^n` without its fraction.
//! - *Error bound*: it is rounded towards zero, so its magnitude is less than one unit below the true one. It is above
//!   the true one by less than `|points| · 2^−59` (the series' rounding). Seen from a span of time, the age itself is
//!   rounded down, which adds less than `|points| · ln 2 · 2^−48`: less than one unit for `|points| ≤ 2^48`.
//! - *Monotone*: an older age never gives a greater magnitude, and more points never give a smaller value. The step
//!   between two neighbouring ages changes the factor by more than `2^−50`, the roundings of the series by less than
//!   `2^−59`, so they cannot turn its order around.
//! - *Symmetric*: `decayed(−points) = −decayed(points)`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{Moment, Points};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Binary places of [`HalfLives`].
pub const FRACTION_BITS: u32 = 48;

/// Binary places of the series.
const SERIES_BITS: u32 = 64;

/// `(ln 2)^k / k!` for `k` from 18 down to 0, rounded, with 64 binary places. Each is less than the one after it.
const SERIES: [u128; 19] = [
    0x4,
    0x66,
    0x9c7,
    0xe1b7,
    0x13_1496,
    0x181_6193,
    0x1c3b_d651,
    0x1_e8ca_c735,
    0x1e_4cf5_158c,
    0x1b5_253d_395e,
    0x162c_0223_a5c8,
    0xffe5_fe2c_4586,
    0xa_1848_97c3_63c4,
    0x57_61ff_9e29_9cc4,
    0x276_556d_f749_cee5,
    0xe35_846b_8250_5fc6,
    0x3d7f_7bff_058b_1d51,
    0xb172_17f7_d1cf_79ac,
    0x1_0000_0000_0000_0000,
];

/// A span of time counted in half-lives, with [`FRACTION_BITS`] binary places.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct HalfLives(pub u128);

impl HalfLives {
    /// How many half-lives a span of milliseconds is, rounded down. With a half-life of zero, everything but no time
    /// at all is an eternity.
    pub fn of(span: Moment, half_life: Moment) -> Self {
        // At most 2^64 · 2^48: no overflow.
        let scaled = u128::from(span) << FRACTION_BITS;
        Self(scaled.checked_div(u128::from(half_life)).unwrap_or(if span == 0 { 0 } else { u128::MAX }))
    }

    /// Both together.
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// From an earlier count to this one; none if it is not earlier.
    pub fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    fn whole(self) -> u128 {
        self.0 >> FRACTION_BITS
    }

    fn fraction(self) -> u128 {
        self.0 & ((1 << FRACTION_BITS) - 1)
    }
}

/// What is left of points after an age; see the module for what holds of it.
pub fn decayed(points: Points, age: HalfLives) -> Points {
    if age == HalfLives::default() {
        return points;
    }
    // At most 2^63 · 2^64: no overflow.
    let faded = u128::from(points.unsigned_abs()).saturating_mul(factor(age.fraction())) >> SERIES_BITS;
    let magnitude =
        u32::try_from(age.whole()).ok().and_then(|halvings| faded.checked_shr(halvings)).unwrap_or(0);
    let magnitude = Points::try_from(magnitude).unwrap_or(Points::MAX);
    if points < 0 { magnitude.saturating_neg() } else { magnitude }
}

/// `2^(−fraction)` with [`SERIES_BITS`] binary places, for a fraction with [`FRACTION_BITS`] of them.
fn factor(fraction: u128) -> u128 {
    // Every partial sum lies between zero and its first coefficient, as the terms alternate and shrink: a product is
    // at most 2^64 · 2^48, and no difference is below zero.
    SERIES
        .iter()
        .fold(0, |sum, coefficient| coefficient.saturating_sub(fraction.saturating_mul(sum) >> FRACTION_BITS))
}
