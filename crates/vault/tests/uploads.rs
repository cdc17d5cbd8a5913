//! What may be brought to a vault, and what becomes of what may not.
#![allow(missing_docs)]

mod common;

use common::*;
use medshare_client::vault::{Authorization, Scope, Uploaded, auth::CLOCK_SKEW, wire};
use medshare_types::{AccountId, Hash, MemberStatus, Role};
use medshare_vault::now;
use subxt_signer::sr25519::{Keypair, dev};
use tokio::{io::AsyncWriteExt, net::TcpStream};

#[tokio::test]
async fn keeps_what_a_provider_brings() {
    let vault = start().await;
    let bytes = noise(300_000);
    let response = vault.upload(&provider(), &bytes).send().await.unwrap();
    assert_eq!(response.status(), 201);
    let uploaded: Uploaded = response.json().await.unwrap();
    assert_eq!(uploaded, Uploaded { blob: address(&bytes), size: 300_000, created: true });
    assert_eq!(vault.stored(), [hex::encode(address(&bytes))]);

    let again: Uploaded = vault.upload(&provider(), &bytes).send().await.unwrap().json().await.unwrap();
    assert_eq!(again, Uploaded { created: false, ..uploaded });
    assert_eq!(vault.stored().len(), 1);
}

#[tokio::test]
async fn keeps_nothing_of_a_body_with_another_address() {
    let vault = start().await;
    let (bytes, mut changed) = (noise(200_000), noise(200_000));
    changed[100_000] ^= 1;
    let problem =
        refused(vault.upload(&provider(), &bytes).body(changed.clone()), 422, "address-mismatch").await;
    assert!(problem.detail.contains(&hex::encode(address(&changed))), "{problem}");
    assert!(vault.stored().is_empty());
    // Neither is a wrong body taken for one that is there.
    vault.bring(&bytes).await;
    refused(vault.upload(&provider(), &bytes).body(changed), 422, "address-mismatch").await;
    refused(vault.upload(&provider(), &bytes).body(bytes[1..].to_vec()), 422, "address-mismatch").await;
    assert_eq!(vault.stored(), [hex::encode(address(&bytes))]);
}

#[tokio::test]
async fn keeps_nothing_visible_when_the_connection_breaks() {
    let vault = start().await;
    let bytes = noise(12 << 20);
    let path = wire::blob_path(address(&bytes));
    let signed =
        Authorization::sign(&provider(), &vault.scope(), "PUT", &path, address(&bytes), now() + 60_000);
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: vault\r\nAuthorization: {signed}\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&bytes[..11 << 20]).await.unwrap();
    let staged = format!("{}#", hex::encode(address(&bytes)));
    let begun = || matches!(&vault.stored()[..], [only] if only.starts_with(&staged));
    eventually("the upload's beginning", begun).await;
    drop(connection);
    eventually("the removal of what came", || vault.stored().is_empty()).await;
    // The same blob can be brought afterwards.
    vault.bring(&bytes).await;
}

