//! The client of the SDK against a real vault.
#![allow(missing_docs)]

mod common;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use common::*;
use medshare_client::vault::{
    Download, LinkRequest, Patience, Progress, VaultClient, VaultError, blob_address,
};
use medshare_types::{FetchBasis, FetchRefusal, Hash};
use subxt_signer::sr25519::dev;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn download(blob: Hash, size: u64) -> Download {
    Download { link: LinkRequest { record: RECORD, version: VERSION, blob }, size }
}

/// A progress that remembers the furthest point.
fn furthest() -> (Progress, Arc<AtomicU64>) {
    let seen = Arc::new(AtomicU64::new(0));
    let progress = seen.clone();
    let progress: Progress = Arc::new(move |done, _| {
        progress.fetch_max(done, Ordering::Relaxed);
    });
    (progress, seen)
}

#[tokio::test]
async fn brings_and_fetches() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let (sent, got) = (folder.path().join("sent"), folder.path().join("got"));
    let bytes = noise(3_000_000);
    std::fs::write(&sent, &bytes).unwrap();
    std::fs::write(&got, b"something older").unwrap();
    assert_eq!(blob_address(&sent).await.unwrap(), (address(&bytes), 3_000_000));

    let client = VaultClient::connect_on(&vault.url("/"), GENESIS).await.unwrap();
    assert_eq!(client.info().account, account(&vault_account()));
    let (progress, furthest_sent) = furthest();
    let uploaded = client.upload(&provider(), &sent, Some(progress)).await.unwrap();
    assert!(uploaded.created);
    assert_eq!(furthest_sent.load(Ordering::Relaxed), 3_000_000);
    assert!(!client.upload(&provider(), &sent, None).await.unwrap().created);

    vault.chain.place(&vault_account(), uploaded.blob);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let (progress, furthest_got) = furthest();
    client.download(&buyer(), &download(uploaded.blob, uploaded.size), &got, Some(progress)).await.unwrap();
    assert_eq!(furthest_got.load(Ordering::Relaxed), 3_000_000);
    assert!(std::fs::read(&got).unwrap() == bytes);
}

#[tokio::test]
async fn errors_are_typed() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("got");
    let blob = vault.bring(&noise(1_000)).await;
    let client = vault.client().await;
    let fetch = |size| {
        let (client, target) = (client.clone(), target.clone());
        async move { client.download(&buyer(), &download(blob, size), &target, None).await.unwrap_err() }
    };
    vault.chain.refuse(&buyer(), FetchRefusal::Revoked);
    let error = fetch(1_000).await;
    assert_eq!(error.code(), Some("refused-revoked"));
    assert!(!error.hint().is_empty());

    vault.chain.allow(&buyer(), FetchBasis::Grant);
    assert!(matches!(fetch(999).await, VaultError::WrongSize { expected: 999, found: 1_000 }));
    assert!(matches!(fetch(1_001).await, VaultError::WrongSize { expected: 1_001, found: 1_000 }));

    // A vault whose disk has rotted.
    let name = hex::encode(blob);
    let file = vault.folder.path().join("blobs").join(&name[..2]).join(&name);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[500] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert!(matches!(fetch(1_000).await, VaultError::WrongBlob { bytes: 1_000, .. }));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");

    let missing = client.upload(&provider(), &folder.path().join("missing"), None).await.unwrap_err();
    assert!(matches!(missing, VaultError::File { .. }));
    std::fs::write(&target, b"content").unwrap();
    let stranger = client.upload(&dev::ferdie(), &target, None).await.unwrap_err();
    assert_eq!(stranger.code(), Some("refused-not-provider"));

    let other_chain = VaultClient::connect_on(&vault.url(""), Hash::zero()).await.unwrap_err();
    assert!(matches!(other_chain, VaultError::OtherChain { .. }));
    assert!(matches!(VaultClient::connect("vault").await.unwrap_err(), VaultError::BadAddress { .. }));
    vault.stop().await;
    assert!(matches!(
        client.link(&buyer(), &download(blob, 1_000).link).await,
        Err(VaultError::Unreachable { .. })
    ));
}

