"""Finds the programs of the lab, starts them, keeps their logs, and stops them."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

# The Debian package that brings each program.
PACKAGES = {
    "ip": "iproute2",
    "mount": "mount",
    "ldns-keygen": "ldnsutils",
    "ldns-signzone": "ldnsutils",
    "nginx": "nginx",
    "nsd": "nsd",
    "nsd-control": "nsd",
    "openssl": "openssl",
    "postfix": "postfix",
    "postconf": "postfix",
    "postmap": "postfix",
    "postqueue": "postfix",
    "redis-server": "redis-server",
    "setpriv": "util-linux",
    "systemd-sysusers": "systemd",
    "systemd-tmpfiles": "systemd",
    "unbound": "unbound",
    "unshare": "util-linux",
}


def find(program):
    """The full path; daemons live in sbin, which is not in everyone's PATH."""
    search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    return shutil.which(program, path=search)


def missing():
    """One sentence for every program that is not installed."""
    return [
        f"{program} is not installed: apt-get install {package}"
        for program, package in sorted(PACKAGES.items())
        if find(program) is None
    ]


def run(*command, **options):
    """Runs a program to its end; a failure shows what it said."""
    done = subprocess.run(
        [find(command[0]) or command[0], *map(str, command[1:])],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def before(limit, condition, every=0.02):
    """Polls until `condition()` is true, but no longer than `limit` seconds; its last value."""
    end = time.monotonic() + limit
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(every)
    return value


def eventually(condition, within, what, every=0.02):
    """The value of `condition()` as soon as it is true; an AssertionError with `what` after `within` seconds."""
    value = before(within, condition, every)
    if not value:
        raise AssertionError(f"not within {within} s: {what() if callable(what) else what}")
    return value


class Log:
    """A log file that grows while it is read."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def text(self, start=0):
        try:
            with open(self.path, "rb") as file:
                file.seek(start)
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def size(self):
        """Where the next line will begin: give it to `text` or `wait_for` to see only what comes after."""
        return self.path.stat().st_size if self.path.exists() else 0

    def search(self, pattern, start=0):
        return re.search(pattern, self.text(start), re.MULTILINE)

    def wait_for(self, pattern, within=20, start=0):
        return eventually(lambda: self.search(pattern, start), within,
                          lambda: f"no line like {pattern!r} in {self.path.name}:\n{self.tail()}")

    def tail(self, lines=40):
        return "\n".join(self.text().splitlines()[-lines:])


class Program:
    """A program in the foreground, its standard output and error in `log`."""

    def __init__(self, name, command, work, **options):
        self.name = name
        self.log = Log(work / f"{name}.log")
        with open(self.log.path, "ab") as out:
            self.process = subprocess.Popen(
                [find(command[0]) or command[0], *map(str, command[1:])],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **options)

    def wait_until(self, ready, within=60):
        """Waits for `ready()`; a program that ends before it is a failure that shows its log."""
        def check():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.log.tail()}")
            return ready()
        return eventually(check, within, lambda: f"{self.name} is not ready:\n{self.log.tail()}")

    def offspring(self):
        """How many processes descend from it: after a reload, those of the old configuration may answer for a while."""
        def below(pid):
            try:
                children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            except OSError:  # it has just ended
                return 0
            return sum(1 + below(child) for child in children)
        return below(self.process.pid)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()  # does nothing to one that has ended
        self.process.wait()

    def stop(self, within=10):
        """Ends the program with SIGTERM and returns its exit status; SIGKILL after `within` seconds."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {within} s of SIGTERM:\n{self.log.tail()}") from None
