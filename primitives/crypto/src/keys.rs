//! Members' encryption keys.

use core::fmt;
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use medshare_types::{Point, Scalar as EncodedScalar};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Error, point};

const SEED_LABEL: &[u8] = b"medshare/v1/key";
const DEVELOPMENT_LABEL: &[u8] = b"medshare/v1/development/";

/// A member's encryption key pair: secret `p`, erased when dropped, and public `P = p·B`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyPair {
    secret: Scalar,
    #[zeroize(skip)]
    public: Point,
}

impl KeyPair {
    /// A new random key pair.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self::from_scalar(point::random_scalar(rng))
    }

    /// The key pair that belongs to a seed: `p` is the SHA-512 of `medshare/v1/key` and the seed, read as a
    /// little-endian number modulo the group order.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut wide: [u8; 64] = Sha512::new().chain_update(SEED_LABEL).chain_update(seed).finalize().into();
        let secret = Scalar::from_bytes_mod_order_wide(&wide);
        wide.zeroize();
        // No seed with this hash is known, nor will one be found; it keeps the function free of failures.
        Self::from_scalar(if secret == Scalar::ZERO { Scalar::ONE } else { secret })
    }

    /// The key pair that a development chain gives the account of this name (`Alice`, `Bob`, …). Everybody knows
    /// its secret.
    pub fn development(name: &str) -> Self {
        let seed = Sha256::new().chain_update(DEVELOPMENT_LABEL).chain_update(name).finalize();
        Self::from_seed(&seed.into())
    }

    /// Restores a key pair from [`KeyPair::secret_bytes`].
    ///
    /// Fails with [`Error::NonCanonicalScalar`] or [`Error::ZeroSecret`].
    pub fn from_secret_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
        let secret = point::decode_scalar(&EncodedScalar(bytes.into()))?;
        if secret == Scalar::ZERO { Err(Error::ZeroSecret) } else { Ok(Self::from_scalar(secret)) }
    }

    /// The secret scalar, 32 bytes little-endian.
    pub fn secret_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.to_bytes())
    }

    /// The public key.
    pub fn public(&self) -> Point {
        self.public
    }

    pub(crate) fn secret(&self) -> &Scalar {
        &self.secret
    }

    fn from_scalar(secret: Scalar) -> Self {
        Self { public: point::encode(&RistrettoPoint::mul_base(&secret)), secret }
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}
