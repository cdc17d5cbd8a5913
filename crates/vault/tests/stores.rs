//! What a vault promises of a store must hold wherever blobs are kept: the same checks run in memory, on a local
//! disk, and in a bucket of a server that speaks S3.
#![allow(missing_docs)]

mod common;
#[path = "common/kept.rs"]
mod kept;

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use common::{address, noise};
use futures::{
    FutureExt, SinkExt, StreamExt, TryStreamExt,
    channel::mpsc::{Receiver, Sender, channel},
    stream,
};
use kept::{Kept, bucket::Bucket, in_a_bucket, in_every_store};
use medshare_types::{AccountId, Hash};
use medshare_vault::{
    journal::Owner,
    pace::Pace,
    store::{BlobStore, Listed, PutError},
};
use object_store::ObjectStoreExt;

/// What a store takes as one part of an upload.
const PART: usize = 5 << 20;

/// Longer than anything here takes.
fn patient() -> Pace {
    Pace::new(Duration::from_secs(120), 1)
}

impl Kept {
    async fn put(
        &self,
        address: Hash,
        size: usize,
        body: Vec<Result<Bytes, String>>,
    ) -> Result<(), PutError> {
        self.store.put(address, size as u64, patient(), stream::iter(body)).await.map(drop)
    }

    async fn bring(&self, bytes: &[u8]) -> Hash {
        self.put(address(bytes), bytes.len(), pieces(bytes)).await.unwrap();
        address(bytes)
    }

    async fn read(&self, blob: Hash, range: Range<usize>) -> Vec<u8> {
        let stream = self.store.get(blob, range.start as u64..range.end as u64).await.unwrap();
        stream.try_collect::<Vec<Bytes>>().await.unwrap().concat()
    }

