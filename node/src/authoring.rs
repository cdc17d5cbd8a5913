//! When a validator authors a block: when there is something to put into one, when the chain waits for blocks, and once
//! in a while so that everybody sees that it lives. Blocks are kept for ever; an empty one serves nobody.
//!
//! The slots stay as they are: whoever has nothing to do leaves its slot empty, which Aura allows. So this is a matter of
//! each node alone, and nodes that decide otherwise are on the same chain. See docs/adr/0007.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use medshare_runtime::{BlockNumber, opaque::Block};
use medshare_runtime_api::AuthoringApi;
use sc_consensus_slots::BackoffAuthoringBlocksStrategy;
use sc_transaction_pool_api::TransactionPool;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus_aura::{AuraApi, Slot, sr25519::AuthorityId};

use crate::service::{FullClient, FullPool};

/// How many slots the newest block may wait for its finality until another one is authored, for each that waits. Usually
/// finality needs none; but of two forks of the same length only another block makes one the longer.
const PATIENCE: u64 = 3;

/// In so many rounds of heartbeats each validator authors at least once.
const ROUNDS: u64 = 2;

/// When to author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Author {
    /// In every slot.
    Always,
    /// When there are transactions, when the chain waits for blocks, and once a heartbeat.
    OnDemand,
}

/// Why a block is authored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// Every slot is used.
    Always,
    /// The pool has transactions that can go into a block.
    Transactions,
    /// Since this node started there was no block, and without one the pool does not look at what it is given.
    Started,
    /// The newest block has not become final.
    NotFinal,
    /// The chain itself waits for a number of blocks.
    Chain,
    /// There was no block for long.
    Heartbeat,
    /// There was none of this validator for long. It would look as if it were down.
    Presence,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always => "every slot is used",
            Self::Transactions => "there are transactions",
            Self::Started => "there was no block since the start",
            Self::NotFinal => "the newest block is not final",
            Self::Chain => "the chain waits for blocks",
            Self::Heartbeat => "a heartbeat is due",
            Self::Presence => "there was no block of this validator for long",
        })
    }
}

/// What a strategy needs to know.
pub trait Surroundings {
    /// Whether the pool has transactions that can go into the next block.
    fn has_transactions(&self) -> bool;
    /// Whether the chain, at its newest block, waits for blocks.
    fn chain_waits(&self) -> bool;
    /// How many validators take turns.
    fn authors(&self) -> u64;
}

/// Decides for each slot of this validator.
pub struct Authoring<S> {
    author: Author,
    /// The slots after which there is a block in any case.
    heartbeat: u64,
    /// The newest block when the node started.
    started_at: BlockNumber,
    /// The slot of this validator's newest block, or of the first decision; 0 before.
    own: AtomicU64,
    surroundings: S,
}

impl Authoring<Node> {
    /// For a node, whose heartbeat is rounded down to slots.
    pub fn new(
        author: Author,
        heartbeat: Duration,
        slot: Duration,
        client: Arc<FullClient>,
        pool: Arc<FullPool>,
    ) -> Self {
        let slots = heartbeat.as_millis().checked_div(slot.as_millis()).unwrap_or_default();
        let heartbeat = u64::try_from(slots).unwrap_or(u64::MAX).max(1);
        let started_at = client.info().best_number;
        Self { author, heartbeat, started_at, own: AtomicU64::new(0), surroundings: Node { client, pool } }
    }
}

impl<S: Surroundings> Authoring<S> {
    fn reason(&self, head: BlockNumber, head_slot: u64, finalized: BlockNumber, now: u64) -> Option<Reason> {
        if self.author == Author::Always {
            return Some(Reason::Always);
        }
        if self.surroundings.has_transactions() {
            return Some(Reason::Transactions);
        }
        if head <= self.started_at {
            return Some(Reason::Started);
        }
        let age = now.saturating_sub(head_slot);
        let authors = self.surroundings.authors().max(1);
        let beat = beat(self.heartbeat, authors);
        if age >= beat {
            return Some(Reason::Heartbeat);
        }
        let waiting: u64 = head.saturating_sub(finalized).into();
        if waiting > 0 && age >= waiting.saturating_mul(PATIENCE) {
            return Some(Reason::NotFinal);
        }
        let own = self.own.load(Ordering::Relaxed);
        if now.saturating_sub(own) >= beat.saturating_mul(authors).saturating_mul(ROUNDS) {
            return Some(Reason::Presence);
        }
        self.surroundings.chain_waits().then_some(Reason::Chain)
    }
}

