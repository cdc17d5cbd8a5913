#!/usr/bin/env bash
# Does bad things to networks of four validators on this machine, and checks that each stays one chain: kills, stops and
# parts them, takes their disks and keys, exchanges them, floods them. docs/chaos.md says what is asserted. Stops what it
# started. Partitions, of which `twin` is one, need root rights.
#
#   --case NAME      only this case; can be given several times
#   --seed N         where chance begins; a random one otherwise, which is printed
#   --seconds N      how long partitions, pauses and floods last, and how long nodes are killed; 60 if left out
#   --loopback       on ports of the loopback device, also where network namespaces can be used
#   --list           print the cases
#   --no-build       run the programs that are there
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -nE '2,/^source/s/^# ?//p' "$0"; }
build=yes arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
    --no-build) build="" ;;
    -h | --help) usage && exit ;;
    *) arguments+=("$1") ;;
    esac
    shift
done

chaos="$CARGO_TARGET_DIR/release/medshare-chaos"
if [ -n "$build" ]; then
    ./scripts/setup.sh
    timed "building (about 45 minutes the first time on 2 cores, then only what changed)" build_programs
fi
[ -x "$chaos" ] || fail "$chaos is missing" "run without --no-build"
exec "$chaos" "${arguments[@]}"
