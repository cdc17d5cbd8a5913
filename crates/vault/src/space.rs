//! How much of a disk uploads may fill.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// How much of the disk of a folder is free, bytes.
pub fn free(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Keeps some of the disk free. What running uploads have announced counts as used, although a part of it may be
/// written already: rather too little is taken than too much.
#[derive(Clone, Debug)]
pub struct Space {
    reserve: u64,
    announced: Arc<Mutex<u64>>,
}

/// Room for an upload, given back when it is dropped.
#[derive(Debug)]
pub struct Room {
    size: u64,
    announced: Arc<Mutex<u64>>,
}

impl Space {
    /// So many bytes stay free.
    pub fn new(reserve: u64) -> Self {
        Self { reserve, announced: Arc::default() }
    }

    /// Room for an upload of this size, where so much is free.
    pub fn claim(&self, size: u64, free: u64) -> Option<Room> {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        let needed = announced.saturating_add(size);
        if free < self.reserve.saturating_add(needed) {
            return None;
        }
        *announced = needed;
        Some(Room { size, announced: self.announced.clone() })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        *announced = announced.saturating_sub(self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_stays_free_whatever_arrives_at_once() {
        let space = Space::new(10);
        let first = space.claim(60, 100).unwrap();
        assert!(space.claim(60, 100).is_none());
        let _second = space.claim(30, 100).unwrap();
        assert!(space.claim(1, 100).is_none());
        drop(first);
        space.claim(60, 100).unwrap();
    }
}
