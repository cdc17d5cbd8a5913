//! What must hold, one file a call, and one each for the session change, offences, liveness and genesis.

mod admit;
mod decline;
mod genesis;
mod leave;
mod liveness;
mod offences;
mod propose;
mod reinstate;
mod remove;
mod retract;
mod session;
