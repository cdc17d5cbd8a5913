#!/usr/bin/env bash
# Builds medshare, starts a development node and a vault on free loopback ports, runs a whole sale of a FHIR bundle
# and a DICOM image through the command-line client, and prints an account of it. Stops what it started.
#
#   --web   instead: has records go through reviews and a sale, leaves the network running with the web app open to try, and
#           ends everything on Ctrl-C
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# = 0 ] || [ "$*" = --web ] || fail "unknown arguments: $*" "there is only --web"
./scripts/setup.sh
timed "building (about 45 minutes the first time on 2 cores, then only what changed)" build_programs
if [ "${1:-}" = --web ]; then
    timed "building the web app" build_dashboard
    step "a network to try it on"
    export MEDSHARE_BIN="$CARGO_TARGET_DIR/release/medshare"
    exec node dashboard/test/demo.js "$root/dashboard/dist"
fi
step "the sale"
exec "$CARGO_TARGET_DIR/release/medshare-demo"
