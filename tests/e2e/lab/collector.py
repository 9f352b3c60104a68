"""A TLS-RPT collector: keeps the datagrams that Postfix sends by libtlsrpt, one for each TLS handshake."""

import json
import os
import socket
import threading

from lab import programs

TLSA = 1
STS = 2
NO_POLICY = 9
SUCCESS = 0
FAILURE = 1
HOST_MISMATCH = 202
EXPIRED = 204
VALIDATION_FAILURE = 205


class Collector:
    """Listens at `path`, which a program of any user may write to."""

    def __init__(self, path):
        self.reports = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        os.chmod(path, 0o666)
        threading.Thread(target=self._receive, daemon=True).start()

    def of(self, domain):
        """What was reported of a domain, in the order of its coming."""
        return [report for report in self.reports if report["d"] == domain]

    def wait_for(self, domain, within=10):
        """The policy of the first report of a domain, which has no other."""
        report = programs.eventually(lambda: self.of(domain), within, f"no datagram for {domain}")[0]
        assert report.get("dpv", "1") == "1" and len(report["policies"]) == 1, report  # Debian 13 sends no dpv
        return report["policies"][0]

    def stop(self):
        self._socket.close()

    def _receive(self):
        while True:
            try:
                self.reports.append(json.loads(self._socket.recv(1 << 18)))
            except OSError:
                return
