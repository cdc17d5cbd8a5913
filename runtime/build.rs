//! Builds the runtime a second time, for the chain: as wasm. `SKIP_WASM_BUILD=1` leaves that out.

#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn main() {
    // The symbol and the decimals are those of `src/lib.rs`; a test compares them.
    substrate_wasm_builder::WasmBuilder::init_with_defaults().enable_metadata_hash("MDS", 12).build();
}

#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn main() {
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

// The wasm builder runs this script again for the runtime without `std`, where there is nothing to do.
#[cfg(not(feature = "std"))]
fn main() {}
