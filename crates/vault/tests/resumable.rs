//! Uploads that are gone on with, and who tries to go on with another's.
#![allow(missing_docs)]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use common::*;
use medshare_client::vault::{Progress, VaultClient, auth::body_hash, wire};
use medshare_types::{Hash, Role};
use medshare_vault::now;
use reqwest::Method;
use subxt_signer::sr25519::dev;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

async fn begin(vault: &Running, bytes: &[u8]) -> Hash {
    let answer = vault.begin(&provider(), bytes).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let path = format!("uploads/{}", hex::encode(address(bytes)));
    assert_eq!(answer.headers()["location"], path.as_str());
    address(bytes)
}

#[tokio::test]
async fn speaks_tus() {
    let vault = start().await;
    let options = vault.http.request(Method::OPTIONS, vault.url(wire::UPLOADS_PATH)).send().await.unwrap();
    assert_eq!(options.status(), 204);
    assert_eq!(options.headers()["tus-version"], "1.0.0");
    assert_eq!(options.headers()["tus-extension"], "creation,expiration,termination");
    assert_eq!(number(&options, "tus-max-size"), 100 << 20);

    let bytes = noise(100_000);
    let without = vault.begin(&provider(), &bytes).build().unwrap();
    let mut headers = without.headers().clone();
    headers.remove("tus-resumable");
    let without = vault.http.post(vault.url(wire::UPLOADS_PATH)).headers(headers);
    refused(without, 412, "tus-version").await;

    let blob = begin(&vault, &bytes).await;
    let state = vault.ask_offset(&provider(), blob).send().await.unwrap();
    assert_eq!((number(&state, "upload-offset"), number(&state, "upload-length")), (0, 100_000));
    assert_eq!(state.headers()["cache-control"], "no-store");
    assert_eq!(state.headers()["tus-resumable"], "1.0.0");
    let expires = httpdate::parse_http_date(state.headers()["upload-expires"].to_str().unwrap()).unwrap();
    let left = expires.duration_since(std::time::SystemTime::now()).unwrap();
    assert!((86_000..=86_400).contains(&left.as_secs()), "{left:?}");

    for (offset, piece) in
        [(0, &bytes[..1]), (1, &bytes[1..40_000]), (40_000, &[]), (40_000, &bytes[40_000..])]
    {
        let answer = vault.add(&provider(), blob, offset, piece).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        assert_eq!(number(&answer, "upload-offset"), offset + piece.len() as u64);
    }
    assert_eq!(vault.stored(), [hex::encode(blob)]);
    // A client that has not heard of it asks, and learns that it has ended.
    assert_eq!(vault.offset(&provider(), blob).await, 100_000);
    assert_eq!(vault.add(&provider(), blob, 100_000, &[]).send().await.unwrap().status(), 204);
    assert_eq!(vault.parts().len(), 1, "only that it has ended is remembered");
}

#[tokio::test]
async fn nobody_goes_on_with_anothers_upload() {
    let vault = start().await;
    vault.chain.admit(&dev::dave(), &[Role::Provider]);
    let bytes = noise(50_000);
    let blob = begin(&vault, &bytes).await;
    vault.add(&provider(), blob, 0, &bytes[..20_000]).send().await.unwrap();
    // Dave is a provider as Alice is: for him it does not exist, to see, to spoil or to end.
    assert_eq!(vault.ask_offset(&dev::dave(), blob).send().await.unwrap().status(), 404);
    refused(vault.add(&dev::dave(), blob, 20_000, &noise(30_000)), 404, "upload-unknown").await;
    refused(vault.give_up(&dev::dave(), blob), 404, "upload-unknown").await;
    // His own of the same blob is another.
    assert_eq!(vault.begin(&dev::dave(), &bytes).send().await.unwrap().status(), 201);
    assert_eq!(vault.offset(&dev::dave(), blob).await, 0);
    vault.add(&dev::dave(), blob, 0, &noise(10_000)[1..]).send().await.unwrap();
    refused(vault.begin(&buyer(), &bytes), 403, "refused-not-provider").await;
    refused(vault.add(&buyer(), blob, 20_000, &bytes[20_000..]), 403, "refused-not-provider").await;

    let last = vault.add(&provider(), blob, 20_000, &bytes[20_000..]).send().await.unwrap();
    assert_eq!(last.status(), 204);
    assert_eq!(std::fs::read(vault.file_of(blob)).unwrap(), bytes);
}

