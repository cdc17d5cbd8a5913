# Shared by the measurements of this folder that compare programs; sourced, not run. Files of 1 GiB are kept in memory
# unless another folder is named, so that the programs are compared and not the disk.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

check="" size=1024 runs=5 folder=${MEDSHARE_BENCH_DIR:-/dev/shm} missed=() report=()

usage() { sed -nE '2,/^source/{/^source/d;s/^# ?//p}' "$0"; }

arguments() {
    while [ $# -gt 0 ]; do
        case "$1" in
        --check) check=yes ;;
        --size) size=${2:?--size needs a number of MiB} && shift ;;
        --runs) runs=${2:?--runs needs a number} && shift ;;
        --folder) folder=${2:?--folder needs a folder} && shift ;;
        -h | --help) usage && exit ;;
        *) fail "unknown argument $1" "run: $0 --help" ;;
        esac
        shift
    done
}

# Programs that are compared with, by apt-get. Debian starts nginx on port 80 when it installs it; who does not want that
# stops it with: systemctl disable --now nginx
tools() {
    local missing=() tool
    for tool in "$@"; do
        command -v "${tool%%=*}" >/dev/null || missing+=("${tool##*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "these packages are missing: ${missing[*]}" "this script knows Debian's apt-get only; install them by hand"
    note "installing ${missing[*]}"
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A folder for files and the programs that run in the background; both end with the script.
workplace() {
    work=$(mktemp -d "$folder/medshare-bench.XXXXXX")
    running=()
    trap 'clean' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

clean() {
    local pid
    for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}

# Room for so many files of the size that is measured.
room_for() {
    local free
    free=$(df -Pm "$folder" | awk 'NR == 2 {print $4}')
    [ "$free" -gt $(($1 * size + 256)) ] ||
        fail "$folder has $free MiB free, and $(($1 * size + 256)) are needed" "name another folder with --folder, or a smaller --size"
}

# Random, so that nothing that could be compressed is.
document() { head -c "$(($2 * 1024 * 1024))" /dev/urandom >"$1"; }

# Starts a program in the background, its output in a file; sets `pid`.
background() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 &
    pid=$!
    running+=("$pid")
}

# Waits until a log has a line, and prints what of it the pattern's group matches.
wait_for() {
    local log=$1 pattern=$2 found
    for _ in $(seq 600); do
        found=$(sed -nE "s#.*$pattern.*#\1#p" "$log" | head -n 1)
        if [ -n "$found" ]; then
            echo "$found"
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$log" >&2
    fail "a program that is measured did not start" "the lines above are the end of what it printed"
}

# Seconds that a command takes. What it prints goes to the standard error.
seconds() {
    local begin=$EPOCHREALTIME
    "$@" >&2 || return 1
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.3f\n", b - a}'
}

median() { sort -n | awk '{v[NR] = $1} END {m = int((NR + 1) / 2); print (NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2)}'; }

# Runs two functions in turn, so that both meet the same state of the machine; each prints seconds. Adds a line to the
# report: how fast each is, and how much faster the first is than the second.
#   compare WHAT BOUND MIB OURS THEIRS
compare() {
    local what=$1 bound=$2 amount=$3 ours=() theirs=() run
    step "$what"
    # The first run of each warms caches and is not counted. Each is an assignment, which fails if the function does.
    local one other
    one=$("$4") && other=$("$5") || fail "$what failed" "the lines above say why"
    for run in $(seq "$runs"); do
        one=$("$4") && other=$("$5") || fail "$what failed" "the lines above say why"
        ours+=("$one") theirs+=("$other")
        note "run $run: ${ours[-1]} s, ${theirs[-1]} s"
    done
    local a b
    a=$(printf '%s\n' "${ours[@]}" | median) b=$(printf '%s\n' "${theirs[@]}" | median)
    row "$what" "$(speed "$amount" "$a")" "$(speed "$amount" "$b")" "$(ratio "$b" "$a")" at-least "$bound"
}

speed() { awk -v n="$1" -v t="$2" 'BEGIN {printf "%.0f MiB/s", n / t}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }

# Adds a line to the report, and notes if a bound is missed; without one, `-`.
#   row WHAT OURS THEIRS RATIO at-least|at-most BOUND
row() {
    local words="${5/-/ } $6"
    if [ "$6" = - ]; then
        words="none"
    elif ! awk -v r="$4" -v b="$6" -v how="$5" 'BEGIN {exit !(how == "at-least" ? r >= b : r <= b)}'; then
        words="$words, **missed**"
        missed+=("$1: $4 is not $5 $6")
    fi
    report+=("| $1 | $2 | $3 | $4 | $words |")
    note "$1: $2, $3, ratio $4, bound: $words"
}

# Prints the report, and fails with --check if a bound is missed.
#   conclude OURS THEIRS
conclude() {
    printf '\n%s\n\n' "$(about)"
    printf '| what | %s | %s | ratio | bound |\n|---|---|---|---|---|\n' "$1" "$2"
    printf '%s\n' "${report[@]}"
    if [ -n "$check" ] && [ ${#missed[@]} -gt 0 ]; then fail "bounds are missed" "${missed[@]}"; fi
}

# On what it was measured.
about() {
    local commit load
    commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
    [ -z "$(git status --porcelain 2>/dev/null | head -n 1)" ] || commit="$commit with changes"
    load=$(cut -d' ' -f1 /proc/loadavg)
    echo "$(date -u +%Y-%m-%d), commit $commit; $(nproc) processors ($(sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -n 1))," \
        "Linux $(uname -r); files of $size MiB in $(df -PT "$folder" | awk 'NR == 2 {print $2}'); median of $runs runs;" \
        "load average $load at the end"
}

# The programs of this workspace, built; sets `programs`.
build() {
    [ -n "${MEDSHARE_BENCH_BUILT:-}" ] || timed "building" build_programs
    programs="$CARGO_TARGET_DIR/release"
}

# What makes a written file as safe as medshare makes its own; in memory there is nothing to do.
durable() { [ "$(df -PT "$folder" | awk 'NR == 2 {print $2}')" = tmpfs ] || sync "$1"; }

# A development node; sets `node_url`.
start_node() {
    background "$work/node.log" "$programs/medshare-node" --dev --base-path "$work/node" --rpc-port 0 --port 0 \
        --prometheus-port 0 --no-telemetry
    node_url="ws://$(wait_for "$work/node.log" 'Running JSON-RPC server: addr=(127\.0\.0\.1:[0-9]+)')"
    export MEDSHARE_NODE=$node_url MEDSHARE_DEV=Alice MEDSHARE_HOME="$work/home"
}

# A vault on that node with its blobs in $1; sets `vault` and `vault_url`.
start_vault() {
    background "$work/vault.log" "$programs/medshare-vault" --chain "$node_url" --store "$1" --listen 127.0.0.1:0 \
        --dev-account Ferdie --max-downloads-per-account 64 --disk-reserve-bytes 0
    vault=$pid
    vault_url=$(wait_for "$work/vault.log" 'listening on (http://[0-9.:]+)')
    export MEDSHARE_VAULT=$vault_url
}

stop_vault() {
    local pid others=()
    kill "$vault"
    wait "$vault" || true
    # Its number may be another program's soon.
    for pid in "${running[@]}"; do [ "$pid" = "$vault" ] || others+=("$pid"); done
    running=("${others[@]}")
}

# Registers a file in the vault and sets `record`, `blob` (its address) and `stored` (where the vault has it in $2). What
# is to be put before the command, such as `time`, may follow.
register() {
    local said
    said=$(TMPDIR="$work" "${@:3}" "$programs/medshare" --json --finalized register --kind document --accept-identifying \
        --policy general-research "$1")
    record=$(jq -r '.records[0].record' <<<"$said")
    blob=$(jq -r '.records[0].ciphertext | ltrimstr("0x")' <<<"$said")
    stored="$2/blobs/${blob:0:2}/$blob"
}

# The authorization of a request to the vault, and a link to the registered blob.
authorization() { "$programs/medshare-bench" authorize "$vault_url" "$1" "$2" "0x$3"; }
link() { "$programs/medshare-bench" link "$vault_url" "$record" "0x$blob"; }

# curl, silent, without waiting for `100 Continue`, failing where the server refuses.
fetch() { curl -sS --fail-with-body -o /dev/null -H 'Expect:' "$@"; }
