#!/usr/bin/env bash
# Compares sealing and opening a file with Debian's `age`, in turn, as whole processes. What medshare does in addition is part
# of its time: two SHA-256 over all bytes, the verification of both when opening, and fsync. The figures are in
# docs/benchmarks.md.
#
#   --check         fail if it has less than 0.8 times the throughput of age
#   --size MIB      the size of the file; 1024 if none is given
#   --runs NUMBER   how often; 5 if none is given
#   --folder DIR    where; /dev/shm if none is given. On a disk, age is followed by fsync of its file, as medshare does it
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

arguments "$@"
tools age
build
workplace
room_for 4

bench="$programs/medshare-bench"
document "$work/document" "$size"
age-keygen -o "$work/key" 2>/dev/null
recipient=$(age-keygen -y "$work/key")

age_seals() { age -e -r "$recipient" -o "$work/theirs" "$work/document" && durable "$work/theirs"; }
age_opens() { age -d -i "$work/key" -o "$work/opened" "$work/theirs" && durable "$work/opened"; }

# A file that is there would be written over in one case and refused in the other.
seal_ours() { rm -f "$work/ours" "$work/ours.json" && seconds "$bench" seal "$work/document" "$work/ours"; }
seal_theirs() { rm -f "$work/theirs" && seconds age_seals; }
open_ours() { rm -f "$work/opened" && seconds "$bench" open "$work/ours" "$work/opened"; }
open_theirs() { rm -f "$work/opened" && seconds age_opens; }

compare "sealing" 0.8 "$size" seal_ours seal_theirs
open_ours >/dev/null
cmp "$work/document" "$work/opened"
compare "opening" 0.8 "$size" open_ours open_theirs
conclude medshare "age $(age --version)"
