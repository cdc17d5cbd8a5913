//! What can be wrong with a key, a point, a proof or a header.

use core::fmt;

/// Why something was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// 32 bytes that are not the canonical encoding of a Ristretto255 element.
    NonCanonicalPoint,
    /// The identity element, which nothing in the protocol may be.
    IdentityPoint,
    /// 32 bytes that are not the canonical encoding of a scalar: they are not below the group order.
    NonCanonicalScalar,
    /// A secret key of zero.
    ZeroSecret,
    /// A proof that does not hold for this statement.
    FalseProof,
    /// The key pair opens the points to the identity, which is no record key: they were made for another key.
    NoRecordKey,
    /// A plaintext that is shorter than its header or does not begin with the magic line.
    NotAPlaintext,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonCanonicalPoint => "not the canonical encoding of a Ristretto255 element",
            Self::IdentityPoint => "the identity element is not allowed here",
            Self::NonCanonicalScalar => "not the canonical encoding of a scalar",
            Self::ZeroSecret => "a secret key must not be zero",
            Self::FalseProof => "the proof does not hold for this statement",
            Self::NoRecordKey => "this key pair does not open it to a record key",
            Self::NotAPlaintext => "the decrypted file does not begin with a medshare header",
        })
    }
}

impl core::error::Error for Error {}
