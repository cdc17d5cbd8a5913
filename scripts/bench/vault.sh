#!/usr/bin/env bash
# Compares a vault with nginx that serves the same bytes from the same disk, in turn, with curl as client of both: uploads in
# one request (PUT), uploads that can be gone on with (tus, as medshare's own client sends large files), downloads, and eight
# downloads at once. A vault asks the chain before each, hashes what is uploaded, journals what is downloaded, and does
# fsync. The figures are in docs/benchmarks.md.
#
#   --check         fail if it has less than 0.7 times the throughput of nginx
#   --size MIB      the size of the file; 1024 if none is given
#   --runs NUMBER   how often; 5 if none is given
#   --folder DIR    where; /dev/shm if none is given. On a disk, nginx's uploads are followed by fsync of the file
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

arguments "$@"
tools curl jq nginx=nginx-light
build
workplace
room_for 6
start_node
start_vault "$work/store"

# The server of files that everybody knows, set for large ones.
start_nginx() {
    mkdir "$work/nginx" "$work/bodies"
    # nginx does not say which port it took, so one is looked for where systems do not hand them out by themselves.
    local port
    for port in $(shuf -i 20000-30000 -n 20) none; do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    cat >"$work/nginx.conf" <<CONF
daemon off;
pid $work/nginx.pid;
error_log stderr;
worker_processes auto;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events {}
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_max_body_size 0;
    client_body_buffer_size 1m;
    client_body_temp_path $work/bodies;
    proxy_temp_path $work/bodies;
    fastcgi_temp_path $work/bodies;
    uwsgi_temp_path $work/bodies;
    scgi_temp_path $work/bodies;
    server {
        listen 127.0.0.1:$port;
        root $work/nginx;
        dav_methods PUT;
    }
}
CONF
    background "$work/nginx.log" nginx -c "$work/nginx.conf"
    nginx_url="http://127.0.0.1:$port"
    for _ in $(seq 100); do
        curl -s -o /dev/null "$nginx_url" && return
        sleep 0.1
    done
    cat "$work/nginx.log" >&2
    fail "nginx did not start" "the lines above are what it printed"
}
start_nginx

document "$work/document" "$size"
register "$work/document" "$work/store"
rm "$work/document"
cp "$stored" "$work/blob"
# Brought as something else each time, so that it is new to the vault.
cp "$work/blob" "$work/other"

# What is there already would be replaced, and its pages freed, in the time of either. It goes at the last moment, for both: a system
# has the pages that were freed last at hand, and those of a virtual machine may have gone back to its host meanwhile.
put_ours() {
    local authorization
    authorization=$(authorization PUT "/v1/blobs/$blob" "$blob") && rm -f "$stored" &&
        seconds fetch -T "$work/blob" -H "Authorization: $authorization" "$vault_url/v1/blobs/$blob"
}
nginx_puts() { fetch -T "$work/blob" "$nginx_url/blob" && durable "$work/nginx/blob"; }
put_theirs() { rm -f "$work/nginx/blob" && seconds nginx_puts; }

go_on_ours() {
    local address authorization bytes
    head -c 64 /dev/urandom | dd of="$work/other" conv=notrunc status=none &&
        address=$(sha256sum "$work/other" | cut -d' ' -f1) && bytes=$(stat -c %s "$work/other") &&
        authorization=$(authorization POST /v1/uploads "$address") &&
        fetch -X POST -H 'Tus-Resumable: 1.0.0' -H "Upload-Length: $bytes" -H "Authorization: $authorization" \
            -H "Upload-Metadata: address $(printf %s "$address" | base64 -w 0)" -H 'Content-Length: 0' "$vault_url/v1/uploads" &&
        authorization=$(authorization PATCH "/v1/uploads/$address" "$address") &&
        find "$work/store/blobs" -type f ! -name "$blob" -delete &&
        seconds fetch -X PATCH -T "$work/other" -H 'Tus-Resumable: 1.0.0' -H 'Upload-Offset: 0' \
            -H 'Content-Type: application/offset+octet-stream' -H "Authorization: $authorization" \
            "$vault_url/v1/uploads/$address"
}

get_ours() {
    local url
    url=$(link) && seconds fetch "$url"
}
get_theirs() { seconds fetch "$nginx_url/blob"; }

eight() {
    local downloads=() one
    for _ in 1 2 3 4 5 6 7 8; do
        fetch "$1" &
        downloads+=("$!")
    done
    for one in "${downloads[@]}"; do wait "$one" || return 1; done
}
eight_ours() {
    local url
    url=$(link) && seconds eight "$url"
}
eight_theirs() { seconds eight "$nginx_url/blob"; }

compare "upload in one request" 0.7 "$size" put_ours put_theirs
compare "upload that can be gone on with" 0.7 "$size" go_on_ours put_theirs
compare "download" 0.7 "$size" get_ours get_theirs
cmp "$stored" "$work/nginx/blob"
compare "eight downloads at once" 0.7 $((8 * size)) eight_ours eight_theirs
conclude "vault" "$(nginx -v 2>&1 | sed 's#.*nginx/#nginx #')"
