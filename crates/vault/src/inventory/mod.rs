//! What the vault has, for whom, and what is to become of it.
//!
//! The store knows blobs only. `blobs.jsonl` in the state folder says of each who brought it, whether the chain has
//! named it, since when it is not needed, and whether it is damaged. Quotas are counted from that. What the store has
//! and the inventory does not (from before there was one, or brought while the process was killed) is found by the
//! [collector](crate::collect) or the [scrubber](crate::scrub), and counts for nobody.

mod state;

use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use medshare_types::{AccountId, Hash, Moment};

pub use state::{Damage, Entry, Line, Mark, State, Usage, Why};

use crate::journal::{Log, Owner, Replay};

/// How much members may have in the vault, bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quotas {
    /// Each in all; zero is no limit.
    pub bytes: u64,
    /// Each of what the chain has not named here yet; zero is no limit.
    pub unregistered: u64,
    /// Those who may have another amount in all.
    pub of: HashMap<AccountId, u64>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { bytes: 1 << 40, unregistered: 64 << 30, of: HashMap::new() }
    }
}

impl Quotas {
    /// How much an account may have in all; zero is no limit.
    pub fn of(&self, account: &AccountId) -> u64 {
        self.of.get(account).copied().unwrap_or(self.bytes)
    }
}

/// A quota that would be exceeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Over {
    /// Whether it is the one for what is not registered yet.
    pub unregistered: bool,
    /// How much the account may have, bytes.
    pub quota: u64,
    /// How much it has, with what it is bringing now, bytes.
    pub used: u64,
}

/// What the vault has. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inventory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: Mutex<Log<State>>,
    /// As the file on the disk says it.
    state: Mutex<State>,
    /// What is being brought, bytes.
    arriving: Mutex<HashMap<AccountId, u64>>,
    quotas: Quotas,
}

/// Room in an account's quota, given back when it is dropped.
#[derive(Debug)]
pub struct Claim {
    inner: Arc<Inner>,
    account: AccountId,
    size: u64,
}

impl Claim {
    fn release(&mut self, arriving: &mut HashMap<AccountId, u64>) {
        let size = std::mem::take(&mut self.size);
        if let Some(bytes) = arriving.get_mut(&self.account) {
            *bytes = bytes.saturating_sub(size);
            if *bytes == 0 {
                arriving.remove(&self.account);
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.size > 0 {
            let inner = self.inner.clone();
            self.release(&mut lock(&inner.arriving));
        }
    }
}

impl Inventory {
    /// Opens the inventory of a vault, or begins one.
    pub fn open(path: &Path, owner: &Owner, quotas: Quotas) -> io::Result<Self> {
        let (file, state) = Log::open(path, owner)?;
        let (file, state, arriving) = (Mutex::new(file), Mutex::new(state), Mutex::default());
        Ok(Self(Arc::new(Inner { file, state, arriving, quotas })))
    }

    /// Notes down. When it returns, it is on the disk; if it fails, nothing of it is.
    pub async fn note(&self, lines: Vec<Line>) -> io::Result<()> {
        if lines.is_empty() { Ok(()) } else { self.write(lines, None).await }
    }

    async fn write(&self, lines: Vec<Line>, claim: Option<Claim>) -> io::Result<()> {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let mut file = lock(&inner.file);
            file.append(&lines)?;
            // What was claimed is never counted twice, nor not at all.
            let mut arriving = lock(&inner.arriving);
            let mut state = lock(&inner.state);
            if let Some(mut claim) = claim {
                claim.release(&mut arriving);
            }
            lines.into_iter().for_each(|line| state.apply(line));
            if file.is_long()
                && let Err(error) = file.compact(&state)
            {
                tracing::warn!(%error, "the inventory could not be shortened");
            }
            Ok(())
        })
        .await
        .map_err(io::Error::other)?
    }

    /// A blob was brought by an account, which had claimed room for it; `now` is unix ms.
    pub async fn kept(
        &self,
        blob: Hash,
        size: u64,
        by: AccountId,
        claim: Option<Claim>,
        now: Moment,
    ) -> io::Result<()> {
        self.write(vec![Line::Kept { blob, size, by: Some(by), at: now }], claim).await
    }

    /// What is known about a blob.
    pub fn get(&self, blob: Hash) -> Option<Entry> {
        lock(&self.0.state).get(&blob).cloned()
    }

    /// What is known to be wrong with a blob.
    pub fn damage(&self, blob: Hash) -> Option<Damage> {
        lock(&self.0.state).get(&blob).and_then(|entry| entry.damage)
    }

    /// Whether a blob is known to be damaged.
    pub fn is_damaged(&self, blob: Hash) -> bool {
        self.damage(blob).is_some()
    }

    /// How many blobs have which damage.
    pub fn damaged(&self, damage: Damage) -> usize {
        lock(&self.0.state).iter().filter(|(_, entry)| entry.damage == Some(damage)).count()
    }

