//! Uploads.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::TryStreamExt;
use medshare_types::Hash;
use reqwest::{Body, Method, header};
use sha2::{Digest, Sha256};
use subxt_signer::sr25519::Keypair;
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt},
};
use tokio_util::io::ReaderStream;

use super::{
    Progress, VaultClient,
    client::{ATTEMPTS, pause, read_json},
    error::VaultError,
    wire::{Uploaded, blob_path},
};

/// How much is read at once.
pub(super) const CHUNK: usize = 256 * 1024;
/// From which size on an upload can be gone on with. Below, it is as soon sent again.
const RESUMABLE_FROM: u64 = 8 * 1024 * 1024;

/// The address of a file as a blob, which is its SHA-256, and its size in bytes. Reads it in constant memory.
pub async fn blob_address(path: &Path) -> Result<(Hash, u64), VaultError> {
    let failed = |source: io::Error| VaultError::file("read", path, source);
    let file = File::open(path).await.map_err(failed)?;
    let (hasher, size) = hashed(file, |_| ()).await.map_err(failed)?;
    Ok((Hash::from(<[u8; 32]>::from(hasher.finalize())), size))
}

/// Hashes what is read to its end, piece by piece, and tells after each how many bytes there were so far. Returns the hasher and
/// their number.
pub(super) async fn hashed(
    mut reader: impl AsyncRead + Unpin,
    tell: impl Fn(u64),
) -> io::Result<(Sha256, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut size = 0_u64;
    loop {
        let read = reader.read(&mut buffer).await?;
        if read == 0 {
            return Ok((hasher, size));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        size = size.saturating_add(u64::try_from(read).unwrap_or_default());
        tell(size);
    }
}

impl VaultClient {
    /// Uploads a file as a blob, and returns its address and size. Streamed; tried again if the connection fails,
    /// which is safe, because a vault keeps a blob once however often it is brought. A large file is gone on with
    /// where the connection broke, also by a later call, as long as the vault keeps what came (a day, unless its
    /// operator says otherwise). A file that is larger than the vault takes is refused before it is read.
    ///
    /// The signer must be an active member in the role `Provider`.
    pub async fn upload(
        &self,
        signer: &Keypair,
        path: &Path,
        progress: Option<Progress>,
    ) -> Result<Uploaded, VaultError> {
        let most = self.info().limits.max_blob_bytes;
        let metadata =
            tokio::fs::metadata(path).await.map_err(|source| VaultError::file("read", path, source))?;
        if metadata.len() > most {
            return Err(VaultError::TooLarge { size: metadata.len(), most });
        }
        let (address, size) = blob_address(path).await?;
        if self.info().limits.resumable && size >= RESUMABLE_FROM {
            return self.upload_resumable(signer, path, address, size, progress).await;
        }
        let mut attempt = 0;
        loop {
            match self.upload_once(signer, path, address, size, progress.clone()).await {
                Err(error) if error.is_transient() && attempt + 1 < ATTEMPTS => {
                    attempt += 1;
                    tracing::debug!(%error, attempt, "upload failed, trying again");
                    pause(attempt).await;
                }
                other => return other,
            }
        }
    }

    async fn upload_once(
        &self,
        signer: &Keypair,
        path: &Path,
        address: Hash,
        size: u64,
        progress: Option<Progress>,
    ) -> Result<Uploaded, VaultError> {
        let file = File::open(path).await.map_err(|source| VaultError::file("read", path, source))?;
        let sent = Arc::new(AtomicU64::new(0));
        let counter = sent.clone();
        let stream = ReaderStream::with_capacity(file, CHUNK).inspect_ok(move |chunk| {
            let more = u64::try_from(chunk.len()).unwrap_or_default();
            let sent = counter.fetch_add(more, Ordering::Relaxed).saturating_add(more);
            if let Some(progress) = &progress {
                progress(sent.min(size), size);
            }
        });
        let request = self
            .signed(&self.uploads, signer, Method::PUT, &blob_path(address), address)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, size)
            .body(Body::wrap_stream(stream));
        let answered = async {
            let response = request.send().await.map_err(|source| self.unreachable(source))?;
            read_json::<Uploaded>(self.address(), response).await
        };
        let uploaded = tokio::select! {
            answer = answered => answer?,
            () = self.stall(&sent, size) => {
                let sent = sent.load(Ordering::Relaxed);
                return Err(VaultError::Stalled { url: self.address().to_string(), sent, size });
            }
        };
        if uploaded.blob == address && uploaded.size == size {
            Ok(uploaded)
        } else {
            Err(self
                .unexpected(format!("it confirmed the blob {:?} of {} bytes", uploaded.blob, uploaded.size)))
        }
    }

    /// Returns when an upload has stood still for too long: no byte was taken, or, after the last one, no answer
    /// came.
    pub(super) async fn stall(&self, sent: &AtomicU64, size: u64) {
        let mut before = 0;
        loop {
            tokio::time::sleep(if before < size { self.patience.idle } else { self.patience.stored }).await;
            let now = sent.load(Ordering::Relaxed);
            if now == before {
                return;
            }
            before = now;
        }
    }
}
