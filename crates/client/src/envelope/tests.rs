use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use medshare_crypto::{PlaintextHeader, RecordKey, RecordRecipient};
use medshare_files::ReadError;
use rand::{RngCore, rngs::OsRng};
use tempfile::TempDir;

use super::*;
use crate::{Progress, progress::Step};

struct Bench {
    folder: TempDir,
    key: RecordKey,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), key: RecordKey::generate(&mut OsRng) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn seal(&self, document: &[u8]) -> Registered {
        fs::write(self.path("document"), document).unwrap();
        let sealed =
            seal(&self.path("document"), &self.path("sealed"), &self.key, &Progress::default()).unwrap();
        assert_eq!(sealed.plaintext_size, document.len() as u64);
        assert_eq!(sealed.size, fs::metadata(self.path("sealed")).unwrap().len());
        Registered { ciphertext: sealed.ciphertext, size: sealed.size, plaintext: sealed.plaintext }
    }

    fn open(&self, registered: &Registered) -> Result<Vec<u8>> {
        self.open_with(&self.key, registered)
    }

    fn open_with(&self, key: &RecordKey, registered: &Registered) -> Result<Vec<u8>> {
        let to = self.path("opened");
        let opened = open(&self.path("sealed"), &to, key, registered, &Progress::default());
        assert_eq!(opened.is_ok(), to.exists(), "the document appears exactly if it was verified");
        let length = opened?;
        let document = fs::read(&to).unwrap();
        fs::remove_file(&to).unwrap();
        assert_eq!(length, document.len() as u64);
        Ok(document)
    }

    /// Changes the envelope; returns what is registered for the changed one.
    fn alter(&self, registered: &Registered, change: impl FnOnce(&mut Vec<u8>)) -> Registered {
        let mut bytes = fs::read(self.path("sealed")).unwrap();
        change(&mut bytes);
        fs::write(self.path("sealed"), &bytes).unwrap();
        let mut hashing = Hashing::new(&bytes[..]);
        std::io::copy(&mut hashing, &mut std::io::sink()).unwrap();
        Registered { ciphertext: hashing.digest(), size: hashing.bytes, ..*registered }
    }

    /// No temporary file is left behind.
    fn is_tidy(&self) -> bool {
        let known = ["document", "sealed", "opened"];
        fs::read_dir(self.folder.path())
            .unwrap()
            .all(|entry| known.contains(&entry.unwrap().file_name().to_str().unwrap()))
    }
}

fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

#[test]
fn gives_back_the_same_bytes_at_every_boundary() {
    let header = medshare_crypto::header::LENGTH;
    let chunk = 64 << 10;
    // The last two are whole batches.
    let around =
        [chunk, 2 * chunk, chunk - header, 2 * chunk - header, 4 * chunk - header, 64 * chunk - header];
    let lengths = [0, 1, 44].into_iter().chain(around.into_iter().flat_map(|n| [n - 1, n, n + 1]));
    for length in lengths {
        let bench = Bench::new();
        let document = random(length);
        let registered = bench.seal(&document);
        assert!(bench.open(&registered).unwrap() == document, "{length} bytes");
        assert!(bench.is_tidy());
    }
}

#[test]
fn commits_to_the_document_with_a_fresh_salt() {
    let (first, second) = (Bench::new(), Bench::new());
    let (one, other) = (first.seal(b"same"), second.seal(b"same"));
    assert_ne!(one.plaintext, other.plaintext);
    assert_ne!(one.ciphertext, other.ciphertext);
}

#[test]
fn tells_a_wrong_key() {
    let bench = Bench::new();
    let registered = bench.seal(b"document");
    let other = RecordKey::generate(&mut OsRng);
    assert!(matches!(bench.open_with(&other, &registered), Err(Error::WrongKey { .. })));
    assert!(bench.is_tidy());
}

#[test]
fn tells_a_file_that_is_not_the_registered_one() {
    let bench = Bench::new();
    let registered = bench.seal(&random(200_000));
    for position in [0, 30, 150, 300, 70_000, 199_000] {
        let altered = bench.alter(&registered, |bytes| bytes[position] ^= 1);
        assert!(matches!(bench.open(&registered), Err(Error::WrongCiphertext { .. })), "byte {position}");
        // Were the damaged file registered, it would not open either.
        assert!(
            matches!(bench.open(&altered), Err(Error::NotEnvelope { .. } | Error::WrongKey { .. })),
            "byte {position}"
        );
        bench.alter(&registered, |bytes| bytes[position] ^= 1);
    }
    bench.open(&registered).unwrap();
}

