#!/bin/sh
# Builds the container with buildah, where no engine runs, and asks the daemon in it, as root.
#
#     sh packaging/check-container.sh
#
# Its base is a Debian tree, and its steps run in chroots. The daemon then runs as the image says: its user, no
# capabilities, a read-only root, a volume that belongs to it; and the image's own HEALTHCHECK has to call it healthy.
# Needs buildah, postfix (for postmap), python3 and iproute2.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
tree=$root/build/trees/trixie-base
store=$root/build/container
command -v buildah >/dev/null || { echo "check-container.sh: buildah is not installed" >&2; exit 1; }

images() {
    buildah --storage-driver vfs --root "$store/images" --runroot "$store/run" "$@"
}

# Answers everything, with nothing: a resolver that is silent is a reason to call the container unhealthy.
resolver='
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    query, client = server.recvfrom(4096)
    server.sendto(query[:2] + b"\x81\x80" + query[4:], client)
'

# In namespaces that end with the daemon: postmap finds it at 127.0.0.1 as from another container, and as by the
# published port.
serve_and_ask() {
    image=$1
    healthcheck=$2
    ip link set lo up
    mount --bind "$image" "$image"
    python3 -c "$resolver" &
    echo "nameserver 127.0.0.1" >"$store/resolv.conf"
    touch "$image/etc/resolv.conf"
    mount --bind "$store/resolv.conf" "$image/etc/resolv.conf"
    mount -t tmpfs -o uid=8461,gid=8461,mode=0750 tmpfs "$image/var/lib/tlspolicyd"
    mkdir -p "$store/overrides.d"
    echo '- {domain: example.com, answer: "secure match=mx.example.com"}' >"$store/overrides.d/check.yaml"
    mount --bind "$store/overrides.d" "$image/etc/tlspolicyd/overrides.d"
    mount -o remount,bind,ro "$image"
    rm -f "$store/log"
    mkfifo "$store/log"
    exec 3<>"$store/log" # open for as long as the daemon writes
    chroot "$image" setpriv --reuid 8461 --regid 8461 --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all /usr/sbin/tlspolicyd >&3 2>&1 &
    while read -r line <&3; do
        echo "$line"
        case "$line" in *listening*) break ;; *failed*) exit 1 ;; esac
    done
    answer=$(postmap -q example.com socketmap:inet:127.0.0.1:8461:postfix)
    [ "$answer" = "secure match=mx.example.com" ] || { echo "check-container.sh: answered '$answer'" >&2; exit 1; }
    chroot "$image" setpriv --reuid 8461 --regid 8461 --clear-groups sh -c "$healthcheck" ||
        { echo "check-container.sh: unhealthy, by $healthcheck" >&2; exit 1; }
    echo "check-container.sh: the container answers, and is healthy"
}

if [ "${1:-}" = --ask ]; then
    serve_and_ask "$2" "$3"
    exit 0
fi
rm -rf --one-file-system "$store/context"
mkdir -p "$store/context"
sh "$root/packaging/debian-tree.sh" trixie "$tree"
tarball=$(sh "$root/packaging/dist.sh" "$store")
tar -x -C "$store/context" --strip-components=1 -f "$tarball"
tar -c -C "$tree" --exclude=./proc --exclude=./usr/sbin/policy-rc.d . >"$store/base.tar"
base=$(images from scratch)
images add "$base" "$store/base.tar" / >/dev/null
images commit --quiet --rm "$base" debian-tree
images bud --isolation chroot --format docker --build-arg BASE=localhost/debian-tree \
    -f "$store/context/packaging/container/Containerfile" -t tlspolicyd "$store/context"
healthcheck=$(images inspect --type image --format '{{index .Docker.Config.Healthcheck.Test 1}}' localhost/tlspolicyd)
container=$(images from localhost/tlspolicyd)
unshare --mount --net --pid --fork --kill-child sh "$0" --ask "$(images mount "$container")" "$healthcheck"
images rm "$container" >/dev/null
