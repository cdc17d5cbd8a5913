//! What operators and web pages see.
#![allow(missing_docs)]

mod common;

use common::*;
use medshare_client::vault::Info;
use medshare_types::FetchBasis;
use medshare_vault::{now, routes::Description};
use utoipa::OpenApi;

#[tokio::test]
async fn tells_who_it_is() {
    let vault = start().await;
    let info: Info = vault.http.get(vault.url("/v1/info")).send().await.unwrap().json().await.unwrap();
    assert_eq!((info.account, info.genesis), (account(&vault_account()), GENESIS));
    assert!(info.time.abs_diff(now()) < 5_000);
    assert_eq!((info.limits.max_blob_bytes, info.limits.link_lifetime), (100 << 20, 60_000));
    let health = vault.http.get(vault.url("/healthz")).send().await.unwrap();
    assert_eq!((health.status().as_u16(), health.text().await.unwrap().as_str()), (200, "ok\n"));
    refused(vault.http.get(vault.url("/v2/info")), 404, "route-unknown").await;
    refused(vault.http.delete(vault.url("/v1/info")), 405, "method-unknown").await;
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let vault = start().await;
    let blob = vault.bring(&noise(1_234)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    vault.http.get(&link).send().await.unwrap().bytes().await.unwrap();
    refused(vault.http.get(format!("{link}00")), 401, "link-invalid").await;
    let made_up = reqwest::Method::from_bytes(b"X1234567").unwrap();
    refused(vault.http.request(made_up, vault.url("/v1/info")), 405, "method-unknown").await;
    let text = vault.http.get(vault.url("/metrics")).send().await.unwrap().text().await.unwrap();
    for expected in [
        "medshare_vault_uploaded_bytes_total",
        "medshare_vault_served_bytes_total",
        "method=\"other\"",
        "medshare_vault_problems_total{code=\"link-invalid\"}",
        "route=\"/v1/blobs/{address}\"",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    for secret in [hex::encode(blob), account(&buyer()).to_string(), "token".into(), "X1234567".into()] {
        assert!(!text.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn web_pages_may_use_it_only_where_the_operator_says() {
    let ask = async |vault: &Running, origin: &str| {
        let request = vault
            .http
            .request(reqwest::Method::OPTIONS, vault.url("/v1/links"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        request.send().await.unwrap().headers().get("access-control-allow-origin").cloned()
    };
    let closed = start().await;
    assert_eq!(ask(&closed, "https://dashboard.example").await, None);
    let open = start_with(|settings| settings.cors_origins = vec!["https://dashboard.example".into()]).await;
    assert_eq!(ask(&open, "https://dashboard.example").await.unwrap(), "https://dashboard.example");
    assert_eq!(ask(&open, "https://elsewhere.example").await, None);
}

/// The description is part of the repository, so that a change of the interface is seen in review. Renewed with
/// `UPDATE_OPENAPI=1 cargo test -p medshare-vault --test operation`.
#[test]
fn the_description_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let current = Description::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == current, "crates/vault/openapi.json is old: run with UPDATE_OPENAPI=1");
}
