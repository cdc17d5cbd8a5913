//! Choosing who acts on what: mostly whoever may, on what is there.

use medshare_crypto::KeyPair;
use medshare_runtime::{AccountId, Marketplace, Members, Records, Runtime};
use medshare_traits::{Membership, RecordRegistry};
use medshare_types::{Order, OrderId, Point, RecordId, RecordVersion, RequestId, Review, Subject, Version};
use sp_keyring::Sr25519Keyring;

use super::Machine;
use crate::chain::MEMBERS;

/// Nobody on this chain.
const STRANGER: Sr25519Keyring = Sr25519Keyring::AliceStash;

impl Machine<'_> {
    /// A number below `end`, 0 if there is none.
    pub(super) fn number(&mut self, end: u64) -> u64 {
        self.choices.int_in_range(0..=end.saturating_sub(1)).unwrap_or_default()
    }

    /// Something that is true once in so many times, and never when nothing is left to choose by.
    pub(super) fn rarely(&mut self, of: u64) -> bool {
        self.number(of) == of - 1
    }

    /// One of these.
    pub(super) fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        let at = self.number(u64::try_from(all.len()).unwrap_or(u64::MAX));
        all.get(usize::try_from(at).unwrap_or_default()).cloned()
    }

    /// Mostly who may; sometimes anybody.
    pub(super) fn actor(&mut self, may: Option<AccountId>) -> Sr25519Keyring {
        match may.and_then(|who| name(&who)) {
            Some(who) if !self.rarely(8) => who,
            _ if self.rarely(16) => STRANGER,
            _ => self.member(),
        }
    }

    pub(super) fn member(&mut self) -> Sr25519Keyring {
        self.one_of(&MEMBERS).unwrap_or(Sr25519Keyring::Alice)
    }

    /// An active member.
    pub(super) fn active(&self) -> Option<Sr25519Keyring> {
        MEMBERS.into_iter().find(|who| <Members as Membership<_>>::is_active(&who.to_account_id()))
    }

    /// A version of a record that is there, or sometimes of none.
    pub(super) fn version(&mut self) -> (RecordId, Version) {
        let next = pallet_records::NextRecord::<Runtime>::get();
        let record = if self.rarely(32) { next } else { self.number(next) };
        let latest = pallet_records::Records::<Runtime>::get(record).map_or(1, |record| record.latest);
        let version = if self.rarely(4) { self.number(u64::from(latest) + 2) } else { u64::from(latest) };
        (record, u32::try_from(version).unwrap_or_default())
    }

    pub(super) fn owner(&self, record: RecordId) -> Option<AccountId> {
        <Records as RecordRegistry<_>>::owner(record)
    }

    pub(super) fn stored(&self, (record, version): (RecordId, Version)) -> Option<RecordVersion<AccountId>> {
        <Records as RecordRegistry<_>>::version(record, version)
    }

    /// A review of which `wanted` is true, or else any.
    pub(super) fn review(
        &mut self,
        wanted: impl Fn(&Subject, &Review<AccountId>) -> bool,
    ) -> Option<(Subject, Review<AccountId>)> {
        let mut all: Vec<_> = pallet_audits::Reviews::<Runtime>::iter().collect();
        all.sort_by_key(|(subject, _)| *subject);
        let some: Vec<_> = all.iter().filter(|(subject, review)| wanted(subject, review)).cloned().collect();
        self.one_of(if some.is_empty() { &all } else { &some })
    }

    /// An order of which `wanted` is true, or else any.
    pub(super) fn order(
        &mut self,
        wanted: impl Fn(&Order<AccountId>) -> bool,
    ) -> Option<(OrderId, Order<AccountId>)> {
        let next = pallet_marketplace::NextOrder::<Runtime>::get();
        let all: Vec<_> = (0..next).filter_map(|id| Some((id, Marketplace::order_of(id)?))).collect();
        let some: Vec<_> = all.iter().filter(|(_, order)| wanted(order)).cloned().collect();
        self.one_of(if some.is_empty() { &all } else { &some })
    }

    /// An open request, or none.
    pub(super) fn request(&mut self) -> RequestId {
        let mut all: Vec<_> = pallet_access::Requests::<Runtime>::iter_keys().collect();
        all.sort_unstable();
        self.one_of(&all).unwrap_or_default()
    }

    /// The pair of a member's public key.
    pub(super) fn pair(&self, who: &AccountId, public: &Point) -> Option<KeyPair> {
        let pairs = self.pairs.get(&name(who)?)?;
        pairs.iter().find(|pair| pair.public() == *public).cloned()
    }
}

/// Who this is.
pub(super) fn name(who: &AccountId) -> Option<Sr25519Keyring> {
    MEMBERS.into_iter().find(|member| member.to_account_id() == *who)
}
