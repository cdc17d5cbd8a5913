//! Traits through which the medshare pallets meet.
//!
//! No pallet names another in its `Config`; each names what it needs from here, and the runtime says who gives it.
//! `()` implements every trait as a world in which nobody is a member and nothing exists, for mocks that do not
//! need more. All methods cost a bounded number of reads and writes.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod access;
mod audits;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod credit;
mod market;
mod members;
mod records;

pub use access::{Consent, NewGrant};
pub use audits::{NewReview, OnVerdict, Outcome, Panels};
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkSetup;
pub use credit::CreditScores;
pub use market::Market;
pub use members::{Engagements, Membership};
pub use records::RecordRegistry;
