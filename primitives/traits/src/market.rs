use medshare_types::{OrderId, RecordId, Version};

/// What is on sale and which sales are open. Given by `pallet-marketplace`.
pub trait Market {
    /// Whether this version is listed now.
    fn is_listed(record: RecordId, version: Version) -> bool;

    /// Takes a record off the market, because it was withdrawn or revised. Orders already placed go on.
    fn delist(record: RecordId);

    /// Whether money of this order is still on hold.
    fn is_open(order: OrderId) -> bool;
}

impl Market for () {
    fn is_listed(_: RecordId, _: Version) -> bool {
        false
    }

    fn delist(_: RecordId) {}

    fn is_open(_: OrderId) -> bool {
        false
    }
}
