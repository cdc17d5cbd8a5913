#!/usr/bin/env bash
# Formatting, lints, and every test: crypto, pallets, vault, client, whole system. Sets the machine up first.
# With arguments: only these steps, out of: format ops build localnet dashboard lints deny package tests.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

format() { cargo fmt --all --check; }
# Lints need no wasm; the runtime's build script for them is a unit of its own, so that skipping it here costs nothing later.
lints() { SKIP_WASM_BUILD=1 cargo clippy --release --locked --workspace --all-targets -- -D warnings; }
# Licences, sources and bans of all dependencies, as deny.toml says; and known vulnerabilities, if their list can be had.
# That list changes without any change here, so what it says is shown and does not fail.
deny() {
    local tools=${XDG_CACHE_HOME:-$HOME/.cache}/medshare/tools
    local program=$tools/bin/cargo-deny
    if [ "$("$program" --version 2>/dev/null)" != "cargo-deny $deny_version" ]; then
        note "installing cargo-deny $deny_version, once for all checkouts"
        # Not into the target directory, where it would stay.
        env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$tools" "cargo-deny@$deny_version" ||
            return 1
    fi
    # How others write their licences is not for here.
    "$program" --locked check --hide-inclusion-graph -A parse-error bans licenses sources || return 1
    if timeout 120 "$program" --locked fetch db >/dev/null 2>&1; then
        "$program" --locked check --hide-inclusion-graph advisories ||
            remarks+=("known vulnerabilities: see what cargo-deny says above")
    else
        remarks+=("known vulnerabilities were not looked up: their list, at github.com, cannot be reached from here")
    fi
}
# The test vectors, the descriptors and the readers in JavaScript, together with the command if it is built.
package() {
    local program=$CARGO_TARGET_DIR/release/medshare
    [ -x "$program" ] || { program=; remarks+=("the packages were not tested with the command, which is not built"); }
    local browser
    browser=$(command -v chromium || command -v google-chrome) ||
        remarks+=("the packages were not tested in a browser: neither chromium nor google-chrome is here")
    javascript packages/medshare-js && ./scripts/wasm.sh || return 1
    local folder
    for folder in packages/medshare-js packages/medshare-files; do
        (cd "$folder" && MEDSHARE_BIN=$program MEDSHARE_CHROMIUM=$browser npm test --silent) || return 1
    done
}
# The web app: types, lints and unit tests, and a real Chromium against the built node, vault and command.
dashboard() {
    build_dashboard && (cd dashboard && npm run --silent check && npm run --silent test) || return 1
    # A wallet of the tests is made of it.
    javascript tests/polkadot-js || return 1
    local browser
    browser=$(command -v chromium || command -v google-chrome) || {
        remarks+=("dashboard was not tested in a browser: neither chromium nor google-chrome is here")
        return 0
    }
    (cd dashboard && MEDSHARE_BIN=$CARGO_TARGET_DIR/release/medshare MEDSHARE_CHROMIUM=$browser npm run --silent test:browser)
}
ops() { ./scripts/ops.sh; }
build() { build_programs; }
# A consortium of four hospitals, as its script makes and runs it: in network namespaces where that is possible.
localnet() { ./scripts/localnet.sh --once 240 --no-build; }
# Every target that has tests, one in a line: `system` if it is one of whole networks, else `package`, and how cargo selects it.
test_targets() {
    cargo metadata --no-deps --format-version 1 --locked | node -e '
        const { packages } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        const lines = packages.flatMap(({ name, targets }) => targets.filter(({ test }) => test).map((target) => {
            const kind = ["bin", "test"].find((kind) => target.kind.includes(kind));
            const room = name === "medshare-tests" && kind === "test" ? "system" : "package";
            return `${room} ${kind ? `--${kind} ${target.name}` : "--lib"}`;
        }));
        console.log([...new Set(lines)].join("\n"));'
}
# Runs some of the tests, and prints what they print in one piece, though others run meanwhile.
# Always of the whole workspace: another selection would unify features differently and compile everything again.
some_tests() {
    local which=$1 begin=$SECONDS log failed=""
    log=$(mktemp)
    # shellcheck disable=SC2086 # several arguments
    cargo test --release --locked --workspace --no-fail-fast $which >"$log" 2>&1 || failed=1
    {
        flock 9
        step "tests: $which"
        cat "$log"
        note "tests: ${which:0:60}: ${failed:+failed after }$((SECONDS - begin)) s"
    } 9>>"$tests_lock"
    rm "$log"
    [ -z "$failed" ]
}
# Whole networks mostly wait for blocks, so some run at once; those that take longest come first.
tests() {
    javascript packages/medshare-js && (cd packages/medshare-js && npm run --silent build) &&
        javascript tests/polkadot-js &&
        cargo test --release --locked --workspace --no-run || return 1
    local targets
    targets=$(test_targets) || return 1
    # The command is what tests/polkadot-js seals with.
    export MEDSHARE_BIN=$CARGO_TARGET_DIR/release/medshare RUST_TEST_THREADS=${RUST_TEST_THREADS:-2}
    tests_lock=$(mktemp)
    export tests_lock
    export -f some_tests step note
    {
        printf '%s\n' "$(sed -n 's/^package //p' <<<"$targets" | paste -s -d ' ')" --doc
        printf -- '--test %s\n' chaos agent cheats private_network
        sed -n 's/^system //p' <<<"$targets"
    } | awk '!seen[$0]++' | tr '\n' '\0' | xargs -0 -n 1 -P "${MEDSHARE_TEST_LANES:-3}" bash -c 'some_tests "$@"' tests
    local ended=$?
    rm "$tests_lock"
    return "$ended"
}

readonly deny_version=0.20.2
remarks=()
readonly steps=("${@:-}")
wanted() { [ -z "${steps[0]}" ] || [[ " ${steps[*]} " == *" $1 "* ]]; }

begin=$SECONDS
./scripts/setup.sh
for name in format ops build localnet dashboard lints deny package tests; do
    wanted "$name" && timed "$name" "$name"
done
for remark in "${remarks[@]}"; do note "$remark"; done
step "all passed in $((SECONDS - begin)) s"
