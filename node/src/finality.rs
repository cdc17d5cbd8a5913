//! What a validator votes for, and when: it waits with its vote until there is a block to vote for.
//!
//! GRANDPA runs in rounds, each of which lasts at least four times the gossip duration, and one follows the other also
//! when there is no new block: then all vote again for what is final already, tell it to each other, and write the round
//! into the database, where it stays for ever. A block that comes in the middle of a round waits for the next.
//!
//! Here a round that begins when all blocks are final waits, before its first vote, for a block. So an idle chain has no
//! rounds; and when a block comes, its round is long past the times at which votes may be cast, and the block is final as
//! soon as the votes have travelled. Why that is safe is in docs/adr/0007.

use std::{sync::Arc, time::Duration};

use futures::{
    FutureExt, StreamExt,
    future::{Either, select},
    stream::BoxStream,
};
use futures_timer::Delay;
use sc_client_api::BlockchainEvents;
use sp_blockchain::HeaderBackend;
use sp_consensus::{Error, SelectChain};
use sp_runtime::traits::{Block as BlockT, NumberFor, One};

/// The longest that a vote waits for a block: longer than any heartbeat. Then the round ends with what is final, so that no
/// wait is for ever, whatever else fails.
const LONGEST: Duration = Duration::from_secs(300);

/// What is known of the blocks.
pub trait Blocks<Block: BlockT>: Send + Sync {
    /// The newest final block.
    fn newest_final(&self) -> Block::Hash;
    /// The number of a block, if it is known.
    fn number_of(&self, block: Block::Hash) -> Result<Option<NumberFor<Block>>, Error>;
    /// An item for each block that comes.
    fn imports(&self) -> BoxStream<'static, ()>;
}

impl<Block, C> Blocks<Block> for C
where
    Block: BlockT,
    C: HeaderBackend<Block> + BlockchainEvents<Block> + Send + Sync,
{
    fn newest_final(&self) -> Block::Hash {
        self.info().finalized_hash
    }

    fn number_of(&self, block: Block::Hash) -> Result<Option<NumberFor<Block>>, Error> {
        self.number(block).map_err(|error| Error::ChainLookup(error.to_string()))
    }

    fn imports(&self) -> BoxStream<'static, ()> {
        self.import_notification_stream().map(drop).boxed()
    }
}

/// Chooses chains as `S` does, but has GRANDPA wait when there is nothing to finalise.
pub struct Patient<S, C> {
    inner: S,
    blocks: Arc<C>,
    longest: Duration,
}

impl<S, C> Patient<S, C> {
    /// Chooses as `inner`, and waits for what comes to `blocks`.
    pub fn new(inner: S, blocks: Arc<C>) -> Self {
        Self { inner, blocks, longest: LONGEST }
    }
}

impl<S: Clone, C> Clone for Patient<S, C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), blocks: self.blocks.clone(), longest: self.longest }
    }
}

