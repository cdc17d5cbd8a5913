#!/usr/bin/env bash
# What the web app weighs, and how long it takes until it can be read the first time, in a real Chromium from a real vault, on this
# machine and over a slow line. The figures are in docs/benchmarks.md.
#
#   --runs NUMBER   how often each load is measured; 5 if none is given
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

runs=5
case "${1:-}" in
-h | --help)
    sed -nE '2,/^source/{/^source/d;s/^# ?//p}' "$0"
    exit
    ;;
--runs)
    runs=${2:?--runs needs a number}
    shift 2
    ;;
esac
[ $# = 0 ] || fail "unknown arguments: $*" "run: $0 --help"
MEDSHARE_CHROMIUM=$(command -v chromium || command -v google-chrome) || fail "there is no Chromium" "install it, on Debian: apt-get install chromium"
./scripts/setup.sh
[ "${MEDSHARE_BENCH_BUILT:-}" = yes ] || timed "building" build_programs
timed "building the web app" build_dashboard
export MEDSHARE_CHROMIUM MEDSHARE_BIN="$CARGO_TARGET_DIR/release/medshare"
exec node dashboard/test/bench.js "$root/dashboard/dist" "$runs"
