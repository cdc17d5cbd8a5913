//! What a vault promises must hold wherever its blobs are: the same checks of the whole service run with a store in
//! memory, on a local disk, and in a bucket of a server that speaks S3.
#![allow(missing_docs)]

mod common;
#[path = "common/failing.rs"]
mod failing;
#[path = "common/kept.rs"]
mod kept;

use std::{sync::Arc, time::Duration};

use common::*;
use failing::Failing;
use futures::StreamExt as _;
use kept::{Kept, in_every_store};
use medshare_client::{
    naming::Naming,
    vault::{Download, LinkRequest},
};
use medshare_types::FetchBasis;
use medshare_vault::{
    collect::{Mode, Rules},
    events::Event,
    inventory::{Damage, Why},
    now,
    store::BlobStore,
    web,
};
use object_store::{ObjectStore as _, ObjectStoreExt};

/// What a store takes as one part of an upload.
const PART: usize = 5 << 20;

async fn begin(kept: &Kept) -> Running {
    again(kept, chain(), Arc::new(tempfile::tempdir().unwrap())).await
}

/// A vault that does not look which blobs are needed.
async fn begin_without_looks(store: BlobStore) -> Running {
    start_in(store, chain(), Arc::new(tempfile::tempdir().unwrap()), |_| {}).await
}

/// A vault on a store that may have blobs already, and on the state of an earlier one.
async fn again(kept: &Kept, chain: Arc<FakeChain>, folder: Arc<tempfile::TempDir>) -> Running {
    start_in(kept.store.clone(), chain, folder, |settings| {
        settings.collection = Rules {
            mode: Mode::Remove,
            grace: Duration::from_secs(100),
            withdrawn_grace: Duration::from_secs(10),
            every: Duration::from_secs(3_600),
        };
    })
    .await
}

