# shellcheck shell=bash
# What the scripts in this folder share; they source it first.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${0##*/}

say() { printf '%s: %s\n' "$program" "$*"; }

fail() {
    printf '%s: %s\n' "$program" "$*" >&2
    exit 1
}

# Says what is wrong with the command line, and how it is meant.
usageError() {
    printf '%s: %s\n\n' "$program" "$*" >&2
    usage >&2
    exit 2
}

# configure PRESET FOLDER [CMAKE OPTION]...: FOLDER is where the preset builds, or another place.
configure() {
    local preset=$1 folder=$2 log
    shift 2
    say "configuring $folder"
    # The presets are looked for in the current folder.
    log=$(cd "$root" && cmake --preset "$preset" -B "$folder" "$@" 2>&1) || fail "cmake failed:
$log"
}

# What the build and the tests are started with, if anything.
launcher=()

# build FOLDER [TARGET]...: all of it without a target.
build() {
    local folder=$1 targets=()
    shift
    if (($# > 0)); then
        targets=(--target "$@")
    fi
    say "building $folder${*:+: $*}"
    "${launcher[@]}" cmake --build "$root/$folder" "${targets[@]}"
}