    /// The names of all blobs, as the store lists them to anybody.
    async fn listed(&self) -> Vec<String> {
        let folder = self.prefix.clone().join("blobs");
        let objects: Vec<_> = self.objects.list(Some(&folder)).try_collect().await.unwrap();
        let mut names: Vec<String> =
            objects.iter().map(|object| object.location.filename().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    async fn assert_absent(&self, blob: Hash) {
        assert_eq!(self.store.size(blob).await.unwrap(), None);
        let refused = self.store.get(blob, 0..1).await.map(drop);
        assert!(matches!(refused, Err(object_store::Error::NotFound { .. })), "{refused:?}");
        assert_eq!(self.listed().await, [""; 0]);
    }

    async fn assert_whole(&self, bytes: &[u8]) {
        let blob = address(bytes);
        assert_eq!(self.store.size(blob).await.unwrap(), Some(bytes.len() as u64));
        assert!(self.read(blob, 0..bytes.len()).await == bytes, "other bytes than were brought");
        assert_eq!(self.listed().await, [hex::encode(blob)]);
    }
}

/// A body as it comes from a connection: in pieces that do not fit the store's.
fn pieces(bytes: &[u8]) -> Vec<Piece> {
    bytes.chunks(700_001).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}

/// What a client sends, piece by piece, or how it breaks off.
type Piece = Result<Bytes, String>;

/// A body that a test sends by hand. It takes a piece only when the one before was taken.
fn by_hand() -> (Sender<Piece>, Receiver<Piece>) {
    channel(0)
}

async fn send_all(body: &mut Sender<Piece>, bytes: &[u8]) {
    for piece in pieces(bytes) {
        body.send(piece).await.unwrap();
    }
}

async fn keeps_a_small_blob(kept: Kept) {
    let bytes = noise(1_000);
    let blob = kept.bring(&bytes).await;
    kept.assert_whole(&bytes).await;
    for range in [0..1, 999..1_000, 10..20] {
        assert_eq!(kept.read(blob, range.clone()).await, &bytes[range]);
    }
    let single = kept.bring(b"x").await;
    assert_eq!(kept.read(single, 0..1).await, b"x");
}

async fn keeps_a_blob_of_many_parts(kept: Kept) {
    let bytes = noise(3 * PART + 12_345);
    let blob = kept.bring(&bytes).await;
    kept.assert_whole(&bytes).await;
    // Over the border of two parts, and within the last one.
    for range in [PART - 10..PART + 10, PART..2 * PART, 3 * PART + 1..3 * PART + 12_345] {
        assert!(kept.read(blob, range.clone()).await == bytes[range.clone()], "{range:?}");
    }
}

async fn keeps_a_blob_that_fills_its_parts(kept: Kept) {
    for length in [PART - 1, PART, PART + 1, 2 * PART] {
        let bytes = noise(length);
        let blob = kept.bring(&bytes).await;
        assert_eq!(kept.store.size(blob).await.unwrap(), Some(length as u64));
        assert!(kept.read(blob, 0..length).await == bytes, "{length}");
    }
}

async fn shows_nothing_before_an_upload_is_verified(kept: Kept) {
    let bytes = noise(2 * PART + 100);
    let blob = address(&bytes);
    let (mut body, rest) = by_hand();
    let (first, last) = bytes.split_at(bytes.len() - 1);
    let store = kept.store.clone();
    let size = bytes.len() as u64;
    let upload = tokio::spawn(async move { store.put(blob, size, patient(), rest).await.map(drop) });
    send_all(&mut body, first).await;
    kept.assert_absent(blob).await;
    send_all(&mut body, last).await;
    drop(body);
    upload.await.unwrap().unwrap();
    kept.assert_whole(&bytes).await;
}

async fn refuses_another_address_and_another_size(kept: Kept) {
    // Once within a part, and once over several.
    for length in [5_000, PART + 5_000] {
        let bytes = noise(length);
        let (blob, mut other) = (address(&bytes), bytes.clone());
        other[length - 1] ^= 1;
        let found = address(&other);
        let refused = kept.put(blob, length, pieces(&other)).await;
        assert!(matches!(&refused, Err(PutError::WrongAddress { found: it }) if *it == found), "{refused:?}");
        let short = kept.put(blob, length, pieces(&bytes[..length - 1])).await;
        assert!(matches!(short, Err(PutError::WrongSize { received }) if received == length as u64 - 1));
        let long = kept.put(blob, length - 1, pieces(&bytes)).await;
        assert!(matches!(long, Err(PutError::WrongSize { .. })), "{long:?}");
        kept.assert_absent(blob).await;
    }
}

async fn keeps_the_right_blob_when_a_wrong_one_comes(kept: Kept) {
    let bytes = noise(PART + 77);
    let blob = kept.bring(&bytes).await;
    let wrong = noise(PART + 78);
    kept.put(blob, bytes.len(), pieces(&wrong[1..])).await.unwrap_err();
    kept.put(blob, bytes.len(), pieces(&bytes[..PART])).await.unwrap_err();
    kept.assert_whole(&bytes).await;
    // The right one again is no error.
    kept.bring(&bytes).await;
    kept.assert_whole(&bytes).await;
}

async fn shows_nothing_of_a_broken_upload(kept: Kept) {
    let bytes = noise(2 * PART + 9);
    let blob = address(&bytes);
    let mut broken = pieces(&bytes[..PART + 500]);
    broken.push(Err("the cable was cut".to_owned()));
    let refused = kept.put(blob, bytes.len(), broken).await;
    assert!(matches!(&refused, Err(PutError::Body(why)) if why == "the cable was cut"), "{refused:?}");
    kept.assert_absent(blob).await;
    let begun = stream::iter(pieces(&bytes[..PART + 500])).chain(stream::pending());
    let idle = kept.store.put(blob, bytes.len() as u64, Pace::new(Duration::from_millis(50), 1), begun).await;
    assert!(matches!(idle, Err(PutError::Slow(_))), "{idle:?}");
    kept.assert_absent(blob).await;
    kept.bring(&bytes).await;
    kept.assert_whole(&bytes).await;
}

async fn shows_nothing_of_a_killed_upload(kept: Kept) {
    let bytes = noise(3 * PART);
    let blob = address(&bytes);
    let (mut body, rest) = by_hand();
    let store = kept.store.clone();
    let size = bytes.len() as u64;
    let upload = tokio::spawn(async move { store.put(blob, size, patient(), rest).await.map(drop) });
    send_all(&mut body, &bytes[..2 * PART + 1_000]).await;
    // All memory of it goes at once, as when the process is killed.
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    kept.assert_absent(blob).await;
    kept.bring(&bytes).await;
    kept.assert_whole(&bytes).await;
}

async fn takes_the_same_blob_from_many_at_once(kept: Kept) {
    let bytes = noise(PART + 4_321);
    let (blob, size) = (address(&bytes), bytes.len());
    let mut wrong = bytes.clone();
    wrong[PART] ^= 1;
    let uploads = (0..6).map(|number| {
        let body = if number % 3 == 2 { &wrong } else { &bytes };
        kept.put(blob, size, pieces(body)).map(move |result| (number, result))
    });
    for (number, result) in futures::future::join_all(uploads).await {
        match number % 3 {
            2 => assert!(matches!(result, Err(PutError::WrongAddress { .. })), "{result:?}"),
            _ => result.unwrap(),
        }
    }
    kept.assert_whole(&bytes).await;
}

async fn tells_blobs_apart(kept: Kept) {
    let (first, second) = (noise(2_000), noise(2_001));
    kept.assert_absent(address(&first)).await;
    kept.bring(&first).await;
    assert_eq!(kept.store.size(address(&second)).await.unwrap(), None);
    kept.bring(&second).await;
    let mut both = [address(&first), address(&second)].map(hex::encode);
    both.sort();
    assert_eq!(kept.listed().await, both);
    assert!(kept.read(address(&first), 0..2_000).await == first);
}

async fn lists_and_removes_blobs_and_nothing_else(kept: Kept) {
    let (first, second) = (noise(2_000), noise(PART + 1));
    assert_eq!(kept.store.list().await.unwrap(), []);
    kept.bring(&first).await;
    kept.bring(&second).await;
    // What somebody put there by hand is no blob: another name, another folder, a name that leads elsewhere.
    let stray = hex::encode(address(b"stray"));
    for path in [format!("blobs/zz/{stray}"), format!("blobs/{stray}"), format!("other/{stray}")] {
        let path = path.split('/').fold(kept.prefix.clone(), |path, part| path.join(part));
        kept.objects.put(&path, "stray".into()).await.unwrap();
    }
    let listed = |bytes: &[u8]| Listed { blob: address(bytes), size: bytes.len() as u64 };
    let mut both = [listed(&first), listed(&second)];
    both.sort();
    assert_eq!(kept.store.list().await.unwrap(), both);

    let locked = kept.store.lock(address(&first)).await;
    kept.store.remove(&locked).await.unwrap();
    kept.store.remove(&locked).await.unwrap();
    assert_eq!(kept.store.list().await.unwrap(), [listed(&second)]);
    assert_eq!(kept.store.size(address(&first)).await.unwrap(), None);
    drop(locked);
    kept.bring(&first).await;
    assert_eq!(kept.store.list().await.unwrap(), both);
}

async fn a_blob_does_not_appear_while_it_is_locked(kept: Kept) {
    let bytes = noise(3_000);
    let blob = address(&bytes);
    let locked = kept.store.lock(blob).await;
    let (store, body) = (kept.store.clone(), pieces(&bytes));
    let mut upload =
        tokio::spawn(async move { store.put(blob, 3_000, patient(), stream::iter(body)).await.unwrap() });
    let waited = tokio::time::timeout(Duration::from_millis(200), &mut upload).await;
    assert!(waited.is_err(), "it appeared while somebody removes it");
    kept.assert_absent(blob).await;
    kept.store.remove(&locked).await.unwrap();
    drop(locked);
    // And who brought it holds it until it has noted that down.
    let held = upload.await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), kept.store.lock(blob)).await.is_err());
    drop(held);
    kept.assert_whole(&bytes).await;
}

