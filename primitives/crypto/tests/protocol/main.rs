//! What must hold for keys, proofs, sealed keys and envelopes, and the ways in which somebody could cheat.

#[path = "../generator/mod.rs"]
mod generator;

mod binding;
mod claim;
mod commitment;
mod envelope;
mod forgery;
mod header;
mod keys;
mod malformed;
mod possession;
mod sale;
mod sealing;
mod vectors;
