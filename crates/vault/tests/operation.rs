//! What operators and web pages see.
#![allow(missing_docs)]

mod common;

use common::*;
use medshare_client::vault::Info;
use medshare_types::FetchBasis;
use medshare_vault::{
    now,
    routes::{Description, table},
};
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

#[tokio::test]
async fn the_description_names_exactly_what_is_served() {
    let vault = start().await;
    let description = serde_json::to_value(Description::openapi()).unwrap();
    let described = description["paths"].as_object().unwrap();
    let mut served: Vec<&str> = table().into_iter().map(|(path, _)| path).collect();
    served.sort_unstable();
    let mut paths: Vec<&str> = described.keys().map(String::as_str).collect();
    paths.sort_unstable();
    assert_eq!(served, paths);
    for path in paths {
        let target = vault.url(&path.replace("{address}", &"ab".repeat(32)));
        for method in ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let lower = method.to_lowercase();
            // Whoever answers GET answers HEAD in the same way, if nothing else is said.
            let is_described = described[path].get(&lower).is_some()
                || (lower == "head" && described[path].get("get").is_some());
            let asked = vault.http.request(method.parse().unwrap(), &target).header("tus-resumable", "1.0.0");
            let status = asked.send().await.unwrap().status().as_u16();
            assert_eq!(status != 405, is_described, "{method} {path} answers {status}");
            assert_ne!(status, 500, "{method} {path}");
        }
    }
}

/// Each problem that a route may answer with has one of the statuses that the description names for it.
#[tokio::test]
async fn refusals_have_a_status_that_the_description_names() {
    let vault = start().await;
    let description = serde_json::to_value(Description::openapi()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let target = vault.url(&path.replace("{address}", &"ab".repeat(32)));
        for (method, described) in methods.as_object().unwrap() {
            let asked = vault.http.request(method.to_uppercase().parse().unwrap(), &target);
            let answer = asked.header("tus-resumable", "1.0.0").send().await.unwrap();
            let status = answer.status().as_u16().to_string();
            assert!(described["responses"].get(&status).is_some(), "{method} {path} answers {status}");
        }
    }
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
