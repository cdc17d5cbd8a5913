//! The buyer's steps: search, check, order, wait for the key, open, claim.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use medshare_types::{
    AccountId, Balance, Code, Kind, Listing, Order, OrderId, OrderState, Policy, Purpose, RecordId,
    RecordVersion, ReviewState, Subject,
};
use serde::Serialize;

use crate::{
    At, Chain, Error, Identity, Outcome, Progress, Result, Until, blobs::Vaults, chain::calls, sealing,
};

/// How many listings are looked up at once.
const AHEAD: usize = 16;

/// How often a node is asked whether something happened: twice a block.
const POLL: Duration = Duration::from_secs(1);

/// Which listings are looked for. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this DICOM modality, in any case.
    pub modality: Option<String>,
    /// Only records with this code.
    pub code: Option<Code>,
    /// Only up to this price.
    pub max_price: Option<Balance>,
    /// Only of this seller.
    pub seller: Option<AccountId>,
    /// Only records whose policy covers this purpose.
    pub purpose: Option<Purpose>,
}

impl Filter {
    fn takes(&self, offer: &Offer) -> bool {
        let descriptor = &offer.version.content.descriptor;
        let modality = descriptor.modality.as_ref().and_then(|modality| modality.as_str());
        self.kind.is_none_or(|kind| descriptor.kind == kind)
            && self
                .modality
                .as_ref()
                .is_none_or(|wanted| modality.is_some_and(|m| m.eq_ignore_ascii_case(wanted)))
            && self.code.as_ref().is_none_or(|wanted| descriptor.codes.contains(wanted))
            && self.max_price.is_none_or(|most| offer.listing.price <= most)
            && self.seller.as_ref().is_none_or(|seller| offer.listing.seller == *seller)
            && self.purpose.as_ref().is_none_or(|purpose| offer.policy.permits(purpose))
    }
}

/// A record on sale.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Offer {
    /// The record.
    pub record: RecordId,
    /// Price and terms.
    pub listing: Listing<AccountId>,
    /// What is sold.
    pub version: RecordVersion<AccountId>,
    /// For which purposes it may be used.
    pub policy: Policy,
}

/// The records on sale that the filter takes, by number.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn search(chain: &Chain, filter: &Filter) -> Result<Vec<Offer>> {
    let at = At::Block(chain.block(At::Finalized).await?.hash);
    let listings = chain.all_listings(at).await?;
    let offers: Vec<Offer> = stream::iter(listings)
        .map(|(record, listing)| async move { offer_of(chain, record, listing, at).await })
        .buffered(AHEAD)
        .try_collect()
        .await?;
    Ok(offers.into_iter().filter(|offer| filter.takes(offer)).collect())
}

/// The offer of one record.
///
/// # Errors
/// [`Error::NotListed`] if it is not for sale.
pub async fn offer(chain: &Chain, record: RecordId, at: At) -> Result<Offer> {
    let at = At::Block(chain.block(at).await?.hash);
    let listing = chain.listing(record, at).await?.ok_or(Error::NotListed(record))?;
    offer_of(chain, record, listing, at).await
}

async fn offer_of(chain: &Chain, record: RecordId, listing: Listing<AccountId>, at: At) -> Result<Offer> {
    let version = chain.known_version(record, listing.version, at).await?;
    let policy = chain.policy(record, at).await?.ok_or(Error::UnknownRecord(record))?;
    Ok(Offer { record, listing, version, policy })
}

/// Checks before paying that a vault would serve the ciphertext, in the size that is registered. [`verify`] checks its hash,
/// too. Waits until the listing is final, because vaults go by the finalised head.
///
/// # Errors
/// [`Error::TimedOut`] if the listing does not become final; [`Error::NoVault`], [`Error::Vault`].
pub async fn preview(
    chain: &Chain,
    identity: &Identity,
    vaults: &Vaults,
    offer: &Offer,
    patience: Duration,
) -> Result<()> {
    let listed = tokio::time::timeout(patience, async {
        while chain.listing(offer.record, At::Finalized).await?.map(|listing| listing.version)
            != Some(offer.listing.version)
        {
            tokio::time::sleep(POLL).await;
        }
        Ok::<_, Error>(())
    });
    listed.await.map_err(|_| Error::TimedOut {
        what: format!("the listing of record {} to become final", offer.record),
        seconds: patience.as_secs(),
    })??;
    vaults.check(identity, (offer.record, offer.listing.version), &offer.version).await
}

/// Checks before paying, after [`preview`], that a vault has the whole ciphertext that is registered: fetches it, which is
/// free and which the vault puts on the chain as any other fetch, and keeps nothing of it.
///
/// # Errors
/// [`Error::NoVault`], [`Error::Vault`]: with a cause of [`WrongBlob`](crate::vault::VaultError::WrongBlob) or
/// [`WrongSize`](crate::vault::VaultError::WrongSize) if the vault has something else.
pub async fn verify(identity: &Identity, vaults: &Vaults, offer: &Offer, progress: &Progress) -> Result<()> {
    vaults.verify(identity, (offer.record, offer.listing.version), &offer.version, progress).await
}

