//! The short version of `scripts/chaos.sh`: what costs little time, on one network as far as one case does not spoil it for
//! the next, and the flood, which does, on another.
#![allow(clippy::print_stderr)]

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use medshare_tests::{
    chaos::{Case, Chaos},
    network::Ground,
};

/// How long what can last lasts.
const TIME: Duration = Duration::from_secs(15);

/// One network at a time: the flood measures how many blocks others wait.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Runs these cases one after another on one network. The outcome does not depend on the seed, which the account names.
async fn hold(cases: &[(Case, Duration)]) -> Result<()> {
    let _alone = ALONE.lock().await;
    let ground = Ground::best();
    let say = Arc::new(|what: &str| eprintln!("{what}"));
    let mut chaos = Chaos::begin(ground, rand::random(), say).await?;
    let outcome = async {
        for (case, time) in cases {
            match case.obstacle(ground) {
                Some(obstacle) => eprintln!("{case} is skipped: {obstacle}"),
                None => chaos.run(*case, *time).await?,
            }
        }
        chaos.finish().await
    }
    .await;
    let account = match outcome {
        Ok(account) => account,
        Err(error) => {
            return Err(error).with_context(|| format!("logs and data are kept in {}", chaos.keep()));
        }
    };
    eprintln!("{account}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_chain_survives_crashes_pauses_and_partitions() -> Result<()> {
    // No time is one round: whoever authors next is killed once.
    hold(&[
        (Case::Author, Duration::ZERO),
        (Case::Pause, TIME),
        (Case::Minority, TIME),
        (Case::Halves, TIME),
        (Case::Blackout, Duration::ZERO),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn members_go_on_while_strangers_and_members_flood_the_chain() -> Result<()> {
    hold(&[(Case::Flood, TIME)]).await
}
