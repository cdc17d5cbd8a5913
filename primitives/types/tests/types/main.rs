//! What must hold for the types that decide something.

mod complete;
mod consent;
mod council;
mod text;
