//! One file a call; `money` for what the calls pay, `conservation` for what no sequence of calls may break.

mod cancel;
mod claim;
mod clear;
mod conservation;
mod delist;
mod deliver;
mod expire;
mod list;
mod migrations;
mod money;
mod order;
mod queries;
mod reprice;
mod rule;
mod settle;

use crate::{Error, Event, FeeSplit, mock::*};
use frame_support::{assert_noop, assert_ok};
use medshare_types::*;
use sp_runtime::{DispatchError, Permill};

fn state_of(order: OrderId) -> OrderState {
    order_of(order).unwrap().state
}

/// Everything that is said when an order ended.
#[track_caller]
fn assert_closed(order: OrderId, state: OrderState) {
    use medshare_traits::Market;
    let stored = order_of(order).unwrap();
    assert_eq!(stored.state, state);
    assert_eq!(stored.bond, 0);
    assert!(!Marketplace::is_open(order));
    assert_eq!((held(stored.buyer), bonded(stored.buyer)), (0, 0));
    assert_eq!((Engaged::get(stored.buyer), Engaged::get(stored.seller)), (0, 0));
    assert!(!crate::OpenOrders::<Test>::contains_key(stored.buyer));
    for party in [stored.buyer, stored.seller] {
        assert!(Marketplace::open_orders_of(&party, None, 10).iter().all(|(id, _)| *id != order));
        assert!(Marketplace::orders_of(&party, None, 10).iter().any(|(id, _)| *id == order));
    }
}