#[tokio::test]
async fn refuses_requests_that_are_not_signed_for_it() {
    let vault = start().await;
    let bytes = noise(1_000);
    let path = wire::blob_path(address(&bytes));
    let send = |signed: &Authorization| {
        vault.http.put(vault.url(&path)).header("authorization", signed.to_string()).body(bytes.clone())
    };
    let sign = |scope: &Scope, method: &str, path: &str, body: Hash, expires: u64| {
        Authorization::sign(&provider(), scope, method, path, body, expires)
    };
    let (scope, soon) = (vault.scope(), now() + 60_000);

    refused(vault.http.put(vault.url(&path)).body(bytes.clone()), 401, "signature-missing").await;
    let bearer = vault.http.put(vault.url(&path)).bearer_auth("x").body(bytes.clone());
    refused(bearer, 401, "signature-missing").await;
    let broken = vault.http.put(vault.url(&path)).header("authorization", "Medshare account=\"?\"");
    refused(broken.body(bytes.clone()), 401, "signature-malformed").await;

    let skew = CLOCK_SKEW.as_millis() as u64;
    let expired = sign(&scope, "PUT", &path, address(&bytes), now() - skew - 1_000);
    refused(send(&expired), 401, "signature-expired").await;
    let too_long = sign(&scope, "PUT", &path, address(&bytes), now() + 300_000 + skew + 5_000);
    refused(send(&too_long), 401, "signature-too-far-ahead").await;

    let other_vault = Scope { vault: AccountId::from(dev::dave().public_key().0), ..scope.clone() };
    refused(send(&sign(&other_vault, "PUT", &path, address(&bytes), soon)), 401, "signature-invalid").await;
    let other_chain = Scope { genesis: Hash::repeat_byte(0x12), ..scope.clone() };
    refused(send(&sign(&other_chain, "PUT", &path, address(&bytes), soon)), 401, "signature-invalid").await;
    refused(send(&sign(&scope, "POST", &path, address(&bytes), soon)), 401, "signature-invalid").await;
    let other_path = wire::blob_path(Hash::zero());
    refused(send(&sign(&scope, "PUT", &other_path, address(&bytes), soon)), 401, "signature-invalid").await;
    refused(send(&sign(&scope, "PUT", &path, Hash::zero(), soon)), 401, "signature-invalid").await;
    let mut forged = sign(&scope, "PUT", &path, address(&bytes), soon);
    forged.account = account(&buyer());
    refused(send(&forged), 401, "signature-invalid").await;

    // What is signed for one address does not open another, and a query changes the request.
    let signed = sign(&scope, "PUT", &path, address(&bytes), soon).to_string();
    let elsewhere =
        vault.http.put(vault.url(&other_path)).header("authorization", &signed).body(bytes.clone());
    refused(elsewhere, 401, "signature-invalid").await;
    let query = vault.http.put(vault.url(&format!("{path}?a=b"))).header("authorization", &signed);
    refused(query.body(bytes.clone()), 401, "signature-invalid").await;
    assert!(vault.stored().is_empty());
}

#[tokio::test]
async fn refuses_a_signature_that_was_used() {
    let vault = start().await;
    let bytes = noise(1_000);
    let request = vault.upload(&provider(), &bytes);
    let copy = request.try_clone().unwrap();
    assert_eq!(request.send().await.unwrap().status(), 201);
    refused(copy, 401, "signature-used").await;
}

#[tokio::test]
async fn takes_blobs_of_active_providers_only() {
    let vault = start().await;
    let bytes = noise(1_000);
    refused(vault.upload(&dev::ferdie(), &bytes), 403, "refused-not-provider").await;
    refused(vault.upload(&buyer(), &bytes), 403, "refused-not-provider").await;
    let suspend = |status| vault.chain.with().members.get_mut(&account(&provider())).unwrap().status = status;
    suspend(MemberStatus::Suspended { by_council: false });
    refused(vault.upload(&provider(), &bytes), 403, "refused-not-provider").await;
    assert!(vault.stored().is_empty());
    suspend(MemberStatus::Active);
    vault.bring(&bytes).await;
    // Strangers do not learn which blobs there are.
    refused(vault.upload(&dev::ferdie(), &bytes), 403, "refused-not-provider").await;
}

#[tokio::test]
async fn refuses_sizes_that_it_does_not_take() {
    let vault = start_with(|settings| settings.max_blob_bytes = 999).await;
    refused(vault.upload(&provider(), &noise(1_000)), 413, "blob-too-large").await;
    refused(vault.upload(&provider(), &[]).header("content-length", 0), 422, "blob-empty").await;
    let bytes = noise(500);
    let pieces = futures::stream::iter([Ok::<_, std::io::Error>(bytes.clone())]);
    let chunked = vault.upload(&provider(), &bytes).body(reqwest::Body::wrap_stream(pieces));
    refused(chunked, 411, "length-missing").await;
    let nonsense = vault.http.put(vault.url("/v1/blobs/xyz")).body(bytes);
    refused(nonsense, 400, "malformed").await;
    assert!(vault.stored().is_empty());
}

#[tokio::test]
async fn a_refused_upload_gets_its_answer_while_it_still_sends() {
    let vault = start_with(|settings| settings.max_blob_bytes = 1 << 20).await;
    refused(vault.upload(&provider(), &noise(8 << 20)), 413, "blob-too-large").await;
}

#[tokio::test]
async fn says_so_when_the_chain_is_down() {
    let vault = start().await;
    vault.chain.with().down = true;
    let response = vault.upload(&provider(), &noise(10)).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(problem(response).await.code, "chain-unavailable");
    refused(vault.http.get(vault.url("/healthz")), 503, "chain-unavailable").await;
}