/// The slots between two blocks of an idle chain: at least the heartbeat, and such that the turn is the next
/// validator's. With any other number some validators' turns would never come. If the next one is down, the one after it
/// authors a slot later, and so on.
fn beat(heartbeat: u64, authors: u64) -> u64 {
    let over = heartbeat.checked_rem(authors).unwrap_or_default();
    let wanted = 1u64.checked_rem(authors).unwrap_or_default();
    let missing = authors.saturating_add(wanted).saturating_sub(over).checked_rem(authors);
    heartbeat.saturating_add(missing.unwrap_or_default())
}

impl<S: Surroundings> BackoffAuthoringBlocksStrategy<BlockNumber> for Authoring<S> {
    /// Is asked in this validator's own slots only, and not on top of genesis.
    fn should_backoff(
        &self,
        head: BlockNumber,
        head_slot: Slot,
        finalized: BlockNumber,
        now: Slot,
        log: &str,
    ) -> bool {
        let now = u64::from(now);
        // How long ago the last block before the start was is not known.
        let _ = self.own.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        match self.reason(head, head_slot.into(), finalized, now) {
            Some(reason) => {
                log::debug!(target: log, "Authoring in slot {now}: {reason}.");
                self.own.store(now, Ordering::Relaxed);
                false
            }
            None => {
                log::debug!(target: log, "Nothing to author in slot {now}.");
                true
            }
        }
    }
}

/// The surroundings of a real node.
pub struct Node {
    client: Arc<FullClient>,
    pool: Arc<FullPool>,
}

impl Surroundings for Node {
    fn has_transactions(&self) -> bool {
        self.pool.status().ready > 0
    }

    /// Yes if it cannot be found out, as with a runtime of before this question: too many blocks do no harm, too few do.
    fn chain_waits(&self) -> bool {
        let head = self.client.info().best_hash;
        let api = self.client.runtime_api();
        match api.has_api::<dyn AuthoringApi<Block>>(head) {
            Ok(true) => api.wants_block(head).unwrap_or_else(|error| {
                log::warn!(target: "aura", "Cannot ask the runtime whether it waits for blocks: {error}");
                true
            }),
            _ => true,
        }
    }

