//! Decisions of the council. On the development chain Alice's sudo key stands in for it, on the local chain hospitals vote.
//! Mostly about shorter times, so that a test need not wait for days.

use anyhow::{Context, Result};
use codec::Encode;
use futures::future::try_join_all;
use medshare_client::{
    Chain, Identity, Outcome, Until,
    chain::{At, Call, calls},
};
use medshare_types::{Benefits, BlockNumber, Hash, Moment, Tier};
use scale_info::TypeInfo;

use crate::Stack;

/// Enough of the local chain's eight hospitals for any decision: three quarters.
pub const VOTERS: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// The runtime's changeable parameters, as far as tests change them.
#[derive(Encode, TypeInfo)]
enum RuntimeParameters {
    #[codec(index = 0)]
    Marketplace(Marketplace),
    #[codec(index = 1)]
    Audits(Audits),
    #[codec(index = 2)]
    Consensus(Consensus),
}

#[derive(Encode, TypeInfo)]
enum Marketplace {
    #[codec(index = 0)]
    DeliverWithin(Key, Option<Moment>),
}

#[derive(Encode, TypeInfo)]
enum Audits {
    #[codec(index = 0)]
    KeyWindow(Key, Option<Moment>),
}

#[derive(Encode, TypeInfo)]
enum Consensus {
    #[codec(index = 0)]
    SessionBlocks(Key, Option<BlockNumber>),
}

/// The name of a parameter, which its variant has said already.
#[derive(Encode, TypeInfo)]
struct Key {}

/// Sets how long sellers have to deliver.
///
/// # Errors
/// If the chain refuses it.
pub async fn deliver_within(stack: &Stack, time: Moment) -> Result<()> {
    set(stack, RuntimeParameters::Marketplace(Marketplace::DeliverWithin(Key {}, Some(time)))).await
}

/// Sets how long owners and claimants have to deliver keys to a panel.
///
/// # Errors
/// If the chain refuses it.
pub async fn key_window(stack: &Stack, time: Moment) -> Result<()> {
    set(stack, RuntimeParameters::Audits(Audits::KeyWindow(Key {}, Some(time)))).await
}

/// Sets how long buyers of sellers in the standard tier may claim.
///
/// # Errors
/// If the chain refuses it.
pub async fn claim_window(stack: &Stack, time: Moment) -> Result<()> {
    let chain = Chain::connect(stack.node_url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    let credit = chain.credit(alice.account(), At::Best).await?;
    let benefits = Benefits { claim_window: time, ..credit.benefits };
    decide(&chain, &alice, calls::set_benefits(Tier::Standard, benefits)).await
}

async fn set(stack: &Stack, parameter: RuntimeParameters) -> Result<()> {
    let chain = Chain::connect(stack.node_url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    decide(&chain, &alice, set_parameter(parameter)).await
}

fn set_parameter(parameter: RuntimeParameters) -> Call {
    Call::new("Parameters", "set_parameter").arg("key_value", parameter)
}

/// The call that sets how many blocks a session has.
pub fn session_blocks(blocks: BlockNumber) -> Call {
    set_parameter(RuntimeParameters::Consensus(Consensus::SessionBlocks(Key {}, Some(blocks))))
}

/// Has these hospitals propose, vote and close; the call ran when this is done. `send` signs and sends each step.
///
/// # Errors
/// If a step, or in the end the call itself, is refused.
pub async fn carry(
    chain: &Chain,
    hospitals: &[Identity],
    call: Call,
    send: impl AsyncFn(&Identity, Call) -> Result<Outcome>,
) -> Result<()> {
    let encoded = call.encode(&*chain.metadata().await?)?.bytes();
    let weight = chain.weight_of(&encoded).await?;
    let length = u32::try_from(encoded.len())?;
    let threshold = u32::try_from(hospitals.len())?;
    let first = hospitals.first().context("nobody decides")?;
    let proposed = send(first, calls::council::propose(threshold, call, length)).await?;
    let motion: Hash = proposed.field("Council", "Proposed", "proposal_hash")?;
    let index: u32 = proposed.field("Council", "Proposed", "proposal_index")?;
    let vote = |hospital| send(hospital, calls::council::vote(motion, index, true));
    try_join_all(hospitals.iter().map(vote)).await?;
    let closed = send(first, calls::council::close(motion, index, weight, length)).await?;
    closed.event("Council", "Executed")?;
    Ok(())
}

/// Sends a call with the council's authority, and fails if the call itself failed inside of sudo.
async fn decide(chain: &Chain, alice: &Identity, call: Call) -> Result<()> {
    let outcome = chain.submit(alice, calls::as_council(call), Until::InBlock).await?;
    let event = outcome.event("Sudo", "Sudid")?;
    let result = event.fields_json();
    anyhow::ensure!(!result.to_string().contains("Err"), "the council's call failed: {result}");
    Ok(())
}
