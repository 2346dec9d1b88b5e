#!/bin/sh
# Checks deploy/ against the real thing: a testnet of four nodes that Prometheus scrapes, all on loopback.
#
# Fails when Prometheus refuses the configuration or a rule, a rule does not fire or keep quiet as its tests say, a query
# of the Grafana dashboard is refused or gives no data, or an alert asks for a metric that no node has. Then it ends a
# node and waits for the alert. Some fifty seconds, at most ten minutes; nothing is left behind.
#
# The program is $KLERO, or target/release/klero. Where Prometheus is not installed nothing is checked, and it says so.
set -eu
cd "$(dirname "$0")/.."

KLERO=${KLERO:-${CARGO_TARGET_DIR:-target}/release/klero}
WAIT_SECONDS=120
say() { printf 'deploy: %s\n' "$*"; }

for tool in prometheus promtool jq curl; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        say "SKIPPED: $tool is missing; on Debian or Ubuntu: sudo apt-get install prometheus jq curl"
        exit 0
    fi
done
if [ ! -x "$KLERO" ]; then
    say "$KLERO is not there: build it with \`cargo build --release --locked\`, or name it in KLERO" >&2
    exit 1
fi

# The files of the containers, by whatever can judge them here.
lint() {
    name=$1
    shift
    if command -v "$1" >/dev/null 2>&1; then
        "$@"
        say "$name is valid"
    else
        say "SKIPPED: $name: $1 is not installed"
    fi
}
lint Dockerfile hadolint Dockerfile
lint compose.yaml docker-compose -f compose.yaml config -q
lint "each script" shellcheck scripts/deploy-check.sh deploy/network.sh

promtool check config --lint-fatal deploy/prometheus/prometheus.yml
promtool test rules deploy/prometheus/alerts_test.yml
sed -n 's/.*alert: //p' deploy/prometheus/alerts.yml | while read -r alert; do
    grep -q "alertname=\"$alert\"" deploy/prometheus/alerts_test.yml || { say "no test sees $alert fire" >&2; exit 1; }
    grep -q "alertname: $alert }" deploy/prometheus/alerts_test.yml || { say "no test sees $alert quiet" >&2; exit 1; }
done
sed -n 's/.*runbook: //p' deploy/prometheus/alerts.yml | while read -r page; do
    [ -f "$page" ] || { say "an alert names $page, which does not exist" >&2; exit 1; }
done

dir=$(mktemp -d)
prometheus=
testnet=
clean_up() {
    for pid in $prometheus $testnet; do kill "$pid" 2>/dev/null || true; done
    for pid in $prometheus $testnet; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# What the containers start with.
KLERO=$KLERO deploy/network.sh "$dir/four" 127.0.77.1 >"$dir/network.log" || { cat "$dir/network.log" >&2; exit 1; }
for n in 1 2 3 4; do "$KLERO" genesis validate "$dir/four/node$n/genesis.json" >>"$dir/network.log"; done
say "deploy/network.sh makes a network of four nodes"

# Repeats a command until it succeeds, for so many seconds at most.
within() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 1
    done
}

"$KLERO" testnet --validators 20 --nodes 4 --dir "$dir/net" >"$dir/testnet.log" 2>&1 &
testnet=$!
within "$WAIT_SECONDS" test -s "$dir/net/network.json" || { cat "$dir/testnet.log" >&2; exit 1; }
rpc=$(jq -r '.nodes[0].rpc' "$dir/net/network.json")

# The configuration as it is, with the testnet's nodes as targets.
mkdir -p "$dir/prometheus/targets"
cp deploy/prometheus/prometheus.yml deploy/prometheus/alerts.yml "$dir/prometheus"
jq '[{ targets: [.nodes[].rpc | ltrimstr("http://")] }]' \
    "$dir/net/network.json" >"$dir/prometheus/targets/testnet.yml"