#[tokio::test]
async fn a_signature_is_for_one_request_on_one_upload() {
    let vault = start().await;
    let bytes = noise(50_000);
    let blob = begin(&vault, &bytes).await;
    let request = vault.add(&provider(), blob, 0, &bytes[..10]);
    let copy = request.try_clone().unwrap();
    assert_eq!(request.send().await.unwrap().status(), 204);
    refused(copy, 401, "signature-used").await;
    let unsigned = vault.http.patch(vault.url(&wire::upload_path(blob))).header("tus-resumable", "1.0.0");
    refused(unsigned, 401, "signature-missing").await;
    // What was signed to look is not good to write or to end, nor what was signed for another blob for this one.
    let path = wire::upload_path(blob);
    for (signed, body) in [(Method::HEAD, body_hash(b"")), (Method::PATCH, Hash::zero())] {
        let header =
            vault.tus(&provider(), signed, &path, body).build().unwrap().headers()["authorization"].clone();
        let patch = vault.add(&provider(), blob, 10, &bytes[10..]).build().unwrap();
        let mut headers = patch.headers().clone();
        headers.insert("authorization", header);
        let forged = vault.http.patch(vault.url(&path)).headers(headers).body(bytes[10..].to_vec());
        refused(forged, 401, "signature-invalid").await;
    }
    assert_eq!(vault.offset(&provider(), blob).await, 10);
}

#[tokio::test]
async fn refuses_what_cannot_be_an_upload() {
    let vault = start_with(|settings| settings.max_blob_bytes = 60_000).await;
    let (bytes, blob) = (noise(50_000), address(&noise(50_000)));
    refused(vault.begin_as(&provider(), blob, 0), 422, "blob-empty").await;
    refused(vault.begin_as(&provider(), blob, 60_001), 413, "blob-too-large").await;
    refused(vault.begin_as(&provider(), blob, u64::MAX), 413, "blob-too-large").await;
    for (name, value) in [
        ("upload-length", "-1"),
        ("upload-length", "1e3"),
        ("upload-metadata", "address"),
        ("upload-metadata", "filename eA=="),
        ("upload-metadata", "address Li4vLi4vZXRjL3Bhc3N3ZA=="),
        ("upload-metadata", "address !"),
    ] {
        let mut headers = vault.begin(&provider(), &bytes).build().unwrap().headers().clone();
        headers.insert(name, value.parse().unwrap());
        refused(vault.http.post(vault.url(wire::UPLOADS_PATH)).headers(headers), 400, "malformed").await;
    }
    // Names that lead out of the folder.
    for path in
        ["/v1/uploads/..%2F..%2Flink.key", "/v1/uploads/%2e%2e", &format!("{}%00", wire::upload_path(blob))]
    {
        let status =
            vault.tus(&provider(), Method::HEAD, path, body_hash(b"")).send().await.unwrap().status();
        assert!([400, 404].contains(&status.as_u16()), "{path}: {status}");
    }
    assert_eq!(vault.parts(), [""; 0]);

    begin(&vault, &bytes).await;
    refused(vault.begin_as(&provider(), blob, 49_999), 409, "upload-other-length").await;
    refused(vault.add(&provider(), blob, 5, &bytes[5..10]), 409, "upload-offset").await;
    refused(vault.add(&provider(), blob, 0, &noise(50_001)), 413, "upload-too-long").await;
    refused(vault.add(&provider(), blob, 50_000, b"x"), 413, "upload-too-long").await;
    let mut headers = vault.add(&provider(), blob, 0, &[]).build().unwrap().headers().clone();
    headers.insert("content-type", "application/octet-stream".parse().unwrap());
    let other = vault.http.patch(vault.url(&wire::upload_path(blob))).headers(headers).body("x");
    refused(other, 415, "upload-media-type").await;
    let pieces = futures::stream::iter([Ok::<_, std::io::Error>(bytes.clone())]);
    let chunked = vault.add(&provider(), blob, 0, &[]).body(reqwest::Body::wrap_stream(pieces));
    refused(chunked, 411, "length-missing").await;
    assert_eq!(vault.offset(&provider(), blob).await, 0);
}

/// A request that adds to an upload and stands still after the beginning of its body.
async fn unfinished(vault: &Running, blob: Hash, offset: u64, body: &[u8], announced: usize) -> TcpStream {
    let request = vault.add(&provider(), blob, offset, &[]).build().unwrap();
    let mut head = format!(
        "PATCH {} HTTP/1.1\r\nHost: vault\r\nContent-Length: {announced}\r\n",
        wire::upload_path(blob)
    );
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != "content-length") {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    connection.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    connection.write_all(body).await.unwrap();
    connection
}

