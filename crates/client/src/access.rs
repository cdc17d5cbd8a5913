//! Access: opening what one may, and granting, revoking, requesting and answering.

use std::path::Path;

use medshare_crypto::RecordKey;
use medshare_types::{
    AccessRequest, AccountId, FetchDecision, FetchRefusal, Moment, Purpose, RecordId, RecordVersion,
    RequestId, SealPurpose, Version,
};

use crate::{
    At, Chain, Error, Identity, Outcome, Progress, Result, Until,
    blobs::Vaults,
    chain::calls,
    envelope,
    sealing::{self, Recipient},
};

/// A document that was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Opened {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: Version,
    /// Bytes of the document.
    pub bytes: u64,
}

/// The key of a version: the owner's own, or the one in a grant.
///
/// # Errors
/// [`Error::NoAccess`] if the identity neither owns the version nor has a grant, [`Error::MissingKey`].
pub async fn record_key(
    chain: &Chain,
    identity: &Identity,
    (record, version): (RecordId, Version),
    content: &RecordVersion<AccountId>,
    at: At,
) -> Result<RecordKey> {
    let me = identity.account();
    if chain.known_record(record, at).await?.owner == *me {
        return sealing::own_key(identity, content);
    }
    match chain.grant(record, version, me, at).await? {
        Some(grant) => sealing::granted_key(identity, &grant),
        None => {
            let refusal = FetchRefusal::NoGrant;
            Err(Error::NoAccess { account: me.clone(), record, version, refusal })
        }
    }
}

/// Fetches a version's ciphertext from a vault and decrypts it into `to`. Ciphertext and document are verified
/// against the chain before `to` appears. Without a version, the newest one to which the identity has access.
///
/// # Errors
/// [`Error::NoAccess`] with the chain's reason; whatever the vault and [`envelope::open`] refuse.
pub async fn open(
    chain: &Chain,
    identity: &Identity,
    vaults: &Vaults,
    (record, version): (RecordId, Option<Version>),
    to: &Path,
    progress: &Progress,
) -> Result<Opened> {
    if to.exists() {
        return Err(Error::Exists { path: to.into() });
    }
    // Vaults decide at the finalised head; so one block for all questions there.
    let at = At::Block(chain.block(At::Finalized).await?.hash);
    let version = match version {
        Some(version) => version,
        None => newest_accessible(chain, identity, record, at).await?,
    };
    if let FetchDecision::Refused(refusal) = chain.may_fetch(identity.account(), record, version, at).await? {
        return Err(Error::NoAccess { account: identity.account().clone(), record, version, refusal });
    }
    let content = chain.known_version(record, version, at).await?;
    let key = record_key(chain, identity, (record, version), &content, at).await?;
    let bytes = fetch_and_open(identity, vaults, ((record, version), &content), key, to, progress).await?;
    Ok(Opened { record, version, bytes })
}

/// Fetches a version's ciphertext and opens it with a key. Returns the document's length.
///
/// # Errors
/// Whatever the vault and [`envelope::open`] refuse.
pub async fn fetch_and_open(
    identity: &Identity,
    vaults: &Vaults,
    (version, content): ((RecordId, Version), &RecordVersion<AccountId>),
    key: RecordKey,
    to: &Path,
    progress: &Progress,
) -> Result<u64> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(folder)
        .map_err(|source| Error::file("create a temporary folder in", folder, source))?;
    let envelope = scratch.path().join("envelope.age");
    // Not in there: so the next command finds what has come of it.
    let part = folder.join(format!(".medshare-{}.part", hex::encode(content.content.ciphertext)));
    vaults.download(identity, version, content, (&part, &envelope), progress).await?;
    let registered = envelope::Registered::from(&content.content);
    let (to, progress) = (to.to_owned(), progress.clone());
    blocking(move || envelope::open(&envelope, &to, &key, &registered, &progress)).await
    // `scratch` goes with its file when it is dropped here.
}

