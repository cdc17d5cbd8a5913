//! What must hold for the runtime as a whole.

mod blocks;
mod council;
mod equivocation;
mod indices;
mod life;
mod metadata;
mod migrations;
mod peers;
mod presets;
mod terms;
mod transactions;
mod weights;
mod work;
