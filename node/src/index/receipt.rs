//! Access receipts, whole. The events do not tell all that is in a receipt; the chain keeps the newest few of each record. What
//! a block posts beyond those only its transactions have.

use codec::{Decode, Encode};
use medshare_events::{Event, Foreign};
use medshare_runtime::opaque::UncheckedExtrinsic;
use medshare_types::{AccountId, NewReceipt, RecordId, Version};

/// What an event says of a receipt that was posted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Of which record it is.
    pub record: RecordId,
    /// The how manieth of the record.
    pub index: u32,
    /// The vault that posted it.
    pub vault: AccountId,
    begin: Begin,
}

/// The first fields of a [`NewReceipt`], in their order.
#[derive(Clone, PartialEq, Eq, Debug, Encode)]
struct Begin {
    sequence: u64,
    record: RecordId,
    version: Version,
    accessor: AccountId,
}

/// What is told of a receipt; nothing if the event tells of something else.
///
/// # Errors
/// If the event has not the fields that this program knows.
pub fn told(event: &Event) -> Option<Result<Told, Foreign>> {
    event.is("Access", "ReceiptPosted").then(|| {
        let record = event.field("record")?;
        let begin = Begin {
            sequence: event.field("sequence")?,
            record,
            version: event.field("version")?,
            accessor: event.field("accessor")?,
        };
        Ok(Told { record, index: event.field("index")?, vault: event.field("vault")?, begin })
    })
}

impl Told {
    /// The receipt among the arguments of a call, however the call is wrapped in others. What the event says of it is 52 bytes
    /// in a row there.
    ///
    /// # Errors
    /// If it is not there, or if there are several of which any could be it: whoever signs a transaction can write the same
    /// bytes into it elsewhere, with other ones after them.
    pub fn find(&self, transaction: Option<&UncheckedExtrinsic>) -> Result<NewReceipt<AccountId>, String> {
        let bytes = transaction.map(Encode::encode).unwrap_or_default();
        let begin = self.begin.encode();
        let mut found: Option<NewReceipt<AccountId>> = None;
        for (at, window) in bytes.windows(begin.len()).enumerate() {
            if window != begin {
                continue;
            }
            // What cannot be a receipt is none.
            let Ok(receipt) = NewReceipt::decode(&mut &bytes[at..]) else { continue };
            if found.as_ref().is_some_and(|found| *found != receipt) {
                return Err("the transaction that posted it holds several that it could be".into());
            }
            found = Some(receipt);
        }
        found.ok_or_else(|| "the transaction that posted it does not hold it".into())
    }
}

#[cfg(test)]
mod tests {
    use medshare_events::Field;
    use medshare_types::{FetchBasis, Hash};

    use super::*;

    fn receipt(sequence: u64) -> NewReceipt<AccountId> {
        NewReceipt {
            sequence,
            record: 5,
            version: 1,
            accessor: AccountId::new([8; 32]),
            basis: FetchBasis::Preview,
            bytes: 1_000 + sequence,
            at: 77,
            request: Hash::repeat_byte(3),
        }
    }

    fn posted(sequence: u64) -> Event {
        let content = receipt(sequence);
        let fields = [
            ("record", content.record.encode()),
            ("index", 40u32.encode()),
            ("version", content.version.encode()),
            ("vault", AccountId::new([9; 32]).encode()),
            ("accessor", content.accessor.encode()),
            ("sequence", sequence.encode()),
        ];
        Event {
            pallet: "Access".into(),
            name: "ReceiptPosted".into(),
            index: 0,
            extrinsic: Some(0),
            fields: fields
                .into_iter()
                .map(|(name, bytes)| Field { name: name.into(), bytes, value: serde_json::Value::Null })
                .collect(),
        }
    }

    /// A call among others, as a batch has it, after some words.
    fn transaction(words: &[u8]) -> UncheckedExtrinsic {
        let call = (words, 12u8, (1..=40).map(receipt).collect::<Vec<_>>(), 3u8);
        UncheckedExtrinsic::decode(&mut &call.encode().encode()[..]).expect("any bytes are one")
    }

    fn find(
        sequence: u64,
        transaction: Option<&UncheckedExtrinsic>,
    ) -> Result<NewReceipt<AccountId>, String> {
        told(&posted(sequence)).expect("it tells of a receipt").expect("it is one of ours").find(transaction)
    }

    #[test]
    fn every_receipt_of_a_batch_is_found_whole() {
        for sequence in [1, 17, 40] {
            assert_eq!(find(sequence, Some(&transaction(&[1; 9]))), Ok(receipt(sequence)));
        }
        let told = told(&posted(1)).expect("it tells of a receipt").expect("it is one of ours");
        assert_eq!((told.record, told.index, told.vault), (5, 40, AccountId::new([9; 32])));
    }

    #[test]
    fn words_that_begin_like_a_receipt_hide_none() {
        // The bytes that the event names, with something after them that is no receipt: there is no such basis.
        let begin = receipt(17).encode()[..52].to_vec();
        let broken = [&begin[..], &[0xff; 60]].concat();
        assert_eq!(find(17, Some(&transaction(&broken))), Ok(receipt(17)));
        assert_eq!(find(17, Some(&transaction(&receipt(17).encode()))), Ok(receipt(17)));
    }

    #[test]
    fn of_two_that_it_could_be_it_is_none() {
        let other = NewReceipt { bytes: 1, ..receipt(17) };
        let reason = find(17, Some(&transaction(&other.encode()))).expect_err("nobody can tell");
        assert!(reason.contains("several"), "{reason}");
    }

    #[test]
    fn a_receipt_that_the_transaction_does_not_hold_is_not_found() {
        assert!(find(41, Some(&transaction(&[]))).is_err());
        assert!(find(1, None).is_err());
    }

    #[test]
    fn other_events_tell_of_no_receipt_and_other_forms_are_told_from_ours() {
        assert_eq!(told(&Event { name: "Granted".into(), ..posted(1) }), None);
        let other = Event { fields: Vec::new(), ..posted(1) };
        assert!(told(&other).expect("it tells of a receipt").is_err());
    }
}
