//! The node's index and what is asked of it: a real node, a real sale, and what is answered about them.

mod anew;
mod asked;
mod elsewhere;
mod kept;
mod node;
#[allow(clippy::print_stderr, reason = "a test says what it does not test")]
#[path = "../../../crates/indexer/tests/index/postgresql.rs"]
mod postgresql;
mod refused;
mod story;
mod told;

use anyhow::Result;
use medshare_tests::Stack;

/// Everything that one sale shows.
#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_found_as_it_goes_on_and_the_index_is_what_the_chain_is() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let outcome = async {
        let told = story::tell(&stack).await?;
        kept::survives_a_crash(&mut stack, &told).await?;
        kept::is_checked_and_made_anew(&mut stack).await
    };
    let outcome = outcome.await;
    outcome.map_err(|error| error.context(stack.logs()))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_in_postgresql_is_what_one_in_sqlite_is_and_outlives_crashes() -> Result<()> {
    elsewhere::is_kept_as_in_sqlite().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_an_index_says_so() -> Result<()> {
    refused::without_an_index().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_cannot_be_made_says_why_and_the_node_goes_on() -> Result<()> {
    refused::where_old_states_are_gone().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_index_cannot_be_opened_goes_on_and_opens_it_later() -> Result<()> {
    refused::where_it_cannot_be_opened().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_begins_anew_is_noticed_at_once() -> Result<()> {
    anew::is_noticed_at_once().await
}
