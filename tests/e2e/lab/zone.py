"""The authoritative DNS: one nsd that serves the root, and in it every name of the lab."""

import itertools
import os
import socket

from lab import programs

ADDRESS = "192.0.2.53"

CONFIG = """\
server:
  ip-address: {address}
  username: ""
  database: ""
  zonesdir: "{dir}"
  xfrdir: "{dir}"
  xfrdfile: "{dir}/xfrd.state"
  zonelistfile: "{dir}/zone.list"
  pidfile: "{dir}/nsd.pid"
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: yes
  control-interface: "{dir}/control"
zone:
  name: "."
  zonefile: "{dir}/root.zone"
"""


class Zone:
    """Names and their records, `records["mx.example"] = ["A 192.0.2.25"]`; `publish` makes them visible."""

    def __init__(self, work, resolver_address="127.0.0.1"):
        self.directory = work / "nsd"
        self.directory.mkdir()
        self.resolver_address = resolver_address
        self.records = {}
        self.serial = 0
        self._write()
        config = self.directory / "nsd.conf"
        config.write_text(CONFIG.format(address=ADDRESS, dir=self.directory))
        self.config = config
        self.program = programs.Program("nsd", ["nsd", "-d", "-c", config], work)
        self.program.wait_until(lambda: self._served(ADDRESS))

    def publish(self):
        """Rewrites the zone, reloads nsd and waits until the resolver gives the new answers."""
        self._write()
        programs.run("nsd-control", "-c", self.config, "reload")
        programs.eventually(lambda: self._served(self.resolver_address), 10,
                            lambda: f"the resolver does not see the new zone:\n{self.program.log.tail()}")

    def stop(self):
        self.program.stop()

    def _write(self):
        self.serial += 1
        lines = [
            "$ORIGIN .", "$TTL 1",
            f". SOA ns.lab. hostmaster.lab. {self.serial} 3600 600 86400 1", ". NS ns.lab.", f"ns.lab. A {ADDRESS}",
            f"serial.lab. TXT \"serial={self.serial}.\"",
        ]
        lines += [f"{name}. {record}" for name, records in self.records.items() for record in records]
        path = self.directory / "root.zone"
        path.write_text("\n".join(lines) + "\n")
        os.utime(path, (1e9 + self.serial, 1e9 + self.serial))  # nsd reads a zone again when its time changed

    def _served(self, server):
        return f"serial={self.serial}.".encode() in ask(server, "serial.lab", 16)


_ids = itertools.count(1)


def ask(server, name, kind, wait=0.5):
    """The octets of a DNS answer; none when none came in time."""
    number = (next(_ids) & 0xFFFF).to_bytes(2, "big")
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    query = number + b"\x01\x00\x00\x01\0\0\0\0\0\0" + question + kind.to_bytes(2, "big") + b"\0\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(wait)
        try:
            sock.connect((server, 53))
            sock.send(query)
            answer = sock.recv(4096)
        except OSError:
            return b""
    return answer if answer[:2] == number else b""
