//! Decisions of the council, which on the development chain is Alice's sudo key: shorter deadlines, so that a test
//! need not wait for days.

use anyhow::Result;
use codec::Encode;
use medshare_client::{
    Chain, Identity, Until,
    chain::{At, Call, calls},
};
use medshare_types::{Benefits, Moment, Tier};
use scale_info::TypeInfo;

use crate::Stack;

/// The runtime's changeable parameters, as far as tests change them.
#[derive(Encode, TypeInfo)]
enum RuntimeParameters {
    #[codec(index = 0)]
    Marketplace(Marketplace),
    #[codec(index = 1)]
    Audits(Audits),
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
    decide(&chain, &alice, Call::new("Parameters", "set_parameter").arg("key_value", parameter)).await
}

/// Sends a call with the council's authority, and fails if the call itself failed inside of sudo.
async fn decide(chain: &Chain, alice: &Identity, call: Call) -> Result<()> {
    let outcome = chain.submit(alice, calls::as_council(call), Until::InBlock).await?;
    let event = outcome.event("Sudo", "Sudid")?;
    let result = event.fields_json();
    anyhow::ensure!(!result.to_string().contains("Err"), "the council's call failed: {result}");
    Ok(())
}
