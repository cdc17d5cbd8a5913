//! Quantiles, and how they are shown.

use std::time::Duration;

/// Latencies, ascending.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Of these.
    pub fn of(latencies: impl IntoIterator<Item = Duration>) -> Self {
        let mut latencies: Vec<_> = latencies.into_iter().collect();
        latencies.sort_unstable();
        Self(latencies)
    }

    /// The shortest time within which so many percent were done, in seconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map_or(f64::NAN, Duration::as_secs_f64)
    }

    /// `p50 p90 p99 max`, in seconds.
    pub fn line(&self) -> String {
        let [p50, p90, p99, max] = [50, 90, 99, 100].map(|percent| self.percentile(percent));
        format!("{p50:7.2} {p90:7.2} {p99:7.2} {max:7.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let latencies = Latencies::of((1..=200).rev().map(Duration::from_secs));
        assert_eq!([1, 50, 99, 100].map(|percent| latencies.percentile(percent)), [2.0, 100.0, 198.0, 200.0]);
        assert_eq!(Latencies::of([Duration::from_secs(3)]).percentile(50), 3.0);
        assert!(Latencies::of([]).percentile(50).is_nan());
    }
}
