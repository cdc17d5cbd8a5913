//! Every use reaches the chain exactly once, whatever happens in between.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use common::*;
use medshare_types::{FetchBasis, Hash, NewReceipt, Role};
use medshare_vault::{
    app::{Settings, Vault},
    evidence::SignedRequest,
    journal::{Line, Use},
    now,
};
use subxt_signer::sr25519::{self, dev};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn sequences(chain: &FakeChain) -> Vec<u64> {
    chain.with().receipts.iter().map(|receipt| receipt.sequence).collect()
}

/// A vault with a blob and a link to it.
async fn with_link(length: usize) -> (Running, String) {
    let vault = start().await;
    let blob = vault.bring(&noise(length)).await;
    vault.chain.allow(&buyer(), FetchBasis::Preview);
    let link = vault.link(&buyer(), blob).await;
    (vault, link)
}

async fn fetch(vault: &Running, link: &str) {
    vault.http.get(link).send().await.unwrap().bytes().await.unwrap();
}

#[tokio::test]
async fn a_download_becomes_a_receipt() {
    let (vault, link) = with_link(1_000).await;
    let before = now();
    fetch(&vault, &link).await;
    eventually("the receipt", || !vault.chain.with().receipts.is_empty()).await;
    let receipt = vault.chain.with().receipts[0].clone();
    assert!((before..=now()).contains(&receipt.at));
    assert_ne!(receipt.request, Hash::zero());
    let expected = NewReceipt {
        sequence: 1,
        record: RECORD,
        version: VERSION,
        accessor: account(&buyer()),
        basis: FetchBasis::Preview,
        bytes: 1_000,
        at: receipt.at,
        request: receipt.request,
    };
    assert_eq!(receipt, expected);
}

#[tokio::test]
async fn many_small_downloads_with_one_link_are_one_receipt() {
    let vault = start_with(|settings| settings.posting.delay = Duration::from_secs(3600)).await;
    let blob = vault.bring(&noise(1_000)).await;
    vault.chain.allow(&buyer(), FetchBasis::Preview);
    let (link, other) = (vault.link(&buyer(), blob).await, vault.link(&buyer(), blob).await);
    vault.http.head(&link).send().await.unwrap();
    vault.http.get(&link).header("if-none-match", "*").send().await.unwrap();
    vault.http.get(&link).header("range", "bytes=2000-").send().await.unwrap();
    for _ in 0..10 {
        let part = vault.http.get(&link).header("range", "bytes=10-29").send().await.unwrap();
        assert_eq!(part.bytes().await.unwrap().len(), 20);
    }
    fetch(&vault, &other).await;
    let (chain, _) = vault.stop().await;
    let mut receipts = chain.with().receipts.clone();
    assert_eq!(sequences(&chain), [1, 2]);
    receipts.sort_by_key(|receipt| receipt.bytes);
    assert_eq!([receipts[0].bytes, receipts[1].bytes], [200, 1_000]);
    assert_ne!(receipts[0].request, receipts[1].request);
}

#[tokio::test]
async fn one_account_cannot_download_without_end_at_once() {
    let vault = start_with(|settings| settings.bounds.downloads_of_account = 2).await;
    let blob = vault.bring(&noise(16 << 20)).await;
    let link = async |who| {
        vault.chain.allow(&who, FetchBasis::Grant);
        vault.link(&who, blob).await
    };
    let (one, other) = (link(buyer()).await, link(provider()).await);
    let running = [vault.http.get(&one).send().await.unwrap(), vault.http.get(&one).send().await.unwrap()];
    refused(vault.http.get(&one), 429, "too-many-transfers").await;
    assert_eq!(vault.http.get(&other).send().await.unwrap().status(), 200);
    drop(running);
    let client = &vault;
    let link = &one;
    let again = async {
        while client.http.get(link).header("range", "bytes=0-9").send().await.unwrap().status() != 206 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(45), again).await.expect("ended downloads count no more");
}

