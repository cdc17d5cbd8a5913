//! The metadata that signers check.

use crate::*;

#[test]
fn the_metadata_hash_is_made_for_this_token() {
    let script = include_str!("../../build.rs");
    assert!(script.contains(&format!("enable_metadata_hash(\"{TOKEN_SYMBOL}\", {TOKEN_DECIMALS})")));
}
