//! Large blobs go through in constant memory.
#![allow(missing_docs)]

mod common;

use std::io::Write;

use common::*;
use medshare_client::vault::{Download, LinkRequest, blob_address};
use medshare_types::FetchBasis;
use sha2::{Digest, Sha256};

/// Most memory that this process ever had, MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_mebibytes_take_little_memory() {
    const SIZE: u64 = 64 << 20;
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let (sent, got) = (folder.path().join("sent"), folder.path().join("got"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&sent).unwrap());
    let mut block = [0_u8; 32];
    for _ in 0..SIZE / 4096 {
        block = Sha256::digest(block).into();
        file.write_all(&block.repeat(128)).unwrap();
    }
    file.into_inner().unwrap();

    let client = vault.client().await;
    let before = peak();
    let uploaded = client.upload(&provider(), &sent, None).await.unwrap();
    assert_eq!(uploaded.size, SIZE);
    vault.chain.place(&vault_account(), uploaded.blob);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = LinkRequest { record: RECORD, version: VERSION, blob: uploaded.blob };
    client.download(&buyer(), &Download { link, size: SIZE }, &got, None).await.unwrap();
    let taken = peak() - before;
    assert_eq!(blob_address(&got).await.unwrap(), (uploaded.blob, SIZE));
    // Client and vault are both in this process; a copy of the blob alone would be 64.
    assert!(taken < 40, "{taken} MiB");
}
