"""tlspolicyd, the program under test."""

import json
import os
import resource
import subprocess

from lab import programs, socketmap

TCP = ("127.0.0.1", 8461)
TCP_V6 = ("::1", 8461)

# The limit of open files, soft and hard: it must raise the soft one by itself.
FILES = (1024, 20_000)


def binary():
    return os.environ["TLSPOLICYD"]


def settings(ca_file, **changes):
    """The configuration that most tests use; `changes` replace whole top-level keys, None leaves one out."""
    values = {
        "listen": [{"socketmap": "127.0.0.1:8461"}],
        "http": "off",
        "dns": {"servers": ["127.0.0.1"]},
        "fetch": {"ca_file": str(ca_file), "allow_addresses": ["192.0.2.0/24", "2001:db8::/32"]},
        "cache": {"recheck": {"min": "1s", "max": "2s"}, "negative": {"min": "1s", "max": "2s"},
                  "dane": {"min": "1s", "max": "2s"}, "dane_grace": "0s", "store": "none"},
        "maps": {"postfix": {}},
        "log": {"level": "debug"},
    }
    values.update(changes)
    return {key: value for key, value in values.items() if value is not None}


def to_yaml(values):
    """A line for each top-level key; JSON is YAML's flow style."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items())


class Daemon:
    def __init__(self, work, values, name="tlspolicyd", files=FILES, before=(), **options):
        """`before`: what stands before its command line; `options`: of the process."""
        self.config = work / f"{name}.yaml"
        self.write_config(to_yaml(values))
        self.program = programs.Program(
            name, [*before, binary(), "--config", self.config], work,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, files), **options)
        self.log = self.program.log
        self.process = self.program.process
        self.addresses = [address_of(listener["socketmap"]) for listener in values["listen"] if "socketmap" in listener]

    def write_config(self, text):
        self.config.write_text(text)

    def wait_until_ready(self):
        for address in self.addresses:
            self.program.wait_until(lambda address=address: accepts(address))
        return self

    def ask(self, key, map_name="postfix", address=None):
        with socketmap.Client(address or self.addresses[0]) as client:
            return client.ask(map_name, key)

    def wait_for_answer(self, key, accept, within=20, map_name="postfix"):
        """Asks until `accept(answer)` holds."""
        last = []

        def try_once():
            last[:] = [self.ask(key, map_name)]
            return last[0] if accept(last[0]) else None
        return programs.eventually(try_once, within,
                                   lambda: f"{key} is still answered {last}:\n{self.log.tail()}", every=0.05)

    def signal(self, number):
        self.program.signal(number)

    def stop(self, within=15):
        return self.program.stop(within)


def address_of(listener):
    if listener.startswith("unix:"):
        return listener.removeprefix("unix:")
    host, _, port = listener.rpartition(":")
    return (host.strip("[]"), int(port))


def accepts(address):
    try:
        with socketmap.Client(address):
            return True
    except OSError:
        return False


def check_config(path):
    """Exit status and everything said."""
    done = subprocess.run([binary(), "--check-config", "--config", path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
    return done.returncode, done.stdout
