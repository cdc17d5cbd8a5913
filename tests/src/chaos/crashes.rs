//! Validators that die, stand still, or lose their disks.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use rand::Rng;
use subxt_signer::sr25519::dev;

use super::Chaos;
use crate::{ledger, network::Keys};

/// The length of a slot in milliseconds.
const SLOT: u64 = 2_000;

/// All validators.
const ALL: [usize; 4] = [0, 1, 2, 3];

impl Chaos {
    /// Kills whoever is to author next, a little later, and starts it again, until the time is over. The other three go
    /// on each time, and it catches up.
    pub(super) async fn kill_authors(&mut self, time: Duration) -> Result<()> {
        let end = tokio::time::Instant::now() + time;
        let mut rounds = 0;
        while rounds == 0 || tokio::time::Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(self.rng.gen_range(0..2 * SLOT))).await;
            let author = self.next_author().await?;
            self.network.kill(author).await?;
            self.tell(&format!("killed {}, the next author", self.network.name(author)));
            let others: Vec<usize> = ALL.into_iter().filter(|index| *index != author).collect();
            let blocks = self.rng.gen_range(1..4);
            self.go_on(&others, blocks).await?;
            self.network.restart(author)?;
            self.network.wait_up(author).await?;
            let reached = self.go_on(&others, 1).await?;
            self.network.wait_final(author, reached).await?;
            self.tell(&format!("{} is back; block {reached} is final", self.network.name(author)));
            rounds += 1;
        }
        Ok(())
    }

    /// Kills all that run at once, and starts them again, until the time is over. They go on where they were each time.
    pub(super) async fn kill_everybody(&mut self, time: Duration) -> Result<()> {
        let end = tokio::time::Instant::now() + time;
        let mut rounds = 0;
        while rounds == 0 || tokio::time::Instant::now() < end {
            // So that votes, blocks and transactions are on their way.
            self.go_on(&ALL, 2).await?;
            tokio::time::sleep(Duration::from_millis(self.rng.gen_range(0..2 * SLOT))).await;
            let before = self.network.final_height(0).await?;
            let running = self.running();
            self.network.kill_all().await?;
            self.tell(&format!("killed all at once; block {before} was final"));
            for index in &running {
                self.network.restart(*index)?;
            }
            for index in &running {
                self.network.wait_up(*index).await?;
            }
            for index in &running {
                self.network.wait_final(*index, before + 3).await?;
            }
            self.tell(&format!("all are back; block {} is final", before + 3));
            rounds += 1;
        }
        self.chain = self.chain.reconnect().await?;
        Ok(())
    }

    /// Stops one where it is. The others go on, and it catches up.
    pub(super) async fn pause_one(&mut self, time: Duration) -> Result<()> {
        let paused = self.rng.gen_range(1..4);
        self.network.pause(paused)?;
        self.tell(&format!("{} stands still for {} s", self.network.name(paused), time.as_secs()));
        let others: Vec<usize> = ALL.into_iter().filter(|index| *index != paused).collect();
        let end = tokio::time::Instant::now() + time;
        let went_on = self.go_on(&others, 2).await;
        tokio::time::sleep_until(end).await;
        self.network.resume(paused)?;
        went_on?;
        let reached = self.go_on(&others, 2).await?;
        self.network.wait_final(paused, reached).await?;
        self.tell(&format!("{} has caught up; block {reached} is final", self.network.name(paused)));
        Ok(())
    }

    /// Takes a validator's disk and gives it an empty one and a copy of its session keys. It fetches the whole chain, and
    /// takes part again.
    pub(super) async fn wipe_disk(&mut self) -> Result<()> {
        const WIPED: usize = 3;
        let others = [0, 1, 2];
        let name = self.network.name(WIPED).to_owned();
        self.network.kill(WIPED).await?;
        self.network.wipe(WIPED, Keys::Of("dave"))?;
        // A validator that has forgotten its votes may vote again in a round that is not over, and otherwise. So it
        // comes back only when the others have gone on for several rounds.
        let reached = self.go_on(&others, 6).await?;
        self.tell(&format!("{name} has an empty disk; the others went on to block {reached}"));
        self.network.restart(WIPED)?;
        self.network.wait_up(WIPED).await?;
        let reached = self.go_on(&others, 2).await?;
        self.network.wait_final(WIPED, reached).await?;
        self.tell(&format!("{name} has the whole chain again; block {reached} is final"));
        self.sees_author(WIPED, dev::dave().public_key().0).await?;
        self.without(&[2], &[0, 1, WIPED]).await
    }

    /// The validator whose slot is next.
    async fn next_author(&self) -> Result<usize> {
        let authors = ledger::authors(self.network.rpc(0), None).await;
        // The node that is asked may be the one that is just starting.
        let authors = match authors {
            Ok(authors) => authors,
            Err(_) => ledger::authors(self.network.rpc(1), None).await?,
        };
        let now = u64::try_from(SystemTime::UNIX_EPOCH.elapsed()?.as_millis())?;
        let count = u64::try_from(authors.len())?;
        let next = usize::try_from((now / SLOT + 1).checked_rem(count).context("nobody authors")?)?;
        let keys = [dev::alice(), dev::bob(), dev::charlie(), dev::dave()].map(|pair| pair.public_key().0);
        keys.iter().position(|key| *key == authors[next]).context("an unknown key authors")
    }

    /// Waits until a block of this key is final at a node.
    pub(super) async fn sees_author(&self, node: usize, key: [u8; 32]) -> Result<()> {
        let (rpc, name) = (self.network.rpc(node), self.network.name(node));
        let first = u32::try_from(self.network.final_height(node).await?)?;
        // With work for everybody each author has every fourth block.
        for height in first..first + 60 {
            self.network.wait_final(node, height.into()).await?;
            let hash = ledger::hash_at(rpc, height).await?.context("a final block has a hash")?;
            let header = ledger::header(rpc, Some(hash)).await?;
            if ledger::author(rpc, &header).await? == key {
                self.tell(&format!("{name} authored block {height}"));
                return Ok(());
            }
        }
        bail!("{name} authored none of 60 blocks")
    }
}
