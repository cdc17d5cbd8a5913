//! The client of one vault.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use medshare_types::{Hash, Moment};
use reqwest::{Method, RequestBuilder, Response, header};
use serde::de::DeserializeOwned;
use subxt_signer::sr25519::Keypair;
use url::Url;

use super::{
    auth::{Authorization, Scope, body_hash},
    error::VaultError,
    wire::{INFO_PATH, Info, LINKS_PATH, Link, LinkRequest, PROBLEM_MEDIA_TYPE, Problem, USAGE_PATH, Usage},
};

/// How long a signed request is valid. Short, because it is sent at once.
const REQUEST_LIFETIME: Duration = Duration::from_secs(60);
/// How often something is tried that can fail for a moment.
pub(super) const ATTEMPTS: u32 = 5;

/// How long a client waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// While a transfer stands still.
    pub idle: Duration,
    /// For the answer to an upload once its last byte was sent: the vault stores all of it first.
    pub stored: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            stored: Duration::from_secs(900),
        }
    }
}

/// A vault, reached over HTTP.
#[derive(Clone, Debug)]
pub struct VaultClient {
    pub(super) http: reqwest::Client,
    /// For uploads: a read timeout would bound the whole of one, because nothing is read before its end.
    pub(super) uploads: reqwest::Client,
    pub(super) patience: Patience,
    base: Url,
    info: Info,
    /// The vault's clock minus ours, ms.
    clock_ahead: i64,
}

impl VaultClient {
    /// Connects to the vault at a base address such as `http://127.0.0.1:8080` and asks who it is.
    pub async fn connect(address: &str) -> Result<Self, VaultError> {
        Self::connect_with(address, Patience::default()).await
    }

    /// Connects as [`Self::connect`], and waits as long as is said.
    pub async fn connect_with(address: &str, patience: Patience) -> Result<Self, VaultError> {
        let base = base_url(address)?;
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|source| VaultError::Unreachable { url: base.to_string(), source })
        };
        let http = build(http_builder(&patience).read_timeout(patience.idle))?;
        let uploads = build(http_builder(&patience))?;
        let mut attempt = 0;
        let info: Info = loop {
            let result = match http.get(join(&base, INFO_PATH)).send().await {
                Ok(response) => read_json(&base, response).await,
                Err(source) => Err(VaultError::Unreachable { url: base.to_string(), source }),
            };
            match result {
                Err(error) if error.is_transient() && attempt + 1 < ATTEMPTS => {
                    attempt += 1;
                    pause(attempt).await;
                }
                other => break other?,
            }
        };
        let clock_ahead = signed(info.time).saturating_sub(signed(unix_ms()));
        Ok(Self { http, uploads, patience, base, info, clock_ahead })
    }

    /// Connects, and refuses a vault that asks another chain.
    pub async fn connect_on(address: &str, genesis: Hash) -> Result<Self, VaultError> {
        let client = Self::connect(address).await?;
        if client.info.genesis == genesis {
            Ok(client)
        } else {
            Err(VaultError::OtherChain { expected: genesis, found: client.info.genesis })
        }
    }

    /// What the vault said about itself when we connected.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Its base address.
    pub fn address(&self) -> &Url {
        &self.base
    }

    /// Asks for a link to the blob of a version. Tried again if the connection fails.
    pub async fn link(&self, signer: &Keypair, request: &LinkRequest) -> Result<Link, VaultError> {
        // Serialising numbers and hashes into memory cannot fail.
        let body = serde_json::to_vec(request).unwrap_or_default();
        let mut attempt = 0;
        loop {
            let sent = self
                .signed(&self.http, signer, Method::POST, LINKS_PATH, body_hash(&body))
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone())
                .send()
                .await;
            let result = match sent {
                Ok(response) => read_json(&self.base, response).await,
                Err(source) => Err(self.unreachable(source)),
            };
            match result {
                Err(error) if error.is_transient() && attempt + 1 < ATTEMPTS => {
                    attempt += 1;
                    pause(attempt).await;
                }
                other => return other,
            }
        }
    }

    /// How much the signer has in the vault, and may have.
    pub async fn usage(&self, signer: &Keypair) -> Result<Usage, VaultError> {
        let request = self.signed(&self.http, signer, Method::GET, USAGE_PATH, body_hash(b""));
        let response = request.send().await.map_err(|source| self.unreachable(source))?;
        read_json(&self.base, response).await
    }

    /// A request with a fresh signature.
    pub(super) fn signed(
        &self,
        http: &reqwest::Client,
        signer: &Keypair,
        method: Method,
        target: &str,
        body: Hash,
    ) -> RequestBuilder {
        let scope = Scope { genesis: self.info.genesis, vault: self.info.account.clone() };
        let now = u64::try_from(signed(unix_ms()).saturating_add(self.clock_ahead)).unwrap_or_default();
        let expires = now.saturating_add(u64::try_from(REQUEST_LIFETIME.as_millis()).unwrap_or_default());
        let authorization = Authorization::sign(signer, &scope, method.as_str(), target, body, expires);
        http.request(method, join(&self.base, target))
            .header(header::AUTHORIZATION, authorization.to_string())
    }

    /// Where a link leads.
    pub(super) fn resolve(&self, link: &Link) -> Result<Url, VaultError> {
        self.base.join(&link.url).map_err(|error| self.unexpected(format!("a link that is no URL ({error})")))
    }

    pub(super) fn unreachable(&self, source: reqwest::Error) -> VaultError {
        VaultError::Unreachable { url: self.base.to_string(), source: source.without_url() }
    }

    pub(super) fn unexpected(&self, what: String) -> VaultError {
        VaultError::Unexpected { url: self.base.to_string(), what }
    }
}

