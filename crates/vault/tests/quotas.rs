//! How much members may have in a vault, and who tries to fill another's share.
#![allow(missing_docs)]

mod common;

use common::*;
use medshare_client::{naming::Naming, vault::VaultError};
use medshare_types::Role;
use medshare_vault::{collect::Mode, inventory::Quotas, now};
use subxt_signer::sr25519::dev;

async fn begin() -> Running {
    let vault = start_with(|settings| {
        settings.quotas =
            Quotas { bytes: 10_000, unregistered: 6_000, of: [(account(&dev::eve()), 100)].into() };
        settings.collection.mode = Mode::Report;
    })
    .await;
    for who in [dev::dave(), dev::eve()] {
        vault.chain.admit(&who, &[Role::Provider]);
    }
    vault
}

#[tokio::test]
async fn a_quota_is_for_one_member_and_says_what_to_do() {
    let vault = begin().await;
    assert_eq!(vault.upload(&provider(), &noise(6_000)).send().await.unwrap().status(), 201);
    let problem = refused(vault.upload(&provider(), &noise(1)), 507, "quota-unregistered").await;
    assert!(problem.detail.contains("6000 of 6000 bytes"), "{problem}");
    assert_eq!(vault.upload(&dev::dave(), &noise(5_999)).send().await.unwrap().status(), 201);
    refused(vault.upload(&dev::eve(), &noise(101)), 507, "quota-exceeded").await;
    assert_eq!(vault.upload(&dev::eve(), &noise(100)).send().await.unwrap().status(), 201);

    // Once it is registered, and the vault has looked, there is room up to the quota in all.
    vault.chain.with().namings.insert(address(&noise(6_000)), Naming::Needed);
    vault.collector.collect().await.unwrap();
    let usage = vault.client().await.usage(&provider()).await.unwrap();
    assert_eq!((usage.bytes, usage.unregistered), (6_000, 0));
    assert_eq!((usage.quota, usage.unregistered_quota), (Some(10_000), Some(6_000)));
    refused(vault.upload(&provider(), &noise(4_001)), 507, "quota-exceeded").await;
    assert_eq!(vault.upload(&provider(), &noise(4_000)).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn nobody_fills_anothers_quota() {
    let vault = begin().await;
    let bytes = noise(5_000);
    // Dave brings what Alice has, before and after her.
    assert_eq!(vault.upload(&dev::dave(), &bytes).send().await.unwrap().status(), 201);
    assert_eq!(vault.upload(&provider(), &bytes).send().await.unwrap().status(), 200);
    let client = vault.client().await;
    assert_eq!(client.usage(&dev::dave()).await.unwrap().bytes, 5_000);
    assert_eq!(client.usage(&provider()).await.unwrap().bytes, 0);
    // What is refused does not count, whatever it announced.
    refused(vault.upload(&dev::dave(), &noise(900)).body(noise(901)), 422, "address-mismatch").await;
    assert_eq!(client.usage(&dev::dave()).await.unwrap().bytes, 5_000);
    // Nor does anybody see another's.
    let stranger = client.usage(&buyer()).await.unwrap_err();
    assert_eq!(stranger.code(), Some("refused-not-provider"));
    refused(vault.http.get(vault.url("/v1/usage")), 401, "signature-missing").await;
}

#[tokio::test]
async fn what_has_begun_counts_and_what_is_given_up_does_not() {
    let vault = begin().await;
    let large = noise(5_500);
    assert_eq!(vault.begin(&provider(), &large).send().await.unwrap().status(), 201);
    // Begun again, it counts once.
    assert_eq!(vault.begin(&provider(), &large).send().await.unwrap().status(), 201);
    refused(vault.upload(&provider(), &noise(501)), 507, "quota-unregistered").await;
    refused(vault.begin(&provider(), &noise(501)), 507, "quota-unregistered").await;
    // Also after a restart.
    let (chain, folder) = vault.stop().await;
    let vault = start_on(chain, folder, |settings| {
        settings.quotas.unregistered = 6_000;
        settings.collection.mode = Mode::Report;
    })
    .await;
    refused(vault.upload(&provider(), &noise(501)), 507, "quota-unregistered").await;
    assert_eq!(vault.give_up(&provider(), address(&large)).send().await.unwrap().status(), 204);
    assert_eq!(vault.upload(&provider(), &noise(501)).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn who_registers_what_was_brought_need_not_wait_to_bring_more() {
    let vault = begin().await;
    let bytes = noise(6_000);
    vault.upload(&provider(), &bytes).send().await.unwrap();
    refused(vault.upload(&provider(), &noise(3_000)), 507, "quota-unregistered").await;
    refused(vault.begin(&provider(), &noise(3_000)), 507, "quota-unregistered").await;
    vault.chain.with().namings.insert(address(&bytes), Naming::Needed);
    assert_eq!(vault.upload(&provider(), &noise(3_000)).send().await.unwrap().status(), 201);
    // A chain that cannot be trusted gives no room.
    vault.chain.with().namings.insert(address(&noise(3_000)), Naming::Needed);
    vault.chain.with().time = Some(now() - 301_000);
    refused(vault.upload(&provider(), &noise(3_001)), 503, "chain-stale").await;
}

#[tokio::test]
async fn a_vault_that_does_not_look_has_only_the_quota_in_all() {
    let vault = start_with(|settings| {
        settings.quotas = Quotas { bytes: 10_000, unregistered: 1, ..Quotas::default() };
        settings.collection.mode = Mode::Off;
    })
    .await;
    assert_eq!(vault.upload(&provider(), &noise(10_000)).send().await.unwrap().status(), 201);
    refused(vault.upload(&provider(), &noise(1)), 507, "quota-exceeded").await;
    assert_eq!(vault.client().await.usage(&provider()).await.unwrap().unregistered_quota, None);
}

#[tokio::test]
async fn uploads_at_once_do_not_exceed_it_together() {
    let vault = begin().await;
    let each = [2_000, 2_001, 2_002, 2_003].map(noise);
    let sent =
        futures::future::join_all(each.iter().map(|bytes| vault.upload(&provider(), bytes).send())).await;
    let kept = sent.into_iter().filter(|answer| answer.as_ref().unwrap().status() == 201).count();
    assert_eq!(kept, 2);
    assert!(vault.client().await.usage(&provider()).await.unwrap().bytes <= 6_000);
}

#[tokio::test]
async fn the_client_says_what_the_quota_is() {
    let vault = begin().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, noise(7_000)).unwrap();
    let error = vault.client().await.upload(&provider(), &path, None).await.unwrap_err();
    assert!(
        matches!(&error, VaultError::Refused(problem) if problem.code == "quota-unregistered"),
        "{error}"
    );
    assert!(!error.is_transient() && error.hint().contains("Register"), "{}", error.hint());
}
