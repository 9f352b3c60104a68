#!/bin/sh
# Builds the package in a tree of one Debian release, and tests it in a clean one, as root.
#
#     sh packaging/check-debian.sh SUITE [test] [reproducible]
#
# It is built without a network, and lintian must have nothing to say. test: the unit tests run in the build.
# reproducible: built again in another directory, the package must be the same to the bit. The packages are left in
# build/packages/SUITE.
# CHECK_DEBIAN_CCACHE=DIR keeps what was compiled in that directory of ccache, and takes it from there the next time.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
suite=${1:?usage: sh packaging/check-debian.sh SUITE [test] [reproducible]}
shift
profiles=-Pnocheck
twice=
for word in "$@"; do
    case "$word" in
        test) profiles= ;;
        reproducible) twice=yes ;;
        *) echo "check-debian.sh: what is $word?" >&2; exit 2 ;;
    esac
done

if [ -z "${CHECK_DEBIAN_ALONE:-}" ]; then # mounts and stray processes end with the script
    export CHECK_DEBIAN_ALONE=yes
    exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" "$suite" "$@"
fi

builder=$root/build/trees/$suite-packages
clean=$root/build/trees/$suite-postfix
cache=${CHECK_DEBIAN_CCACHE:-}
out=$root/build/packages/$suite
[ "$(id -u)" -eq 0 ] || { echo "check-debian.sh: trees need root" >&2; exit 1; }
mkdir -p "$root/build/packages"
exec 8>"$out.lock" # two at once wait for each other
flock 8

export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
inside() {
    chroot "$builder" "$@"
}

# With a loopback interface, and no network: what the package needs is there, or the build fails.
inside_alone() {
    unshare --net sh -c 'ip link set lo up && exec chroot "$@"' sh "$builder" "$@"
}

# Builds in the directory $1 of the tree, with further options for dpkg-buildpackage.
build() {
    where=$1
    shift
    inside_alone sh -c "cd $where/tlspolicyd-*/ && exec dpkg-buildpackage -us -uc $*" >"$builder$where/log" 2>&1 || {
        tail -n 60 "$builder$where/log" >&2
        echo "check-debian.sh: the build failed; all of it: $builder$where/log" >&2
        exit 1
    }
}

unpack() {
    mkdir -p "$builder$1"
    sh "$root/packaging/build-deb.sh" "$builder$1" --unpack
}

say() {
    echo "check-debian.sh: $suite: $1"
}

sh "$root/packaging/debian-tree.sh" "$suite" "$builder" build-essential lintian ${cache:+ccache}
sh "$root/packaging/debian-tree.sh" "$suite" "$clean" postfix python3
mount -t proc proc "$builder/proc"
if [ -n "$cache" ]; then
    mkdir -p "$cache" "$builder/ccache"
    mount --bind "$cache" "$builder/ccache"
    export CCACHE_DIR=/ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
cp /etc/resolv.conf "$builder/etc/resolv.conf"
rm -rf "$out" "$builder/build"
mkdir -p "$out"

unpack /build/one
if ! inside sh -c 'cd /build/one/tlspolicyd-*/ && dpkg-checkbuilddeps' 2>/dev/null; then
    inside apt-get -q update </dev/null >/dev/null
    inside sh -c 'cd /build/one/tlspolicyd-*/ && apt-get -q -y --no-install-recommends build-dep ./' </dev/null \
        >"$builder/build/log" 2>&1 || { tail -n 20 "$builder/build/log" >&2; exit 1; }
fi
say "build${profiles:+ ($profiles)}"
build /build/one $profiles
cp "$builder/build/one"/*.deb "$builder/build/one"/*.dsc "$builder/build/one"/*.tar.xz "$out"
say "lintian"
inside sh -c 'lintian --allow-root --fail-on error,warning /build/one/*.changes'

if [ -n "$twice" ]; then
    say "build again elsewhere"
    unpack /build/the-other/directory
    build /build/the-other/directory $profiles
    for package in "$builder/build/one"/*.deb; do
        cmp "$package" "$builder/build/the-other/directory/$(basename "$package")"
    done
    say "the same to the bit"
fi

# The next version: another number, and a configuration file that has changed. Only these are built again.
say "build the next version"
sources=$(echo "$builder/build/one"/tlspolicyd-*/)
sed -i '1s/(\(.*\))/(\1.1)/' "$sources/debian/changelog"
echo '# The next version says more.' >>"$sources/conf/tlspolicyd.yaml"
export DEB_BUILD_OPTIONS=noautodbgsym
build /build/one -b -nc -Pnocheck

say "install, upgrade, remove, purge"
tree=$root/build/trees/$suite-test
rm -rf --one-file-system "$tree"
cp -a "$clean" "$tree"
python3 "$root/packaging/test-deb.py" "$tree" "$out"/tlspolicyd_*.deb "$builder"/build/one/tlspolicyd_*.1_*.deb
rm -rf --one-file-system "$tree"
