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
use medshare_types::Hash;

use super::parse_address;
use crate::{
    app::App,
    auth::verify,
    decision::may_bring,
    metrics::UPLOADED,
    now,
    problem::{Answer, Failure},
    slots::Slot,
    space::Room,
    store::PutError,
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
        (status = 408, body = Problem, content_type = "application/problem+json", description = "The upload stood still"),
        (status = 411, body = Problem, content_type = "application/problem+json", description = "No Content-Length"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Larger than this vault takes"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The body is not the blob with this address"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests, or too many transfers of the account at once"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain or the store cannot be used, or the vault is busy"),
        (status = 507, body = Problem, content_type = "application/problem+json", description = "The vault has no room")
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
    let Upload { address, size, known, room, slot } =
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
    if known == Some(size) && headers.contains_key(header::EXPECT) {
        return answer;
    }
    // On a task of its own, so that what was stored of it is removed when the client goes away.
    let (store, idle) = (app.store.clone(), app.bounds.upload_idle);
    let task = app.storing.spawn(async move {
        let result = store.put(address, size, idle, body.into_data_stream()).await;
        drop((room, slot));
        result
    });
    let result = task.await.map_err(|error| {
        tracing::error!(%error, "an upload's task failed");
        Failure::store(&object_store::Error::Generic { store: "vault", source: error.into() })
    })?;
    result.map_err(put_failure)?;
    metrics::counter!(UPLOADED).increment(size);
    if known.is_some_and(|known| known != size) {
        tracing::warn!(blob = %hex::encode(address), size, "replaced a blob that had another size");
    } else {
        tracing::info!(blob = %hex::encode(address), size, again = has, "stored a blob");
    }
    answer
}

/// An upload that may begin.
struct Upload {
    address: Hash,
    size: u64,
    /// Size of the copy that the vault has.
    known: Option<u64>,
    room: Option<Room>,
    slot: Slot,
}

/// Checks everything that can be checked before the body is read.
async fn check(app: &App, address: &str, method: &Method, uri: &Uri, headers: &HeaderMap) -> Answer<Upload> {
    let address = parse_address(address)?;
    let now = now();
    let signed = verify(&app.scope, method, uri, headers, address, now)?;
    may_bring(app, &signed.account, now).await?;
    app.nonces.claim(&signed, now)?;
    let size = announced_size(headers, app.limits.max_blob_bytes)?;
    let slot = app.uploads.take(&signed.account).map_err(Failure::full)?;
    let room = match app.store.free() {
        Ok(None) => None,
        Ok(Some(free)) => Some(app.space.claim(size, free).ok_or_else(|| Failure::disk_full(size))?),
        Err(error) => {
            return Err(Failure::store(&object_store::Error::Generic {
                store: "vault",
                source: error.into(),
            }));
        }
    };
    let known = app.store.size(address).await.map_err(|error| Failure::store(&error))?;
    Ok(Upload { address, size, known, room, slot })
}

fn announced_size(headers: &HeaderMap, most: u64) -> Answer<u64> {
    let size = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok())
        .ok_or_else(|| {
            Failure::new(
                StatusCode::LENGTH_REQUIRED,
                "length-missing",
                "The size is not announced",
                "The request has no Content-Length.",
                "Send the size of the blob as Content-Length.",
            )
        })?;
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

fn put_failure(error: PutError) -> Failure {
    match error {
        PutError::Body(detail) => Failure::new(
            StatusCode::BAD_REQUEST,
            "upload-broken",
            "The upload broke off",
            format!("The connection broke before the body was complete: {detail}."),
            "Send it again.",
        ),
        PutError::Idle => Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "upload-idle",
            "The upload stood still",
            "No byte came for too long.",
            "Send it again.",
        ),
        PutError::WrongSize { received } => Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "size-mismatch",
            "The body does not have the announced size",
            format!("{received} bytes came, which is not what Content-Length says. Nothing was stored."),
            "Send the file as it was when its address was computed.",
        ),
        PutError::WrongAddress { found } => Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "address-mismatch",
            "The body is not the blob with this address",
            format!("The SHA-256 of the body is {}. Nothing was stored.", hex::encode(found)),
            "Send the file as it was when its address was computed; if it was not changed, send it again.",
        ),
        PutError::Store(error) => Failure::store(&error),
    }
}

/// Goes on reading a refused upload for a moment: a server that answers and hangs up while the client still sends
/// makes many clients miss the answer.
fn linger(body: Body) {
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
