//! How time fills a quota again.

use frame_support::assert_ok;

use crate::{Usage, Usages, mock::*, types::Standing};

#[test]
fn refills_evenly_and_not_beyond_the_quota() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 8_000 - BASE).apply());
        assert_eq!(Quota::left(&PROVIDER), 2_000);
        assert_eq!(Quota::resets_at(&PROVIDER), Some(START + WINDOW * 8 / 10));
        advance(WINDOW / 10);
        assert_eq!(Quota::left(&PROVIDER), 3_000);
        advance(WINDOW * 7 / 10 - 1);
        assert_eq!(Quota::left(&PROVIDER), QUOTA - QUOTA / WINDOW);
        advance(1);
        assert_eq!(Quota::left(&PROVIDER), QUOTA);
        advance(1_000 * WINDOW);
        assert_eq!((Quota::used(&PROVIDER), Quota::left(&PROVIDER)), (0, QUOTA));
        assert_eq!(Quota::resets_at(&PROVIDER), Some(START + WINDOW * 8 / 10 + 1_000 * WINDOW));
    });
}

#[test]
fn who_used_it_up_can_act_again_after_a_while() {
    ExtBuilder::default().build_and_execute(|| {
        let transaction = Transaction::new(POOR, QUOTA / 2 - BASE - FEE_WEIGHT);
        assert_ok!(transaction.apply());
        assert_ok!(transaction.apply());
        assert!(transaction.validate().is_err());
        advance(WINDOW / 2);
        assert_ok!(transaction.validate());
        assert_ok!(transaction.apply());
        assert!(transaction.validate().is_err());
    });
}

#[test]
fn no_window_has_a_boundary_about_which_two_quotas_could_be_used() {
    ExtBuilder::default().build_and_execute(|| {
        let transaction = Transaction::new(POOR, QUOTA - BASE - FEE_WEIGHT);
        for before in [1, WINDOW - 1, WINDOW, WINDOW + 1] {
            advance(5 * WINDOW - before);
            assert_ok!(transaction.apply());
            advance(2);
            assert!(transaction.apply().is_err());
            advance(WINDOW);
        }
    });
}

#[test]
fn in_any_time_at_most_one_quota_more_than_refills_is_used() {
    ExtBuilder::default().build_and_execute(|| {
        let transaction = Transaction::new(POOR, 700);
        let mut used = 0;
        for step in 1..=300_u64 {
            advance(step % 23 + 1);
            while transaction.apply().is_ok() {
                used += cost(700);
            }
            let elapsed = Timestamp::get() - START;
            assert!(used <= QUOTA + QUOTA * elapsed / WINDOW);
        }
        assert!(used > QUOTA, "something did refill");
    });
}

#[test]
fn splitting_work_costs_more() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..5 {
            assert_ok!(Transaction::new(PROVIDER, 990).apply());
        }
        for _ in 0..55 {
            assert_ok!(Transaction::new(POOR, 90).apply());
        }
        assert_eq!((Quota::used(&PROVIDER), Quota::used(&POOR)), (5_000, 5_500));
    });
}

#[test]
fn rounds_in_favour_of_the_others() {
    let usage = Usage { used: 10, as_of: 100 };
    assert_eq!(usage.at(100, 10, 3), 10);
    assert_eq!(usage.at(101, 10, 3), 7);
    assert_eq!(usage.at(102, 10, 3), 4);
    assert_eq!(usage.at(103, 10, 3), 0);
    assert_eq!(usage.whole_at(10, 3), Some(103));
    assert_eq!(Usage { used: 1, as_of: 100 }.whole_at(10, 3), Some(101));
}

#[test]
fn is_whole_exactly_when_it_says() {
    for quota in [1, 7, 10, 999, 1_000, 1_001, u64::MAX] {
        for used in [1, 2, 6, 500, u64::MAX / 3, u64::MAX] {
            let usage = Usage { used, as_of: START };
            let whole = usage.whole_at(quota, WINDOW).expect("there is a quota");
            assert_eq!(usage.at(whole, quota, WINDOW), 0);
            assert!(usage.at(whole - 1, quota, WINDOW) > 0);
            assert!(whole - START <= WINDOW);
        }
    }
}

#[test]
fn extremes_overflow_nothing() {
    let usage = Usage { used: u64::MAX, as_of: 0 };
    assert_eq!(usage.at(u64::MAX, u64::MAX, 1), 0);
    assert_eq!(usage.at(0, u64::MAX, u64::MAX), u64::MAX);
    assert_eq!(usage.at(1, u64::MAX, 0), 0, "no window would be no limit");
    assert_eq!(usage.at(5, 0, WINDOW), 0);
    assert_eq!(usage.whole_at(0, WINDOW), None);
    assert_eq!(Usage { used: 5, as_of: u64::MAX }.whole_at(5, u64::MAX), Some(u64::MAX));
    assert_eq!(Usage { used: 5, as_of: 10 }.at(9, 5, 1), 5, "time that goes back refills nothing");
    assert_eq!(Standing { quota: u64::MAX, used: 0 }.share(u64::MAX), u8::MAX);
    assert_eq!(Standing { quota: 0, used: 0 }.share(5), 0);
    assert_eq!(Standing { quota: 5, used: 9 }.left(), 0);
}

#[test]
fn entries_are_brought_up_to_date_only_by_their_owner() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 90).apply());
        let entry = Usages::<Test>::get(PROVIDER);
        advance(WINDOW);
        let _ = (Quota::left(&PROVIDER), Quota::resets_at(&PROVIDER));
        assert_ok!(Transaction::new(PROVIDER, 90).validate());
        assert_eq!(Usages::<Test>::get(PROVIDER), entry);
        assert_ok!(Transaction::new(PROVIDER, 90).apply());
        assert_eq!(Usages::<Test>::get(PROVIDER), Some(Usage { used: cost(90), as_of: START + WINDOW }));
    });
}
