//! What each pallet is configured with, one file a concern.

pub mod access;
pub mod audits;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarks;
pub mod consensus;
pub mod council;
pub mod credit;
pub mod marketplace;
pub mod members;
pub mod money;
pub mod parameters;
pub mod peers;
pub mod quota;
pub mod records;
pub mod settlement;
pub mod system;
pub mod validators;
