"""What the test files have in common: a lab each, daemons for a test, and the logs after a failure."""

import sys
import unittest

from lab import daemon, isolation, laboratory, programs, socketmap


class LabTest(unittest.TestCase):
    """A test file's class: the lab in `self.lab`, and after a failure the ends of the logs."""

    lab = None
    signed = False  # a lab with DNSSEC

    @classmethod
    def setUpClass(cls):
        cls.lab = laboratory.Laboratory(cls.signed)
        cls.addClassCleanup(cls.lab.stop)
        try:
            cls.furnish()
        except Exception:
            show_logs()
            raise

    @classmethod
    def furnish(cls):
        """Domains, daemon and whatever else the file's tests share."""

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"--- after {self._testMethodName}", file=sys.stderr)
            show_logs()
        return result

    # For tests that have a daemon of their own.

    def settings(self, **changes):
        return daemon.settings(self.lab.authority.certificate, **changes)

    def launch(self, **changes):
        """A daemon of this test alone, perhaps not ready yet."""
        started = daemon.Daemon(self.lab.work, self.settings(**changes), self._testMethodName[5:60])
        self.addCleanup(started.program.kill)
        return started

    def start(self, **changes):
        return self.launch(**changes).wait_until_ready()

    def client(self, address=daemon.TCP, timeout=25):
        client = socketmap.Client(address, timeout)
        self.addCleanup(client.close)
        return client

    def eventually(self, condition, within, what):
        return programs.eventually(condition, within, what)


def show_logs():
    for path in sorted([*isolation.work().glob("*.log"), *isolation.work().glob("postfix/*.log")]):
        print(f"--- the end of {path.name}\n{programs.Log(path).tail(30)}", file=sys.stderr)