#[tokio::test]
async fn what_came_before_the_cable_was_cut_is_kept() {
    let vault = start().await;
    let bytes = noise(1_000_000);
    let blob = begin(&vault, &bytes).await;
    let part = vault.folder.path().join("state/uploads").join(vault.parts()[0].replace(".json", ".part"));
    let connection = unfinished(&vault, blob, 0, &bytes[..300_000], bytes.len()).await;
    let came = || std::fs::metadata(&part).map_or(0, |file| file.len());
    eventually("what was sent", || came() == 300_000).await;
    drop(connection);
    assert_eq!(vault.offset(&provider(), blob).await, 300_000);
    let last = vault.add(&provider(), blob, 300_000, &bytes[300_000..]).send().await.unwrap();
    assert_eq!(last.status(), 204);
    assert_eq!(std::fs::read(vault.file_of(blob)).unwrap(), bytes);
}

#[tokio::test]
async fn a_newer_request_takes_over_from_one_that_hangs() {
    let vault = start_with(|settings| settings.bounds.uploads_of_account = 1).await;
    let bytes = noise(1_000_000);
    let blob = begin(&vault, &bytes).await;
    let mut hanging = unfinished(&vault, blob, 0, &bytes[..1_000], bytes.len()).await;
    let started = tokio::time::Instant::now();
    while vault.offset(&provider(), blob).await != 1_000 {
        assert!(started.elapsed() < Duration::from_secs(45));
    }
    // The network is gone, and the vault does not know; the client comes from another one.
    let mut attempts = 0;
    while vault.add(&provider(), blob, 1_000, &bytes[1_000..]).send().await.unwrap().status() != 204 {
        attempts += 1;
        assert!(attempts < 50, "it does not give way");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut answer = [0; 12];
    hanging.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 409");
    assert_eq!(std::fs::read(vault.file_of(blob)).unwrap(), bytes);
}

#[tokio::test]
async fn what_nobody_goes_on_with_expires() {
    let vault = start_with(|settings| settings.resumable.kept = Duration::from_millis(300)).await;
    let bytes = noise(1_000);
    let blob = begin(&vault, &bytes).await;
    vault.add(&provider(), blob, 0, &bytes[..10]).send().await.unwrap();
    eventually("its end", || vault.parts().is_empty()).await;
    refused(vault.add(&provider(), blob, 10, &bytes[10..]), 404, "upload-unknown").await;
}

#[tokio::test]
async fn only_so_many_are_open_and_those_that_ended_do_not_count() {
    let vault = start_with(|settings| settings.resumable.of_account = 2).await;
    for size in 1..=5 {
        let bytes = noise(size);
        let blob = begin(&vault, &bytes).await;
        assert_eq!(vault.add(&provider(), blob, 0, &bytes).send().await.unwrap().status(), 204);
    }
    begin(&vault, &noise(100)).await;
    begin(&vault, &noise(200)).await;
    refused(vault.begin(&provider(), &noise(300)), 429, "too-many-uploads").await;
    vault.give_up(&provider(), address(&noise(100))).send().await.unwrap();
    begin(&vault, &noise(300)).await;
}

#[tokio::test]
async fn what_was_removed_since_is_not_said_to_be_there() {
    let vault = start().await;
    let bytes = noise(10_000);
    let blob = begin(&vault, &bytes).await;
    vault.add(&provider(), blob, 0, &bytes).send().await.unwrap();
    std::fs::remove_file(vault.file_of(blob)).unwrap();
    assert_eq!(vault.ask_offset(&provider(), blob).send().await.unwrap().status(), 404);
    begin(&vault, &bytes).await;
    assert_eq!(vault.offset(&provider(), blob).await, 0);
}

#[tokio::test]
async fn what_a_crash_left_is_found_or_swept_away() {
    let vault = start().await;
    let (bytes, whole) = (noise(10_000), noise(20_000));
    let (blob, complete) = (begin(&vault, &bytes).await, begin(&vault, &whole).await);
    vault.add(&provider(), blob, 0, &bytes[..4_000]).send().await.unwrap();
    let folder = vault.folder.path().join("state/uploads");
    let name = |blob: Hash| format!("{}-{}.part", hex::encode(account(&provider())), hex::encode(blob));
    // Killed after the last byte came and before it was in the store; and in the middle of writing what was
    // announced.
    std::fs::write(folder.join(name(complete)), &whole).unwrap();
    std::fs::write(folder.join("half.json"), b"{\"account\":").unwrap();
    std::fs::write(folder.join("stray.part"), b"x").unwrap();
    std::fs::write(folder.join("half.new"), b"x").unwrap();
    let (chain, state) = vault.stop().await;
    let vault = start_on(chain, state, |_| {}).await;
    assert_eq!(vault.parts().len(), 4, "{:?}", vault.parts());
    assert_eq!(vault.offset(&provider(), blob).await, 4_000);
    assert_eq!(vault.offset(&provider(), complete).await, 20_000);
    assert!(!vault.file_of(complete).exists());
    assert_eq!(vault.add(&provider(), complete, 20_000, &[]).send().await.unwrap().status(), 204);
    assert_eq!(std::fs::read(vault.file_of(complete)).unwrap(), whole);
}

/// Passes connections on to a vault, and cuts each off after so many bytes of requests; later ones are not cut off.
async fn cutting_proxy(to: std::net::SocketAddr, cuts: Vec<usize>) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let passed = Arc::new(AtomicU64::new(0));
    let count = passed.clone();
    tokio::spawn(async move {
        let mut cuts = cuts.into_iter();
        while let Ok((client, _)) = listener.accept().await {
            let (count, mut left) = (count.clone(), cuts.next().unwrap_or(usize::MAX));
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = TcpStream::connect(to).await.unwrap().into_split();
            let down =
                tokio::spawn(async move { drop(tokio::io::copy(&mut from_server, &mut to_client).await) });
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                    let passed = read.min(left);
                    count.fetch_add(passed as u64, Ordering::Relaxed);
                    if to_server.write_all(&buffer[..passed]).await.is_err() {
                        break;
                    }
                    left -= passed;
                    if left == 0 {
                        down.abort();
                        break;
                    }
                }
            });
        }
    });
    (address, passed)
}

