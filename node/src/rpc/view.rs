//! JSON forms of what holds an amount of money or a number beside it.

use medshare_types::{
    AccountId, Anchor, Balance, BlockNumber, Hash, Listing, NewVersion, Order, Point, RecordVersion, Review,
    Subject, VersionStatus,
};
use serde::{Serialize, Serializer};
use sp_core::Bytes;

/// An amount of money, as a decimal string: JSON numbers lose digits in JavaScript.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount(pub Balance);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A listing whose price is a string.
pub type ListingView = Listing<AccountId, Amount>;

/// An order whose amounts are strings.
pub type OrderView = Order<AccountId, Amount>;

/// Something with its number.
#[derive(Clone, Debug, Serialize)]
pub struct Numbered<T> {
    /// Its number.
    pub id: u64,
    /// The thing itself, its fields beside the number.
    #[serde(flatten)]
    pub value: T,
}

impl<T> Numbered<T> {
    /// A page of the runtime's answers, each turned into its JSON form.
    pub fn page<U>(page: Vec<(u64, U)>, view: impl Fn(U) -> T) -> Vec<Self> {
        page.into_iter().map(|(id, value)| Self { id, value: view(value) }).collect()
    }
}

/// A review with what it decides.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewOf {
    /// What is decided.
    pub subject: Subject,
    /// The review, its fields beside the subject.
    #[serde(flatten)]
    pub review: Review<AccountId>,
}

impl ReviewOf {
    /// A page of the runtime's answers.
    pub fn page(page: Vec<(Subject, Review<AccountId>)>) -> Vec<Self> {
        page.into_iter().map(|(subject, review)| Self { subject, review }).collect()
    }
}

/// A version of a record whose deposit is a string.
#[derive(Clone, Debug, Serialize)]
pub struct VersionView {
    /// What the owner submitted.
    pub content: NewVersion<AccountId>,
    /// The owner's key to which the record key is committed.
    pub owner_key: Point,
    /// How far its review got.
    pub status: VersionStatus,
    /// Block and chain time of its registration.
    pub anchor: Anchor,
    /// What the owner has on hold for its storage.
    pub deposit: Amount,
}

impl From<RecordVersion<AccountId>> for VersionView {
    fn from(version: RecordVersion<AccountId>) -> Self {
        let RecordVersion { content, owner_key, status, anchor, deposit } = version;
        Self { content, owner_key, status, anchor, deposit: Amount(deposit) }
    }
}

/// A proof that the state of a block holds a version of a record: the nodes of the state trie (layout V1, Blake2b-256)
/// on the way from the state root to the key. Whoever trusts the block's header needs nothing else.
#[derive(Clone, Debug, Serialize)]
pub struct VersionProof {
    /// The block.
    pub block: Hash,
    /// Its number.
    pub number: BlockNumber,
    /// The state root in its header; a verifier takes it from a header that it trusts.
    pub state_root: Hash,
    /// The storage key.
    pub key: Bytes,
    /// The value: the SCALE encoding of the version.
    pub value: Bytes,
    /// The trie nodes.
    pub nodes: Vec<Bytes>,
}

/// The JSON form of a listing.
pub fn listing(listing: Listing<AccountId, Balance>) -> ListingView {
    let Listing { version, seller, price, terms, since } = listing;
    Listing { version, seller, price: Amount(price), terms, since }
}

/// The JSON form of an order.
pub fn order(order: Order<AccountId, Balance>) -> OrderView {
    let Order {
        record,
        version,
        buyer,
        buyer_key,
        seller,
        price,
        retained,
        bond,
        purpose,
        terms,
        placed,
        deliver_by,
        state,
    } = order;
    Order {
        record,
        version,
        buyer,
        buyer_key,
        seller,
        price: Amount(price),
        retained: Amount(retained),
        bond: Amount(bond),
        purpose,
        terms,
        placed,
        deliver_by,
        state,
    }
}

#[cfg(test)]
mod tests {
    use medshare_types::Terms;

    use super::*;

    #[test]
    fn amounts_keep_every_digit() {
        assert_eq!(
            serde_json::to_string(&Amount(Balance::MAX)).ok().as_deref(),
            Some("\"340282366920938463463374607431768211455\"")
        );
    }

    #[test]
    fn numbers_stand_beside_the_fields() {
        let sold = Listing {
            version: 1,
            seller: AccountId::new([1; 32]),
            price: 5_000_000_000_000,
            terms: Terms::default(),
            since: 9,
        };
        let json = serde_json::to_value(Numbered::page(vec![(7, sold)], listing)).unwrap_or_default();
        assert_eq!(json[0]["id"], 7);
        assert_eq!(json[0]["price"], "5000000000000");
        assert_eq!(json[0]["version"], 1);
    }
}
