//! What the vault says about itself.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use medshare_client::vault::{Info, Problem};
use utoipa::OpenApi;

use crate::{app::App, decision::can_work, now, problem::Answer};

/// Who this vault is
///
/// Everything that is needed to sign a request to it.
#[utoipa::path(get, path = "/v1/info", tag = "vault", responses((status = 200, body = Info)))]
pub async fn info(State(app): State<App>) -> Json<Info> {
    Json(Info {
        account: app.scope.vault.clone(),
        genesis: app.scope.genesis,
        version: env!("CARGO_PKG_VERSION").into(),
        time: now(),
        limits: app.limits,
    })
}

/// Whether the vault can do its work
///
/// 200 with `ok` if the chain answers and its newest final block is not old, the vault's account is an active member in
/// the role `Vault`, and not too many of its receipts wait for the chain. Asked at most every few seconds; between, the
/// last answer is given again. The store is not tried.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "It cannot; the code says why")
    )
)]
pub async fn health(State(app): State<App>) -> Answer<&'static str> {
    let now = now();
    // Whoever asks at the same time waits for the same answer.
    let mut health = app.health.lock().await;
    let fresh = health.as_ref().filter(|(until, _)| now < *until).map(|(_, known)| known.clone());
    let known = match fresh {
        Some(known) => known,
        None => {
            let known = can_work(&app, now).await;
            let keep = u64::try_from(app.bounds.cache.as_millis()).unwrap_or(u64::MAX);
            *health = Some((now.saturating_add(keep), known.clone()));
            known
        }
    };
    known.map(|()| "ok\n")
}

/// Metrics for Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render())
}

/// This description
#[utoipa::path(get, path = "/openapi.json", tag = "operation", responses((status = 200, body = Object)))]
pub async fn openapi() -> impl IntoResponse {
    match super::Description::openapi().to_pretty_json() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the OpenAPI description cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
