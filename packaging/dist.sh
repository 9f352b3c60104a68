#!/bin/sh
# The release tarball, tlspolicyd-VERSION.tar.xz: "cmake --build build/release --target dist" calls
#
#     sh packaging/dist.sh DIRECTORY      puts it into DIRECTORY and prints its name
#
# In a git repository it holds the last commit, whatever has been changed since; elsewhere (an unpacked release) all
# files but builds. Names in order, one date, no owners: the same files give the same bytes, wherever and by whomever.
# The date is that of the commit, or SOURCE_DATE_EPOCH, or in an unpacked release that of CMakeLists.txt.
set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
out=$(cd "${1:?usage: sh packaging/dist.sh DIRECTORY}" && pwd)
version=$(sed -n 's/^project(tlspolicyd VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
name=tlspolicyd-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$name"
cd "$root"

# Whoever owns the repository: root builds in those of others.
git() {
    command git -c safe.directory="$root" "$@"
}

if [ -e .git ]; then
    if [ -n "$(git status --porcelain)" ]; then
        echo "dist.sh: what is not committed is not in the tarball" >&2
    fi
    git archive --format=tar -o "$work/commit.tar" HEAD
    tar -x -C "$work/$name" -f "$work/commit.tar"
    date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
else
    # What builds make, this project's, debhelper's (with the copy of packaging/debian) and Fedora's.
    tar -c --exclude=./build --exclude='./build-*' --exclude='./obj-*' --exclude=./debian --exclude=./redhat-build \
        --exclude=./redhat-linux-build --exclude=__pycache__ --exclude='*.pyc' -f "$work/files.tar" .
    tar -x -C "$work/$name" -f "$work/files.tar"
    date=${SOURCE_DATE_EPOCH:-$(stat -c %Y CMakeLists.txt)}
fi

tar -c -C "$work" --format=ustar --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX "$name" >"$work/tar"
xz -T1 -6 -c "$work/tar" >"$work/tar.xz"
mv "$work/tar.xz" "$out/$name.tar.xz"
echo "$out/$name.tar.xz"
