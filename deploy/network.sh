#!/bin/sh
# Makes the directories of four nodes of one new network, each with its keys: DIR/node1 to DIR/node4.
#
#     network.sh DIR PREFIX [any]
#
# Node n has the address PREFIXn (10.77.0.1n for the prefix 10.77.0.1), UDP port 30303 for peers and TCP port 8545 for
# HTTP. It listens there, or with `any` on all addresses. A network that is already there stays as it is. For compose.yaml
# and for rehearsals: on a real network every operator makes their own keys on their own machine, and encrypts them.
set -eu

dir=$1
prefix=$2
where=${3:-own}
KLERO=${KLERO:-klero}

if [ -s "$dir/node1/genesis.json" ]; then
    echo "$dir holds a network already"
    exit 0
fi
for n in 1 2 3 4; do
    host=$prefix$n
    [ "$where" = own ] || host=0.0.0.0
    set --
    for other in 1 2 3 4; do
        [ "$other" = "$n" ] || set -- "$@" --bootnode "/ip4/$prefix$other/udp/30303/quic-v1"
    done
    "$KLERO" init --plain --dir "$dir/node$n" --network klero-compose --rpc "$host:8545" \
        --listen "/ip4/$host/udp/30303/quic-v1" "$@" --json
done
# That of the first node comes last: it says that all is done.
genesis=$dir/node4/genesis.json
"$KLERO" genesis new --network klero-compose --validators "$dir"/node?/validators.json --out "$genesis"
for n in 3 2 1; do cp "$genesis" "$dir/node$n/genesis.json"; done
# In a container this runs as root, and the nodes do not.
if [ "$(id -u)" -eq 0 ] && id klero >/dev/null 2>&1; then
    for n in 1 2 3 4; do chown -R klero:klero "$dir/node$n"; done
fi
