//! Prometheus metrics of the chain: what waits for whom, who takes part, how far finality is behind.
//!
//! A task of its own follows the final blocks. It counts the whole state once, and from then on only what the events of
//! new blocks name: those items are counted in the state before and in the state after, and the difference is added. So
//! the chain keeps no counters, and a block costs what happened in it. Where that is not possible, as after a sync or
//! when the runtime changed, everything is counted again. Whatever goes wrong here stops neither the node nor a block.

mod chain;
mod gauges;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{FutureExt, StreamExt};
use medshare_runtime::{BlockNumber, Hash, RuntimeEvent, opaque::Block};
use sc_client_api::{BlockchainEvents, FinalityNotification};
use sc_service::TaskManager;
use sp_blockchain::HeaderBackend;
use sp_consensus::SyncOracle;
use sp_runtime::traits::Header;
use substrate_prometheus_endpoint::Registry;

use self::{
    chain::Summary,
    gauges::Gauges,
    tally::{Item, Tally},
};
use crate::{
    service::{FullBackend, FullClient},
    state,
};

const LOG_TARGET: &str = "metrics";

/// More blocks at once than these are not followed one by one.
const MAX_ROUTE: usize = 256;

/// Counting everything again takes at most this share of the time.
const RECOUNT_SHARE: u32 = 20;

/// The least time between two counts of everything.
const RECOUNT_PAUSE: Duration = Duration::from_secs(10);

/// After this long everything is counted again, to see that nothing was missed.
const RECOUNT_AFTER: Duration = Duration::from_secs(6 * 3600);

/// No more than these are named at once in the log, which has the numbers that no metric can have as a label.
const MAX_TOLD: usize = 20;

/// Why figures could not be brought up to a block.
enum Setback {
    /// There is nothing yet that could be brought up, or it belongs to another block.
    Apart,
    /// The state could not be read.
    State(String),
    /// The events are of a runtime that this program does not know.
    Events(codec::Error),
    /// The runtime changed.
    Upgrade,
    /// Something changed without an event.
    Missed,
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apart => f.write_str("the block does not follow on the last one"),
            Self::State(error) => write!(f, "its state cannot be read: {error}"),
            Self::Events(error) => write!(f, "its events are none that this program knows: {error}"),
            Self::Upgrade => f.write_str("the runtime was upgraded"),
            Self::Missed => f.write_str("something had changed without an event"),
        }
    }
}

/// What is known of a final block.
struct Known {
    block: Hash,
    number: BlockNumber,
    spec_version: u32,
    tally: Tally,
}

struct Follower<S> {
    client: Arc<FullClient>,
    backend: Arc<FullBackend>,
    sync: S,
    gauges: Gauges,
    known: Option<Known>,
    /// When everything may be counted again.
    recount_from: Instant,
    /// When everything was counted last.
    counted: Instant,
    /// What the log has been told is past its deadline.
    told: BTreeSet<Item>,
}

/// Registers the metrics and starts the task that keeps them.
pub fn spawn(
    registry: &Registry,
    tasks: &TaskManager,
    client: Arc<FullClient>,
    backend: Arc<FullBackend>,
    sync: impl SyncOracle + Send + 'static,
) {
    let gauges = match Gauges::register(registry) {
        Ok(gauges) => gauges,
        Err(error) => {
            log::warn!(target: LOG_TARGET, "no metrics of the chain: {error}");
            return;
        }
    };
    let now = Instant::now();
    let told = BTreeSet::new();
    let follower =
        Follower { client, backend, sync, gauges, known: None, recount_from: now, counted: now, told };
    // It reads from the disk, so it is on a thread of its own.
    tasks.spawn_handle().spawn_blocking("chain-metrics", Some("metrics"), follower.run().boxed());
}

enum News {
    Imported,
    Finalised(FinalityNotification<Block>),
}

impl<S: SyncOracle> Follower<S> {
    async fn run(mut self) {
        let imported = self.client.import_notification_stream().map(|_| News::Imported);
        let finalised = self.client.finality_notification_stream().map(News::Finalised);
        let mut news = futures::stream::select(imported, finalised);
        let info = self.client.info();
        self.recount(info.finalized_hash, info.finalized_number);
        self.lag();
        while let Some(news) = news.next().await {
            if self.sync.is_major_syncing() {
                continue;
            }
            // The notification keeps the block's state from being pruned until it is dropped.
            if let News::Finalised(notification) = &news {
                self.finalised(notification);
            }
            self.lag();
        }
    }

