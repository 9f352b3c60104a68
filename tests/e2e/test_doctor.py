"""tlspolicy doctor against real configurations of Postfix: sound ones, and ones broken in one thing each."""

import json
import pathlib
import shutil
import socket
import subprocess

from lab import case, daemon, isolation, mta, programs, web

FINE, WARNING, PROBLEM, UNKNOWN = range(4)
OURS = "socketmap:inet:127.0.0.1:8461:QUERY"
DNSSEC = "smtp_dns_support_level = dnssec\n"


class DoctorTest(case.LabTest):
    signed = True

    @classmethod
    def furnish(cls):
        lab = cls.lab
        lab.add_domain("good.example", policy=web.policy("enforce", "mx.good.example"))
        lab.add_domain("mute.example", policy=web.policy("enforce", "mx.mute.example"), addresses=["192.0.2.99"])
        lab.add_domain("nothing.example")
        lab.publish()
        cls.spool = lab.work / "spool"
        (cls.spool / "etc").mkdir(parents=True)
        shutil.copy("/etc/resolv.conf", cls.spool / "etc")
        cls.unix = cls.spool / "socketmap"
        cls.control = lab.work / "control"
        cls.listen = [{"socketmap": "127.0.0.1:8461"},
                      {"socketmap": f"unix:{cls.unix}", "mode": "0660", "group": "postfix"},
                      {"tcp_table": "127.0.0.1:8462", "map": "QUERY"}]
        cls.daemon = lab.start_daemon(
            listen=cls.listen, control=f"unix:{cls.control}", maps={"quiet": {"mode": "monitor"}})

    def postfix(self, policy_maps=OURS, more=DNSSEC, chroot=False, ca=None):
        """The directory of a configuration whose queue directory is `spool`."""
        directory = self.lab.work / self._testMethodName[5:40] / str(len(self.made))
        self.made.append(directory)
        config = mta.write_config(directory, ca or self.lab.authority.certificate, policy_maps,
                                  more=f"queue_directory = {self.spool}\n{more}")
        if chroot:
            master = config / "master.cf"
            master.write_text(master.read_text().replace("smtp      unix  - - n", "smtp      unix  - - y"))
        return config

    def setUp(self):
        self.made = []

    def doctor(self, config, *arguments, file=None, probe="good.example", env=None):
        return subprocess.run(
            [pathlib.Path(daemon.binary()).with_name("tlspolicy"), "doctor", "--config", file or self.daemon.config,
             "--config-directory", config, "--probe", probe, *arguments],
            text=True, capture_output=True, timeout=60, check=False, env=env)

    def findings(self, config, *arguments, **options):
        """Exit status and findings."""
        done = self.doctor(config, *arguments, "--json", **options)
        self.assertEqual("", done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(1, told["schema"])
        return done.returncode, told["findings"]

    def assert_told(self, severity, what, fix, config, *arguments, status=None, **options):
        """One finding says it, and none else is a warning or a problem."""
        code, findings = self.findings(config, *arguments, **options)
        told = [each for each in findings if each["severity"] == severity and what in each["what"]]
        self.assertEqual(1, len(told), json.dumps(findings, indent=1))
        self.assertIn(fix, told[0].get("fix", ""))
        others = [each for each in findings if each["severity"] in ("problem", "warning", "unknown")
                  and each is not told[0]]
        self.assertEqual([], others)
        expected = {"ok": FINE, "note": FINE, "warning": WARNING, "problem": PROBLEM, "unknown": UNKNOWN}[severity]
        self.assertEqual(expected if status is None else status, code)

    # Sound

    def test_a_machine_where_all_is_well(self):
        config = self.postfix(f"inline:{{ {{partner.example = encrypt}} }}, {OURS}")
        code, findings = self.findings(config)
        self.assertEqual(FINE, code, json.dumps(findings, indent=1))
        well = [each["what"] for each in findings if each["severity"] == "ok"]
        for what in (f"Postfix asks {OURS}, and has answers", "smtp_tls_security_level is may",
                     "smtp_tls_CAfile has 1 trusted", "smtp_dns_support_level is dnssec",
                     "The resolver validates DNSSEC", "The policy of good.example can be fetched",
                     "tlspolicyd answers on 127.0.0.1:8462", "tlspolicyd 0.1.0 runs"):
            self.assertTrue(any(what in each for each in well), f"{what} is not among {well}")
        notes = " ".join(each["what"] for each in findings if each["severity"] == "note")
        self.assertIn("smtp-reporting/unix/smtp_tls_policy_maps", notes)
        self.assertIn("transport_maps may send", notes)

    def test_every_kind_of_table_is_asked_as_postfix_would(self):
        for chroot in (False, True):
            for table in (OURS, "socketmap:inet:localhost:8461:QUERY", "socketmap:unix:socketmap:QUERY",
                          "tcp:127.0.0.1:8462"):
                with self.subTest(table=table, chroot=chroot):
                    self.assert_told("ok", f"Postfix asks {table}, and has answers", "",
                                     self.postfix(table, chroot=chroot), "--offline")
        with self.subTest("an absolute path, without chroot"):
            self.assert_told("ok", "and has answers", "", self.postfix(f"socketmap:unix:{self.unix}:QUERY"))

    def test_the_text_fits_a_terminal(self):
        done = self.doctor(self.postfix("", more="smtp_tls_security_level =\nsmtp_tls_CAfile =\n"))
        self.assertEqual(PROBLEM, done.returncode)
        self.assertIn("problem: smtp_tls_CAfile and smtp_tls_CApath are empty (postconf(5))\n", done.stdout)
        self.assertIn("note: Postfix heeds what postconf changes after a reload\n    To do: postfix reload\n", done.stdout)
        for line in done.stdout.splitlines():
            self.assertTrue(len(line) <= 80 or len(line.strip().split()) == 1, line)

    # Broken

    def test_tables(self):
        examples = [  # words, tables, what to do
            ("smtp_tls_policy_maps is empty", "", f"smtp_tls_policy_maps={OURS}"),
            ("does not ask tlspolicyd", "inline:{ {a.example=may} }", f"{{a.example=may}} }}, {OURS}'"),
            ("static:may answers for every domain", f"static:may, {OURS}", f"{OURS}, static:may'"),
            ("answers for every domain (may)", f"regexp:{{ {{/./ may}} }}, {OURS}", OURS),
            ("cannot look into texthash:/nowhere", f"texthash:/nowhere, {OURS}", "Repair it"),
            ("no tables of the type \"lmdb2\"", f"lmdb2:/nowhere, {OURS}", "postconf -m"),
            ("names no server and map", "socketmap:inet:127.0.0.1:8461", "socketmap:inet:HOST:PORT:MAP"),
            ("cannot ask socketmap:inet:127.0.0.1:8460:QUERY: Connection refused",
             "socketmap:inet:127.0.0.1:8460:QUERY", OURS),
            ("no map sts: PERM", "socketmap:inet:127.0.0.1:8461:sts", "smtp_tls_policy_maps=socketmap:inet:127.0.0.1:8461:"),
            ("what listens there is no map", "socketmap:inet:192.0.2.80:80:QUERY", OURS),
        ]
        for what, tables, fix in examples:
            with self.subTest(what):
                self.assert_told("problem", what, fix, self.postfix(tables))

    def test_another_daemon_that_answers_on_this_machine_is_none_of_ours(self):
        file = self.lab.work / "elsewhere.yaml"
        file.write_text(daemon.to_yaml(self.settings(
            listen=[{"socketmap": "127.0.0.1:9461"}, *self.listen[1:]], control="off")))
        code, findings = self.findings(self.postfix(), file=file)
        self.assertEqual(PROBLEM, code)
        told = [each for each in findings if "does not ask tlspolicyd" in each["what"]]
        self.assertEqual(1, len(told), findings)
        self.assertIn("Something else answers on 127.0.0.1:8461", told[0]["why"])
        self.assertTrue(told[0]["fix"].endswith(" smtp_tls_policy_maps=socketmap:inet:127.0.0.1:9461:QUERY"), told)

    def test_maps_that_do_not_fit(self):
        if self.version() < (3, 10):
            self.assert_told("problem", "QUERYwithTLSRPT answers with policy_type=", ":QUERY",
                             self.postfix("socketmap:inet:127.0.0.1:8461:QUERYwithTLSRPT"))
        self.assert_told("problem", "smtp_tls_security_level is dane, and the map postfix knows nothing of DANE",
                         ":QUERY", self.postfix("socketmap:inet:127.0.0.1:8461:postfix",
                                                more=DNSSEC + "smtp_tls_security_level = dane\n"))
        self.assert_told("note", "The map quiet is in monitor mode", "mode: monitor",
                         self.postfix("socketmap:inet:127.0.0.1:8461:quiet"))

    def test_settings(self):
        missing, empty = "/nowhere.pem", self.lab.work / "empty.pem"
        empty.write_text("")
        examples = [
            ("problem", "smtp_tls_security_level is empty", "smtp_tls_security_level=may", "smtp_tls_security_level =\n"),
            ("problem", "smtp_tls_security_level is none", "smtp_tls_security_level=may", "smtp_tls_security_level = none\n"),
            ("note", "smtp_tls_security_level is secure", "", "smtp_tls_security_level = secure\n"),
            ("problem", "smtp_tls_CAfile and smtp_tls_CApath are empty", "smtp_tls_CAfile=", "smtp_tls_CAfile =\n"),
            ("problem", f"{missing}, cannot be read: No such file", "smtp_tls_CAfile=", f"smtp_tls_CAfile = {missing}\n"),
            ("problem", f"{empty}, holds no certificate", "smtp_tls_CAfile=", f"smtp_tls_CAfile = {empty}\n"),
            ("warning", "smtp_tls_per_site is ignored", "smtp_tls_per_site", "smtp_tls_per_site = static:MAY\n"),
            ("note", "smtp_tls_loglevel is 0", "smtp_tls_loglevel=1", "smtp_tls_loglevel = 0\n"),
            ("problem", "no service tlsproxy", "smtp_tls_connection_reuse=no", "smtp_tls_connection_reuse = yes\n"),
            ("warning", "relayhost is [relay.example]", "delivers to the internet", "relayhost = [relay.example]\n"),
            ("note", "/etc/postfix-out", "--config-directory", "multi_instance_directories = /etc/postfix-out\n"),
            ("problem", "smtp_dns_support_level is empty", "smtp_dns_support_level=dnssec", "smtp_dns_support_level =\n"),
            ("problem", "smtp_host_lookup", "smtp_host_lookup=dns", "smtp_host_lookup = native\n"),
        ]
        for severity, what, fix, more in examples:
            with self.subTest(what):
                self.assert_told(severity, what, fix, self.postfix(more=DNSSEC + more), "--offline")

    def test_a_setting_of_the_service_counts_more_than_that_of_main_cf(self):
        config = self.postfix()
        master = config / "master.cf"
        master.write_text(master.read_text().replace(
            "smtp      unix  - - n -    -   smtp\n", "smtp      unix  - - n -    -   smtp\n  -o smtp_tls_security_level=none\n"))
        self.assert_told("problem", "smtp_tls_security_level is none", "=may", config)

    # The chroot

    def test_an_absolute_path_does_not_lead_out_of_the_chroot(self):
        self.assert_told("problem", f"Postfix cannot use socketmap:unix:{self.unix}:QUERY",
                         "smtp_tls_policy_maps=socketmap:unix:socketmap:QUERY",
                         self.postfix(f"socketmap:unix:{self.unix}:QUERY", chroot=True))

    def test_a_socket_that_postfix_may_not_use(self):
        closed = self.spool / "closed"
        closed.mkdir(mode=0o700)
        running = self.start(
            listen=[{"socketmap": f"unix:{closed}/socketmap", "mode": "0666"}, {"socketmap": f"unix:{self.spool}/own"}],
            control="off", maps={})
        for path, what, fix in ((f"{closed.name}/socketmap", f"{closed} has mode 0700", "chmod o+x"),
                                ("own", f"{self.spool}/own has mode 0660, which keeps out the user postfix",
                                 "group: postfix")):
            with self.subTest(path):
                self.assert_told("problem", what, fix, self.postfix(f"socketmap:unix:{path}:QUERY", chroot=True),
                                 file=running.config)

    def test_the_resolver_of_the_chroot(self):
        copy = self.spool / "etc/resolv.conf"
        self.addCleanup(shutil.copy, "/etc/resolv.conf", copy)
        copy.write_text("nameserver 192.0.2.53\n")
        self.assert_told("warning", f"Postfix asks the resolver 192.0.2.53 (by {copy}), and tlspolicyd 127.0.0.1",
                         f"cp /etc/resolv.conf {copy}", self.postfix(chroot=True))
        self.assert_told("ok", "smtp_dns_support_level", "", self.postfix(chroot=False))
        copy.unlink()  # then the resolver is this machine, as it is for the daemon
        self.assert_told("ok", "smtp_dns_support_level", "", self.postfix(chroot=True))

    def test_authorities_in_a_directory_have_to_be_in_the_chroot(self):
        certificates = self.lab.work / "certificates"
        certificates.mkdir()
        shutil.copy(self.lab.authority.certificate, certificates / "ca.pem")
        programs.run("openssl", "rehash", certificates)
        more = DNSSEC + f"smtp_tls_CAfile =\nsmtp_tls_CApath = {certificates}\n"
        self.assert_told("ok", "smtp_tls_CApath has 1 trusted", "", self.postfix(more=more))
        self.assert_told("problem", f"{self.spool}{certificates}", "smtp_tls_CAfile=",
                         self.postfix(more=more, chroot=True))

    # The daemon, the network, TLS-RPT

    def test_the_daemon_does_not_run(self):
        file = self.lab.work / "stopped.yaml"
        file.write_text(daemon.to_yaml(self.settings(listen=[{"socketmap": "127.0.0.1:9461"}], control="off")))
        self.assert_told("problem", "cannot ask socketmap:inet:127.0.0.1:9461:QUERY: Connection refused", "systemctl start",
                         self.postfix("socketmap:inet:127.0.0.1:9461:QUERY"), file=file)

    def test_its_configuration_has_an_error(self):
        file = self.lab.work / "broken.yaml"
        file.write_text(daemon.to_yaml(self.settings(listen=self.listen, control="off", threads=0)))
        self.assert_told("problem", "broken.yaml:", "", self.postfix(), file=file)

    def test_policies_cannot_be_had(self):
        self.assert_told("problem", "The policy of mute.example cannot be fetched", "port 443",
                         self.postfix(), probe="mute.example")
        self.assert_told("warning", "_mta-sts.nothing.example has no record", "dig TXT _mta-sts.nothing.example",
                         self.postfix(), probe="nothing.example")
        file = self.lab.work / "roots.yaml"
        values = self.settings(listen=self.listen, control="off")
        values["fetch"]["ca_file"] = "/etc/ssl/certs/ca-certificates.crt"
        file.write_text(daemon.to_yaml(values))
        self.assert_told("problem", "The policy of good.example cannot be fetched: issuer certificate not found", "ca-certificates",
                         self.postfix(), file=file)
        code, findings = self.findings(self.postfix(), "--offline", probe="mute.example")
        self.assertEqual(FINE, code, findings)

    def test_the_resolver_is_not_believed(self):
        file = self.lab.work / "resolver.yaml"
        file.write_text(daemon.to_yaml(self.settings(
            listen=self.listen, control="off", dns={"servers": ["127.0.0.1"], "trust_ad": "no"})))
        self.assert_told("problem", "does not validate DNSSEC", "trust_ad", self.postfix(), file=file)

    def test_reports_for_tls_rpt(self):
        if self.version() < (3, 10):  # it does not know the settings, and nothing is said of them
            self.assert_told("ok", "and has answers", "", self.postfix(more=DNSSEC + "smtp_tlsrpt_enable = yes\n"))
            return
        path = self.spool / "tlsrpt"
        more = DNSSEC + "smtp_tlsrpt_enable = yes\nsmtp_tlsrpt_socket_name = tlsrpt\n"
        table = "socketmap:inet:127.0.0.1:8461:QUERYwithTLSRPT"
        pathlib.Path("/proc/sys/net/unix/max_dgram_qlen").write_text("512\n")
        self.assert_told("problem", f"{path} does not exist", "Start the collector", self.postfix(table, more=more))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as collector:
            collector.bind(str(path))
            path.chmod(0o666)
            self.assert_told("ok", "A collector takes the reports", "", self.postfix(table, more=more))
            pathlib.Path("/proc/sys/net/unix/max_dgram_qlen").write_text("10\n")
            self.assert_told("warning", "net.unix.max_dgram_qlen is 10", "=512", self.postfix(table, more=more))

    # What cannot be found out, and what was asked wrongly

    def test_without_postfix(self):
        self.assert_told("unknown", "Postfix was not found: /nowhere/postconf: No such file", "--postconf", "/etc/postfix",
                         "--postconf", "/nowhere/postconf")
        self.assert_told("unknown", "Postfix was not found: ", "", "/nowhere")

    def test_a_postconf_that_floods_does_no_harm(self):
        flood = self.lab.work / "postconf"
        flood.write_text("#!/bin/sh\nexec yes\n")
        flood.chmod(0o755)
        self.assert_told("unknown", "it writes too much", "", "/etc/postfix", "--postconf", flood)

    def test_wrong_usage(self):
        done = self.doctor(self.postfix(), probe="not a domain")
        self.assertEqual((UNKNOWN, ""), (done.returncode, done.stdout))
        self.assertIn("--probe", done.stderr)
        self.assertEqual(UNKNOWN, self.doctor(self.postfix(), "--nonsense").returncode)

    def version(self):
        text = programs.run("postconf", "-d", "-h", "mail_version")
        return tuple(int(number) for number in text.strip().split("-")[0].split(".")[:2])


if __name__ == "__main__":
    isolation.main()