#[test]
fn tells_a_truncated_or_extended_file() {
    for length in [0, 10, 200, 65_536 + 300, 199_999] {
        let bench = Bench::new();
        let registered = bench.seal(&random(200_000));
        let altered = bench.alter(&registered, |bytes| bytes.truncate(length));
        assert!(matches!(bench.open(&registered), Err(Error::WrongCiphertext { .. })), "{length} bytes");
        assert!(
            matches!(bench.open(&altered), Err(Error::NotEnvelope { .. } | Error::WrongKey { .. })),
            "{length} bytes"
        );
    }
    let bench = Bench::new();
    let registered = bench.seal(&random(200_000));
    let altered = bench.alter(&registered, |bytes| bytes.push(0));
    assert!(matches!(bench.open(&registered), Err(Error::WrongCiphertext { .. })));
    assert!(matches!(bench.open(&altered), Err(Error::NotEnvelope { .. })));
}

#[test]
fn tells_another_plaintext_than_registered() {
    let bench = Bench::new();
    let registered = bench.seal(b"what the owner sealed");
    let claimed = Registered { plaintext: Hash::repeat_byte(1), ..registered };
    assert!(matches!(
        bench.open(&claimed),
        Err(Error::WrongPlaintext { expected, found, .. }) if expected == claimed.plaintext && found == registered.plaintext
    ));
}

#[test]
fn tells_an_age_file_without_our_header() {
    let bench = Bench::new();
    let recipient = RecordRecipient::new(bench.key.clone());
    fs::write(bench.path("sealed"), age::encrypt(&recipient, &random(100)).unwrap()).unwrap();
    let nothing = Registered { ciphertext: Hash::zero(), size: 0, plaintext: Hash::zero() };
    let registered = bench.alter(&nothing, |_| ());
    assert!(matches!(bench.open(&registered), Err(Error::NotEnvelope { .. })));
}

#[test]
fn is_what_the_format_says() {
    let bench = Bench::new();
    let registered = bench.seal(b"document");
    let envelope = fs::read(bench.path("sealed")).unwrap();
    let identity = medshare_crypto::RecordIdentity::new(bench.key.clone());
    let plaintext = age::decrypt(&identity, &envelope).unwrap();
    let (header, document) = PlaintextHeader::parse(&plaintext).unwrap();
    assert_eq!(document, b"document");
    assert_eq!(header.commit(document), registered.plaintext);
}

/// The `age` crate writes and reads the payload in another way: both must come to the same.
#[test]
fn is_the_same_file_to_age() {
    let header = medshare_crypto::header::LENGTH;
    for length in [0, CHUNK - header, CHUNK - header + 1, 8 * CHUNK - header, 9 * CHUNK + 5] {
        let bench = Bench::new();
        let document = random(length);
        bench.seal(&document);
        let envelope = fs::read(bench.path("sealed")).unwrap();
        let identity = medshare_crypto::RecordIdentity::new(bench.key.clone());
        let plaintext = age::decrypt(&identity, &envelope).unwrap();
        assert!(plaintext.ends_with(&document) && plaintext.len() == header + length, "{length} bytes");

        let sealed = age::encrypt(&RecordRecipient::new(bench.key.clone()), &plaintext).unwrap();
        let salted = PlaintextHeader::parse(&plaintext).unwrap().0;
        let nothing = Registered { ciphertext: Hash::zero(), size: 0, plaintext: salted.commit(&document) };
        let registered = bench.alter(&nothing, |bytes| *bytes = sealed);
        assert!(bench.open(&registered).unwrap() == document, "{length} bytes");
    }
}

