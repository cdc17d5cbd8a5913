//! The JSON that a vault reads and writes. Hashes are `0x`-prefixed hex, accounts SS58, times unix milliseconds.

use std::fmt;

use medshare_types::{AccountId, Hash, Moment, RecordId, Version};
use reqwest::header::HeaderName;
use serde::{Deserialize, Serialize};

/// Media type of [`Problem`] (RFC 9457).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";
/// Path of [`Info`].
pub const INFO_PATH: &str = "/v1/info";
/// Path to which a [`LinkRequest`] is posted.
pub const LINKS_PATH: &str = "/v1/links";

/// Path of [`Usage`].
pub const USAGE_PATH: &str = "/v1/usage";
/// Path at which uploads begin that can be gone on with (tus).
pub const UPLOADS_PATH: &str = "/v1/uploads";
/// The version of tus.
pub const TUS_VERSION: &str = "1.0.0";
/// Header that names the version of tus.
pub const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// Header of tus: size of the blob, bytes.
pub const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// Header of tus: how far an upload is, bytes.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// Header of tus: what is uploaded, as keys with values in Base64. Here `address` with the blob's 64 hex digits.
pub const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// Header of tus: until when an upload is kept that is not gone on with, as an HTTP date.
pub const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// Path of an upload that can be gone on with. Each account has its own under the same path.
pub fn upload_path(address: Hash) -> String {
    format!("{UPLOADS_PATH}/{}", hex::encode(address))
}

/// Path of a blob: its address as 64 hex digits, as `sha256sum` prints it.
pub fn blob_path(address: Hash) -> String {
    format!("/v1/blobs/{}", hex::encode(address))
}

/// What a vault says about itself: everything that is needed to sign a request to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Info {
    /// The vault's account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"))]
    pub account: AccountId,
    /// Genesis hash of the chain that it asks.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^0x[0-9a-f]{64}$"))]
    pub genesis: Hash,
    /// Version of the service.
    pub version: String,
    /// The vault's clock, unix ms: a client whose clock differs can reckon with it.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub time: Moment,
    /// What it accepts.
    pub limits: Limits,
}

/// What a vault accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// Largest blob, bytes.
    pub max_blob_bytes: u64,
    /// How long a link is valid at most, ms.
    pub link_lifetime: u64,
    /// How far ahead a signed request may expire, ms.
    pub request_lifetime: u64,
    /// Whether uploads can be gone on with. Vaults before there was that do not say so.
    #[serde(default)]
    pub resumable: bool,
}

/// How much an account has in a vault, and may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// Bytes of the blobs that count against the account's quota: those that it was the first to bring.
    pub bytes: u64,
    /// Of these, bytes of what the vault has not seen on the chain yet.
    pub unregistered: u64,
    /// Most bytes; absent if there is no limit.
    pub quota: Option<u64>,
    /// Most bytes of what is not on the chain; absent if there is no limit.
    pub unregistered_quota: Option<u64>,
}

/// The answer to an upload.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Uploaded {
    /// The blob's address: its SHA-256.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^0x[0-9a-f]{64}$"))]
    pub blob: Hash,
    /// Its size, bytes.
    pub size: u64,
    /// Whether this upload brought it; otherwise the vault had it already.
    pub created: bool,
}

/// A request for a link to the blob of a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkRequest {
    /// The record.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub record: RecordId,
    /// Its version.
    #[cfg_attr(feature = "openapi", schema(value_type = u32))]
    pub version: Version,
    /// The blob's address.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^0x[0-9a-f]{64}$"))]
    pub blob: Hash,
}

/// A link under which a blob can be fetched for a short while. Whoever has the link can use it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// Relative to the vault's base address (RFC 3986), unless its operator named a public address.
    pub url: String,
    /// Until when it works, unix ms.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub expires: Moment,
    /// Size of the blob, bytes.
    pub size: u64,
}

/// Leaves the token out: whoever reads a log must not be able to use it.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("expires", &self.expires)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Why a request failed, in the form of RFC 9457.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:medshare:vault:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What went wrong, in a few words; always the same for one code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time.
    pub detail: String,
    /// Stable name of the problem, for programs.
    pub code: String,
    /// What to do about it.
    pub action: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)
    }
}