#[tokio::test]
async fn a_download_that_breaks_off_counts_as_far_as_it_got() {
    let length = 16 << 20;
    let (vault, link) = with_link(length).await;
    let path = &link[link.find("/v1/").unwrap()..];
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    connection.write_all(format!("GET {path} HTTP/1.1\r\nHost: vault\r\n\r\n").as_bytes()).await.unwrap();
    connection.read_exact(&mut [0; 100_000]).await.unwrap();
    drop(connection);
    eventually("the receipt", || !vault.chain.with().receipts.is_empty()).await;
    let bytes = vault.chain.with().receipts[0].bytes;
    assert!((99_000..length as u64).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn what_the_chain_did_not_take_is_posted_after_a_restart() {
    let (vault, link) = with_link(1_000).await;
    fetch(&vault, &link).await;
    eventually("the first receipt", || vault.chain.with().receipts.len() == 1).await;
    vault.chain.with().broke = true;
    fetch(&vault, &link).await;
    let (chain, folder) = vault.stop().await;
    assert_eq!(chain.with().receipts.len(), 1);
    chain.with().broke = false;
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the other receipt", || vault.chain.with().receipts.len() == 2).await;
    assert_eq!(sequences(&vault.chain), [1, 2]);
}

#[tokio::test]
async fn a_post_of_which_nothing_was_heard_is_not_repeated() {
    let (vault, link) = with_link(1_000).await;
    vault.chain.with().deaf = true;
    fetch(&vault, &link).await;
    eventually("the receipt", || vault.chain.with().receipts.len() == 1).await;
    fetch(&vault, &link).await;
    // Stopped before the vault has found out, and started again.
    let (chain, folder) = vault.stop().await;
    chain.with().deaf = false;
    let vault = start_on(chain, folder, |_| {}).await;
    fetch(&vault, &vault.url(&link[link.find("/v1/").unwrap()..])).await;
    eventually("the third receipt", || vault.chain.with().receipts.len() == 3).await;
    assert_eq!(sequences(&vault.chain), [1, 2, 3]);
    let (chain, _) = vault.stop().await;
    assert_eq!(chain.with().receipts.len(), 3);
}

#[tokio::test]
async fn a_use_that_a_crash_cut_off_is_reported_in_full() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    note_down(&folder, &[Line::Opened { id: 0, used: used(RECORD, 500) }]);
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the receipt", || vault.chain.with().receipts.len() == 1).await;
    assert_eq!(vault.chain.with().receipts[0].bytes, 500);
}

fn served(record: u64, sequence: u64) -> Line {
    Line::Served { receipt: used(record, 5).receipt(sequence, 5) }
}

#[tokio::test]
async fn the_chain_is_right_about_what_it_has() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    note_down(&folder, &[served(RECORD, 1), served(RECORD, 2), served(RECORD, 3)]);
    chain.with().receipts.extend([used(RECORD, 5).receipt(1, 5), used(RECORD, 5).receipt(2, 5)]);
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the receipt", || vault.chain.with().receipts.len() == 3).await;
    assert_eq!(sequences(&vault.chain), [1, 2, 3]);
}

#[tokio::test]
async fn receipts_that_the_chain_will_not_take_do_not_keep_up_the_others_and_are_not_forgotten() {
    const BAD: [u64; 6] = [1, 2, 7, 8, 15, 16];
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    let lines: Vec<Line> = (1..=16).map(|n| served(if BAD.contains(&n) { 99 } else { RECORD }, n)).collect();
    note_down(&folder, &lines);
    chain.with().poisoned.insert(99);
    let vault = start_on(chain, folder, |_| {}).await;
    // If each verdict counted as an outage, the pauses between them would be longer than this waits.
    eventually("the good receipts", || vault.chain.with().receipts.len() == 10).await;
    eventually("the last refusal", || {
        std::fs::read_to_string(vault.folder.path().join("state/refused.jsonl")).unwrap().lines().count()
            == BAD.len()
    })
    .await;
    let good: Vec<u64> = (1..=16).filter(|n| !BAD.contains(n)).collect();
    assert_eq!(sequences(&vault.chain), good);
    assert!(vault.chain.with().refusals <= BAD.len() * 3, "{} refusals", vault.chain.with().refusals);

    let (chain, folder) = vault.stop().await;
    let vault = start_on(chain, folder, |_| {}).await;
    let text = std::fs::read_to_string(vault.folder.path().join("state/refused.jsonl")).unwrap();
    let kept = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    assert_eq!(kept.map(|line| line["receipt"]["sequence"].as_u64().unwrap()).collect::<Vec<_>>(), BAD);
}

