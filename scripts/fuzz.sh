#!/bin/sh
# Fuzzes the crate `sampling`: what decodes proofs, what decodes keys, and the seats.
#
#     fuzz.sh [SECONDS]   each target for so long (900), two at a time; fails when one has a finding
#     fuzz.sh keep        takes into sampling/fuzz/corpus what past runs found and what widens its coverage
#
# With a nightly toolchain the address sanitizer watches too; without one, stable Rust fuzzes alone. New inputs are
# kept under the target folder, findings in sampling/fuzz/artifacts. A finding becomes a test with a name.
set -eu

cd "$(dirname "$0")/.."
# Absolute, because cargo-fuzz runs the targets from another folder.
build=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)/fuzz
corpus=$PWD/sampling/fuzz/corpus
targets="decode_proof decode_key seats"

say() { printf 'fuzz: %s\n' "$*"; }

if ! cargo fuzz --version >/dev/null 2>&1; then
    say "cargo-fuzz is missing; it needs a C++ compiler and this command:"
    say "    cargo install cargo-fuzz --locked"
    exit 1
fi

# The address sanitizer is a part of the nightly toolchains.
if nightly=$(rustup run nightly rustc --print sysroot 2>/dev/null) &&
    ls "$nightly"/lib/rustlib/*/lib/librustc*_rt.asan.a >/dev/null 2>&1; then
    export RUSTUP_TOOLCHAIN=nightly
    sanitizer=address
else
    [ "${1:-}" = one ] ||
        say "no nightly toolchain here, so no address sanitizer; rustup toolchain install nightly brings it"
    # Coverage is counted by compiler flags that stable Rust has but hides.
    export RUSTC_BOOTSTRAP=1
    sanitizer=none
fi

# fuzz COMMAND TARGET ARGUMENTS: cargo-fuzz with the options that decide about the build.
fuzz() {
    command=$1
    shift
    cargo fuzz "$command" --fuzz-dir sampling/fuzz --target-dir "$build" --sanitizer "$sanitizer" "$@"
}

# One target; an input that takes ten seconds is a finding too.
run_one() {
    mkdir -p "$build/corpus/$1"
    log=$build/$1.log
    if fuzz run "$1" "$build/corpus/$1" "$corpus/$1" -- \
        -max_total_time="$2" -timeout=10 -max_len=512 -print_final_stats=1 >"$log" 2>&1; then
        say "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $2 s, no finding"
    else
        tail -n 40 "$log"
        say "$1: a finding; all of it is in $log"
        return 1
    fi
}

case ${1:-900} in
one) # how this script calls itself
    run_one "$3" "$2"
    ;;
keep)
    for target in $targets; do
        mkdir -p "$build/corpus/$target"
        fuzz run "$target" "$corpus/$target" "$build/corpus/$target" -- -merge=1 2>&1 | tail -n 1
    done
    ;;
*[!0-9]* | '')
    say "seconds for each target, or keep: $1"
    exit 1
    ;;
*)
    fuzz build
    # shellcheck disable=SC2086 # the targets are words of their own
    printf '%s\n' $targets | xargs -n 1 -P 2 scripts/fuzz.sh one "${1:-900}"
    say "no finding"
    ;;
esac
