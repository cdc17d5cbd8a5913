use frame_support::{
    assert_ok,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};
use medshare_types::*;

use crate::{LastReceipt, ReceiptCount, Receipts, migrations::v2, mock::*};

fn receipt(sequence: u64, record: RecordId) -> Receipt<Account> {
    let content = NewReceipt {
        sequence,
        record,
        version: 1,
        accessor: DOCTOR,
        basis: FetchBasis::Grant,
        bytes: 1,
        at: START,
        request: Hash::zero(),
    };
    Receipt { vault: VAULTS[0], content, posted: START }
}

/// Twenty receipts of one record and three of another, as a chain of version 1 kept them.
fn version_1() {
    for index in 0..20 {
        Receipts::<Test>::insert(RECORD, index, receipt(index.into(), RECORD));
    }
    for index in 0..3 {
        Receipts::<Test>::insert(OTHER_RECORD, index, receipt(index.into(), OTHER_RECORD));
    }
    ReceiptCount::<Test>::insert(RECORD, 20);
    ReceiptCount::<Test>::insert(OTHER_RECORD, 3);
    LastReceipt::<Test>::insert(VAULTS[0], 19);
    StorageVersion::new(1).put::<Access>();
}

#[test]
fn the_newest_receipts_stay() {
    ExtBuilder.build_and_execute(|| {
        version_1();
        assert!(Access::do_try_state().is_err(), "the chain needs the migration");
        v2::ToV2::<Test>::on_runtime_upgrade();

        assert_ok!(Access::do_try_state());
        assert_eq!(Access::on_chain_storage_version(), StorageVersion::new(2));
        let expected: Vec<_> = (12..20).map(|index| receipt(index, RECORD)).collect();
        assert_eq!(Access::receipts(RECORD, 0, 100), expected);
        assert_eq!(Access::receipts(OTHER_RECORD, 0, 100).len(), 3);
    });
}

#[cfg(feature = "try-runtime")]
#[test]
fn its_checks_find_a_migration_that_does_nothing() {
    use frame_support::traits::UncheckedOnRuntimeUpgrade;
    type Steps = v2::DropOldReceipts<Test>;
    ExtBuilder.build_and_execute(|| {
        version_1();
        let before = Steps::pre_upgrade().unwrap();
        assert!(Steps::post_upgrade(before.clone()).is_err());
        Steps::on_runtime_upgrade();
        assert_ok!(Steps::post_upgrade(before.clone()));
        Receipts::<Test>::mutate(RECORD, 19, |kept| *kept = Some(receipt(18, RECORD)));
        assert!(Steps::post_upgrade(before).is_err(), "a receipt that stays was changed");
        Receipts::<Test>::insert(RECORD, 19, receipt(19, RECORD));
    });
}
