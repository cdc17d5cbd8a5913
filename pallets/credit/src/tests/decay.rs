//! The maths against floating-point numbers and its own laws, over many pseudo-random values.

use medshare_types::{Moment, Points};

use crate::decay::{FRACTION_BITS, HalfLives, decayed};

/// xorshift64*: the same values in every run.
struct Values(u64);

impl Values {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Of all magnitudes up to so many bits.
    fn magnitude(&mut self, bits: u32) -> u64 {
        let shift = 64 - bits + (self.next() % u64::from(bits)) as u32;
        self.next() >> shift
    }

    fn points(&mut self, bits: u32) -> Points {
        let magnitude = self.magnitude(bits) as Points;
        if self.next().is_multiple_of(2) { magnitude } else { -magnitude }
    }
}

const ROUNDS: usize = 20_000;
const DAY: Moment = 86_400_000;

fn after(points: Points, span: Moment, half_life: Moment) -> Points {
    decayed(points, HalfLives::of(span, half_life))
}

fn exact(points: Points, span: Moment, half_life: Moment) -> f64 {
    points as f64 * (-(span as f64) / half_life as f64).exp2()
}

#[test]
fn is_exact_at_whole_half_lives() {
    let mut values = Values(1);
    for _ in 0..ROUNDS {
        let points = values.points(63);
        let half_life = values.magnitude(40) + 1;
        let n = values.next() % 70;
        let expected = points.checked_div(1i64.checked_shl(n as u32).unwrap_or(i64::MAX)).unwrap();
        let expected = if n >= 63 { 0 } else { expected };
        assert_eq!(after(points, n * half_life, half_life), expected, "{points} {half_life} {n}");
    }
}

#[test]
fn is_exact_between_any_two_readings_of_a_clock_a_half_life_apart() {
    let mut values = Values(2);
    for _ in 0..ROUNDS {
        let half_life = values.magnitude(40) + 1;
        let start = values.magnitude(42);
        let age = HalfLives::of(start + 3 * half_life, half_life).since(HalfLives::of(start, half_life));
        assert_eq!(age, HalfLives(3 << FRACTION_BITS));
        assert_eq!(decayed(8_000, age), 1_000);
    }
}

#[test]
fn is_within_one_unit_of_the_true_value() {
    let mut values = Values(3);
    for _ in 0..ROUNDS {
        let points = values.points(48);
        let half_life = values.magnitude(42) + 1;
        let span = values.magnitude(45);
        let error = exact(points, span, half_life) - after(points, span, half_life) as f64;
        // The floating-point value is itself off, in the last of its 53 bits and those that its argument loses.
        let slack = 5e-16 * points.unsigned_abs() as f64;
        assert!(error.abs() < 1.0 + slack, "{points} {half_life} {span}: {error}");
    }
}

#[test]
fn is_within_one_unit_in_the_range_of_a_chain() {
    let mut values = Values(4);
    for _ in 0..ROUNDS {
        let points = values.points(30);
        let half_life = DAY + values.next() % (1_000 * DAY);
        let span = values.next() % (10_000 * DAY);
        let error = exact(points, span, half_life) - after(points, span, half_life) as f64;
        assert!(error.abs() < 1.0 + 1e-5, "{points} {half_life} {span}: {error}");
    }
}

#[test]
fn never_grows_with_age() {
    let mut values = Values(5);
    for round in 0..ROUNDS {
        let points = values.points(63);
        let whole = u128::from(values.next() % 64) << FRACTION_BITS;
        let age = whole + u128::from(values.next() >> (64 - FRACTION_BITS));
        // Neighbours, where roundings would show first, and ages far apart.
        let step = if round % 2 == 0 { 1 } else { u128::from(values.magnitude(50)) };
        let (younger, older) = (decayed(points, HalfLives(age)), decayed(points, HalfLives(age + step)));
        assert!(older.unsigned_abs() <= younger.unsigned_abs(), "{points} {age} {step}: {younger} {older}");
    }
}

#[test]
fn never_grows_across_a_whole_half_life() {
    for n in 0..62u32 {
        for distance in [1u128, 2, 3, 1000] {
            let whole = HalfLives(u128::from(n + 1) << FRACTION_BITS);
            let before = HalfLives(whole.0 - distance);
            let after = HalfLives(whole.0 + distance);
            let points = Points::MAX;
            assert!(decayed(points, before) >= decayed(points, whole));
            assert!(decayed(points, whole) >= decayed(points, after));
        }
    }
}

#[test]
fn keeps_the_order_of_scores() {
    let mut values = Values(6);
    for _ in 0..ROUNDS {
        let (a, b) = (values.points(62), values.points(62));
        let age = HalfLives(u128::from(values.magnitude(54)));
        assert_eq!(decayed(a.min(b), age).min(decayed(a.max(b), age)), decayed(a.min(b), age));
    }
}

#[test]
fn is_symmetric() {
    let mut values = Values(7);
    for _ in 0..ROUNDS {
        let points = values.points(63);
        let age = HalfLives(u128::from(values.magnitude(54)));
        assert_eq!(decayed(-points, age), -decayed(points, age));
    }
}

#[test]
fn no_time_changes_nothing_and_zero_stays_zero() {
    for points in [0, 1, -1, Points::MAX, Points::MIN] {
        assert_eq!(after(points, 0, DAY), points);
    }
    assert_eq!(after(0, 12_345, DAY), 0);
}

#[test]
fn the_extremes_do_not_overflow() {
    for points in [Points::MAX, Points::MIN] {
        assert_eq!(after(points, u64::MAX, 1), 0);
        assert_eq!(decayed(points, HalfLives(u128::MAX)), 0);
        assert_eq!(after(points, u64::MAX, u64::MAX), points / 2);
        assert!(after(points, 1, u64::MAX).unsigned_abs() >= (1 << 62));
        assert!(decayed(points, HalfLives(1)).unsigned_abs() >= (1 << 62));
    }
    assert_eq!(after(1, u64::MAX, 1), 0);
    assert_eq!(HalfLives(u128::MAX).saturating_add(HalfLives(1)), HalfLives(u128::MAX));
    assert_eq!(HalfLives(1).since(HalfLives(2)), HalfLives(0));
}

#[test]
fn a_half_life_of_zero_forgets_at_once() {
    assert_eq!(after(1_000, 0, 0), 1_000);
    assert_eq!(after(1_000, 1, 0), 0);
}

#[test]
fn known_values() {
    // 1000 · 2^(−1/2) = 707.1, 2^(−1/4) = 840.9, 2^(−10.5) of a million = 690.5
    assert_eq!(after(1_000, 1, 2), 707);
    assert_eq!(after(1_000, 1, 4), 840);
    assert_eq!(after(-1_000, 1, 4), -840);
    assert_eq!(after(1_000_000, 21, 2), 690);
}
