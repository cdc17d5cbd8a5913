//! A chain with real money, real time and real keys, among neighbours that do what their traits say and no more. They
//! keep what they know in storage, so that a call that fails undoes what it told them.

#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
mod environment;
mod neighbours;
mod runtime;
mod steps;

pub use environment::*;
pub use neighbours::*;
pub use runtime::*;
pub use steps::*;
