//! The client of the SDK against a real vault.
#![allow(missing_docs)]

mod common;

use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use common::*;
use medshare_client::vault::{
    Download, LinkRequest, Patience, Progress, VaultClient, VaultError, blob_address,
};
use medshare_types::{FetchBasis, FetchRefusal, Hash};
use rustix::fs::{CWD, Mode, mkfifoat};
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

/// What went through a proxy.
#[derive(Default)]
struct Passed {
    connections: AtomicU64,
    /// Of answers.
    bytes: AtomicU64,
}

/// Passes a connection on to a vault, and cuts it off after so many bytes of answers.
async fn pass(client: TcpStream, to: SocketAddr, mut left: usize, passed: Arc<Passed>) {
    passed.connections.fetch_add(1, Ordering::Relaxed);
    let server = TcpStream::connect(to).await.unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = tokio::spawn(async move { drop(tokio::io::copy(&mut from_client, &mut to_server).await) });
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
        let more = read.min(left);
        passed.bytes.fetch_add(more as u64, Ordering::Relaxed);
        if to_client.write_all(&buffer[..more]).await.is_err() {
            break;
        }
        left -= more;
        if left == 0 {
            break;
        }
    }
    up.abort();
}

/// Passes connections on to a vault, and cuts each off after so many bytes of answers; later ones are not cut off.
async fn cutting_proxy(to: SocketAddr, cuts: Vec<usize>) -> (SocketAddr, Arc<Passed>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let passed = Arc::new(Passed::default());
    let counted = passed.clone();
    tokio::spawn(async move {
        let mut cuts = cuts.into_iter();
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, to, cuts.next().unwrap_or(usize::MAX), counted.clone()));
        }
    });
    (address, passed)
}

/// Passes connections on to a vault, and cuts each off after so many bytes of answers. Where one begins with a question for the
/// rest of a blob, it answers that the rest follows, and nothing does.
async fn barren_proxy(to: SocketAddr, cut: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let read = client.peek(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..read]).to_lowercase();
                if !text.contains("\r\nrange: ") {
                    return pass(client, to, cut, Arc::default()).await;
                }
                client.read_exact(&mut request[..read]).await.unwrap();
                let head = b"HTTP/1.1 206 Partial Content\r\nConnection: close\r\n\r\n";
                client.write_all(head).await.unwrap();
            });
        }
    });
    address
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    let vault = start().await;
    let bytes = noise(2_000_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let (proxy, passed) = cutting_proxy(vault.address, vec![700_000, 500_000, 10]).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("got");
    client.download(&buyer(), &download(blob, 2_000_000), &target, None).await.unwrap();
    assert!(std::fs::read(&target).unwrap() == bytes);
    assert_eq!(passed.connections.load(Ordering::Relaxed), 4);
    // It was not begun again: what was served is little more than the blob.
    eventually("the receipts", || vault.chain.with().receipts.len() >= 3).await;
    let receipts = vault.chain.with().receipts.clone();
    assert!(receipts.iter().all(|receipt| receipt.request == receipts[0].request), "one link was enough");
}

/// Downloads what is missing of a blob, and nothing of what came before.
async fn goes_on(vault: &Running, wanted: &Download, target: &Path, came: u64) {
    let (proxy, passed) = cutting_proxy(vault.address, Vec::new()).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let progress: Progress = {
        let told = told.clone();
        Arc::new(move |have, _| told.lock().unwrap().push(have))
    };
    client.download(&buyer(), wanted, target, Some(progress)).await.unwrap();
    let bytes = passed.bytes.load(Ordering::Relaxed);
    assert!(bytes < wanted.size - came + 100_000, "it began anew: {bytes} bytes came");
    let told = told.lock().unwrap().clone();
    assert!(told.is_sorted() && told.contains(&came) && told.last() == Some(&wanted.size), "{told:?}");
}

