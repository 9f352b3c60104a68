#!/bin/sh
# Every C++ file is as clang-format 14 would write it; other versions differ in details.
#
#     format.sh [ROOT]
set -eu
cd "${1:-$(dirname "$0")/../..}"

formatter=clang-format-14
if ! command -v "$formatter" >/dev/null; then
    formatter=clang-format
    case "$("$formatter" --version 2>/dev/null || true)" in
        *" version 14."*) ;;
        *)
            echo "format.sh: needs clang-format 14: apt-get install clang-format-14" >&2
            exit 1
            ;;
    esac
fi
find daemon tests \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
    xargs -0 "$formatter" --dry-run -Werror
