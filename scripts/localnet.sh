#!/usr/bin/env bash
# Runs a consortium of four hospitals on this machine: four validators, a vault for each, and an observer, which is a
# full node with RPC and without keys. All keys are made here. Stops what it started.
#
#   --dir DIR        keep keys, data and logs there, and go on with what is there; else a folder that is removed
# As root, each hospital and the observer is in a network namespace of its own, on one bridge; else all are on the loopback interface,
# at ports of their own.
#
#   --loopback       ports on the loopback interface also as root
#   --once SECONDS   only check: all nodes author or follow, finalise the same chain, and all vaults can work, within so
#                    many seconds
#   --prepare        only make keys and chain specification in --dir, for docker/compose.yaml
#   --no-build       run the programs that are there
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly hospitals=(anna bruno clara doris)
# A check waits until so many more blocks are final everywhere.
readonly more=8
dir="" netns=auto once="" prepare="" build=yes

usage() { sed -nE '2,/^source/s/^# ?//p' "$0"; }
while [ $# -gt 0 ]; do
    case "$1" in
    --dir) dir=${2:?--dir needs a folder} && shift ;;
    --loopback) netns="" ;;
    --once) once=${2:?--once needs seconds} && shift ;;
    --prepare) prepare=yes ;;
    --no-build) build="" ;;
    -h | --help) usage && exit ;;
    *) fail "unknown argument $1" "run: $0 --help" ;;
    esac
    shift
done
[ -z "$once" ] || [[ "$once" =~ ^[1-9][0-9]*$ ]] || fail "--once needs a number of seconds, not $once"
[ -z "$prepare" ] || [ -n "$dir" ] || fail "--prepare needs --dir" "say where keys and chain specification should be"
# Root in a container may not make any.
if [ "$netns" = auto ]; then
    netns=""
    if [ "$(id -u)" = 0 ] && ip netns add "md-$$" 2>/dev/null; then
        ip link add "md-$$" type bridge 2>/dev/null && ip link del "md-$$" && netns=yes
        ip netns del "md-$$"
    fi
fi

bin="$CARGO_TARGET_DIR/release"
node="$bin/medshare-node" vault="$bin/medshare-vault" cli="$bin/medshare"

pids=() names=() spaces=() bridge="" temporary=""

