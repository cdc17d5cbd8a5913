//! How statements enter a merlin transcript.

use codec::Encode;
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use merlin::Transcript;
use zeroize::Zeroizing;

use crate::point;

pub(crate) trait TranscriptExt {
    /// Appends the SCALE encoding of a value. Points are 32 bytes in it, as on the chain.
    fn bind(&mut self, label: &'static [u8], value: &(impl Encode + ?Sized));

    /// Appends a point that the proof computed itself.
    fn bind_element(&mut self, label: &'static [u8], element: &RistrettoPoint);

    /// The challenge: 64 bytes, little-endian, modulo the group order.
    fn challenge(&mut self) -> Scalar;
}

impl TranscriptExt for Transcript {
    fn bind(&mut self, label: &'static [u8], value: &(impl Encode + ?Sized)) {
        value.using_encoded(|bytes| self.append_message(label, bytes));
    }

    fn bind_element(&mut self, label: &'static [u8], element: &RistrettoPoint) {
        self.bind(label, &point::encode(element));
    }

    fn challenge(&mut self) -> Scalar {
        let mut wide = [0; 64];
        self.challenge_bytes(b"challenge", &mut wide);
        Scalar::from_bytes_mod_order_wide(&wide)
    }
}

/// Bytes of a secret scalar, for the key of a nonce generator.
pub(crate) fn witness(secret: &Scalar) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(secret.to_bytes())
}
