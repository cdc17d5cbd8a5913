//! What the operator has to know later: `events.jsonl` in the state folder, one JSON object a line, never shortened.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use medshare_types::{Hash, Moment};
use serde::{Deserialize, Serialize};

use crate::{
    appender::Appender,
    inventory::{Damage, Why},
    now,
};

/// Something that happened to a blob.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It was removed, because nobody needs it.
    Removed {
        /// The blob.
        blob: Hash,
        /// Its size, bytes.
        size: u64,
        /// Why nobody needs it.
        why: Why,
        /// Chain time of the final block at which that was first seen, unix ms.
        since: Moment,
    },
    /// It is damaged.
    Damaged {
        /// The blob.
        blob: Hash,
        /// What is wrong.
        damage: Damage,
        /// SHA-256 of what the store has, if it has something that can be read.
        found: Option<Hash>,
    },
    /// It was damaged, and is as it should be again.
    Repaired {
        /// The blob.
        blob: Hash,
    },
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Happened {
    /// When, by the vault's clock, unix ms.
    pub at: Moment,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// The file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Events(Arc<Mutex<Appender>>);

impl Events {
    /// Opens the file, or begins one.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(Appender::open(path)?))))
    }

    /// Writes an event. When it returns, it is on the disk.
    pub async fn write(&self, event: Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Happened { at: now(), event })?;
        line.push(b'\n');
        let file = self.0.clone();
        tokio::task::spawn_blocking(move || file.lock().unwrap_or_else(PoisonError::into_inner).append(&line))
            .await
            .map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn are_lines_that_can_be_read_by_programs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let events = Events::open(&path).unwrap();
        let blob = Hash::repeat_byte(1);
        let removed = Event::Removed { blob, size: 5, why: Why::Withdrawn, since: 7 };
        events.write(removed.clone()).await.unwrap();
        events.write(Event::Repaired { blob }).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Happened> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0].event, removed);
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&first["event"], &first["why"]), (&"removed".into(), &"withdrawn".into()));
    }
}
