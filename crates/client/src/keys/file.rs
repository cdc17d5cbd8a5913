//! The key file: JSON in an armored age file, encrypted with a passphrase (scrypt).
//!
//! ```json
//! { "version": 1, "seed": "<hex>", "encryption": ["<hex>", …] }
//! ```
//!
//! `seed` is the account's sr25519 mini secret, `encryption` the secrets of the encryption keys, newest first.

use std::{
    fs,
    io::{self, Read, Write},
    iter,
    path::Path,
};

use age::{
    DecryptError, Decryptor, Encryptor,
    armor::{ArmoredReader, ArmoredWriter, Format},
    scrypt,
    secrecy::SecretString,
};
use medshare_crypto::KeyPair;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Identity;
use crate::error::{Error, Result};

const VERSION: u32 = 1;

/// The logarithm of scrypt's N: a second or so and 256 MiB. A factor that grew with this machine's speed might not open on
/// another, and age in browsers opens none above 20.
const WORK_FACTOR: u8 = 18;

/// More than a key file with a thousand keys has.
const MAX_LENGTH: u64 = 1 << 20;

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Secrets {
    version: u32,
    seed: String,
    encryption: Vec<String>,
}

/// What to do with a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    Keep,
    Replace,
}

pub(super) fn read(path: &Path, passphrase: &SecretString) -> Result<Identity> {
    let bad = |reason: String| Error::BadKeyFile { path: path.into(), reason };
    let file = fs::File::open(path).map_err(|source| Error::file("read the key file", path, source))?;
    let failed = |error: DecryptError| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            Error::WrongPassphrase { path: path.into() }
        }
        DecryptError::Io(source)
            if !matches!(source.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
        {
            Error::file("read the key file", path, source)
        }
        other => bad(other.to_string()),
    };
    let reader = ArmoredReader::new(file);
    let decryptor = Decryptor::new_buffered(reader).map_err(failed)?;
    if !decryptor.is_scrypt() {
        return Err(bad("it is not encrypted with a passphrase".into()));
    }
    let key = scrypt::Identity::new(passphrase.clone());
    let reader = decryptor.decrypt(iter::once(&key as &dyn age::Identity)).map_err(failed)?;
    let mut json = Zeroizing::new(Vec::with_capacity(4096));
    reader.take(MAX_LENGTH).read_to_end(&mut json).map_err(|error| bad(error.to_string()))?;
    // What a JSON reader says about a mistake may quote the secret next to it.
    let secrets: Secrets = serde_json::from_slice(&json)
        .map_err(|error| bad(format!("its content is damaged at character {}", error.column())))?;
    if secrets.version != VERSION {
        return Err(bad(format!(
            "it is of version {}, and this client reads version {VERSION}",
            secrets.version
        )));
    }
    let seed = secret(&secrets.seed).ok_or_else(|| bad("its seed is not 32 bytes in hex".into()))?;
    let encryption = secrets
        .encryption
        .iter()
        .map(|text| secret(text).and_then(|bytes| KeyPair::from_secret_bytes(&bytes).ok()))
        .collect::<Option<Vec<_>>>()
        .filter(|pairs| !pairs.is_empty())
        .ok_or_else(|| bad("its encryption keys are damaged or missing".into()))?;
    Identity::from_parts(seed, encryption)
}

/// Writes the key file, with age's usual work factor if no other is given.
pub(super) fn write(
    identity: &Identity,
    path: &Path,
    passphrase: &SecretString,
    existing: Existing,
    work_factor: Option<u8>,
) -> Result<()> {
    const DOING: &str = "write the key file";
    let failed = |source: io::Error| Error::file(DOING, path, source);
    // Before the slow part, for a quick answer; the decision falls when the file is moved into place.
    if existing == Existing::Keep && path.exists() {
        return Err(Error::Exists { path: path.into() });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| Error::file("create the folder", folder, source))?;

    let secrets = Secrets {
        version: VERSION,
        seed: hex::encode(*identity.seed),
        encryption: identity.encryption.iter().map(|pair| hex::encode(*pair.secret_bytes())).collect(),
    };
    // With room for all of it, so that growing leaves no copies behind.
    let mut json = Zeroizing::new(Vec::with_capacity(256 + 80 * secrets.encryption.len()));
    serde_json::to_writer(&mut *json, &secrets).map_err(|error| failed(error.into()))?;

    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(work_factor.unwrap_or(WORK_FACTOR));
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| failed(io::Error::other(error.to_string())))?;
    // Temporary files are readable by their owner only.
    let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
    let write = |file: &mut NamedTempFile| -> io::Result<()> {
        let armor = ArmoredWriter::wrap_output(file, Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(&json)?;
        writer.finish()?.finish()?.as_file().sync_all()
    };
    write(&mut file).map_err(failed)?;
    let moved = match existing {
        Existing::Keep => file.persist_noclobber(path),
        Existing::Replace => file.persist(path),
    };
    moved.map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists { path: path.into() },
        _ => failed(error.error),
    })
}

fn secret(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text, bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Option<u8> = Some(2);

    fn passphrase(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    fn stored() -> (tempfile::TempDir, std::path::PathBuf, Identity) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/key.age");
        let mut identity = Identity::generate().unwrap();
        identity.add_key();
        write(&identity, &path, &passphrase("correct"), Existing::Keep, QUICK).unwrap();
        (folder, path, identity)
    }

    #[test]
    fn gives_back_what_was_stored() {
        let (_folder, path, identity) = stored();
        let read = read(&path, &passphrase("correct")).unwrap();
        assert_eq!(read.account(), identity.account());
        assert!(read.public_keys().eq(identity.public_keys()));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
        assert!(!text.contains(&hex::encode(*identity.seed)));
    }

    #[cfg(unix)]
    #[test]
    fn is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path, _) = stored();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn needs_the_passphrase() {
        let (_folder, path, _) = stored();
        assert!(matches!(read(&path, &passphrase("wrong")), Err(Error::WrongPassphrase { .. })));
    }

    #[test]
    fn is_never_overwritten_by_a_new_one() {
        let (_folder, path, identity) = stored();
        let other = Identity::generate().unwrap();
        let created = write(&other, &path, &passphrase("x"), Existing::Keep, QUICK);
        assert!(matches!(created, Err(Error::Exists { .. })));
        assert_eq!(read(&path, &passphrase("correct")).unwrap().account(), identity.account());
    }

    #[test]
    fn is_replaced_as_a_whole() {
        let (folder, path, mut identity) = stored();
        let old = identity.newest_key();
        let new = identity.add_key();
        write(&identity, &path, &passphrase("other"), Existing::Replace, QUICK).unwrap();
        let read = read(&path, &passphrase("other")).unwrap();
        assert_eq!(read.newest_key(), new);
        read.key_pair(&old).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn says_what_is_wrong_with_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.age");
        assert!(matches!(read(&path, &passphrase("x")), Err(Error::File { .. })));
        fs::write(&path, "something else").unwrap();
        assert!(matches!(read(&path, &passphrase("x")), Err(Error::BadKeyFile { .. })));
        let (_folder, stored, _) = stored();
        let text = fs::read_to_string(&stored).unwrap();
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert!(matches!(read(&path, &passphrase("correct")), Err(Error::BadKeyFile { .. })));
    }
}
