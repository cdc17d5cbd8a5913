use frame_support::{assert_noop, assert_ok};
use medshare_types::*;
use sp_runtime::DispatchError;

use crate::{Call, Error, Event, ReceiptCount, mock::*};

fn receipt(sequence: u64, record: RecordId) -> NewReceipt<Account> {
    NewReceipt {
        sequence,
        record,
        version: 1,
        accessor: DOCTOR,
        basis: FetchBasis::Grant,
        bytes: 100,
        at: START - 50,
        request: Hash::repeat_byte(9),
    }
}

fn post(receipts: Vec<NewReceipt<Account>>) -> Call<Test> {
    Call::post_receipts { receipts: receipts.try_into().expect("a batch has room for four") }
}

#[test]
fn files_receipts_under_their_records() {
    ExtBuilder.build_and_execute(|| {
        let [vault, other] = VAULTS;
        assert_ok!(send(vault, post(vec![receipt(0, RECORD), receipt(4, OTHER_RECORD), receipt(5, RECORD)])));
        pass(3);
        assert_ok!(send(other, post(vec![receipt(2, RECORD)])));

        let filed = |vault, content, posted| Receipt { vault, content, posted };
        let expected = [
            filed(vault, receipt(0, RECORD), START),
            filed(vault, receipt(5, RECORD), START),
            filed(other, receipt(2, RECORD), START + 3),
        ];
        assert_eq!(Access::receipts(RECORD, 0, 10), expected);
        assert_eq!(Access::receipts(OTHER_RECORD, 0, 10), [filed(vault, receipt(4, OTHER_RECORD), START)]);
        assert_eq!(Access::last_receipt(&vault), Some(5));
        assert_eq!(Access::last_receipt(&other), Some(2));
        assert_eq!(Access::last_receipt(&OTHER_VAULT), None);
        let posted = |record, index, vault, sequence| Event::ReceiptPosted {
            record,
            index,
            version: 1,
            vault,
            accessor: DOCTOR,
            sequence,
        };
        let expected = [
            posted(RECORD, 0, vault, 0),
            posted(OTHER_RECORD, 0, vault, 4),
            posted(RECORD, 1, vault, 5),
            posted(RECORD, 2, other, 2),
        ];
        assert_eq!(events(), expected);
    });
}

#[test]
fn counts_what_is_posted_twice_once() {
    ExtBuilder.build_and_execute(|| {
        let vault = VAULTS[0];
        let not_ascending = DispatchError::from(Error::<Test>::SequenceNotAscending);
        let first = post(vec![receipt(3, RECORD)]);
        assert_ok!(send(vault, first.clone()));
        assert_noop!(send(vault, first), not_ascending);
        assert_noop!(send(vault, post(vec![receipt(2, RECORD)])), not_ascending);
        assert_noop!(send(vault, post(vec![receipt(4, RECORD), receipt(4, RECORD)])), not_ascending);
        assert_noop!(send(vault, post(vec![receipt(5, RECORD), receipt(4, RECORD)])), not_ascending);
        assert_eq!(ReceiptCount::<Test>::get(RECORD), 1);
        assert_ok!(send(vault, post(vec![receipt(u64::MAX, RECORD)])));
    });
}

#[test]
fn refuses_who_is_no_active_vault() {
    ExtBuilder.build_and_execute(|| {
        for who in [OWNER, BUYER, STRANGER] {
            assert_noop!(send(who, post(vec![receipt(0, RECORD)])), DispatchError::BadOrigin);
        }
        suspend(VAULTS[0]);
        assert_noop!(send(VAULTS[0], post(vec![receipt(0, RECORD)])), DispatchError::BadOrigin);
    });
}

