#!/bin/sh
# Counts the instructions of the operations that `sampling/examples/instructions.rs` lists, with valgrind's callgrind:
# a count does not depend on what else the machine does, so a regression shows on a noisy one.
#
# Prints a table beside the counts that are recorded, and fails where one has grown by more than a tenth.
# `instructions.sh --record` writes what it counts down as the new record.
set -eu
cd "$(dirname "$0")/.."

RECORD=docs/src/measurements/instructions.txt
target=${CARGO_TARGET_DIR:-target}
program=$target/release/examples/instructions

if ! command -v valgrind >/dev/null 2>&1; then
    echo "instructions: valgrind is missing; on Debian or Ubuntu: sudo apt-get install valgrind" >&2
    exit 1
fi
cargo build --release --locked -p klero-sampling --example instructions

# All instructions of a run.
total() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# How often an operation is repeated: enough for the count to settle.
times_of() {
    case $1 in
    quota-* | *-prepared-*) echo 10000 ;;
    binomial-* | naive-*) echo 100 ;;
    *-verify-one) echo 20 ;;
    *) echo 1 ;;
    esac
}

counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
printf '%-30s %14s %14s %8s\n' operation instructions recorded change
for name in $("$program"); do
    times=$(times_of "$name")
    few=$(total "$name" 1)
    many=$(total "$name" $((times + 1)))
    count=$(((many - few) / times))
    echo "$name $count" >>"$counted"
    recorded=$(sed -n "s/^$name //p" "$RECORD" 2>/dev/null || true)
    if [ -n "$recorded" ]; then
        change=$(awk "BEGIN { printf \"%+.1f %%\", ($count / $recorded - 1) * 100 }")
    else
        change=new
    fi
    printf '%-30s %14s %14s %8s\n' "$name" "$count" "${recorded:--}" "$change"
done

if [ "${1:-}" = --record ]; then
    cp "$counted" "$RECORD"
    echo "recorded in $RECORD"
    exit 0
fi
[ -f "$RECORD" ] || { echo "instructions: nothing is recorded yet: scripts/instructions.sh --record" >&2; exit 1; }
if ! awk 'NR == FNR { recorded[$1] = $2; next }
        $2 > recorded[$1] * 1.1 { print "instructions: " $1 " has grown by more than a tenth"; grown = 1 }
        END { exit grown }' "$RECORD" "$counted" >&2; then
    echo "instructions: find the cause, or if it is meant, record it: scripts/instructions.sh --record" >&2
    exit 1
fi
