#!/bin/sh
# Breaks one rule of the agreement at a time, and asks whether the tests that carry the rule's tag notice.
#
#     mutants.sh [NAME]...   every patch of agreement/tests/mutants, or those whose names begin with a NAME
#
# A patch is named after its tag: ba_4_... belongs to the test modules ba_4_... Its head says what it breaks, and
# with `Fails:` which tests have to fail. It is applied to a copy of the sources as they are here, and is caught when
# these tests fail by what they assert themselves: the rules that agreement/src/check states once more are turned
# off. A second run, of the tests of all tags, asks those rules too; the last column has the tags they complain with.
#
# Fails when a mutant is not caught, and when a patch does not apply or what it makes does not compile.
set -eu

cd "$(dirname "$0")/.."
patches=$PWD/agreement/tests/mutants
# A build of its own, because cargo tells by the age of files what is up to date, and a mutant is younger than its
# original. Absolute, because the builds run in the copy.
build=$(mkdir -p "${CARGO_TARGET_DIR:-target}/mutants" && cd "${CARGO_TARGET_DIR:-target}/mutants" && pwd)

# Two runs would take each other's mutants for their own.
if ! mkdir "$build/running" 2>/dev/null; then
    printf 'mutants: another run is on its way; if there is none, remove %s\n' "$build/running" >&2
    exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch" "$build/running"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
copy=$scratch/copy
log=$scratch/log
table=$scratch/table
mkdir "$copy"
: >"$table"

say() { printf 'mutants: %s\n' "$*"; }

# The sources as they are, changes that nobody committed included; all of them young, for cargo.
git -c core.quotePath=off ls-files --cached --others --exclude-standard |
    while IFS= read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done |
    tar -cf - -T - | tar -xmf - -C "$copy"

# cargo test in the copy. The agreement is compiled more often than run, hence without optimization.
tests() {
    set -- --quiet --release --locked -p klero-agreement --test it "$@"
    of=profile.release.package.klero-agreement
    (cd "$copy" && CARGO_TARGET_DIR=$build CARGO_INCREMENTAL=1 \
        cargo test --config "$of.opt-level=0" --config "$of.debug=false" "$@") >"$log" 2>&1
}

# The tests that failed last, of modules whose names begin like this.
failed() { sed -n "s/^    \($1[a-z0-9_]*::[a-z0-9_]*\)\$/\1/p" "$log" | sort -u; }

# row NAME VERDICT CHECKS: a line of the table.
row() {
    printf '%-48s %-30s %s\n' "$1" "$2" "$3" >>"$table"
    say "$1: $2"
}

# patch_copy ARGUMENTS: git apply, which must not look for a repository around the copy.
patch_copy() { (cd "$copy" && GIT_CEILING_DIRECTORIES=$scratch git apply "$@"); }

# The mutant whose patch is applied.
judge() {
    if ! tests --no-run; then
        tail -n 30 "$log"
        row "$1" "DOES NOT COMPILE" ""
        return 1
    fi
    module=$(printf '%s' "$1" | cut -d _ -f 1,2)_
    KLERO_TESTS_UNCHECKED=1 tests -- "$module" || true
    failed "$module" >"$scratch/failed"
    sed -n '/^--- /q; s/^Fails: //p' "$patches/$1.patch" | sort -u >"$scratch/named"
    missing=$(comm -23 "$scratch/named" "$scratch/failed")
    tests -- ba_ com_ || true
    rules=$(sed -n 's/.*Err(Violation { rule: "\([A-Z]*-[0-9]*\)".*/\1/p' "$log" | sort -u | tr '\n' ' ')
    if [ -s "$scratch/named" ] && [ -z "$missing" ]; then
        row "$1" "caught by $(wc -l <"$scratch/failed" | tr -d ' ')" "${rules:--}"
        sed 's/^/    /' "$scratch/failed"
        return 0
    fi
    if [ -s "$scratch/failed" ]; then
        row "$1" "NOT BY EACH TEST IT NAMES" "${rules:--}"
    elif [ -n "$(failed "$module")" ]; then
        row "$1" "ONLY BY src/check" "${rules:--}"
    else
        row "$1" SURVIVED "${rules:--}"
    fi
    sed 's/^/    failed: /' "$scratch/failed"
    printf '%s\n' "${missing:-it names none}" | sed 's/^/    did not fail: /'
    return 1
}

say "the tests without any change"
if ! tests -- ba_ com_ || ! KLERO_TESTS_UNCHECKED=1 tests -- ba_ com_; then
    tail -n 30 "$log"
    say "they fail without a mutant"
    exit 1
fi

begin=$(date +%s)
bad=0
for name in $(printf '%s\n' "$patches"/*.patch | sed 's|.*/||; s|\.patch$||' | sort -t _ -k 1,1 -k 2,2n -k 3); do
    chosen=$((!$#))
    for wanted in "$@"; do
        case $name in "$wanted"*) chosen=1 ;; esac
    done
    [ "$chosen" -eq 1 ] || continue
    if ! patch_copy "$patches/$name.patch"; then
        row "$name" "DOES NOT APPLY" ""
        bad=$((bad + 1))
        continue
    fi
    judge "$name" || bad=$((bad + 1))
    patch_copy --reverse "$patches/$name.patch"
done

count=$(wc -l <"$table" | tr -d ' ')
printf '\n%-48s %-30s %s\n' mutant "tests of its tag" "rules of src/check"
cat "$table"
echo
say "$((count - bad)) of $count caught in $(($(date +%s) - begin)) s"
[ "$count" -gt 0 ] && [ "$bad" -eq 0 ]
