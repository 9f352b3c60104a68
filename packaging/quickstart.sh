#!/bin/sh
# From a fresh Debian 12 or 13 to a running or tested daemon, as root.
#
#     sh packaging/quickstart.sh run     install what is needed, build, start on 127.0.0.1:8461 in the foreground
#     sh packaging/quickstart.sh test    install what the tests need, build, run all tests
#
# Only installing needs root: where the packages are there already, the presets of CMakePresets.json build and
# test as any user.
set -eu

build_packages='ca-certificates cmake g++ libc-ares-dev libcli11-dev libfmt-dev libhiredis-dev libidn2-dev libjemalloc-dev
libspdlog-dev libsqlite3-dev libssl-dev libsystemd-dev libyaml-cpp-dev ninja-build pkg-config prometheus-cpp-dev'
test_packages='doctest-dev fish mandoc prometheus python3 zsh'

root=$(cd "$(dirname "$0")/.." && pwd)
policy_file=/usr/sbin/policy-rc.d
policy_saved=

refuse() {
    echo "quickstart.sh: $1" >&2
    exit 1
}

check_system() {
    if ! [ -f /etc/debian_version ] || ! command -v apt-get >/dev/null; then
        refuse "this script knows Debian 12 and 13 only. Elsewhere: install the packages that CMakeLists.txt looks
for, then: cmake --preset release && cmake --build --preset release"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        refuse "installing packages needs root. Where they are installed already, you do not need this script:
cmake --preset release && cmake --build --preset release && build/release/daemon/tlspolicyd"
    fi
}

# Debian 12 has Boost 1.81 beside its default 1.74; Debian 13 has 1.83.
boost_package() {
    for package in libboost1.83-dev libboost1.81-dev; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            echo "$package"
            return
        fi
    done
    refuse "neither libboost1.83-dev nor libboost1.81-dev is to be had: Debian 12 or 13 is needed"
}

# Debian starts services as soon as they are installed. Postfix, nginx and the name servers are here for the
# tests only, which start their own: forbid it for the time of the installation (invoke-rc.d(8)).
forbid_services() {
    trap allow_services EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [ -e "$policy_file" ] || [ -L "$policy_file" ]; then
        policy_saved=$policy_file.quickstart-$$
        mv "$policy_file" "$policy_saved"
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy_file"
    chmod 755 "$policy_file"
}

allow_services() {
    rm -f "$policy_file"
    if [ -n "$policy_saved" ]; then
        mv "$policy_saved" "$policy_file"
        policy_saved=
    fi
    trap - EXIT INT TERM
}

# Word splitting is meant: a list of packages.
# shellcheck disable=SC2086
install_packages() {
    missing=
    for package in $1; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "quickstart.sh: installing$missing"
    forbid_services
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install $missing </dev/null
    allow_services
}

# A compiler of templates takes up to a gigabyte: as many at once as processors and memory allow.
parallel_jobs() {
    processors=$(nproc)
    by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1200000) }' /proc/meminfo)
    [ "$by_memory" -ge 1 ] || by_memory=1
    if [ "$by_memory" -lt "$processors" ]; then echo "$by_memory"; else echo "$processors"; fi
}

build() {
    cd "$root"
    launcher=
    if command -v ccache >/dev/null; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
    # Each compiler version warns of something else; .ci/run makes warnings errors with the one of reference.
    cmake --preset "$1" -DCMAKE_COMPILE_WARNING_AS_ERROR=OFF ${launcher:+"$launcher"}
    cmake --build --preset "$1" -j "$(parallel_jobs)"
}

case "${1:-}" in
    run)
        check_system
        apt-get -q update </dev/null
        boost=$(boost_package)
        install_packages "$build_packages $boost"
        build release
        exec build/release/daemon/tlspolicyd
        ;;
    test)
        check_system
        apt-get -q update </dev/null
        boost=$(boost_package)
        install_packages "$build_packages $boost $test_packages $(cat "$root/tests/e2e/packages.txt")"
        build test
        exec ctest --preset test
        ;;
    *)
        echo "usage: sh packaging/quickstart.sh run | test" >&2
        exit 2
        ;;
esac
