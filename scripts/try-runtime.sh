#!/usr/bin/env bash
# The runtime's tests with every check that migrations have for before and after themselves, and with the invariants of all
# pallets, the SDK's too: so also the migration of the state that the previous release left (tests/fixtures/releases).
# Compiles the runtime a second time, with the feature try-runtime, into a directory of its own.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

./scripts/setup.sh
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR-try-runtime" SKIP_WASM_BUILD=1
timed "the runtime, with try-runtime" cargo test --release --locked -p medshare-runtime --features try-runtime
