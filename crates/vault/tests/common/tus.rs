//! A tus client that does what a test says.

use base64::{Engine, prelude::BASE64_STANDARD};
use medshare_client::vault::{Authorization, auth::body_hash, wire};
use medshare_types::Hash;
use medshare_vault::now;
use reqwest::{Method, RequestBuilder};
use subxt_signer::sr25519::Keypair;

use super::{Running, address};

impl Running {
    /// A signed request of tus without any other header.
    pub fn tus(&self, who: &Keypair, method: Method, path: &str, body: Hash) -> RequestBuilder {
        let signed = Authorization::sign(who, &self.scope(), method.as_str(), path, body, now() + 60_000);
        self.http
            .request(method, self.url(path))
            .header("authorization", signed.to_string())
            .header("tus-resumable", "1.0.0")
    }

    /// Begins an upload of these bytes.
    pub fn begin(&self, who: &Keypair, bytes: &[u8]) -> RequestBuilder {
        self.begin_as(who, address(bytes), bytes.len() as u64)
    }

    /// Begins an upload of a blob that is said to have this length.
    pub fn begin_as(&self, who: &Keypair, blob: Hash, length: u64) -> RequestBuilder {
        self.tus(who, Method::POST, wire::UPLOADS_PATH, blob)
            .header("upload-length", length)
            .header("upload-metadata", format!("address {}", BASE64_STANDARD.encode(hex::encode(blob))))
    }

    /// Adds a body to an upload.
    pub fn add(&self, who: &Keypair, blob: Hash, offset: u64, body: &[u8]) -> RequestBuilder {
        self.tus(who, Method::PATCH, &wire::upload_path(blob), blob)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
            .body(body.to_vec())
    }

    /// Asks how far an upload is.
    pub fn ask_offset(&self, who: &Keypair, blob: Hash) -> RequestBuilder {
        self.tus(who, Method::HEAD, &wire::upload_path(blob), body_hash(b""))
    }

    /// How far an upload is.
    pub async fn offset(&self, who: &Keypair, blob: Hash) -> u64 {
        let state = self.ask_offset(who, blob).send().await.unwrap();
        assert_eq!(state.status(), 200);
        number(&state, "upload-offset")
    }

    /// Gives an upload up.
    pub fn give_up(&self, who: &Keypair, blob: Hash) -> RequestBuilder {
        self.tus(who, Method::DELETE, &wire::upload_path(blob), body_hash(b""))
    }

    /// The files of uploads that can be gone on with.
    pub fn parts(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path().join("state/uploads")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The number in a header of an answer.
pub fn number(response: &reqwest::Response, name: &str) -> u64 {
    response.headers()[name].to_str().unwrap().parse().unwrap()
}
