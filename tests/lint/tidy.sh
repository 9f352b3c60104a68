#!/bin/sh
# clang-tidy with the checks of .clang-tidy over daemon/, two files at a time.
#
#     tidy.sh BUILD_DIR [FILE...]
#
# BUILD_DIR holds compile_commands.json. Takes minutes, so it is run by .ci/run and not by ctest.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:?usage: tidy.sh BUILD_DIR [FILE...]}
shift
if [ ! -f "$build/compile_commands.json" ]; then
    echo "tidy.sh: $build/compile_commands.json is missing: configure a preset first" >&2
    exit 1
fi
tidy=clang-tidy-14
if ! command -v "$tidy" >/dev/null; then
    echo "tidy.sh: needs clang-tidy 14: apt-get install clang-tidy-14" >&2
    exit 1
fi
# clang counts sign conversions among -Wconversion; g++, which decides what a warning is here, does not.
if [ $# -gt 0 ]; then
    printf '%s\0' "$@"
else
    find "$root/daemon" -name '*.cpp' -print0
fi | xargs -0 -n 1 -P 2 "$tidy" -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-sign-conversion
