# Shared by the scripts of this folder; sourced, not run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Outside the checkout, so that every clone on a machine shares what has been compiled.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/medshare/target}"
# The wasm builder looks for Cargo.lock above the target directory, where it is not.
export WASM_BUILD_WORKSPACE_HINT="$root"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"

step() { printf '\n==> %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
fail() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    for hint in "$@"; do printf '       %s\n' "$hint" >&2; done
    exit 1
}

trap 'fail "stopped at line $LINENO of $0" "the lines above say why; the command was: $BASH_COMMAND"' ERR

# Runs a step and says afterwards how long it took.
timed() {
    local name=$1 begin=$SECONDS
    shift
    step "$name"
    "$@" || fail "$name failed" "the lines above say why; the command was: $*"
    note "$name: $((SECONDS - begin)) s"
}

# The programs that a demo or a whole-system test runs.
build_programs() {
    cargo build --release --locked --workspace --bins
}

# The packages of a folder, exactly as its lock says.
javascript() { (cd "$1" && npm ci --silent --no-audit --no-fund); }

# The web app, into dashboard/dist, with the package that it is built on.
build_dashboard() {
    javascript packages/medshare-js && (cd packages/medshare-js && npm run --silent build) && ./scripts/wasm.sh &&
        javascript dashboard && (cd dashboard && npm run --silent build)
}
