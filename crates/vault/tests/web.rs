//! A vault that serves the web app: the right files, with what keeps a browser from doing anything else, and the
//! interface beside it as it was.
#![allow(missing_docs)]

mod common;

use std::{fs, path::Path};

use common::*;
use medshare_client::vault::Problem;
use medshare_types::FetchBasis;
use medshare_vault::{app::Vault, web::Settings};
use reqwest::{Response, header::HeaderMap};
use tempfile::TempDir;

const PAGE: &str = "<!doctype html><title>medshare</title>";
const SCRIPT: &str = "console.log('medshare')";

fn app() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let assets = folder.path().join("assets");
    fs::create_dir(&assets).unwrap();
    fs::write(folder.path().join("index.html"), PAGE).unwrap();
    fs::write(assets.join("index-1a2b.js"), SCRIPT).unwrap();
    fs::write(assets.join("index-1a2b.js.br"), "as if by brotli").unwrap();
    fs::write(assets.join("check-3c4d.wasm"), "\0asm").unwrap();
    fs::write(assets.join("style-5e6f.css"), "a{}").unwrap();
    folder
}

fn settings_of(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        node: "wss://rpc.example/ws".parse().unwrap(),
        vaults: vec!["https://other.example:8443/vault/".parse().unwrap()],
    }
}

async fn serve(folder: &TempDir) -> Running {
    start_with(|settings| settings.web = Some(settings_of(folder.path()))).await
}

async fn get(vault: &Running, path: &str) -> Response {
    vault.http.get(vault.url(path)).send().await.unwrap()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

async fn is_nothing(answer: Response) {
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json::<Problem>().await.unwrap().code, "route-unknown");
}

#[tokio::test]
async fn files_have_their_types_and_hashed_ones_are_kept_for_ever() {
    let folder = app();
    let vault = serve(&folder).await;
    for (path, media_type, caching) in [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/assets/index-1a2b.js", "text/javascript", "public, max-age=31536000, immutable"),
        ("/assets/check-3c4d.wasm", "application/wasm", "public, max-age=31536000, immutable"),
        ("/assets/style-5e6f.css", "text/css", "public, max-age=31536000, immutable"),
    ] {
        let answer = get(&vault, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(text(answer.headers(), "content-type"), media_type, "{path}");
        assert_eq!(text(answer.headers(), "cache-control"), caching, "{path}");
    }
    assert_eq!(get(&vault, "/").await.text().await.unwrap(), PAGE);
    assert_eq!(get(&vault, "/assets/index-1a2b.js").await.text().await.unwrap(), SCRIPT);
    let head = vault.http.head(vault.url("/assets/index-1a2b.js")).send().await.unwrap();
    assert_eq!(text(head.headers(), "content-length"), SCRIPT.len().to_string());
}

#[tokio::test]
async fn every_answer_says_what_the_page_may_do() {
    let folder = app();
    let vault = serve(&folder).await;
    for path in ["/", "/index.html", "/assets/index-1a2b.js", "/config.json"] {
        let answer = get(&vault, path).await;
        let policy = text(answer.headers(), "content-security-policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "worker-src 'self'",
            // Where connections go, and not which paths there.
            "connect-src 'self' wss://rpc.example https://other.example:8443",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&directive), "{path}: {directive} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(text(answer.headers(), "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(text(answer.headers(), "referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn compressed_copies_are_for_those_who_take_them() {
    let folder = app();
    let vault = serve(&folder).await;
    let ask = async |encodings: &str| {
        let asked = vault.http.get(vault.url("/assets/index-1a2b.js")).header("accept-encoding", encodings);
        asked.send().await.unwrap()
    };
    let compressed = ask("gzip, br").await;
    assert_eq!(text(compressed.headers(), "content-encoding"), "br");
    assert_eq!(text(compressed.headers(), "content-type"), "text/javascript");
    assert_eq!(text(compressed.headers(), "vary"), "accept-encoding");
    assert_eq!(compressed.bytes().await.unwrap(), "as if by brotli");
    let plain = ask("identity").await;
    assert_eq!(text(plain.headers(), "content-encoding"), "");
    assert_eq!(plain.text().await.unwrap(), SCRIPT);
}

#[tokio::test]
async fn nothing_is_served_but_the_files_of_the_app() {
    let folder = app();
    let beside = folder.path().parent().unwrap().join("medshare-beside-the-app.txt");
    fs::write(&beside, "not the app's").unwrap();
    let vault = serve(&folder).await;
    let paths = [
        "/assets/index-old.js",
        "/assets",
        "/assets/",
        "/market",
        "/favicon.ico",
        "/..%2fmedshare-beside-the-app.txt",
        "/%2e%2e/medshare-beside-the-app.txt",
        "/v1",
        "/v1/none",
    ];
    for path in paths {
        is_nothing(get(&vault, path).await).await;
    }
    fs::remove_file(beside).unwrap();
    is_nothing(vault.http.post(vault.url("/index.html")).send().await.unwrap()).await;
}

#[tokio::test]
async fn the_app_is_told_which_node_and_vaults_to_use() {
    let folder = app();
    fs::write(folder.path().join("config.json"), "{}").unwrap();
    let vault = serve(&folder).await;
    let answer = get(&vault, "/config.json").await;
    assert_eq!(text(answer.headers(), "cache-control"), "no-cache");
    let told: serde_json::Value = answer.json().await.unwrap();
    let expected = serde_json::json!({
        "node": "wss://rpc.example/ws",
        "genesis": GENESIS,
        "vaults": ["/", "https://other.example:8443/vault/"],
    });
    assert_eq!(told, expected, "and not what the folder has for other servers");
}

#[tokio::test]
async fn the_interface_is_as_it_was_without_the_app() {
    let folder = app();
    let vault = serve(&folder).await;
    let bytes = noise(1_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let answer = vault.http.get(&link).send().await.unwrap();
    assert_eq!(text(answer.headers(), "content-security-policy"), "");
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    assert_eq!(get(&vault, "/healthz").await.status(), 200);
    let unsigned = vault.http.post(vault.url("/v1/links")).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    is_nothing(get(&start().await, "/").await).await;
}

#[tokio::test]
async fn a_vault_does_not_start_with_an_app_that_cannot_work() {
    let folder = app();
    let refused = async |change: fn(&mut Settings)| {
        let state = tempfile::tempdir().unwrap();
        let mut web = settings_of(folder.path());
        change(&mut web);
        let mut settings = settings(state.path());
        settings.web = Some(web);
        Vault::new(settings, chain()).await.err().unwrap().to_string()
    };
    let error = refused(|web| web.folder = "/nowhere".into()).await;
    assert!(error.contains("/nowhere/index.html") && error.contains("npm run build"), "{error}");
    let error = refused(|web| web.node = "https://rpc.example".parse().unwrap()).await;
    assert!(error.contains("--web-node https://rpc.example/") && error.contains("wss://"), "{error}");
    let error = refused(|web| web.vaults = vec!["mailto:somebody".parse().unwrap()]).await;
    assert!(error.contains("--web-vault mailto:somebody"), "{error}");
}
