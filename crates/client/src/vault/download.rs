//! Downloads.

use std::path::{Path, PathBuf};

use futures::StreamExt;
use medshare_types::Hash;
use reqwest::{Response, StatusCode, header};
use sha2::{Digest, Sha256};
use subxt_signer::sr25519::Keypair;
use tempfile::NamedTempFile;
use tokio::{fs::File, io::AsyncWriteExt};
use url::Url;

use super::{
    Progress, VaultClient,
    client::{ATTEMPTS, check, pause},
    error::VaultError,
    wire::{Link, LinkRequest},
};

/// What is to be downloaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Download {
    /// Which blob of which version.
    pub link: LinkRequest,
    /// Its size as the chain has it, bytes: a vault cannot fill the disk with something else.
    pub size: u64,
}

/// A download that may need several connections: what has come so far.
struct Partial {
    /// Where it is kept, if it is.
    kept: Option<Kept>,
    hasher: Sha256,
    have: u64,
}

struct Kept {
    file: File,
    path: PathBuf,
}

impl Kept {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), VaultError> {
        self.file.write_all(chunk).await.map_err(|source| VaultError::file("write", &self.path, source))
    }

    async fn sync(&mut self) -> Result<(), VaultError> {
        let synced = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        synced.await.map_err(|source| VaultError::file("write", &self.path, source))
    }
}

impl Partial {
    fn new(kept: Option<Kept>) -> Self {
        Self { kept, hasher: Sha256::new(), have: 0 }
    }

    async fn take(&mut self, chunk: &[u8], have: u64) -> Result<(), VaultError> {
        if let Some(kept) = &mut self.kept {
            kept.write(chunk).await?;
        }
        self.hasher.update(chunk);
        self.have = have;
        Ok(())
    }

    /// Where it is kept, if it is the blob of that address.
    fn verified(self, expected: Hash) -> Result<Option<Kept>, VaultError> {
        let found = Hash::from(<[u8; 32]>::from(self.hasher.finalize()));
        match found == expected {
            true => Ok(self.kept),
            false => Err(VaultError::WrongBlob { expected, found, bytes: self.have }),
        }
    }
}

impl VaultClient {
    /// Downloads a blob into `destination`. It is streamed into a temporary file beside it, resumed where it broke
    /// off if the connection fails, verified against its address, and only then moved into place, where it replaces
    /// what was there. A link that ends on the way is renewed.
    ///
    /// The chain decides whether the signer may have it.
    pub async fn download(
        &self,
        signer: &Keypair,
        download: &Download,
        destination: &Path,
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        let folder = match destination.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let staged = NamedTempFile::new_in(folder)
            .map_err(|source| VaultError::file("create a temporary file in", folder, source))?;
        let handle =
            staged.reopen().map_err(|source| VaultError::file("open a temporary file in", folder, source))?;
        let kept = Kept { file: File::from_std(handle), path: staged.path().to_owned() };
        let mut partial = Partial::new(Some(kept));
        self.fill(signer, download, &mut partial, progress).await?;
        if let Some(mut kept) = partial.verified(download.link.blob)? {
            kept.sync().await?;
        }
        staged
            .persist(destination)
            .map(drop)
            .map_err(|error| VaultError::file("move the download to", destination, error.error))
    }

    /// Downloads a blob as [`Self::download`], and keeps nothing of it: the vault has it whole, or there is an error.
    pub async fn verify(
        &self,
        signer: &Keypair,
        download: &Download,
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        let mut partial = Partial::new(None);
        self.fill(signer, download, &mut partial, progress).await?;
        partial.verified(download.link.blob).map(drop)
    }

    /// Fetches until all bytes are there. Attempts are counted anew whenever one brought something.
    async fn fill(
        &self,
        signer: &Keypair,
        download: &Download,
        partial: &mut Partial,
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        let mut link = self.link(signer, &download.link).await?;
        let mut attempt = 0;
        loop {
            let before = partial.have;
            let error = match self.fetch(&link, download, partial, progress.as_ref()).await {
                Ok(()) if partial.have == download.size => return Ok(()),
                // The connection ended early without an error: as good as a broken one.
                Ok(()) => None,
                Err(error) if error.code() == Some("link-expired") => {
                    link = self.link(signer, &download.link).await?;
                    Some(error)
                }
                Err(error) if error.is_transient() => Some(error),
                Err(error) => return Err(error),
            };
            attempt = if partial.have > before { 1 } else { attempt + 1 };
            if attempt >= ATTEMPTS {
                return Err(
                    error.unwrap_or(VaultError::WrongSize { expected: download.size, found: partial.have })
                );
            }
            pause(attempt).await;
        }
    }

    /// Where a vault sends us for the bytes.
    fn at_the_store(&self, response: &Response) -> Result<Url, VaultError> {
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        location
            .and_then(|text| Url::parse(text).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| self.unexpected("a redirection to no address".to_owned()))
    }

    /// One connection: from where we are to the end.
    async fn fetch(
        &self,
        link: &Link,
        download: &Download,
        partial: &mut Partial,
        progress: Option<&Progress>,
    ) -> Result<(), VaultError> {
        let get = |url: Url| {
            let mut request = self.http.get(url);
            if partial.have > 0 {
                request = request.header(header::RANGE, format!("bytes={}-", partial.have));
            }
            request.send()
        };
        let mut response = get(self.resolve(link)?).await.map_err(|source| self.unreachable(source))?;
        if response.status() == StatusCode::TEMPORARY_REDIRECT {
            // A link of the store in which the vault keeps its blobs. It gets nothing of ours, and what comes is
            // verified.
            response = get(self.at_the_store(&response)?).await.map_err(|source| self.unreachable(source))?;
        }
        let response = check(self.address(), response).await?;
        let wanted = if partial.have > 0 { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        if response.status() != wanted {
            return Err(self.unexpected(format!("{} instead of {wanted}", response.status())));
        }
        let left = download.size.saturating_sub(partial.have);
        if let Some(length) = response.content_length().filter(|length| *length != left) {
            let found = partial.have.saturating_add(length);
            return Err(VaultError::WrongSize { expected: download.size, found });
        }
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|source| self.unreachable(source))?;
            let have = partial.have.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if have > download.size {
                return Err(VaultError::WrongSize { expected: download.size, found: have });
            }
            partial.take(&chunk, have).await?;
            if let Some(progress) = progress {
                progress(have, download.size);
            }
        }
        Ok(())
    }
}
