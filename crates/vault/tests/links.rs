//! Who gets a link, and what a link is good for.
#![allow(missing_docs)]

mod common;

use common::*;
use medshare_client::vault::{Authorization, Link, LinkRequest, auth::body_hash, wire};
use medshare_types::{FetchBasis, FetchDecision, FetchRefusal, Hash};
use medshare_vault::{links::Claims, now};
use subxt_signer::sr25519::dev;

#[tokio::test]
async fn whom_the_chain_allows_gets_the_blob() {
    let vault = start().await;
    let bytes = noise(70_000);
    let blob = vault.bring(&bytes).await;
    refused(vault.ask_link(&buyer(), blob), 403, "refused-no-grant").await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let response = vault.http.get(&link).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["etag"], format!("\"{}\"", hex::encode(blob)).as_str());
    assert_eq!(response.headers()["accept-ranges"], "bytes");
    assert_eq!(response.headers()["content-length"], "70000");
    assert_eq!(response.bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn refusals_say_why() {
    let vault = start().await;
    let blob = vault.bring(&noise(10)).await;
    for (refusal, status, code) in [
        (FetchRefusal::NotMember, 403, "refused-not-member"),
        (FetchRefusal::Revoked, 403, "refused-revoked"),
        (FetchRefusal::Expired, 403, "refused-expired"),
        (FetchRefusal::NoGrant, 403, "refused-no-grant"),
        (FetchRefusal::Unknown, 404, "version-unknown"),
    ] {
        vault.chain.refuse(&buyer(), refusal);
        refused(vault.ask_link(&buyer(), blob), status, code).await;
    }
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    refused(vault.ask_link(&dev::ferdie(), blob), 403, "refused-no-grant").await;
    // A blob that the chain does not place here under this version, and one that was never brought.
    refused(vault.ask_link(&buyer(), Hash::zero()), 404, "blob-elsewhere").await;
    vault.chain.place(&dev::dave(), blob);
    refused(vault.ask_link(&buyer(), blob), 404, "blob-elsewhere").await;
    vault.chain.place(&vault_account(), Hash::repeat_byte(9));
    refused(vault.ask_link(&buyer(), Hash::repeat_byte(9)), 404, "blob-unknown").await;
    vault.chain.with().down = true;
    refused(vault.ask_link(&buyer(), blob), 503, "chain-unavailable").await;
}

#[tokio::test]
async fn the_signature_covers_the_body_and_is_used_once() {
    let vault = start().await;
    let blob = vault.bring(&noise(10)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let request = vault.ask_link(&buyer(), blob);
    let copy = request.try_clone().unwrap();
    assert_eq!(request.send().await.unwrap().status(), 201);
    refused(copy, 401, "signature-used").await;
    let other = serde_json::to_vec(&LinkRequest { record: RECORD, version: VERSION + 1, blob }).unwrap();
    refused(vault.ask_link(&buyer(), blob).body(other), 401, "signature-invalid").await;
    refused(vault.http.post(vault.url("/v1/links")).body("{}"), 401, "signature-missing").await;

    let send = |body: &'static [u8]| {
        let scope = vault.scope();
        let signed =
            Authorization::sign(&buyer(), &scope, "POST", wire::LINKS_PATH, body_hash(body), now() + 1_000);
        vault.http.post(vault.url("/v1/links")).header("authorization", signed.to_string()).body(body)
    };
    let problem = refused(send(b"{\"record\": 1}"), 400, "malformed").await;
    assert!(problem.detail.contains("version"), "{problem}");
    refused(send(&[b' '; 20_000]), 413, "body-too-large").await;
}

#[tokio::test]
async fn a_link_is_for_one_blob_a_short_while_and_as_it_is() {
    let vault = start().await;
    let other = vault.bring(&noise(20)).await;
    let blob = vault.bring(&noise(10)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let token = link.split_once("token=").unwrap().1;
    let get = |blob: Hash, token: &str| {
        vault.http.get(vault.url(&format!("{}?token={token}", wire::blob_path(blob))))
    };

    refused(get(other, token), 401, "link-other-blob").await;
    refused(vault.http.get(vault.url(&wire::blob_path(blob))), 401, "link-missing").await;
    refused(get(blob, &token[2..]), 401, "link-invalid").await;
    refused(get(blob, &format!("{}00", &token[..token.len() - 2])), 401, "link-invalid").await;
    let claims = Claims {
        blob,
        record: RECORD,
        version: VERSION,
        accessor: account(&buyer()),
        request: Hash::zero(),
        expires: now(),
    };
    refused(get(blob, &vault.link_key().issue(&claims)), 401, "link-expired").await;
    let forged = medshare_vault::links::LinkKey::new([0; 32])
        .issue(&Claims { expires: now() + 60_000, ..claims.clone() });
    refused(get(blob, &forged), 401, "link-invalid").await;
    assert_eq!(get(blob, token).send().await.unwrap().bytes().await.unwrap(), noise(10));
    // Nothing but the one download counts as a use.
    eventually("the receipt", || vault.chain.with().receipts.len() == 1).await;
}

#[tokio::test]
async fn a_link_ends_with_the_grant() {
    let vault = start().await;
    let blob = vault.bring(&noise(10)).await;
    let until = now() + 5_000;
    vault.chain.decide(&buyer(), FetchDecision::Allowed { basis: FetchBasis::Grant, until: Some(until) });
    let link: Link = vault.ask_link(&buyer(), blob).send().await.unwrap().json().await.unwrap();
    assert_eq!((link.expires, link.size), (until, 10));
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let before = now();
    let link: Link = vault.ask_link(&buyer(), blob).send().await.unwrap().json().await.unwrap();
    assert!((before + 60_000..=now() + 60_000).contains(&link.expires));
}

#[tokio::test]
async fn a_revocation_is_seen_at_the_next_request() {
    let vault = start().await;
    let blob = vault.bring(&noise(10)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    assert_eq!(vault.http.get(&link).send().await.unwrap().status(), 200);
    vault.chain.refuse(&buyer(), FetchRefusal::Revoked);
    refused(vault.http.get(&link), 403, "refused-revoked").await;
    assert_eq!(vault.http.head(&link).send().await.unwrap().status(), 403);
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    vault.chain.place(&dev::dave(), blob);
    refused(vault.http.get(&link), 404, "blob-elsewhere").await;
    vault.chain.with().down = true;
    refused(vault.http.get(&link), 503, "chain-unavailable").await;
}

#[tokio::test]
async fn serves_ranges() {
    let vault = start().await;
    let bytes = noise(1_000_000);
    let blob = vault.bring(&bytes).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let etag = format!("\"{}\"", hex::encode(blob));
    for (range, expected) in [
        ("bytes=0-0", 0..1),
        ("bytes=0-499999", 0..500_000),
        ("bytes=999990-", 999_990..1_000_000),
        ("bytes=300000-5000000", 300_000..1_000_000),
        ("bytes=-7", 999_993..1_000_000),
    ] {
        let response =
            vault.http.get(&link).header("range", range).header("if-range", &etag).send().await.unwrap();
        assert_eq!(response.status(), 206, "{range}");
        let shown = format!("bytes {}-{}/1000000", expected.start, expected.end - 1);
        assert_eq!(response.headers()["content-range"], shown.as_str());
        assert_eq!(response.bytes().await.unwrap(), bytes[expected]);
    }
    let response = vault.http.get(&link).header("range", "bytes=1000000-").send().await.unwrap();
    assert_eq!(response.headers()["content-range"], "bytes */1000000");
    assert_eq!(response.status(), 416);
    assert_eq!(problem(response).await.code, "range-not-satisfiable");
    let other = vault.http.get(&link).header("range", "bytes=0-1").header("if-range", "\"other\"");
    assert_eq!(other.send().await.unwrap().status(), 200);
    let known = vault.http.get(&link).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(known.status(), 304);
    let head = vault.http.head(&link).send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-length"]),
        (200, &"1000000".parse().unwrap())
    );
}

#[tokio::test]
async fn links_survive_a_restart_and_can_be_absolute() {
    let vault = start().await;
    let blob = vault.bring(&noise(10)).await;
    vault.chain.allow(&buyer(), FetchBasis::Grant);
    let link = vault.link(&buyer(), blob).await;
    let (chain, folder) = vault.stop().await;
    let vault = start_on(chain, folder, |settings| {
        settings.public_url = Some("https://vault.example/store".parse().unwrap());
    })
    .await;
    let path = &link[link.find("/v1/").unwrap()..];
    assert_eq!(vault.http.get(vault.url(path)).send().await.unwrap().status(), 200);
    let link: Link = vault.ask_link(&buyer(), blob).send().await.unwrap().json().await.unwrap();
    assert!(link.url.starts_with("https://vault.example/store/v1/blobs/"), "{}", link.url);
}