#[tokio::test]
async fn a_clock_that_was_ahead_does_not_keep_up_receipts() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    let ahead = Use { at: now() + 3_600_000, ..used(RECORD, 5) };
    note_down(&folder, &[Line::Served { receipt: ahead.receipt(1, 5) }]);
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the receipt", || !vault.chain.with().receipts.is_empty()).await;
    assert!(vault.chain.with().receipts[0].at <= now());
}

#[tokio::test]
async fn posts_no_more_at_once_than_the_chain_takes() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    note_down(&folder, &(1..=30).map(|number| served(RECORD, number)).collect::<Vec<_>>());
    // The fake chain checks it.
    let vault = start_on(chain, folder, |settings| settings.posting.batch = 1_000).await;
    eventually("the receipts", || vault.chain.with().receipts.len() == 30).await;
}

#[tokio::test]
async fn serves_nothing_more_when_too_much_is_not_reported() {
    let vault = start_with(|settings| settings.posting.backlog = 2).await;
    let blob = vault.bring(&noise(1_000)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let (one, two) = (vault.link(&buyer(), blob).await, vault.link(&buyer(), blob).await);
    vault.chain.with().broke = true;
    fetch(&vault, &one).await;
    fetch(&vault, &two).await;
    refused(vault.http.get(&one), 503, "receipts-behind").await;
    refused(vault.ask_link(&buyer(), blob), 503, "receipts-behind").await;
    refused(vault.http.get(vault.url("/healthz")), 503, "receipts-behind").await;
    vault.chain.with().broke = false;
    eventually("the receipts", || vault.chain.with().receipts.len() == 2).await;
    let (vault, one) = (&vault, &one);
    let again = async {
        while vault.http.get(one).send().await.unwrap().status() != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(45), again).await.expect("it serves again");
}

#[tokio::test]
async fn ends_with_an_error_when_receipts_are_posted_no_more() {
    let (vault, link) = with_link(1_000).await;
    vault.chain.with().panics = true;
    fetch(&vault, &link).await;
    let error = vault.ended().await.unwrap_err().to_string();
    assert!(error.contains("posts receipts"), "{error}");
}

#[tokio::test]
async fn the_signed_request_that_a_receipt_names_is_kept() {
    let (vault, link) = with_link(1_000).await;
    fetch(&vault, &link).await;
    let (chain, folder) = vault.stop().await;
    let receipt = chain.with().receipts[0].clone();
    let text = std::fs::read_to_string(folder.path().join("state/requests.jsonl")).unwrap();
    let kept: SignedRequest = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!(kept.request, receipt.request);
    assert_eq!(address(kept.text.as_bytes()), receipt.request);
    assert!(kept.text.starts_with("medshare/v1/vault\n"), "{}", kept.text);
    assert!(kept.text.contains(&format!("account: 0x{}", hex::encode(account(&buyer())))), "{}", kept.text);
    let signature = hex::decode(kept.signature.strip_prefix("0x").unwrap()).unwrap();
    let signature = sr25519::Signature(signature.try_into().unwrap());
    assert!(sr25519::verify(&signature, kept.text.as_bytes(), &buyer().public_key()));
}

#[tokio::test]
async fn does_not_start_with_the_journal_of_another_account() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    chain.admit(&dev::dave(), &[Role::Vault]);
    let other = Settings { account: account(&dev::dave()), ..settings(folder.path()) };
    let error = format!("{:#}", Vault::new(other, chain).await.err().unwrap());
    assert!(error.contains("receipts.jsonl") && error.contains("journal of the account"), "{error}");
}

#[tokio::test]
async fn does_not_start_with_a_journal_that_it_cannot_read() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    std::fs::write(folder.path().join("state/receipts.jsonl"), "{}\n{\"numbered\":{\"last\":1}}\n").unwrap();
    let refused = Vault::new(settings(folder.path()), chain).await;
    let error = format!("{:#}", refused.err().unwrap());
    assert!(error.contains("receipts.jsonl") && error.contains("line 1"), "{error}");
}
