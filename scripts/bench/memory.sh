#!/usr/bin/env bash
# Compares the peak memory (resident set) of client and vault for a file of 1 MiB and for a large one: registering, which
# seals and uploads, opening, which downloads and decrypts, and a vault that has served both and an upload in one request.
# Each is a process of its own for each file. The figures are in docs/benchmarks.md.
#
#   --check         fail if a peak for the large file is more than 1.2 times that for 1 MiB
#   --size MIB      the size of the large file; 1024 if none is given
#   --runs NUMBER   how often; 3 if none is given
#   --folder DIR    where; /dev/shm if none is given
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

runs=3
arguments "$@"
tools curl jq /usr/bin/time=time
build
workplace
room_for 4
start_node

declare -A peaks=()

# MiB that programs took at most, for a file of $1 MiB: appended to `peaks`.
measure() {
    local authorization
    rm -rf "$work/store" "$work/opened"
    document "$work/document" "$1"
    start_vault "$work/store"
    register "$work/document" "$work/store" /usr/bin/time -f %M -o "$work/register"
    /usr/bin/time -f %M -o "$work/open" "$programs/medshare" --json open "$record" --output "$work/opened" >/dev/null
    cmp "$work/document" "$work/opened"
    authorization=$(authorization PUT "/v1/blobs/$blob" "$blob")
    fetch -T "$stored" -H "Authorization: $authorization" "$vault_url/v1/blobs/$blob"
    note "$1 MiB: client $(tail -n 1 "$work/register") and $(tail -n 1 "$work/open") KiB, vault $(peak) KiB"
    peaks[register $1]+="$(tail -n 1 "$work/register") "
    peaks[open $1]+="$(tail -n 1 "$work/open") "
    peaks[vault $1]+="$(peak) "
    stop_vault
}
peak() { awk '/^VmHWM/ {print $2}' "/proc/$vault/status"; }

for run in $(seq "$runs"); do
    step "run $run"
    measure 1
    measure "$size"
done

conclude_one() {
    local small large
    small=$(tr ' ' '\n' <<<"${peaks[$2 1]}" | grep . | median)
    large=$(tr ' ' '\n' <<<"${peaks[$2 $size]}" | grep . | median)
    row "$1" "$(mib "$large")" "$(mib "$small")" "$(ratio "$large" "$small")" at-most 1.2
}
mib() { awk -v k="$1" 'BEGIN {printf "%.1f MiB", k / 1024}'; }

step "peak memory"
conclude_one "client, registering" register
conclude_one "client, opening" open
conclude_one "vault" vault
conclude "file of $size MiB" "file of 1 MiB"
