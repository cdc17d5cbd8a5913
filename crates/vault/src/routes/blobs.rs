//! Blobs: brought by providers, fetched with links.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use medshare_client::vault::{LinkRequest, Problem, Uploaded};
use medshare_types::{FetchBasis, Hash, Role};
use serde::Deserialize;

use super::{
    links,
    range::{Asked, asked},
};
use crate::{
    app::App,
    auth::verify,
    journal::Use,
    ledger::{answer, is_active},
    links::{Claims, TokenError},
    metrics::UPLOADED,
    now,
    problem::{Answer, Failure},
    store::{PutError, receive},
};

/// How much of a refused upload is still read, so that the client gets to read the answer, and for how long.
const LINGER_BYTES: u64 = 16 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(10);

/// Bring a blob
///
/// The signer must be an active member in the role `Provider`. The body is streamed, and becomes visible as a whole
/// once its SHA-256 is the address, or not at all. Bringing a blob that the vault has is no error: the body is
/// checked all the same; with `Expect: 100-continue` it need not be sent.
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
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The vault has the blob with another size"),
        (status = 411, body = Problem, content_type = "application/problem+json", description = "No Content-Length"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Larger than this vault takes"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The body is not the blob with this address"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain or the store cannot be used")
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
    let checked = async {
        let address = parse_address(&address)?;
        let now = now();
        let signed = verify(&app.scope, &method, &uri, &headers, address, now)?;
        let member = answer(app.ledger.member(&signed.account)).await?;
        if !is_active(member.as_ref(), Role::Provider) {
            return Err(Failure::new(
                StatusCode::FORBIDDEN,
                "refused-not-provider",
                "The chain does not allow it",
                "The account is no active member in the role Provider.",
                "Ask a hospital to admit or reinstate the account as a provider.",
            ));
        }
        app.nonces.claim(&signed, now)?;
        let size = announced_size(&headers, app.limits.max_blob_bytes)?;
        let has = app.store.size(address).await.map_err(|error| Failure::store(&error))?;
        Ok((address, size, has))
    };
    let (address, size, has) = match checked.await {
        Ok(checked) => checked,
        Err(failure) => {
            linger(body);
            return Err(failure);
        }
    };
    let answer = |status, created| Ok((status, Json(Uploaded { blob: address, size, created })));
    match has {
        Some(has) if has != size => {
            linger(body);
            Err(Failure::new(
                StatusCode::CONFLICT,
                "size-differs",
                "The blob with this address has another size",
                format!("The vault has the blob with {has} bytes; the request announces {size}."),
                "Compute the address and the size of the file again.",
            ))
        }
        Some(_) => {
            if !headers.contains_key(header::EXPECT) {
                receive(address, size, body.into_data_stream(), None).await.map_err(put_failure)?;
            }
            answer(StatusCode::OK, false)
        }
        None => {
            // On a task of its own, so that what was stored of it is removed when the client goes away.
            let store = app.store.clone();
            let task = tokio::spawn(async move { store.put(address, size, body.into_data_stream()).await });
            let result = task.await.map_err(|error| {
                tracing::error!(%error, "an upload's task failed");
                Failure::store(&object_store::Error::Generic { store: "vault", source: error.into() })
            })?;
            result.map_err(put_failure)?;
            metrics::counter!(UPLOADED).increment(size);
            tracing::info!(blob = %hex::encode(address), size, "stored a blob");
            answer(StatusCode::CREATED, true)
        }
    }
}

/// The token of a link.
#[derive(Deserialize)]
pub struct Token {
    token: Option<String>,
}

