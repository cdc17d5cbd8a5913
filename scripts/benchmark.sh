#!/usr/bin/env bash
# Measures the weights of our pallets on this machine and writes them to runtime/src/weights. With arguments: only
# these pallets, such as `pallet_records`. Compiles the node a second time, with benchmarks, into a directory of its
# own, so that the node beside it stays without them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly pallets=("${@:-}")
readonly all=(pallet_members pallet_records pallet_access pallet_audits pallet_marketplace pallet_credit
    pallet_quota pallet_settlement pallet_validators pallet_equivocation pallet_peers)

./scripts/setup.sh
step "building the node with benchmarks"
# A crate of the benchmark tool builds a runtime of its own, which only `benchmark storage` would need.
SKIP_FRAME_STORAGE_ACCESS_TEST_RUNTIME_WASM_BUILD=1 CARGO_TARGET_DIR="$CARGO_TARGET_DIR-benchmarks" \
    cargo build --release --locked -p medshare-node --features runtime-benchmarks
release="$CARGO_TARGET_DIR-benchmarks/release"

for pallet in "${all[@]}"; do
    [ -z "${pallets[0]}" ] || [[ " ${pallets[*]} " == *" $pallet "* ]] || continue
    timed "$pallet" "$release/medshare-node" benchmark pallet \
        --runtime "$release/wbuild/medshare-runtime/medshare_runtime.compact.compressed.wasm" \
        --genesis-builder=runtime --genesis-builder-preset=development \
        --pallet="$pallet" --extrinsic='*' --steps="${STEPS:-20}" --repeat="${REPEAT:-10}" \
        --template=scripts/weights.hbs \
        --output="runtime/src/weights/$pallet.rs"
done