/// Orders what is offered, at the offered price and terms or not at all. The price is held until the key is delivered.
/// Returns the order's number.
///
/// # Errors
/// [`Error::PurposeNotPermitted`] if the policy does not cover the purpose; whatever the chain refuses.
pub async fn order(
    chain: &Chain,
    identity: &Identity,
    offer: &Offer,
    purpose: Purpose,
    until: Until,
) -> Result<(OrderId, Outcome)> {
    if !offer.policy.permits(&purpose) {
        return Err(Error::PurposeNotPermitted { record: offer.record });
    }
    let Listing { version, price, terms, .. } = offer.listing.clone();
    let call = calls::order(offer.record, version, price, terms, purpose);
    let outcome = chain.submit(identity, call, until).await?;
    Ok((outcome.field("Marketplace", "Ordered", "order")?, outcome))
}

/// Waits until an order is no longer open, as seen at `at`, and returns it. Its state says whether it was delivered.
///
/// # Errors
/// [`Error::TimedOut`] if that does not happen, [`Error::UnknownOrder`] if there is no such order until then.
pub async fn await_delivery(
    chain: &Chain,
    order: OrderId,
    at: At,
    patience: Duration,
) -> Result<Order<AccountId>> {
    let waited = tokio::time::timeout(patience, async {
        loop {
            // A fresh order is not yet at the finalised head.
            match chain.order(order, at).await? {
                Some(found) if !matches!(found.state, OrderState::Open { .. }) => return Ok(found),
                _ => tokio::time::sleep(POLL).await,
            }
        }
    });
    match waited.await {
        Ok(result) => result,
        Err(_) => {
            chain.known_order(order, at).await?;
            Err(Error::TimedOut {
                what: format!("the delivery of order {order}"),
                seconds: patience.as_secs(),
            })
        }
    }
}

/// Claims that what was delivered is not what was described: the retained part of the price and a bond are held
/// until auditors decide. They need the key from the buyer: see [`deliver_claim_keys`], which the agent does too.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn claim(chain: &Chain, identity: &Identity, order: OrderId, until: Until) -> Result<Outcome> {
    chain.submit(identity, calls::claim(order), until).await
}

/// Waits until the panel of a claim is drawn, and delivers the key to those on it who lack it.
///
/// # Errors
/// [`Error::TimedOut`] if no panel is drawn, [`Error::MissingKey`]; whatever the chain refuses.
pub async fn deliver_claim_keys(
    chain: &Chain,
    identity: &Identity,
    order: OrderId,
    patience: Duration,
    until: Until,
) -> Result<Option<Outcome>> {
    let subject = Subject::Claim { order };
    let drawn = tokio::time::timeout(patience, async {
        loop {
            match chain.review(subject, At::Best).await? {
                Some(review) if !matches!(review.state, ReviewState::Drawing { .. }) => {
                    return Ok::<_, Error>(review);
                }
                _ => tokio::time::sleep(POLL).await,
            }
        }
    });
    let review = drawn.await.map_err(|_| Error::TimedOut {
        what: format!("the panel for the claim about order {order}"),
        seconds: patience.as_secs(),
    })??;
    match sealing::panel_keys(chain, identity, subject, &review)? {
        Some(call) => chain.submit(identity, call, until).await.map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{
        Anchor, CodeSystem, Descriptor, Hash, KeyCommitment, NewVersion, Permission, Point, Terms, Use,
        VersionStatus,
    };

    fn offer(kind: Kind, modality: Option<&str>, price: Balance) -> Offer {
        let seller = AccountId::from([1; 32]);
        let code = Code { system: CodeSystem::Snomed, code: "38341003".parse().unwrap() };
        let descriptor = Descriptor {
            kind,
            media_type: Default::default(),
            modality: modality.map(|text| text.parse().unwrap()),
            codes: vec![code].try_into().unwrap(),
            counts: Default::default(),
            plaintext_size: 1,
            completeness: 100,
            period: None,
        };
        let commitment = KeyCommitment { d1: Point::default(), d2: Point::default() };
        let (ciphertext, plaintext) = (Hash::zero(), Hash::zero());
        let content = NewVersion {
            ciphertext,
            size: 1,
            plaintext,
            commitment,
            descriptor,
            locators: Default::default(),
        };
        let version = RecordVersion {
            content,
            owner_key: Point::default(),
            status: VersionStatus::Approved,
            anchor: Anchor { block: 1, moment: 1 },
            deposit: 0,
        };
        let listing = Listing { version: 1, seller, price, terms: Terms::default(), since: 1 };
        Offer { record: 0, listing, version, policy: Policy::new(Permission::HealthResearch) }
    }

    #[test]
    fn filters_by_everything_that_is_asked_for() {
        let scan = offer(Kind::Dicom, Some("CT"), 10);
        assert!(Filter::default().takes(&scan));
        assert!(Filter { modality: Some("ct".into()), ..Default::default() }.takes(&scan));
        assert!(!Filter { modality: Some("MR".into()), ..Default::default() }.takes(&scan));
        assert!(!Filter { modality: Some("CT".into()), ..Default::default() }.takes(&offer(
            Kind::Fhir,
            None,
            1
        )));
        assert!(!Filter { kind: Some(Kind::Fhir), ..Default::default() }.takes(&scan));
        assert!(Filter { max_price: Some(10), ..Default::default() }.takes(&scan));
        assert!(!Filter { max_price: Some(9), ..Default::default() }.takes(&scan));
        let other = Code { system: CodeSystem::Loinc, code: "38341003".parse().unwrap() };
        assert!(!Filter { code: Some(other), ..Default::default() }.takes(&scan));
        let purpose = |r#use| Filter { purpose: Some(Purpose::new(r#use)), ..Default::default() };
        assert!(purpose(Use::BiomedicalResearch).takes(&scan));
        assert!(!purpose(Use::OtherResearch).takes(&scan));
    }
}
