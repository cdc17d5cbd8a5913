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

/// Blobs that the store had at the last look.
pub const BLOBS: &str = "medshare_vault_blobs";
/// Of those, the ones that nobody needs.
pub const BLOBS_UNNEEDED: &str = "medshare_vault_unneeded_blobs";
/// Bytes of blobs that were removed because nobody needs them.
pub const COLLECTED: &str = "medshare_vault_removed_bytes_total";
/// When the last look for what nobody needs ended, seconds since 1970.
pub const COLLECTED_AT: &str = "medshare_vault_last_collection_seconds";
/// Looks that could not be ended.
pub const COLLECTION_FAILURES: &str = "medshare_vault_collection_failures_total";
/// Blobs that are not what they should be.
pub const DAMAGED: &str = "medshare_vault_damaged_blobs";
/// Bytes that were read again.
pub const SCRUBBED: &str = "medshare_vault_scrubbed_bytes_total";
/// When all blobs had last been read again, seconds since 1970.
pub const SCRUBBED_AT: &str = "medshare_vault_last_scrub_seconds";
/// Blobs that could not be read again.
pub const SCRUB_FAILURES: &str = "medshare_vault_scrub_failures_total";
/// Uploads that can be gone on with.
pub const UPLOADS_OPEN: &str = "medshare_vault_resumable_uploads";

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
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
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
    describe_gauge!(BLOBS, "Blobs that the store had at the last look");
    describe_gauge!(BLOBS_UNNEEDED, "Blobs that nobody needs, and that are kept for a time of grace");
    describe_counter!(COLLECTED, "Bytes of blobs that were removed because nobody needs them");
    describe_gauge!(COLLECTED_AT, "When the last look for what nobody needs ended, seconds since 1970");
    describe_counter!(COLLECTION_FAILURES, "Looks for what nobody needs that could not be ended");
    describe_gauge!(
        DAMAGED,
        "Blobs that are not what their address says, or that the store has lost or cannot read"
    );
    describe_counter!(SCRUBBED, "Bytes that were read again to find what has rotten");
    describe_gauge!(SCRUBBED_AT, "When all blobs had last been read again, seconds since 1970");
    describe_counter!(SCRUB_FAILURES, "Blobs that could not be read again");
    describe_gauge!(UPLOADS_OPEN, "Uploads that can be gone on with");
    // There from the beginning, so that the first one is seen as an increase.
    for name in [
        UPLOADED,
        SERVED,
        CHAIN_ERRORS,
        RECEIPTS_POSTED,
        RECEIPTS_REFUSED,
        COLLECTED,
        COLLECTION_FAILURES,
        SCRUBBED,
        SCRUB_FAILURES,
    ] {
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
        assert_eq!(label(&Method::TRACE), "other");
        assert_eq!(label(&Method::from_bytes(b"X1234").unwrap()), "other");
    }
}
