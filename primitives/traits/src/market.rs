use medshare_types::{OrderId, RecordId, Version};

/// What is on sale and which sales are open. Given by `pallet-marketplace`.
pub trait Market {
    /// Whether this version is listed now.
    fn is_listed(record: RecordId, version: Version) -> bool;

    /// Takes a record off the market, because it was withdrawn or revised. Orders already placed go on.
    fn delist(record: RecordId);

    /// Whether money of this order is still on hold.
    fn is_open(order: OrderId) -> bool;

    /// Whether money of an order for this version is still on hold.
    fn has_open_orders(record: RecordId, version: Version) -> bool;

    /// Removes what is kept about a version that is being erased, besides orders.
    fn forget(record: RecordId, version: Version);
}

impl Market for () {
    fn is_listed(_: RecordId, _: Version) -> bool {
        false
    }

    fn delist(_: RecordId) {}

    fn is_open(_: OrderId) -> bool {
        false
    }

    fn has_open_orders(_: RecordId, _: Version) -> bool {
        false
    }

    fn forget(_: RecordId, _: Version) {}
}
