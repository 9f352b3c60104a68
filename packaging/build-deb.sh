#!/bin/sh
# Builds the Debian package of the last commit, or of an unpacked release.
#
#     sh packaging/build-deb.sh DIRECTORY [OPTION...]     for dpkg-buildpackage: -b, -Pnocheck, …
#
# DIRECTORY is made; it gets the release tarball, the source package, and what dpkg-buildpackage makes of it. Nothing
# is installed: "apt-get build-dep DIRECTORY/tlspolicyd-VERSION" does that, once the sources are there:
#
#     sh packaging/build-deb.sh DIRECTORY --unpack        goes no further than that
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || { echo "usage: sh packaging/build-deb.sh DIRECTORY [--unpack | OPTION...]" >&2; exit 2; }
mkdir -p "$1"
directory=$(cd "$1" && pwd)
shift

tarball=$(sh "$root/packaging/dist.sh" "$directory")
sources=${tarball%.tar.xz}
version=${sources##*-}
mv "$tarball" "$directory/tlspolicyd_$version.orig.tar.xz"
rm -rf "$sources"
tar -x -C "$directory" -f "$directory/tlspolicyd_$version.orig.tar.xz"
cp -R "$sources/packaging/debian" "$sources/debian"

packaged=$(dpkg-parsechangelog -l "$sources/debian/changelog" -S Version)
if [ "${packaged%-*}" != "$version" ]; then
    echo "build-deb.sh: packaging/debian/changelog is of version ${packaged%-*}, the sources of $version" >&2
    exit 1
fi
[ "${1:-}" != --unpack ] || exit 0
cd "$sources"
exec dpkg-buildpackage -us -uc "$@"