/// The JSON of a successful answer, or the problem of any other.
pub(super) async fn read_json<T: DeserializeOwned>(base: &Url, response: Response) -> Result<T, VaultError> {
    let response = check(base, response).await?;
    let status = response.status();
    response.json().await.map_err(|error| {
        if error.is_decode() {
            VaultError::Unexpected {
                url: base.to_string(),
                what: format!("{status} with unreadable content"),
            }
        } else {
            VaultError::Unreachable { url: base.to_string(), source: error.without_url() }
        }
    })
}

/// Passes a successful answer on; any other is an error.
pub(super) async fn check(base: &Url, response: Response) -> Result<Response, VaultError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(PROBLEM_MEDIA_TYPE.as_bytes()));
    let problem = if is_problem { response.json::<Problem>().await.ok() } else { None };
    Err(match problem {
        Some(problem) => VaultError::Refused(Box::new(problem)),
        None => VaultError::Unexpected { url: base.to_string(), what: format!("HTTP status {status}") },
    })
}

/// Waits longer before each further attempt: 0.2, 0.4, 0.8, 1.6 seconds.
pub(super) async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(100_u64.saturating_mul(2_u64.saturating_pow(attempt.min(6)))))
        .await;
}

fn http_builder(patience: &Patience) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(patience.connect)
        // A vault answers itself; following it elsewhere would hand out links and signatures.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("medshare-client/", env!("CARGO_PKG_VERSION")))
}

fn base_url(address: &str) -> Result<Url, VaultError> {
    let bad = |reason: String| VaultError::BadAddress { text: address.to_owned(), reason };
    let mut base = Url::parse(address).map_err(|error| bad(error.to_string()))?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err(bad("it does not begin with http:// or https://".into()));
    }
    base.set_query(None);
    base.set_fragment(None);
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    Ok(base)
}

/// The address of a path of the vault. A vault may be mounted under a path of its own.
fn join(base: &Url, target: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{}", base.path(), target.trim_start_matches('/')));
    url
}

fn unix_ms() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::try_from(since.as_millis()).unwrap_or(Moment::MAX)
}

fn signed(moment: Moment) -> i64 {
    i64::try_from(moment).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_may_be_mounted_under_a_path() {
        let base = base_url("https://example.org/vault").unwrap();
        assert_eq!(join(&base, "/v1/info").as_str(), "https://example.org/vault/v1/info");
        assert_eq!(
            base.join("v1/blobs/00?token=1").unwrap().as_str(),
            "https://example.org/vault/v1/blobs/00?token=1"
        );
        assert!(base_url("ftp://example.org").is_err());
        assert!(base_url("localhost").is_err());
    }
}
