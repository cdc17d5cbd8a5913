//! Envelopes: what is opened is what was sealed, or nothing.

use std::{fs, sync::LazyLock};

use arbitrary::Unstructured;
use medshare_client::{
    Error, Progress,
    envelope::{Registered, open, seal},
};
use medshare_crypto::RecordKey;
use medshare_types::Hash;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};

use crate::scratch::{folder, with_file};

/// age's chunk, encrypted.
const CHUNK: usize = (64 << 10) + 16;

struct Sealed {
    document: Vec<u8>,
    envelope: Vec<u8>,
    registered: Registered,
}

static KEY: LazyLock<RecordKey> = LazyLock::new(|| RecordKey::generate(&mut ChaCha20Rng::from_seed([1; 32])));

/// Envelopes under one key: of nothing, of a little, of more than one chunk, and of whole chunks.
static SEALED: LazyLock<[Sealed; 4]> = LazyLock::new(|| {
    let to = folder().join("made");
    [0, 100, 70_000, 2 * (64 << 10) - medshare_crypto::header::LENGTH].map(|length| {
        let document: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        let sealed =
            with_file("document", &document, |from| seal(from, &to, &KEY, &Progress::default()).unwrap());
        let envelope = fs::read(&to).unwrap();
        fs::remove_file(&to).unwrap();
        let registered =
            Registered { ciphertext: sealed.ciphertext, size: sealed.size, plaintext: sealed.plaintext };
        Sealed { document, envelope, registered }
    })
});

/// What opening comes to. A document appears exactly if it was verified, and nothing else is left behind.
fn opened(envelope: &[u8], key: &RecordKey, registered: &Registered) -> Result<Vec<u8>, Error> {
    let to = folder().join("opened");
    let result =
        with_file("envelope", envelope, |from| open(from, &to, key, registered, &Progress::default()));
    let document = result.map(|length| {
        let document = fs::read(&to).expect("what was opened is there");
        assert_eq!(length, u64::try_from(document.len()).unwrap());
        fs::remove_file(&to).unwrap();
        document
    });
    assert_eq!(fs::read_dir(folder()).unwrap().count(), 0, "something is left behind");
    document
}

/// The first byte says whether the rest is an envelope, what stands before the encrypted chunks of one, or changes of one.
pub fn run(input: &[u8]) {
    let Some((mode, rest)) = input.split_first() else { return };
    match mode % 4 {
        0 => foreign(rest, &SEALED[1]),
        1 => {
            let payload = payload_of(&SEALED[1].envelope);
            foreign(&[rest, payload].concat(), &SEALED[1]);
        }
        _ => changed(&mut Unstructured::new(rest)),
    }
}

/// What follows the header.
fn payload_of(envelope: &[u8]) -> &[u8] {
    let mac = envelope.windows(5).position(|window| window == b"\n--- ").expect("a header ends with its MAC");
    let end = envelope[mac + 1..].iter().position(|byte| *byte == b'\n').expect("in a line");
    &envelope[mac + 1 + end + 1..]
}

/// Something that was not made with the key does not open, even if its owner registered it just so.
fn foreign(envelope: &[u8], of: &Sealed) {
    let registered = Registered { plaintext: of.registered.plaintext, ..actual(envelope) };
    match opened(envelope, &KEY, &registered) {
        Ok(_) => assert!(envelope == of.envelope, "an envelope opened that nobody sealed"),
        Err(Error::NotEnvelope { .. } | Error::WrongKey { .. } | Error::WrongPlaintext { .. }) => {}
        Err(other) => panic!("it is refused, but as {other:?}"),
    }
}

fn changed(choices: &mut Unstructured<'_>) {
    let of = &SEALED[number(choices, SEALED.len())];
    let other = &SEALED[number(choices, SEALED.len())];
    let mut envelope = of.envelope.clone();
    while !choices.is_empty() {
        change(&mut envelope, &other.envelope, choices);
    }
    if envelope == of.envelope {
        let document = opened(&envelope, &KEY, &of.registered).expect("what was sealed opens");
        assert!(document == of.document, "it opens to something else");
        let stranger = RecordKey::generate(&mut ChaCha20Rng::from_seed([2; 32]));
        assert!(matches!(opened(&envelope, &stranger, &of.registered), Err(Error::WrongKey { .. })));
        let lie = Registered { plaintext: Hash::zero(), ..of.registered };
        assert!(matches!(opened(&envelope, &KEY, &lie), Err(Error::WrongPlaintext { .. })));
        return;
    }
    let refused = opened(&envelope, &KEY, &of.registered);
    assert!(matches!(refused, Err(Error::WrongCiphertext { .. })), "{refused:?}");
    // Were the changed one registered for the same document.
    if envelope != other.envelope {
        foreign(&envelope, of);
    }
}

fn change(envelope: &mut Vec<u8>, other: &[u8], choices: &mut Unstructured<'_>) {
    let kind = number(choices, 8);
    let at = place(choices, envelope.len());
    let end = (at + 1 + place(choices, 64)).min(envelope.len());
    match kind {
        0 if at < envelope.len() => envelope[at] ^= 1 << number(choices, 8),
        1 if at < envelope.len() => envelope[at] = u8::try_from(number(choices, 256)).unwrap(),
        2 => drop(envelope.drain(at..end)),
        3 => envelope.truncate(at),
        4 => {
            let piece = envelope[at..end].to_vec();
            envelope.splice(at..at, piece);
        }
        // The same place of another envelope under the same key.
        5 if end <= other.len() => envelope[at..end].copy_from_slice(&other[at..end]),
        // One header with the other's chunks.
        6 => {
            let header = envelope.len() - payload_of(envelope_or(envelope, other)).len().min(envelope.len());
            envelope.truncate(header);
            envelope.extend_from_slice(payload_of(other));
        }
        // The last chunk before the one before it.
        7 if envelope.len() > 2 * CHUNK => {
            let from = envelope.len() - CHUNK;
            let (earlier, last) = envelope.split_at_mut(from);
            let start = earlier.len() - CHUNK;
            earlier[start..].swap_with_slice(last);
        }
        _ => {}
    }
}

/// The envelope if it still has the end of a header, else the other.
fn envelope_or<'a>(envelope: &'a [u8], other: &'a [u8]) -> &'a [u8] {
    let mac = envelope.windows(5).position(|window| window == b"\n--- ");
    match mac {
        Some(mac) if envelope[mac + 1..].contains(&b'\n') => envelope,
        _ => other,
    }
}

/// What the chain would say about these bytes.
fn actual(envelope: &[u8]) -> Registered {
    Registered {
        ciphertext: Hash::from(<[u8; 32]>::from(Sha256::digest(envelope))),
        size: u64::try_from(envelope.len()).unwrap(),
        plaintext: Hash::zero(),
    }
}

/// A number below `end`; 0 where nothing is left to choose by.
fn number(choices: &mut Unstructured<'_>, end: usize) -> usize {
    choices.int_in_range(0..=end.saturating_sub(1)).unwrap_or_default()
}

/// A place in something of this length, half of the time in its first bytes, where the header is.
fn place(choices: &mut Unstructured<'_>, length: usize) -> usize {
    let near = number(choices, 2) == 0;
    number(choices, if near { length.min(256) } else { length }.saturating_add(1)).min(length)
}
