//! What is read of states that are made for it.

use codec::{Decode, Encode};
use frame_system::{EventRecord, Phase};
use medshare_events::{Event, Metadata};
use medshare_indexer::{Change, Entity};
use medshare_runtime::{AccountId, Runtime, RuntimeEvent, VERSION};
use medshare_types::{
    CreditEvent, Grant, Listing, Member, Order, OrderState, Policy, Receipt, Record, RecordVersion, Review,
    Subject,
};
use sp_io::TestExternalities;
use sp_runtime::traits::TrailingZeroInput;

use super::{
    check, content,
    follow::{Next, next},
    read, receipt,
    touched::Touched,
};

const SUBJECT: Subject = Subject::Record { record: 0, version: 1 };

/// A value of which only what a test sets matters.
fn blank<T: Decode>() -> T {
    T::decode(&mut TrailingZeroInput::zeroes()).expect("zeros are a value")
}

fn who(seed: u8) -> AccountId {
    AccountId::new([seed; 32])
}

fn metadata() -> Metadata {
    Metadata::decode_from(&Runtime::metadata().encode()).expect("the runtime's metadata are some")
}

/// One of everything.
fn fill() {
    pallet_members::Members::<Runtime>::insert(who(1), blank::<Member<AccountId>>());
    pallet_records::Records::<Runtime>::insert(0, blank::<Record<AccountId>>());
    pallet_records::Versions::<Runtime>::insert(0, 1, blank::<RecordVersion<AccountId>>());
    pallet_access::Policies::<Runtime>::insert(0, blank::<Policy>());
    pallet_access::Grants::<Runtime>::insert((0, 1, who(2)), blank::<Grant>());
    pallet_audits::Reviews::<Runtime>::insert(SUBJECT, blank::<Review<AccountId>>());
    pallet_marketplace::Listings::<Runtime>::insert(0, blank::<Listing<AccountId>>());
    pallet_marketplace::Orders::<Runtime>::insert(0, blank::<Order<AccountId>>());
}

#[test]
fn what_the_runtime_keeps_is_what_this_program_reads() {
    read::fits(&metadata(), VERSION.spec_version).expect("both are of one release");
}

#[test]
fn events_are_read_by_the_metadata_as_the_runtime_wrote_them() {
    let ordered = pallet_marketplace::Event::<Runtime>::Ordered {
        order: 3,
        record: 7,
        version: 2,
        buyer: who(1),
        seller: who(2),
        price: 25_000_000_000_000,
        deliver_by: 99,
    };
    let noted = pallet_credit::Event::<Runtime>::Noted {
        who: who(2),
        event: CreditEvent::SaleSettled,
        points: -5,
        score: 10,
    };
    let record = |phase, event: RuntimeEvent| EventRecord::<_, medshare_runtime::Hash> {
        phase,
        event,
        topics: Vec::new(),
    };
    let new = frame_system::Event::<Runtime>::NewAccount { account: who(3) };
    let written = vec![
        record(Phase::Initialization, noted.into()),
        record(Phase::ApplyExtrinsic(0), new.into()),
        record(Phase::ApplyExtrinsic(4), ordered.into()),
    ];
    let bytes = written.encode();
    let all = Event::read_all(&bytes, &metadata()).expect("they are events");
    assert_eq!(all.len(), 3);
    let events = Event::read_of(&bytes, &metadata(), super::touched::keeps).expect("they are events");
    let [noted, ordered] = &events[..] else { panic!("{events:?}") };
    assert_eq!((noted.index, noted.extrinsic, ordered.index, ordered.extrinsic), (0, None, 2, Some(4)));
    assert!(noted.is("Credit", "Noted") && ordered.is("Marketplace", "Ordered"));
    assert_eq!(noted.field_if("event"), Some(CreditEvent::SaleSettled));
    let fields = ordered.fields_json();
    assert_eq!((&fields["order"], &fields["price"]), (&3.into(), &"25000000000000".into()));
    assert_eq!(fields["buyer"], who(1).to_string());
    assert_eq!(ordered.field::<u64>("record"), Ok(7));
    assert!(ordered.field::<u64>("version").is_err(), "a version is no number of eight bytes");

    let broken = &bytes[..bytes.len() - 1];
    assert!(Event::read_all(broken, &metadata()).is_err());
    assert!(Event::read_all(&[&bytes[..], &[0]].concat(), &metadata()).is_err());
    assert_eq!(Event::read_all(&[], &metadata()), Ok(Vec::new()));
}

