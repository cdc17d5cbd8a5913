#!/usr/bin/env bash
# Formatting, lints, and every test: crypto, pallets, vault, client, whole system. Sets the machine up first.
# With arguments: only these steps, out of: format build lints vectors tests.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

format() { cargo fmt --all --check; }
# Lints need no wasm; the runtime's build script for them is a unit of its own, so that skipping it here costs nothing later.
lints() { SKIP_WASM_BUILD=1 cargo clippy --release --locked --workspace --all-targets -- -D warnings; }
vectors() { (cd primitives/crypto/vectors/check && npm ci --silent --no-audit --no-fund && npm test --silent); }
build() { build_programs; }
# Always the whole workspace: another selection would unify features differently and compile everything again.
tests() { cargo test --release --locked --workspace --no-fail-fast; }

readonly steps=("${@:-}")
wanted() { [ -z "${steps[0]}" ] || [[ " ${steps[*]} " == *" $1 "* ]]; }

begin=$SECONDS
./scripts/setup.sh
for name in format build lints vectors tests; do
    wanted "$name" && timed "$name" "$name"
done
step "all passed in $((SECONDS - begin)) s"
