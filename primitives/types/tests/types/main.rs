//! What must hold for the types that decide something.

mod consent;
mod council;
mod text;
