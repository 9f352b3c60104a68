#!/bin/sh
# Builds every fuzz target with libFuzzer under ASan and UBSan (clang) and runs each for SECONDS, two at a time,
# on a scratch copy of its seeds. Exits 1 on a finding, and shows the input that makes it.
#   tests/fuzz/run.sh SECONDS [TARGET...]
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 SECONDS [TARGET...]" >&2
    exit 2
fi
seconds=$1
shift

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

launcher=
if command -v ccache >/dev/null 2>&1; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset fuzz $launcher >/dev/null
cmake --build --preset fuzz --target fuzzers

if [ $# -eq 0 ]; then
    for source in "$here"/*.cpp; do
        name=$(basename "$source" .cpp)
        if [ "$name" != replay ]; then set -- "$@" "$name"; fi
    done
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

fuzz() {  # one target, in the background; its log and its finding go to the scratch directory
    mkdir -p "$scratch/$1/corpus"
    cp -R "$here/corpus/$1/." "$scratch/$1/corpus/"
    longest=20000
    case "$1" in
        defuse | dns_wire | sts_policy) longest=65536 ;;  # RFC 1035, 4.2.2; RFC 8461, 3.3
    esac
    dictionary=
    if [ -f "$here/$1.dict" ]; then dictionary="-dict=$here/$1.dict"; fi
    "$root/build/fuzz/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len="$longest" -print_final_stats=1 $dictionary -artifact_prefix="$scratch/$1/finding-" \
        "$scratch/$1/corpus" >"$scratch/$1/log" 2>&1
}

failed=0
report() {  # target, exit status
    if [ "$2" -eq 0 ]; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/$1/log")
        echo "fuzz $1: $runs runs in $seconds s, nothing found"
        return
    fi
    failed=1
    echo "fuzz $1: FOUND something (exit status $2)"
    tail -n 60 "$scratch/$1/log"
    for finding in "$scratch/$1"/finding-*; do
        [ -f "$finding" ] || continue
        echo "--- $(basename "$finding"), $(wc -c <"$finding") bytes, in gzip and base64:"
        gzip -9c "$finding" | base64
    done
}

while [ $# -gt 0 ]; do
    first=$1
    shift
    fuzz "$first" &
    first_pid=$!
    second=
    if [ $# -gt 0 ]; then
        second=$1
        shift
        fuzz "$second" &
        second_pid=$!
    fi
    status=0
    wait "$first_pid" || status=$?
    report "$first" "$status"
    if [ -n "$second" ]; then
        status=0
        wait "$second_pid" || status=$?
        report "$second" "$status"
    fi
done
exit "$failed"
