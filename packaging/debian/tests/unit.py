"""Starts a service as its unit says where no systemd does: in a chroot, in a container.

The user, its directories, the command and the notifications are those of the unit. Its sandbox is not: that
takes systemd itself.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess

PARENTS = {"StateDirectory": "/var/lib", "RuntimeDirectory": "/run", "ConfigurationDirectory": "/etc"}
PATIENCE = 60  # seconds, for a machine under load


def settings(path):
    """The [Service] section; of a key that is there twice, the last value."""
    found, section = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == "Service" and "=" in line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            found[key.strip()] = value.strip()
    return found


def unit_file(name):
    for directory in ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"):
        path = pathlib.Path(directory, name)
        if path.exists():
            return path
    raise FileNotFoundError(f"no unit {name}")


def make_directories(service):
    for kind, parent in PARENTS.items():
        for name in service.get(kind, "").split():
            path = pathlib.Path(parent, name)
            path.mkdir(mode=0o755, exist_ok=True)
            if kind != "ConfigurationDirectory":
                path.chmod(int(service.get(kind + "Mode", "0755"), 8))
                shutil.chown(path, service["User"], service["Group"])


@contextlib.contextmanager
def started(name):
    """The service runs, and has said so, while the block does; it ends well with it."""
    service = settings(unit_file(name))
    if service["Type"] != "notify":
        raise ValueError(f"{name} does not say when it is ready")
    make_directories(service)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
        notifications.bind("\0tlspolicyd-notifications")
        notifications.settimeout(PATIENCE)
        process = subprocess.Popen(
            service["ExecStart"].split(), user=service["User"], group=service["Group"], extra_groups=[],
            umask=int(service.get("UMask", "0022"), 8),
            env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": "@tlspolicyd-notifications"})
        try:
            while b"READY=1" not in notifications.recv(4096).split(b"\n"):
                pass
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(PATIENCE)
    if status != 0:
        raise RuntimeError(f"{name} ended with status {status}")
