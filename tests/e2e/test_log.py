"""Where the log goes, in what form, and what it never holds."""

import json
import os
import pathlib
import signal
import socket
import threading

from lab import case, daemon, isolation, programs, web

KNOWN = [f"known{number}.example" for number in range(10)]
SECRET = "sesame-and-lilies"
JOURNAL = "/run/systemd/journal/socket"


class Listener:
    """A datagram socket at a place that programs know: /dev/log, or that of the journal."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.datagrams = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.path.chmod(0o666)
        threading.Thread(target=self._hear, daemon=True).start()

    def find(self, words):
        return next((datagram for datagram in self.datagrams if words in datagram), None)

    def stop(self):
        self._socket.close()
        self.path.unlink()

    def _hear(self):
        while True:
            try:
                self.datagrams.append(self._socket.recv(65536).decode())
            except OSError:
                return


def entry(datagram):
    """The fields of a journal entry (without binary ones, which ours are not)."""
    return dict(line.split("=", 1) for line in datagram.splitlines() if "=" in line)


class LogTest(case.LabTest):
    @classmethod
    def furnish(cls):
        isolation.hide_system_sockets()
        for domain in KNOWN:
            cls.lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"))
        cls.lab.publish()

    def listen(self, path):
        listener = Listener(path)
        self.addCleanup(listener.stop)
        return listener

    def heard(self, listener, words):
        return self.eventually(lambda: listener.find(words), 20, lambda: f"no {words!r} in {listener.datagrams}")

    def test_in_the_journal_each_field_stands_by_itself(self):
        journal = self.listen(JOURNAL)
        running = self.start(log={"target": "journal"})
        running.ask(KNOWN[0])
        fields = entry(self.heard(journal, "TLSPOLICYD_EVENT=policy-learned"))
        self.assertEqual("6", fields["PRIORITY"])
        self.assertEqual("tlspolicyd", fields["SYSLOG_IDENTIFIER"])
        self.assertEqual((KNOWN[0], "enforce", "86400"), tuple(
            fields[f"TLSPOLICYD_{name}"] for name in ("DOMAIN", "MODE", "MAX_AGE")))
        self.assertTrue(fields["MESSAGE"].startswith(f"policy-learned domain={KNOWN[0]} mode=enforce id=1 "))
        self.assertEqual("4", entry(self.heard(journal, "resolver-not-validating"))["PRIORITY"])
        self.assertEqual("", running.log.text())
        self.assertEqual(0, running.stop())

    def stderr_as_stream(self, name, matches):
        """An environment as systemd makes it: the log file of `name` is the stream that the journal reads, or not."""
        path = self.lab.work / f"{name}.log"
        path.touch()
        status = path.stat()
        return {**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino if matches else 1}"}

    def test_what_is_wrong_at_the_start_has_its_priority_in_the_journal_and_none_elsewhere(self):
        for matches, error, warning in ((True, "<3>", "<4>"), (False, "", "")):
            with self.subTest(matches=matches):
                name = f"refused-{matches}"
                refused = daemon.Daemon(self.lab.work, self.settings(answer_deadline="soon", answer_deadlin="1s"), name,
                                        env=self.stderr_as_stream(name, matches))
                self.addCleanup(refused.program.kill)
                self.assertEqual(1, refused.process.wait(20))
                self.assertRegex(refused.log.text(), rf"(?m)^{error}{refused.config}:\d+: error: answer_deadline")
                self.assertRegex(refused.log.text(), rf"(?m)^{warning}{refused.config}:\d+: warning: ")

    def test_the_standard_error_is_the_journal_only_where_the_journal_reads_it(self):
        journal = self.listen(JOURNAL)
        for matches in (True, False):
            with self.subTest(matches=matches):
                del journal.datagrams[:]
                name = f"stream-{matches}"
                running = daemon.Daemon(self.lab.work, self.settings(), name,
                                        env=self.stderr_as_stream(name, matches))
                self.addCleanup(running.program.kill)
                running.wait_until_ready()
                if matches:
                    self.heard(journal, "TLSPOLICYD_EVENT=started")
                else:
                    running.log.wait_for("^20.* info: started ")
                    self.assertEqual([], journal.datagrams)
                self.assertEqual(0, running.stop())

    def test_without_a_journal_lines_go_to_the_standard_error(self):
        running = self.start(log={"target": "journal"})
        running.log.wait_for("info: started ")
        self.assertEqual(0, running.stop())

    def test_syslog_gets_facility_severity_and_text(self):
        syslog = self.listen("/dev/log")
        running = self.start(log={"target": "syslog:mail"})
        line = self.heard(syslog, "started version=")
        self.assertRegex(line, r"^<22>.* tlspolicyd\[\d+\]: info: started version=")  # mail is 2: 2 * 8 + 6
        self.assertRegex(self.heard(syslog, "resolver-not-validating"), r"^<20>")
        self.assertEqual(0, running.stop())

    def test_json_is_an_object_a_line_with_a_member_for_each_field(self):
        running = self.start(log={"format": "json", "level": "debug", "target": "stderr"})
        running.ask(KNOWN[1])
        running.log.wait_for("policy-learned")
        self.assertEqual(0, running.stop())
        lines = [json.loads(line) for line in running.log.text().splitlines()]
        learned = next(line for line in lines if line["event"] == "policy-learned")
        self.assertEqual(("info", KNOWN[1], "enforce"), (learned["level"], learned["domain"], learned["mode"]))
        self.assertRegex(learned["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$")
        self.assertEqual("stopped", lines[-1]["event"])

    def test_sighup_changes_level_target_and_format(self):
        syslog = self.listen("/dev/log")
        running = self.start(log={"level": "info", "target": "stderr"})
        running.ask(KNOWN[2])
        self.assertNotIn("debug:", running.log.text())
        for log, where in (({"level": "debug", "target": "stderr", "format": "json"}, running.log.search),
                           ({"level": "debug", "target": "syslog:local3"}, syslog.find)):
            running.write_config(daemon.to_yaml(self.settings(log=log)))
            running.signal(signal.SIGHUP)

            def told(where=where):
                running.ask(KNOWN[2])
                return where(f'"event":"answer","domain":"{KNOWN[2]}"' if "format" in log else "debug: answer ")
            self.eventually(told, 10, lambda: f"{running.log.tail()}\n{syslog.datagrams}")
        self.assertRegex(syslog.find("debug: answer "), r"^<159>")  # local3 is 19: 19 * 8 + 7
        self.assertEqual(0, running.stop())

    def test_no_password_reaches_the_log_whatever_is_wrong_with_its_url(self):
        for number, more in enumerate((
                {"cache": {"store": "none", "shared": f"redis://user:{SECRET}@127.0.0.1:1/0"}},
                {"cache": {"store": "none", "shared": f"redis://user:{SECRET}@redis.example:6379/0"}},
                {"fetch": {"proxy": f"http://user:{SECRET}@127.0.0.1:1"}},
                {"fetch": {"proxy": f"http://user:{SECRET}@proxy.example:3128"}})):
            with self.subTest(more=more):
                running = daemon.Daemon(self.lab.work, self.settings(**more), f"secret{number}").wait_until_ready()
                self.addCleanup(running.program.kill)
                running.ask(KNOWN[3])
                running.signal(signal.SIGHUP)
                running.log.wait_for("config-reloaded")
                running.log.wait_for("discovery-failed" if "fetch" in more else "shared-store-unusable")
                self.assertEqual(0, running.stop())
                self.assertNotIn(SECRET, running.log.text())
        for key, urls in (("fetch: {{proxy: {}}}", ("ftp://user:{}@p.example:1", "http://user:{}@p.example",
                                                    "http://user:{}%zz@p.example:1", "http://{}", "{}")),
                          ("cache: {{shared: {}}}", ("http://user:{}@r.example", "redis://user:{}@:0", "unix:{}",
                                                     "redis://user:{}@r.example/x", "rediss://user:{}@r/", "{}"))):
            for url in urls:
                with self.subTest(url=url):
                    path = self.lab.work / "secret.yaml"
                    path.write_text(key.format(json.dumps(url.format(SECRET))) + "\n")
                    status, said = daemon.check_config(path)
                    self.assertNotIn(SECRET, said)
                    self.assertEqual(1, status, said)


if __name__ == "__main__":
    isolation.main()
