//! What the vault says about itself.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use medshare_client::vault::{Info, Problem};
use utoipa::OpenApi;

use crate::{app::App, ledger::answer, now, problem::Answer};

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
/// 200 with `ok` if the chain answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain does not answer")
    )
)]
pub async fn health(State(app): State<App>) -> Answer<&'static str> {
    answer(app.ledger.last_receipt(&app.scope.vault)).await?;
    Ok("ok\n")
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
