//! What must hold for the runtime as a whole.

mod blocks;
mod council;
mod indices;
mod metadata;
mod presets;
mod transactions;
mod weights;
