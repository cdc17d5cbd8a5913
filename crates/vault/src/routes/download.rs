//! Blobs are fetched with links.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use medshare_client::vault::{LinkRequest, Problem};
use medshare_types::{FetchBasis, Hash};
use serde::Deserialize;

use super::{
    parse_address,
    range::{Asked, asked},
};
use crate::{
    app::App,
    decision::may_fetch,
    journal::Use,
    links::{Claims, TokenError},
    now,
    problem::{Answer, Failure},
};

/// How long a link of the store works: long enough to follow it, and too short to pass it on.
const STORE_LINK: Duration = Duration::from_secs(60);

/// The token of a link.
#[derive(Deserialize)]
pub struct Token {
    token: Option<String>,
}

/// Fetch a blob, or a range of it, with a link
///
/// The chain is asked again whether the account that asked for the link may fetch it. Each answer with bytes is noted
/// down, and reported to the chain in an access receipt; answers with one link at about the same time share one.
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
        (status = 307, description = "A link of the vault's store, from which the bytes are to be fetched with the same `Range`; where the operator wants it so"),
        (status = 304, description = "The client has it (`If-None-Match`)"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No link, or it has ended, was changed, or is for another blob"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The chain does not allow it any more; the code says why"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "The vault does not have the blob"),
        (status = 416, body = Problem, content_type = "application/problem+json", description = "No byte of the range exists"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many transfers of the account at once"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain, the store or the journal cannot be used, or the vault may not serve now; the code says why")
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
    if app.store_links
        && let Some(response) = at_the_store(&app, address, size, &claims, basis).await?
    {
        return Ok(response);
    }
    let length = range.end.saturating_sub(range.start);
    let slot = app.downloads.take(&claims.accessor).map_err(Failure::full)?;
    let stream = app.store.get(address, range.clone()).await.map_err(|error| Failure::store(&error))?;
    let used = use_of(&claims, basis, length);
    let mut open = app.receipts.open(used).await?;
    let counted = stream.map(move |chunk| {
        // Both end with the body.
        let _slot = &slot;
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

/// The use that begins with an answer of so many bytes.
fn use_of(claims: &Claims, basis: FetchBasis, promised: u64) -> Use {
    Use {
        record: claims.record,
        version: claims.version,
        accessor: claims.accessor.clone(),
        basis,
        at: now(),
        request: claims.request,
        promised,
    }
}

/// Sends a client to the store itself, if that has links. What is fetched there nobody tells the vault, so it counts
/// as all of the blob.
async fn at_the_store(
    app: &App,
    address: Hash,
    size: u64,
    claims: &Claims,
    basis: FetchBasis,
) -> Answer<Option<Response>> {
    let link = match app.store.link(address, STORE_LINK).await {
        Ok(Some(link)) => link,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::warn!(%error, "the store gives no link: the vault serves the blob itself");
            return Ok(None);
        }
    };
    // On the disk before the link leaves, as with bytes.
    app.receipts.open(use_of(claims, basis, size)).await?.handed_out(size);
    let mut response = with_headers(StatusCode::TEMPORARY_REDIRECT, &etag(address), None, Body::empty())?;
    response.headers_mut().insert(header::LOCATION, header_value(link.as_str())?);
    Ok(Some(response))
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
    let now = now();
    let claims = app.link_key.check(&token, address, now).map_err(|error| match error {
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
    let basis = may_fetch(app, &claims.accessor, &asked, now).await?.basis;
    if let Some(damage) = app.inventory.damage(address) {
        return Err(Failure::damaged(damage));
    }
    let size = app.store.size(address).await.map_err(|error| Failure::store(&error))?;
    let size = size.ok_or_else(Failure::no_blob)?;
    Ok(Allowed { address, claims, basis, size })
}

fn link_failure(code: &'static str, title: &'static str, detail: &str, action: &'static str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, code, title, detail, action)
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
