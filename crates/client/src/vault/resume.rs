//! Uploads that are gone on with where they broke off: the client's side of tus 1.0.0.

use std::{
    io::SeekFrom,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures::TryStreamExt;
use medshare_types::Hash;
use reqwest::{
    Body, Method, Response,
    header::{self, HeaderName},
};
use subxt_signer::sr25519::Keypair;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use tokio_util::io::ReaderStream;

use super::{
    Progress, VaultClient,
    auth::body_hash,
    client::{ATTEMPTS, check, pause},
    error::VaultError,
    upload::CHUNK,
    wire::{
        TUS_RESUMABLE, TUS_VERSION, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET, UPLOADS_PATH, Uploaded,
        upload_path,
    },
};

/// Most bytes of one request: proxies before a vault may not take more, and what came with one is safe.
const PIECE: u64 = 64 * 1024 * 1024;

/// What is uploaded.
struct Source<'a> {
    signer: &'a Keypair,
    path: &'a Path,
    address: Hash,
    size: u64,
    progress: Option<Progress>,
}

impl VaultClient {
    /// Uploads a file in pieces. Attempts are counted anew whenever one brought something.
    pub(super) async fn upload_resumable(
        &self,
        signer: &Keypair,
        path: &Path,
        address: Hash,
        size: u64,
        progress: Option<Progress>,
    ) -> Result<Uploaded, VaultError> {
        let source = Source { signer, path, address, size, progress };
        let (mut attempt, mut furthest, mut begun_anew, mut sent) = (0, 0, false, false);
        loop {
            let mut offset = furthest;
            let result = self.go_on(&source, &mut offset, &mut sent).await;
            let error = match result {
                Ok(()) => return Ok(Uploaded { blob: address, size, created: sent }),
                Err(error) => error,
            };
            match error.code() {
                // What had come before us was damaged, and the vault has thrown it away: once more from the
                // beginning.
                Some("address-mismatch") if !begun_anew => (begun_anew, offset) = (true, 0),
                // It expired, was ended, or another request for it came between.
                Some("upload-unknown" | "upload-offset" | "upload-interrupted") => {}
                _ if error.is_transient() => {}
                _ => return Err(error),
            }
            attempt = if offset > furthest { 1 } else { attempt + 1 };
            furthest = offset;
            if attempt >= ATTEMPTS {
                return Err(error);
            }
            tracing::debug!(%error, attempt, offset, "an upload broke off and is gone on with");
            pause(attempt).await;
        }
    }

    /// Begins or finds the upload, and sends what is missing. Says how far it got.
    async fn go_on(&self, source: &Source<'_>, offset: &mut u64, sent: &mut bool) -> Result<(), VaultError> {
        let address = BASE64_STANDARD.encode(hex::encode(source.address));
        let begin = self
            .signed(&self.http, source.signer, Method::POST, UPLOADS_PATH, source.address)
            .header(TUS_RESUMABLE, TUS_VERSION)
            .header(UPLOAD_LENGTH, source.size)
            .header(UPLOAD_METADATA, format!("address {address}"))
            .header(header::CONTENT_LENGTH, 0);
        self.send(begin).await?;
        let path = upload_path(source.address);
        let ask = self
            .signed(&self.http, source.signer, Method::HEAD, &path, body_hash(b""))
            .header(TUS_RESUMABLE, TUS_VERSION);
        let state = self.send(ask).await?;
        let length = self.number(&state, &UPLOAD_LENGTH)?;
        *offset = self.number(&state, &UPLOAD_OFFSET)?;
        if length != source.size || *offset > source.size {
            return Err(self.unexpected(format!("an upload of {length} bytes that is at {}", *offset)));
        }
        // If all has come, an empty piece has the vault look at it, unless it has done so already.
        loop {
            let piece = source.size.saturating_sub(*offset).min(PIECE);
            let now = self.send_piece(source, &path, *offset, piece).await?;
            *sent |= piece > 0;
            if now != offset.saturating_add(piece) {
                return Err(
                    self.unexpected(format!("an upload that is at {now} after {piece} bytes at {offset}"))
                );
            }
            *offset = now;
            if now == source.size {
                return Ok(());
            }
        }
    }

    /// Sends one piece, and returns how far the upload is then.
    async fn send_piece(
        &self,
        source: &Source<'_>,
        path: &str,
        offset: u64,
        length: u64,
    ) -> Result<u64, VaultError> {
        let failed = |error| VaultError::file("read", source.path, error);
        let mut file = File::open(source.path).await.map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).await.map_err(failed)?;
        let sent = Arc::new(AtomicU64::new(offset));
        let (counter, size, progress) = (sent.clone(), source.size, source.progress.clone());
        let stream = ReaderStream::with_capacity(file.take(length), CHUNK).inspect_ok(move |chunk| {
            let more = u64::try_from(chunk.len()).unwrap_or_default();
            let sent = counter.fetch_add(more, Ordering::Relaxed).saturating_add(more);
            if let Some(progress) = &progress {
                progress(sent.min(size), size);
            }
        });
        let request = self
            .signed(&self.uploads, source.signer, Method::PATCH, path, source.address)
            .header(TUS_RESUMABLE, TUS_VERSION)
            .header(UPLOAD_OFFSET, offset)
            .header(header::CONTENT_TYPE, "application/offset+octet-stream")
            .header(header::CONTENT_LENGTH, length)
            .body(Body::wrap_stream(stream));
        tokio::select! {
            response = self.send(request) => self.number(&response?, &UPLOAD_OFFSET),
            () = self.stall(&sent, offset.saturating_add(length)) => {
                let sent = sent.load(Ordering::Relaxed);
                Err(VaultError::Stalled { url: self.address().to_string(), sent, size })
            }
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, VaultError> {
        let response = request.send().await.map_err(|source| self.unreachable(source))?;
        check(self.address(), response).await
    }

    /// The number in a header of an answer.
    fn number(&self, response: &Response, name: &HeaderName) -> Result<u64, VaultError> {
        let number = response.headers().get(name).and_then(|value| value.to_str().ok()?.parse().ok());
        number.ok_or_else(|| self.unexpected(format!("no number in the header {name}")))
    }
}
