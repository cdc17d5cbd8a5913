//! Things of which the index keeps more than the chain does, and records.

mod auditors;
mod grants;
mod orders;
pub mod records;
mod reviews;

use medshare_types::AccountId;

pub use auditors::{Tallies, Tally};
pub use grants::{GrantKey, GrantRow};
pub use orders::{OrderRow, kind_of, state_name};
pub use reviews::{ReviewRow, kind_of_subject};

use crate::store::int;

/// The place of something in a block among all such things.
pub fn place_id(block: u32, place: u32) -> i64 {
    (i64::from(block) << 24) | i64::from(place & 0xff_ffff)
}

/// The name of a record or an order in `named`.
pub fn key(number: u64) -> Vec<u8> {
    int(number).to_be_bytes().into()
}

/// An account's bytes.
pub fn bytes(account: &AccountId) -> Vec<u8> {
    AsRef::<[u8]>::as_ref(account).into()
}
