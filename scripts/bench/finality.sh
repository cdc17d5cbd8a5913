#!/usr/bin/env bash
# Measures, with four validators on this machine, how soon transactions are final and what an idle chain costs on disk.
# The figures are in docs/figures.md. Nothing else should run meanwhile; it takes half an hour.
#
#   --check          only the latencies, and fail if p50 is above 4 s or p99 above twice that of p50
#   --before NODE    measure this node as well: the program of an earlier release
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

check="" before=""
while [ $# -gt 0 ]; do
    case "$1" in
    --check) check=--check ;;
    --before) before=${2:?--before needs the path of a node} && shift ;;
    -h | --help) sed -nE '2,/^source/s/^# ?//p' "$0" && exit ;;
    *) fail "unknown argument $1" "run: $0 --help" ;;
    esac
    shift
done

./scripts/setup.sh
timed "building" build_programs
bench="$CARGO_TARGET_DIR/release/medshare-finality"
if [ -n "$before" ]; then
    timed "latencies, before" "$bench" latency --node "$(realpath "$before")"
fi
timed "latencies" "$bench" latency $check
[ -z "$check" ] || exit 0
if [ -n "$before" ]; then
    timed "disk, before" "$bench" disk --node "$(realpath "$before")"
fi
timed "disk, a block in every slot" "$bench" disk --with=--author=always
timed "disk, blocks on demand" "$bench" disk
