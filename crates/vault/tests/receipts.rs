//! Every use reaches the chain exactly once, whatever happens in between.
#![allow(missing_docs)]

mod common;

use common::*;
use medshare_types::{FetchBasis, Hash, NewReceipt, RecordId};
use medshare_vault::{
    journal::{Journal, Line, Use},
    now,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn used(record: RecordId, promised: u64) -> Use {
    Use {
        record,
        version: VERSION,
        accessor: account(&buyer()),
        basis: FetchBasis::Grant,
        at: now(),
        request: Hash::repeat_byte(1),
        promised,
    }
}

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
async fn each_request_for_bytes_is_one_and_nothing_else_is() {
    let (vault, link) = with_link(1_000).await;
    vault.http.head(&link).send().await.unwrap();
    vault.http.get(&link).header("if-none-match", "*").send().await.unwrap();
    vault.http.get(&link).header("range", "bytes=2000-").send().await.unwrap();
    for _ in 0..10 {
        let part = vault.http.get(&link).header("range", "bytes=10-29").send().await.unwrap();
        assert_eq!(part.bytes().await.unwrap().len(), 20);
    }
    eventually("the receipts", || vault.chain.with().receipts.len() == 10).await;
    assert_eq!(sequences(&vault.chain), (1..=10).collect::<Vec<_>>());
    assert!(vault.chain.with().receipts.iter().all(|receipt| receipt.bytes == 20));
    let (chain, _) = vault.stop().await;
    assert_eq!(chain.with().receipts.len(), 10);
}

#[tokio::test]
async fn a_download_that_breaks_off_counts_as_far_as_it_got() {
    let length = 32 << 20;
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
    for _ in 0..3 {
        fetch(&vault, &link).await;
        // Only posts fail: the download itself needs the chain.
        vault.chain.with().poisoned.insert(RECORD);
    }
    vault.chain.with().down = true;
    let (chain, folder) = vault.stop().await;
    let posted = chain.with().receipts.len();
    chain.with().down = false;
    chain.with().poisoned.clear();
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the other receipts", || vault.chain.with().receipts.len() == 4).await;
    assert!(posted < 4, "all were posted before the restart");
    assert_eq!(sequences(&vault.chain), [1, 2, 3, 4]);
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
    let path = folder.path().join("state/receipts.jsonl");
    let (mut journal, _) = Journal::open(&path).unwrap();
    journal.append(&[Line::Opened { id: 0, used: used(RECORD, 500) }]).unwrap();
    drop(journal);
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the receipt", || vault.chain.with().receipts.len() == 1).await;
    assert_eq!(vault.chain.with().receipts[0].bytes, 500);
}

#[tokio::test]
async fn the_chain_is_right_about_what_it_has() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    let path = folder.path().join("state/receipts.jsonl");
    let (mut journal, _) = Journal::open(&path).unwrap();
    let served = |sequence| Line::Served { id: None, receipt: used(RECORD, 5).receipt(sequence, 5) };
    journal.append(&[served(1), served(2), served(3)]).unwrap();
    drop(journal);
    chain.with().receipts.extend([used(RECORD, 5).receipt(1, 5), used(RECORD, 5).receipt(2, 5)]);
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the receipt", || vault.chain.with().receipts.len() == 3).await;
    assert_eq!(sequences(&vault.chain), [1, 2, 3]);
}

#[tokio::test]
async fn one_receipt_that_the_chain_will_not_take_does_not_keep_up_the_others() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    let path = folder.path().join("state/receipts.jsonl");
    let (mut journal, _) = Journal::open(&path).unwrap();
    let served = |record, sequence| Line::Served { id: None, receipt: used(record, 5).receipt(sequence, 5) };
    journal.append(&[served(RECORD, 1), served(99, 2), served(RECORD, 3)]).unwrap();
    drop(journal);
    chain.with().poisoned.insert(99);
    let vault = start_on(chain, folder, |_| {}).await;
    eventually("the good receipts", || vault.chain.with().receipts.len() == 2).await;
    assert_eq!(sequences(&vault.chain), [1, 3]);
}

#[tokio::test]
async fn does_not_start_with_a_journal_that_it_cannot_read() {
    let vault = start().await;
    let (chain, folder) = vault.stop().await;
    std::fs::write(folder.path().join("state/receipts.jsonl"), "{}\n{\"numbered\":{\"last\":1}}\n").unwrap();
    let refused = medshare_vault::app::Vault::new(settings(folder.path()), chain).await;
    let error = format!("{:#}", refused.err().unwrap());
    assert!(error.contains("receipts.jsonl") && error.contains("line 1"), "{error}");
}