    fn authors(&self) -> u64 {
        let head = self.client.info().best_hash;
        let authors = AuraApi::<Block, AuthorityId>::authorities(&*self.client.runtime_api(), head);
        authors.map_or(1, |authors| authors.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A chain on which time passes, seen by all its validators.
    #[derive(Default)]
    struct World {
        transactions: Cell<bool>,
        chain_waits: Cell<bool>,
        authors: Cell<u64>,
    }

    impl Surroundings for &World {
        fn has_transactions(&self) -> bool {
            self.transactions.get()
        }

        fn chain_waits(&self) -> bool {
            self.chain_waits.get()
        }

        fn authors(&self) -> u64 {
            self.authors.get()
        }
    }

    fn world(authors: u64) -> World {
        let world = World::default();
        world.authors.set(authors);
        world
    }

    fn on_demand(world: &World, heartbeat: u64) -> Authoring<&World> {
        Authoring {
            author: Author::OnDemand,
            heartbeat,
            started_at: 0,
            own: AtomicU64::new(0),
            surroundings: world,
        }
    }

    fn authors_in(strategy: &Authoring<&World>, head: (u32, u64), finalized: u32, now: u64) -> bool {
        !strategy.should_backoff(head.0, head.1.into(), finalized, now.into(), "aura")
    }

    /// Runs a chain on which every block becomes final at once, and gives its blocks' slots. Validators in `down` do
    /// nothing; in the slots in `busy` there are transactions.
    fn run(
        validators: u64,
        heartbeat: u64,
        slots: u64,
        down: &[u64],
        busy: impl Fn(u64) -> bool,
    ) -> Vec<u64> {
        let world = world(validators);
        let nodes: Vec<_> = (0..validators).map(|_| on_demand(&world, heartbeat)).collect();
        let mut blocks = vec![1_000];
        for slot in 1_001..1_001 + slots {
            let author = slot % validators;
            let (number, head) = (u32::try_from(blocks.len()).unwrap(), *blocks.last().unwrap());
            world.transactions.set(busy(slot));
            let node = &nodes[usize::try_from(author).unwrap()];
            if !down.contains(&author) && authors_in(node, (number, head), number, slot) {
                blocks.push(slot);
            }
        }
        blocks
    }

    fn longest_gap(blocks: &[u64]) -> u64 {
        blocks.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap()
    }

    #[test]
    fn an_idle_chain_gets_a_block_a_heartbeat_and_no_more() {
        let blocks = run(1, 30, 3_000, &[], |_| false);
        assert_eq!(blocks.len(), 101);
        let blocks = run(4, 30, 3_300, &[], |_| false);
        assert_eq!(blocks.len(), 101, "33 slots leave the turn to the next of four");
    }

    #[test]
    fn heartbeats_come_from_every_validator_in_turn() {
        for validators in 1..=40 {
            for down in [vec![], vec![validators - 1]] {
                if validators < 4 && !down.is_empty() {
                    continue;
                }
                let blocks = run(validators, 30, 200 * validators, &down, |_| false);
                let silent = (0..validators)
                    .find(|who| !down.contains(who) && !blocks.iter().any(|slot| slot % validators == *who));
                assert_eq!(silent, None, "of {validators}, {down:?} being down");
                assert!(longest_gap(&blocks) <= 30 + validators + 1, "of {validators}, {down:?} being down");
            }
        }
    }

    #[test]
    fn transactions_do_not_wait_for_a_heartbeat() {
        let blocks = run(4, 30, 1_000, &[], |slot| slot == 1_010 || slot == 1_500);
        assert!(blocks.contains(&1_010) && blocks.contains(&1_500), "{blocks:?}");
    }

    #[test]
    fn a_validator_that_never_gets_a_transaction_still_shows_that_it_lives() {
        // The same of four has all transactions, and often enough that there are no heartbeats.
        let blocks = run(4, 30, 2_000, &[], |slot| slot % 4 == 1);
        for who in 0..4 {
            let own: Vec<u64> = blocks.iter().copied().filter(|slot| slot % 4 == who).collect();
            assert!(own.len() > 4, "{who} authored {own:?}");
            assert!(longest_gap(&own) <= ROUNDS * 4 * 33 + 4, "{who} authored {own:?}");
        }
    }

    #[test]
    fn the_chains_own_work_is_done_in_every_slot() {
        let world = world(4);
        let node = on_demand(&world, 30);
        assert!(!authors_in(&node, (7, 1_000), 7, 1_001));
        world.chain_waits.set(true);
        assert!(authors_in(&node, (7, 1_000), 7, 1_001));
    }

    #[test]
    fn finality_is_helped_only_when_it_does_not_come_by_itself_and_less_and_less() {
        let world = world(4);
        let node = on_demand(&world, 1_000);
        assert!(!authors_in(&node, (7, 1_000), 6, 1_002), "it has not had time");
        assert!(authors_in(&node, (7, 1_000), 6, 1_003), "of two forks one must become the longer");
        assert!(!authors_in(&node, (17, 1_000), 7, 1_029), "it stalls, and blocks do not help");
        assert!(authors_in(&node, (17, 1_000), 7, 1_030));
        assert!(authors_in(&on_demand(&world, 20), (17, 1_000), 7, 1_021), "but heartbeats go on");
    }

    #[test]
    fn a_node_that_just_started_gives_its_pool_a_block_to_begin_with() {
        let world = world(4);
        let node = Authoring { started_at: 7, ..on_demand(&world, 30) };
        assert!(authors_in(&node, (7, 1_000), 7, 1_001));
        assert!(!authors_in(&node, (8, 1_001), 8, 1_005));
    }

    #[test]
    fn every_slot_is_used_if_the_operator_wants_it() {
        let world = world(4);
        let node = Authoring { author: Author::Always, ..on_demand(&world, 30) };
        assert!((1_001..1_100).all(|slot| authors_in(&node, (7, slot - 1), 7, slot)));
    }

    #[test]
    fn a_clock_that_goes_backwards_stops_nothing_for_ever() {
        let world = world(4);
        let node = on_demand(&world, 30);
        assert!(!authors_in(&node, (7, 1_000), 7, 900));
        assert!(authors_in(&node, (7, 1_000), 7, 1_033));
    }
}
