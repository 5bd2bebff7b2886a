# shellcheck shell=bash
# Shared by the scripts in this folder, which source it first.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${0##*/}

say() { printf '%s: %s\n' "$program" "$*"; }

fail() {
    printf '%s: %s\n' "$program" "$*" >&2
    exit 1
}

# Says what is wrong with the command line, and how to use it.
usageError() {
    printf '%s: %s\n\n' "$program" "$*" >&2
    usage >&2
    exit 2
}

# configure PRESET FOLDER [CMAKE OPTION]...: FOLDER is the preset's build folder or a different one.
configure() {
    local preset=$1 folder=$2 log
    shift 2
    say "configuring $folder"
    # cmake looks for the presets in the current folder.
    log=$(cd "$root" && cmake --preset "$preset" -B "$folder" "$@" 2>&1) || fail "cmake failed:
$log"
}

# The command that starts the build and the tests, if any.
launcher=()

# Call before a build with sanitizers, which asks the new test programs for their tests, and before
# its programs run.
prepareSanitizers() {
    local randomBits
    # Debian 12's sanitizers do not start if the kernel places memory at very random addresses.
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

# build FOLDER [TARGET]...: builds everything if there is no TARGET.
build() {
    local folder=$1 targets=()
    shift
    if (($# > 0)); then
        targets=(--target "$@")
    fi
    say "building $folder${*:+: $*}"
    "${launcher[@]}" cmake --build "$root/$folder" "${targets[@]}"
}
