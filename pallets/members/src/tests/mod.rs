//! What must hold, one file a call.

mod admit;
mod engagements;
mod expel;
mod extension;
mod genesis;
mod hospitals;
mod leave;
mod reinstate;
mod rotate_key;
mod set_roles;
mod sponsors;
mod suspend;
