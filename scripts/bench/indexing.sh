#!/usr/bin/env bash
# Measures how fast a node indexes a chain, from its blocks and state: fills one with registrations, as fast as it takes them,
# and has `medshare-node index rebuild` index it, before and after. The figures are in docs/benchmarks.md. Nothing else should run meanwhile.
#
#   --records N   records to send; 40000 if none are given
#   --check       fail if blocks are indexed less than ten times as fast as the chain can make them
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

case "${1:-}" in -h | --help) sed -nE '2,/^source/{/^source/d;s/^# ?//p}' "$0" && exit ;; esac
if [ -z "${MEDSHARE_BENCH_BUILT:-}" ]; then
    ./scripts/setup.sh
    timed "building" build_programs
fi
exec "$CARGO_TARGET_DIR/release/medshare-indexing" "$@"
