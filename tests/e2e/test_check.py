"""tlspolicy check and publish: a domain with a fault of every kind, and one without."""

import dataclasses
import datetime
import json

from lab import case, command, isolation, signed, web

REPORTS = 'TXT "v=TLSRPTv1; rua=mailto:tlsrpt@lab.example"'
FINE, WARNING, PROBLEM, UNKNOWN = range(4)


@dataclasses.dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    def said(self):
        """What was printed, its line breaks and indentation made single blanks."""
        return " ".join(self.out.split())

    def json(self):
        return json.loads(self.out)


class CheckTest(case.LabTest):
    signed = True

    @classmethod
    def furnish(cls):
        lab, issue = cls.lab, cls.lab.authority.issue
        soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=5)).strftime("%Y%m%d%H%M%SZ")
        good = issue("mx-good.example")
        cls.hosts(mx_good=(25, good), mx_plain=(26, None), mx_expired=(27, issue("mx-expired.example", expired=True)),
                  mx_name=(28, issue("other.example")), mx_self=(29, lab.authority.self_signed("mx-self.example")),
                  mx_half=(30, lab.authority.issue_incomplete("mx-half.example")),
                  mx_tlsa=(31, issue("mx-tlsa.example")), mx_soon=(32, issue("mx-soon.example", last_day=soon)))
        lab.zone.records["_25._tcp.mx-good.example"] = [signed.tlsa(good.certificate)]
        lab.zone.records["_25._tcp.mx-tlsa.example"] = [signed.WRONG_TLSA]
        lab.zone.records["mx-gone.example"] = ["A 192.0.2.99"]  # nobody listens

        cls.add("good.example")
        cls.add("testing.example", policy=web.policy("testing", "mx-good.example"))
        for name in ("plain", "expired", "name", "self", "half", "tlsa", "soon", "gone"):
            cls.add(f"mx{name}.example", mx=f"mx-{name}.example")
        for domain in ("nothing.example", "two.example", "badid.example", "dnsfails.example"):
            cls.add(domain)
        lab.zone.records.pop("_mta-sts.nothing.example")
        lab.zone.records["_mta-sts.two.example"] = ['TXT "v=STSv1; id=1;"', 'TXT "v=STSv1; id=2;"']
        lab.zone.records["_mta-sts.badid.example"] = ['TXT "v=STSv1; id=2026-01-31;"']
        lab.zone.signer.bogus.add(("_mta-sts.dnsfails.example", "TXT"))
        for domain in ("missing.example", "html.example", "weboldcert.example"):
            cls.add(domain, policy=None)
            lab.web.put(domain, web.policy("enforce", "mx-good.example"), expired=domain == "weboldcert.example")
            lab.zone.records[f"mta-sts.{domain}"] = [f"A {web.ADDRESS}"]
            lab.set_identifier(domain, "1")
        lab.web.remove("missing.example")
        lab.web.more["html.example"] = "default_type text/html; types {}"
        cls.add("line.example", policy="version: STSv1\r\nmode: enforced\r\nmx: mx-good.example\r\nmax-age: 86400\r\n")
        cls.add("uncovered.example", policy=web.policy("enforce", "mx-other.example"))
        cls.add("unused.example", policy=web.policy("enforce", "mx-good.example", "mx-former.example"))
        cls.add("short.example", policy=web.policy("enforce", "mx-good.example", max_age=3600))
        cls.add("long.example", policy=web.policy("enforce", "mx-good.example", max_age=99999999))
        cls.add("reports.example", reports='TXT "v=TLSRPTv1; rua=tlsrpt@lab.example"')
        cls.add("reports-two.example")
        lab.zone.records["_smtp._tls.reports-two.example"] = [REPORTS, REPORTS.replace("tlsrpt@", "other@")]
        cls.add("silent.example", reports=None)
        cls.add("changing.example")
        cls.furnish_odd_hosts()
        lab.publish()

    @classmethod
    def furnish_odd_hosts(cls):
        lab, issue = cls.lab, cls.lab.authority.issue
        unsigned = issue("mx.insecure")
        lab.add_mx_host("mx.insecure", "192.0.2.33", unsigned)
        lab.zone.records["_25._tcp.mx.insecure"] = [signed.tlsa(unsigned.certificate)]
        cls.add("unsigned.insecure", mx="mx.insecure")
        lab.add_mx_host("mx-port.example", "192.0.2.34", issue("mx-port.example"), port=2525)
        cls.add("port.example", mx="mx-port.example")
        cls.many = [f"mx{number}.many.example" for number in range(1, 18)]
        lab.add_mx_host("mx1.many.example", "192.0.2.35", issue("*.many.example"))
        for name in cls.many:
            lab.zone.records[name] = ["A 192.0.2.35"]
        cls.add("many.example", mx=cls.many, policy=web.policy("enforce", "*.many.example"))
        lab.zone.records["mx-none.example"] = ['TXT "-"']
        cls.add("noaddress.example", mx="mx-none.example")
        cls.add("literal.example")
        lab.zone.records["literal.example"].append("MX 30 192.0.2.1.")
        cls.add("gaveup.example", mx="mx-plain.example", policy=web.policy("none"))
        cls.add("twoaddresses.example")
        lab.zone.records["mta-sts.twoaddresses.example"].append("A 192.0.2.99")  # nobody listens

    @classmethod
    def hosts(cls, **hosts):
        for name, (octet, pair) in hosts.items():
            cls.lab.add_mx_host(name.replace("_", "-") + ".example", f"192.0.2.{octet}", pair)

    @classmethod
    def add(cls, domain, mx="mx-good.example", policy="", reports=REPORTS):
        cls.lab.add_domain(domain, [mx] if isinstance(mx, str) else mx,
                           web.policy("enforce", mx) if policy == "" else policy)
        if reports:
            cls.lab.zone.records[f"_smtp._tls.{domain}"] = [reports]

    def tlspolicy(self, verb, domain, *more):
        return Outcome(*command.run(
            verb, domain, "--resolver", "127.0.0.1", "--ca-file", self.lab.authority.certificate, "--allow-address",
            "192.0.2.0/24", "--allow-address", "2001:db8::/32", *more))

    def check(self, domain, *more, state=None):
        return self.tlspolicy("check", domain, "--state", state or self.lab.work / "state", *more)

    def finds(self, domain, status, *words, options=()):
        outcome = self.check(domain, *options)
        self.assertEqual(outcome.status, status, outcome.out + outcome.err)
        for each in words:
            self.assertIn(each, outcome.said())
        self.assertTrue(all(len(line) <= 80 for line in outcome.out.splitlines()), outcome.out)
        return outcome

    def test_a_domain_as_it_should_be(self):
        outcome = self.finds(
            "good.example", FINE, "ok: _mta-sts.good.example has one valid record, id 1 (RFC 8461, 3.1)",
            "ok: the policy is served by mta-sts.good.example as text/plain, with TLSv1.3", "ok: mode enforce",
            "ok: mx-good.example is covered by mx: mx-good.example",
            "ok: mx-good.example [192.0.2.25]: STARTTLS with TLSv1.3, certificate good until 2099-12-31",
            "ok: mx-good.example [192.0.2.25]: the TLSA records match the certificate",
            "ok: TLS reports go to mailto:tlsrpt@lab.example")
        for word in ("problem:", "warning:", "unknown:"):
            self.assertNotIn(word, outcome.out)

    def test_the_record(self):
        self.finds("nothing.example", PROBLEM, "problem: _mta-sts.nothing.example has no TXT record",
                   "tlspolicy publish nothing.example writes it")
        self.finds("two.example", PROBLEM, "problem: _mta-sts.two.example: 2 TXT records begin with v=STSv1;",
                   "Leave exactly one TXT record there")
        self.finds("badid.example", PROBLEM, 'id has the invalid value "2026-01-31"', "1 to 32 letters and digits")
        self.finds("dnsfails.example", UNKNOWN, "unknown: _mta-sts.dnsfails.example could not be looked up:",
                   "SERVFAIL")

    def test_how_the_policy_is_served(self):
        self.finds("missing.example", PROBLEM, "problem: the policy could not be fetched: HTTP status 404",
                   "https://mta-sts.missing.example/.well-known/mta-sts.txt")
        self.finds("html.example", PROBLEM, "media type text/html, not text/plain", "Content-Type: text/plain")
        self.finds("weboldcert.example", PROBLEM,
                   "mta-sts.weboldcert.example: certificate of mta-sts.weboldcert.example expired on 2021-01-01",
                   "Renew the certificate")

    def test_every_address_of_the_policy_host(self):
        self.finds("twoaddresses.example", WARNING, "ok: the policy is served",
                   "warning: mta-sts.twoaddresses.example [192.0.2.99]: connecting to 192.0.2.99: Connection refused")

    def test_what_the_policy_says(self):
        self.finds("line.example", PROBLEM, 'problem: line 2 of the policy: mode "enforced" is not enforce, testing',
                   "line 4 of the policy: the field max-age is not known, and ignored", "(RFC 8461, 3.2)")
        self.finds("uncovered.example", PROBLEM, "no mx line of the policy covers it", 'Add "mx: mx-good.example"',
                   "warning: mx: mx-other.example covers none of the domain's mail hosts")
        self.finds("unused.example", WARNING, "warning: mx: mx-former.example covers none")
        self.finds("short.example", WARNING, "warning: max_age 3600 is less than a day")
        self.finds("long.example", WARNING, "warning: max_age 99999999 is more than a year")
        self.finds("testing.example", FINE, "note: mode testing")

    def test_the_mail_hosts(self):
        self.finds("mxplain.example", PROBLEM, "problem: mx-plain.example [192.0.2.26]: STARTTLS is not offered")
        self.finds("mxexpired.example", PROBLEM, "certificate of mx-expired.example expired on 2021-01-01")
        self.finds("mxname.example", PROBLEM, "certificate is for other.example, not for mx-name.example",
                   "holds the name of the MX record")
        self.finds("mxself.example", PROBLEM, "mx-self.example [192.0.2.29]: self-signed certificate",
                   "public certification authority")
        self.finds("mxhalf.example", PROBLEM, "incomplete certificate chain", '"lab intermediate"', "fullchain.pem")
        self.finds("mxsoon.example", WARNING, "the certificate ends on", "in 4 days")
        self.finds("mxgone.example", PROBLEM, "mx-gone.example [192.0.2.99]: no connection: connecting: Connection refused")

    def test_the_list_of_mail_hosts(self):
        self.finds("noaddress.example", PROBLEM, "problem: mx-none.example has no address")
        outcome = self.finds("literal.example", PROBLEM,
                             "problem: an MX record of literal.example names 192.0.2.1, which is not the name of a host")
        self.assertNotIn("Add", outcome.said())
        outcome = self.finds("many.example", UNKNOWN, "ok: mx1.many.example is covered by mx: *.many.example",
                             "unknown: mx17.many.example was not looked at")
        self.assertNotIn("covers none", outcome.said())

    def test_the_port_and_the_time(self):
        self.finds("port.example", PROBLEM, "mx-port.example [192.0.2.34]: no connection")
        self.finds("port.example", FINE, "ok: mx-port.example [192.0.2.34]: STARTTLS", options=("--smtp-port", "2525"))
        self.finds("good.example", FINE, options=("--timeout", "10s"))
        wrong = self.check("good.example", "--timeout", "soon")
        self.assertEqual((wrong.status, wrong.out), (UNKNOWN, ""))
        self.assertIn('--timeout: "soon"', wrong.err)

    def test_dane(self):
        self.finds("unsigned.insecure", FINE, "note: mx.insecure has TLSA records without DNSSEC",
                   "ok: mx.insecure [192.0.2.33]: the TLSA records match the certificate")
        self.finds("mxtlsa.example", PROBLEM, "no TLSA record matches the certificate", 'Publish "TLSA 3 1 1 ',
                   "_25._tcp.mx-tlsa.example")

    def test_tls_reports(self):
        self.finds("reports.example", WARNING, 'nobody can report to rua="tlsrpt@lab.example"')
        self.finds("reports-two.example", WARNING, "2 TXT records begin with v=TLSRPTv1;")
        self.finds("silent.example", FINE, "note: _smtp._tls.silent.example asks for no TLS reports")

    def test_a_change_of_the_policy_under_the_same_id_is_a_problem_until_the_id_changes(self):
        self.finds("changing.example", FINE)
        self.lab.web.put("changing.example", web.policy("enforce", "mx-good.example", max_age=172800))
        words = "problem: the policy has changed, but its id is still 1"
        self.finds("changing.example", PROBLEM, words)
        self.finds("changing.example", PROBLEM, words)
        self.lab.set_identifier("changing.example", "2")
        self.lab.publish()
        self.finds("changing.example", FINE, "ok: the policy has changed, and its id with it, to 2")
        self.finds("changing.example", FINE)

    def test_a_state_that_cannot_be_used_is_a_note(self):
        blocker = self.lab.work / "blocker"
        blocker.touch()
        outcome = self.check("good.example", state=blocker / "below")
        self.assertEqual(outcome.status, FINE, outcome.out)
        self.assertIn("note: it cannot be told whether the policy has changed", outcome.said())

    def test_addresses_that_are_not_public(self):
        outcome = Outcome(*command.run("check", "good.example", "--resolver", "127.0.0.1", "--state",
                                       self.lab.work / "state"))
        self.assertEqual(outcome.status, PROBLEM, outcome.out)
        self.assertIn("address 192.0.2.80 of mta-sts.good.example is refused: documentation", outcome.said())
        self.assertIn("mx-good.example [192.0.2.25]: not connected to: documentation", outcome.said())

    def test_other_forms(self):
        found = self.check("mxsoon.example", "--json").json()
        self.assertEqual((found["schema"], found["domain"], found["status"]), (1, "mxsoon.example", WARNING))
        self.assertEqual((found["mode"], found["id"], found["certificate_days"]), ("enforce", "1", 4))
        self.assertIn("warning", {each["severity"] for each in found["findings"]})
        line = self.check("mxsoon.example", "--nagios").out
        self.assertRegex(line, r"^TLSPOLICY WARNING - mxsoon\.example: .* \| certificate_days=4;14:;0: max_age=86400s\n$")
        wrong = self.check("not a domain")
        self.assertEqual((wrong.status, wrong.out), (UNKNOWN, ""))
        self.assertEqual(self.check("good.example", "--nonsense").status, UNKNOWN)

    def test_what_is_published_after_publish_is_as_it_should_be(self):
        self.lab.add_domain("fresh.example", ["mx-good.example"])
        self.lab.zone.records["mta-sts.fresh.example"] = [f"A {web.ADDRESS}"]
        for name in ("_mta-sts.fresh.example", "_smtp._tls.fresh.example"):
            self.lab.zone.records[name] = ['TXT "-"']  # a resolver keeps what does not exist for a second
        self.lab.publish()
        outcome = self.tlspolicy("publish", "fresh.example", "--json", "--mode", "enforce", "--enforce-ready", "--rua",
                                 "mailto:tlsrpt@lab.example")
        self.assertEqual(outcome.status, FINE, outcome.err)
        made = outcome.json()
        self.lab.web.put("fresh.example", made["policy"])
        self.lab.zone.records["_mta-sts.fresh.example"] = [f'TXT "{made["record"]}"']
        self.lab.zone.records["_smtp._tls.fresh.example"] = [f'TXT "{made["report_record"]}"']
        self.lab.publish()
        self.finds("fresh.example", FINE, f"id {made['id']}", "ok: mode enforce")

    def test_publish_compares_with_what_is_there(self):
        same = self.tlspolicy("publish", "good.example")
        self.assertIn("What is published now is the same: nothing needs to change.", same.out)
        outcome = self.tlspolicy("publish", "unused.example", "--mode", "testing", "--max-age", "2d")
        self.assertEqual(outcome.status, FINE, outcome.err)
        self.assertIn("- mode: enforce", outcome.out)
        self.assertIn("- mx: mx-former.example", outcome.out)
        self.assertIn("+ mode: testing", outcome.out)
        self.assertIn('- _mta-sts.unused.example. IN TXT "v=STSv1; id=1;"', outcome.out)
        self.assertIn("\nversion: STSv1\nmode: testing\nmx: mx-good.example\nmax_age: 172800\n", outcome.out)
        self.assertIn("+ max_age: 172800", outcome.out)
        self.assertIn("mailto:tlsrpt@lab.example", outcome.out)  # as it is now

    def test_publish_refuses_when_asked_to_and_not_ready(self):
        outcome = self.tlspolicy("publish", "mxplain.example", "--mode", "enforce", "--enforce-ready")
        self.assertEqual((outcome.status, outcome.out), (PROBLEM, ""))
        self.assertIn("STARTTLS is not offered", outcome.err)
        ready = self.tlspolicy("publish", "testing.example", "--mode", "enforce", "--enforce-ready")
        self.assertEqual(ready.status, FINE, ready.err)
        outcome = self.tlspolicy("publish", "gaveup.example", "--mode", "enforce", "--enforce-ready")
        self.assertEqual((outcome.status, outcome.out), (PROBLEM, ""))
        self.assertIn("STARTTLS is not offered", outcome.err)
        outcome = self.tlspolicy("publish", "testing.example", "--mode", "enforce", "--enforce-ready", "--mx",
                                 "mx-godo.example")
        self.assertEqual((outcome.status, outcome.out), (PROBLEM, ""))
        self.assertIn("no mx line of the policy covers it", " ".join(outcome.err.split()))

    def test_publish_knows_all_mail_hosts(self):
        outcome = self.tlspolicy("publish", "many.example")
        self.assertEqual(outcome.status, FINE, outcome.err)
        for name in self.many:
            self.assertIn(f"\nmx: {name}\n", outcome.out)
        outcome = self.tlspolicy("publish", "many.example", "--enforce-ready")
        self.assertEqual((outcome.status, outcome.out), (UNKNOWN, ""))
        self.assertIn("mx17.many.example was not looked at", outcome.err)

    def test_publish_guesses_nothing(self):
        outcome = self.tlspolicy("publish", "missing.example")
        self.assertEqual((outcome.status, outcome.out), (UNKNOWN, ""))
        self.assertIn("could not be read: HTTP status 404; say with --mode", outcome.err)
        self.assertEqual(self.tlspolicy("publish", "missing.example", "--mode", "enforce").status, FINE)
        outcome = self.tlspolicy("publish", "literal.example")
        self.assertEqual((outcome.status, outcome.out), (UNKNOWN, ""))
        self.assertIn("names 192.0.2.1, which is not the name of a host", outcome.err)


if __name__ == "__main__":
    isolation.main()
