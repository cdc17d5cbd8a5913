//! What the benchmarks begin with, on the mock.

use super::*;
use medshare_traits::BenchmarkSetup;
use medshare_types::*;

/// Sets up the mock's neighbours.
pub struct Setup;

impl BenchmarkSetup<Account> for Setup {
    fn member(who: &Account, roles: Roles, key: Point) {
        let member = MockMember { roles: roles.into_iter().collect(), active: true, sponsor: None, key };
        Members::insert(who, member);
        Self::fund(who, WEALTH);
    }

    fn fund(who: &Account, amount: Balance) {
        Balances::force_set_balance(RuntimeOrigin::root(), *who, free(*who) + amount).unwrap();
    }

    fn record(owner: &Account, owner_key: Point, commitment: KeyCommitment) -> (RecordId, Version) {
        register(SELLER, RECORD, 1);
        Records::mutate_extant(RECORD, |record| record.owner = *owner);
        Versions::mutate_extant((RECORD, 1), |version| {
            version.owner_key = owner_key;
            version.content.commitment = commitment;
        });
        (RECORD, 1)
    }

    fn approve(_: RecordId, _: Version) {}

    fn list(record: RecordId, version: Version, price: Balance) {
        let owner = Records::get(record).unwrap().owner;
        let terms = Terms { licence: None, duration: Some(1) };
        Marketplace::list(signed(owner), record, version, price, terms).unwrap();
    }

    fn order(record: RecordId, buyer: &Account) -> OrderId {
        let id = crate::NextOrder::<Test>::get();
        let listing = Marketplace::listing(record).unwrap();
        Marketplace::order(signed(*buyer), record, listing.version, listing.price, listing.terms, research())
            .unwrap();
        id
    }

    fn claim(order: OrderId, sealed: SealedKey) {
        let Order { seller, buyer, .. } = Marketplace::order_of(order).unwrap();
        Marketplace::deliver(signed(seller), order, sealed).unwrap();
        Marketplace::claim(signed(buyer), order).unwrap();
    }

    fn grant(record: RecordId, version: Version, grantee: &Account, _: Point, _: SealedKey, _: OrderId) {
        grant_directly(record, version, *grantee);
    }

    fn seat_panel(subject: Subject) {
        if let Subject::Claim { order } = subject {
            seat(order);
        }
    }

    fn advance(by: Moment) {
        set_time(now() + by);
    }
}