#[test]
fn everything_of_the_first_block_is_told() {
    TestExternalities::default().execute_with(|| {
        fill();
        let found = content::everything(0);
        assert_eq!(found.len(), 8, "{found:?}");
        assert!(found.contains(&Change::Member { account: who(1), state: Some(blank()) }));
        assert!(found.contains(&Change::Grant {
            record: 0,
            version: 1,
            grantee: who(2),
            state: Some(blank())
        }));
        assert!(found.contains(&Change::Review { subject: SUBJECT, state: Some(blank()) }));
    });
}

#[test]
fn what_was_touched_is_told_of_every_state_in_the_same_order() {
    let mut touched = Touched::default();
    touched.records.extend([0, 5]);
    touched.versions.insert((0, 1));
    touched.orders.extend([0, 1]);
    touched.reviews.insert(SUBJECT);
    touched.grants.insert((0, 1, who(2)));
    touched.members.insert(who(1));
    let before = TestExternalities::default().execute_with(|| content::changes(&touched));
    let after = TestExternalities::default().execute_with(|| {
        fill();
        content::changes(&touched)
    });
    let changed: Vec<_> = after.iter().zip(&before).filter(|(after, before)| after != before).collect();
    assert_eq!((before.len(), after.len(), changed.len()), (12, 12, 8));
    for (after, before) in before.iter().zip(&after) {
        assert_eq!(std::mem::discriminant(after), std::mem::discriminant(before));
    }
    assert!(before.contains(&Change::Record { record: 5, state: None }));
}

#[test]
fn what_differs_from_the_state_is_found() {
    TestExternalities::default().execute_with(|| {
        fill();
        let order = |state| Order { state, ..blank::<Order<AccountId>>() }.encode();
        let told = |entity, key: Vec<u8>, value: &[u8]| {
            check::differs(entity, &key, value).map(|difference| difference.to_string())
        };
        let same = blank::<Order<AccountId>>().encode();
        assert_eq!(told(Entity::Orders, 0u64.encode(), &same), None);
        let other = order(OrderState::Settled);
        assert_eq!(told(Entity::Orders, 0u64.encode(), &other).as_deref(), Some("differs"));
        let surplus = "is in the index and not on the chain";
        assert_eq!(told(Entity::Orders, 1u64.encode(), &same).as_deref(), Some(surplus));
        assert_eq!(told(Entity::Orders, 0u64.encode(), &same[1..]).as_deref(), Some("differs"));
        // Nobody has a score there, and nothing is kept of a score of zero.
        assert_eq!(told(Entity::Credits, who(1).encode(), &(0i64, 5u64).encode()), None);
        assert_eq!(
            told(Entity::Credits, who(1).encode(), &(7i64, 5u64).encode()).as_deref(),
            Some("differs")
        );
    });
}

#[test]
fn a_chain_that_began_anew_is_noticed_also_while_it_is_shorter() {
    assert_eq!(next(5, 9, true), Next::Block(6));
    assert_eq!(next(9, 9, true), Next::Nothing);
    // The node has to sync up to the index, which is of its chain.
    assert_eq!(next(9, 5, true), Next::Sync);
    for (head, finalised) in [(5, 9), (9, 9), (9, 5)] {
        assert_eq!(next(head, finalised, false), Next::Anew, "{head} {finalised}");
    }
    assert_eq!(next(u32::MAX, u32::MAX, true), Next::Nothing);
}

#[test]
fn the_receipts_that_the_state_has_are_taken_from_there() {
    let posted = |index: u32| {
        let event = pallet_access::Event::<Runtime>::ReceiptPosted {
            record: 7,
            index,
            version: 2,
            vault: who(1),
            accessor: who(2),
            sequence: 5,
        };
        let record = EventRecord::<RuntimeEvent, medshare_runtime::Hash> {
            phase: Phase::ApplyExtrinsic(0),
            event: event.into(),
            topics: Vec::new(),
        };
        let events = Event::read_all(&vec![record].encode(), &metadata()).expect("it is an event");
        receipt::told(&events[0]).expect("it tells of a receipt").expect("in the form that is known")
    };
    TestExternalities::default().execute_with(|| {
        let kept = blank::<Receipt<AccountId>>();
        pallet_access::Receipts::<Runtime>::insert(7, 40, kept.clone());
        assert_eq!(content::receipts(&[posted(8), posted(40)]), [None, Some(kept)]);
    });
}
