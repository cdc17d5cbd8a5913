use frame_support::assert_ok;

use crate::{Usage, Usages, mock::*};

#[test]
fn holds_through_use_and_time() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..20 {
            assert_ok!(Transaction::new(PROVIDER, 900).apply_needing(100));
            advance(10);
            assert_ok!(Quota::do_try_state());
        }
    });
}

#[test]
fn finds_a_use_of_nothing() {
    ExtBuilder::default().build().execute_with(|| {
        Usages::<Test>::insert(PROVIDER, Usage { used: 0, as_of: START });
        assert!(Quota::do_try_state().is_err());
    });
}

#[test]
fn finds_a_use_from_the_future() {
    ExtBuilder::default().build().execute_with(|| {
        Usages::<Test>::insert(PROVIDER, Usage { used: 1, as_of: START + 1 });
        assert!(Quota::do_try_state().is_err());
    });
}
