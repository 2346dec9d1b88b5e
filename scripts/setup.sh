#!/bin/sh
# Makes sure that everything the build needs is on this machine.
#
# On Debian and its kin it installs the packages that are missing. Elsewhere, and where it has no right to
# install, it names what is missing and what for, and fails before anything is built.
#
# `setup.sh checks` asks for rustfmt and clippy too.
set -eu

RUST_MINOR=90 # Rust 1.90 or newer, as in Cargo.toml

say() { printf 'setup: %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }
# Commands of the administrator, which others may not find by their names alone.
has_admin() { has "$1" || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

# Whether libfaketime is in one of the places where systems keep it; the tests look there, too.
has_faketime() {
    for file in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1 \
        /usr/lib64/faketime/libfaketimeMT.so.1; do
        [ ! -e "$file" ] || return 0
    done
    return 1
}

# Prints what is wrong with Rust here; fails when something is.
check_rust() {
    if ! has cargo || ! has rustc; then
        if [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
            say "Rust is installed, but this shell does not find it; run this, then make again:"
            say "    . \"${CARGO_HOME:-\$HOME/.cargo}/env\""
        else
            say "Rust is missing: install 1.$RUST_MINOR or newer with rustup (https://rustup.rs), then run make again:"
            say "    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
        fi
        return 1
    fi
    found=$(rustc --version 2>/dev/null) || found=
    case $found in
    'rustc '[0-9]*.[0-9]*) ;;
    *)
        say "rustc is there but does not run; with rustup, this gives it a toolchain: rustup default stable"
        return 1
        ;;
    esac
    rust=${found#rustc }
    rust=${rust%% *}
    minor=${rust#*.}
    minor=${minor%%.*}
    if [ "${rust%%.*}" -eq 1 ] && [ "$minor" -lt "$RUST_MINOR" ]; then
        if has rustup; then
            say "Rust $rust is too old: 1.$RUST_MINOR is needed; run: rustup update stable && rustup default stable"
        else
            say "Rust $rust is too old: 1.$RUST_MINOR is needed, which rustup installs (https://rustup.rs)"
        fi
        return 1
    fi
    if [ "$1" = checks ] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
        say "rustfmt or clippy is missing, which the checks need; run: rustup component add rustfmt clippy"
        return 1
    fi
}

# Whether a C++ program that includes the standard library compiles.
compiles_cxx() {
    has cc && has c++ &&
        printf '#include <string>\nint main() { return 0; }\n' | c++ -x c++ -fsyntax-only - >/dev/null 2>&1
}

has_openssl_headers() {
    { has pkg-config && pkg-config --exists openssl >/dev/null 2>&1; } ||
        { has cc && printf '#include <openssl/ssl.h>\n' | cc -E - >/dev/null 2>&1; }
}

# Collects in $missing Debian's names of the packages that are missing, and says which and why.
find_missing() {
    missing=
    has make || lacks make "make" "runs the build"
    compiles_cxx || lacks g++ "a C and C++ compiler" "compiles RocksDB and the signature library, and links"
    clang --version >/dev/null 2>&1 || lacks clang "clang with libclang" "RocksDB's bindings are generated with it"
    has pkg-config || lacks pkg-config "pkg-config" "finds the system's libraries for the build"
    has_openssl_headers || lacks libssl-dev "OpenSSL's headers" "the VRF suite ecvrf-p256 is built with them"
    [ "$mode" != checks ] || has strace || lacks strace "strace" "a test watches that votes are on the disk before they leave"
    [ "$mode" != checks ] || has_faketime || lacks libfaketime "libfaketime" "a test sets the clock of a node wrong"
    [ "$mode" != checks ] || has_admin ip || lacks iproute2 "ip and tc" "tests give nodes hosts of their own"
    [ "$mode" != checks ] || has_admin iptables || lacks iptables "iptables" "tests cut and thin the lines between nodes"
}

lacks() {
    missing="$missing $1"
    if [ "$1" = "$2" ]; then say "missing: $1: $3"; else say "missing: $1 ($2): $3"; fi
}

# apt-get, with the rights it needs.
apt() {
    set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
    if [ "$uid" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

give_up() {
    say "$1; install them as root and run make again:"
    say "    apt-get update && apt-get install -y --no-install-recommends$missing"
    exit 1
}

mode=${1:-}
rust_is_fine=yes
check_rust "${1:-}" || rust_is_fine=no
find_missing
if [ "$rust_is_fine" = no ]; then
    exit 1
fi
if [ -z "$missing" ]; then
    say "Rust $rust and every system package that the build needs are here"
    exit 0
fi
if ! has dpkg || ! has apt-get; then
    say "install what is missing with this system's package manager (the names are Debian's), then run make again"
    exit 1
fi

uid=$(id -u)
if [ "$uid" -eq 0 ]; then
    say "installing:$missing"
elif has sudo; then
    say "installing with sudo:$missing"
else
    give_up "these packages are missing and there is no sudo"
fi
apt update || say "not every package list could be refreshed; going on with those that are here"
# The names are words of their own.
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing || give_up "these packages could not be installed"

installed=$missing
find_missing
[ -z "$missing" ] || give_up "these packages are still missing"
say "installed:$installed"
