"""The running daemon asked and steered by the command tlspolicy over its control socket."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess

from lab import case, daemon, isolation, redis, web

DOMAINS = ["kept.example", "changing.example", "broken.example", "late.example"]
FINE, WARNING, PROBLEM, UNKNOWN = range(4)


def answer_for(domain, host="mx"):
    return f"OK secure match={host}.{domain} servername=hostname"


class ControlTest(case.LabTest):
    @classmethod
    def furnish(cls):
        for domain in DOMAINS:
            cls.lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"))
        for name in ("broken.example", "late.example"):
            cls.lab.web.put(name, "no policy\n")
        cls.lab.publish()
        # Where every user can run it.
        cls.command = cls.lab.work / "tlspolicy"
        shutil.copy(pathlib.Path(daemon.binary()).with_name("tlspolicy"), cls.command)
        cls.command.chmod(0o755)

    def setUp(self):
        self.socket = self.lab.work / f"{self._testMethodName[5:40]}.control"

    def begin(self, **changes):
        # Rechecks and pauses that no test waits for: what happens, happens because it was asked for.
        self.running = self.start(**{
            "control": f"unix:{self.socket}",
            "cache": {"recheck": {"min": "1h", "max": "1h"}, "negative": {"min": "1h", "max": "1h"}, "store": "none"},
            **changes})
        self.running.log.wait_for("started version")  # the control socket is opened after the others
        return self.running

    def tlspolicy(self, *arguments, **options):
        """Exit status, what was printed and what was complained of."""
        done = subprocess.run([self.command, *arguments, "--socket", self.socket], check=False, text=True,
                              capture_output=True, timeout=60, **options)
        return done.returncode, done.stdout, done.stderr

    def told(self, *arguments, status=FINE):
        """The JSON object that a verb prints."""
        code, out, err = self.tlspolicy(*arguments, "--json")
        self.assertEqual(status, code, out + err)
        told = json.loads(out)
        self.assertEqual(1, told["schema"])
        return told

    def printed(self, *arguments, status=FINE):
        code, out, err = self.tlspolicy(*arguments)
        self.assertEqual(status, code, out + err)
        return out

    def test_status_tells_how_the_daemon_does(self):
        running = self.begin()
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))
        running.log.wait_for("resolver-")
        told = self.told("status")
        self.assertEqual("info", self.told("log-level", "info")["level"])
        self.assertEqual(1, told["threads"])
        self.assertEqual([{"protocol": "socketmap", "address": "127.0.0.1:8461"}], told["listeners"])
        self.assertEqual(1, told["entries"]["enforce"])
        self.assertIn(told["resolver"], ("validating", "not validating"))
        self.assertRegex(self.printed("status"), r"(?m)^Listens +socketmap 127\.0\.0\.1:8461$")

    def test_show_tells_all_of_a_domain_and_list_has_it(self):
        running = self.begin(overrides=[{"domain": "overridden.example", "answer": "may", "reason": "a test"}])
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))
        running.ask("broken.example")
        told = self.told("show", "kept.example")
        self.assertEqual(("enforce", "1", ["mx.kept.example"]),
                         tuple(told["sts"][key] for key in ("kind", "id", "mx")))
        self.assertIn("mode: enforce", told["sts"]["lines"])
        self.assertLess(0, told["sts"]["expires"]["in"])
        self.assertEqual([answer_for("kept.example")], [each["answer"] for each in told["answers"]
                                                        if each["map"] == "postfix"])
        broken = self.told("show", "broken.example", status=WARNING)
        self.assertEqual("invalid", broken["sts"]["failure"]["class"])
        self.assertIn("Override", self.printed("show", "overridden.example"))
        self.assertEqual("unknown", self.told("show", "stranger.example")["sts"]["kind"])
        self.assertIn("mx.kept.example", self.printed("show", "kept.example"))

        self.assertEqual({"kept.example", "broken.example"},
                         {entry["domain"] for entry in self.told("list")["entries"]})
        self.assertEqual(["broken.example"], [entry["domain"] for entry in
                                              self.told("list", "--kind", "failing")["entries"]])
        one = self.told("list", "--limit", "1")
        self.assertEqual((1, True), (len(one["entries"]), one["more"]))
        self.assertIn("kept.example", self.printed("list", "--match", "kept"))

    def test_refresh_finds_a_new_policy_before_its_time(self):
        running = self.begin()
        self.assertEqual(answer_for("changing.example"), running.ask("changing.example"))
        self.lab.web.put("changing.example", web.policy("enforce", "mx2.changing.example"))
        self.lab.set_identifier("changing.example", "2")
        self.lab.publish()
        self.assertEqual(answer_for("changing.example"), running.ask("changing.example"))

        def refreshed():
            return self.told("refresh", "changing.example")["after"]["id"] == "2"
        self.eventually(refreshed, 20, "the resolver does not forget the old record")
        self.assertEqual(answer_for("changing.example", "mx2"), running.ask("changing.example"))
        running.log.wait_for(r"control-command user=0 request=\"/refresh/changing.example\"")

    def test_forget_leaves_an_enforced_policy_without_force(self):
        running = self.begin()
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))
        fetches = self.lab.web.fetches("kept.example")
        code, _, err = self.tlspolicy("forget", "kept.example")
        self.assertEqual(PROBLEM, code)
        self.assertIn("--force", err)
        self.assertEqual("enforce", self.told("show", "kept.example")["sts"]["kind"])
        self.assertTrue(self.told("forget", "--force", "kept.example")["forgotten"])
        self.assertEqual("unknown", self.told("show", "kept.example")["sts"]["kind"])
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))
        self.assertEqual(fetches + 1, self.lab.web.fetches("kept.example"))
        self.assertFalse(self.told("forget", "stranger.example")["forgotten"])

    def test_forget_leaves_what_a_shared_store_may_hold_that_does_not_answer(self):
        server = redis.Redis(self.lab.work)
        self.addCleanup(server.stop)
        running = self.begin(cache={"store": "none", "shared": f"unix:{server.path}"})
        running.log.wait_for("shared-store-connected")
        server.stop()
        running.log.wait_for("shared-store-unusable")
        code, _, err = self.tlspolicy("forget", "kept.example")
        self.assertEqual(UNKNOWN, code, err)
        self.assertIn("the shared store is away: it may hold a policy that is enforced", err)
        code, out, err = self.tlspolicy("forget", "--force", "kept.example")
        self.assertEqual(WARNING, code, out + err)
        self.assertIn("may come back; do this again", err)
        server.start()
        self.eventually(lambda: self.tlspolicy("forget", "kept.example")[0] == FINE, 30, "the store stays away")

    def test_forget_failed_lets_a_repaired_domain_be_tried_at_once(self):
        running = self.begin()
        self.assertEqual("NOTFOUND ", running.ask("late.example"))
        self.lab.web.put("late.example", web.policy("enforce", "mx.late.example"))
        self.lab.web.reload()
        self.assertEqual("NOTFOUND ", running.ask("late.example"), "it pauses")
        self.assertEqual(1, self.told("forget", "--failed")["forgotten"])
        self.assertEqual(answer_for("late.example"), running.ask("late.example"))

    def test_reload_tells_what_is_wrong_and_log_level_lasts_until_it(self):
        running = self.begin(log={"level": "info"})
        good = running.config.read_text()
        self.assertEqual("debug", self.told("log-level", "debug")["level"])
        self.assertEqual("debug", self.told("status")["log_level"])
        running.write_config(good + "threads: many\n")
        told = self.told("reload", status=PROBLEM)
        self.assertFalse(told["used"])
        self.assertIn("many", "".join(told["findings"]))
        self.assertEqual("debug", self.told("status")["log_level"])
        running.write_config(good)
        self.assertEqual({"used": True, "findings": [], "schema": 1}, self.told("reload"))
        self.assertEqual("info", self.told("status")["log_level"])
        self.assertEqual(UNKNOWN, self.tlspolicy("log-level", "loud")[0])

    def as_nobody(self, *groups):
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": groups}

    def test_another_user_is_refused_and_a_member_of_the_group_is_not(self):
        running = self.begin()
        self.assertEqual(0o660, self.socket.stat().st_mode & 0o777)
        code, _, err = self.tlspolicy("status", **self.as_nobody())
        self.assertEqual(UNKNOWN, code)
        self.assertIn("permission denied", err)

        # The kernel lets in whoever holds the group, or finds the mode changed; the daemon asks who it is.
        self.socket.chmod(0o666)
        code, _, err = self.tlspolicy("status", **self.as_nobody())
        self.assertEqual(UNKNOWN, code)
        self.assertIn("only root", err)
        running.log.wait_for(rf"control-refused user={pwd.getpwnam('nobody').pw_uid} request=\"GET /status\"")

        self.socket.chmod(0o660)
        code, out, err = self.tlspolicy("status", **self.as_nobody(os.stat(self.socket).st_gid))
        self.assertEqual(FINE, code, out + err)

    def test_without_a_daemon_the_command_says_what_is_missing(self):
        code, _, err = self.tlspolicy("status")
        self.assertEqual(UNKNOWN, code)
        self.assertIn("tlspolicyd does not run", err)
        code, out, _ = self.tlspolicy("status", "--json")
        self.assertIn("does not run", json.loads(out)["error"])
        self.begin().signal(signal.SIGKILL)
        self.running.process.wait(10)
        code, _, err = self.tlspolicy("status")
        self.assertEqual(UNKNOWN, code)
        self.assertIn("nobody listens", err)
        for arguments in (["nonsense"], ["show"], ["forget"], ["list", "--limit", "0"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run([self.command, *arguments], check=False, capture_output=True, timeout=20)
                self.assertEqual(UNKNOWN, done.returncode)
                if arguments == ["nonsense"]:
                    self.assertIn(b'there is no verb "nonsense"', done.stderr)

    def test_the_configuration_tells_where_the_socket_is(self):
        running = self.begin()
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))

        def run(*arguments, file=running.config, **options):
            done = subprocess.run([self.command, *arguments, "--config", file], check=False, text=True,
                                  capture_output=True, timeout=60, **options)
            return done.returncode, done.stdout + done.stderr
        for arguments in (["status"], ["show", "kept.example"], ["list"], ["refresh", "kept.example"],
                          ["forget", "stranger.example"], ["reload"], ["log-level", "info"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(FINE, run(*arguments)[0], run(*arguments))
        # What says nothing, or cannot be read, leaves the usual place; --socket goes before all.
        for text in ("", "threads: [", None):
            file = self.lab.work / "other.yaml"
            file.unlink(missing_ok=True)
            if text is not None:
                file.write_text(text)
            with self.subTest(text=text):
                status, words = run("status", file=file)
                self.assertEqual(UNKNOWN, status)
                self.assertIn("/run/tlspolicyd/control: there is no such socket", words)
                self.assertEqual(FINE, run("status", "--socket", self.socket, file=file)[0])
        file.write_text("control: off\n")
        self.assertIn('"control" of the configuration is off', run("status", file=file)[1])

    def test_a_missing_directory_keeps_the_socket_away_and_nothing_else(self):
        running = self.begin(control="unix:/nonexistent/control")
        running.log.wait_for("control-unavailable .*/nonexistent/control")
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))
        self.assertEqual(0, running.stop())

    def test_off_means_no_socket(self):
        running = self.begin(control="off")
        self.assertEqual(answer_for("kept.example"), running.ask("kept.example"))
        self.assertNotIn("control", running.log.text())
        self.assertEqual(0, running.stop())

    def test_a_daemon_that_stops_takes_its_socket_along(self):
        running = self.begin()
        self.assertTrue(self.socket.exists())
        self.assertEqual(0, running.stop())
        self.eventually(lambda: not self.socket.exists(), 5, "the socket is still there")


if __name__ == "__main__":
    isolation.main()
