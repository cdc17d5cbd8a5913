//! The signed requests that receipts name: text and signature by hash, kept on disk.
//!
//! A receipt on the chain names the signed request on which it rests by its SHA-256 only. Whoever doubts the receipt asks
//! the vault for the request: the text hashes to the name, and the accessor's signature over it shows that it asked.
//! A request is kept before a link is given for it, so there is no receipt without one.
//!
//! `requests.jsonl` holds lines `{"request":"0x…","signature":"0x…","text":"…"}`. Once it is long, it is renamed
//! to `requests-<unix ms>.jsonl`, and a new one begins. The vault removes none of them: how long they are kept
//! is for its operator to decide.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use medshare_types::Hash;
use serde::{Deserialize, Serialize};

use crate::{
    appender::{Appender, sync_folder_of},
    auth::Signed,
    now,
};

/// From which size on a new file begins, bytes.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignedRequest {
    /// SHA-256 of the text.
    pub request: Hash,
    /// sr25519 over the text, or over the text between `<Bytes>` and `</Bytes>`; hex.
    pub signature: String,
    /// What was signed. It names the account.
    pub text: String,
}

impl From<&Signed> for SignedRequest {
    fn from(signed: &Signed) -> Self {
        Self {
            request: signed.request,
            signature: format!("0x{}", hex::encode(signed.signature)),
            text: signed.text.clone(),
        }
    }
}

/// Keeps signed requests.
#[derive(Clone)]
pub struct Evidence(Arc<Files>);

struct Files {
    path: PathBuf,
    most: u64,
    current: Mutex<Appender>,
}

impl Evidence {
    /// In this folder, with a new file once one has this size in bytes.
    pub fn open(folder: PathBuf, most: u64) -> io::Result<Self> {
        let path = folder.join("requests.jsonl");
        let current = Mutex::new(Appender::open(&path)?);
        Ok(Self(Arc::new(Files { path, most, current })))
    }

    /// Keeps a request. When it returns, it is on the disk.
    pub async fn keep(&self, signed: &Signed) -> io::Result<()> {
        let mut line = serde_json::to_vec(&SignedRequest::from(signed))?;
        line.push(b'\n');
        let files = self.0.clone();
        tokio::task::spawn_blocking(move || files.append(&line)).await.map_err(io::Error::other)?
    }
}

impl Files {
    fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.length() >= self.most {
            // Never over an older file, whatever the clock says.
            let mut at = now();
            let mut full = self.full_name(at);
            while full.exists() {
                at = at.saturating_add(1);
                full = self.full_name(at);
            }
            std::fs::rename(&self.path, full)?;
            *current = Appender::open(&self.path)?;
            sync_folder_of(&self.path)?;
        }
        current.append(line)
    }

    fn full_name(&self, at: u64) -> PathBuf {
        self.path.with_file_name(format!("requests-{at}.jsonl"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::AccountId;

    #[tokio::test]
    async fn files_are_bounded_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        for run in 0..2 {
            let evidence = Evidence::open(folder.path().to_owned(), 1_000).unwrap();
            for number in 0..10_u8 {
                let signed = Signed::for_tests(AccountId::new([1; 32]), [run * 10 + number; 16], 5);
                evidence.keep(&signed).await.unwrap();
            }
        }
        let mut kept = Vec::new();
        let mut files = 0;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(text.len() < 1_500, "{}", text.len());
            files += 1;
            kept.extend(
                text.lines().map(|line| serde_json::from_str::<SignedRequest>(line).unwrap().request),
            );
        }
        assert!(files > 2, "{files}");
        kept.sort();
        kept.dedup();
        assert_eq!(kept.len(), 20);
    }
}