: >"$dir/prometheus.log"
prometheus --config.file="$dir/prometheus/prometheus.yml" --storage.tsdb.path="$dir/tsdb" \
    --web.listen-address=127.0.0.1:0 >"$dir/prometheus.log" 2>&1 &
prometheus=$!

listens() {
    address=$(sed -n 's/.*msg="Listening on" address=\([0-9.]*:[0-9]*\).*/\1/p' "$dir/prometheus.log" | head -n 1)
    [ -n "$address" ]
}
within 60 listens || { cat "$dir/prometheus.log" >&2; exit 1; }
within 60 curl -fsS -o "$dir/ready" "http://$address/-/ready" || { cat "$dir/prometheus.log" >&2; exit 1; }

# Some transactions and answers, so that there is something to count.
traffic() {
    number=$((${number:-0} + 1))
    curl -fsS -o "$dir/answer" --max-time 5 --data-binary "set key$number value" "$rpc/v1/transactions" || true
}

# Whether a query gives at least one number; what is wrong goes to $dir/why.
gives_data() {
    # Grafana gives its variables these values; the shell is to leave them alone.
    # shellcheck disable=SC2016
    query=$(printf '%s\n' "$1" | sed 's/\$__rate_interval/30s/g; s/\$node/.+/g')
    curl -sS --max-time 10 --data-urlencode "query=$query" "http://$address/api/v1/query" >"$dir/result"
    if jq -e '.status == "success"' "$dir/result" >/dev/null; then
        echo "no data" >"$dir/why"
        jq -e '[.data.result[].value[1] | select(. != "NaN")] | length > 0' "$dir/result" >/dev/null
    else
        jq -r '.error // "no answer"' "$dir/result" >"$dir/why"
        return 1
    fi
}

# Asks every line of a file of queries; the lines without data go to $dir/without, with the reason.
ask_all() {
    traffic
    : >"$dir/without"
    while IFS= read -r query; do
        gives_data "$query" || printf '%s: %s\n' "$(cat "$dir/why")" "$query" >>"$dir/without"
    done <"$1"
    [ ! -s "$dir/without" ]
}

check_queries() {
    total=$(wc -l <"$2")
    [ "$total" -gt 0 ] || { say "no queries of $1 were found" >&2; exit 1; }
    if ! within "$WAIT_SECONDS" ask_all "$2"; then
        say "of $total queries of $1 these give nothing:" >&2
        cat "$dir/without" >&2
        exit 1
    fi
    say "all $total queries of $1 give data"
}

jq -r '.. | .expr? // empty' deploy/grafana/klero.json >"$dir/dashboard"
check_queries "the dashboard" "$dir/dashboard"

rules() { curl -fsS --max-time 10 "http://$address/api/v1/rules" | jq -r "$1"; }
evaluated() { [ "$(rules '[.data.groups[].rules[] | select(.health != "ok")] | length')" = 0 ]; }
within 60 evaluated || { say "a rule cannot be evaluated:" >&2; rules '.data.groups[].rules[] | .name + " " + .lastError' >&2; exit 1; }
rules '.data.groups[].rules[].query' | grep -oE '\b(klero_[a-z0-9_]+|up)\b' | sort -u >"$dir/alerts"
check_queries "the alerts" "$dir/alerts"

# In health the alert keeps quiet; then the fourth node ends.
state() { rules ".data.groups[].rules[] | select(.name == \"$1\") | .state"; }
is_inactive() { [ "$(state KleroNodeDown)" = inactive ]; }
is_active() { [ "$(state KleroNodeDown)" != inactive ]; }
within 30 is_inactive || { say "KleroNodeDown is $(state KleroNodeDown) while all nodes run" >&2; exit 1; }
kill "$(jq -r '.nodes[3].pid' "$dir/net/network.json")"
within 60 is_active || { say "a node ended and KleroNodeDown kept quiet" >&2; exit 1; }
say "a node ended, and KleroNodeDown is $(state KleroNodeDown)"
say "all is well"
