//! Events as the index keeps them: with who caused them and what and whom they are about.

use std::collections::BTreeSet;

use codec::{Decode, Encode};
use medshare_events::Event;
use medshare_indexer::Entry;
use medshare_runtime::opaque::UncheckedExtrinsic;
use medshare_types::{AccountId, OrderId, RecordId, RequestId, Subject, Version};
use serde_json::Value as Json;
use sp_core::crypto::Ss58Codec;

use super::content::Links;

/// The pallets whose events tell something about records, as `medshare trace` goes by.
const OF_RECORDS: [&str; 4] = ["Records", "Access", "Audits", "Marketplace"];

/// The first byte of a signed transaction, after its length: the form of transactions, 4, and a bit for the signature.
const SIGNED: u8 = 0b1000_0100;

/// An event as the index keeps it.
pub fn of(event: &Event, transaction: Option<&UncheckedExtrinsic>, links: &Links) -> Entry {
    let by = transaction.and_then(signer);
    let fields = event.fields_json();
    let (records, orders) = about(event, links);
    let mut accounts = BTreeSet::from_iter(by.clone());
    collect_accounts(&fields, &mut accounts);
    Entry {
        index: event.index,
        by,
        pallet: event.pallet.clone(),
        event: event.name.clone(),
        fields,
        records,
        orders,
        accounts: accounts.into_iter().collect(),
    }
}

/// Who signed a transaction; none where nobody did.
pub fn signer(transaction: &UncheckedExtrinsic) -> Option<AccountId> {
    let bytes = Vec::<u8>::decode(&mut &transaction.encode()[..]).ok()?;
    // A MultiAddress: 0 and the account.
    let [SIGNED, 0, rest @ ..] = &bytes[..] else { return None };
    AccountId::decode(&mut &rest[..]).ok()
}

/// The orders and requests that events name.
pub fn named(events: &[Event]) -> (BTreeSet<OrderId>, BTreeSet<RequestId>) {
    let orders = events.iter().filter_map(order);
    let requests = events.iter().filter(|event| is_of_records(event));
    (orders.collect(), requests.filter_map(|event| event.field_if("request")).collect())
}

/// What events themselves say about what orders and requests belong to.
pub fn links(events: &[Event]) -> Links {
    let mut links = Links::default();
    for event in events.iter().filter(|event| is_of_records(event)) {
        let record = event.field_if::<RecordId>("record");
        if let Some((request, record)) = event.field_if("request").zip(record) {
            links.requests.insert(request, record);
        }
        if let (Some((order, record)), Some(version), Some(buyer)) = (
            event.field_if("order").zip(record),
            event.field_if::<Version>("version"),
            event.field_if::<AccountId>("buyer"),
        ) {
            links.orders.insert(order, (record, version, buyer));
        }
    }
    links
}

/// The records and the orders that an event is about.
fn about(event: &Event, links: &Links) -> (Vec<RecordId>, Vec<OrderId>) {
    if !is_of_records(event) {
        return (Vec::new(), Vec::new());
    }
    let order = order(event);
    let record = event.field_if::<RecordId>("record").or_else(|| match event.field_if("subject") {
        Some(Subject::Record { record, .. }) => Some(record),
        _ => {
            let of_order = order.and_then(|order| links.orders.get(&order)).map(|(record, ..)| *record);
            let request = event.field_if::<RequestId>("request");
            of_order.or_else(|| request.and_then(|request| links.requests.get(&request)).copied())
        }
    });
    (record.into_iter().collect(), order.into_iter().collect())
}

fn order(event: &Event) -> Option<OrderId> {
    if !is_of_records(event) {
        return None;
    }
    event.field_if::<OrderId>("order").or_else(|| match event.field_if("subject") {
        Some(Subject::Claim { order }) => Some(order),
        _ => None,
    })
}

fn is_of_records(event: &Event) -> bool {
    OF_RECORDS.contains(&event.pallet.as_str())
}

/// Adds every account that a value names.
fn collect_accounts(value: &Json, accounts: &mut BTreeSet<AccountId>) {
    match value {
        Json::String(text) => accounts.extend(AccountId::from_ss58check(text)),
        Json::Array(values) => values.iter().for_each(|value| collect_accounts(value, accounts)),
        Json::Object(fields) => fields.values().for_each(|value| collect_accounts(value, accounts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use medshare_events::Field;
    use serde_json::json;

    use super::*;

    fn event(pallet: &str, name: &str, fields: &[(&str, Vec<u8>, Json)]) -> Event {
        let fields = fields.iter().map(|(name, bytes, value)| Field {
            name: (*name).into(),
            bytes: bytes.clone(),
            value: value.clone(),
        });
        Event {
            pallet: pallet.into(),
            name: name.into(),
            index: 3,
            extrinsic: Some(1),
            fields: fields.collect(),
        }
    }

    fn transaction(bytes: &[u8]) -> UncheckedExtrinsic {
        UncheckedExtrinsic::decode(&mut &bytes.encode()[..]).expect("any bytes are one")
    }

    #[test]
    fn everybody_whom_an_event_names_is_among_its_accounts() {
        let [signer, buyer, vault] = [1, 2, 3].map(|seed| AccountId::new([seed; 32]));
        let fields = [
            ("buyer", buyer.encode(), json!(buyer.to_string())),
            ("locators", vec![], json!([{ "vault": vault.to_string(), "blob": "0x00" }])),
            ("price", vec![], json!("5000000000000")),
        ];
        let signed = [&[SIGNED, 0][..], &signer.encode(), &[1; 65]].concat();
        let entry =
            of(&event("Records", "Relocated", &fields), Some(&transaction(&signed)), &Links::default());
        assert_eq!(entry.by, Some(signer.clone()));
        assert_eq!(entry.accounts, [signer, buyer, vault]);
        assert_eq!((entry.index, entry.fields["price"].as_str()), (3, Some("5000000000000")));
    }

    #[test]
    fn what_nobody_signed_is_by_nobody() {
        for bytes in [&[4u8, 0][..], &[SIGNED, 2, 7], &[SIGNED, 0, 7], &[]] {
            assert_eq!(signer(&transaction(bytes)), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_events_of_orders_claims_and_requests_are_about_their_record() {
        let buyer = AccountId::new([2; 32]);
        let events = [
            event(
                "Marketplace",
                "Ordered",
                &[
                    ("order", 4u64.encode(), json!(4)),
                    ("record", 7u64.encode(), json!(7)),
                    ("version", 1u32.encode(), json!(1)),
                    ("buyer", buyer.encode(), json!(buyer.to_string())),
                ],
            ),
            event("Marketplace", "Delivered", &[("order", 4u64.encode(), json!(4))]),
            event("Audits", "Voted", &[("subject", Subject::Claim { order: 4 }.encode(), json!({}))]),
            event(
                "Access",
                "Requested",
                &[("request", 4u64.encode(), json!(4)), ("record", 9u64.encode(), json!(9))],
            ),
            event("Access", "RequestDenied", &[("request", 4u64.encode(), json!(4))]),
            event("Credit", "Noted", &[("record", 7u64.encode(), json!(7))]),
        ];
        let links = links(&events);
        assert_eq!(named(&events), ([4].into(), [4].into()));
        let about: Vec<_> = events.iter().map(|event| about(event, &links)).collect();
        assert_eq!(
            about,
            [
                (vec![7], vec![4]),
                (vec![7], vec![4]),
                (vec![7], vec![4]),
                (vec![9], vec![]),
                (vec![9], vec![]),
                (vec![], vec![]),
            ]
        );
    }
}
