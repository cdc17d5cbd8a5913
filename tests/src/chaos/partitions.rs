//! Validators that do not reach one another.

use std::time::Duration;

use anyhow::{Result, ensure};
use rand::Rng;

use super::Chaos;

/// How long what was under way when the network was parted may still arrive.
const SETTLED: Duration = Duration::from_secs(8);

impl Chaos {
    /// Cuts one off. The other three go on; it does not, and catches up when it is back.
    pub(super) async fn cut_off_one(&mut self, time: Duration) -> Result<()> {
        let alone = self.rng.gen_range(0..4);
        let others: Vec<usize> = (0..4).filter(|index| *index != alone).collect();
        self.network.part(&[&others, &[alone]])?;
        self.tell(&format!("{} is cut off", self.network.name(alone)));
        tokio::time::sleep(SETTLED).await;
        let stopped = self.network.final_height(alone).await?;
        let end = tokio::time::Instant::now() + time;
        let went_on = self.go_on(&others, 3).await?;
        tokio::time::sleep_until(end).await;
        let still = self.network.final_height(alone).await?;
        ensure!(still == stopped, "one of four made a block final: {still} after {stopped}");
        self.tell(&format!("three have block {went_on} final, it has {still}"));
        self.network.heal()?;
        let reached = self.go_on(&others, 2).await?;
        self.network.wait_final(alone, reached).await?;
        self.tell(&format!("it is back; block {reached} is final everywhere"));
        Ok(())
    }

    /// Cuts two from two. Nothing becomes final on either side, and everything goes on when they meet again.
    pub(super) async fn cut_in_halves(&mut self, time: Duration) -> Result<()> {
        let other = self.rng.gen_range(1..4);
        let one = [0, other];
        let two: Vec<usize> = (1..4).filter(|index| *index != other).collect();
        self.network.part(&[&one, &two])?;
        self.tell(&format!(
            "{} and {} are cut off from the others",
            self.network.name(one[0]),
            self.network.name(one[1])
        ));
        tokio::time::sleep(SETTLED).await;
        let mut stopped = Vec::new();
        for index in 0..4 {
            stopped.push((self.network.final_height(index).await?, self.network.best_height(index).await?));
        }
        tokio::time::sleep(time).await;
        let mut blocks = 0;
        for (index, (final_then, best_then)) in stopped.iter().enumerate() {
            let name = self.network.name(index);
            let now = self.network.final_height(index).await?;
            ensure!(
                now == *final_then,
                "two of four made a block final: {name} has {now} after {final_then}"
            );
            blocks += self.network.best_height(index).await?.saturating_sub(*best_then);
        }
        // Otherwise it would be no wonder that nothing became final.
        ensure!(blocks > 0, "nobody authored anything while they were apart");
        self.tell(&format!("nothing more than block {} became final", stopped[0].0));
        self.network.heal()?;
        let highest = stopped.iter().map(|(height, _)| *height).max().unwrap_or_default();
        for index in 0..4 {
            self.network.wait_final(index, highest + 3).await?;
        }
        self.tell(&format!("they have met; block {} is final everywhere", highest + 3));
        Ok(())
    }
}
