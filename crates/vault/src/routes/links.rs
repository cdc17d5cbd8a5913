//! Links: who may fetch which blob for a short while.

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{OriginalUri, State},
    http::{HeaderMap, Method, StatusCode},
};
use medshare_client::vault::{Link, LinkRequest, Problem, auth::body_hash, wire::blob_path};
use medshare_types::{AccountId, FetchBasis, FetchDecision, Locators, Moment};

use crate::{
    app::App,
    auth::verify,
    ledger::answer,
    links::Claims,
    now,
    problem::{Answer, Failure},
};

/// Largest request, bytes.
const MAX_BODY: usize = 16 * 1024;

/// Ask for a link to the blob of a version
///
/// The chain is asked at its finalised head whether the signer may fetch it, and whether this vault holds it. The
/// link works for a short while for whoever has it; the chain is asked again at each download.
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
        (status = 413, body = Problem, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain or the store cannot be asked")
    )
)]
pub async fn create(
    State(app): State<App>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Link>)> {
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            "The request is too large",
            format!("More than {MAX_BODY} bytes, or the connection broke."),
            "Send what GET /openapi.json describes.",
        )
    })?;
    let now = now();
    let signed = verify(&app.scope, &method, &uri, &headers, body_hash(&body), now)?;
    let asked: LinkRequest =
        serde_json::from_slice(&body).map_err(|error| Failure::malformed(format!("The body: {error}.")))?;

    let allowed = allowed(&app, &signed.account, &asked).await?;
    app.nonces.claim(&signed, now)?;
    let size = app.store.size(asked.blob).await.map_err(|error| Failure::store(&error))?;
    let size = size.ok_or_else(Failure::no_blob)?;

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

/// What the chain allows.
pub struct Allowed {
    /// On what ground.
    pub basis: FetchBasis,
    /// Until when at most, unix ms.
    pub until: Option<Moment>,
}

/// Asks the chain whether an account may fetch the blob of a version, and whether it is for this vault to serve it:
/// of any other the chain would not take the receipt.
pub async fn allowed(app: &App, who: &AccountId, asked: &LinkRequest) -> Answer<Allowed> {
    let LinkRequest { record, version, blob } = *asked;
    let (decision, locators) = futures::try_join!(
        answer(app.ledger.may_fetch(who, record, version)),
        answer(app.ledger.locators(record, version))
    )?;
    let (basis, until) = match decision {
        FetchDecision::Refused(refusal) => return Err(refusal.into()),
        FetchDecision::Allowed { basis, until } => (basis, until),
    };
    let here = |locators: Locators<AccountId>| {
        locators.iter().any(|locator| locator.vault == app.scope.vault && locator.blob == blob)
    };
    if locators.is_some_and(here) {
        Ok(Allowed { basis, until })
    } else {
        Err(Failure::new(
            StatusCode::NOT_FOUND,
            "blob-elsewhere",
            "This vault does not hold the version",
            "The chain does not name this vault with this blob as a place of the version.",
            "Ask a vault that the version's locators name, with the address that they name.",
        ))
    }
}
