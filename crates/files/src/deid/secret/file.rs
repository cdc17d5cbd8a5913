//! Making the institution's secret, and the file that it lies in.

use std::{fs, io, io::Write, path::Path};

use rand::{RngCore, rngs::OsRng};
use zeroize::Zeroizing;

use super::Secret;

impl Secret {
    /// A new random one.
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads a secret file: 64 hex digits, and nothing besides white space.
    ///
    /// # Errors
    /// If it cannot be read, or [`io::ErrorKind::InvalidData`] if it is something else.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = Zeroizing::new(fs::read_to_string(path)?);
        text.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Writes a new secret file, readable by its owner only, at once and whole.
    ///
    /// # Errors
    /// If it is there already, or cannot be written.
    pub fn create(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // Temporary files are readable by their owner only.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let text = Zeroizing::new(hex::encode(*self.0));
        writeln!(file, "{}", *text)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map(drop).map_err(|error| error.error)
    }

    /// The secret in a file, which is made if there is none; and whether it was made.
    ///
    /// # Errors
    /// As [`Self::read`] and [`Self::create`].
    pub fn read_or_create(path: &Path) -> io::Result<(Self, bool)> {
        match Self::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = Self::generate();
                match secret.create(path) {
                    // Another process was faster: its secret counts.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        Ok((Self::read(path)?, false))
                    }
                    made => made.map(|()| (secret, true)),
                }
            }
            read => read.map(|secret| (secret, false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lies_in_a_file_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/institution.secret");
        let (made, new) = Secret::read_or_create(&path).unwrap();
        let (read, again) = Secret::read_or_create(&path).unwrap();
        assert!(new && !again);
        assert_eq!(made.subject("x"), read.subject("x"));
        assert_eq!(made.create(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "something else").unwrap();
        assert_eq!(Secret::read_or_create(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
