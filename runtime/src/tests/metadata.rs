//! The metadata with which clients are compiled.

use std::{fs, path::Path};

use crate::*;

#[test]
fn clients_are_compiled_with_this_runtimes_metadata() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/client/metadata/medshare.scale");
    let Ok(stored) = fs::read(&file) else { return };
    let metadata = Runtime::metadata_at_version(15).expect("the runtime has metadata of version 15");
    assert!(
        stored == **metadata,
        "crates/client/metadata/medshare.scale is not this runtime's metadata: run ./scripts/metadata.sh"
    );
}

#[test]
fn the_metadata_hash_is_made_for_this_token() {
    let script = include_str!("../../build.rs");
    assert!(script.contains(&format!("enable_metadata_hash(\"{TOKEN_SYMBOL}\", {TOKEN_DECIMALS})")));
    assert_eq!(MDS, 10u128.pow(TOKEN_DECIMALS.into()));
}
