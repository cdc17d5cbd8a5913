//! Blobs are brought by providers.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::{OriginalUri, Path, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
};
use futures::StreamExt;
use medshare_client::vault::{Problem, Uploaded};
use medshare_types::{AccountId, Hash};

use super::parse_address;
use crate::{
    app::App,
    auth::verify,
    decision::may_bring,
    events::Event,
    inventory::Claim,
    metrics::UPLOADED,
    now,
    pace::Pace,
    problem::{Answer, Failure},
    slots::Slot,
    space::Room,
    stock,
    store::{Listed, Locked},
};

/// How much of a refused upload is still read, so that the client gets to read the answer, and for how long.
const LINGER_BYTES: u64 = 16 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(10);

/// Bring a blob
///
/// The signer must be an active member in the role `Provider`. The body is streamed, and becomes visible as a whole
/// once its SHA-256 is the address, or not at all. Bringing a blob that the vault has is no error: what is sent
/// replaces it, so that a damaged copy is repaired. With `Expect: 100-continue` the body need not be sent if the
/// vault has a copy of the announced size.
#[utoipa::path(
    put,
    path = "/v1/blobs/{address}",
    tag = "blobs",
    params(("address" = String, Path, description = "SHA-256 of the body, 64 hex digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("signature" = [])),
    responses(
        (status = 200, body = Uploaded, description = "The vault had it already"),
        (status = 201, body = Uploaded, description = "The vault has it now"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The request cannot be read, or the connection broke"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The signer is no active provider"),
        (status = 408, body = Problem, content_type = "application/problem+json", description = "Too little came for too long, or the whole took too long"),
        (status = 411, body = Problem, content_type = "application/problem+json", description = "No Content-Length"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Larger than this vault takes"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The body is not the blob with this address"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests, or too many transfers of the account at once"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain or the store cannot be used, or the vault is busy"),
        (status = 507, body = Problem, content_type = "application/problem+json", description = "The vault has no room, or it does not fit into the account's quota")
    )
)]
pub async fn put(
    State(app): State<App>,
    Path(address): Path<String>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Uploaded>)> {
    let Upload { account, address, size, known, room, slot, claim } =
        match check(&app, &address, &method, &uri, &headers).await {
            Ok(upload) => upload,
            Err(failure) => {
                linger(body);
                return Err(failure);
            }
        };
    let has = known.is_some();
    let status = if has { StatusCode::OK } else { StatusCode::CREATED };
    let answer = Ok((status, Json(Uploaded { blob: address, size, created: !has })));
    if known == Some(size) && is_kept(&app, address) && headers.contains_key(header::EXPECT) {
        return answer;
    }
    // On a task of its own, so that what was stored of it is removed when the client goes away.
    let worker = app.clone();
    let task = app.storing.spawn(async move {
        let pace = Pace::new(worker.bounds.upload_idle, worker.bounds.upload_least);
        let stored = worker.store.put(address, size, pace, within(body, worker.bounds.upload_longest)).await;
        let result = match stored {
            Ok(locked) => keep(&worker, &account, Listed { blob: address, size }, locked, Some(claim)).await,
            Err(error) => Err(error.into()),
        };
        drop((room, slot));
        result
    });
    task.await.map_err(task_failed)??;
    metrics::counter!(UPLOADED).increment(size);
    if known.is_some_and(|known| known != size) {
        tracing::warn!(blob = %hex::encode(address), size, "replaced a blob that had another size");
    } else {
        tracing::info!(blob = %hex::encode(address), size, again = has, "stored a blob");
    }
    answer
}

/// Whether the vault has a good copy of a blob that nobody is about to remove: who is told so need not send it.
pub(super) fn is_kept(app: &App, blob: Hash) -> bool {
    app.inventory.get(blob).is_some_and(|entry| entry.mark.is_none() && entry.damage.is_none())
}

/// A body that has to come within a time, however fast it comes.
pub(super) fn within(
    body: Body,
    span: Duration,
) -> impl futures::Stream<Item = Result<bytes::Bytes, String>> + Unpin {
    let pieces = body.into_data_stream().map(|piece| piece.map_err(|error| error.to_string()));
    let end = futures::stream::once(tokio::time::sleep(span))
        .map(move |()| Err(format!("it was not complete after {} seconds", span.as_secs())));
    Box::pin(futures::stream::unfold(
        (pieces, Box::pin(end), false),
        |(mut pieces, mut end, over)| async move {
            if over {
                return None;
            }
            tokio::select! {
                piece = pieces.next() => piece.map(|piece| (piece, (pieces, end, false))),
                late = end.next() => late.map(|late| (late, (pieces, end, true))),
            }
        },
    ))
}

