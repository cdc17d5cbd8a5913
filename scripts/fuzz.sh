#!/usr/bin/env bash
# Lets libFuzzer look for inputs for which something does not hold, guided by what code they reach; docs/fuzzing.md says
# what. Keeps what it learned, beside what is compiled, for the next time. Fails where something was found, and names the
# input.
#
#   scripts/fuzz.sh [TARGET] [SECONDS]   a target, or all one after the other, for 60 s each if not said otherwise
#   scripts/fuzz.sh TARGET FILE          runs one input
#   scripts/fuzz.sh --list               print the targets
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly fuzz_version=0.13.2
usage() { sed -nE '2,/^source/s/^# ?//p' "$0"; }
targets() { sed -nE '/^\[\[bin\]\]/,/^$/s/^name = "(.*)"/\1/p' fuzz/Cargo.toml; }
# What a target needs besides libFuzzer, as its program says.
features() { sed -nE "/^name = \"$1\"/,/^\$/s/^required-features = \[(.*)\]/\1/p" fuzz/Cargo.toml | tr -d '" '; }

case "${1:-}" in
-h | --help) usage && exit ;;
--list) targets && exit ;;
esac
wanted=${1:-}
[ -z "$wanted" ] || targets | grep -qx -- "$wanted" || fail "there is no target $wanted" "$0 --list prints them"

# Everything is compiled with flags of its own.
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR-fuzz" SKIP_WASM_BUILD=1
tools=${XDG_CACHE_HOME:-$HOME/.cache}/medshare/tools
program=$tools/bin/cargo-fuzz
if [ "$("$program" --version 2>/dev/null)" != "cargo-fuzz $fuzz_version" ]; then
    note "installing cargo-fuzz $fuzz_version, once for all checkouts"
    env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$tools" "cargo-fuzz@$fuzz_version"
fi
triple=$(rustc -vV | sed -n 's/^host: //p')

build() {
    # No sanitizer: it would want a nightly compiler, and but for libraries nothing here is unsafe code.
    "$program" build --sanitizer none --target "$triple" --no-default-features --features "$(features "$1")" "$1"
}

fuzz() {
    local target=$1 learned="$CARGO_TARGET_DIR/corpus/$1" found="$CARGO_TARGET_DIR/found/$1"
    local executable="$CARGO_TARGET_DIR/$triple/release/$1"
    timed "building $target" build "$target"
    mkdir -p "$learned" "$found"
    if [ -f "${2:-}" ]; then
        "$executable" "$2"
        return
    fi
    local seeds=()
    for folder in "fuzz/seeds/$target" tests/fixtures/bad tests/fixtures/dicom; do
        if [ -d "$folder" ] && [[ $folder == fuzz/* || $target == *dicom || $target == deid ]]; then seeds+=("$folder"); fi
    done
    local options=()
    # A step takes some bytes and some milliseconds, so inputs would stay too short for any story.
    [ "$target" != marketplace ] || options+=(-len_control=0)
    [ "$target" != deid ] || seeds+=(fuzz/seeds/readers_fhir fuzz/seeds/readers_documents)
    # Comparisons tell libFuzzer which values matter. An input that takes 20 s, or 1 GiB of memory, is a finding.
    timed "fuzzing $target" "$executable" -max_total_time="${2:-60}" -timeout=20 -rss_limit_mb=1024 -max_len=65536 \
        -use_value_profile=1 -print_final_stats=1 "${options[@]}" -artifact_prefix="$found/" "$learned" "${seeds[@]}"
}

for target in ${wanted:-$(targets)}; do fuzz "$target" "${2:-}"; done
