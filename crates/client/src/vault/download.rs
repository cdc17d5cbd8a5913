//! Downloads.

use std::path::Path;

use futures::StreamExt;
use medshare_types::Hash;
use reqwest::{Response, StatusCode, header};
use sha2::{Digest, Sha256};
use subxt_signer::sr25519::Keypair;
use url::Url;

use super::{
    Progress, VaultClient,
    client::{ATTEMPTS, check, pause},
    error::VaultError,
    staged::{Staged, There},
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
    kept: Option<Staged>,
    hasher: Sha256,
    have: u64,
}

impl Partial {
    /// One of which nothing is kept.
    fn unkept() -> Self {
        Self { kept: None, hasher: Sha256::new(), have: 0 }
    }

    async fn take(&mut self, chunk: &[u8], have: u64) -> Result<(), VaultError> {
        if let Some(kept) = &mut self.kept {
            kept.write(chunk).await?;
        }
        self.hasher.update(chunk);
        self.have = have;
        Ok(())
    }

    /// That it is the blob of that address.
    fn verify(&self, expected: Hash) -> Result<(), VaultError> {
        let found = Hash::from(<[u8; 32]>::from(self.hasher.clone().finalize()));
        match found == expected {
            true => Ok(()),
            false => Err(VaultError::WrongBlob { expected, found, bytes: self.have }),
        }
    }

    /// Forgets what has come.
    async fn begin_anew(&mut self) -> Result<(), VaultError> {
        if let Some(kept) = &mut self.kept {
            kept.empty().await?;
        }
        (self.hasher, self.have) = (Sha256::new(), 0);
        Ok(())
    }
}

impl VaultClient {
    /// Downloads a blob into `destination`. It is streamed into a file beside it with `.part` behind its name, resumed where it
    /// broke off if the connection fails, verified against its address, and only then moved into place, where it replaces
    /// what was there. A link that ends on the way is renewed. What has come stays if it fails or is given up, and the next
    /// download to the same place goes on with it, unless it proves to be another blob.
    ///
    /// What is at the place of the `.part` and is no file of the user's own, which nobody else can write and no other download
    /// has, is left alone: then the download is in a temporary file of its own, and does not stay.
    ///
    /// The chain decides whether the signer may have it.
    pub async fn download(
        &self,
        signer: &Keypair,
        download: &Download,
        destination: &Path,
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        let mut part = destination.as_os_str().to_owned();
        part.push(".part");
        self.download_by(signer, download, (part.as_ref(), destination), progress).await
    }

    /// As [`Self::download`], with the place in which it is until it is whole; on the same disk.
    pub async fn download_by(
        &self,
        signer: &Keypair,
        download: &Download,
        (part, destination): (&Path, &Path),
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        let There { staged, hasher, have } = Staged::open(part, download.size, progress.as_ref()).await?;
        let mut partial = Partial { kept: Some(staged), hasher, have };
        let result = self.whole(signer, download, &mut partial, progress).await;
        let Some(staged) = partial.kept else { return result };
        match result {
            Ok(()) => staged.keep(destination).await,
            Err(error) => {
                match error {
                    VaultError::WrongBlob { .. } => staged.remove(),
                    _ => staged.leave().await,
                }
                Err(error)
            }
        }
    }

    /// Fetches what is missing, and verifies the whole. What an earlier download left may be wrong: then once more from the
    /// beginning.
    async fn whole(
        &self,
        signer: &Keypair,
        download: &Download,
        partial: &mut Partial,
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        let found = partial.have > 0;
        self.fill(signer, download, partial, progress.clone()).await?;
        match partial.verify(download.link.blob) {
            Err(VaultError::WrongBlob { .. }) if found => {
                partial.begin_anew().await?;
                self.fill(signer, download, partial, progress).await?;
                partial.verify(download.link.blob)
            }
            verified => verified,
        }
    }

    /// Downloads a blob as [`Self::download`], and keeps nothing of it: the vault has it whole, or there is an error.
    pub async fn verify(
        &self,
        signer: &Keypair,
        download: &Download,
        progress: Option<Progress>,
    ) -> Result<(), VaultError> {
        self.whole(signer, download, &mut Partial::unkept(), progress).await
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
        // An earlier download may have left all of it.
        if partial.have == download.size && partial.have > 0 {
            return Ok(());
        }
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