    fn finalised(&mut self, notification: &FinalityNotification<Block>) {
        let (block, number) = (notification.hash, *notification.header.number());
        match self.follow(notification) {
            Ok(()) if self.counted.elapsed() > RECOUNT_AFTER => self.recount(block, number),
            Ok(()) => self.show(),
            Err(setback) => {
                self.known = None;
                match setback {
                    Setback::Apart | Setback::Upgrade => {
                        log::debug!(target: LOG_TARGET, "counting everything again at block {number}: {setback}");
                    }
                    _ => log::warn!(
                        target: LOG_TARGET,
                        "could not follow to block {number}, so everything is counted again: {setback}",
                    ),
                }
                self.recount(block, number);
            }
        }
    }

    /// Brings what is known up to a new final block.
    fn follow(&mut self, notification: &FinalityNotification<Block>) -> Result<(), Setback> {
        let mut known = self.known.take().ok_or(Setback::Apart)?;
        let (block, number) = (notification.hash, *notification.header.number());
        let route: Vec<Hash> = notification.tree_route.iter().copied().chain([block]).collect();
        let first = self.client.header(route[0]).ok().flatten().ok_or(Setback::Apart)?;
        if first.parent_hash() != &known.block || route.len() > MAX_ROUTE {
            return Err(Setback::Apart);
        }

        let mut touched = BTreeSet::new();
        for hash in route {
            let (events, fullness) = self.read(hash, || (chain::events(), chain::fullness()))?;
            let mut exceeded = 0;
            for event in events.map_err(Setback::Events)? {
                if matches!(event, RuntimeEvent::Quota(pallet_quota::Event::Exceeded { .. })) {
                    exceeded += 1;
                }
                touched.extend(Item::touched(event));
            }
            self.gauges.block(exceeded, fullness);
        }
        let spec_version = self.read(block, chain::spec_version)?;
        if spec_version != known.spec_version {
            return Err(Setback::Upgrade);
        }
        if !touched.is_empty() {
            let before = self.read(known.block, || Tally::of(touched.iter().cloned()))?;
            let after = self.read(block, || Tally::of(touched.iter().cloned()))?;
            known.tally.replace(&before, after).ok_or(Setback::Missed)?;
        }
        self.known = Some(Known { block, number, ..known });
        Ok(())
    }

    /// Counts everything, unless that was done just now.
    fn recount(&mut self, block: Hash, number: BlockNumber) {
        let begin = Instant::now();
        if begin < self.recount_from {
            return;
        }
        match self.read(block, || (chain::spec_version(), Tally::of(Item::all()))) {
            Ok((spec_version, tally)) => {
                if self.known.as_ref().is_some_and(|known| known.block == block && known.tally != tally) {
                    log::warn!(target: LOG_TARGET, "a change was missed before block {number}; figures were wrong");
                }
                self.counted = begin;
                self.known = Some(Known { block, number, spec_version, tally });
                self.show();
            }
            Err(setback) => log::warn!(target: LOG_TARGET, "cannot count at block {number}: {setback}"),
        }
        self.recount_from = Instant::now() + RECOUNT_PAUSE.max(begin.elapsed() * RECOUNT_SHARE);
    }

    /// Shows what is known.
    fn show(&mut self) {
        let Some(known) = &self.known else { return };
        let summary = match self.read(known.block, Summary::read) {
            Ok(summary) => summary,
            Err(setback) => {
                log::warn!(target: LOG_TARGET, "cannot read block {}: {setback}", known.number);
                return;
            }
        };
        for (figure, number) in known.tally.figures(summary.now) {
            self.gauges.set(figure, number);
        }
        self.gauges.summary(&summary);
        self.gauges.counted(known.number);

        let late: BTreeSet<Item> = known.tally.late(summary.now).map(|(item, _)| item.clone()).collect();
        let news: Vec<&Item> = late.difference(&self.told).collect();
        for item in news.iter().take(MAX_TOLD) {
            log::info!(target: LOG_TARGET, "{item} is past its deadline");
        }
        if news.len() > MAX_TOLD {
            log::info!(target: LOG_TARGET, "{} more are past their deadlines", news.len() - MAX_TOLD);
        }
        self.told = late;
    }

    /// Shows how far finality is behind.
    fn lag(&self) {
        let info = self.client.info();
        let times = self
            .read(info.best_hash, chain::now)
            .and_then(|best| Ok((best, self.read(info.finalized_hash, chain::now)?)));
        if let Ok((best, last)) = times {
            let blocks = info.best_number.saturating_sub(info.finalized_number);
            self.gauges.lag(blocks, best.saturating_sub(last));
        }
    }

    /// Runs something in the state of a block.
    fn read<R>(&self, block: Hash, what: impl FnOnce() -> R) -> Result<R, Setback> {
        state::inspect(&*self.backend, block, what).map_err(Setback::State)
    }
}
