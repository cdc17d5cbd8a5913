#!/usr/bin/env bash
# Installs what a build needs: system packages, the Rust toolchain, its two wasm targets; and checks that Node.js is new enough.
# Safe to run again: what is there already is left alone, and a complete machine is told so without root rights or network.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The runtime's, and that of the readers for browsers.
readonly target=wasm32v1-none
readonly browser=wasm32-unknown-unknown

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        fail "root rights are needed to run: $*" "run this script as root, or install sudo"
    fi
}

system_packages() {
    local missing=()
    command -v cc >/dev/null || missing+=(build-essential)
    command -v git >/dev/null || missing+=(git)
    command -v curl >/dev/null || missing+=(ca-certificates curl)
    command -v protoc >/dev/null || missing+=(protobuf-compiler)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    # The tests start a PostgreSQL of their own.
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "these programs' packages are missing: ${missing[*]}" "this script knows Debian's apt-get only; install them by hand"
    note "installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Three folders have JavaScript; their package.json say which Node.js these need.
node_version() {
    local have want
    have=$(node --version)
    want=$(sed -nE 's/.*"node": ">=([0-9.]+)".*/\1/p' {tests/polkadot-js,packages/medshare-js,packages/medshare-files}/package.json |
        sort -V | tail -n 1)
    [ -n "$want" ] ||
        fail "no package.json says which Node.js is needed" 'it is to have: "engines": { "node": ">=VERSION" }'
    printf '%s\n%s\n' "$want" "${have#v}" | sort -C -V ||
        fail "Node.js $have is too old: the checks of polkadot.js and the packages need $want" \
            "install a newer one as https://nodejs.org/en/download says (Debian 13's package nodejs is new enough)," \
            "see that \`node --version\` names it, and run this script again"
}

toolchain() {
    command -v rustup >/dev/null ||
        fail "rustup is missing" "install it as https://rustup.rs says, open a new shell, run this script again"
    rustc --version >/dev/null 2>&1 || rustup toolchain install ||
        fail "the toolchain of rust-toolchain.toml could not be installed" "is rustup's server reachable? try: rustup toolchain install"
}

# A target is usable if its core library is there.
has_target() {
    compgen -G "$(rustc --print sysroot)/lib/rustlib/$1/lib/libcore-*.rlib" >/dev/null
}

has_source() {
    [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/core/src/lib.rs" ]
}

# The standard library's source: Debian's rust-src of exactly this compiler's version.
source_of_library() {
    local version sysroot work mirror package url
    version=$(rustc --version | cut -d' ' -f2)
    sysroot=$(rustc --print sysroot)
    work=$(mktemp -d)
    trap 'rm -rf "$work"; trap - RETURN' RETURN

    if ! has_source; then
        note "fetching the standard library's source, version $version"
        mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
            sed -nE 's#.*(https?://[^ ]+/debian)/?( .*)?$#\1#p' | sort -u | sed -n 1p)
        [ -n "$mirror" ] || fail "no Debian mirror in the apt sources" "install the component by hand: rustup component add rust-src"
        curl -fsSL "$mirror/dists/trixie-backports/main/binary-all/Packages.xz" -o "$work/all.xz" 2>/dev/null || true
        curl -fsSL "$mirror/dists/trixie-backports/main/binary-amd64/Packages.xz" -o "$work/amd64.xz" 2>/dev/null || true
        command -v xz >/dev/null || as_root apt-get install -y -qq --no-install-recommends xz-utils >/dev/null
        # Reads to the end, so that no earlier program of the pipe is cut off.
        package=$(for list in "$work"/*.xz; do xz -dc "$list" 2>/dev/null || true; done |
            awk -v want="$version" '/^Package: /{name=$2} /^Version: /{version=$2}
                /^Filename: /{if (name == "rust-src" && index(version, want "+") == 1) found=$2} END {print found}')
        [ -n "$package" ] || fail "Debian's trixie-backports has no rust-src of version $version" \
            "add the target where rustup's server is reachable: rustup target add $target"
        url="$mirror/$package"
        curl -fsSL "$url" -o "$work/rust-src.deb" || fail "could not fetch $package from the Debian mirror"
        dpkg-deb -x "$work/rust-src.deb" "$work/src"
        mkdir -p "$sysroot/lib/rustlib/src/rust"
        cp -RL "$(find "$work/src/usr/src" -maxdepth 2 -type d -name library | head -n 1)" "$sysroot/lib/rustlib/src/rust/"
        # The standard library's own workspace is locked by a file that the build looks for here.
        find "$work/src/usr/src" -maxdepth 2 -name Cargo.lock -exec cp {} "$sysroot/lib/rustlib/src/rust/" \;
    fi
}

# Builds core, alloc and compiler_builtins of the runtime's target.
target_from_source() {
    local sysroot work
    source_of_library
    sysroot=$(rustc --print sysroot)
    work=$(mktemp -d)
    trap 'rm -rf "$work"; trap - RETURN' RETURN

    note "building core and alloc for $target"
    mkdir -p "$work/crate/src"
    cat >"$work/crate/Cargo.toml" <<'MANIFEST'
[package]
name = "seed"
version = "0.0.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[profile.release]
panic = "abort"
MANIFEST
    cat >"$work/crate/src/lib.rs" <<'SOURCE'
#![no_std]
extern crate alloc;
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
struct None;
unsafe impl core::alloc::GlobalAlloc for None {
    unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 { core::ptr::null_mut() }
    unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
}
#[global_allocator]
static NONE: None = None;
SOURCE
    # Without embedded bitcode the runtime's link-time optimisation finds nothing to work on.
    (cd "$work/crate" && RUSTUP_TOOLCHAIN="$(cd "$root" && rustup show active-toolchain | cut -d' ' -f1)" \
        CARGO_TARGET_DIR="$work/target" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" \
        cargo build --release --target "$target" -Zbuild-std=core,alloc)
    mkdir -p "$sysroot/lib/rustlib/$target/lib"
    cp "$work/target/$target/release/deps"/lib{core,alloc,compiler_builtins}-*.rlib "$sysroot/lib/rustlib/$target/lib/"
}

wasm_target() {
    has_target "$target" && return 0
    note "adding the target $target"
    rustup target add "$target" 2>/dev/null && has_target "$target" && return 0
    note "rustup could not bring it; building it from source"
    target_from_source
    has_target "$target" || fail "the target $target is still missing" "try: rustup target add $target"
}

# Without it, scripts/wasm.sh builds the standard library together with the readers.
browser_target() {
    has_target "$browser" || has_source && return 0
    note "adding the target $browser"
    rustup target add "$browser" 2>/dev/null && has_target "$browser" && return 0
    note "rustup could not bring it"
    source_of_library
}

step "setting up"
system_packages
node_version
toolchain
wasm_target
browser_target
note "ready: $(rustc --version), $target, $browser, $(protoc --version), Node.js $(node --version)"
