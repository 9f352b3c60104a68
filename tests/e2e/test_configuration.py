"""The configuration as the operator writes it, and the resolver and addresses that it leads to."""

import os
import pathlib
import signal
import subprocess

from lab import case, daemon, isolation, programs, resolver, web

KNOWN = [f"known{number}.example" for number in range(10)]
ADDRESS = ("127.0.0.1", 8461)


def answer_for(domain):
    return f"OK secure match=mx.{domain} servername=hostname"


class ConfigurationTest(case.LabTest):
    @classmethod
    def furnish(cls):
        for domain in KNOWN:
            cls.lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"))
        cls.lab.publish()

    def check(self, text):
        path = self.lab.work / "checked.yaml"
        path.write_text(text)
        status, output = daemon.check_config(path)
        return status, output, str(path)

    def test_check_config_accepts_a_good_file_and_starts_nothing(self):
        status, output, _ = self.check(daemon.to_yaml(self.settings()))
        self.assertEqual(0, status, output)
        self.assertFalse(daemon.accepts(ADDRESS))

    def test_check_config_names_file_line_and_value_of_what_is_wrong(self):
        for text, line, value in (
                ("threads: 1\nanswer_deadline: soon\n", 2, "soon"),
                ("threads: many\n", 1, "many"),
                ("listen:\n  - socketmap: 127.0.0.1:8461\n  - socketmap: nowhere:99999\n", 3, "nowhere:99999"),
                ("listen:\n  - socketmap: unix:/run/x\n    mode: \"0999\"\n", 3, "0999"),
                ("log:\n  level: loud\n", 2, "loud"),
                ("cache:\n  recheck:\n    min: 5m\n    max: -1s\n", 4, "-1s"),
                ("maps:\n  postfix: { tlsrpt: perhaps }\n", 2, "perhaps"),
                ("dns: { servers: [ 192.0.2.300 ] }\n", 1, "192.0.2.300"),
                ("threads: 1\nfetch:\n  ca_file: /nonexistent/typo.pem\n", 3, "/nonexistent/typo.pem"),
                ("fetch: { ca_file: /etc/hosts }\n", 1, "/etc/hosts"),
                ("listen:\n  - socketmap: unix:/run/x\n    owner: nosuchuser\n", 3, "nosuchuser"),
                ("listen:\n  - socketmap: unix:/run/x\n    group: nosuchgroup\n", 3, "nosuchgroup")):
            with self.subTest(text=text):
                status, output, path = self.check(text)
                self.assertEqual(1, status, output)
                self.assertIn(f"{path}:{line}", output)
                self.assertIn(value, output)

    def test_check_config_finds_every_error_at_once(self):
        status, output, path = self.check("threads: many\nanswer_deadline: soon\nlog: { level: loud }\n")
        self.assertEqual(1, status)
        for line in (1, 2, 3):
            self.assertIn(f"{path}:{line}", output)

    def test_check_config_refuses_what_is_not_yaml_and_what_is_not_there(self):
        status, output, path = self.check("threads: 1\nlisten: [\n")
        self.assertEqual(1, status, output)
        self.assertIn(path, output)
        status, output = daemon.check_config("/nonexistent/tlspolicyd.yaml")
        self.assertEqual(1, status)
        self.assertIn("/nonexistent/tlspolicyd.yaml", output)

    def test_an_unknown_key_is_a_warning_with_its_line_and_the_nearest_key(self):
        status, output, path = self.check("threads: 1\nanswer_deadlin: 5s\n")
        self.assertEqual(0, status, output)
        self.assertIn(f"{path}:2", output)
        self.assertIn("answer_deadline", output)

    def test_a_bad_configuration_stops_the_start_with_file_line_and_value(self):
        for changes, value in (
                ({"answer_deadline": "soon"}, "soon"),
                ({"fetch": {"ca_file": "/nonexistent/typo.pem"}}, "/nonexistent/typo.pem"),
                ({"listen": [{"socketmap": "unix:/run/x", "owner": "nosuchuser"}]}, "nosuchuser"),
                ({"listen": [{"socketmap": "unix:/run/x", "group": "nosuchgroup"}]}, "nosuchgroup")):
            with self.subTest(value=value):
                refused = self.launch(**changes)
                self.assertNotIn(refused.process.wait(20), (0, None))
                self.assertRegex(refused.log.text(), rf"{refused.config}:\d+: error: .*{value}.*; allowed: ")

    def test_a_reload_of_what_the_machine_has_not_changes_nothing(self):
        running = self.start()
        running.write_config(daemon.to_yaml(self.settings(maps={"other": {}}, fetch={"ca_file": "/nonexistent/typo.pem"})))
        running.signal(signal.SIGHUP)
        running.log.wait_for(rf"config-rejected .*{running.config}:\d+: error: .*; allowed: ")
        self.assertEqual("NOTFOUND ", running.ask("localhost"))
        self.assertEqual("PERM unknown map other", running.ask("localhost", "other"))
        self.assertEqual(0, running.stop())

    def test_without_a_configuration_file_the_defaults_serve(self):
        self.assertFalse(os.path.exists("/etc/tlspolicyd/tlspolicyd.yaml"))
        program = programs.Program("defaults", [daemon.binary()], self.lab.work)
        self.addCleanup(program.kill)
        program.wait_until(lambda: daemon.accepts(ADDRESS))
        # The lab's policy hosts have addresses that the defaults do not connect to, and no trusted certificate.
        self.assertEqual("NOTFOUND ", self.client().ask("postfix", KNOWN[0]))
        self.assertEqual(0, program.stop())

    def test_version_and_help_are_told(self):
        for option, expected in (("--version", r"\d+\.\d+\.\d+"), ("--help", "--check-config")):
            done = subprocess.run([daemon.binary(), option], stdout=subprocess.PIPE, text=True, timeout=10, check=True)
            self.assertRegex(done.stdout, expected)

    def test_a_command_line_that_makes_no_sense_ends_with_status_1(self):
        for arguments in (["--nonsense"], ["--config"], ["stray"], ["--check-config=perhaps"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run([daemon.binary(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      text=True, timeout=10, check=False)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertNotEqual("", done.stderr)

    # The network

    # proves STS-27
    def test_special_purpose_addresses_are_not_connected_to_unless_allowed(self):
        fetches = self.lab.web.fetches(KNOWN[5])
        running = self.start(fetch={"ca_file": str(self.lab.authority.certificate)})
        self.assertEqual("NOTFOUND ", running.ask(KNOWN[5]))
        self.assertEqual(fetches, self.lab.web.fetches(KNOWN[5]))
        running.log.wait_for(rf"domain={KNOWN[5]} .*192\.0\.2\.80")
        self.assertEqual(0, running.stop())

    # proves STS-21
    def test_a_policy_host_whose_authority_is_not_trusted_has_no_policy(self):
        running = self.start(fetch={"allow_addresses": ["192.0.2.0/24"]})
        self.assertEqual("NOTFOUND ", running.ask(KNOWN[6]))
        running.log.wait_for(KNOWN[6])
        self.assertEqual(0, running.stop())

    def other_resolver(self, address, domain):
        """Knows one domain only, which the lab's zone does not."""
        self.lab.web.put(domain, web.policy("enforce", f"mx.{domain}"))
        self.lab.web.reload()
        other = resolver.Resolver(self.lab.work, address, [
            f'_mta-sts.{domain}. 1 TXT "v=STSv1; id=1;"', f"mta-sts.{domain}. 1 A {web.ADDRESS}"])
        self.lab.add(other)
        return other

    def test_resolv_conf_is_followed_when_it_is_replaced(self):
        self.addCleanup(isolation.replace_file, "/etc/resolv.conf", "nameserver 127.0.0.1\n")
        for address, domain in (("127.0.0.2", "second.example"), ("127.0.0.3", "third.example"),
                                ("127.0.0.4", "fourth.example")):
            self.other_resolver(address, domain)
        running = self.start(dns={"timeout": "2s"})
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
        self.assertEqual("NOTFOUND ", running.ask("second.example"))

        isolation.replace_file("/etc/resolv.conf", "nameserver 127.0.0.2\n")
        running.wait_for_answer("second.example", lambda answer: answer == answer_for("second.example"))

        pathlib.Path("/etc/resolv.conf").write_text("# in place\nnameserver 127.0.0.3\n")
        running.wait_for_answer("third.example", lambda answer: answer == answer_for("third.example"))

        pathlib.Path("/etc/other-resolv.conf").write_text("nameserver 127.0.0.4\n")
        os.symlink("other-resolv.conf", "/etc/resolv.conf.new")
        os.replace("/etc/resolv.conf.new", "/etc/resolv.conf")
        running.wait_for_answer("fourth.example", lambda answer: answer == answer_for("fourth.example"))
        self.assertEqual(0, running.stop())

    def check_spoilt_resolv_conf(self, spoil):
        """The last good servers stay in use, for new domains too, and the log says so."""
        self.addCleanup(isolation.replace_file, "/etc/resolv.conf", "nameserver 127.0.0.1\n")
        running = self.start(dns={"timeout": "2s"})
        self.assertEqual(answer_for(KNOWN[7]), running.ask(KNOWN[7]))
        spoil()

        def noticed():
            self.assertEqual(answer_for(KNOWN[7]), running.ask(KNOWN[7]))
            return running.log.search(r"resolv-conf-unusable path=/etc/resolv\.conf ")
        self.eventually(noticed, 10, "nothing is said of the bad resolv.conf")
        self.assertEqual(answer_for(KNOWN[8]), running.ask(KNOWN[8]))
        self.assertEqual(0, running.stop())

    def test_a_resolv_conf_without_sense_leaves_the_last_good_one_in_use(self):
        self.check_spoilt_resolv_conf(
            lambda: isolation.replace_file("/etc/resolv.conf", "nameserver nonsense\n\0\xff\n"))

    def test_a_resolv_conf_that_is_gone_leaves_the_last_good_one_in_use(self):
        self.check_spoilt_resolv_conf(lambda: os.unlink("/etc/resolv.conf"))


if __name__ == "__main__":
    isolation.main()