/// Notes down that a blob is in the store, before anybody can remove it.
pub(super) async fn keep(
    app: &App,
    account: &AccountId,
    stored: Listed,
    locked: Locked,
    claim: Option<Claim>,
) -> Answer<()> {
    let Listed { blob, size } = stored;
    let was_damaged = app.inventory.is_damaged(blob);
    let kept = app.inventory.kept(blob, size, account.clone(), claim, now()).await;
    drop(locked);
    kept.map_err(|error| Failure::disk(&error))?;
    if was_damaged {
        tracing::info!(blob = %hex::encode(blob), "a damaged blob was brought again");
        stock::show(&app.inventory);
        app.events.write(Event::Repaired { blob }).await.map_err(|error| Failure::disk(&error))?;
    }
    Ok(())
}

/// The task of an upload did not come to its end.
pub(super) fn task_failed(error: tokio::task::JoinError) -> Failure {
    tracing::error!(%error, "an upload's task failed");
    Failure::store(&object_store::Error::Generic { store: "vault", source: error.into() })
}

/// Room in the store for a blob.
pub(super) fn room(app: &App, size: u64) -> Answer<Option<Room>> {
    match app.store.free() {
        Ok(None) => Ok(None),
        Ok(Some(free)) => Ok(Some(app.space.claim(size, free).ok_or_else(|| Failure::disk_full(size))?)),
        Err(error) => Err(Failure::disk(&error)),
    }
}

/// An upload that may begin.
struct Upload {
    account: AccountId,
    address: Hash,
    size: u64,
    /// Size of the copy that the vault has.
    known: Option<u64>,
    room: Option<Room>,
    slot: Slot,
    claim: Claim,
}

/// Checks everything that can be checked before the body is read.
async fn check(app: &App, address: &str, method: &Method, uri: &Uri, headers: &HeaderMap) -> Answer<Upload> {
    let address = parse_address(address)?;
    let now = now();
    let signed = verify(&app.scope, method, uri, headers, address, now)?;
    may_bring(app, &signed.account, now).await?;
    app.nonces.claim(&signed, now)?;
    let size = check_size(content_length(headers)?, app.limits.max_blob_bytes)?;
    let slot = app.uploads.take(&signed.account).map_err(Failure::full)?;
    let claim = claim(app, &signed.account, address, size).await?;
    let room = room(app, size)?;
    let known = app.store.size(address).await.map_err(|error| Failure::store(&error))?;
    Ok(Upload { account: signed.account, address, size, known, room, slot, claim })
}

/// Room in an account's quota. If what is not registered takes too much, the chain is asked once more what is.
pub(super) async fn claim(app: &App, account: &AccountId, blob: Hash, size: u64) -> Answer<Claim> {
    let over = match app.inventory.claim(account, blob, size) {
        Ok(claim) => return Ok(claim),
        Err(over) => over,
    };
    if !over.unregistered || app.looked_at.knows(account, now()) {
        return Err(Failure::quota(&over));
    }
    app.looked_at.note(account, now());
    if let Err(error) = app.collector.look_at(account).await {
        tracing::warn!(error = format!("{error:#}"), "cannot tell what of an account's blobs is registered");
    }
    app.inventory.claim(account, blob, size).map_err(|over| Failure::quota(&over))
}

/// How long the body is that a request announces. A request that says nothing about it has none (RFC 9112, section
/// 6.3).
pub(super) fn content_length(headers: &HeaderMap) -> Answer<u64> {
    let unknown = || {
        Failure::new(
            StatusCode::LENGTH_REQUIRED,
            "length-missing",
            "The size is not announced",
            "The request has no Content-Length.",
            "Send the size of the body as Content-Length.",
        )
    };
    match headers.get(header::CONTENT_LENGTH) {
        Some(value) => value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(unknown),
        None if headers.contains_key(header::TRANSFER_ENCODING) => Err(unknown()),
        None => Ok(0),
    }
}

/// A size that a blob may have.
pub(super) fn check_size(size: u64, most: u64) -> Answer<u64> {
    if size == 0 {
        return Err(Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "blob-empty",
            "The blob is empty",
            "An encrypted file is never empty.",
            "Seal the file and upload the result.",
        ));
    }
    if size > most {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "blob-too-large",
            "The blob is too large",
            format!("It has {size} bytes; this vault takes at most {most}."),
            "Use another vault, or divide the file.",
        ));
    }
    Ok(size)
}

/// Goes on reading a refused upload for a moment: a server that answers and hangs up while the client still sends
/// makes many clients miss the answer.
pub(super) fn linger(body: Body) {
    tokio::spawn(tokio::time::timeout(LINGER, async move {
        let mut stream = body.into_data_stream();
        let mut left = LINGER_BYTES;
        while let Some(Ok(chunk)) = stream.next().await {
            left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if left == 0 {
                break;
            }
        }
    }));
}