async fn serves_all_and_ranges(kept: Kept) {
    let vault = begin(&kept).await;
    let bytes = noise(PART + 100_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    assert!(vault.http.get(&link).send().await.unwrap().bytes().await.unwrap() == bytes);
    let range = vault.http.get(&link).header("range", format!("bytes={}-{}", PART - 3, PART + 3));
    let range = range.send().await.unwrap();
    assert_eq!(range.status(), 206);
    assert_eq!(range.bytes().await.unwrap(), bytes[PART - 3..=PART + 3]);
}

async fn goes_on_with_an_upload_after_a_restart(kept: Kept) {
    let vault = begin(&kept).await;
    let bytes = noise(2 * PART + 77);
    let blob = address(&bytes);
    assert_eq!(vault.begin(&provider(), &bytes).send().await.unwrap().status(), 201);
    let first = vault.add(&provider(), blob, 0, &bytes[..PART + 5]).send().await.unwrap();
    assert_eq!((first.status().as_u16(), number(&first, "upload-offset")), (204, PART as u64 + 5));
    assert_eq!(kept.store.size(blob).await.unwrap(), None, "nothing of it is visible");
    let (chain, folder) = vault.stop().await;

    let vault = again(&kept, chain, folder).await;
    assert_eq!(vault.offset(&provider(), blob).await, PART as u64 + 5);
    let last = vault.add(&provider(), blob, PART as u64 + 5, &bytes[PART + 5..]).send().await.unwrap();
    assert_eq!((last.status().as_u16(), number(&last, "upload-offset")), (204, bytes.len() as u64));
    assert_eq!(kept.store.size(blob).await.unwrap(), Some(bytes.len() as u64));
    vault.chain.place(&vault_account(), blob);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    assert!(vault.http.get(&link).send().await.unwrap().bytes().await.unwrap() == bytes);
}

async fn keeps_nothing_of_a_resumed_upload_that_is_another_blob(kept: Kept) {
    let vault = begin(&kept).await;
    let (bytes, mut other) = (noise(100_000), noise(100_000));
    other[50_000] ^= 1;
    let blob = address(&bytes);
    vault.begin(&provider(), &bytes).send().await.unwrap();
    vault.add(&provider(), blob, 0, &other[..60_000]).send().await.unwrap();
    refused(vault.add(&provider(), blob, 60_000, &other[60_000..]), 422, "address-mismatch").await;
    assert_eq!(kept.store.list().await.unwrap(), []);
    assert_eq!(vault.parts(), [""; 0]);
}

async fn removes_what_nobody_needs_and_nothing_else(kept: Kept) {
    let vault = begin(&kept).await;
    let begun = now();
    let (needed, never, withdrawn) = (noise(1_000), noise(2_000), noise(3_000));
    let needed = vault.bring(&needed).await;
    for bytes in [&never, &withdrawn] {
        vault.upload(&provider(), bytes).send().await.unwrap();
    }
    vault.chain.with().namings.insert(address(&withdrawn), Naming::Withdrawn);
    for (after, left) in [(0, 3), (9_000, 3), (11_000, 2), (99_000, 2), (101_000, 1), (10_000_000, 1)] {
        // Every few hours, as a vault does by itself: a longer pause would be a gap.
        vault.chain.with().time = Some(begun + after);
        let report = vault.collector.collect().await.unwrap();
        assert_eq!(report.blobs - report.removed, left, "after {after} ms: {report:?}");
        assert_eq!(kept.store.list().await.unwrap().len(), left);
    }
    assert_eq!(kept.store.list().await.unwrap()[0].blob, needed);
    let removed: Vec<_> = vault.events().into_iter().map(|happened| happened.event).collect();
    let [Event::Removed { blob: first, why: Why::Withdrawn, .. }, Event::Removed { blob: second, why, .. }] =
        removed[..]
    else {
        panic!("{removed:?}")
    };
    assert_eq!((first, second), (address(&withdrawn), address(&never)));
    assert_eq!(why, Why::NeverRegistered);
}

async fn finds_what_has_rotten_and_is_repaired_by_bringing_it_again(kept: Kept) {
    let vault = begin(&kept).await;
    let bytes = noise(PART + 10);
    let (good, blob) = (vault.bring(&noise(5_000)).await, vault.bring(&bytes).await);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let found = vault.scrubber.round().await.unwrap();
    assert_eq!((found.read, found.damaged), (2, 0));

    let mut rotten = bytes.clone();
    rotten[PART + 1] ^= 1;
    for damaged in [rotten, bytes[..PART].to_vec(), Vec::new()] {
        kept.objects.put(&kept.path(blob), damaged.into()).await.unwrap();
        let found = vault.scrubber.round().await.unwrap();
        assert_eq!((found.read, found.damaged, found.failed), (2, 1, 0));
        refused(vault.http.get(&link), 404, "blob-damaged").await;
        refused(vault.ask_link(&buyer(), blob), 404, "blob-damaged").await;
        // A second round does not report it again.
        let reported = vault.events().len();
        assert_eq!(vault.scrubber.round().await.unwrap().damaged, 1);
        assert_eq!(vault.events().len(), reported);
        assert_eq!(vault.upload(&provider(), &bytes).send().await.unwrap().status(), 200);
        assert!(vault.http.get(&link).send().await.unwrap().bytes().await.unwrap() == bytes);
        assert_eq!(vault.events().last().unwrap().event, Event::Repaired { blob });
    }
    assert!(!vault.collector.inventory.is_damaged(good));
}

async fn notices_what_the_store_has_lost(kept: Kept) {
    let vault = begin(&kept).await;
    let bytes = noise(4_000);
    let blob = vault.bring(&bytes).await;
    vault.collector.collect().await.unwrap();
    kept.objects.delete(&kept.path(blob)).await.unwrap();
    vault.collector.collect().await.unwrap();
    let lost = Event::Damaged { blob, damage: Damage::Missing, found: None };
    assert_eq!(vault.events().last().unwrap().event, lost);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    refused(vault.ask_link(&buyer(), blob), 404, "blob-damaged").await;
    vault.upload(&provider(), &bytes).send().await.unwrap();
    vault.link(&buyer(), blob).await;
}

async fn a_round_notices_what_the_store_has_lost_too(kept: Kept) {
    let vault = begin_without_looks(kept.store.clone()).await;
    let bytes = noise(4_000);
    let (good, blob) = (vault.bring(&noise(5_000)).await, vault.bring(&bytes).await);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    kept.objects.delete(&kept.path(blob)).await.unwrap();
    for _ in 0..2 {
        let found = vault.scrubber.round().await.unwrap();
        assert_eq!((found.read, found.damaged), (1, 1));
    }
    let told: Vec<_> = vault.events().into_iter().map(|happened| happened.event).collect();
    assert_eq!(told, [Event::Damaged { blob, damage: Damage::Missing, found: None }], "and once only");
    let problem = refused(vault.http.get(&link), 404, "blob-damaged").await;
    assert!(problem.detail.contains("has lost"), "{problem}");
    refused(vault.ask_link(&buyer(), blob), 404, "blob-damaged").await;

    vault.upload(&provider(), &bytes).send().await.unwrap();
    assert!(vault.http.get(&link).send().await.unwrap().bytes().await.unwrap() == bytes);
    let found = vault.scrubber.round().await.unwrap();
    assert_eq!((found.read, found.damaged), (2, 0));
    assert!(!vault.collector.inventory.is_damaged(good));
}

async fn a_store_that_is_gone_has_lost_nothing(kept: Kept) {
    let vault = begin_without_looks(kept.store.clone()).await;
    let blob = vault.bring(&noise(4_000)).await;
    let all: Vec<_> = kept.objects.list(None).map(|object| object.unwrap().location).collect().await;
    let mut held = Vec::new();
    for path in all {
        held.push((path.clone(), kept.objects.get(&path).await.unwrap().bytes().await.unwrap()));
        kept.objects.delete(&path).await.unwrap();
    }
    // As a disk that is no more mounted: there is a folder, and nothing in it.
    vault.scrubber.round().await.unwrap_err();
    assert!(!vault.collector.inventory.is_damaged(blob) && vault.events().is_empty());
    for (path, bytes) in held {
        kept.objects.put(&path, bytes.into()).await.unwrap();
    }
    assert_eq!(vault.scrubber.round().await.unwrap().damaged, 0);
}

async fn a_round_finds_rot_in_what_the_inventory_did_not_know(kept: Kept) {
    let vault = begin_without_looks(kept.store.clone()).await;
    let blob = vault.bring(&noise(5_000)).await;
    let (chain, folder) = vault.stop().await;
    std::fs::remove_file(folder.path().join("state/blobs.jsonl")).unwrap();
    kept.objects.put(&kept.path(blob), noise(4_000).into()).await.unwrap();
    let vault = start_in(kept.store.clone(), chain, folder, |_| {}).await;
    assert_eq!(vault.scrubber.round().await.unwrap().damaged, 1);
    let rotten = Event::Damaged { blob, damage: Damage::Changed, found: Some(address(&noise(4_000))) };
    assert_eq!(vault.events().last().unwrap().event, rotten);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    refused(vault.ask_link(&buyer(), blob), 404, "blob-damaged").await;
}

async fn what_cannot_be_read_is_not_served_until_it_can(kept: Kept) {
    let failing = Failing::on(kept.objects.clone());
    let store = BlobStore::new(Arc::new(failing.clone()), kept.prefix.clone());
    let vault = begin_without_looks(store).await;
    let bytes = noise(4_000);
    let (good, blob) = (vault.bring(&noise(5_000)).await, vault.bring(&bytes).await);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let (good, bad) = (kept.path(good), kept.path(blob));
    let round = async || {
        let found = vault.scrubber.round().await.unwrap();
        (found.read, found.damaged, found.repaired, found.failed)
    };
    // What can be read a while later is not damaged; and a store that gives nothing at all has lost nothing.
    failing.fail(std::slice::from_ref(&bad), 2);
    assert_eq!(round().await, (2, 0, 0, 0));
    let owner = kept.prefix.clone().join("medshare-vault-owner.json");
    failing.fail(&[good, bad.clone(), owner], usize::MAX);
    vault.scrubber.round().await.unwrap_err();
    assert!(vault.events().is_empty());

    failing.fail(&[bad], usize::MAX);
    for _ in 0..2 {
        assert_eq!(round().await, (1, 1, 0, 0));
    }
    let told: Vec<_> = vault.events().into_iter().map(|happened| happened.event).collect();
    assert_eq!(told, [Event::Damaged { blob, damage: Damage::Unreadable, found: None }], "and once only");
    let problem = refused(vault.http.get(&link), 404, "blob-damaged").await;
    assert!(problem.detail.contains("cannot read"), "{problem}");
    refused(vault.ask_link(&buyer(), blob), 404, "blob-damaged").await;

    failing.fail(&[], 0);
    assert_eq!(round().await, (2, 0, 1, 0));
    assert_eq!(vault.events().last().unwrap().event, Event::Repaired { blob });
    assert!(vault.http.get(&link).send().await.unwrap().bytes().await.unwrap() == bytes);
}

async fn the_client_brings_and_fetches_large_files(kept: Kept) {
    let vault = begin(&kept).await;
    let folder = tempfile::tempdir().unwrap();
    let (sent, got) = (folder.path().join("sent"), folder.path().join("got"));
    let bytes = noise(2 * PART + 1);
    std::fs::write(&sent, &bytes).unwrap();
    let client = vault.client().await;
    let uploaded = client.upload(&provider(), &sent, None).await.unwrap();
    assert!(uploaded.created && uploaded.size == bytes.len() as u64);
    let usage = client.usage(&provider()).await.unwrap();
    assert_eq!((usage.bytes, usage.unregistered), (uploaded.size, uploaded.size));
    // Brought once more at once, nothing is sent.
    assert!(!client.upload(&provider(), &sent, None).await.unwrap().created);
    vault.chain.place(&vault_account(), uploaded.blob);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = LinkRequest { record: RECORD, version: VERSION, blob: uploaded.blob };
    client.download(&buyer(), &Download { link, size: uploaded.size }, &got, None).await.unwrap();
    assert!(std::fs::read(&got).unwrap() == bytes);
}

async fn does_not_touch_a_store_that_was_given_to_another_vault(kept: Kept) {
    let vault = begin(&kept).await;
    vault.upload(&provider(), &noise(1_000)).send().await.unwrap();
    let owner = kept.prefix.clone().join("medshare-vault-owner.json");
    let text = kept.objects.get(&owner).await.unwrap().bytes().await.unwrap();
    let other = String::from_utf8(text.to_vec()).unwrap().replace(&"11".repeat(32), &"22".repeat(32));
    kept.objects.put(&owner, other.into()).await.unwrap();
    let error = vault.collector.collect().await.unwrap_err().to_string();
    assert!(error.contains("does not say any more that it is this vault's"), "{error}");
    let (chain, folder) = vault.stop().await;
    let started = medshare_vault::app::Vault::on(settings(folder.path()), kept.store.clone(), chain).await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains("would remove the other's blobs"), "{error}");
}

