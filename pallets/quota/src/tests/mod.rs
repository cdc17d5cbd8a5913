//! What must hold: of the call, of what quotas are, of how they are charged, of the pool.

mod charge;
mod genesis;
mod operational;
mod pool;
mod quotas;
mod refill;
mod set_quota;
mod try_state;
