//! What failed, and when it is tried again. Nothing is given up for ever: quotas fill up again, members are reinstated,
//! paused calls are let through, nodes come back.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rand::Rng as _;

use super::Task;
use crate::Error;

/// Pauses between attempts: doubling from the first to the last, with jitter, so that agents that lost the same node do
/// not all come back to it at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    pub first: Duration,
    pub last: Duration,
}

impl Backoff {
    /// After a node went away.
    pub const NODE: Self = Self { first: Duration::from_secs(1), last: Duration::from_secs(60) };
    /// After the chain refused a call. Each try may cost a part of the quota.
    const REFUSED: Self = Self { first: Duration::from_secs(20), last: Duration::from_secs(3600) };
    /// After anything else.
    const FAILED: Self = Self { first: Duration::from_secs(3), last: Duration::from_secs(120) };

    /// The pause after so many failures in a row: between half of its full length and all of it.
    pub fn after(self, failures: u32) -> Duration {
        self.jittered(failures, rand::thread_rng().gen_range(0.5..=1.0))
    }

    fn jittered(self, failures: u32, part: f64) -> Duration {
        let doublings = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(doublings).min(self.last).mul_f64(part)
    }
}

#[derive(Debug)]
struct Failure {
    count: u32,
    again: Instant,
    /// By which it is known again.
    kind: String,
    told: String,
}

