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

# Before a build with sanitizers, which asks the new test programs for their tests, and before its
# programs run.
prepareSanitizers() {
    local randomBits
    # Where the kernel places memory at very random addresses, the sanitizers of Debian 12 do not
    # start.
    randomBits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
    if ((randomBits > 28)); then
        setarch -R true 2>/dev/null ||
            fail "sanitizers do not start here: as root on the host, run 'sysctl vm.mmap_rnd_bits=28'"
        launcher=(setarch -R)
    fi
    # A report ends the program at once, so that the test fails.
    export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
}

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
