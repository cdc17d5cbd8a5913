use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, TokenError};

use crate::{Call, Error, Event, NewRecord, NextRecord, Pending, mock::*};

fn many(records: Vec<NewRecord<Account>>) -> Call<Test> {
    Call::register_many { records: records.try_into().expect("a batch has room for four") }
}

#[test]
fn registers_all_in_order() {
    ExtBuilder.build_and_execute(|| {
        register(OTHER, 9);
        events();
        assert_ok!(send(OWNER, many((1..=4).map(new_record).collect())));
        for number in 1..=4 {
            assert_eq!(stored(number, 1).content, content(number));
            assert!(world(|world| world.policies.contains_key(&number)));
        }
        assert_eq!(Pending::<Test>::get(OWNER), 4);
        assert_eq!(engaged(OWNER), 4);
        assert_eq!(held(OWNER), (1..=4).map(|record| stored(record, 1).deposit).sum::<u128>());
        let registered: Vec<_> = events()
            .into_iter()
            .map(|event| match event {
                Event::Registered { record, owner: OWNER, .. } => record,
                other => panic!("not expected: {other:?}"),
            })
            .collect();
        assert_eq!(registered, [1, 2, 3, 4]);
    });
}

#[test]
fn registers_none_if_one_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let mut bad = new_record(3);
        bad.content.size = 0;
        assert_noop!(
            send(OWNER, many(vec![new_record(1), new_record(2), bad])),
            Error::<Test>::EmptyCiphertext
        );
        assert_eq!(NextRecord::<Test>::get(), 0);
        assert_eq!(held(OWNER), 0);
        assert_eq!(engaged(OWNER), 0);
        assert!(world(|world| world.convened.is_empty()));
    });
}

#[test]
fn refuses_the_same_ciphertext_twice_in_a_batch() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(OWNER, many(vec![new_record(1), new_record(1)])), Error::<Test>::CiphertextTaken);
    });
}

#[test]
fn refuses_an_empty_batch() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(OWNER, many(vec![])), Error::<Test>::EmptyBatch);
    });
}

#[test]
fn credit_bounds_the_batch() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.max_pending = 2);
        assert_noop!(send(OWNER, many((1..=3).map(new_record).collect())), Error::<Test>::TooManyPending);
        assert_ok!(send(OWNER, many((1..=2).map(new_record).collect())));
    });
}

#[test]
fn refuses_who_may_not_register_or_cannot_pay_for_all() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(BUYER, many(vec![new_record(1)])), DispatchError::BadOrigin);
        register(OWNER, 9);
        let one = held(OWNER);
        DepositBase::set(FUNDS / 2);
        assert!(one < FUNDS / 2);
        assert_noop!(send(OWNER, many((1..=2).map(new_record).collect())), TokenError::FundsUnavailable);
        assert_eq!(held(OWNER), one);
    });
}