/// What makes a failure another than the one before: not hashes and numbers. What was sent anew has another hash and comes into
/// another block, and is the same doubt; a witness says at which block it stands each time that it is asked.
fn kind(error: &Error) -> String {
    match error {
        Error::InDoubt { call, cause, .. } => format!("{call} is in doubt: {}", kind(cause)),
        error => {
            let text = error.to_string();
            text.split(' ').filter(|word| !varies(word)).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Whether a word is a number, or has a hash in it.
fn varies(word: &str) -> bool {
    let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    word.contains("0x") || bare.parse::<u128>().is_ok()
}

/// What failed. Holds no more than what there is to do.
#[derive(Debug, Default)]
pub(super) struct Attempts(BTreeMap<Task, Failure>);

impl Attempts {
    /// Whether it is not yet time to try a task again.
    pub fn is_waiting(&self, task: &Task, now: Instant) -> bool {
        self.0.get(task).is_some_and(|failure| now < failure.again)
    }

    /// Whether a task failed the last time.
    pub fn has_failed(&self, task: &Task) -> bool {
        self.0.contains_key(task)
    }

    /// Notes that a task failed. Gives the pause before the next attempt, if the failure is another than the last one:
    /// what fails in the same way for days is told once.
    pub fn failed(&mut self, task: &Task, error: &Error, now: Instant) -> Option<Duration> {
        let backoff = if error.is_refusal() { Backoff::REFUSED } else { Backoff::FAILED };
        let kind = kind(error);
        let before = self.0.remove(task);
        let is_news = before.as_ref().is_none_or(|before| before.kind != kind);
        let count = before.map_or(1, |before| before.count.saturating_add(1));
        let pause = backoff.after(count);
        let again = now.checked_add(pause).unwrap_or(now);
        self.0.insert(task.clone(), Failure { count, again, kind, told: error.to_string() });
        is_news.then_some(pause)
    }

    /// Notes that a task is done.
    pub fn done(&mut self, task: &Task) {
        self.0.remove(task);
    }

    /// Forgets the tasks that are no longer due.
    pub fn keep(&mut self, due: &[Task]) {
        self.0.retain(|task, _| due.contains(task));
    }

    /// Has everything tried again at once, as after a new key.
    pub fn hurry(&mut self) {
        self.0.clear();
    }

    /// What fails, and why.
    pub fn failing(&self) -> impl Iterator<Item = (&Task, &str)> {
        self.0.iter().map(|(task, failure)| (task, &*failure.told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PoolRefusal;
    use medshare_types::{AccountId, Hash};

    const TASK: Task = Task::Settle(1);

    fn refusal(reason: PoolRefusal) -> Error {
        Error::PoolRefused { call: "settle".into(), account: AccountId::from([1; 32]), reason }
    }

    #[test]
    fn pauses_double_up_to_the_last_and_are_jittered() {
        let seconds = |failures, part| Backoff::NODE.jittered(failures, part).as_millis();
        assert_eq!([1, 2, 3, 7, 100].map(|n| seconds(n, 1.0)), [1000, 2000, 4000, 60_000, 60_000]);
        assert_eq!(seconds(2, 0.5), 1000);
        for _ in 0..100 {
            let pause = Backoff::NODE.after(3);
            assert!(pause >= Duration::from_secs(2) && pause <= Duration::from_secs(4), "{pause:?}");
        }
    }

    #[test]
    fn what_was_refused_is_tried_again_but_told_once() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        let pause = attempts.failed(&TASK, &refusal(PoolRefusal::CannotPay), now).unwrap();
        assert!(pause >= Duration::from_secs(10));
        assert!(attempts.is_waiting(&TASK, now) && attempts.has_failed(&TASK));
        assert!(!attempts.is_waiting(&TASK, now + pause));
        assert_eq!(attempts.failed(&TASK, &refusal(PoolRefusal::CannotPay), now), None);
        assert!(attempts.is_waiting(&TASK, now + Duration::from_secs(19)), "twice as long");
        assert!(attempts.failed(&TASK, &refusal(PoolRefusal::Suspended), now).is_some(), "another reason");
        assert_eq!(attempts.failing().count(), 1);
        attempts.done(&TASK);
        assert!(!attempts.has_failed(&TASK));
    }

    #[test]
    fn a_doubt_is_told_once_whatever_was_sent_anew() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        let doubt = |transaction: u8, block: Option<u8>, reason: &str| Error::InDoubt {
            call: "Marketplace.settle".into(),
            transaction: Hash::repeat_byte(transaction),
            block: block.map(Hash::repeat_byte),
            cause: Box::new(Error::Node { url: "ws://a".into(), asked: "it".into(), reason: reason.into() }),
        };
        assert!(attempts.failed(&TASK, &doubt(1, None, "closed"), now).is_some());
        assert_eq!(attempts.failed(&TASK, &doubt(2, None, "closed"), now), None);
        assert_eq!(attempts.failed(&TASK, &doubt(3, Some(4), "closed"), now), None);
        assert!(attempts.failed(&TASK, &doubt(3, None, "no block 0x05"), now).is_some(), "another reason");
        assert_eq!(attempts.failed(&TASK, &doubt(3, None, "no block 0x06"), now), None);
        let (_, told) = attempts.failing().next().unwrap();
        assert!(told.contains("0x0303"), "the last one is what to look for: {told}");
        assert!(attempts.failed(&Task::Settle(2), &doubt(3, None, "closed"), now).is_some(), "another order");
    }

    #[test]
    fn what_nodes_say_is_told_once_whatever_the_block() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        let mut is_news = |reason: String| {
            let (doing, what) = ("seal a key for", "Deliver(7)".into());
            attempts.failed(&TASK, &Error::NotNow { doing, what, reason }, now).is_some()
        };
        let behind = |last: u32, head: u32| {
            format!(
                "the witness ws://a has block {last} as its last final one, and block {head} is not final there yet"
            )
        };
        let two_faced =
            |head: u32| format!("ws://a says two different things about block {head}: it lies or is broken");
        assert!(is_news(behind(8, 12)));
        assert!(!is_news(behind(19, 120)));
        assert!(is_news(two_faced(12)), "another reason");
        assert!(!is_news(two_faced(121)));
        assert!(is_news(behind(8, 12)), "another reason again");
    }

    #[test]
    fn remembers_only_what_is_due() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for order in 0..100 {
            attempts.failed(&Task::Settle(order), &refusal(PoolRefusal::Suspended), now);
        }
        attempts.keep(&[Task::Settle(7)]);
        assert_eq!(attempts.failing().map(|(task, _)| task).collect::<Vec<_>>(), [&Task::Settle(7)]);
        attempts.hurry();
        assert!(!attempts.is_waiting(&Task::Settle(7), now));
    }
}
