//! The files of the web app, for vaults that serve it, and what browsers are told to do with them.

use std::{io, path::PathBuf};

use anyhow::{Context, bail};
use axum::{
    Json,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use medshare_types::Hash;
use serde::Serialize;
use tower_http::services::ServeDir;
use url::Url;

/// Where the app reads which node and vaults it uses.
const CONFIG: &str = "/config.json";
/// Where the app's build puts files whose names have a hash of their content.
const HASHED: &str = "/assets/";
/// A year, as long as caches keep anything.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, and asked about each time.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The app that a vault serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the built app, which has an `index.html`.
    pub folder: PathBuf,
    /// WebSocket address under which browsers reach a node.
    pub node: Url,
    /// Addresses of other vaults that the app may use.
    pub vaults: Vec<Url>,
}

/// What the app is told, as `config.json`.
#[derive(Clone, Debug, Serialize)]
struct Config {
    node: String,
    /// That of the vault's own chain: the app takes no other, whatever the node says.
    genesis: Hash,
    /// Relative to the page: the first is the vault that serves it.
    vaults: Vec<String>,
}

/// Answers requests for the app's files.
#[derive(Clone, Debug)]
pub struct Web {
    files: ServeDir,
    config: Config,
    headers: HeaderMap,
}

impl Web {
    /// Looks whether the app is there, and prepares what every answer says. `store` is the origin that downloads are sent
    /// to, if they are.
    ///
    /// # Errors
    /// If the folder has no `index.html`, or an address is none that browsers could connect to.
    pub fn open(settings: Settings, genesis: Hash, store: Option<String>) -> anyhow::Result<Self> {
        let Settings { folder, node, vaults } = settings;
        let index = folder.join("index.html");
        if !index.is_file() {
            bail!(
                "there is no {}; --web names the folder of the built app, which `npm run build` in dashboard/ puts into \
                 dashboard/dist",
                index.display()
            );
        }
        let mut connect = vec![origin("--web-node", &node, &["ws", "wss"])?];
        for vault in &vaults {
            connect.push(origin("--web-vault", vault, &["http", "https"])?);
        }
        connect.extend(store);
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
             font-src 'self'; manifest-src 'self'; worker-src 'self'; connect-src 'self' {}; object-src 'none'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            connect.join(" ")
        );
        let policy = HeaderValue::from_str(&policy).context("an address is none that a header can name")?;
        let fixed = HeaderValue::from_static;
        let headers = HeaderMap::from_iter([
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (header::REFERRER_POLICY, fixed("no-referrer")),
            (header::VARY, fixed("accept-encoding")),
            (HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin")),
            (HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin")),
            (
                HeaderName::from_static("permissions-policy"),
                fixed("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ),
        ]);
        let own = "/".to_owned();
        let vaults = std::iter::once(own).chain(vaults.into_iter().map(String::from)).collect();
        let files =
            ServeDir::new(&folder).redirect_to_trailing_slash(false).precompressed_br().precompressed_gzip();
        Ok(Self { files, config: Config { node: node.into(), genesis, vaults }, headers })
    }

    /// What a request outside of the vault's interface gets: a file of the app, or nothing, if there is none. The app has
    /// one page, whose own places are behind a `#` that servers never see.
    pub async fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        let path = uri.path();
        if !matches!(*method, Method::GET | Method::HEAD) || path == "/v1" || path.starts_with("/v1/") {
            return None;
        }
        if path == CONFIG {
            return Some(self.dressed(Json(&self.config).into_response(), ASK_AGAIN));
        }
        match self.file(method, uri.clone(), headers).await {
            Ok(response) if response.status() == StatusCode::NOT_FOUND => None,
            Ok(response) => {
                let whole = [StatusCode::OK, StatusCode::PARTIAL_CONTENT, StatusCode::NOT_MODIFIED];
                let lasts = path.starts_with(HASHED) && whole.contains(&response.status());
                let caching = if lasts { FOR_EVER } else { ASK_AGAIN };
                Some(self.dressed(response, caching))
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                None
            }
            Err(error) => {
                tracing::error!(%error, "a file of the web app cannot be read");
                Some(StatusCode::INTERNAL_SERVER_ERROR.into_response())
            }
        }
    }

    async fn file(&self, method: &Method, uri: Uri, headers: &HeaderMap) -> io::Result<Response> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers.clone();
        Ok(self.files.clone().try_call(request).await?.map(Body::new))
    }

    fn dressed(&self, mut response: Response, caching: HeaderValue) -> Response {
        let headers = response.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(header::CACHE_CONTROL, caching);
        response
    }
}

/// An address as a policy names it.
fn origin(option: &str, url: &Url, schemes: &[&str]) -> anyhow::Result<String> {
    if !schemes.contains(&url.scheme()) || !url.has_host() {
        bail!(
            "{option} {url} is none that a browser could connect to: it begins with {}://",
            schemes.join(":// or ")
        );
    }
    Ok(url.origin().ascii_serialization())
}