async fn tells_states_of_a_blob_apart(kept: Kept) {
    let bytes = noise(1_000);
    let blob = kept.bring(&bytes).await;
    let stamp = kept.store.stamp(blob).await.unwrap().unwrap();
    assert_eq!(kept.store.stamp(blob).await.unwrap().as_ref(), Some(&stamp));
    // Servers that speak S3 tell times in seconds.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    kept.bring(&bytes).await;
    assert_ne!(kept.store.stamp(blob).await.unwrap(), Some(stamp));
}

async fn belongs_to_one_vault(kept: Kept) {
    let owner = |account, genesis| Owner {
        genesis: Hash::repeat_byte(genesis),
        account: AccountId::new([account; 32]),
    };
    assert_eq!(kept.store.owner().await.unwrap(), None);
    kept.store.claim(&owner(1, 1)).await.unwrap();
    kept.store.claim(&owner(1, 1)).await.unwrap();
    for other in [owner(2, 1), owner(1, 2)] {
        let refused = kept.store.claim(&other).await.unwrap_err().to_string();
        assert!(refused.contains("would remove the other's blobs"), "{refused}");
    }
    assert_eq!(kept.store.owner().await.unwrap(), Some(owner(1, 1)));
    assert_eq!(kept.store.list().await.unwrap(), []);
}

