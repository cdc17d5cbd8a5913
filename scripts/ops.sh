#!/usr/bin/env bash
# Checks what those who run a network are given: units and users, alerts, dashboard, compose file, reverse proxy. What this
# machine has no program for is not checked, and named at the end; docs/consortium.md says where the programs are from.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

unchecked=()
has() {
    command -v "$1" >/dev/null && return
    unchecked+=("$2, for want of $1")
    return 1
}

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

if has systemd-analyze "the units"; then
    # A machine on which medshare is installed, as far as the units can tell.
    mkdir -p "$tree"/{etc/systemd/system,usr/local/bin,usr/lib/systemd}
    cp ops/systemd/*.service "$tree/etc/systemd/system"
    cp -r /usr/lib/systemd/system "$tree/usr/lib/systemd"
    for program in medshare medshare-node medshare-vault; do
        install -m 755 /dev/null "$tree/usr/local/bin/$program"
    done
    for unit in ops/systemd/*.service; do
        unit=$(basename "$unit")
        said=$(systemd-analyze verify --root="$tree" --man=no --recursive-errors=no "$unit" 2>&1) ||
            fail "$unit is wrong" "$said"
        [ -z "$said" ] || fail "$unit is not as systemd wants it" "$said"
        # Exposure from 0 to 100: below 20 only what the programs need is left.
        systemd-analyze security --root="$tree" --offline=true --threshold=20 --no-pager "$unit" >"$tree/report" ||
            fail "$unit is not hardened enough" "$(tail -n 1 "$tree/report")"
        note "$unit: $(sed -n 's/.*Overall exposure level.*: \([0-9.]*\).*/exposure \1 of 10/p' "$tree/report")"
    done
fi

if has systemd-sysusers "the users"; then
    systemd-sysusers --root="$tree" --dry-run "$PWD/ops/systemd/sysusers.conf" >"$tree/users" 2>&1
    for unit in ops/systemd/*.service; do
        user=$(sed -n 's/^User=//p' "$unit")
        grep -q "Creating user '$user'" "$tree/users" || fail "$unit runs as $user, whom sysusers.conf does not make"
    done
    note "sysusers.conf makes the users of all units"
fi

if has promtool "the alerts"; then
    promtool check rules ops/prometheus/alerts.yaml >&2
    said=$(promtool test rules ops/prometheus/alerts_test.yaml 2>&1) ||
        fail "an alert comes when it should not, or does not come" "$said"
    note "the alerts come when they should, as far as they are tested"
fi

if has jq "the dashboard"; then
    jq -e '[.panels[].id] | length == (unique | length)' ops/grafana/medshare.json >/dev/null ||
        fail "two panels of the dashboard have the same id"
    note "the dashboard is JSON with $(jq '[.panels[] | select(.targets)] | length' ops/grafana/medshare.json) panels"
fi

compose=()
if docker compose version >/dev/null 2>&1; then compose=(docker compose); fi
if [ ${#compose[@]} -gt 0 ] || has docker-compose "the compose file"; then
    [ ${#compose[@]} -gt 0 ] || compose=(docker-compose)
    # Whatever the file wants to be told.
    grep -o '\${[A-Z_]*' docker/compose.yaml | sort -u | sed 's#^\${\(.*\)#\1=/there#' >"$tree/network.env"
    said=$("${compose[@]}" --env-file "$tree/network.env" -f docker/compose.yaml config --quiet 2>&1) ||
        fail "docker/compose.yaml is wrong" "$said"
    [ -z "$said" ] || fail "docker/compose.yaml is not as compose wants it" "$said"
    note "compose takes docker/compose.yaml"
fi

if has caddy "the reverse proxy"; then
    said=$(SITE=:8080 VAULT=vault:8790 caddy validate --config docker/Caddyfile --adapter caddyfile 2>&1) ||
        fail "docker/Caddyfile is wrong" "$said"
    note "caddy takes docker/Caddyfile"
fi

for what in "${unchecked[@]}"; do note "not checked: $what"; done
