//! Prometheus metrics and the request log. Neither holds accounts, addresses or tokens.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Requests by method, route and status.
pub const REQUESTS: &str = "medshare_vault_requests_total";
/// Seconds until the answer's headers, by route.
pub const SECONDS: &str = "medshare_vault_request_seconds";
/// Refused requests by problem code.
pub const PROBLEMS: &str = "medshare_vault_problems_total";
/// Bytes of verified uploads.
pub const UPLOADED: &str = "medshare_vault_uploaded_bytes_total";
/// Bytes served.
pub const SERVED: &str = "medshare_vault_served_bytes_total";
/// Failed questions to the chain.
pub const CHAIN_ERRORS: &str = "medshare_vault_chain_errors_total";
/// Receipts that are not final yet.
pub const RECEIPTS_PENDING: &str = "medshare_vault_receipts_pending";
/// Receipts that became final.
pub const RECEIPTS_POSTED: &str = "medshare_vault_receipts_posted_total";
/// Receipts that the chain will never take.
pub const RECEIPTS_REFUSED: &str = "medshare_vault_receipts_refused_total";

/// How often what histograms have collected is drained, which would grow for ever otherwise.
const UPKEEP: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the recorder of this process, once.
pub fn install() -> PrometheusHandle {
    RECORDER
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // Fails only where another recorder is installed; then ours shows nothing, which harms nobody.
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed: /metrics stays empty");
            }
            describe();
            handle
        })
        .clone()
}

/// Keeps the recorder small as long as it is used.
pub async fn upkeep(handle: PrometheusHandle) {
    let mut interval = tokio::time::interval(UPKEEP);
    loop {
        interval.tick().await;
        handle.run_upkeep();
    }
}

/// A method as a label: whatever a client makes up is one label only.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn describe() {
    use metrics::{counter, describe_counter, describe_gauge, describe_histogram};
    describe_counter!(REQUESTS, "Requests by method, route and status");
    describe_histogram!(SECONDS, "Seconds until the headers of the answer, by route");
    describe_counter!(PROBLEMS, "Refused requests by problem code");
    describe_counter!(UPLOADED, "Bytes of verified uploads");
    describe_counter!(SERVED, "Bytes served");
    describe_counter!(CHAIN_ERRORS, "Failed questions to the chain");
    describe_gauge!(RECEIPTS_PENDING, "Receipts that are not final on the chain yet");
    describe_counter!(RECEIPTS_POSTED, "Receipts that became final on the chain");
    describe_counter!(RECEIPTS_REFUSED, "Receipts that the chain will never take");
    // There from the beginning, so that the first one is seen as an increase.
    for name in [UPLOADED, SERVED, CHAIN_ERRORS, RECEIPTS_POSTED, RECEIPTS_REFUSED] {
        counter!(name).increment(0);
    }
}

/// Counts and logs a request by its route, never by its address or query.
pub async fn observe(request: Request, next: Next) -> Response {
    let method = label(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unknown".to_owned(), |path| path.as_str().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!(SECONDS, "route" => route.clone()).record(elapsed.as_secs_f64());
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, %route, status, millis, "request");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_clients_make_up_are_one_label() {
        assert_eq!(label(&Method::PUT), "PUT");
        assert_eq!(label(&Method::DELETE), "other");
        assert_eq!(label(&Method::from_bytes(b"X1234").unwrap()), "other");
    }
}
