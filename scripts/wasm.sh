#!/usr/bin/env bash
# Builds the package `medshare-files` with the readers for browsers: crates/files-wasm as WebAssembly, and the JavaScript around
# it, into packages/medshare-files. What is up to date is left alone. `scripts/test.sh` runs it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly target=wasm32-unknown-unknown
readonly package=$root/packages/medshare-files
readonly tools=${XDG_CACHE_HOME:-$HOME/.cache}/medshare/tools
# Of its own: another target and another profile, whose artefacts nothing else uses.
readonly target_dir=$CARGO_TARGET_DIR-wasm

# With the standard library, if there is none of this target but its source.
compile() {
    local library=()
    if ! compgen -G "$(rustc --print sysroot)/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null; then
        export RUSTC_BOOTSTRAP=1
        library=("-Zbuild-std=std,panic_abort")
    fi
    CARGO_TARGET_DIR=$target_dir cargo build --locked --profile browser --target "$target" -p medshare-files-wasm "${library[@]}"
}

# The tool that writes the JavaScript has to be of the version that the crate is.
bindgen() {
    local version
    version=$(sed -nE '/^name = "wasm-bindgen"$/{n;s/^version = "(.*)"$/\1/p}' Cargo.lock)
    if [ "$("$tools/bin/wasm-bindgen" --version 2>/dev/null)" != "wasm-bindgen $version" ]; then
        note "installing wasm-bindgen-cli $version, once for all checkouts"
        # Not into the target directory, where it would stay. Mirrors of crates.io may not have the newest crates, which are the ones
        # that it was locked with; what it writes does not depend on them.
        env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$tools" "wasm-bindgen-cli@$version" 2>/dev/null ||
            env -u CARGO_TARGET_DIR cargo install --quiet --root "$tools" "wasm-bindgen-cli@$version"
    fi
    # With nothing in it that a bundler would resolve: the module is handed to it.
    "$tools/bin/wasm-bindgen" --target web --omit-default-module-path --remove-name-section --remove-producers-section \
        --out-dir "$1" --out-name medshare_files_wasm "$target_dir/$target/browser/medshare_files_wasm.wasm"
}

step "building the readers for browsers"
(cd "$package" && npm ci --silent --no-audit --no-fund)
compile
built=$target_dir/$target/browser/medshare_files_wasm.wasm
# By its content: another checkout may have built there since.
made=$package/wasm/made-from
now=$(sha256sum "$built" Cargo.lock "$root/scripts/wasm.sh" | cut -d' ' -f1)
if [ "$(cat "$made" 2>/dev/null || true)" != "$now" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    bindgen "$work"
    rm -rf "$package/wasm"
    mkdir "$package/wasm"
    cp "$work"/* "$package/wasm"
    printf '%s\n' "$now" >"$made"
fi
(cd "$package" && npm run --silent build)
size=$(wc -c <"$package/wasm/medshare_files_wasm_bg.wasm")
note "packages/medshare-files is ready: $size bytes of WebAssembly, $(gzip -9c "$package/wasm/medshare_files_wasm_bg.wasm" | wc -c) when compressed"
