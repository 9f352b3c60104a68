#!/bin/sh
# A Debian of another release in a directory, to build, install and test in, as root.
#
#     sh packaging/debian-tree.sh SUITE [DIR [PACKAGE...]]
#     sh packaging/debian-tree.sh trixie build/trees/trixie postfix
#
# Makes the smallest Debian SUITE (bookworm, trixie) in DIR, build/trees/SUITE by default, with the packages
# named, or completes what is there; one that has them all costs no network. No service is started. Two at
# once wait for each other; a tree that was interrupted is made again. Then, for instance:
#
#     unshare --mount --pid --fork --root=build/trees/trixie --mount-proc postconf -d mail_version
#
# DEBIAN_TREE_KEPT=DIR keeps what debootstrap made for a week, for the next tree of that release.
set -eu

usage='usage: sh packaging/debian-tree.sh SUITE [DIR [PACKAGE...]]'
root=$(cd "$(dirname "$0")/.." && pwd)

refuse() {
    echo "debian-tree.sh: $1" >&2
    exit 1
}

[ $# -ge 1 ] || { echo "$usage" >&2; exit 2; }
suite=$1
tree=${2:-$root/build/trees/$suite}
shift; [ $# -eq 0 ] || shift
case "$suite" in *[!a-z]*|'') echo "$usage" >&2; exit 2 ;; esac
case "$tree" in /*) ;; *) tree=$PWD/$tree ;; esac
[ "$(id -u)" -eq 0 ] || refuse "making $tree needs root"
command -v debootstrap >/dev/null || refuse "debootstrap is not installed: apt-get install debootstrap"

# Mounts and stray processes of the installation end with the script, however it ends.
if [ -z "${DEBIAN_TREE_ALONE:-}" ]; then
    export DEBIAN_TREE_ALONE=yes
    exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" "$suite" "$tree" "$@"
fi

# Runs a command in the tree.
inside() {
    PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$tree" "$@"
}

# The mirror that this machine's apt uses; debootstrap takes its own where apt names none.
mirror() {
    apt-get indextargets --format "\$(REPO_URI)" 'Label: Debian' 2>/dev/null | head -n 1
}

# Beside its place first, so that what stands there is whole.
bootstrap() {
    rm -rf --one-file-system "$tree.part"
    kept=${DEBIAN_TREE_KEPT:+$DEBIAN_TREE_KEPT/$suite.tar}
    if [ -n "$kept" ] && [ -n "$(find "$kept" -mtime -7 2>/dev/null)" ]; then
        mkdir "$tree.part"
        tar --numeric-owner -C "$tree.part" -xf "$kept"
    else
        run_debootstrap
        [ -z "$kept" ] || keep "$kept"
    fi
    mv "$tree.part" "$tree"
}

keep() {
    mkdir -p "$(dirname "$1")"
    part=$(mktemp "$1.XXXXXX")
    tar --numeric-owner -C "$tree.part" -cf "$part" .
    mv "$part" "$1"
}

run_debootstrap() {
    uri=$(mirror)
    debootstrap --variant=minbase "$suite" "$tree.part" ${uri:+"$uri"} >&2 ||
        refuse "no Debian $suite could be made in $tree.part: see its debootstrap/debootstrap.log.
It needs the network once, and a debootstrap that knows $suite"
    printf '#!/bin/sh\nexit 101\n' >"$tree.part/usr/sbin/policy-rc.d"  # no services: invoke-rc.d(8)
    chmod 755 "$tree.part/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$tree.part/etc/dpkg/dpkg.cfg.d/debian-tree"
    echo 'Acquire { GzipIndexes "true"; Languages "none"; };' >"$tree.part/etc/apt/apt.conf.d/50debian-tree"
    rm -rf "$tree.part/var/lib/apt/lists" "$tree.part/var/cache/apt/archives/"*.deb
}

installed() {
    inside dpkg-query -W -f "\${Status}" "$1" 2>/dev/null | grep -q ' installed$'
}

add_packages() {
    missing=
    for package in "$@"; do
        installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "debian-tree.sh: installing in $tree:$missing" >&2
    mount -t proc proc "$tree/proc"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    if ! install_packages; then refuse "not all installed in $tree:$missing. It needs the network once"; fi
}

# Word splitting is meant: a list of packages.
# shellcheck disable=SC2086
install_packages() {
    inside dpkg --configure -a >&2 && inside apt-get -q update </dev/null >&2 &&
        inside apt-get -q -y --no-install-recommends install $missing </dev/null >&2 && inside apt-get clean
}

mkdir -p "$(dirname "$tree")"
exec 9>"$tree.lock"
flock 9
[ -d "$tree" ] || bootstrap
add_packages "$@"
