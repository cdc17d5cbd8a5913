//! Errors as clients see them: RFC 9457 problems with a stable code and what to do.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use medshare_client::vault::{AuthError, Problem, auth::SCHEME, wire::PROBLEM_MEDIA_TYPE};
use medshare_types::FetchRefusal;

use crate::{
    inventory::{Damage, Over},
    ledger::LedgerError,
    pace::Slow,
    receipts::OpenError,
    slots::Full,
    store::PutError,
};

/// A request that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    action: &'static str,
    /// Size of the blob, which an answer 416 names.
    total: Option<u64>,
}

/// What a handler returns.
pub type Answer<T> = Result<T, Failure>;

impl Failure {
    /// A failure with its status, stable code, constant title, this time's detail, and what to do.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
        action: &'static str,
    ) -> Self {
        Self { status, code, title, detail: detail.into(), action, total: None }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The request cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "The request cannot be read",
            detail,
            "Correct the request; GET /openapi.json describes it.",
        )
    }

    /// The store cannot be read or written.
    pub fn store(error: &object_store::Error) -> Self {
        tracing::error!(%error, "the blob store failed");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store-unavailable",
            "The vault's store cannot be used now",
            "The vault could not read or write its store.",
            "Try again in a few seconds; if it stays so, tell the vault's operator.",
        )
    }

    /// The use could not be noted down, so nothing is served.
    pub fn journal() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "journal-unavailable",
            "The vault cannot note down uses now",
            "The vault serves nothing that it cannot account for, and its journal cannot be written.",
            "Try again in a few seconds; if it stays so, tell the vault's operator.",
        )
    }

    /// Too many uses are not reported yet.
    pub fn behind() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "receipts-behind",
            "The vault cannot report what it serves",
            "Too many access receipts of the vault are not on the chain yet, so it serves nothing more.",
            "Use another vault of the version, and tell this vault's operator: the chain does not take its receipts, \
             or its account cannot pay for them.",
        )
    }

    /// Too many transfers at once.
    pub fn full(full: Full) -> Self {
        match full {
            Full::Account => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-transfers",
                "The account has too many transfers at once",
                "As many uploads or downloads of the account are going on as the vault allows.",
                "Wait until one of them has ended.",
            ),
            Full::Vault => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "vault-busy",
                "The vault is busy",
                "As many transfers are going on as the vault can carry.",
                "Try again in a few seconds.",
            ),
        }
    }

    /// The disk is too full for an upload.
    pub fn disk_full(size: u64) -> Self {
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk-full",
            "The vault has no room",
            format!("The vault does not have enough free space to take {size} bytes."),
            "Use another vault, and tell this vault's operator.",
        )
    }

    /// It does not fit into the account's quota.
    pub fn quota(over: &Over) -> Self {
        let Over { unregistered, quota, used } = *over;
        let (code, what, action) = if unregistered {
            (
                "quota-unregistered",
                "that are not registered yet",
                "Register what was brought, or wait until the vault has seen it on the chain; what is never registered is \
                 removed after a while.",
            )
        } else {
            (
                "quota-exceeded",
                "in all",
                "Withdraw records that are not needed, use another vault, or ask this vault's operator for a larger quota.",
            )
        };
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            code,
            "It does not fit into the account's quota",
            format!("The account has {used} of {quota} bytes {what}; GET /v1/usage says the same."),
            action,
        )
    }

    /// The vault's own disk cannot be read or written.
    pub fn disk(error: &std::io::Error) -> Self {
        tracing::error!(%error, "the vault's disk failed");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "disk-unavailable",
            "The vault's disk cannot be used now",
            "The vault could not read or write its own disk.",
            "Try again in a few seconds; if it stays so, tell the vault's operator.",
        )
    }

    /// The vault's copy of the blob is damaged.
    pub fn damaged(damage: Damage) -> Self {
        let detail = match damage {
            Damage::Changed => {
                "The vault has found that its copy is not what the address says, and does not serve it."
            }
            Damage::Missing => "The vault has found that its store has lost the blob.",
            Damage::Unreadable => {
                "The vault has found that its store cannot read the blob, and does not serve it."
            }
        };
        Self::new(
            StatusCode::NOT_FOUND,
            "blob-damaged",
            "The vault's copy of the blob is damaged",
            detail,
            "Use another vault of the version; whoever has the blob can bring it here again, which repairs it.",
        )
    }

    /// The vault does not have the blob.
    pub fn no_blob() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "blob-unknown",
            "The vault does not have this blob",
            "There is no blob with this address in the vault.",
            "Check the address, or use another vault of the version.",
        )
    }

    /// No byte of the asked range exists.
    pub fn range(total: u64) -> Self {
        let mut failure = Self::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "range-not-satisfiable",
            "No byte of the range exists",
            format!("The blob has {total} bytes."),
            "Ask for bytes that exist.",
        );
        failure.total = Some(total);
        failure
    }
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        let (code, title, action) = match &error {
            AuthError::Missing => (
                "signature-missing",
                "The request is not signed",
                "Sign it and send it in the header Authorization: Medshare; the medshare client does.",
            ),
            AuthError::Malformed(_) => (
                "signature-malformed",
                "The authorization header cannot be read",
                "Send account, nonce, expires and signature as the protocol says.",
            ),
            AuthError::Expired { .. } => (
                "signature-expired",
                "The signed request has expired",
                "Sign it again; if it persists, set the clock (GET /v1/info tells the vault's).",
            ),
            AuthError::TooFarAhead { .. } => (
                "signature-too-far-ahead",
                "The signed request would be valid for too long",
                "Sign it with an expiry at most 5 minutes ahead; GET /v1/info tells the vault's clock.",
            ),
            AuthError::BadSignature => (
                "signature-invalid",
                "The signature does not fit",
                "Sign exactly this request for this vault and chain; GET /v1/info names both.",
            ),
        };
        Self::new(StatusCode::UNAUTHORIZED, code, title, error.to_string(), action)
    }
}

