//! Links: who may fetch which blob for a short while.

use std::time::Duration;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{OriginalUri, State},
    http::{HeaderMap, Method, StatusCode},
};
use bytes::Bytes;
use medshare_client::vault::{Link, LinkRequest, Problem, auth::body_hash, wire::blob_path};

use crate::{
    app::App,
    auth::verify,
    decision::may_fetch,
    links::Claims,
    now,
    problem::{Answer, Failure},
};

/// Largest request, bytes.
const MAX_BODY: usize = 16 * 1024;

/// Ask for a link to the blob of a version
///
/// The chain is asked at its finalised head whether the signer may fetch it, and whether this vault holds it. The
/// link works for a short while for whoever has it; the chain is asked again at each download. The vault keeps the
/// signed request, because the receipts of what is fetched with the link name it by its SHA-256.
#[utoipa::path(
    post,
    path = "/v1/links",
    tag = "blobs",
    request_body = LinkRequest,
    security(("signature" = [])),
    responses(
        (status = 201, body = Link),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The request cannot be read"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The chain does not allow it; the code says why"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such version, or this vault does not hold it"),
        (status = 408, body = Problem, content_type = "application/problem+json", description = "The body did not come"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain or the store cannot be asked, or the vault may not serve now; the code says why")
    )
)]
pub async fn create(
    State(app): State<App>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Link>)> {
    let body = read(body, app.bounds.body_read).await?;
    let now = now();
    let signed = verify(&app.scope, &method, &uri, &headers, body_hash(&body), now)?;
    let asked: LinkRequest =
        serde_json::from_slice(&body).map_err(|error| Failure::malformed(format!("The body: {error}.")))?;

    let allowed = may_fetch(&app, &signed.account, &asked, now).await?;
    app.nonces.claim(&signed, now)?;
    if app.receipts.is_behind() {
        return Err(Failure::behind());
    }
    if let Some(damage) = app.inventory.damage(asked.blob) {
        return Err(Failure::damaged(damage));
    }
    let size = app.store.size(asked.blob).await.map_err(|error| Failure::store(&error))?;
    let size = size.ok_or_else(Failure::no_blob)?;
    app.evidence.keep(&signed).await.map_err(|error| {
        tracing::error!(%error, "a signed request could not be kept: no link is given");
        Failure::journal()
    })?;

    let expires = now.saturating_add(app.limits.link_lifetime).min(allowed.until.unwrap_or(u64::MAX));
    let token = app.link_key.issue(&Claims {
        blob: asked.blob,
        record: asked.record,
        version: asked.version,
        accessor: signed.account,
        request: signed.request,
        expires,
    });
    let path = blob_path(asked.blob);
    let base = app.public_url.as_ref().map(|url| url.as_str()).unwrap_or_default();
    let url = format!("{base}{}?token={token}", path.trim_start_matches('/'));
    Ok((StatusCode::CREATED, Json(Link { url, expires, size })))
}

/// Reads a small body.
async fn read(body: Body, within: Duration) -> Answer<Bytes> {
    let read = tokio::time::timeout(within, to_bytes(body, MAX_BODY)).await.map_err(|_| {
        Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "body-slow",
            "The request did not come to its end",
            format!("Its body was not complete after {} seconds.", within.as_secs()),
            "Send it again.",
        )
    })?;
    read.map_err(|_| {
        Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            "The request is too large",
            format!("More than {MAX_BODY} bytes, or the connection broke."),
            "Send what GET /openapi.json describes.",
        )
    })
}