/// Leaves a part as an earlier download does.
fn leave(part: &Path, bytes: &[u8]) {
    fs::write(part, bytes).unwrap();
    fs::set_permissions(part, Permissions::from_mode(0o600)).unwrap();
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

#[tokio::test]
async fn the_next_download_goes_on_with_what_has_come() {
    let vault = start().await;
    let bytes = noise(2_000_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let wanted = download(blob, 2_000_000);
    let folder = tempfile::tempdir().unwrap();
    let (target, part) = (folder.path().join("got"), folder.path().join("got.part"));

    // Given up when it was cut off.
    let (proxy, _) = cutting_proxy(vault.address, vec![700_000, 0, 0, 0, 0, 0]).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let (progress, so_far) = furthest();
    let who = buyer();
    tokio::select! {
        result = client.download(&who, &wanted, &target, Some(progress)) => panic!("not cut off: {result:?}"),
        () = eventually("a part", || so_far.load(Ordering::Relaxed) > 500_000) => {}
    }
    assert!(!target.exists());
    eventually("what has come", || length(&part) > 500_000).await;
    // What was on its way into the file still holds it.
    eventually("a free part", || fs::File::open(&part).is_ok_and(|part| part.try_lock().is_ok())).await;

    goes_on(&vault, &wanted, &target, length(&part)).await;
    assert!(fs::read(&target).unwrap() == bytes);
    assert!(!part.exists());

    // What is no part of it does no harm; and what somebody else is about is left alone.
    let client = vault.client().await;
    for other in [vec![7; 1_000], [&bytes[..], b"more"].concat()] {
        leave(&part, &other);
        client.download(&buyer(), &wanted, &target, None).await.unwrap();
        assert!(fs::read(&target).unwrap() == bytes && !part.exists());
    }
    leave(&part, b"theirs");
    let theirs = fs::File::open(&part).unwrap();
    theirs.lock().unwrap();
    client.download(&buyer(), &wanted, &target, None).await.unwrap();
    assert!(fs::read(&target).unwrap() == bytes && fs::read(&part).unwrap() == b"theirs");
    drop(theirs);

    // Of what is there already, nothing is fetched.
    leave(&part, &bytes);
    goes_on(&vault, &wanted, &target, 2_000_000).await;
    assert!(fs::read(&target).unwrap() == bytes && !part.exists());
}

#[tokio::test]
async fn a_download_of_which_no_more_comes_leaves_what_has_come() {
    let vault = start().await;
    let bytes = noise(2_000_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let wanted = download(blob, 2_000_000);
    let folder = tempfile::tempdir().unwrap();
    let (target, part) = (folder.path().join("got"), folder.path().join("got.part"));
    let proxy = barren_proxy(vault.address, 700_000).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let error = client.download(&buyer(), &wanted, &target, None).await.unwrap_err();
    let VaultError::WrongSize { expected: 2_000_000, found } = error else { panic!("{error}") };
    assert!(found > 500_000 && found == length(&part), "{found} of {}", length(&part));
    goes_on(&vault, &wanted, &target, found).await;
    assert!(fs::read(&target).unwrap() == bytes && !part.exists());
}

#[tokio::test]
async fn a_part_that_is_not_ones_own_alone_is_left_alone() {
    let vault = start().await;
    let bytes = noise(100_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let wanted = download(blob, 100_000);
    let folder = tempfile::tempdir().unwrap();
    let (target, part) = (folder.path().join("got"), folder.path().join("got.part"));
    let (theirs, nothing) = (folder.path().join("theirs"), folder.path().join("nothing"));
    let client = vault.client().await;
    let others: [(&str, &dyn Fn()); 6] = [
        ("a link", &|| symlink(&theirs, &part).unwrap()),
        ("a link to nothing", &|| symlink(&nothing, &part).unwrap()),
        ("another name of a file", &|| fs::hard_link(&theirs, &part).unwrap()),
        ("a pipe", &|| mkfifoat(CWD, part.as_path(), Mode::RUSR | Mode::WUSR).unwrap()),
        ("a folder", &|| fs::create_dir(&part).unwrap()),
        ("a file that others can write", &|| {
            leave(&part, b"theirs");
            fs::set_permissions(&part, Permissions::from_mode(0o622)).unwrap();
        }),
    ];
    for (what, put) in others {
        leave(&theirs, b"theirs");
        put();
        let before = part.symlink_metadata().unwrap();
        client.download(&buyer(), &wanted, &target, None).await.unwrap();
        assert!(fs::read(&target).unwrap() == bytes, "{what}");
        let after = part.symlink_metadata().unwrap();
        assert_eq!((after.ino(), after.len()), (before.ino(), before.len()), "{what}");
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs", "{what}");
        let removed = if after.is_dir() { fs::remove_dir(&part) } else { fs::remove_file(&part) };
        removed.unwrap();
        fs::remove_file(&target).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only theirs is there");

    // Given up before anything came: there is nothing to go on with.
    vault.stop().await;
    let who = buyer();
    tokio::select! {
        result = client.download(&who, &wanted, &target, None) => panic!("from where? {result:?}"),
        () = eventually("a part", || part.exists()) => {}
    }
    assert!(!part.exists());
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
    let (proxy, passed) = cutting_proxy(vault.address, vec![info_length + 80, 20]).await;
    let client = VaultClient::connect(&format!("http://{proxy}")).await.unwrap();
    let uploaded = client.upload(&provider(), &file, None).await.unwrap();
    assert_eq!((uploaded.size, vault.stored().len()), (1_000_000, 1));
    assert!(passed.connections.load(Ordering::Relaxed) >= 2);
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
