"""The recursive resolver: unbound, which finds the root of the DNS at the lab's nsd."""

import re

from lab import programs, zone

CONFIG = """\
server:
  interface: {address}
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "{dir}"
  pidfile: "{dir}/unbound.pid"
  use-syslog: no
  logfile: ""
  log-queries: yes
  do-daemonize: no
  module-config: "{modules}"
  ede: yes
  do-not-query-localhost: no
  num-threads: 1
  cache-max-ttl: 0            # a change of the zone is seen at once
  cache-max-negative-ttl: 0
  outgoing-range: 512
  num-queries-per-thread: 2048
{extra}
remote-control:
  control-enable: no
"""
STUB = """\
stub-zone:
  name: "."
  stub-addr: {address}
  stub-prime: no
"""


class Resolver:
    """`local_data`: answers of its own instead of the lab's zone. `trust_anchor`: a file; it validates then."""

    def __init__(self, work, address="127.0.0.1", local_data=None, trust_anchor=None):
        directory = work / f"unbound-{address}"
        directory.mkdir()
        if local_data is None:
            extra = STUB.format(address=zone.ADDRESS)
        else:
            data = [*local_data, 'ready.lab. TXT "ready"']
            extra = "\n".join(['  local-zone: "." static', *(f"  local-data: '{record}'" for record in data)])
        config = directory / "unbound.conf"
        if trust_anchor is not None:
            extra = f'  trust-anchor-file: "{trust_anchor}"\n' + extra
        modules = "iterator" if trust_anchor is None else "validator iterator"
        config.write_text(CONFIG.format(address=address, dir=directory, extra=extra, modules=modules))
        self.log = None
        self.program = programs.Program(f"unbound-{address}", ["unbound", "-d", "-c", config], work)
        self.log = self.program.log
        self.program.wait_until(lambda: zone.ask(address, "ready.lab", 16))

    def queries(self, name, kind="TXT"):
        """How often it has been asked for these records since it began."""
        return len(re.findall(rf"info: \S+ {re.escape(name)}\. {kind} IN", self.log.text()))

    def stop(self):
        self.program.stop()
