use super::*;
use crate::{OpenOrdersOf, migrations::v2};
use frame_support::traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion};

/// An order in each state that is possible at once, as a chain of version 1 had them: without `OpenOrdersOf`.
fn version_1() {
    put_on_sale();
    for who in [BUYER, OTHER_BUYER, 14, 15] {
        assert_ok!(Marketplace::order(signed(who), RECORD, 1, PRICE, Terms::default(), research()));
    }
    assert_ok!(Marketplace::deliver(signed(SELLER), 1, right_key(1)));
    assert_ok!(Marketplace::deliver(signed(SELLER), 2, right_key(2)));
    assert_ok!(Marketplace::claim(signed(14), 2));
    assert_ok!(Marketplace::cancel(signed(15), 3));
    assert_ok!(Marketplace::cancel(signed(SELLER), 3));
    let _ = OpenOrdersOf::<Test>::clear(u32::MAX, None);
    StorageVersion::new(1).put::<Marketplace>();
}

#[test]
fn files_the_orders_that_are_open() {
    ExtBuilder::default().build_and_execute(|| {
        version_1();
        assert!(Marketplace::do_try_state().is_err(), "the chain needs the migration");
        let before: Vec<_> = (0..4).map(|id| order_of(id).unwrap()).collect();

        v2::ToV2::<Test>::on_runtime_upgrade();

        assert_ok!(Marketplace::do_try_state());
        assert_eq!(Marketplace::on_chain_storage_version(), StorageVersion::new(2));
        assert_eq!(before, (0..4).map(|id| order_of(id).unwrap()).collect::<Vec<_>>());
        let open = |who| -> Vec<OrderId> {
            Marketplace::open_orders_of(&who, None, 10).into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(open(SELLER), [0, 1, 2]);
        assert_eq!((open(BUYER), open(14), open(15)), (vec![0], vec![2], vec![]));
    });
}

#[test]
fn orders_from_before_end_and_are_cleared_without_a_deposit() {
    ExtBuilder::default().build_and_execute(|| {
        version_1();
        v2::ToV2::<Test>::on_runtime_upgrade();
        OrderDeposit::set(70);
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), 0));
        assert_ok!(Marketplace::clear(signed(BUYER), 0));
        assert_event(Event::Cleared { order: 0, released: 0 });
        assert_eq!(free(BUYER), WEALTH);
        OrderDeposit::set(0);
    });
}

#[test]
fn runs_once() {
    ExtBuilder::default().build_and_execute(|| {
        version_1();
        v2::ToV2::<Test>::on_runtime_upgrade();
        let _ = OpenOrdersOf::<Test>::clear(u32::MAX, None);
        v2::ToV2::<Test>::on_runtime_upgrade();
        assert_eq!(OpenOrdersOf::<Test>::iter_keys().count(), 0, "it must not touch what is of version 2");
        // What the test took away, so that the chain is whole again.
        StorageVersion::new(1).put::<Marketplace>();
        v2::ToV2::<Test>::on_runtime_upgrade();
    });
}

#[cfg(feature = "try-runtime")]
#[test]
fn its_checks_find_a_migration_that_does_nothing() {
    use frame_support::traits::UncheckedOnRuntimeUpgrade;
    type Steps = v2::FileOpenOrders<Test>;
    ExtBuilder::default().build_and_execute(|| {
        version_1();
        let before = Steps::pre_upgrade().unwrap();
        assert!(Steps::post_upgrade(before.clone()).is_err());
        Steps::on_runtime_upgrade();
        assert_ok!(Steps::post_upgrade(before));
        assert!(Steps::pre_upgrade().is_err(), "it must not run twice");
    });
}
