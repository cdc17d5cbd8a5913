//! The header of a plaintext and the commitment to the document.

use medshare_crypto::{
    Error, PlaintextHeader,
    header::{LENGTH, MAGIC},
};
use medshare_types::Hash;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

proptest! {
    #[test]
    fn a_header_that_is_written_can_be_read(salt: [u8; 32], document: Vec<u8>) {
        let header = PlaintextHeader { salt };
        let plaintext = [&header.to_bytes()[..], &document].concat();
        prop_assert_eq!(PlaintextHeader::parse(&plaintext), Ok((header, document.as_slice())));
    }

    #[test]
    fn the_commitment_does_not_depend_on_the_pieces(salt: [u8; 32], document: Vec<u8>, piece in 1..50usize) {
        let header = PlaintextHeader { salt };
        let mut hasher = header.hasher();
        document.chunks(piece).for_each(|piece| hasher.update(piece));
        let whole = [b"medshare/v1/plaintext".as_slice(), &salt, &document].concat();
        prop_assert_eq!(hasher.finalize(), Hash::from_slice(&Sha256::digest(whole)));
    }
}

#[test]
fn a_header_begins_with_a_readable_line() {
    let bytes = PlaintextHeader { salt: [9; 32] }.to_bytes();
    assert_eq!(&bytes[..12], b"medshare/v1\n");
    assert_eq!(LENGTH, 44);
}

#[test]
fn salts_are_fresh() {
    let rng = &mut rand::thread_rng();
    let (first, second) = (PlaintextHeader::generate(rng), PlaintextHeader::generate(rng));
    assert_ne!(first, second);
    assert_ne!(first.commit(b"the same"), second.commit(b"the same"));
}

#[test]
fn refuses_what_is_no_header() {
    let bytes = PlaintextHeader { salt: [9; 32] }.to_bytes();
    for length in 0..LENGTH {
        assert_eq!(PlaintextHeader::parse(&bytes[..length]), Err(Error::NotAPlaintext));
    }
    for place in 0..MAGIC.len() {
        let mut changed = bytes;
        changed[place] ^= 1;
        assert_eq!(PlaintextHeader::parse(&changed), Err(Error::NotAPlaintext));
    }
}
