//! The files beside an agent: its lock, the state that it tells, and those that may change while it runs.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use anyhow::{Context as _, Result};
use medshare_client::{
    Chain, Identity,
    agent::{Renewal, Rules},
    keys::{self, SecretString},
};
use medshare_types::AccountId;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::policy;
use crate::{
    context,
    exit::Exit,
    failure::Failure,
    settings::{Passphrase, Settings},
};

/// Keeps a second agent of the same account from running with the same key file. The operating system gives it up when
/// the program ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, which is beside the key file.
    ///
    /// # Errors
    /// If another agent has it, or there can be no file.
    pub fn take(key_file: &Path, account: &AccountId) -> Result<Self> {
        // By whatever name the key file was given.
        let key_file =
            key_file.canonicalize().with_context(|| format!("cannot find {}", key_file.display()))?;
        let mut path = key_file.into_os_string();
        path.push(format!(".{account}.agent-lock"));
        let path = PathBuf::from(path);
        let cannot = || format!("cannot lock {}", path.display());
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let process = io::read_to_string(&file).unwrap_or_default();
                let failure = Failure::new(
                    Exit::Failed,
                    format!(
                        "another agent works for {account} with this key file (process {})",
                        process.trim()
                    ),
                    "one is enough: end that one first, or leave it at that",
                );
                return Err(failure.into());
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
        }
        file.set_len(0).with_context(cannot)?;
        writeln!(file, "{}", std::process::id()).with_context(cannot)?;
        Ok(Self { _file: file })
    }
}

/// Writes a file at once and whole.
///
/// # Errors
/// What the operating system says.
pub fn write_status(path: &Path, status: &Value) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    writeln!(file, "{status}")?;
    file.persist(path)?;
    Ok(())
}

/// By what a changed file is told from the same one; nothing if there is none.
#[derive(PartialEq, Eq, Debug)]
struct Stamp(Option<(SystemTime, u64, u64)>);

impl Stamp {
    fn of(path: &Path) -> Self {
        let stamp = || -> io::Result<_> {
            let metadata = path.metadata()?;
            Ok((metadata.modified()?, metadata.len(), metadata.ino()))
        };
        Self(stamp().ok())
    }
}

/// The key file and how it is opened.
struct KeyFile {
    path: PathBuf,
    stamp: Stamp,
    passphrase: SecretString,
}

/// The files that may change while an agent runs.
pub struct Watched {
    chain: Chain,
    settings: Settings,
    policy: Option<(PathBuf, Stamp)>,
    keys: Option<KeyFile>,
    asked: Arc<AtomicBool>,
}

impl Watched {
    /// Reads them for the first time.
    ///
    /// # Errors
    /// If one cannot be used.
    pub fn open(
        chain: &Chain,
        settings: &Settings,
        policy: Option<&Path>,
    ) -> Result<(Self, Identity, Rules)> {
        // The stamps are older than what is read, so that no change is missed.
        let stamped = policy.map(|path| (path.to_owned(), Stamp::of(path)));
        let rules = match policy {
            Some(path) => read_policy(path, chain)?,
            None => Rules::default(),
        };
        let (identity, keys) = match &settings.dev {
            Some(name) => (Identity::development(&name.value, chain)?, None),
            None => {
                let path = context::key_file(settings)?;
                let stamp = Stamp::of(&path);
                let (identity, passphrase) = context::unlock(settings)?;
                (identity, Some(KeyFile { path, stamp, passphrase }))
            }
        };
        let watched = Self {
            chain: chain.clone(),
            settings: settings.clone(),
            policy: stamped,
            keys,
            asked: Arc::default(),
        };
        Ok((watched, identity, rules))
    }

    /// Where the key file is, if the keys are from one.
    pub fn key_file(&self) -> Option<&Path> {
        self.keys.as_ref().map(|keys| &*keys.path)
    }

    /// What to set to have all of them read anew.
    pub fn asked(&self) -> Arc<AtomicBool> {
        self.asked.clone()
    }

    /// What changed since the last time.
    pub fn renew(&mut self) -> Vec<Renewal> {
        let asked = self.asked.swap(false, Ordering::Relaxed);
        let mut renewals = Vec::new();
        if let Some((path, stamp)) = &mut self.policy {
            let now = Stamp::of(path);
            if asked || now != *stamp {
                *stamp = now;
                match read_policy(path, &self.chain) {
                    Ok(rules) => renewals.push(Renewal::Rules(rules)),
                    Err(failure) => {
                        // What its owner meant by the change is not known. So nothing is given by the old one.
                        renewals.push(Renewal::Rules(Rules::ask_about_everything()));
                        renewals.push(Renewal::Unreadable(format!(
                            "{failure}; until it can be read, everything waits for a yes"
                        )));
                    }
                }
            }
        }
        if let Some(keys) = &mut self.keys {
            let now = Stamp::of(&keys.path);
            if asked || now != keys.stamp {
                keys.stamp = now;
                renewals.push(match keys.read(&self.settings) {
                    Ok(identity) => Renewal::Identity(Box::new(identity)),
                    Err(error) => {
                        Renewal::Unreadable(format!("{error:#}; the agent goes on with the keys that it has"))
                    }
                });
            }
        }
        renewals
    }
}

impl KeyFile {
    fn read(&mut self, settings: &Settings) -> Result<Identity> {
        // A file may hold another passphrase by now; nobody is asked a second time.
        if matches!(settings.passphrase.value, Passphrase::File(_)) {
            self.passphrase = context::passphrase(settings, "")?;
        }
        // It takes about a second.
        Ok(tokio::task::block_in_place(|| Identity::load(&self.path, &self.passphrase))?)
    }
}

fn read_policy(path: &Path, chain: &Chain) -> Result<Rules, Failure> {
    policy::read(path, |text| keys::account(text, chain).map_err(|error| error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_agent_at_a_time_has_a_key_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other_name) = (folder.path().join("key.age"), folder.path().join("other.age"));
        std::fs::write(&path, "").unwrap();
        std::os::unix::fs::symlink(&path, &other_name).unwrap();
        let (one, two) = (AccountId::from([1; 32]), AccountId::from([2; 32]));
        let lock = Lock::take(&path, &one).unwrap();
        let refused = Lock::take(&other_name, &one).unwrap_err().to_string();
        assert!(
            refused.contains("another agent") && refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        let _of_another = Lock::take(&path, &two).unwrap();
        drop(lock);
        Lock::take(&path, &one).unwrap();
        Lock::take(&folder.path().join("none"), &one).unwrap_err();
    }

    #[test]
    fn the_status_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("status.json");
        for block in [1, 2] {
            write_status(&path, &serde_json::json!({ "block": block })).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"block\":2}\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_changed_file_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        let none = Stamp::of(&path);
        std::fs::write(&path, "a").unwrap();
        let first = Stamp::of(&path);
        assert_ne!(none, first);
        assert_eq!(first, Stamp::of(&path));
        std::fs::write(&path, "ab").unwrap();
        assert_ne!(first, Stamp::of(&path));
    }
}
