//! Who acts: an account that signs, and the encryption keys to which record keys are sealed.

mod development;
mod file;

pub use age::secrecy::{ExposeSecret, SecretString};
pub use development::{DEVELOPMENT_ACCOUNTS, account};

use std::{fmt, path::Path};

use codec::{Decode, Encode};
use medshare_crypto::KeyPair;
use medshare_types::{AccountId, Hash, KeyProof, Point};
use rand::{RngCore, rngs::OsRng};
use sp_core::{Pair, sr25519};
use subxt_signer::sr25519::Keypair;
use zeroize::Zeroizing;

use crate::{
    chain::Chain,
    error::{Error, Result},
};

/// An account with its encryption keys, all secrets included. Secrets are erased when dropped and never printed.
#[derive(Clone)]
pub struct Identity {
    account: AccountId,
    seed: Zeroizing<[u8; 32]>,
    signer: Keypair,
    /// Newest first; never empty.
    encryption: Vec<KeyPair>,
}

/// What a sponsor or the council needs to admit somebody. Nothing in it is secret.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Application {
    /// Who wants to be admitted.
    pub account: AccountId,
    /// Its encryption key.
    pub key: Point,
    /// The proof that it knows the key's secret, valid for this account on this chain.
    pub proof: KeyProof,
}