#[tokio::test]
async fn the_client_goes_on_where_it_broke_off() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let bytes = noise(24 << 20);
    std::fs::write(&file, &bytes).unwrap();
    let (proxy, passed) = cutting_proxy(vault.address, vec![usize::MAX, 9 << 20, 8 << 20]).await;
    let client = VaultClient::connect(&proxy).await.unwrap();
    let furthest = Arc::new(AtomicU64::new(0));
    let seen = furthest.clone();
    let progress: Progress = Arc::new(move |done, _| {
        seen.fetch_max(done, Ordering::Relaxed);
    });
    let uploaded = client.upload(&provider(), &file, Some(progress)).await.unwrap();
    assert_eq!((uploaded.blob, uploaded.size), (address(&bytes), bytes.len() as u64));
    assert_eq!(furthest.load(Ordering::Relaxed), bytes.len() as u64);
    assert_eq!(std::fs::read(vault.file_of(uploaded.blob)).unwrap(), bytes);
    let passed = passed.load(Ordering::Relaxed);
    // What was under way when the cables were cut, and the requests' heads.
    assert!(passed < (24 << 20) + (2 << 20), "{passed} bytes were sent");
}

#[tokio::test]
async fn a_later_call_of_the_client_goes_on_with_an_earlier_one() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let bytes = noise(16 << 20);
    std::fs::write(&file, &bytes).unwrap();
    // The first is killed: only what the vault has is left of it.
    let blob = begin(&vault, &bytes).await;
    vault.add(&provider(), blob, 0, &bytes[..15 << 20]).send().await.unwrap();
    let (proxy, passed) = cutting_proxy(vault.address, Vec::new()).await;
    VaultClient::connect(&proxy).await.unwrap().upload(&provider(), &file, None).await.unwrap();
    assert!(passed.load(Ordering::Relaxed) < 2 << 20);
    assert_eq!(std::fs::read(vault.file_of(blob)).unwrap(), bytes);
}

#[tokio::test]
async fn the_client_begins_anew_if_what_had_come_is_damaged() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let bytes = noise(9 << 20);
    std::fs::write(&file, &bytes).unwrap();
    let blob = begin(&vault, &bytes).await;
    vault.add(&provider(), blob, 0, &noise(1_000_001)[1..]).send().await.unwrap();
    let uploaded = vault.client().await.upload(&provider(), &file, None).await.unwrap();
    assert_eq!(uploaded.blob, blob);
    assert_eq!(std::fs::read(vault.file_of(blob)).unwrap(), bytes);
}

#[tokio::test]
async fn a_changed_file_is_refused_and_not_sent_for_ever() {
    let vault = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, noise(9 << 20)).unwrap();
    let begun = now();
    // Another program changes it after its address was computed.
    let (path, other) = (file.clone(), noise(9 << 20).into_iter().rev().collect::<Vec<_>>());
    let changed = Arc::new(std::sync::Once::new());
    let progress: Progress =
        Arc::new(move |_, _| changed.call_once(|| std::fs::write(&path, &other).unwrap()));
    let error = vault.client().await.upload(&provider(), &file, Some(progress)).await.unwrap_err();
    assert_eq!(error.code(), Some("address-mismatch"));
    assert!(vault.stored().is_empty() && now() - begun < 60_000);
}