/// Passes connections on to a vault, and cuts each off after so many bytes of answers; later ones are not cut off.
async fn cutting_proxy(to: SocketAddr, cuts: Vec<usize>) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicU64::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        let mut cuts = cuts.into_iter();
        while let Ok((client, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let mut left = cuts.next().unwrap_or(usize::MAX);
            let server = TcpStream::connect(to).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let up =
                tokio::spawn(async move { drop(tokio::io::copy(&mut from_client, &mut to_server).await) });
            tokio::spawn(async move {
                let mut buffer = vec![0; 16 * 1024];
                while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
                    let passed = read.min(left);
                    if to_client.write_all(&buffer[..passed]).await.is_err() {
                        break;
                    }
                    left -= passed;
                    if left == 0 {
                        break;
                    }
                }
                up.abort();
            });
        }
    });
    (address, connections)
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    let vault = start().await;
    let bytes = noise(2_000_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let (proxy, connections) = cutting_proxy(vault.address, vec![700_000, 500_000, 10]).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("got");
    client.download(&buyer(), &download(blob, 2_000_000), &target, None).await.unwrap();
    assert!(std::fs::read(&target).unwrap() == bytes);
    assert_eq!(connections.load(Ordering::Relaxed), 4);
    // It was not begun again: what was served is little more than the blob.
    eventually("the receipts", || vault.chain.with().receipts.len() >= 3).await;
    let receipts = vault.chain.with().receipts.clone();
    assert!(receipts.iter().all(|receipt| receipt.request == receipts[0].request), "one link was enough");
}

#[tokio::test]
async fn an_upload_is_tried_again() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, noise(1_000_000)).unwrap();
    let (proxy, _) = cutting_proxy(vault.address, vec![usize::MAX]).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    drop(client);
    // The first connection serves /v1/info and is then cut off in the middle of the answer to the upload.
    let info = reqwest::get(vault.url("/v1/info")).await.unwrap();
    let info_length = 50 + info.content_length().unwrap() as usize;
    let (proxy, connections) = cutting_proxy(vault.address, vec![info_length + 80, 20]).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let uploaded = client.upload(&provider(), &file, None).await.unwrap();
    assert_eq!((uploaded.size, vault.stored().len()), (1_000_000, 1));
    assert!(connections.load(Ordering::Relaxed) >= 2);
}

/// Passes a connection's requests on in small pieces with pauses, and its answers as they are.
async fn slow_proxy(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = TcpStream::connect(to).await.unwrap().into_split();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    if to_server.write_all(&buffer[..read]).await.is_err() {
                        break;
                    }
                }
            });
            tokio::spawn(async move { drop(tokio::io::copy(&mut from_server, &mut to_client).await) });
        }
    });
    address
}

const IMPATIENT: Patience = Patience {
    connect: Duration::from_secs(10),
    idle: Duration::from_millis(300),
    stored: Duration::from_secs(60),
};

#[tokio::test]
async fn an_upload_may_take_longer_than_it_may_stand_still() {
    let vault = start().await;
    let proxy = slow_proxy(vault.address).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    // 64 pieces or more of 20 ms: far more than 300 ms in all.
    std::fs::write(&file, noise(4 << 20)).unwrap();
    let client = VaultClient::connect_with(&format!("http://{proxy}"), IMPATIENT).await.unwrap();
    let uploaded = client.upload(&provider(), &file, None).await.unwrap();
    assert!(uploaded.created, "the first attempt succeeded");
}

#[tokio::test]
async fn an_upload_that_stands_still_is_given_up() {
    let vault = start().await;
    let info = reqwest::get(vault.url("/v1/info")).await.unwrap().text().await.unwrap();
    // As one before uploads could be gone on with.
    let info = info.replace("\"resumable\":true", "\"resumable\":false").into_bytes();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Answers what the vault says about itself, and never anything else.
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut client, _)) = listener.accept().await {
            let mut request = [0; 64];
            let read = client.read(&mut request).await.unwrap_or_default();
            if request[..read].starts_with(b"GET /v1/info") {
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", info.len());
                client.write_all(&[head.as_bytes(), &info].concat()).await.unwrap();
            } else {
                silent.push(client);
            }
        }
    });
    let client = VaultClient::connect_with(&format!("http://{address}"), IMPATIENT).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    // More than the connection holds by itself.
    std::fs::File::create(&path).unwrap().set_len(24 << 20).unwrap();
    let error = client.upload(&provider(), &path, None).await.unwrap_err();
    assert!(matches!(error, VaultError::Stalled { size: 25_165_824, .. }), "{error}");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_even_read() {
    let vault = start_with(|settings| settings.max_blob_bytes = 1_000).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    // So large that reading it would take hours.
    std::fs::File::create(&path).unwrap().set_len(1 << 43).unwrap();
    let error = vault.client().await.upload(&provider(), &path, None).await.unwrap_err();
    assert!(matches!(error, VaultError::TooLarge { most: 1_000, .. }), "{error}");
    assert!(!error.is_transient() && !error.hint().is_empty());
}
