//! Somebody's credit, with the tiers that it fades through if nothing else happens.

use medshare_indexer::Standing;
use medshare_runtime::{AccountId, Runtime};
use medshare_types::{Moment, Tier};
use pallet_credit::{Clock, DecayClock, Score, Scores, Thresholds, TierThresholds};

/// After so many half-lives nothing is left of any score.
const FADED: u64 = 64;

/// Somebody's credit at a time; reads the state that it is run in.
pub fn of(who: &AccountId, now: Moment) -> Standing {
    let score = Scores::<Runtime>::get(who);
    schedule(score, Clock::<Runtime>::get(), TierThresholds::<Runtime>::get(), now)
}

fn schedule(score: Option<Score>, clock: DecayClock, thresholds: Thresholds, now: Moment) -> Standing {
    let points = |at| score.map(|score| score.value(clock.at(at))).unwrap_or_default();
    let tier = |at| thresholds.tier(points(at));
    let faded = now.saturating_add(clock.half_life.saturating_mul(FADED));
    let mut tiers = vec![(now, tier(now))];
    let mut from = now;
    // A score only ever fades towards zero, so it goes through each tier at most once.
    while let Some(next) = first_change(from, faded, tier) {
        tiers.push((next, tier(next)));
        from = next;
    }
    Standing { points: points(now), noted: now, tiers }
}

/// The first time after `from` when the tier is another one, by `until`. It changes in one direction only.
fn first_change(from: Moment, until: Moment, tier: impl Fn(Moment) -> Tier) -> Option<Moment> {
    // Between the two times the tier changes: it is still the old one at the first and another one at the second.
    let (old, mut before, mut after) = (tier(from), from, until);
    if tier(until) == old {
        return None;
    }
    while after.saturating_sub(before) > 1 {
        let middle = before.midpoint(after);
        if tier(middle) == old { before = middle } else { after = middle }
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Moment = 86_400_000;
    const THRESHOLDS: Thresholds =
        Thresholds { restricted_below: -10_000, trusted_from: 50_000, exemplary_from: 200_000 };

    fn standing(points: i64, age: Moment) -> Standing {
        let (clock, now) = (DecayClock::new(DAY), 1_000 * DAY);
        let score = Score { points, as_of: clock.at(now - age), tier: Tier::Standard };
        schedule(Some(score), clock, THRESHOLDS, now)
    }

    #[test]
    fn a_score_fades_through_every_tier_below_its_own() {
        let now = 1_000 * DAY;
        let standing = standing(400_000, 0);
        assert_eq!(standing.points, 400_000);
        let tiers: Vec<Tier> = standing.tiers.iter().map(|(_, tier)| *tier).collect();
        assert_eq!(tiers, [Tier::Exemplary, Tier::Trusted, Tier::Standard]);
        // After one half-life 200,000 are left, which is still exemplary; after three 50,000, which is still trusted.
        let changes: Vec<Moment> = standing.tiers.iter().map(|(from, _)| *from).collect();
        assert_eq!(changes[0], now);
        assert!(changes[1] > now + DAY && changes[1] < now + DAY + 60_000, "{changes:?}");
        assert!(changes[2] > now + 3 * DAY && changes[2] < now + 3 * DAY + 60_000, "{changes:?}");
    }

    #[test]
    fn each_change_is_told_to_the_millisecond() {
        let clock = DecayClock::new(DAY);
        let standing = standing(-77_777, 5 * DAY / 7);
        let tier = |at| {
            let as_of = clock.at(1_000 * DAY - 5 * DAY / 7);
            THRESHOLDS.tier(Score { points: -77_777, as_of, tier: Tier::Standard }.value(clock.at(at)))
        };
        assert_eq!(standing.tiers.len(), 2);
        let (change, after) = standing.tiers[1];
        assert_eq!(
            (tier(change - 1), tier(change), after),
            (Tier::Restricted, Tier::Standard, Tier::Standard)
        );
    }

    #[test]
    fn who_has_no_points_stays_where_everyone_begins() {
        let standing = schedule(None, DecayClock::new(DAY), THRESHOLDS, 5);
        assert_eq!(standing, Standing { points: 0, noted: 5, tiers: vec![(5, Tier::Standard)] });
    }

    #[test]
    fn a_score_that_hardly_fades_keeps_its_tier() {
        let clock = DecayClock::new(Moment::MAX);
        // Of which half is left at the end of time, and that is still enough.
        let score = Score { points: 150_000, as_of: clock.at(5), tier: Tier::Standard };
        assert_eq!(schedule(Some(score), clock, THRESHOLDS, 5).tiers, [(5, Tier::Trusted)]);
    }
}