#[async_trait::async_trait]
impl<Block, S, C> SelectChain<Block> for Patient<S, C>
where
    Block: BlockT,
    S: SelectChain<Block>,
    C: Blocks<Block>,
{
    async fn leaves(&self) -> Result<Vec<Block::Hash>, Error> {
        self.inner.leaves().await
    }

    async fn best_chain(&self) -> Result<Block::Header, Error> {
        self.inner.best_chain().await
    }

    /// The block to vote for: `base` or a descendant. GRANDPA asks when it is time to vote, and votes when this answers.
    async fn finality_target(
        &self,
        base: Block::Hash,
        highest: Option<NumberFor<Block>>,
    ) -> Result<Block::Hash, Error> {
        // From before the first look, so that no block comes unnoticed in between.
        let mut imports = self.blocks.imports();
        let target = self.inner.finality_target(base, highest).await?;
        if target != base || highest.is_some() {
            return Ok(target);
        }
        let Some(number) = self.blocks.number_of(base)? else { return Ok(base) };
        let mut timeout = Delay::new(self.longest).fuse();
        // What is not final yet needs this vote, even if nothing follows it.
        while self.blocks.newest_final() == base {
            match select(imports.next(), &mut timeout).await {
                Either::Left((Some(()), _)) => {}
                Either::Left((None, _)) | Either::Right(_) => break,
            }
            // Only the next block, even if more have come. Before the wait GRANDPA has looked how far it may vote, which is
            // up to the block where validators change; a change that it did not know of is not before the next block.
            let next = self.inner.finality_target(base, Some(number + One::one())).await?;
            if next != base {
                return Ok(next);
            }
        }
        Ok(base)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::{channel::mpsc, executor::block_on, poll};
    use medshare_runtime::{Hash, Header, opaque::Block};

    use super::*;

    /// One chain, whose blocks are known by their number.
    struct World {
        best: Mutex<u32>,
        finalized: Mutex<u32>,
        listeners: Mutex<Vec<mpsc::UnboundedSender<()>>>,
    }

    fn hash(number: u32) -> Hash {
        Hash::from_low_u64_be(number.into())
    }

    fn number(hash: Hash) -> u32 {
        u32::try_from(hash.to_low_u64_be()).unwrap()
    }

    impl World {
        fn new(best: u32, finalized: u32) -> Arc<Self> {
            Arc::new(Self { best: best.into(), finalized: finalized.into(), listeners: Mutex::default() })
        }

        fn import(&self, best: u32) {
            *self.best.lock().unwrap() = best;
            self.listeners.lock().unwrap().retain(|listener| listener.unbounded_send(()).is_ok());
        }
    }

    impl Blocks<Block> for World {
        fn newest_final(&self) -> Hash {
            hash(*self.finalized.lock().unwrap())
        }

        fn number_of(&self, block: Hash) -> Result<Option<u32>, Error> {
            Ok(Some(number(block)))
        }

        fn imports(&self) -> BoxStream<'static, ()> {
            let (sender, receiver) = mpsc::unbounded();
            self.listeners.lock().unwrap().push(sender);
            receiver.boxed()
        }
    }

    /// As `sc_consensus::LongestChain` on a chain without forks.
    #[derive(Clone)]
    struct Longest(Arc<World>);

    #[async_trait::async_trait]
    impl SelectChain<Block> for Longest {
        async fn leaves(&self) -> Result<Vec<Hash>, Error> {
            Ok(vec![hash(*self.0.best.lock().unwrap())])
        }

        async fn best_chain(&self) -> Result<Header, Error> {
            unreachable!("nothing here asks for it")
        }

        async fn finality_target(&self, base: Hash, highest: Option<u32>) -> Result<Hash, Error> {
            let best = *self.0.best.lock().unwrap();
            Ok(hash(best.min(highest.unwrap_or(best)).max(number(base))))
        }
    }

    fn patient(world: &Arc<World>, longest: Duration) -> Patient<Longest, World> {
        Patient { inner: Longest(world.clone()), blocks: world.clone(), longest }
    }

    #[test]
    fn votes_at_once_for_the_newest_block() {
        let world = World::new(9, 7);
        let target = block_on(patient(&world, LONGEST).finality_target(hash(7), None));
        assert_eq!(target.unwrap(), hash(9));
    }

    #[test]
    fn votes_at_once_where_the_last_round_left_something_to_finalise() {
        let world = World::new(9, 7);
        let target = block_on(patient(&world, LONGEST).finality_target(hash(9), None));
        assert_eq!(target.unwrap(), hash(9));
    }

    #[test]
    fn waits_while_all_is_final_and_votes_when_a_block_comes() {
        let world = World::new(9, 9);
        let patient = patient(&world, LONGEST);
        block_on(async {
            let mut target = patient.finality_target(hash(9), None);
            assert!(poll!(&mut target).is_pending());
            // A fork that does not win is no reason.
            world.import(9);
            assert!(poll!(&mut target).is_pending());
            world.import(10);
            assert_eq!(target.await.unwrap(), hash(10));
        });
    }

    #[test]
    fn never_votes_beyond_the_next_block_after_a_wait() {
        let world = World::new(9, 9);
        let patient = patient(&world, LONGEST);
        block_on(async {
            let mut target = patient.finality_target(hash(9), None);
            assert!(poll!(&mut target).is_pending());
            world.import(13);
            assert_eq!(target.await.unwrap(), hash(10));
        });
    }

    #[test]
    fn does_not_wait_for_ever() {
        let world = World::new(9, 9);
        let target = block_on(patient(&world, Duration::from_millis(20)).finality_target(hash(9), None));
        assert_eq!(target.unwrap(), hash(9));
    }

    #[test]
    fn leaves_limited_questions_to_the_chain() {
        let world = World::new(9, 9);
        let target = block_on(patient(&world, LONGEST).finality_target(hash(9), Some(9)));
        assert_eq!(target.unwrap(), hash(9));
    }
}
