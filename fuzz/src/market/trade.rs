//! What auditors, sellers and buyers do.

use medshare_runtime::{AccountId, Audits, Balances, MDS, Marketplace, Runtime};
use medshare_types::{Hash, OrderId, OrderState, Party, ReviewState, SealPurpose, Seat, Subject};
use sp_keyring::Sr25519Keyring;
use sp_runtime::DispatchError;

use super::{Act, Machine, values::Sealing};
use crate::chain::MEMBERS;

type Audit = pallet_audits::Call<Runtime>;
type Market = pallet_marketplace::Call<Runtime>;

/// Orders above which none is placed, so that a step stays a step.
const ENOUGH: u64 = 8;

impl Machine<'_> {
    pub(super) fn on_review(&mut self, act: Act) -> Option<()> {
        let (subject, review) = self.review(|subject, review| {
            let is_claim = matches!(subject, Subject::Claim { .. });
            let waits = |seat: &Seat<AccountId>| seat.sealed.is_none();
            let votes = |seat: &Seat<AccountId>| seat.sealed.is_some() && seat.vote.is_none();
            review.state == ReviewState::Open
                && match act {
                    Act::DeliverKeys => review.panel.iter().any(waits),
                    Act::Rule => is_claim && review.panel.iter().any(votes),
                    Act::Vote => !is_claim && review.panel.iter().any(votes),
                    _ => true,
                }
        })?;
        let seats = review.panel.iter().filter(|seat| seat.sealed.is_some() == (act != Act::DeliverKeys));
        let seats: Vec<_> = seats.filter(|seat| seat.vote.is_none()).cloned().collect();
        match act {
            Act::DeliverKeys => {
                let purpose = match subject {
                    Subject::Record { .. } => SealPurpose::Audit,
                    Subject::Claim { order } => SealPurpose::Claim(order),
                };
                let of = (review.record, review.version);
                let mut keys = Vec::new();
                for seat in &seats {
                    let sealed = self.sealed(&Sealing {
                        holder: &review.holder,
                        holder_key: review.holder_key,
                        commitment: review.commitment,
                        to: &seat.auditor,
                        to_key: seat.key,
                        of,
                        purpose,
                    });
                    keys.push((seat.auditor.clone(), sealed));
                }
                let who = self.actor(Some(review.holder.clone()));
                let keys = keys.try_into().ok()?;
                self.send(act, who, Audit::deliver_keys { subject, keys }).ok()?;
                for seat in Audits::review(subject)?.panel {
                    if let Some(sealed) = seat.sealed {
                        self.assert_opens(&seat.auditor, &seat.key, &sealed, of);
                    }
                }
                Some(())
            }
            Act::Vote | Act::Rule => {
                let auditor = self.one_of(&seats).map(|seat| seat.auditor);
                let who = self.actor(auditor);
                let (verdict, findings) = self.verdict();
                let report = Hash::zero();
                match subject {
                    Subject::Record { record, version } => {
                        self.send(act, who, Audit::vote { record, version, verdict, findings, report }).ok()
                    }
                    Subject::Claim { order } => {
                        self.send(act, who, Market::rule { order, verdict, findings, report }).ok()
                    }
                }
            }
            Act::Replace => {
                let auditor = self.one_of(&review.panel)?.auditor;
                let who = self.member();
                self.send(act, who, Audit::replace { subject, auditor }).ok()
            }
            _ => {
                let who = self.member();
                self.send(act, who, Audit::lapse { subject }).ok()
            }
        }
    }

    pub(super) fn on_listing(&mut self, act: Act) -> Option<()> {
        let (record, version) = self.version();
        let owner = self.owner(record);
        match act {
            Act::List => {
                let (who, price, terms) = (self.actor(owner), self.price(), self.terms());
                self.send(act, who, Market::list { record, version, price, terms }).ok()
            }
            Act::Reprice => {
                let (who, price) = (self.actor(owner), self.price());
                self.send(act, who, Market::reprice { record, price }).ok()
            }
            Act::Delist => {
                let who = self.actor(owner);
                self.send(act, who, Market::delist { record }).ok()
            }
            _ => {
                let next = pallet_marketplace::NextOrder::<Runtime>::get();
                if next >= ENOUGH {
                    return None;
                }
                let mut listed: Vec<_> = pallet_marketplace::Listings::<Runtime>::iter().collect();
                listed.sort_by_key(|(record, _)| *record);
                let (record, listing) = self.one_of(&listed)?;
                let panel = Audits::review(Subject::Record { record, version: listing.version });
                let sat = |who: &AccountId| {
                    panel.as_ref().is_some_and(|review| review.panel.iter().any(|seat| seat.auditor == *who))
                };
                let others: Vec<_> = MEMBERS
                    .into_iter()
                    .map(|who| who.to_account_id())
                    .filter(|who| *who != listing.seller && !sat(who))
                    .collect();
                let buyer = self.one_of(&others);
                let (who, purpose) = (self.actor(buyer), self.purpose());
                let max_price = if self.rarely(16) { listing.price / 2 } else { listing.price };
                let terms = if self.rarely(16) { self.terms() } else { listing.terms };
                let version = if self.rarely(16) { version } else { listing.version };
                self.send(act, who, Market::order { record, version, max_price, terms, purpose }).ok()
            }
        }
    }

    fn price(&mut self) -> u128 {
        // Of what the marketplace takes as the lowest price, to more than anybody has.
        let prices = [10 * MDS, MDS, 1, 0, 333_333_333_333_333, 2_000_000 * MDS, u128::MAX];
        let rare = self.rarely(2);
        if rare { self.one_of(&prices) } else { None }.unwrap_or(10 * MDS)
    }

    pub(super) fn on_order(&mut self, act: Act) -> Option<()> {
        let (order, found) = self.order(|order| match (act, order.state) {
            (Act::Deliver | Act::Cancel | Act::Expire, OrderState::Open { .. }) => true,
            (Act::Claim, OrderState::Delivered { .. }) => true,
            (Act::Settle, OrderState::Delivered { .. } | OrderState::Claimed { .. }) => true,
            (Act::ClearOrder, state) => !state.is_open(),
            _ => false,
        })?;
        match act {
            Act::Deliver => {
                let of = (found.record, found.version);
                let stored = self.stored(of)?;
                let sealed = self.sealed(&Sealing {
                    holder: &found.seller,
                    holder_key: stored.owner_key,
                    commitment: stored.content.commitment,
                    to: &found.buyer,
                    to_key: found.buyer_key,
                    of,
                    purpose: SealPurpose::Order(order),
                });
                let before = free(&found.seller);
                let who = self.actor(Some(found.seller.clone()));
                self.send(act, who, Market::deliver { order, sealed }).ok()?;
                self.assert_opens(&found.buyer, &found.buyer_key, &sealed, of);
                let after = Marketplace::order_of(order)?;
                assert!(
                    free(&found.seller) >= before + found.price - after.retained - after.fee,
                    "the seller is not paid"
                );
                Some(())
            }
            Act::Cancel => {
                let (one, other) = match found.state {
                    OrderState::Open { cancel: Some(Party::Buyer) } => (found.seller, found.buyer),
                    _ => (found.buyer, found.seller),
                };
                let may = if self.rarely(4) { other } else { one };
                let who = self.actor(Some(may));
                self.send(act, who, Market::cancel { order }).ok()
            }
            Act::Claim => {
                let who = self.actor(Some(found.buyer));
                self.send(act, who, Market::claim { order }).ok()
            }
            Act::ClearOrder => {
                let may = if self.rarely(2) { found.seller } else { found.buyer };
                let who = self.actor(Some(may));
                self.send(act, who, Market::clear { order }).ok()
            }
            _ => {
                let who = self.actor(None);
                self.end_order(who, act, order).is_none().then_some(())
            }
        }
    }

    /// Expires or settles. Returns why that was refused.
    pub(super) fn end_order(
        &mut self,
        who: Sr25519Keyring,
        act: Act,
        order: OrderId,
    ) -> Option<DispatchError> {
        let call = if act == Act::Expire { Market::expire { order } } else { Market::settle { order } };
        self.send(act, who, call).err()
    }
}

fn free(who: &AccountId) -> u128 {
    Balances::free_balance(who)
}
