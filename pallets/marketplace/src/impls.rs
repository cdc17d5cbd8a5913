//! What the calls do, and what clients ask.

use crate::{
    Bought, Config, DeliveredKeys, Disproven, Error, Event, HoldReason, ListingOf, Listings, LiveOrder,
    NextOrder, OpenOrders, OpenOrdersOf, OrderOf, Orders, OrdersOf, Pallet,
};
use alloc::vec::Vec;
use frame_support::{
    BoundedVec,
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time},
};
use frame_system::pallet_prelude::BlockNumberFor;
use medshare_traits::{
    Consent, CreditScores, Engagements, Membership, NewGrant, NewReview, Panels, RecordRegistry,
};
use medshare_types::{
    Balance, CreditEvent, Finding, Findings, GrantBasis, Hash, Listing, Order, OrderId, OrderState, Party,
    Purpose, RecordId, Role, SealContext, SealPurpose, SealedKey, Subject, Terms, Tier, Verdict, Version,
};
use sp_runtime::{DispatchError, traits::Zero};

/// The second key of `OrdersOf`.
pub(crate) fn order_key(order: OrderId) -> [u8; 8] {
    order.to_be_bytes()
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_list(
        who: T::AccountId,
        record: RecordId,
        version: Version,
        price: Balance,
        terms: Terms,
    ) -> DispatchResult {
        T::Members::ensure_role(&who, Role::Provider)?;
        let owner = T::Records::owner(record).ok_or(Error::<T>::NoSuchRecord)?;
        ensure!(owner == who, Error::<T>::NotOwner);
        ensure!(!Listings::<T>::contains_key(record), Error::<T>::AlreadyListed);
        Self::ensure_tradable(record, version)?;
        ensure!(terms.duration != Some(0), Error::<T>::NoDuration);
        Self::retained_of(price)?;

        let listing = Listing { version, seller: who.clone(), price, terms, since: T::Time::now() };
        Listings::<T>::insert(record, listing);
        Self::deposit_event(Event::Listed { record, version, seller: who, price });
        Ok(())
    }

    pub(crate) fn do_reprice(who: T::AccountId, record: RecordId, price: Balance) -> DispatchResult {
        T::Members::ensure_role(&who, Role::Provider)?;
        Listings::<T>::try_mutate(record, |listing| -> DispatchResult {
            let listing = listing.as_mut().ok_or(Error::<T>::NotListed)?;
            ensure!(listing.seller == who, Error::<T>::NotOwner);
            Self::retained_of(price)?;
            listing.price = price;
            Ok(())
        })?;
        Self::deposit_event(Event::Repriced { record, price });
        Ok(())
    }

    pub(crate) fn do_delist(who: T::AccountId, record: RecordId) -> DispatchResult {
        let listing = Listings::<T>::get(record).ok_or(Error::<T>::NotListed)?;
        ensure!(listing.seller == who, Error::<T>::NotOwner);
        Self::remove_listing(record);
        Ok(())
    }

    /// Takes a record off the market, if it is on it.
    pub(crate) fn remove_listing(record: RecordId) {
        if Listings::<T>::take(record).is_some() {
            Self::deposit_event(Event::Delisted { record });
        }
    }

    pub(crate) fn do_order(
        who: T::AccountId,
        record: RecordId,
        version: Version,
        max_price: Balance,
        terms: Terms,
        purpose: Purpose,
    ) -> DispatchResult {
        T::Members::ensure_role(&who, Role::Buyer)?;
        let listing = Listings::<T>::get(record).ok_or(Error::<T>::NotListed)?;
        ensure!(listing.version == version, Error::<T>::OtherVersionListed);
        Self::ensure_tradable(record, version)?;
        ensure!(listing.seller != who, Error::<T>::OwnRecord);
        ensure!(T::Members::has_role(&listing.seller, Role::Provider), Error::<T>::SellerNotActive);
        ensure!(listing.price <= max_price, Error::<T>::PriceRaised);
        ensure!(listing.terms == terms, Error::<T>::TermsChanged);
        ensure!(T::Consent::permits(record, &purpose), Error::<T>::PurposeNotPermitted);

        let now = T::Time::now();
        let granted = T::Consent::granted(record, version, &who).is_some_and(|grant| grant.is_active(now));
        ensure!(!granted, Error::<T>::AlreadyGranted);
        ensure!(!LiveOrder::<T>::contains_key((record, version, who.clone())), Error::<T>::AlreadyOrdered);
        let approved = T::Panels::majority(Subject::Record { record, version }).contains(&who);
        ensure!(!approved && !T::Panels::is_reviewing(&who, record, version), Error::<T>::ConflictOfInterest);
        // A sponsor can suspend the buyer, who could then not claim.
        ensure!(T::Members::sponsor(&who).as_ref() != Some(&listing.seller), Error::<T>::ConflictOfInterest);
        let open = OpenOrders::<T>::get(&who);
        ensure!(open < T::Credit::benefits(&who).max_open_orders, Error::<T>::TooManyOpenOrders);

        let buyer_key = T::Members::encryption_key(&who).ok_or(Error::<T>::NoEncryptionKey)?;
        let price = listing.price;
        // Computed afresh: the shares may have changed since it was listed.
        let retained = Self::retained_of(price)?;
        let benefits = T::Credit::benefits(&listing.seller);
        let fee = Self::fee_of(price, retained, benefits.fee_discount);
        let retained = match T::Credit::tier(&listing.seller) {
            // Whoever gave up reviews until a panel suited it, or sold what was not as described, sees the money only
            // when nobody can claim any more.
            Tier::Restricted => price.saturating_sub(fee),
            _ => retained,
        };
        let mut vaults = T::Records::vaults(record, version);
        // One that holds two blobs of the version is one vault.
        vaults.sort();
        vaults.dedup();
        let id = NextOrder::<T>::get();
        let next = id.checked_add(1).ok_or(Error::<T>::TooManyOrders)?;
        let deliver_by = now.saturating_add(T::DeliverWithin::get());

        Self::hold(HoldReason::Order, &who, price)?;
        Self::hold_deposit(id, &who, T::OrderDeposit::get())?;
        T::Engagements::engage(&who)?;
        T::Engagements::engage(&listing.seller)?;

        NextOrder::<T>::put(next);
        // Cannot saturate: it is below a limit of the same type.
        OpenOrders::<T>::insert(&who, open.saturating_add(1));
        LiveOrder::<T>::insert((record, version, who.clone()), id);
        for party in [&who, &listing.seller] {
            OrdersOf::<T>::insert(party, order_key(id), ());
            OpenOrdersOf::<T>::insert(party, order_key(id), ());
        }
        let order = Order {
            record,
            version,
            buyer: who.clone(),
            buyer_key,
            seller: listing.seller.clone(),
            price,
            retained,
            fee,
            bond: 0,
            purpose,
            terms,
            placed: now,
            deliver_by,
            claim_window: benefits.claim_window,
            vaults: BoundedVec::truncate_from(vaults),
            state: OrderState::Open { cancel: None },
        };
        Orders::<T>::insert(id, order);
        Self::deposit_event(Event::Ordered {
            order: id,
            record,
            version,
            buyer: who,
            seller: listing.seller,
            price,
            deliver_by,
        });
        Ok(())
    }

    pub(crate) fn do_deliver(who: T::AccountId, id: OrderId, sealed: SealedKey) -> DispatchResult {
        let mut order = Self::get_order(id)?;
        ensure!(order.seller == who, Error::<T>::NotSeller);
        Self::ensure_active(&who)?;
        ensure!(matches!(order.state, OrderState::Open { .. }), Error::<T>::NotOpen);
        let now = T::Time::now();
        ensure!(now < order.deliver_by, Error::<T>::TooLate);
        ensure!(T::Members::is_active(&order.buyer), Error::<T>::BuyerNotActive);
        Self::ensure_tradable(order.record, order.version)?;
        let version = T::Records::version(order.record, order.version).ok_or(Error::<T>::NotTradable)?;

        let context = SealContext {
            genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
            record: order.record,
            version: order.version,
            grantee: order.buyer.clone(),
            purpose: SealPurpose::Order(id),
        };
        medshare_crypto::verify_seal(
            &sealed,
            &version.owner_key,
            &version.content.commitment,
            &order.buyer_key,
            &context,
        )
        .map_err(|_| Error::<T>::WrongKey)?;

        // The money moves only if the grant can be recorded: consent as it is now decides.
        T::Consent::grant(NewGrant {
            record: order.record,
            version: order.version,
            grantee: order.buyer.clone(),
            grantee_key: order.buyer_key,
            basis: GrantBasis::Order(id),
            purpose: order.purpose.clone(),
            sealed,
            expires: order.terms.duration.map(|duration| now.saturating_add(duration)),
        })?;
        let paid = Self::pay_delivery(&order)?;

        let settles_at = now.saturating_add(order.claim_window);
        order.state = OrderState::Delivered { settles_at };
        DeliveredKeys::<T>::insert(id, sealed.as_commitment());
        Orders::<T>::insert(id, &order);
        Self::deposit_event(Event::Delivered {
            order: id,
            paid,
            fee: order.fee,
            retained: order.retained,
            settles_at,
        });
        Ok(())
    }

    pub(crate) fn do_cancel(who: T::AccountId, id: OrderId) -> DispatchResult {
        let mut order = Self::get_order(id)?;
        let by = if order.buyer == who {
            Party::Buyer
        } else if order.seller == who {
            Party::Seller
        } else {
            return Err(Error::<T>::NotParty.into());
        };
        Self::ensure_active(&who)?;
        let OrderState::Open { cancel } = order.state else { return Err(Error::<T>::NotOpen.into()) };
        match cancel {
            Some(proposer) if proposer == by => Err(Error::<T>::AlreadyProposed.into()),
            Some(_) => {
                let refunded = order.price;
                Self::release(HoldReason::Order, &order.buyer, refunded)?;
                Self::close(id, order, OrderState::Cancelled);
                Self::deposit_event(Event::Cancelled { order: id, refunded });
                Ok(())
            }
            None => {
                order.state = OrderState::Open { cancel: Some(by) };
                Orders::<T>::insert(id, order);
                Self::deposit_event(Event::CancellationProposed { order: id, by });
                Ok(())
            }
        }
    }

    pub(crate) fn do_expire(who: T::AccountId, id: OrderId) -> DispatchResult {
        Self::ensure_active(&who)?;
        let order = Self::get_order(id)?;
        ensure!(matches!(order.state, OrderState::Open { .. }), Error::<T>::NotOpen);
        ensure!(T::Time::now() >= order.deliver_by, Error::<T>::TooEarly);

        let refunded = order.price;
        Self::release(HoldReason::Order, &order.buyer, refunded)?;
        let has_key = T::Consent::granted(order.record, order.version, &order.buyer)
            .is_some_and(|grant| grant.is_active(T::Time::now()));
        // A seller cannot deliver to a buyer who is suspended, or who was granted access in the meantime.
        if T::Members::is_active(&order.buyer) && !has_key {
            T::Credit::note(&order.seller, CreditEvent::DeliveryMissed);
        }
        Self::close(id, order, OrderState::Expired);
        Self::deposit_event(Event::Expired { order: id, refunded });
        Ok(())
    }

    pub(crate) fn do_claim(who: T::AccountId, id: OrderId) -> DispatchResult {
        let mut order = Self::get_order(id)?;
        ensure!(order.buyer == who, Error::<T>::NotBuyer);
        Self::ensure_active(&who)?;
        let OrderState::Delivered { settles_at } = order.state else {
            return Err(Error::<T>::NotDelivered.into());
        };
        let now = T::Time::now();
        ensure!(now < settles_at, Error::<T>::TooLate);
        let commitment = DeliveredKeys::<T>::get(id).ok_or(Error::<T>::NotDelivered)?;

        let bond = Self::bond_of(order.price);
        Self::hold(HoldReason::ClaimBond, &who, bond)?;
        Self::hold_deposit(id, &who, T::ClaimDeposit::get())?;
        order.bond = bond;
        let rule_by = now.saturating_add(T::RulingWithin::get());
        order.state = OrderState::Claimed { rule_by };
        Orders::<T>::insert(id, &order);

        // The rules of conflict say who else may not sit: the buyer, who is the holder, among them.
        let mut excluded =
            T::Panels::majority(Subject::Record { record: order.record, version: order.version });
        excluded.extend(T::Members::sponsor(&order.seller));
        excluded.push(order.seller);
        T::Panels::convene(NewReview {
            subject: Subject::Claim { order: id },
            record: order.record,
            version: order.version,
            holder: who,
            holder_key: order.buyer_key,
            commitment,
            excluded,
        })?;
        Self::deposit_event(Event::Claimed { order: id, bond, rule_by });
        Ok(())
    }

    pub(crate) fn do_rule(
        who: T::AccountId,
        id: OrderId,
        verdict: Verdict,
        findings: Findings,
        report: Hash,
    ) -> DispatchResult {
        let order = Self::get_order(id)?;
        ensure!(matches!(order.state, OrderState::Claimed { .. }), Error::<T>::NotClaimed);
        T::Panels::vote(&who, Subject::Claim { order: id }, verdict, findings, report)
    }

    pub(crate) fn do_settle(who: T::AccountId, id: OrderId) -> DispatchResult {
        Self::ensure_active(&who)?;
        let order = Self::get_order(id)?;
        let now = T::Time::now();
        match order.state {
            OrderState::Open { .. } => Err(Error::<T>::NotDelivered.into()),
            OrderState::Delivered { settles_at } => {
                ensure!(now >= settles_at, Error::<T>::TooEarly);
                Self::settle_unclaimed(id, order)
            }
            OrderState::Claimed { rule_by } => {
                ensure!(now >= rule_by, Error::<T>::TooEarly);
                Self::settle_unruled(id, order)
            }
            OrderState::Settled | OrderState::Refunded | OrderState::Cancelled | OrderState::Expired => {
                Err(Error::<T>::AlreadyClosed.into())
            }
        }
    }

    pub(crate) fn do_clear(who: T::AccountId, id: OrderId) -> DispatchResult {
        Self::ensure_active(&who)?;
        let order = Self::get_order(id)?;
        let is_party = who == order.buyer || who == order.seller;
        // Nobody keeps an order for a buyer who is gone and cannot ask for the deposit itself.
        let is_abandoned = T::Members::encryption_key(&order.buyer).is_none();
        ensure!(is_party || is_abandoned, Error::<T>::NotParty);
        ensure!(!order.state.is_open(), Error::<T>::StillOpen);
        ensure!(
            T::Consent::clear_order_grant(order.record, order.version, &order.buyer, id),
            Error::<T>::GrantInForce
        );
        T::Panels::forget(Subject::Claim { order: id });
        for party in [&order.buyer, &order.seller] {
            OrdersOf::<T>::remove(party, order_key(id));
        }
        Orders::<T>::remove(id);
        let released = Self::release_deposit(id, &order.buyer)?;
        Self::deposit_event(Event::Cleared { order: id, released });
        Ok(())
    }

    fn settle_unclaimed(id: OrderId, order: OrderOf<T>) -> DispatchResult {
        let paid = order.retained;
        Self::pay(HoldReason::Order, &order.buyer, &order.seller, paid)?;
        if Self::counts_as_sale(&order) {
            T::Credit::note(&order.seller, CreditEvent::SaleSettled);
            T::Credit::note(&order.buyer, CreditEvent::PurchaseSettled);
        }
        Self::close(id, order, OrderState::Settled);
        Self::deposit_event(Event::Settled { order: id, paid });
        Ok(())
    }

    /// Notes that somebody bought a version, and whether that counts in credit: once for each version and buyer, and not
    /// between a hospital and those for whom it answers, nor among these. Otherwise two accounts could make each other
    /// any credit.
    fn counts_as_sale(order: &OrderOf<T>) -> bool {
        let key = (order.record, order.version, order.buyer.clone());
        if Bought::<T>::contains_key(&key) {
            return false;
        }
        Bought::<T>::insert(key, ());
        let (buyers, sellers) = (T::Members::sponsor(&order.buyer), T::Members::sponsor(&order.seller));
        let is_own = buyers.as_ref() == Some(&order.seller) || sellers.as_ref() == Some(&order.buyer);
        !is_own && (buyers.is_none() || buyers != sellers)
    }

    /// The claim was found neither right nor wrong.
    pub(crate) fn settle_unruled(id: OrderId, order: OrderOf<T>) -> DispatchResult {
        let (paid, released) = (order.retained, order.bond);
        Self::pay(HoldReason::Order, &order.buyer, &order.seller, paid)?;
        Self::release(HoldReason::ClaimBond, &order.buyer, released)?;
        Self::close(id, order, OrderState::Settled);
        T::Panels::dissolve(Subject::Claim { order: id });
        Self::deposit_event(Event::ClaimUnruled { order: id, paid, released });
        Ok(())
    }

    /// The panel found that the buyer is right.
    pub(crate) fn uphold_claim(id: OrderId, order: OrderOf<T>) -> DispatchResult {
        Self::release(HoldReason::Order, &order.buyer, order.retained)?;
        Self::release(HoldReason::ClaimBond, &order.buyer, order.bond)?;
        let refunded = order.retained.saturating_add(order.bond);
        T::Credit::note(&order.seller, CreditEvent::ClaimLost);
        let (record, version) = (order.record, order.version);
        if Listings::<T>::get(record).is_some_and(|listing| listing.version == version) {
            Self::remove_listing(record);
        }
        // That nobody serves the ciphertext now says nothing about what was approved; everything else does, for ever.
        let findings = T::Panels::findings(Subject::Claim { order: id });
        let disproven = findings.iter().any(|finding| *finding != Finding::Unavailable);
        if disproven && !Disproven::<T>::contains_key(record, version) {
            Disproven::<T>::insert(record, version, ());
            for auditor in T::Panels::majority(Subject::Record { record, version }) {
                T::Credit::note(&auditor, CreditEvent::AuditOverturned);
            }
        }
        Self::close(id, order, OrderState::Refunded);
        Self::deposit_event(Event::ClaimUpheld { order: id, refunded });
        Ok(())
    }

    /// The panel found that the buyer is wrong, or the buyer did not deliver it the key. The bond does not go to those
    /// who ruled: they must not earn more by one ruling than by the other.
    pub(crate) fn refuse_claim(id: OrderId, order: OrderOf<T>) -> DispatchResult {
        let (paid, forfeited) = (order.retained, order.bond);
        Self::pay(HoldReason::Order, &order.buyer, &order.seller, paid)?;
        Self::pay(HoldReason::ClaimBond, &order.buyer, &T::Consortium::get(), forfeited)?;
        T::Credit::note(&order.buyer, CreditEvent::ClaimRefused);
        if Self::counts_as_sale(&order) {
            T::Credit::note(&order.seller, CreditEvent::SaleSettled);
        }
        Self::close(id, order, OrderState::Settled);
        Self::deposit_event(Event::ClaimRefused { order: id, paid, forfeited });
        Ok(())
    }

    /// Ends an order of which nothing is on hold any more.
    fn close(id: OrderId, mut order: OrderOf<T>, state: OrderState) {
        order.state = state;
        order.bond = 0;
        OpenOrders::<T>::mutate_exists(&order.buyer, |open| {
            *open = open.and_then(|open| open.checked_sub(1)).filter(|open| *open > 0);
        });
        LiveOrder::<T>::remove((order.record, order.version, order.buyer.clone()));
        DeliveredKeys::<T>::remove(id);
        for party in [&order.buyer, &order.seller] {
            OpenOrdersOf::<T>::remove(party, order_key(id));
            T::Engagements::disengage(party);
        }
        Orders::<T>::insert(id, order);
    }

    fn get_order(id: OrderId) -> Result<OrderOf<T>, DispatchError> {
        Orders::<T>::get(id).ok_or_else(|| Error::<T>::NoSuchOrder.into())
    }

    fn ensure_tradable(record: RecordId, version: Version) -> DispatchResult {
        ensure!(T::Records::is_tradable(record, version), Error::<T>::NotTradable);
        ensure!(!Disproven::<T>::contains_key(record, version), Error::<T>::ProvenFalse);
        Ok(())
    }

    fn ensure_active(who: &T::AccountId) -> DispatchResult {
        ensure!(T::Members::is_active(who), Error::<T>::NotActiveMember);
        Ok(())
    }

    /// A record's listing.
    pub fn listing(record: RecordId) -> Option<ListingOf<T>> {
        Listings::<T>::get(record)
    }

    /// At most `limit` listings that follow the one of `after`, or the first ones; in an order that does not change
    /// but is not that of the numbers. A listing that ends between two pages does not disturb the next page.
    pub fn listings(after: Option<RecordId>, limit: u32) -> Vec<(RecordId, ListingOf<T>)> {
        let listings = match after {
            Some(after) => Listings::<T>::iter_from(Listings::<T>::hashed_key_for(after)),
            None => Listings::<T>::iter(),
        };
        listings.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect()
    }

    /// An order.
    pub fn order_of(order: OrderId) -> Option<OrderOf<T>> {
        Orders::<T>::get(order)
    }

    /// At most `limit` orders in which the account is buyer or seller, ascending by number, from the one after
    /// `after` or the first one on.
    pub fn orders_of(who: &T::AccountId, after: Option<OrderId>, limit: u32) -> Vec<(OrderId, OrderOf<T>)> {
        let keys = match after {
            Some(after) => {
                OrdersOf::<T>::iter_key_prefix_from(who, OrdersOf::<T>::hashed_key_for(who, order_key(after)))
            }
            None => OrdersOf::<T>::iter_key_prefix(who),
        };
        Self::existing(keys, limit)
    }

    /// As [`Pallet::orders_of`], of those alone of which money is on hold.
    pub fn open_orders_of(
        who: &T::AccountId,
        after: Option<OrderId>,
        limit: u32,
    ) -> Vec<(OrderId, OrderOf<T>)> {
        let keys = match after {
            Some(after) => OpenOrdersOf::<T>::iter_key_prefix_from(
                who,
                OpenOrdersOf::<T>::hashed_key_for(who, order_key(after)),
            ),
            None => OpenOrdersOf::<T>::iter_key_prefix(who),
        };
        Self::existing(keys, limit)
    }

    fn existing(keys: impl Iterator<Item = [u8; 8]>, limit: u32) -> Vec<(OrderId, OrderOf<T>)> {
        keys.take(usize::try_from(limit).unwrap_or(usize::MAX))
            .map(OrderId::from_be_bytes)
            .filter_map(|id| Orders::<T>::get(id).map(|order| (id, order)))
            .collect()
    }
}
