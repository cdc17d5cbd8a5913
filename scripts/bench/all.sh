#!/usr/bin/env bash
# Runs the comparisons of this folder with other programs, one after the other. They take some minutes, in which nothing
# else should run. Arguments are passed on to each: --check, --size MIB, --folder DIR.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

./scripts/setup.sh
timed "building" build_programs
export MEDSHARE_BENCH_BUILT=yes
failed=()
for what in seal vault memory; do
    "./scripts/bench/$what.sh" "$@" || failed+=("$what")
done
[ ${#failed[@]} = 0 ] || fail "not as they should be: ${failed[*]}" "the lines above say why"