#[tokio::test]
async fn two_uploads_of_one_blob_do_not_disturb_each_other() {
    let vault = start().await;
    let bytes = noise(6 << 20);
    let send = || async { vault.upload(&provider(), &bytes).send().await.unwrap().status().as_u16() };
    let (one, other) = tokio::join!(send(), send());
    assert!([200, 201].contains(&one) && [200, 201].contains(&other), "{one} {other}");
    assert_eq!(vault.stored(), [hex::encode(address(&bytes))]);
}

#[tokio::test]
async fn a_folder_belongs_to_one_vault() {
    let vault = start().await;
    let second = medshare_vault::app::Vault::new(settings(vault.folder.path()), vault.chain.clone()).await;
    let error = second.err().unwrap().to_string();
    assert!(error.contains("another vault uses the folder"), "{error}");
}

#[tokio::test]
async fn does_not_start_for_an_account_that_is_no_vault() {
    let folder = tempfile::tempdir().unwrap();
    let chain = std::sync::Arc::new(FakeChain::default());
    chain.admit(&vault_account(), &[Role::Provider]);
    let error =
        medshare_vault::app::Vault::new(settings(folder.path()), chain).await.err().unwrap().to_string();
    assert!(error.contains("no active member in the role Vault"), "{error}");
}

/// An upload of which only the beginning is sent.
async fn unfinished_upload(vault: &Running, who: &Keypair, bytes: &[u8]) -> TcpStream {
    let path = wire::blob_path(address(bytes));
    let signed = Authorization::sign(who, &vault.scope(), "PUT", &path, address(bytes), now() + 60_000);
    let mut connection = TcpStream::connect(vault.address).await.unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: vault\r\nAuthorization: {signed}\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&bytes[..bytes.len() / 2]).await.unwrap();
    connection
}

#[tokio::test]
async fn only_so_many_uploads_go_on_at_once() {
    let vault = start_with(|settings| {
        settings.bounds.uploads = 2;
        settings.bounds.uploads_of_account = 1;
    })
    .await;
    for who in [dev::dave(), dev::eve()] {
        vault.chain.admit(&who, &[Role::Provider]);
    }
    let bytes = noise(12 << 20);
    let first = unfinished_upload(&vault, &provider(), &bytes).await;
    eventually("the first upload", || vault.stored().len() == 1).await;
    refused(vault.upload(&provider(), &noise(10)), 429, "too-many-transfers").await;
    let second = unfinished_upload(&vault, &dev::dave(), &bytes).await;
    eventually("the second upload", || vault.stored().len() == 2).await;
    refused(vault.upload(&dev::eve(), &noise(10)), 503, "vault-busy").await;
    drop((first, second));
    eventually("their end", || vault.stored().is_empty()).await;
    eventually_ok(&vault, &noise(10)).await;
}

/// Uploads once there is a place for it.
async fn eventually_ok(vault: &Running, bytes: &[u8]) {
    let sent = async {
        while vault.upload(&provider(), bytes).send().await.unwrap().status() != 201 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(45), sent).await.expect("the places are free again");
}

#[tokio::test]
async fn keeps_some_of_the_disk_free() {
    let vault = start_with(|settings| settings.bounds.disk_reserve = u64::MAX).await;
    refused(vault.upload(&provider(), &noise(10)), 507, "disk-full").await;
    assert!(vault.stored().is_empty());
}

#[tokio::test]
async fn a_damaged_copy_is_repaired_by_bringing_it_again() {
    let vault = start().await;
    let bytes = noise(200_000);
    let blob = vault.bring(&bytes).await;
    let name = hex::encode(blob);
    let file = vault.folder.path().join("blobs").join(&name[..2]).join(&name);
    let mut rotten = bytes.clone();
    rotten[100] ^= 1;
    for damaged in [rotten, bytes[..1_000].to_vec()] {
        std::fs::write(&file, &damaged).unwrap();
        // A body that is wrong too does not replace it.
        refused(vault.upload(&provider(), &bytes).body(noise(199_999)), 422, "address-mismatch").await;
        assert!(std::fs::read(&file).unwrap() == damaged);
        assert_eq!(vault.upload(&provider(), &bytes).send().await.unwrap().status(), 200);
        assert!(std::fs::read(&file).unwrap() == bytes);
    }
}
