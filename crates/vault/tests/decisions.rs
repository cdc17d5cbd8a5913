//! When the vault serves nothing, and how often it asks the chain.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use common::*;
use medshare_types::{FetchBasis, FetchRefusal, MemberStatus};
use medshare_vault::now;
use subxt_signer::sr25519::dev;

#[tokio::test]
async fn decides_nothing_by_an_old_block() {
    let vault = start_with(|settings| settings.bounds.finality_age = Duration::from_secs(100)).await;
    let bytes = noise(10);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    vault.chain.with().time = Some(now() - 101_000);
    refused(vault.http.get(&link), 503, "chain-stale").await;
    refused(vault.ask_link(&buyer(), blob), 503, "chain-stale").await;
    refused(vault.upload(&provider(), &bytes), 503, "chain-stale").await;
    refused(vault.http.get(vault.url("/healthz")), 503, "chain-stale").await;
    vault.chain.with().time = Some(now() - 90_000);
    assert_eq!(vault.http.get(&link).send().await.unwrap().status(), 200);
    // The first block has no time.
    vault.chain.with().time = Some(0);
    assert_eq!(vault.upload(&provider(), &bytes).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_vault_that_is_suspended_serves_nothing() {
    let vault = start().await;
    let bytes = noise(10);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    set_status(&vault, MemberStatus::Suspended { by_council: true });
    refused(vault.http.get(&link), 503, "vault-inactive").await;
    refused(vault.ask_link(&buyer(), blob), 503, "vault-inactive").await;
    refused(vault.upload(&provider(), &bytes), 503, "vault-inactive").await;
    refused(vault.http.get(vault.url("/healthz")), 503, "vault-inactive").await;
    set_status(&vault, MemberStatus::Active);
    assert_eq!(vault.http.get(&link).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_stranger_costs_one_question() {
    let vault = start_with(|settings| settings.bounds.cache = Duration::from_secs(3600)).await;
    let blob = vault.bring(&noise(10)).await;
    vault.chain.refuse(&dev::ferdie(), FetchRefusal::NotMember);
    let before = vault.chain.with().asked;
    for _ in 0..3 {
        refused(vault.ask_link(&dev::ferdie(), blob), 403, "refused-not-member").await;
        refused(vault.upload(&dev::ferdie(), &noise(20)), 403, "refused-not-provider").await;
    }
    assert_eq!(vault.chain.with().asked - before, 2);
    // What is allowed is asked each time, and so is every other refusal.
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    vault.link(&buyer(), blob).await;
    vault.chain.refuse(&buyer(), FetchRefusal::Revoked);
    refused(vault.ask_link(&buyer(), blob), 403, "refused-revoked").await;
    assert_eq!(vault.chain.with().asked - before, 4);
}

#[tokio::test]
async fn many_questions_about_its_health_are_one_to_the_chain() {
    let vault = start_with(|settings| settings.bounds.cache = Duration::from_secs(3600)).await;
    let before = vault.chain.with().asked;
    let ask = || async { vault.http.get(vault.url("/healthz")).send().await.unwrap().status() };
    let answers = futures::future::join_all((0..20).map(|_| ask())).await;
    assert!(answers.iter().all(|status| *status == 200));
    assert_eq!(vault.chain.with().asked - before, 1);
}

fn set_status(vault: &Running, status: MemberStatus) {
    vault.chain.with().members.get_mut(&account(&vault_account())).unwrap().status = status;
}
