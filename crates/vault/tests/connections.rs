//! Clients that are slow, silent or many, and how the vault stops.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use common::*;
use medshare_client::vault::{Authorization, auth::body_hash, wire};
use medshare_types::FetchBasis;
use medshare_vault::now;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything here takes: a test fails instead of hanging.
const LONG: Duration = Duration::from_secs(20);
const LENGTH: usize = 16 << 20;

/// A connection that asks for a large blob and takes only the beginning of the answer.
async fn stalled_download(vault: &Running) -> TcpStream {
    let blob = vault.bring(&noise(LENGTH)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let path = &link[link.find("/v1/").unwrap()..];
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    connection.write_all(format!("GET {path} HTTP/1.1\r\nHost: vault\r\n\r\n").as_bytes()).await.unwrap();
    connection.read_exact(&mut [0; 100_000]).await.unwrap();
    connection
}

#[tokio::test]
async fn a_request_whose_headers_do_not_come_is_given_up() {
    let vault = start_with(|settings| settings.bounds.header_read = Duration::from_millis(50)).await;
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    connection.write_all(b"GET /v1/info HTTP/1.1\r\nHost: va").await.unwrap();
    let mut rest = Vec::new();
    timeout(LONG, connection.read_to_end(&mut rest)).await.expect("it was closed").unwrap();
}

#[tokio::test]
async fn a_small_body_that_does_not_come_is_given_up() {
    let vault = start_with(|settings| settings.bounds.body_read = Duration::from_millis(50)).await;
    let signed = Authorization::sign(
        &buyer(),
        &vault.scope(),
        "POST",
        wire::LINKS_PATH,
        body_hash(b"{}"),
        now() + 60_000,
    );
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    let head = format!(
        "POST /v1/links HTTP/1.1\r\nHost: vault\r\nAuthorization: {signed}\r\nContent-Length: 100\r\n\r\n{{"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    timeout(LONG, connection.read_exact(&mut answer)).await.expect("it was answered").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn connections_above_the_bound_wait() {
    let vault = start_with(|settings| settings.bounds.connections = 1).await;
    let first = TcpStream::connect(vault.address).await.unwrap();
    let mut second = std::pin::pin!(vault.http.get(vault.url("/v1/info")).send());
    assert!(timeout(Duration::from_millis(200), &mut second).await.is_err(), "two were served at once");
    drop(first);
    assert_eq!(timeout(LONG, second).await.expect("it had its turn").unwrap().status(), 200);
}

#[tokio::test]
async fn a_download_of_which_nothing_is_taken_ends_and_is_reported() {
    let vault = start_with(|settings| settings.bounds.write_idle = Duration::from_millis(100)).await;
    let connection = stalled_download(&vault).await;
    eventually("the receipt", || !vault.chain.with().receipts.is_empty()).await;
    let bytes = vault.chain.with().receipts[0].bytes;
    assert!((99_000..LENGTH as u64).contains(&bytes), "{bytes}");
    drop(connection);
}

#[tokio::test]
async fn stopping_breaks_off_what_takes_too_long_and_reports_what_was_served() {
    let vault = start_with(|settings| settings.bounds.stop = Duration::from_secs(9)).await;
    let connection = stalled_download(&vault).await;
    let (chain, _) = timeout(LONG, vault.stop()).await.expect("it stopped");
    let receipts = chain.with().receipts.clone();
    assert_eq!(receipts.len(), 1, "its receipt was posted before the end");
    assert!((99_000..LENGTH as u64).contains(&receipts[0].bytes), "{}", receipts[0].bytes);
    drop(connection);
}

#[tokio::test]
async fn stopping_waits_for_a_running_download() {
    let vault = start_with(|settings| settings.bounds.stop = Duration::from_secs(30)).await;
    let bytes = noise(8 << 20);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let response = vault.http.get(&link).send().await.unwrap();
    let stopping = tokio::spawn(vault.stop());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(response.bytes().await.unwrap() == bytes);
    let (chain, _) = stopping.await.unwrap();
    assert_eq!(chain.with().receipts.len(), 1, "its receipt was posted before the end");
}

#[tokio::test]
async fn stopping_does_not_wait_for_idle_connections() {
    let vault = start_with(|settings| settings.bounds.stop = Duration::from_secs(120)).await;
    let idle = TcpStream::connect(vault.address).await.unwrap();
    vault.http.get(vault.url("/v1/info")).send().await.unwrap();
    timeout(Duration::from_secs(25), vault.stop()).await.expect("a third of the time was not waited for");
    drop(idle);
}

#[tokio::test]
async fn who_drips_an_upload_does_not_keep_its_place() {
    let vault = start_with(|settings| {
        settings.bounds.upload_idle = Duration::from_millis(200);
        settings.bounds.upload_least = 1_000;
        settings.bounds.uploads_of_account = 1;
    })
    .await;
    let bytes = noise(1_000_000);
    let path = wire::blob_path(address(&bytes));
    let signed =
        Authorization::sign(&provider(), &vault.scope(), "PUT", &path, address(&bytes), now() + 60_000);
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: vault\r\nAuthorization: {signed}\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let (mut from, mut to) = connection.into_split();
    // Never still, and never done.
    let dripping = tokio::spawn(async move {
        while to.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut answer = [0; 12];
    timeout(LONG, from.read_exact(&mut answer)).await.expect("it was given up").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    dripping.abort();
    vault.bring(&noise(10)).await;
    assert_eq!(vault.stored().len(), 1);
}

#[tokio::test]
async fn an_upload_that_never_ends_is_ended() {
    let vault = start_with(|settings| settings.bounds.upload_longest = Duration::from_millis(300)).await;
    let bytes = noise(1_000_000);
    let pieces = futures::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((Ok::<_, std::io::Error>(vec![0; 100]), ()))
    });
    let upload = vault.upload(&provider(), &bytes).header("content-length", bytes.len());
    let answer =
        timeout(LONG, upload.body(reqwest::Body::wrap_stream(pieces)).send()).await.expect("it ended");
    let problem = problem(answer.unwrap()).await;
    assert_eq!(problem.code, "upload-broken");
    assert!(problem.detail.contains("not complete after"), "{problem}");
    assert!(vault.stored().is_empty());
}