async fn serves_what_was_cut_off_as_far_as_it_goes(kept: Kept) {
    let bytes = noise(1_000);
    let blob = kept.bring(&bytes).await;
    for left in [400, 0] {
        kept.objects.put(&kept.path(blob), bytes[..left].to_vec().into()).await.unwrap();
        assert_eq!(kept.store.size(blob).await.unwrap(), Some(left as u64));
        assert_eq!(kept.read(blob, 0..left).await, bytes[..left]);
    }
}

in_every_store! {
    keeps_a_small_blob
    keeps_a_blob_of_many_parts
    keeps_a_blob_that_fills_its_parts
    shows_nothing_before_an_upload_is_verified
    refuses_another_address_and_another_size
    keeps_the_right_blob_when_a_wrong_one_comes
    shows_nothing_of_a_broken_upload
    shows_nothing_of_a_killed_upload
    takes_the_same_blob_from_many_at_once
    tells_blobs_apart
    lists_and_removes_blobs_and_nothing_else
    a_blob_does_not_appear_while_it_is_locked
    tells_states_of_a_blob_apart
    belongs_to_one_vault
    serves_what_was_cut_off_as_far_as_it_goes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_refuses_the_credentials_is_told_at_the_start() {
    let bucket = Bucket::start("vault").await;
    let environment = bucket.environment().map(|(name, value)| match name.to_str() {
        Some("AWS_SECRET_ACCESS_KEY") => (name, "hunter2".into()),
        _ => (name, value),
    });
    let place = "s3://vault/some/prefix".parse().unwrap();
    let refused = format!("{:#}", BlobStore::open_with(&place, environment).await.unwrap_err());
    assert!(refused.contains("cannot use the store s3://vault/some/prefix"), "{refused}");
    assert!(refused.contains("check the bucket's name, the credentials"), "{refused}");
    assert!(!refused.contains("hunter2"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_refused_upload_stays_in_a_bucket() {
    let kept = in_a_bucket().await;
    let bytes = noise(2 * PART);
    let parts = || kept.bucket.as_ref().unwrap().parts();
    kept.put(Hash::zero(), bytes.len(), pieces(&bytes)).await.unwrap_err();
    assert_eq!(parts(), 0, "whoever pays for the bucket would pay for them");
    // What a kill leaves is for the bucket's own rule.
    kept.bring(&bytes).await;
    assert_eq!(parts(), 0);
}
