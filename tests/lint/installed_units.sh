#!/bin/sh
# Which units a build would install.
#
#     sh installed_units.sh ROOT CMAKE CXX
set -eu

root=$1 cmake=$2 compiler=$3
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# installs UNITS OPTION...: a build with these options installs these units, and no others.
installs() {
    wanted=$1
    shift
    "$cmake" -S "$root" -B "$build" -DCMAKE_CXX_COMPILER="$compiler" -DBUILD_TESTING=OFF "$@" >"$build/log" 2>&1 || {
        cat "$build/log"
        exit 1
    }
    found=$(grep -o '/systemd/tlspolicyd\.[a-z]*' "$build/cmake_install.cmake" | sed 's:.*/::' | sort | xargs)
    if [ "$found" != "$wanted" ]; then
        echo "with $*: installs '$found', not '$wanted'"
        exit 1
    fi
}

installs "tlspolicyd.service" -DTLSPOLICY_SYSTEMD=OFF
installs "" -DCMAKE_INSTALL_LOCALSTATEDIR=/srv/var
installs "" -DCMAKE_INSTALL_LOCALSTATEDIR=/var -DTLSPOLICY_SYSTEMD_UNITDIR=
if pkg-config --exists 'libsystemd >= 246'; then
    installs "tlspolicyd.service tlspolicyd.socket" -DTLSPOLICY_SYSTEMD=ON -DTLSPOLICY_SYSTEMD_UNITDIR=units
fi
echo "each build installs its units"