impl Application {
    /// An application from its parts as [`Application::proof_hex`] and others print them.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the proof is not 64 bytes in hex.
    pub fn from_parts(account: AccountId, key: Hash, proof: &str) -> Result<Self> {
        let invalid = |reason: String| Error::Invalid { what: "the proof of possession", reason };
        let digits = proof.strip_prefix("0x").unwrap_or(proof);
        let bytes: [u8; 64] = hex::decode(digits)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| invalid("it is not 64 bytes in hex".into()))?;
        let proof = KeyProof::decode(&mut &bytes[..]).map_err(|error| invalid(error.to_string()))?;
        Ok(Self { account, key: Point(key), proof })
    }

    /// The proof in hex, 64 bytes.
    pub fn proof_hex(&self) -> String {
        format!("0x{}", hex::encode(self.proof.encode()))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Identity {
    /// A new random account with a new random encryption key.
    ///
    /// # Errors
    /// None in practice: any 32 bytes are a seed.
    pub fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(seed.as_mut_slice());
        Self::from_parts(seed, vec![KeyPair::generate(&mut OsRng)])
    }

    /// An existing account, by its mnemonic phrase (with hard derivations such as `//study`, if any) or its
    /// `0x`-prefixed 32-byte seed, with a new random encryption key.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is neither.
    pub fn import(secret: &str) -> Result<Self> {
        let invalid = |reason: String| Error::Invalid { what: "the account's secret", reason };
        // Without a phrase, the development phrase would be meant, which everybody knows.
        if secret.trim().is_empty() || secret.trim().starts_with('/') {
            return Err(invalid("it has neither a mnemonic phrase nor a 0x-prefixed seed".into()));
        }
        let (_, seed) = sr25519::Pair::from_string_with_seed(secret.trim(), None).map_err(|error| {
            invalid(format!("it is neither a mnemonic phrase nor a 0x-prefixed seed ({error:?})"))
        })?;
        let seed = seed.ok_or_else(|| invalid("a soft derivation (`/…`) has no seed of its own".into()))?;
        Self::from_parts(Zeroizing::new(seed), vec![KeyPair::generate(&mut OsRng)])
    }

    /// A development account, such as `Alice`, with the encryption key that the chain's genesis gives it.
    ///
    /// # Errors
    /// [`Error::NotDevelopment`] on any other than a development chain, [`Error::Invalid`] if there is no account
    /// of this name.
    pub fn development(name: &str, chain: &Chain) -> Result<Self> {
        if !chain.is_development() {
            return Err(Error::NotDevelopment { name: name.into(), chain: chain.name().into() });
        }
        development::identity(name)
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`Error::WrongPassphrase`], [`Error::BadKeyFile`], [`Error::File`].
    pub fn load(path: &Path, passphrase: &SecretString) -> Result<Self> {
        file::read(path, passphrase)
    }

    /// Writes a new key file, readable by its owner only. It appears at once and whole.
    ///
    /// # Errors
    /// [`Error::Exists`] if there is such a file already, [`Error::File`].
    pub fn create(&self, path: &Path, passphrase: &SecretString) -> Result<()> {
        file::write(self, path, passphrase, file::Existing::Keep, None)
    }

    /// Writes the key file anew over the old one.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn save(&self, path: &Path, passphrase: &SecretString) -> Result<()> {
        file::write(self, path, passphrase, file::Existing::Replace, None)
    }

    fn from_parts(seed: Zeroizing<[u8; 32]>, encryption: Vec<KeyPair>) -> Result<Self> {
        let signer = Keypair::from_secret_key(*seed)
            .map_err(|error| Error::Invalid { what: "the account's seed", reason: error.to_string() })?;
        Ok(Self { account: AccountId::from(signer.public_key().0), seed, signer, encryption })
    }

    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// What signs transactions and requests to vaults.
    pub fn signer(&self) -> &Keypair {
        &self.signer
    }

    /// The newest encryption key. Which one is registered is for the chain to say.
    pub fn newest_key(&self) -> Point {
        self.encryption.first().map(KeyPair::public).unwrap_or_default()
    }

    /// All encryption keys, newest first.
    pub fn public_keys(&self) -> impl Iterator<Item = Point> {
        self.encryption.iter().map(KeyPair::public)
    }

    /// The key pair of an encryption key, current or old.
    ///
    /// # Errors
    /// [`Error::MissingKey`] if this identity does not have it.
    pub fn key_pair(&self, public: &Point) -> Result<&KeyPair> {
        self.encryption.iter().find(|pair| pair.public() == *public).ok_or(Error::MissingKey { key: *public })
    }

    /// Adds a new random encryption key. Old ones are kept: what was sealed to them stays readable.
    pub fn add_key(&mut self) -> Point {
        let pair = KeyPair::generate(&mut OsRng);
        let public = pair.public();
        self.encryption.insert(0, pair);
        public
    }

    /// The proof that this identity knows the secret of one of its keys, for the chain of this genesis.
    ///
    /// # Errors
    /// [`Error::MissingKey`] if it does not.
    pub fn prove_key(&self, public: &Point, genesis: &Hash) -> Result<KeyProof> {
        Ok(self.key_pair(public)?.prove_possession(&mut OsRng, genesis, &self.account))
    }

    /// What a sponsor needs to admit this identity to the chain of this genesis.
    ///
    /// # Errors
    /// None in practice: the newest key is always there.
    pub fn application(&self, genesis: &Hash) -> Result<Application> {
        let key = self.newest_key();
        Ok(Application { account: self.account.clone(), key, proof: self.prove_key(&key, genesis)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_crypto::verify_possession;

    #[test]
    fn imports_mnemonics_and_seeds() {
        // The development phrase, whose //Alice everybody knows.
        let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        let alice = Identity::import(&format!("{phrase}//Alice")).unwrap();
        assert_eq!(alice.account().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
        let by_seed = Identity::import(&format!("0x{}", hex::encode(*alice.seed))).unwrap();
        assert_eq!(by_seed.account(), alice.account());
        for bad in ["", "//Alice", "not a phrase", "0x00", &format!("{phrase}//a/b")] {
            assert!(matches!(Identity::import(bad), Err(Error::Invalid { .. })), "{bad}");
        }
    }

    #[test]
    fn finds_old_keys_and_says_which_is_missing() {
        let mut identity = Identity::generate().unwrap();
        let old = identity.newest_key();
        let new = identity.add_key();
        assert_eq!(identity.newest_key(), new);
        assert_eq!(identity.key_pair(&old).unwrap().public(), old);
        let foreign = Identity::generate().unwrap().newest_key();
        assert!(matches!(identity.key_pair(&foreign), Err(Error::MissingKey { key }) if key == foreign));
    }

    #[test]
    fn applications_prove_possession() {
        let identity = Identity::generate().unwrap();
        let genesis = Hash::repeat_byte(3);
        let application = identity.application(&genesis).unwrap();
        verify_possession(&application.key, &application.proof, &genesis, &application.account).unwrap();
        let elsewhere = Hash::repeat_byte(4);
        verify_possession(&application.key, &application.proof, &elsewhere, &application.account)
            .unwrap_err();
        let Application { account, key, .. } = application.clone();
        let read = Application::from_parts(account.clone(), key.0, &application.proof_hex()).unwrap();
        assert_eq!(read, application);
        assert!(matches!(Application::from_parts(account, key.0, "0x00"), Err(Error::Invalid { .. })));
    }

    #[test]
    fn tells_no_secrets() {
        let identity = Identity::generate().unwrap();
        let shown = format!("{identity:?}");
        assert!(!shown.contains(&hex::encode(*identity.seed)));
    }
}
