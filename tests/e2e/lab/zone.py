"""The authoritative DNS: one nsd that serves the root, and in it every name of the lab."""

import itertools
import os
import socket

from lab import programs, signed

ADDRESS = "192.0.2.53"

NSD_OFFSPRING = 2  # of the process that takes the commands: one for the zones, and its one server

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
  zonefile: "{dir}/{root}"
zone:
  name: "{insecure}."
  zonefile: "{dir}/insecure.zone"
"""


class Zone:
    """Names and their records, `records["mx.example"] = ["A 192.0.2.25"]`; `publish` makes them visible.

    `is_signed`: the root has signatures, made by `signer`; names below `insecure` have none in any case.
    """

    def __init__(self, work, resolver_address="127.0.0.1", is_signed=False):
        self.directory = work / "nsd"
        self.directory.mkdir()
        self.resolver_address = resolver_address
        self.records = {}
        self.serial = 0
        self.signer = signed.Signer(self.directory) if is_signed else None
        self._write()
        config = self.directory / "nsd.conf"
        config.write_text(CONFIG.format(
            address=ADDRESS, dir=self.directory, root="root.zone" + (".signed" if is_signed else ""),
            insecure=signed.INSECURE))
        self.config = config
        self.program = programs.Program("nsd", ["nsd", "-d", "-c", config], work)
        self.program.wait_until(lambda: self._served(ADDRESS))

    def publish(self):
        """Rewrites the zone, reloads nsd and waits until the resolver gives the new answers."""
        self._write()
        programs.run("nsd-control", "-c", self.config, "reload")
        self.program.wait_until(lambda: self._served(ADDRESS))
        # The server of before may answer a little longer. That it lasts is no failure: nsd has its own reasons.
        programs.before(2, lambda: self.program.offspring() == NSD_OFFSPRING)
        programs.eventually(lambda: self._served(self.resolver_address), 10,
                            lambda: f"the resolver does not see the new zone:\n{self.program.log.tail()}")

    def stop(self):
        self.program.stop()

    def _write(self):
        self.serial += 1
        below = f".{signed.INSECURE}"
        records = [(name, record) for name, all_of_it in self.records.items() for record in all_of_it]
        fixed = [f"ns.lab. A {ADDRESS}", f"serial.lab. TXT \"serial={self.serial}.\"", f"{signed.INSECURE}. NS ns.lab."]
        path = self._write_zone("root.zone", ".", fixed + [f"{name}. {record}" for name, record in records
                                                           if not name.endswith(below)])
        self._write_zone("insecure.zone", f"{signed.INSECURE}.", [f"{name}. {record}" for name, record in records
                                                                  if name.endswith(below)])
        if self.signer:
            self._date(self.signer.sign(path))

    def _write_zone(self, file, origin, lines):
        head = ["$TTL 1", f"{origin} SOA ns.lab. hostmaster.lab. {self.serial} 3600 600 86400 1", f"{origin} NS ns.lab."]
        path = self.directory / file
        path.write_text("\n".join(head + lines) + "\n")
        self._date(path)
        return path

    def _date(self, path):
        os.utime(path, (1e9 + self.serial, 1e9 + self.serial))  # nsd reads a zone again when its time changed

    def _served(self, server):
        return f"serial={self.serial}.".encode() in ask(server, "serial.lab", 16)


_ids = itertools.count(1)


def ask(server, name, kind, wait=0.5):
    """The octets of a DNS answer; none when none came in time."""
    number = (next(_ids) & 0xFFFF).to_bytes(2, "big")
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    query = number + b"\x01\x20\x00\x01\0\0\0\0\0\0" + question + kind.to_bytes(2, "big") + b"\0\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(wait)
        try:
            sock.connect((server, 53))
            sock.send(query)
            answer = sock.recv(4096)
        except OSError:
            return b""
    return answer if answer[:2] == number else b""
