//! Of how much time the market's statistics are told at once.

use medshare_indexer::{Error, Interval, MarketStatistics};
use medshare_types::Moment;

const DAY: Moment = 86_400_000;

/// Of how many intervals of a kind is told at once, and how long they are together.
fn most(interval: Interval) -> (&'static str, Moment) {
    match interval {
        Interval::Day => ("400 days", 400 * DAY),
        Interval::Week => ("300 weeks", 300 * 7 * DAY),
        Interval::Month => ("20 years", 20 * 366 * DAY),
    }
}

/// The same query with both ends, as of a time: without `to` it goes to what happens within a day after that time, and without
/// `from` it begins as early as it may.
///
/// # Errors
/// [`Error::Query`] if it ends before it begins or asks for too much at once.
pub fn bounded(query: MarketStatistics, now: Moment) -> Result<MarketStatistics, Error> {
    let (words, span) = most(query.interval);
    let to = query.to.unwrap_or_else(|| now.saturating_add(DAY).max(query.from.unwrap_or(0)));
    let from = query.from.unwrap_or_else(|| to.saturating_sub(span));
    let wrong = |message| Err(Error::Query { parameter: "from", message });
    if from > to {
        return wrong(format!("`from` is not after `to`, as {from} is after {to}"));
    }
    // A day more, since `to` may have been filled in.
    if to.saturating_sub(from) > span.saturating_add(DAY) {
        return wrong(format!(
            "{words} are told at once, and from {from} to {to} are more: ask for them in parts, or for longer intervals"
        ));
    }
    Ok(MarketStatistics { from: Some(from), to: Some(to), ..query })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = 20_000 * DAY;

    fn ends(query: MarketStatistics) -> Result<(Moment, Moment), String> {
        let bounded = bounded(query, NOW).map_err(|error| error.to_string())?;
        Ok((bounded.from.unwrap_or_default(), bounded.to.unwrap_or_default()))
    }

    fn days(from: Option<Moment>, to: Option<Moment>) -> MarketStatistics {
        MarketStatistics { interval: Interval::Day, from, to, ..MarketStatistics::default() }
    }

    #[test]
    fn who_says_nothing_is_told_of_what_was_last() {
        assert_eq!(ends(days(None, None)), Ok((NOW + DAY - 400 * DAY, NOW + DAY)));
        assert_eq!(ends(days(None, Some(5 * DAY))), Ok((0, 5 * DAY)));
        let (from, to) = ends(MarketStatistics::default()).expect("months are enough");
        assert!(to - from > 19 * 365 * DAY, "{from} to {to}");
    }

    #[test]
    fn as_much_as_is_told_at_once_can_be_asked_for() {
        assert_eq!(ends(days(Some(NOW - 400 * DAY), None)), Ok((NOW - 400 * DAY, NOW + DAY)));
        assert_eq!(ends(days(Some(0), Some(400 * DAY))), Ok((0, 400 * DAY)));
        assert_eq!(ends(days(Some(NOW + 9 * DAY), None)), Ok((NOW + 9 * DAY, NOW + 9 * DAY)));
    }

    #[test]
    fn more_than_that_and_nothing_are_refused() {
        let refused = |from, to| ends(days(from, to)).expect_err("it is too much");
        assert!(refused(Some(0), None).contains("400 days"));
        assert!(refused(Some(0), Some(402 * DAY)).contains("in parts"));
        assert!(refused(Some(6), Some(5)).contains("not after"));
        assert!(refused(Some(0), Some(Moment::MAX)).contains("longer intervals"));
    }
}