/// The newest version that the identity owns or has a grant in force for.
async fn newest_accessible(chain: &Chain, identity: &Identity, record: RecordId, at: At) -> Result<Version> {
    let me = identity.account();
    let found = chain.known_record(record, at).await?;
    if found.owner == *me {
        return Ok(found.latest);
    }
    let now = chain.time(at).await?;
    let mut refused = (found.latest, FetchRefusal::NoGrant);
    for version in (1..=found.latest).rev() {
        match chain.grant(record, version, me, at).await? {
            Some(grant) if grant.is_active(now) => return Ok(version),
            Some(grant) if refused.1 == FetchRefusal::NoGrant => {
                let reason =
                    if grant.revoked.is_some() { FetchRefusal::Revoked } else { FetchRefusal::Expired };
                refused = (version, reason);
            }
            _ => {}
        }
    }
    let (version, refusal) = refused;
    Err(Error::NoAccess { account: me.clone(), record, version, refusal })
}

/// Grants a version of one's record to somebody who did not ask, until `expires` (chain time, ms) or until revoked.
///
/// # Errors
/// [`Error::UnknownMember`] if the grantee is none, [`Error::MissingKey`]; whatever the chain refuses.
pub async fn grant(
    chain: &Chain,
    identity: &Identity,
    (record, version): (RecordId, Version),
    grantee: &AccountId,
    (purpose, expires): (Purpose, Option<Moment>),
    until: Until,
) -> Result<Outcome> {
    let content = chain.known_version(record, version, At::Best).await?;
    let key = chain.known_member(grantee, At::Best).await?.key;
    let recipient = Recipient { account: grantee.clone(), key, purpose: SealPurpose::Direct };
    let sealed = sealing::seal_own(chain, identity, (record, version), &content, &recipient)?;
    chain
        .submit(identity, calls::grant(record, version, grantee.clone(), purpose, sealed, expires), until)
        .await
}

/// Ends a grant.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn revoke(
    chain: &Chain,
    identity: &Identity,
    (record, version): (RecordId, Version),
    grantee: &AccountId,
    until: Until,
) -> Result<Outcome> {
    chain.submit(identity, calls::revoke(record, version, grantee.clone()), until).await
}

/// Asks a record's owner for access. Returns the request's number.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn request(
    chain: &Chain,
    identity: &Identity,
    (record, version): (RecordId, Version),
    purpose: Purpose,
    until: Until,
) -> Result<(RequestId, Outcome)> {
    let outcome = chain.submit(identity, calls::request(record, version, purpose), until).await?;
    Ok((outcome.field("Access", "Requested", "request")?, outcome))
}

/// One of the open requests for access to the identity's records.
///
/// # Errors
/// [`Error::UnknownRequest`] if there is none of this number.
pub async fn open_request(
    chain: &Chain,
    identity: &Identity,
    request: RequestId,
) -> Result<AccessRequest<AccountId>> {
    let owner = identity.account();
    let open = chain.all_requests_of(owner, At::Best).await?;
    open.into_iter()
        .find_map(|(id, found)| (id == request).then_some(found))
        .ok_or_else(|| Error::UnknownRequest { request, owner: owner.clone() })
}

/// The call that grants what a request asks for, until `expires` (chain time, ms) or until revoked.
///
/// # Errors
/// [`Error::MissingKey`]; [`Error::UnknownVersion`].
pub async fn answer_call(
    chain: &Chain,
    identity: &Identity,
    id: RequestId,
    request: &AccessRequest<AccountId>,
    expires: Option<Moment>,
) -> Result<crate::chain::Call> {
    let content = chain.known_version(request.record, request.version, At::Best).await?;
    let recipient = Recipient {
        account: request.requester.clone(),
        key: request.requester_key,
        purpose: SealPurpose::Request(id),
    };
    let sealed = sealing::seal_own(chain, identity, (request.record, request.version), &content, &recipient)?;
    Ok(calls::answer(id, sealed, expires))
}

/// Grants what a request asks for, until `expires` (chain time, ms) or until revoked.
///
/// # Errors
/// [`Error::UnknownRequest`]; as [`answer_call`]; whatever the chain refuses.
pub async fn answer(
    chain: &Chain,
    identity: &Identity,
    request: RequestId,
    expires: Option<Moment>,
    until: Until,
) -> Result<Outcome> {
    let found = open_request(chain, identity, request).await?;
    let call = answer_call(chain, identity, request, &found, expires).await?;
    chain.submit(identity, call, until).await
}

/// Refuses a request.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn deny(chain: &Chain, identity: &Identity, request: RequestId, until: Until) -> Result<Outcome> {
    chain.submit(identity, calls::deny(request), until).await
}

/// Runs work that blocks beside the asynchronous work.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::crypto("finish the work on a file", error)),
        },
    }
}
