//! What must hold, one file a call.

mod decay;
mod genesis;
mod note;
mod set_benefits;
mod set_half_life;
mod set_points;
mod set_thresholds;