/// Fetch a blob, or a range of it, with a link
///
/// The chain is asked again whether the account that asked for the link may fetch it. Each answer with bytes is
/// noted down and reported to the chain as one access receipt.
#[utoipa::path(
    get,
    path = "/v1/blobs/{address}",
    tag = "blobs",
    params(
        ("address" = String, Path, description = "SHA-256 of the blob, 64 hex digits"),
        ("token" = String, Query, description = "From the link"),
        ("Range" = Option<String>, Header, description = "One range of bytes")
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "The range"),
        (status = 304, description = "The client has it (`If-None-Match`)"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No link, or it has ended, was changed, or is for another blob"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The chain does not allow it any more; the code says why"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "The vault does not have the blob"),
        (status = 416, body = Problem, content_type = "application/problem+json", description = "No byte of the range exists"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain, the store or the journal cannot be used")
    )
)]
pub async fn get(
    State(app): State<App>,
    Path(address): Path<String>,
    Query(token): Query<Token>,
    headers: HeaderMap,
) -> Answer<Response> {
    let Allowed { address, claims, basis, size } = allowed(&app, &address, token).await?;
    let etag = etag(address);
    if has_already(&headers, &etag) {
        return with_headers(StatusCode::NOT_MODIFIED, &etag, None, Body::empty());
    }
    let (status, range) = match asked(&headers, size, &etag) {
        Asked::All => (StatusCode::OK, 0..size),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => return Err(Failure::range(size)),
    };
    let length = range.end.saturating_sub(range.start);
    let stream = app.store.get(address, range.clone()).await.map_err(|error| Failure::store(&error))?;
    let used = Use {
        record: claims.record,
        version: claims.version,
        accessor: claims.accessor,
        basis,
        at: now(),
        request: claims.request,
        promised: length,
    };
    let mut open = app.receipts.open(used).await.map_err(|_| Failure::journal())?;
    let counted = stream.map(move |chunk| {
        match &chunk {
            Ok(bytes) => open.served(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            Err(error) => tracing::error!(%error, "a blob could not be read to its end"),
        }
        chunk
    });
    let mut response = with_headers(status, &etag, Some(length), Body::from_stream(counted))?;
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.end.saturating_sub(1);
        let value = header_value(&format!("bytes {}-{last}/{size}", range.start))?;
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Size and ETag of a blob, with a link
///
/// The same checks as for fetching it. Nothing is served, so there is no receipt.
#[utoipa::path(
    head,
    path = "/v1/blobs/{address}",
    tag = "blobs",
    params(
        ("address" = String, Path, description = "SHA-256 of the blob, 64 hex digits"),
        ("token" = String, Query, description = "From the link")
    ),
    responses(
        (status = 200, description = "`Content-Length`, `ETag` and `Accept-Ranges`"),
        (status = 401, description = "No link, or it has ended, was changed, or is for another blob"),
        (status = 403, description = "The chain does not allow it any more"),
        (status = 404, description = "The vault does not have the blob"),
        (status = 503, description = "The chain or the store cannot be used")
    )
)]
pub async fn head(
    State(app): State<App>,
    Path(address): Path<String>,
    Query(token): Query<Token>,
) -> Answer<Response> {
    let allowed = allowed(&app, &address, token).await?;
    with_headers(StatusCode::OK, &etag(allowed.address), Some(allowed.size), Body::empty())
}

/// What a link may be used for.
struct Allowed {
    address: Hash,
    claims: Claims,
    basis: FetchBasis,
    size: u64,
}

/// Checks a link and asks the chain again.
async fn allowed(app: &App, address: &str, token: Token) -> Answer<Allowed> {
    let address = parse_address(address)?;
    let token = token.token.ok_or_else(|| {
        link_failure(
            "link-missing",
            "There is no link",
            "Blobs are fetched with the link that POST /v1/links answers.",
            "Ask for a link.",
        )
    })?;
    let claims = app.link_key.check(&token, address, now()).map_err(|error| match error {
        TokenError::Invalid => link_failure(
            "link-invalid",
            "The link is not valid",
            "This vault did not issue the link, or it was changed.",
            "Ask for a link and use it unchanged.",
        ),
        TokenError::Expired => link_failure(
            "link-expired",
            "The link has ended",
            "Links work for a short while only.",
            "Ask for a new link.",
        ),
        TokenError::OtherBlob => link_failure(
            "link-other-blob",
            "The link is for another blob",
            "Each link is for the one blob that it was issued for.",
            "Ask for a link to this blob.",
        ),
    })?;
    let asked = LinkRequest { record: claims.record, version: claims.version, blob: address };
    let basis = links::allowed(app, &claims.accessor, &asked).await?.basis;
    let size = app.store.size(address).await.map_err(|error| Failure::store(&error))?;
    let size = size.ok_or_else(Failure::no_blob)?;
    Ok(Allowed { address, claims, basis, size })
}

fn link_failure(code: &'static str, title: &'static str, detail: &str, action: &'static str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, code, title, detail, action)
}

/// Reads an address: 64 hex digits, with or without `0x`.
fn parse_address(text: &str) -> Answer<Hash> {
    let mut address = Hash::zero();
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), address.as_bytes_mut())
        .map_err(|_| Failure::malformed("The address is not a SHA-256 of 64 hex digits."))?;
    Ok(address)
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
            "No byte came for a minute.",
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

fn etag(address: Hash) -> String {
    format!("\"{}\"", hex::encode(address))
}

fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag))
}

fn with_headers(status: StatusCode, etag: &str, length: Option<u64>, body: Body) -> Answer<Response> {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ETAG, header_value(etag)?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    Ok(response)
}

fn header_value(text: &str) -> Answer<HeaderValue> {
    HeaderValue::try_from(text).map_err(|_| Failure::malformed("The answer cannot be put into a header."))
}