in_every_store! {
    serves_all_and_ranges
    goes_on_with_an_upload_after_a_restart
    keeps_nothing_of_a_resumed_upload_that_is_another_blob
    removes_what_nobody_needs_and_nothing_else
    finds_what_has_rotten_and_is_repaired_by_bringing_it_again
    notices_what_the_store_has_lost
    a_round_notices_what_the_store_has_lost_too
    a_store_that_is_gone_has_lost_nothing
    a_round_finds_rot_in_what_the_inventory_did_not_know
    what_cannot_be_read_is_not_served_until_it_can
    the_client_brings_and_fetches_large_files
    does_not_touch_a_store_that_was_given_to_another_vault
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_serves_by_links_of_its_own_and_each_is_a_use_of_the_whole() {
    let kept = kept::in_a_bucket().await;
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let vault = start_in(kept.store.clone(), chain(), folder, |settings| settings.store_links = true).await;
    let bytes = noise(PART + 100);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let sent = plain.get(&link).send().await.unwrap();
    assert_eq!(
        (sent.status().as_u16(), &sent.headers()["cache-control"]),
        (307, &"private, no-store".parse().unwrap())
    );
    let location = sent.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.contains("X-Amz-Signature"), "{location}");
    assert!(!location.contains("token"), "{location}");
    let part = plain.get(&location).header("range", "bytes=10-19").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap(), bytes[10..20]);
    // It is for this blob and for reading only.
    let other = location.replace(&hex::encode(blob), &hex::encode(address(b"other")));
    assert_eq!(plain.get(other).send().await.unwrap().status(), 403);
    assert_eq!(plain.put(&location).body("x").send().await.unwrap().status(), 403);
    eventually("the receipt", || !vault.chain.with().receipts.is_empty()).await;
    assert_eq!(vault.chain.with().receipts[0].bytes, bytes.len() as u64);

    let got = tempfile::NamedTempFile::new().unwrap();
    let asked = LinkRequest { record: RECORD, version: VERSION, blob };
    let download = Download { link: asked, size: bytes.len() as u64 };
    vault.client().await.download(&buyer(), &download, got.path(), None).await.unwrap();
    assert!(std::fs::read(got.path()).unwrap() == bytes);
    // The chain is asked as before.
    vault.chain.refuse(&buyer(), medshare_types::FetchRefusal::Revoked);
    refused(vault.http.get(&link), 403, "refused-revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_app_may_fetch_from_the_store_if_links_lead_there() {
    let kept = kept::in_a_bucket().await;
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("index.html"), "<!doctype html>").unwrap();
    let app = web::Settings {
        folder: files.path().to_owned(),
        node: "wss://rpc.example".parse().unwrap(),
        vaults: Vec::new(),
    };
    for store_links in [false, true] {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let vault = start_in(kept.store.clone(), chain(), folder, |settings| {
            settings.web = Some(app.clone());
            settings.store_links = store_links;
        })
        .await;
        let page = vault.http.get(vault.url("/")).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let blob = vault.bring(&noise(1_000 + usize::from(store_links))).await;
        vault.chain.allow(&buyer(), FetchBasis::Grant);
        let link = vault.link(&buyer(), blob).await;
        // Where a browser gets in the end.
        let fetched = vault.http.get(&link).send().await.unwrap();
        assert_eq!(fetched.status(), 200);
        let origin = fetched.url().origin().ascii_serialization();
        assert_eq!(origin != vault.url(""), store_links);
        let more = if store_links { format!(" {origin}") } else { String::new() };
        let connect = format!("; connect-src 'self' wss://rpc.example{more};");
        assert!(policy.contains(&connect), "{connect} is not in {policy}");
        vault.stop().await;
    }
}

#[tokio::test]
async fn a_store_without_links_of_its_own_is_not_asked_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.store_links = true;
    let refused = medshare_vault::app::Vault::new(settings, chain()).await.err().unwrap().to_string();
    assert!(refused.contains("leave --store-links out"), "{refused}");
}
