//! Sealing record keys to others, and opening those that were sealed to us.

use medshare_crypto::RecordKey;
use medshare_types::{
    AccountId, Grant, KeyCommitment, Point, RecordId, RecordVersion, Review, SealContext, SealPurpose,
    SealedKey, Subject, Version,
};
use rand::rngs::OsRng;

use crate::{
    chain::{Call, Chain, calls},
    error::{Error, Result},
    keys::Identity,
};

/// To whom a record key is sealed, and for what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// The account.
    pub account: AccountId,
    /// Its encryption key, as the chain names it for this purpose.
    pub key: Point,
    /// What for.
    pub purpose: SealPurpose,
}

/// Seals the key that a commitment holds, made to one of the identity's keys, to somebody.
///
/// # Errors
/// [`Error::MissingKey`] if the commitment is to a key that the identity does not have, [`Error::Crypto`] if a point
/// is invalid.
pub fn seal_to(
    chain: &Chain,
    identity: &Identity,
    (record, version): (RecordId, Version),
    (holder_key, commitment): (&Point, &KeyCommitment),
    recipient: &Recipient,
) -> Result<SealedKey> {
    let context = SealContext {
        genesis: chain.genesis(),
        record,
        version,
        grantee: recipient.account.clone(),
        purpose: recipient.purpose,
    };
    medshare_crypto::seal(&mut OsRng, identity.key_pair(holder_key)?, commitment, &recipient.key, &context)
        .map_err(|error| Error::crypto("seal the record key", error))
}

/// Seals the key of one of the identity's own versions to somebody.
///
/// # Errors
/// As [`seal_to`].
pub fn seal_own(
    chain: &Chain,
    identity: &Identity,
    at: (RecordId, Version),
    version: &RecordVersion<AccountId>,
    recipient: &Recipient,
) -> Result<SealedKey> {
    seal_to(chain, identity, at, (&version.owner_key, &version.content.commitment), recipient)
}

/// Those on a panel who lack the key.
pub(crate) fn lacking(subject: Subject, review: &Review<AccountId>) -> Vec<Recipient> {
    let purpose = match subject {
        Subject::Record { .. } => SealPurpose::Audit,
        Subject::Claim { order } => SealPurpose::Claim(order),
    };
    let seats = review.panel.iter().filter(|seat| seat.sealed.is_none());
    seats.map(|seat| Recipient { account: seat.auditor.clone(), key: seat.key, purpose }).collect()
}

/// The call that delivers the key to those on a panel who lack it; nothing if nobody does.
///
/// # Errors
/// As [`seal_to`].
pub fn panel_keys(
    chain: &Chain,
    identity: &Identity,
    subject: Subject,
    review: &Review<AccountId>,
) -> Result<Option<Call>> {
    let keys = lacking(subject, review)
        .into_iter()
        .map(|recipient| {
            let holder = (&review.holder_key, &review.commitment);
            let sealed = seal_to(chain, identity, (review.record, review.version), holder, &recipient)?;
            Ok((recipient.account, sealed))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((!keys.is_empty()).then(|| calls::deliver_keys(subject, keys)))
}

/// The record key of one of the identity's own versions.
///
/// # Errors
/// [`Error::MissingKey`], [`Error::Crypto`].
pub fn own_key(identity: &Identity, version: &RecordVersion<AccountId>) -> Result<RecordKey> {
    medshare_crypto::open_commitment(identity.key_pair(&version.owner_key)?, &version.content.commitment)
        .map_err(|error| Error::crypto("open the record key's commitment", error))
}

/// The record key in a grant to the identity.
///
/// # Errors
/// [`Error::MissingKey`], [`Error::Crypto`].
pub fn granted_key(identity: &Identity, grant: &Grant) -> Result<RecordKey> {
    sealed_key(identity, &grant.grantee_key, &grant.sealed)
}

/// The record key that was sealed to one of the identity's keys.
///
/// # Errors
/// [`Error::MissingKey`], [`Error::Crypto`].
pub fn sealed_key(identity: &Identity, to: &Point, sealed: &SealedKey) -> Result<RecordKey> {
    medshare_crypto::open_sealed(identity.key_pair(to)?, sealed)
        .map_err(|error| Error::crypto("open the sealed record key", error))
}
