//! What vaults read of requests, and clients of answers.

use std::{str::FromStr, sync::LazyLock};

use axum::http::{HeaderMap, HeaderValue, header};
use medshare_client::vault::{
    Problem,
    auth::{AuthError, Authorization, Scope, body_hash},
    wire::{Info, Link, LinkRequest, Uploaded, Usage},
};
use medshare_types::{AccountId, Hash};
use medshare_vault::{
    links::{Claims, LinkKey},
    routes::range::{Asked, asked},
};

pub const WORDS: &[&str] = &[
    "Medshare ",
    "account=\"",
    "nonce=\"",
    "expires=\"",
    "signature=\"",
    "\",",
    "0x",
    "00000000000000000000000000000000",
    "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    "18446744073709551615",
    "bytes=",
    "-",
    ",",
    "{\"record\":1,\"version\":1,\"blob\":\"0x",
    "\"limits\":{\"max_blob_bytes\":1,\"link_lifetime\":1,\"request_lifetime\":1}",
    "null",
];

/// The time of every check, unix ms.
const NOW: u64 = 1_700_000_000_000;
const SIZE: u64 = 1_000;
const ETAG: &str = "\"tag\"";

/// The vault's own token, and what it says.
static TOKEN: LazyLock<(LinkKey, Claims, String)> = LazyLock::new(|| {
    let key = LinkKey::new([3; 32]);
    let claims = Claims {
        blob: Hash::repeat_byte(1),
        record: 2,
        version: 3,
        accessor: AccountId::new([4; 32]),
        request: Hash::repeat_byte(5),
        expires: NOW + 1,
    };
    let token = key.issue(&claims);
    (key, claims, token)
});

/// A header of a request, one after the other; and a body.
pub fn run(input: &[u8]) {
    range(input);
    let Ok(text) = std::str::from_utf8(input) else { return };
    authorization(text);
    token(text);
    body::<LinkRequest>(text);
    body::<Info>(text);
    body::<Link>(text);
    body::<Uploaded>(text);
    body::<Usage>(text);
    body::<Problem>(text);
}

/// What can be read is what is written, and nobody makes a signature without the key.
fn authorization(text: &str) {
    let read = match Authorization::from_str(text) {
        Ok(read) => read,
        Err(AuthError::Missing | AuthError::Malformed(_)) => return,
        Err(other) => panic!("reading fails for another reason: {other}"),
    };
    assert!(Authorization::from_str(&read.to_string()).is_ok_and(|again| again == read));
    let scope = Scope { genesis: Hash::zero(), vault: AccountId::new([9; 32]) };
    assert!(read.verify(&scope, "GET", "/v1/blobs", body_hash(b""), NOW).is_err());
    // A log must not hold what somebody could use.
    assert!(!format!("{read:?}").contains(&hex::encode(read.signature)));
}

/// No token but the vault's own is good, whatever the capitals of its digits; and that one for its blob only.
fn token(text: &str) {
    let (key, claims, own) = &*TOKEN;
    let is_own = text.eq_ignore_ascii_case(own);
    assert_eq!(key.check(text, claims.blob, NOW).ok(), is_own.then(|| claims.clone()));
    assert!(key.check(text, Hash::zero(), NOW).is_err() && key.check(text, claims.blob, NOW + 1).is_err());
    // The own one with what is written instead of its beginning or its end.
    if let Some(cut) = own.len().checked_sub(text.len()).filter(|_| text.is_ascii()) {
        for changed in [[text, &own[text.len()..]].concat(), [&own[..cut], text].concat()] {
            assert_eq!(key.check(&changed, claims.blob, NOW).is_ok(), changed.eq_ignore_ascii_case(own));
        }
    }
}

/// A range is within the blob and not empty.
fn range(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else { return };
    for size in [0, 1, SIZE, u64::MAX] {
        let mut headers = HeaderMap::from_iter([(header::RANGE, value.clone())]);
        let found = asked(&headers, size, ETAG);
        if let Asked::Part(part) = &found {
            assert!(part.start < part.end && part.end <= size, "{part:?} of {size}");
        }
        headers.insert(header::IF_RANGE, HeaderValue::from_static(ETAG));
        assert_eq!(asked(&headers, size, ETAG), found);
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"other\""));
        assert_eq!(asked(&headers, size, ETAG), Asked::All, "a part of something else");
    }
}

/// What is read of a body is written as what is read again.
fn body<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq>(text: &str) {
    let Ok(read) = serde_json::from_str::<T>(text) else { return };
    let written = serde_json::to_string(&read).unwrap();
    assert!(serde_json::from_str::<T>(&written).is_ok_and(|again| again == read), "{written}");
}
