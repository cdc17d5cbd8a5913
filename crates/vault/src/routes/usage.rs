//! How much a member has in the vault.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, Method},
};
use medshare_client::vault::{Problem, Usage, auth::body_hash};

use crate::{app::App, auth::verify, decision::may_bring, now, problem::Answer};

/// How much the signer has in the vault, and may have
///
/// The signer must be an active member in the role `Provider`.
#[utoipa::path(
    get,
    path = "/v1/usage",
    tag = "vault",
    security(("signature" = [])),
    responses(
        (status = 200, body = Usage),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The signer is no active provider"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain cannot be asked")
    )
)]
pub async fn usage(
    State(app): State<App>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer<Json<Usage>> {
    let signed = verify(&app.scope, &method, &uri, &headers, body_hash(b""), now())?;
    may_bring(&app, &signed.account, now()).await?;
    app.nonces.claim(&signed, now())?;
    let (usage, quotas) = app.inventory.usage(&signed.account);
    let limit = |bytes: u64| (bytes > 0).then_some(bytes);
    Ok(Json(Usage {
        bytes: usage.bytes,
        unregistered: usage.unregistered,
        quota: limit(quotas.of(&signed.account)),
        unregistered_quota: limit(quotas.unregistered),
    }))
}