    /// How many blobs there are, and how many of them are not needed.
    pub fn count(&self) -> (usize, usize) {
        let state = lock(&self.0.state);
        (state.iter().count(), state.iter().filter(|(_, entry)| entry.mark.is_some()).count())
    }

    /// All blobs, ascending by address.
    pub fn all(&self) -> Vec<Hash> {
        let mut blobs: Vec<Hash> = lock(&self.0.state).iter().map(|(blob, _)| *blob).collect();
        blobs.sort_unstable();
        blobs
    }

    /// Blobs of an account that the chain has not named here yet, at most so many.
    pub fn unregistered_of(&self, account: &AccountId, most: usize) -> Vec<Hash> {
        let state = lock(&self.0.state);
        let unregistered =
            state.iter().filter(|(_, entry)| !entry.named && entry.by.as_ref() == Some(account));
        unregistered.map(|(blob, _)| *blob).take(most).collect()
    }

    /// How much an account has here and may have.
    pub fn usage(&self, account: &AccountId) -> (Usage, &Quotas) {
        (lock(&self.0.state).usage(account), &self.0.quotas)
    }

    /// Room in an account's quota for a blob that it begins to bring. What the vault has and needs already takes no
    /// more room when it comes again.
    pub fn claim(&self, account: &AccountId, blob: Hash, size: u64) -> Result<Claim, Over> {
        // Held over the whole, so that two that begin at once do not both find room.
        let mut arriving = lock(&self.0.arriving);
        let (usage, again) = {
            let state = lock(&self.0.state);
            let again = state.get(&blob).is_some_and(|entry| {
                entry.size == size
                    && entry.mark.is_none()
                    && entry.by.is_some()
                    && entry.damage != Some(Damage::Missing)
            });
            (state.usage(account), again)
        };
        let size = if again { 0 } else { size };
        let now = arriving.get(account).copied().unwrap_or_default();
        let quotas = &self.0.quotas;
        let limits =
            [(false, quotas.of(account), usage.bytes), (true, quotas.unregistered, usage.unregistered)];
        for (unregistered, quota, has) in limits {
            let used = has.saturating_add(now);
            if size > 0 && quota > 0 && used.saturating_add(size) > quota {
                return Err(Over { unregistered, quota, used });
            }
        }
        if size > 0 {
            arriving.insert(account.clone(), now.saturating_add(size));
        }
        Ok(Claim { inner: self.0.clone(), account: account.clone(), size })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::new([number; 32])
    }

    fn blob(number: u8) -> Hash {
        Hash::repeat_byte(number)
    }

    fn open(folder: &Path) -> Inventory {
        let owner = Owner { genesis: Hash::zero(), account: account(9) };
        let quotas = Quotas { bytes: 100, unregistered: 60, of: [(account(7), 10)].into() };
        Inventory::open(&folder.join("blobs.jsonl"), &owner, quotas).unwrap()
    }

    #[tokio::test]
    async fn quotas_count_what_is_there_and_what_arrives() {
        let folder = tempfile::tempdir().unwrap();
        let inventory = open(folder.path());
        let first = inventory.claim(&account(1), blob(1), 40).unwrap();
        let over = inventory.claim(&account(1), blob(2), 21).unwrap_err();
        assert_eq!(over, Over { unregistered: true, quota: 60, used: 40 });
        inventory.kept(blob(1), 40, account(1), Some(first), 1).await.unwrap();
        // The chain names it: only the quota in all is left.
        inventory.note(vec![Line::Needed { blob: blob(1) }]).await.unwrap();
        let second = inventory.claim(&account(1), blob(2), 60).unwrap();
        let over = inventory.claim(&account(1), blob(3), 1).unwrap_err();
        assert_eq!(over, Over { unregistered: false, quota: 100, used: 100 });
        drop(second);
        inventory.claim(&account(1), blob(3), 1).unwrap();
        // Of others it says nothing, and some have a quota of their own.
        inventory.claim(&account(2), blob(4), 60).unwrap();
        assert_eq!(inventory.claim(&account(7), blob(4), 11).unwrap_err().quota, 10);
        // Nor does what is there already need room.
        inventory.claim(&account(7), blob(1), 40).unwrap();
        assert!(inventory.claim(&account(7), blob(1), 41).is_err(), "another size is something else");
    }

    #[tokio::test]
    async fn survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let inventory = open(folder.path());
        inventory.kept(blob(1), 40, account(1), None, 1).await.unwrap();
        let mark = Mark { since: 3, why: Why::NeverRegistered };
        inventory.note(vec![Line::Unneeded { blob: blob(1), mark }]).await.unwrap();
        drop(inventory);
        let inventory = open(folder.path());
        assert_eq!(inventory.get(blob(1)).unwrap().mark, Some(mark));
        assert_eq!(inventory.usage(&account(1)).0, Usage { bytes: 40, unregistered: 40 });
    }
}
