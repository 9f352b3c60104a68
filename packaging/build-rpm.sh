#!/bin/sh
# Builds the RPM of the last commit, or of an unpacked release, with the rpmbuild of this machine.
#
#     sh packaging/build-rpm.sh DIRECTORY [OPTION...]     for rpmbuild: --nodeps where its packages are not RPMs, …
#
# DIRECTORY is made; it gets rpmbuild's usual folders.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || { echo "usage: sh packaging/build-rpm.sh DIRECTORY [OPTION...]" >&2; exit 2; }
mkdir -p "$1/SOURCES"
directory=$(cd "$1" && pwd)
shift
sh "$root/packaging/dist.sh" "$directory/SOURCES"
install -m 0644 "$root/systemd/sysusers.conf" "$directory/SOURCES/tlspolicyd.sysusers"
exec rpmbuild -bb -D "_topdir $directory" "$@" "$root/packaging/rpm/tlspolicyd.spec"