/// What somebody has who can make envelopes, but not the owner: each is told from a good one by age's own rules.
#[test]
fn tells_chunks_that_are_missing_or_in_another_order() {
    let sealed_chunk = CHUNK + 16;
    let bench = Bench::new();
    let registered = bench.seal(&random(20 * CHUNK));
    let whole = fs::read(bench.path("sealed")).unwrap();
    // Twenty full chunks, and a last one of as many bytes as the header before the document has.
    let start = whole.len() - 20 * sealed_chunk - (medshare_crypto::header::LENGTH + 16);
    let chunk = |number: usize| start + number * sealed_chunk..start + (number + 1) * sealed_chunk;
    type Change<'a> = &'a dyn Fn(&mut Vec<u8>);
    let changes: [Change<'_>; 6] = [
        &|bytes| bytes.truncate(chunk(19).end),
        &|bytes| bytes.truncate(chunk(3).end),
        &|bytes| bytes.truncate(start),
        &|bytes| drop(bytes.drain(chunk(7))),
        &|bytes| drop(bytes.drain(chunk(0))),
        &|bytes| {
            let moved: Vec<u8> = bytes.drain(chunk(5)).collect();
            bytes.splice(chunk(9).start..chunk(9).start, moved);
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let altered = bench.alter(&registered, change);
        assert!(matches!(bench.open(&altered), Err(Error::NotEnvelope { .. })), "change {number}");
        assert!(bench.is_tidy());
        fs::write(bench.path("sealed"), &whole).unwrap();
    }
    bench.open(&registered).unwrap();
}

#[test]
fn overwrites_nothing() {
    let bench = Bench::new();
    let registered = bench.seal(b"document");
    let again = seal(&bench.path("document"), &bench.path("sealed"), &bench.key, &Progress::default());
    assert!(matches!(again, Err(Error::Exists { .. })));
    let document = bench.path("document");
    let opened = open(&bench.path("sealed"), &document, &bench.key, &registered, &Progress::default());
    assert!(matches!(opened, Err(Error::Exists { .. })));
    assert_eq!(fs::read(document).unwrap(), b"document");
}

#[test]
fn reports_progress_to_the_last_byte() {
    let bench = Bench::new();
    fs::write(bench.path("document"), random(200_000)).unwrap();
    let told = Arc::new(AtomicU64::new(0));
    let listener = told.clone();
    let progress = Progress::new(move |step| {
        if let Step::Advance(bytes) = step {
            listener.fetch_add(bytes, Ordering::Relaxed);
        }
    });
    seal(&bench.path("document"), &bench.path("sealed"), &bench.key, &progress).unwrap();
    assert_eq!(told.load(Ordering::Relaxed), 200_000);
}

#[test]
fn what_is_stopped_leaves_nothing() {
    let bench = Bench::new();
    let registered = bench.seal(&[7; 3 * CHUNK]);
    let stopping = Progress::default();
    stopping.clone().stop();
    let sealed = seal(&bench.path("document"), &bench.path("sealed again"), &bench.key, &stopping);
    assert!(matches!(sealed, Err(Error::Stopped { .. })));
    let opened = open(&bench.path("sealed"), &bench.path("opened"), &bench.key, &registered, &stopping);
    assert!(matches!(opened, Err(Error::Stopped { .. })));
    assert!(!bench.path("sealed again").exists() && !bench.path("opened").exists());
    assert!(bench.is_tidy());
    // What is not stopped goes on.
    bench.open(&registered).unwrap();
}

#[test]
fn seals_a_folder_as_the_zip_that_stands_for_it() {
    let bench = Bench::new();
    let folder = bench.path("study");
    fs::create_dir_all(folder.join("series")).unwrap();
    fs::write(folder.join("series/b"), [1; 3 * CHUNK]).unwrap();
    fs::write(folder.join("a"), "text").unwrap();
    let mut packed = Vec::new();
    medshare_files::pack(&folder, &mut packed).unwrap();

    let sealed = seal(&folder, &bench.path("sealed"), &bench.key, &Progress::default()).unwrap();
    assert_eq!(sealed.plaintext_size, packed.len() as u64);
    let registered =
        Registered { ciphertext: sealed.ciphertext, size: sealed.size, plaintext: sealed.plaintext };
    assert_eq!(bench.open(&registered).unwrap(), packed);

    let stopping = Progress::default();
    stopping.clone().stop();
    let stopped = seal(&folder, &bench.path("sealed again"), &bench.key, &stopping);
    assert!(matches!(stopped, Err(Error::Stopped { .. })));
    fs::create_dir(bench.path("nothing")).unwrap();
    let empty = seal(&bench.path("nothing"), &bench.path("sealed again"), &bench.key, &Progress::default());
    assert!(matches!(empty, Err(Error::Read(ReadError::Empty { .. }))), "{empty:?}");
    assert!(!bench.path("sealed again").exists());
}
