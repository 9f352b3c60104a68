"""Runs a test file in network, mount and process namespaces of its own.

Inside, ports 25, 53 and 443 are free whatever the machine runs, /etc is a private copy, and when the test
ends, however it ends, the kernel takes every program of the lab with it.
"""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from lab import programs

WORK = "TLSPOLICY_E2E_WORK"
ADDRESSES_V6 = ["2001:db8::25", "2001:db8::80"]


def work():
    """The directory of this run: memory, seen by this namespace only."""
    return pathlib.Path(os.environ[WORK])


def main(complaints=()):
    """What a test file calls at its end. `complaints`: why it cannot run, beyond what all need."""
    if WORK not in os.environ:
        sys.exit(enter(complaints))
    furnish()
    unittest.main(module="__main__", verbosity=2)


def enter(complaints):
    complaints = [*programs.missing(), *complaints]
    if os.geteuid() != 0:
        complaints.append("the end-to-end tests need root: namespaces and ports below 1024")
    daemon = os.environ.get("TLSPOLICYD", "")
    if not os.access(daemon, os.X_OK):
        complaints.append(f"TLSPOLICYD must name the built tlspolicyd; it is {daemon!r}")
    if complaints:
        print("\n".join(complaints), file=sys.stderr)
        return 1
    directory = tempfile.mkdtemp(prefix="tlspolicy-e2e-")
    os.chmod(directory, 0o755)
    try:
        return subprocess.call(
            [programs.find("unshare"), "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             sys.executable, *sys.argv],
            env={**os.environ, WORK: directory}, preexec_fn=die_with_parent)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def die_with_parent():
    """Not even SIGKILL, as ctest sends it after a time-out, leaves a lab behind."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def furnish():
    """Addresses on the loopback interface, a file system in memory, and an /etc that may be changed."""
    disable = pathlib.Path("/proc/sys/net/ipv6/conf/all/disable_ipv6")  # a container may have it set
    if disable.exists() and disable.read_text().strip() != "0":
        disable.write_text("0\n")
    programs.run("ip", "link", "set", "lo", "up")
    programs.run("ip", "addr", "add", "192.0.2.1/24", "dev", "lo")  # on lo the whole network is local
    for address in ADDRESSES_V6:
        programs.run("ip", "-6", "addr", "add", f"{address}/128", "dev", "lo", "nodad")
    programs.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", work())
    programs.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/var/lib")  # the default store is there
    programs.run("cp", "-a", "/etc", work() / "etc")
    programs.run("mount", "--bind", work() / "etc", "/etc")
    replace_file("/etc/resolv.conf", "nameserver 127.0.0.1\noptions edns0 trust-ad\n")
    replace_file("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")


def hide_system_sockets():
    """Instead of the machine's /run and /dev, empty ones (with the few devices that programs need)."""
    programs.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run")
    devices = work() / "dev"
    devices.mkdir()
    for name in ("null", "zero", "full", "random", "urandom"):
        (devices / name).touch()
        programs.run("mount", "--bind", f"/dev/{name}", devices / name)
    programs.run("mount", "--rbind", devices, "/dev")


def replace_file(path, text):
    """Atomically, as editors and network managers do."""
    fresh = pathlib.Path(f"{path}.new")
    fresh.write_text(text)
    os.chmod(fresh, 0o644)
    os.replace(fresh, path)
