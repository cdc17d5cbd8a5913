//! What keeps a vault from being overrun, and from serving what it should not.

use std::time::Duration;

/// How much a vault takes at once, and how long it waits.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Most connections at once; others wait.
    pub connections: usize,
    /// How long a client may take for the headers of a request, and be silent between requests.
    pub header_read: Duration,
    /// How long a client may take for a body that is no upload.
    pub body_read: Duration,
    /// How long an upload may stand still, and in which time a least amount has to come.
    pub upload_idle: Duration,
    /// That amount, bytes: who sends less keeps a place that others need.
    pub upload_least: u64,
    /// How long one request may bring a blob, however steadily.
    pub upload_longest: Duration,
    /// How long a client may take nothing of an answer before its connection is closed.
    pub write_idle: Duration,
    /// Most uploads at once; each takes up to 15 MiB of memory, with blobs in a folder 2 MiB.
    pub uploads: usize,
    /// Most uploads of one account at once.
    pub uploads_of_account: usize,
    /// Most downloads at once.
    pub downloads: usize,
    /// Most downloads of one account at once.
    pub downloads_of_account: usize,
    /// How much of the disk stays free, bytes; for a store in a folder.
    pub disk_reserve: u64,
    /// How old the chain time of the newest final block may be.
    pub finality_age: Duration,
    /// How long it is remembered who is no member, and how the vault is.
    pub cache: Duration,
    /// How long the vault may take to stop. A third of it is for running transfers.
    pub stop: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1_024,
            header_read: Duration::from_secs(30),
            body_read: Duration::from_secs(10),
            upload_idle: Duration::from_secs(60),
            upload_least: 64 * 1024,
            upload_longest: Duration::from_secs(86_400),
            write_idle: Duration::from_secs(60),
            uploads: 16,
            uploads_of_account: 4,
            downloads: 256,
            downloads_of_account: 8,
            disk_reserve: 1 << 30,
            finality_age: Duration::from_secs(300),
            cache: Duration::from_secs(3),
            stop: Duration::from_secs(30),
        }
    }
}
