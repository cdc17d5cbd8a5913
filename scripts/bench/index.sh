#!/usr/bin/env bash
# Measures the index: fills one with synthetic records from a seed, lets clients search it, and prints tables in Markdown. The
# figures are in docs/benchmarks.md. Clients are tasks of the same process, each with the next search as soon as it has the
# answer to the one before, as JSON; so they use the same processors.
#
#   --records N,N   sizes; 10000,1000000 if none are given
#   --clients N     how many search at once; 50 if none is given
#   --seconds N     how long they search; 20 if none is given
#   --per-block N   records in a block; 500 if none is given, about what a full block of the chain registers
#   --meanwhile N   records in each of the blocks that come every 2 seconds while clients search; 50 if none is given
#   --folder DIR    where SQLite's file is; /tmp if none is given
#   --url URL       a PostgreSQL database for each size instead, empty; {} in it stands for the size
#   --check         fail if p99 with the most records, of one of the searches or of all, is above 50 ms or 1.5 times that with the
#                   fewest, or if records are indexed less than ten times as fast as the chain can register them
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

case "${1:-}" in -h | --help) sed -nE '2,/^source/{/^source/d;s/^# ?//p}' "$0" && exit ;; esac
note "building"
# Of the whole workspace, as everything else is built: another selection would compile the SDK again with other features.
cargo build --release --locked --quiet --workspace --example bench
exec "$CARGO_TARGET_DIR/release/examples/bench" "$@"
