//! Does bad things to a network of four validators, with an account of it for a reader. `scripts/chaos.sh` builds and
//! runs it.
#![allow(clippy::print_stdout)]

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail};
use clap::Parser;
use medshare_tests::{
    chaos::{Case, Chaos},
    network::Ground,
};
use tokio::signal::unix::{SignalKind, signal};

/// The most that a case takes besides what it is told to last. Each wait in it ends by itself, but there are many.
const MOST: Duration = Duration::from_secs(1_500);

/// Does bad things to a network of four validators and checks that it stays one chain.
#[derive(Parser)]
struct Arguments {
    /// Which case; several are done one after another, each on a network of its own. All of them if none is named.
    #[arg(long = "case", value_name = "NAME", value_parser = case)]
    cases: Vec<Case>,

    /// Where chance begins; a random one if none is given.
    #[arg(long)]
    seed: Option<u64>,

    /// How long what can last lasts: a partition, a pause, a flood, killing again and again.
    #[arg(long, default_value_t = 60)]
    seconds: u64,

    /// Use ports of the loopback device, also where network namespaces can be used.
    #[arg(long)]
    loopback: bool,

    /// Only print what the cases are.
    #[arg(long)]
    list: bool,
}

fn case(name: &str) -> Result<Case, String> {
    let names = Case::ALL.map(Case::name).join(", ");
    Case::ALL.into_iter().find(|case| case.name() == name).ok_or(format!("there are: {names}"))
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        Case::ALL.iter().for_each(|case| println!("{:<10} {}", case.name(), case.about()));
        return ExitCode::SUCCESS;
    }
    // Whatever was started ends with what is dropped here.
    let outcome = tokio::select! {
        outcome = all(&arguments) => outcome,
        reason = stopped() => Err(anyhow!("stopped by {reason}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn all(arguments: &Arguments) -> Result<()> {
    let cases = if arguments.cases.is_empty() { &Case::ALL[..] } else { &arguments.cases };
    let ground = if arguments.loopback { Ground::Loopback } else { Ground::best() };
    let mut summary = Vec::new();
    for case in cases {
        println!("\n==> {case}: {}", case.about());
        if let Some(obstacle) = case.obstacle(ground) {
            println!("    skipped: {obstacle}");
            summary.push(format!("{:<10} skipped", case.name()));
            continue;
        }
        let begun = Instant::now();
        let seed = arguments.seed.unwrap_or_else(rand::random);
        let result = one(*case, ground, seed, Duration::from_secs(arguments.seconds)).await;
        let (word, seconds) = (if result.is_ok() { "held" } else { "FAILED" }, begun.elapsed().as_secs());
        summary.push(format!("{:<10} {word} in {seconds} s, seed {seed}", case.name()));
        if let Err(error) = result {
            println!("    {error:#}");
        }
    }
    println!("\n{}", summary.join("\n"));
    let failed = summary.iter().filter(|line| line.contains("FAILED")).count();
    if failed > 0 {
        bail!("{failed} of {} cases failed", summary.len());
    }
    Ok(())
}

async fn one(case: Case, ground: Ground, seed: u64, time: Duration) -> Result<()> {
    let mut chaos = Chaos::begin(ground, seed, Arc::new(|what| println!("    {what}"))).await?;
    let most = MOST + 3 * time;
    let outcome = tokio::time::timeout(most, async {
        chaos.run(case, time).await?;
        chaos.finish().await
    })
    .await;
    match outcome.unwrap_or_else(|_| Err(anyhow!("it was not over after {} s", most.as_secs()))) {
        Ok(account) => println!("    {account}"),
        Err(error) => bail!("{error:#}\nlogs and data are kept in {}", chaos.keep()),
    }
    Ok(())
}

async fn stopped() -> &'static str {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Then nobody can be told, and the signal ends the program by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => "an interrupt",
        _ = terminate.recv() => "a request to end",
    }
}
