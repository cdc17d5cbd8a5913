//! What the events of a block say may have changed.

use std::collections::BTreeSet;

use medshare_events::Event;
use medshare_types::{AccountId, OrderId, RecordId, Subject, Version};

/// The pallets whose events the index keeps: those that tell something about records, trade and people.
const PALLETS: [&str; 10] = [
    "Records",
    "Access",
    "Audits",
    "Marketplace",
    "Credit",
    "Members",
    "Settlement",
    "Validators",
    "Equivocation",
    "Peers",
];

/// Whether the index keeps the events of a pallet.
pub fn keeps(pallet: &str) -> bool {
    PALLETS.contains(&pallet)
}

/// What has to be read again from the state that a block left.
///
/// It goes by the names of events' fields rather than by the events: whatever an event of these pallets names, it may have
/// changed. So an event that a later runtime adds is not passed over.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Touched {
    /// Records, with their policies and listings.
    pub records: BTreeSet<RecordId>,
    /// Versions of records that an event names.
    pub versions: BTreeSet<(RecordId, Version)>,
    /// Orders.
    pub orders: BTreeSet<OrderId>,
    /// Orders that were cleared: the grant and the review of the claim went with each, without events of their own.
    pub cleared: BTreeSet<OrderId>,
    /// Reviews.
    pub reviews: BTreeSet<Subject>,
    /// Grants.
    pub grants: BTreeSet<(RecordId, Version, AccountId)>,
    /// Members.
    pub members: BTreeSet<AccountId>,
    /// Whose credit changed.
    pub scores: BTreeSet<AccountId>,
    /// Whether everybody's credit may have changed: the tiers begin elsewhere, or scores fade at another pace.
    pub all_scores: bool,
}

impl Touched {
    /// Takes in an event.
    pub fn take(&mut self, event: &Event) {
        match event.pallet.as_str() {
            "Records" | "Access" | "Audits" | "Marketplace" => self.market(event),
            "Credit" => {
                self.scores.extend(event.field_if::<AccountId>("who"));
                self.all_scores |= event.is("Credit", "ThresholdsSet") || event.is("Credit", "HalfLifeSet");
            }
            "Members" => self.members.extend(event.field_if::<AccountId>("who")),
            _ => {}
        }
    }

    fn market(&mut self, event: &Event) {
        let record = event.field_if::<RecordId>("record");
        let version = event.field_if::<Version>("version");
        self.records.extend(record);
        self.versions.extend(record.zip(version));
        if let (Some((record, version)), Some(grantee)) =
            (record.zip(version), event.field_if::<AccountId>("grantee"))
        {
            self.grants.insert((record, version, grantee));
        }
        if let Some(order) = event.field_if::<OrderId>("order") {
            self.orders.insert(order);
            if event.is("Marketplace", "Cleared") {
                self.cleared.insert(order);
                self.reviews.insert(Subject::Claim { order });
            }
        }
        self.reviews.extend(event.field_if::<Subject>("subject"));
        // The reviews of its versions go with a record.
        if event.is("Records", "Erased")
            && let (Some(record), Some(versions)) = (record, event.field_if::<Version>("versions"))
        {
            for version in 1..=versions {
                self.versions.insert((record, version));
                self.reviews.insert(Subject::Record { record, version });
            }
        }
        if event.is("Records", "Registered")
            && let Some(record) = record
        {
            self.versions.insert((record, 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use codec::Encode;
    use medshare_events::Field;

    use super::*;

    /// A pallet, the name of an event of it, and its fields.
    type Happened<'a> = (&'a str, &'a str, &'a [(&'a str, Vec<u8>)]);

    fn touched(events: &[Happened<'_>]) -> Touched {
        let mut touched = Touched::default();
        for (pallet, name, fields) in events {
            let fields = fields.iter().map(|(name, bytes)| Field {
                name: (*name).into(),
                bytes: bytes.clone(),
                value: serde_json::Value::Null,
            });
            touched.take(&Event {
                pallet: (*pallet).into(),
                name: (*name).into(),
                index: 0,
                extrinsic: None,
                fields: fields.collect(),
            });
        }
        touched
    }

    #[test]
    fn what_an_event_names_is_read_again() {
        let who = AccountId::new([7; 32]);
        let found = touched(&[
            ("Records", "Registered", &[("record", 5u64.encode())]),
            (
                "Access",
                "Granted",
                &[("record", 6u64.encode()), ("version", 2u32.encode()), ("grantee", who.encode())],
            ),
            ("Audits", "Voted", &[("subject", Subject::Claim { order: 3 }.encode())]),
            ("Credit", "Noted", &[("who", who.encode())]),
            ("Marketplace", "Renamed", &[("order", 9u64.encode())]),
        ]);
        assert_eq!(found.records, [5, 6].into());
        assert_eq!(found.versions, [(5, 1), (6, 2)].into());
        assert_eq!(found.grants, [(6, 2, who.clone())].into());
        assert_eq!(found.reviews, [Subject::Claim { order: 3 }].into());
        assert_eq!((found.scores, found.orders), ([who].into(), [9].into()));
        assert!(!found.all_scores && found.cleared.is_empty());
    }

    #[test]
    fn what_goes_without_events_of_its_own_is_read_again() {
        let found = touched(&[
            ("Records", "Erased", &[("record", 5u64.encode()), ("versions", 2u32.encode())]),
            ("Marketplace", "Cleared", &[("order", 4u64.encode())]),
            ("Credit", "HalfLifeSet", &[]),
        ]);
        let review = |version| Subject::Record { record: 5, version };
        assert_eq!(found.reviews, [review(1), review(2), Subject::Claim { order: 4 }].into());
        assert_eq!(found.versions, [(5, 1), (5, 2)].into());
        assert_eq!(found.cleared, [4].into());
        assert!(found.all_scores);
    }

    #[test]
    fn other_pallets_touch_nothing() {
        assert_eq!(touched(&[("Balances", "Deposit", &[("record", 5u64.encode())])]), Touched::default());
    }
}
