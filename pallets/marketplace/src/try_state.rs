//! What is true between any two calls.

use crate::{
    Config, DeliveredKeys, Disproven, HoldReason, Listings, LiveOrder, NextOrder, OpenOrders, OpenOrdersOf,
    OrderDeposits, Orders, OrdersOf, Pallet, impls::order_key,
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use medshare_traits::RecordRegistry;
use medshare_types::{Balance, OrderState};
use sp_runtime::TryRuntimeError;

/// What a buyer's orders amount to.
#[derive(Default)]
struct Account {
    orders: Balance,
    bonds: Balance,
    deposits: Balance,
    open: u32,
}

impl<T: Config> Pallet<T> {
    /// Checks that
    /// - each buyer has on hold exactly the prices of its orders that wait for delivery, the retained parts of those
    ///   that are delivered or claimed, the bonds of those that are claimed, and the deposits of all, open or over;
    /// - `OpenOrders` counts the open orders of each buyer and has no entry for those without;
    /// - `LiveOrder` and, for both parties, `OpenOrdersOf` have exactly the open orders, `DeliveredKeys` those delivered or
    ///   claimed; `OrderDeposits` has none of nothing, and none of an order that is not there;
    /// - `OrdersOf` has each order exactly for its buyer and its seller, who are not the same;
    /// - every order's number is below `NextOrder`, its retained part and fee are within its price, and it has a bond exactly
    ///   while it is claimed;
    /// - every listing is by the record's owner, of a tradable version that was not proven false.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut accounts = BTreeMap::<T::AccountId, Account>::new();
        let (mut orders, mut open_orders, mut delivered) = (0u64, 0u64, 0u64);

        for (id, order) in Orders::<T>::iter() {
            orders = orders.saturating_add(1);
            ensure!(id < NextOrder::<T>::get(), "an order is numbered above the next one");
            ensure!(
                order.retained.saturating_add(order.fee) <= order.price,
                "fee and retained part exceed the price"
            );
            ensure!(order.buyer != order.seller, "somebody bought from itself");
            for party in [&order.buyer, &order.seller] {
                ensure!(
                    OrdersOf::<T>::contains_key(party, order_key(id)),
                    "an order is not filed under its party"
                );
                ensure!(
                    OpenOrdersOf::<T>::contains_key(party, order_key(id)) == order.state.is_open(),
                    "OpenOrdersOf differs from the open orders"
                );
            }

            let is_claimed = matches!(order.state, OrderState::Claimed { .. });
            ensure!(is_claimed != (order.bond == 0), "a bond without a claim, or a claim without a bond");
            let is_delivered = is_claimed || matches!(order.state, OrderState::Delivered { .. });
            ensure!(
                DeliveredKeys::<T>::contains_key(id) == is_delivered,
                "DeliveredKeys differs from the deliveries"
            );
            delivered = delivered.saturating_add(is_delivered.into());

            let live = LiveOrder::<T>::get((order.record, order.version, order.buyer.clone()));
            ensure!((live == Some(id)) == order.state.is_open(), "LiveOrder differs from the open orders");

            let due = match order.state {
                OrderState::Open { .. } => order.price,
                OrderState::Delivered { .. } | OrderState::Claimed { .. } => order.retained,
                _ => 0,
            };
            let account = accounts.entry(order.buyer).or_default();
            account.orders = account.orders.saturating_add(due);
            account.bonds = account.bonds.saturating_add(order.bond);
            account.deposits =
                account.deposits.saturating_add(OrderDeposits::<T>::get(id).unwrap_or_default());
            account.open = account.open.saturating_add(order.state.is_open().into());
            open_orders = open_orders.saturating_add(order.state.is_open().into());
        }

        for (who, account) in &accounts {
            let on_hold = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), who);
            ensure!(
                on_hold(HoldReason::Order) == account.orders,
                "a buyer's hold differs from its open orders"
            );
            ensure!(on_hold(HoldReason::ClaimBond) == account.bonds, "a buyer's hold differs from its bonds");
            ensure!(
                on_hold(HoldReason::Deposit) == account.deposits,
                "a buyer's hold differs from the deposits of its orders"
            );
            ensure!(OpenOrders::<T>::get(who) == account.open, "OpenOrders differs from the open orders");
            ensure!(
                OpenOrders::<T>::contains_key(who) == (account.open > 0),
                "OpenOrders has an empty entry"
            );
        }
        for who in OpenOrders::<T>::iter_keys() {
            ensure!(accounts.contains_key(&who), "OpenOrders has an entry of somebody without orders");
        }

        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        ensure!(
            count(OrdersOf::<T>::iter_keys().count()) == orders.saturating_mul(2),
            "OrdersOf has too many entries"
        );
        ensure!(
            count(OpenOrdersOf::<T>::iter_keys().count()) == open_orders.saturating_mul(2),
            "OpenOrdersOf has too many entries"
        );
        for (id, deposit) in OrderDeposits::<T>::iter() {
            ensure!(deposit > 0 && Orders::<T>::contains_key(id), "a deposit is for no order, or is none");
        }
        ensure!(count(LiveOrder::<T>::iter_keys().count()) == open_orders, "LiveOrder has too many entries");
        ensure!(
            count(DeliveredKeys::<T>::iter_keys().count()) == delivered,
            "DeliveredKeys has too many entries"
        );

        for (record, listing) in Listings::<T>::iter() {
            ensure!(
                T::Records::owner(record) == Some(listing.seller.clone()),
                "a listing is not by the record's owner"
            );
            ensure!(T::Records::is_tradable(record, listing.version), "what is on sale is not tradable");
            ensure!(
                !Disproven::<T>::contains_key(record, listing.version),
                "what was proven false is on sale"
            );
        }
        Ok(())
    }
}