#[test]
fn a_vault_reports_only_on_what_it_holds() {
    ExtBuilder.build_and_execute(|| {
        let not_here = DispatchError::from(Error::<Test>::NotHeldHere);
        assert_noop!(send(OTHER_VAULT, post(vec![receipt(0, RECORD)])), not_here);
        assert_noop!(send(VAULTS[0], post(vec![receipt(0, 77)])), not_here);
        let no_version = NewReceipt { version: 2, ..receipt(0, RECORD) };
        assert_noop!(send(VAULTS[0], post(vec![no_version])), not_here);
        // One that is refused takes the others with it.
        assert_noop!(send(VAULTS[0], post(vec![receipt(0, RECORD), receipt(1, 77)])), not_here);
        assert_eq!(Access::last_receipt(&VAULTS[0]), None);
    });
}

#[test]
fn a_vault_reports_on_what_it_held() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.former_holders.insert((RECORD, 1, OTHER_VAULT)));
        assert_ok!(send(OTHER_VAULT, post(vec![receipt(0, RECORD)])));
        assert_eq!(Access::receipts(RECORD, 0, 10).len(), 1);
    });
}

#[test]
fn nothing_is_reported_ahead_of_time() {
    ExtBuilder.build_and_execute(|| {
        let at = |sequence, at| post(vec![NewReceipt { at, ..receipt(sequence, RECORD) }]);
        assert_noop!(send(VAULTS[0], at(0, START + TOLERANCE + 1)), Error::<Test>::FromTheFuture);
        assert_noop!(send(VAULTS[0], at(0, Moment::MAX)), Error::<Test>::FromTheFuture);
        assert_ok!(send(VAULTS[0], at(0, START + TOLERANCE)));
        assert_ok!(send(VAULTS[0], at(1, 0)));
    });
}

#[test]
fn refuses_an_empty_batch() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(VAULTS[0], post(vec![])), Error::<Test>::NoReceipts);
    });
}

#[test]
fn refuses_when_numbers_are_used_up() {
    ExtBuilder.build_and_execute(|| {
        ReceiptCount::<Test>::insert(RECORD, u32::MAX);
        assert_noop!(send(VAULTS[0], post(vec![receipt(0, RECORD)])), Error::<Test>::NoMoreNumbers);
        ReceiptCount::<Test>::remove(RECORD);
    });
}

#[test]
fn only_the_newest_of_each_record_are_kept() {
    ExtBuilder.build_and_execute(|| {
        for sequence in 0..11 {
            assert_ok!(send(VAULTS[0], post(vec![receipt(sequence, RECORD)])));
        }
        assert_ok!(send(VAULTS[0], post(vec![receipt(11, OTHER_RECORD)])));
        let sequences = |from, limit| -> Vec<u64> {
            Access::receipts(RECORD, from, limit).iter().map(|receipt| receipt.content.sequence).collect()
        };
        assert_eq!(sequences(0, 100), (3..11).collect::<Vec<_>>());
        assert_eq!(sequences(0, 2), [3, 4]);
        assert_eq!(sequences(9, 100), [9, 10]);
        assert_eq!(Access::receipts(OTHER_RECORD, 0, 100).len(), 1);
        assert_eq!(crate::Receipts::<Test>::iter().count(), 9);
        let posted = events().into_iter().filter(|event| matches!(event, Event::ReceiptPosted { .. }));
        assert_eq!(posted.count(), 12, "all stay in the events");
    });
}

#[test]
fn a_record_that_is_erased_takes_its_receipts_with_it() {
    ExtBuilder.build_and_execute(|| {
        for sequence in 0..10 {
            assert_ok!(send(VAULTS[0], post(vec![receipt(sequence, RECORD)])));
        }
        <Access as medshare_traits::Consent<Account>>::forget(RECORD);
        assert_eq!(crate::Receipts::<Test>::iter().count(), 0);
        assert!(!ReceiptCount::<Test>::contains_key(RECORD));
        assert_eq!(Access::policy(RECORD), None);
        assert_eq!(Access::last_receipt(&VAULTS[0]), Some(9), "what was posted is not accepted again");
    });
}
