#!/usr/bin/env bash
# Builds medshare, starts a development node and a vault on free loopback ports, runs a whole sale of a FHIR bundle
# and a DICOM image through the command-line client, and prints an account of it. Stops what it started.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

./scripts/setup.sh
timed "building (about 45 minutes the first time on 2 cores, then only what changed)" build_programs
step "the sale"
exec "$CARGO_TARGET_DIR/release/medshare-demo" "$@"