impl From<LedgerError> for Failure {
    fn from(_: LedgerError) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "chain-unavailable",
            "The chain cannot be asked now",
            "The vault asks the chain at every request, and the chain did not answer.",
            "Try again in a few seconds; if it stays so, tell the vault's operator.",
        )
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Behind => Self::behind(),
            OpenError::Journal(_) => Self::journal(),
        }
    }
}

impl From<PutError> for Failure {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Body(detail) => Self::new(
                StatusCode::BAD_REQUEST,
                "upload-broken",
                "The upload broke off",
                format!("The connection broke before the body was complete: {detail}."),
                "Send it again.",
            ),
            PutError::Slow(Slow { came, least, window }) => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "upload-idle",
                "The upload stood still or crawled",
                format!("{came} bytes came in {} seconds, and at least {least} have to.", window.as_secs()),
                "Go on with it, or send it again, over a better connection.",
            ),
            PutError::WrongSize { received } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "size-mismatch",
                "The body does not have the announced size",
                format!("{received} bytes came, which is not what Content-Length says. Nothing was stored."),
                "Send the file as it was when its address was computed.",
            ),
            PutError::WrongAddress { found } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "address-mismatch",
                "The body is not the blob with this address",
                format!("The SHA-256 of the body is {}. Nothing was stored.", hex::encode(found)),
                "Send the file as it was when its address was computed; if it was not changed, send it again.",
            ),
            PutError::Store(error) => Self::store(&error),
        }
    }
}

impl From<FetchRefusal> for Failure {
    fn from(refusal: FetchRefusal) -> Self {
        let (status, code, detail, action) = match refusal {
            FetchRefusal::Unknown => (
                StatusCode::NOT_FOUND,
                "version-unknown",
                "The chain knows no such record or version at its finalised head.",
                "Check the numbers; something registered a moment ago is final a few seconds later.",
            ),
            FetchRefusal::NotMember => (
                StatusCode::FORBIDDEN,
                "refused-not-member",
                "The account is no active member.",
                "Ask a hospital to admit or reinstate the account.",
            ),
            FetchRefusal::Revoked => (
                StatusCode::FORBIDDEN,
                "refused-revoked",
                "The owner has revoked the grant.",
                "Ask the owner for access again.",
            ),
            FetchRefusal::Expired => (
                StatusCode::FORBIDDEN,
                "refused-expired",
                "The grant has ended.",
                "Ask the owner for access again.",
            ),
            FetchRefusal::NoGrant => (
                StatusCode::FORBIDDEN,
                "refused-no-grant",
                "The account holds no grant at the chain's finalised head, and the version is not listed.",
                "Ask the owner for access; a grant of a moment ago is final a few seconds later.",
            ),
        };
        Self::new(status, code, "The chain does not allow it", detail, action)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: format!("urn:medshare:vault:{}", self.code),
            title: self.title.into(),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code.into(),
            action: self.action.into(),
        };
        // Texts and a number: their serialisation cannot fail.
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(SCHEME));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        if let Some(total) = self.total
            && let Ok(value) = HeaderValue::try_from(format!("bytes */{total}"))
        {
            headers.insert(header::CONTENT_RANGE, value);
        }
        metrics::counter!(crate::metrics::PROBLEMS, "code" => self.code).increment(1);
        response
    }
}
