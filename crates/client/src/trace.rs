//! The history of a record, from the events that the chain kept.

use std::collections::BTreeSet;

use medshare_types::{AccountId, BlockNumber, Hash, Moment, OrderId, RecordId, RequestId, Subject};
use serde::Serialize;
use serde_json::Value as Json;

use crate::{
    At, Chain, Error, Progress, Result,
    chain::{BlockId, Event},
};

/// The pallets whose events tell something about records.
const PALLETS: [&str; 4] = ["Records", "Access", "Audits", "Marketplace"];

/// Something that happened to a record.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Entry {
    /// In which block.
    pub block: BlockNumber,
    /// That block's hash.
    pub hash: Hash,
    /// That block's chain time, in ms since the Unix epoch.
    pub time: Moment,
    /// Who signed the transaction; none where the chain itself acted.
    pub by: Option<AccountId>,
    /// The pallet.
    pub pallet: String,
    /// What happened.
    pub event: String,
    /// With whom and what.
    pub fields: Json,
}

/// Everything that happened to a record until the finalised head, in order. Reads each block since its registration, or
/// all blocks if the record was erased.
///
/// # Errors
/// [`Error::UnknownRecord`]; [`Error::Pruned`] if the node has forgotten old states.
pub async fn history(chain: &Chain, record: RecordId, progress: &Progress) -> Result<Vec<Entry>> {
    let head = chain.block(At::Finalized).await?;
    let at = At::Block(head.hash);
    let first = match chain.anchor(record, 1, at).await? {
        Some(anchor) => anchor.block,
        // An erased one: nothing says any more when it was registered.
        None if record < chain.next_record(at).await? => 1,
        None => return Err(Error::UnknownRecord(record)),
    };
    let mut thread = Thread::new(record);
    let mut found: Vec<(BlockId, Vec<Event>)> = Vec::new();
    chain
        .scan(first, head.number, progress, |block| {
            let events: Vec<Event> = block.events.into_iter().filter(|event| thread.takes(event)).collect();
            if !events.is_empty() {
                found.push((block.block, events));
            }
            Ok(())
        })
        .await?;
    let mut history = Vec::new();
    for (block, events) in found {
        let time = chain.time(At::Block(block.hash)).await?;
        let signers = chain.signers(block).await?;
        history.extend(events.into_iter().map(|event| {
            Entry {
                block: block.number,
                hash: block.hash,
                time,
                by: event
                    .extrinsic
                    .and_then(|index| usize::try_from(index).ok())
                    .and_then(|index| signers.get(index).cloned().flatten()),
                fields: event.fields_json(),
                pallet: event.pallet,
                event: event.name,
            }
        }));
    }
    Ok(history)
}

/// What belongs to a record: its own events, and those of its orders and requests.
struct Thread {
    record: RecordId,
    orders: BTreeSet<OrderId>,
    requests: BTreeSet<RequestId>,
}

impl Thread {
    fn new(record: RecordId) -> Self {
        Self { record, orders: BTreeSet::new(), requests: BTreeSet::new() }
    }

    fn takes(&mut self, event: &Event) -> bool {
        if !PALLETS.contains(&event.pallet.as_str()) {
            return false;
        }
        let record = event.field_if::<RecordId>("record");
        let order = event.field_if::<OrderId>("order");
        let request = event.field_if::<RequestId>("request");
        let subject = event.field_if::<Subject>("subject");
        let ours = record == Some(self.record)
            || match subject {
                Some(Subject::Record { record, .. }) => record == self.record,
                Some(Subject::Claim { order }) => self.orders.contains(&order),
                None => false,
            }
            || (record.is_none()
                && (order.is_some_and(|order| self.orders.contains(&order))
                    || request.is_some_and(|request| self.requests.contains(&request))));
        if ours {
            self.orders.extend(order);
            self.requests.extend(request);
        }
        ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Field;
    use codec::Encode;

    fn event(pallet: &str, fields: &[(&str, Vec<u8>)]) -> Event {
        let fields = fields
            .iter()
            .map(|(name, bytes)| Field { name: (*name).into(), bytes: bytes.clone(), value: Json::Null })
            .collect();
        Event { pallet: pallet.into(), name: "Happened".into(), index: 0, extrinsic: None, fields }
    }

    #[test]
    fn follows_a_record_through_its_orders_and_claims() {
        let mut thread = Thread::new(7);
        assert!(thread.takes(&event("Records", &[("record", 7u64.encode())])));
        assert!(!thread.takes(&event("Records", &[("record", 8u64.encode())])));
        assert!(
            !thread.takes(&event("Marketplace", &[("order", 1u64.encode())])),
            "an order of another record"
        );
        assert!(thread.takes(&event("Marketplace", &[("order", 2u64.encode()), ("record", 7u64.encode())])));
        assert!(thread.takes(&event("Marketplace", &[("order", 2u64.encode())])));
        assert!(thread.takes(&event("Audits", &[("subject", Subject::Claim { order: 2 }.encode())])));
        assert!(!thread.takes(&event("Audits", &[("subject", Subject::Claim { order: 1 }.encode())])));
        assert!(
            thread
                .takes(&event("Audits", &[("subject", Subject::Record { record: 7, version: 1 }.encode())]))
        );
        assert!(!thread.takes(&event("Balances", &[("record", 7u64.encode())])));
        // Numbers of requests and orders do not mix.
        assert!(!thread.takes(&event("Access", &[("request", 2u64.encode())])));
    }
}