# Ends what was started, in reverse: vaults before their nodes, since they still post receipts.
stop() {
    local status=$? i=${#pids[@]} waited one
    trap - EXIT ERR
    trap '' INT TERM
    set +e
    [ "$i" = 0 ] || step "stopping"
    while [ "$i" -gt 0 ]; do
        i=$((i - 1))
        kill -TERM "${pids[i]}" 2>/dev/null
        # A vault takes up to 30 seconds for its last receipts.
        for ((waited = 0; waited < 350; waited++)); do
            kill -0 "${pids[i]}" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "${pids[i]}" 2>/dev/null && note "${names[i]} did not stop and was killed"
        wait "${pids[i]}" 2>/dev/null
    done
    for one in "${spaces[@]}"; do ip netns del "$one"; done
    [ -z "$bridge" ] || ip link del "$bridge"
    if [ -n "$temporary" ]; then
        if [ "$status" = 0 ] || [ "$status" = 130 ]; then rm -rf "$dir"; else note "logs are left in $dir/logs"; fi
    fi
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT TERM

# The value of a key in what a program printed as JSON.
field() { sed -nE "s/.*\"$1\": ?\"([^\"]*)\".*/\1/p" | head -n 1; }

# Everything below is for its owner only.
umask 077

# A session key: the secret phrase in a file, and the public part.
session_key() {
    local place=$1 kind=$2 scheme=$3
    "$node" key generate --scheme "$scheme" --words 24 --output-type json >"$place/$kind.json"
    field secretPhrase <"$place/$kind.json" >"$place/$kind.key"
    field ss58PublicKey <"$place/$kind.json" >"$place/$kind.public"
    rm "$place/$kind.json"
}

# An account with its encryption key, in an encrypted key file. What others may know is left in NAME.json.
account() {
    local place=$1 name=$2
    head -c 24 /dev/urandom | base64 >"$place/$name.passphrase"
    "$cli" --json --key-file "$place/$name.age" --passphrase-file "$place/$name.passphrase" keys create \
        >"$place/$name.json"
}

node_key() {
    "$node" key generate-node-key --file "$1/node-key" 2>"$1/peer-id"
}

# A member's lines of the consortium file.
entry() {
    local place=$1 name=$2
    # A salt of its own keeps the identity from being guessed.
    head -c 32 /dev/urandom | sha256sum | cut -d' ' -f1 >"$place/$name.salt"
    printf 'name = "%s"\n' "$3"
    printf 'account = "%s"\n' "$(field account <"$place/$name.json")"
    printf 'identity = "0x%s"\n' "$(printf '%s %s' "$(cat "$place/$name.salt")" "$3" | sha256sum | cut -d' ' -f1)"
    printf 'encryption_key = "%s"\n' "$(field key <"$place/$name.json")"
}

# What the consortium file says about a node. Inside of docker/compose.yaml nodes have names, here their addresses are
# known only when they start.
node_entry() {
    printf 'peer_id = "%s"\n' "$(cat "$dir/$1/peer-id")"
    [ -z "$prepare" ] || printf 'address = "/dns4/%s/tcp/30333"\n' "$2"
}

make_network() {
    local name place
    # Wherever the folder is, no key of it gets into a commit.
    printf '*\n' >"$dir/.gitignore"
    for name in "${hospitals[@]}"; do
        note "keys of $name"
        place="$dir/$name"
        mkdir -p "$place/node" "$place/vault" "$place/proxy/data" "$place/proxy/config"
        node_key "$place"
        session_key "$place" aura sr25519
        session_key "$place" grandpa ed25519
        account "$place" hospital
        account "$place" auditor
        account "$place" vault-account
    done
    mkdir -p "$dir/observer/node"
    node_key "$dir/observer"

    {
        printf 'name = "medshare on one machine"\nid = "medshare_localnet"\nendowment = 1000\n'
        for name in "${hospitals[@]}"; do
            place="$dir/$name"
            printf '\n[[hospital]]\n'
            entry "$place" hospital "$name"
            printf 'aura = "%s"\ngrandpa = "%s"\n' "$(cat "$place/aura.public")" "$(cat "$place/grandpa.public")"
            node_entry "$name" "node-$name"
            printf '\n[[auditor]]\n'
            entry "$place" auditor "auditor of $name"
            printf '\n[[vault]]\n'
            entry "$place" vault-account "vault of $name"
        done
        printf '\n[[observer]]\nname = "observer"\naccount = "%s"\n' "$(field account <"$dir/anna/hospital.json")"
        node_entry observer observer
    } >"$dir/consortium.toml"
    "$node" consortium-spec "$dir/consortium.toml" --raw --output "$dir/chain.json"

    for name in "${hospitals[@]}"; do
        place="$dir/$name"
        "$node" key insert --chain "$dir/chain.json" --base-path "$place/node" \
            --key-type aura --scheme sr25519 --suri "$place/aura.key"
        "$node" key insert --chain "$dir/chain.json" --base-path "$place/node" \
            --key-type gran --scheme ed25519 --suri "$place/grandpa.key"
    done
    # For docker/compose.yaml.
    printf 'MEDSHARE_NETWORK=%s\nMEDSHARE_USER=%s:%s\n' "$(cd "$dir" && pwd)" "$(id -u)" "$(id -g)" >"$dir/network.env"
}

# A TCP port that nobody listens on, below those that the system gives out by itself.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        [[ " ${given[*]-} " != *" $port "* ]] || continue
        awk -v port="$(printf ':%04X' "$port")" '$4 == "0A" && index($2, port) {found = 1} END {exit found}' \
            /proc/net/tcp /proc/net/tcp6 2>/dev/null || continue
        given+=("$port")
        free=$port
        return
    done
}
given=()

# Runs a program in the namespace of a place, if there are namespaces.
within() {
    local space=$1
    shift
    if [ -n "$netns" ]; then ip netns exec "$space" "$@"; else "$@"; fi
}

start() {
    local name=$1 space=$2
    shift 2
    if [ -n "$netns" ]; then
        ip netns exec "$space" "$@" >>"$dir/logs/$name.log" 2>&1 </dev/null &
    else
        "$@" >>"$dir/logs/$name.log" 2>&1 </dev/null &
    fi
    pids+=("$!")
    names+=("$name")
}

# That all that was started still runs.
alive() {
    local i
    for i in "${!pids[@]}"; do
        kill -0 "${pids[i]}" 2>/dev/null || {
            tail -n 20 "$dir/logs/${names[i]}.log" >&2
            fail "${names[i]} ended" "its log is $dir/logs/${names[i]}.log; its last lines are above"
        }
    done
}

# Asks a node. Prints nothing while it does not answer.
ask() {
    local place=$1 method=$2 parameters=${3:-}
    within "${space[$place]}" curl -s -m 5 -H 'Content-Type: application/json' "http://${rpc[$place]}" \
        -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\",\"params\":[$parameters]}" || true
}

number() { printf '%d' "$(field number)" 2>/dev/null || echo 0; }
best() { ask "$1" chain_getHeader | number; }
hash_of() { ask "$1" chain_getBlockHash "$2" | field result; }
final() {
    local hash
    hash=$(ask "$1" chain_getFinalizedHead | field result)
    if [ -n "$hash" ]; then ask "$1" chain_getHeader "\"$hash\"" | number; else echo 0; fi
}

if [ -n "$build" ]; then
    ./scripts/setup.sh
    timed "building (about 45 minutes the first time on 2 cores, then only what changed)" build_programs
fi
for program in "$node" "$vault" "$cli"; do
    [ -x "$program" ] || fail "$program is missing" "run without --no-build"
done
if [ -z "$dir" ]; then
    dir=$(mktemp -d -t medshare-localnet.XXXXXX)
    temporary=yes
fi
mkdir -p "$dir/logs"
if [ ! -f "$dir/network.env" ]; then
    step "making keys and the chain in $dir"
    make_network
fi
[ -z "$prepare" ] || {
    note "ready: $dir/chain.json, $dir/consortium.toml, and a folder of keys for each hospital"
    exit 0
}

declare -A space rpc p2p store_url
places=("${hospitals[@]}" observer)
if [ -n "$netns" ]; then
    step "making network namespaces"
    # A network of its own for each run, so that several can run beside each other.
    subnet="10.213.$(($$ % 256))"
    [ -z "$(ip route show "$subnet.0/24")" ] || fail "the network $subnet.0/24 is used already" "run it again"
    ip link add "md-$$" type bridge
    bridge="md-$$"
    ip addr add "$subnet.254/24" dev "$bridge"
    ip link set "$bridge" up
fi
i=0
for name in "${places[@]}"; do
    i=$((i + 1))
    if [ -n "$netns" ]; then
        space[$name]="medshare-$$-$name"
        ip netns add "${space[$name]}"
        spaces+=("${space[$name]}")
        ip link add "md-$$-$i" type veth peer name eth0 netns "${space[$name]}"
        ip link set "md-$$-$i" master "$bridge" up
        within "${space[$name]}" ip link set lo up
        within "${space[$name]}" ip addr add "$subnet.$i/24" dev eth0
        within "${space[$name]}" ip link set eth0 up
        p2p[$name]="$subnet.$i 30333" rpc[$name]="127.0.0.1:9944" store_url[$name]="$subnet.$i:8790"
    else
        space[$name]=""
        free_port && p2p[$name]="127.0.0.1 $free"
        free_port && rpc[$name]="127.0.0.1:$free"
        free_port && store_url[$name]="127.0.0.1:$free"
    fi
done
multiaddress() {
    local address=${p2p[$1]% *} port=${p2p[$1]#* }
    printf '/ip4/%s/tcp/%s' "$address" "$port"
}

step "starting ${#places[@]} nodes"
for name in "${places[@]}"; do
    peers=()
    for other in "${places[@]}"; do
        [ "$other" = "$name" ] || peers+=("$(multiaddress "$other")/p2p/$(cat "$dir/$other/peer-id")")
    done
    # Who belongs to the network is in the chain; where they are this time has to be said.
    arguments=(--chain "$dir/chain.json" --base-path "$dir/$name/node" --name "$name"
        --node-key-file "$dir/$name/node-key" --listen-addr "$(multiaddress "$name")" --bootnodes "${peers[@]}"
        --rpc-port "${rpc[$name]#*:}" --no-prometheus --disable-log-color)
    # A check waits for blocks, and there is no work.
    [ -z "$once" ] || arguments+=(--heartbeat 2)
    if [ "$name" = observer ]; then
        # Clients read old states.
        arguments+=(--state-pruning archive)
    else
        arguments+=(--validator)
    fi
    start "node-$name" "${space[$name]}" "$node" "${arguments[@]}"
done

begin=$SECONDS
limit=${once:-300}
# Waits until a question is answered with yes, and says which place did not in time.
await() {
    local what=$1 place=$2
    shift 2
    until "$@" "$place"; do
        alive
        [ $((SECONDS - begin)) -lt "$limit" ] || {
            tail -n 20 "$dir/logs/"*"-$place.log" >&2
            fail "$place: not $what within $limit s" \
                "best block $(best "$place"), final block $(final "$place"); logs are in $dir/logs"
        }
        sleep 0.5
    done
}
answers() { [ -n "$(ask "$1" system_chain | field result)" ]; }
finalises() { [ "$(final "$1")" -ge 1 ]; }
has_final() { [ "$(final "$1")" -ge "$wanted" ]; }
authors_on() { [ "$(best "$1")" -gt "$wanted" ]; }
serves() { within "${space[$1]}" curl -sf -m 5 -o /dev/null "http://${store_url[$1]}/healthz"; }

for name in "${places[@]}"; do await "answering RPC" "$name" answers; done
for name in "${places[@]}"; do await "finalising" "$name" finalises; done
# Where the network goes on with earlier data, only what comes now counts.
first=$(final observer)
wanted=$((first + more))

step "starting ${#hospitals[@]} vaults"
for name in "${hospitals[@]}"; do
    start "vault-$name" "${space[$name]}" "$vault" --chain "ws://${rpc[$name]}" \
        --store "$dir/$name/vault" --listen "${store_url[$name]}" \
        --account-file "$dir/$name/vault-account.age" --passphrase-file "$dir/$name/vault-account.passphrase"
done
for name in "${hospitals[@]}"; do await "a vault that can work" "$name" serves; done

printf '\n%-10s %-28s %-24s %s\n' "" "peers reach it at" "JSON-RPC" "vault"
for name in "${places[@]}"; do
    vault_at="-"
    [ "$name" = observer ] || vault_at="http://${store_url[$name]}"
    printf '%-10s %-28s %-24s %s\n' "$name" "$(multiaddress "$name")" "ws://${rpc[$name]}" "$vault_at"
done
printf '\nlogs: %s   keys and passphrases: %s/<hospital>\n' "$dir/logs" "$dir"
[ -z "$netns" ] || printf 'JSON-RPC is inside of the namespaces: ip netns exec %s <command>\n' "${space[observer]}"

if [ -z "$once" ]; then
    note "stop it with Ctrl-C"
    while :; do
        alive
        sleep 2
    done
fi

for name in "${places[@]}"; do
    await "at final block $wanted" "$name" has_final
    await "past block $wanted" "$name" authors_on
done

# Whether a node has the same final block as the observer.
agreed=""
agrees() {
    local hash
    hash=$(hash_of "$1" "$wanted")
    [ -n "$hash" ] || return 1
    agreed=${agreed:-$hash}
    [ "$hash" = "$agreed" ] || fail "$1 has another final block $wanted than the observer" "logs are in $dir/logs"
}
for name in observer "${places[@]}"; do
    await "telling what its block $wanted is" "$name" agrees
done

# Whether each validator authored one of the blocks since the start.
seen=$first authors=""
all_authored() {
    local head slot author
    head=$(best "$1")
    while [ "$seen" -lt "$head" ]; do
        seen=$((seen + 1))
        # A header says its slot as the text aura, a length, and eight bytes with the least one first. Slots go round.
        slot=$(ask "$1" chain_getHeader "\"$(hash_of "$1" "$seen")\"" | sed -nE 's/.*"0x066175726120(..).*/\1/p')
        # Who did not answer is asked again.
        [ -n "$slot" ] || { seen=$((seen - 1)) && return 1; }
        author=$((16#$slot % ${#hospitals[@]}))
        [[ "$authors" == *"$author"* ]] || authors+=$author
    done
    [ "${#authors}" = "${#hospitals[@]}" ]
}
await "seeing blocks of every validator" observer all_authored
note "block $wanted is final on all ${#places[@]} nodes, $agreed"
note "all ${#hospitals[@]} validators authored, all vaults can work, after $((SECONDS - begin)) s"
