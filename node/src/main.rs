//! The medshare node: a validator or a full node of the consortium's chain.
//!
//! `medshare-node --dev` starts a chain of one validator with the development accounts; `medshare-node --help`
//! tells the rest.

// The SDK's own error type is large, and a node ends with at most one.
#![allow(clippy::result_large_err)]

mod authoring;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod chain_spec;
mod cli;
mod command;
mod consortium;
mod defaults;
mod equivocation;
mod finality;
mod index;
mod logs;
mod metrics;
mod network;
mod pool;
mod rpc;
mod service;
mod state;
mod unwind;

fn main() -> sc_cli::Result<()> {
    command::run()
}
