#!/bin/sh
# The release tarball, made again from what it unpacks to, is the same to the bit, whatever was built there.
#
#     sh dist.sh ROOT CMAKE CXX
set -eu

root=$1 cmake=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

first=$(sh "$root/packaging/dist.sh" "$work" 2>"$work/log") || { cat "$work/log"; exit 1; }
unpacked=${first%.tar.xz}
tar -x -C "$work" -f "$first"
cd "$unpacked"
cp -R packaging/debian debian
for left in build-mine obj-x86_64-linux-gnu redhat-build redhat-linux-build tests/e2e/__pycache__; do
    mkdir "$left"
    echo left >"$left/by-a-build"
done
"$cmake" -S . -B build/release -DCMAKE_CXX_COMPILER="$compiler" -DBUILD_TESTING=OFF >"$work/log" 2>&1 &&
    "$cmake" --build build/release --target dist >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmp "$first" "build/release/$(basename "$first")" || {
    tar -t -f "$first" >"$work/first"
    tar -t -f "build/release/$(basename "$first")" | diff "$work/first" -
    exit 1
}
echo "the unpacked tarball makes the same tarball"
