//! How the state of older runtimes becomes that of this one.
//!
//! Each migration runs in the first block of the runtime that brings it, if the storage of its pallet has the version that
//! it begins with, and is listed here until no chain can be that old. What it does, and what is checked before and after
//! on a copy of the state (`try-runtime`), is in the pallet.

use crate::Runtime;

/// The migrations that may still have to run, in this order.
pub type Pending =
    (pallet_access::migrations::v2::ToV2<Runtime>, pallet_marketplace::migrations::v2::ToV2<Runtime>);
