use medshare_types::{
    Balance, KeyCommitment, Moment, OrderId, Point, RecordId, Roles, SealedKey, Subject, Version,
};

/// Brings a chain into the state that a benchmark begins with. The runtime implements it with the real pallets, so
/// that weights include what calls across pallets cost; mocks implement it with theirs.
pub trait BenchmarkSetup<AccountId> {
    /// Makes a funded, active member with this key.
    fn member(who: &AccountId, roles: Roles, key: Point);

    /// Gives money.
    fn fund(who: &AccountId, amount: Balance);

    /// Registers a record with the largest descriptor and most locators, under a policy without restriction.
    fn record(owner: &AccountId, owner_key: Point, commitment: KeyCommitment) -> (RecordId, Version);

    /// Has a version approved by a full panel.
    fn approve(record: RecordId, version: Version);

    /// Puts an approved version on sale, under the longest terms, by which grants end at once.
    fn list(record: RecordId, version: Version, price: Balance);

    /// Places an order.
    fn order(record: RecordId, buyer: &AccountId) -> OrderId;

    /// Records a grant with this sealed key, resting on an order.
    fn grant(
        record: RecordId,
        version: Version,
        grantee: &AccountId,
        key: Point,
        sealed: SealedKey,
        order: OrderId,
    );

    /// Delivers this key for an order and has the buyer claim, so that a review of the claim is convened.
    fn claim(_order: OrderId, _sealed: SealedKey) {}

    /// Seats a full panel for a subject whose review was convened.
    fn seat_panel(subject: Subject);

    /// Fills the queue of draws from its front, but for this many.
    fn crowd_draws(_room: u32) {}

    /// Has a panel wait for another draw, in the queue's last place.
    fn redraw(_subject: Subject) {}

    /// Moves a version to other vaults, so that those it was at are former holders.
    fn relocate(_record: RecordId, _version: Version) {}

    /// Marks the key as delivered to every seat of a panel, so that all may vote.
    fn give_panel_keys(_subject: Subject) {}

    /// Moves chain time on.
    fn advance(by: Moment);
}
