//! How the storage of older runtimes becomes that of this one. The runtime lists what is pending; a migration runs once,
//! in the first block of the runtime that brings it.

pub mod v2;
