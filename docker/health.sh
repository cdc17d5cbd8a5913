#!/bin/sh
# Whether what runs in this container can do its work: a vault, or a node that has peers and is not catching up.
case "$(tr '\0' ' ' </proc/1/cmdline)" in
*medshare-vault*) exec curl -sf -m 8 -o /dev/null http://127.0.0.1:8790/healthz ;;
esac
health=$(curl -sf -m 8 http://127.0.0.1:9944/health) || exit 1
case "$health" in
*'"peers":0,'* | *'"isSyncing":true'*) exit 1 ;;
esac
