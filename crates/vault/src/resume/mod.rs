//! Uploads that can be gone on with: what has come of them lies in `uploads` in the state folder until it is whole.
//!
//! An upload belongs to one account and one blob, which are its name: so nobody can go on with another's, and who has
//! lost its answer asks for it again by what it wants to bring. Two files say all about it: `<account>-<blob>.json`
//! what was announced, `<account>-<blob>.part` what has come. Once all has come, it goes into the store as any other
//! upload does: verified against its address, visible as a whole or not at all. What was not gone on with for a while
//! is removed.

mod refusal;
mod upload;

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use medshare_types::{AccountId, Hash, Moment};

pub use refusal::unknown;
pub use upload::{AddError, Adding, Upload};

use crate::{
    inventory::{Inventory, Over},
    metrics::UPLOADS_OPEN,
    now,
};
use upload::Announced;

/// How many uploads of an account that have ended are remembered.
const ENDED: usize = 64;

/// How many uploads there may be, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Most of one account at once.
    pub of_account: usize,
    /// Most in all.
    pub all: usize,
    /// How long one is kept that is not gone on with.
    pub kept: Duration,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { of_account: 16, all: 1_024, kept: Duration::from_secs(86_400) }
    }
}

/// Why an upload cannot begin.
#[derive(Debug)]
pub enum BeginError {
    /// The account has too many, or the vault has.
    TooMany,
    /// One of another size for the same blob has begun.
    OtherLength(u64),
    /// It does not fit into the account's quota.
    Over(Over),
    /// The disk.
    Disk(io::Error),
}

/// All uploads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    allowance: Allowance,
    inventory: Inventory,
    open: Mutex<HashMap<(AccountId, Hash), Arc<Upload>>>,
}

impl Uploads {
    /// Opens the folder, and finds what had begun before.
    pub fn open(folder: PathBuf, allowance: Allowance, inventory: Inventory) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let mut open = HashMap::new();
        for file in std::fs::read_dir(&folder)? {
            let path = file?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let announced = std::fs::read(&path)
                .and_then(|text| serde_json::from_slice::<Announced>(&text).map_err(io::Error::other));
            // Half-written by a crash: nothing was promised.
            let Ok(announced) = announced else {
                tracing::warn!(path = %path.display(), "an upload that cannot be read is removed");
                std::fs::remove_file(&path)?;
                continue;
            };
            let upload = Upload::new(&folder, announced);
            // Over the quota now, if it became smaller: what has begun may end.
            let claim = inventory.claim(&upload.account, upload.blob, upload.length).ok();
            upload.set_claim(claim.filter(|_| !upload.is_done()));
            open.insert((upload.account.clone(), upload.blob), Arc::new(upload));
        }
        let inner = Inner { folder, allowance, inventory, open: Mutex::new(open) };
        let uploads = Self(Arc::new(inner));
        uploads.remove_strays()?;
        uploads.show();
        Ok(uploads)
    }

    /// Removes parts of which nothing is known.
    fn remove_strays(&self) -> io::Result<()> {
        let known: Vec<PathBuf> = lock(&self.0.open).values().flat_map(|upload| upload.files()).collect();
        for file in std::fs::read_dir(&self.0.folder)? {
            let path = file?.path();
            if !known.contains(&path) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// The upload of a blob by an account.
    pub fn get(&self, account: &AccountId, blob: Hash) -> Option<Arc<Upload>> {
        lock(&self.0.open).get(&(account.clone(), blob)).cloned()
    }

    /// Begins an upload, or finds the one that has begun.
    pub async fn begin(
        &self,
        account: &AccountId,
        blob: Hash,
        length: u64,
    ) -> Result<Arc<Upload>, BeginError> {
        let upload = {
            let mut open = lock(&self.0.open);
            if let Some(upload) = open.get(&(account.clone(), blob)) {
                if upload.length != length {
                    return Err(BeginError::OtherLength(upload.length));
                }
                upload.touch();
                return Ok(upload.clone());
            }
            let goes_on = |upload: &&Arc<Upload>| !upload.is_done();
            let of_account: Vec<_> = open.values().filter(|upload| upload.account == *account).collect();
            if of_account.iter().copied().filter(goes_on).count() >= self.0.allowance.of_account
                || open.values().filter(goes_on).count() >= self.0.allowance.all
            {
                return Err(BeginError::TooMany);
            }
            let ended = of_account.iter().filter(|upload| upload.is_done());
            let oldest = ended.clone().min_by_key(|upload| self.expires(upload)).copied().cloned();
            if let Some(oldest) = oldest.filter(|_| ended.count() >= ENDED) {
                let uploads = self.clone();
                tokio::spawn(async move { uploads.forget(&oldest).await });
            }
            let claim = self.0.inventory.claim(account, blob, length).map_err(BeginError::Over)?;
            let announced = Announced { account: account.clone(), blob, length, done: false };
            let upload = Arc::new(Upload::new(&self.0.folder, announced));
            upload.set_claim(Some(claim));
            open.insert((account.clone(), blob), upload.clone());
            upload
        };
        self.show();
        if let Err(error) = upload.save().await {
            self.forget(&upload).await.map_err(BeginError::Disk)?;
            return Err(BeginError::Disk(error));
        }
        Ok(upload)
    }

    /// Ends an upload, whatever has come of it.
    pub async fn forget(&self, upload: &Arc<Upload>) -> io::Result<()> {
        let _adding = upload.interrupt().await;
        let key = (upload.account.clone(), upload.blob);
        {
            let mut open = lock(&self.0.open);
            if open.get(&key).is_some_and(|known| Arc::ptr_eq(known, upload)) {
                open.remove(&key);
            }
        }
        upload.set_claim(None);
        self.show();
        for path in upload.files() {
            match tokio::fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes what was not gone on with, again and again.
    pub async fn expire(self) {
        let pause = (self.0.allowance.kept / 10).clamp(Duration::from_millis(10), Duration::from_secs(600));
        loop {
            let at = now();
            let old: Vec<_> =
                lock(&self.0.open).values().filter(|upload| self.expires(upload) <= at).cloned().collect();
            for upload in old {
                // One that is being added to is touched when that ends.
                if upload.is_being_added_to() {
                    continue;
                }
                tracing::info!(blob = %hex::encode(upload.blob), "an upload that was not gone on with is removed");
                if let Err(error) = self.forget(&upload).await {
                    tracing::warn!(%error, "an upload could not be removed");
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Until when an upload is kept if it is not gone on with, unix ms.
    pub fn expires(&self, upload: &Upload) -> Moment {
        let kept = Moment::try_from(self.0.allowance.kept.as_millis()).unwrap_or(Moment::MAX);
        upload.touched().saturating_add(kept)
    }

    fn show(&self) {
        let number = u32::try_from(lock(&self.0.open).len()).unwrap_or(u32::MAX);
        metrics::gauge!(UPLOADS_OPEN).set(number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
