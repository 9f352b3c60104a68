"""A Postfix that knows TLS-RPT, 3.10 or later: what it makes of our answers, and what it reports."""

from lab import case, collector, isolation, mta, signed, tree, web

MAPS = {"postfix": {}, "reporting": {"tlsrpt": True}, "QUERYwithTLSRPT": {"dane": True, "tlsrpt": True}}
SOCKETMAP = "socketmap:inet:127.0.0.1:8461:"
LIMIT = 100_000  # socketmap_max_reply_size

# A delivery agent for each way to be configured; mail to own@… takes smtp-own.
AGENTS = f"""\
smtp-silent unix - - n - - smtp -o smtp_tls_policy_maps={SOCKETMAP}postfix
smtp-own    unix - - n - - smtp -o smtp_tls_policy_maps={SOCKETMAP}reporting
smtp-query  unix - - n - - smtp -o smtp_tls_policy_maps={SOCKETMAP}QUERYwithTLSRPT
smtp-report unix - - n - - smtp -o smtp_tls_policy_maps={SOCKETMAP}QUERYwithTLSRPT -o smtp_tlsrpt_enable=yes
"""
BOUND = ("own", "query", "report")  # those whose answers bind the certificate to the MX host
ROUTES = "/^books@/ smtp-report:bücher.example\n" + "".join(
    f"/^{name}@/ smtp-{name}:\n" for name in ("silent", *BOUND))
MORE = """\
minimal_backoff_time = 1h
maximal_backoff_time = 1h
smtp_dns_support_level = dnssec
smtp_tlsrpt_socket_name = {socket}
transport_maps = regexp:{routes}
"""
HARMLESS_LINES = ["x-equals: a = b, c; d", "x-quotes: \"\\\"", "x-long: " + "l" * 900]
OTHER_LINES = ["x-braces: } servername=nexthop {", "x-accents: é"]
FULL = 64 * 1024  # fetch.max_policy_size


def full(mx_count, filler):
    """A policy as long as allowed: mx-good.example and `mx_count` hosts more, then extensions of `filler` octets."""
    hosts = ["mx-good.example", *(f"mx{number:04}.crowd.example" for number in range(mx_count))]
    text = web.policy("enforce", *hosts)
    count = 0
    while len(text) + filler + 100 < FULL:
        count += 1
        text += f"x{count}: {'v' * filler}\n"
    return text + "last: " + "v" * (FULL - len(text) - len("last: \n")) + "\n"


class Postfix310Test(case.LabTest):
    signed = True

    @classmethod
    def furnish(cls):
        lab, issue = cls.lab, cls.lab.authority.issue
        lab.add_mx_host("mx-good.example", "192.0.2.25", issue("mx-good.example"))
        lab.add_mx_host("a.wild.example", "192.0.2.26", issue("a.wild.example"))
        lab.add_mx_host("b.wild.example", "192.0.2.27", issue("c.wild.example"))
        lab.add_mx_host("mx-one.example", "192.0.2.28", issue("mx-two.example"))
        lab.add_mx_host("x.cloud.example", "192.0.2.29", issue("*.cloud.example"))
        lab.add_mx_host("mx-self.example", "192.0.2.30", lab.authority.self_signed("mx-self.example"))
        lab.add_mx_host("mx-expired.example", "192.0.2.31", issue("mx-expired.example", expired=True))
        lab.add_mx_host("mx-stranger.example", "192.0.2.32", issue("mx-stranger.example"))
        pair = issue("mx-dane.example")
        lab.add_mx_host("mx-dane.example", "192.0.2.33", pair)
        lab.add_mx_host("mx-wrong.example", "192.0.2.34", issue("mx-wrong.example"))
        lab.zone.records["_25._tcp.mx-dane.example"] = [signed.tlsa(pair.certificate)]
        lab.zone.records["_25._tcp.mx-wrong.example"] = [signed.WRONG_TLSA]

        def add(domain, hosts, *patterns, policy=None, mode="enforce"):
            lab.add_domain(domain, hosts, policy or (web.policy(mode, *patterns) if patterns else None))
            lab.zone.records[f"_smtp._tls.{domain}"] = [f'TXT "v=TLSRPTv1; rua=mailto:tlsrpt@{domain}"']

        add("good.example", ["mx-good.example"], "mx-good.example")
        add("witness.example", ["mx-good.example"], "mx-good.example")
        add("listed.example", ["mx-good.example"], "mx-one.example", "*.wild.example", "mx-good.example")
        add("wild.example", ["a.wild.example"], "*.wild.example")
        add("cloud.example", ["x.cloud.example"], "*.cloud.example")
        add("sibling.example", ["b.wild.example"], "*.wild.example")
        add("pair.example", ["mx-one.example"], "mx-one.example", "mx-two.example")
        add("selfsigned.example", ["mx-self.example"], "mx-self.example")
        add("expired.example", ["mx-expired.example"], "mx-expired.example")
        add("unlisted.example", ["mx-stranger.example"], "mx-good.example")
        add("tested.example", ["mx-self.example"], "mx-self.example", mode="testing")
        add("xn--bcher-kva.example", ["mx-good.example"], "mx-good.example")
        add("odd.example", ["mx-good.example"], policy=web.policy("enforce", "mx-good.example") + "\n".join(
            [*HARMLESS_LINES, *OTHER_LINES]))
        add("padded.example", ["mx-good.example"], policy=full(0, 8))
        add("crowd.example", ["mx-good.example"], policy=full(1200, 900))
        add("legion.example", ["mx-good.example"], policy=full(2400, 900))
        add("dane.example", ["mx-dane.example"], "mx-dane.example")
        add("partial.example", ["mx-dane.example", "mx-gone.example"])
        add("list.insecure", ["mx-dane.example"])
        add("list-wrong.insecure", ["mx-wrong.example"])
        add("dane-wrong.example", ["mx-wrong.example"], "mx-wrong.example")
        lab.publish()
        cls.daemon = lab.start_daemon(maps=MAPS)
        cls.collector = lab.add(collector.Collector(lab.work / "tlsrpt"))
        routes = lab.work / "routes"
        routes.write_text(ROUTES)
        cls.postfix = lab.add(mta.Postfix(
            lab.work, lab.authority.certificate, SOCKETMAP + "postfix", services=AGENTS, tree=tree.Tree(lab.work),
            more=MORE.format(socket=lab.work / "tlsrpt", routes=routes)))

    def deliver(self, agent, domain, host, judgement="Verified"):
        """To this host over TLS that Postfix judges so, and without one warning."""
        start = self.postfix.log.size()
        status, line = self.postfix.outcome(self.postfix.send(f"{agent}@{domain}"))
        self.assertEqual("sent", status, line)
        self.assertIn(f"relay={host}[", line)
        self.assertEqual(judgement, self.postfix.judgement(line))
        self.assertNotIn("warning:", self.postfix.log.text(start))

    def hold(self, agent, domain):
        """Deferred, and seen by no host; what Postfix says of it."""
        status, line = self.postfix.outcome(self.postfix.send(f"{agent}@{domain}"))
        self.assertEqual("deferred", status, line)
        came = [host.name for host in self.lab.mx.values() for message in host.mailbox(domain)
                if message.recipient.startswith(agent)]
        self.assertEqual([], came)
        return line

    def answer(self, domain, map_name="QUERYwithTLSRPT"):
        return self.daemon.ask(domain, map_name)

    def reported(self, domain):
        policy = self.collector.wait_for(domain)
        return policy["policy-type"], policy["f"]

    def assert_reported_success(self, domain, patterns, lines=None):
        policy = self.collector.wait_for(domain)
        self.assertEqual({"policy-type": collector.STS, "policy-domain": domain, "mx-host": patterns,
                          "policy-string": lines or web.policy("enforce", *patterns).split("\r\n")[:-1],
                          "t": 0, "f": collector.SUCCESS}, policy)

    def assert_reported_failure(self, domain, host, code):
        policy = self.collector.wait_for(domain)
        self.assertEqual((collector.STS, collector.FAILURE), self.reported(domain))
        self.assertEqual(domain, policy["policy-domain"])
        self.assertEqual([(code, host)], [(each["c"], each["n"]) for each in policy["failure-details"]])

    def test_this_postfix_has_tlsrpt(self):
        self.assertGreaterEqual(self.postfix.version(), (3, 10))

    # proves STS-41
    def test_answers_with_all_attributes_are_taken_without_a_warning(self):
        for agent in BOUND:
            for domain, host in (("good.example", "mx-good.example"), ("listed.example", "mx-good.example"),
                                 ("wild.example", "a.wild.example"), ("cloud.example", "x.cloud.example")):
                with self.subTest(agent=agent, domain=domain):
                    self.deliver(agent, domain, host)

    # proves STS-41
    def test_a_certificate_for_another_host_of_the_policy_is_refused(self):
        for agent in BOUND:
            for domain, host in (("sibling.example", "b.wild.example"), ("pair.example", "mx-one.example")):
                with self.subTest(agent=agent, domain=domain):
                    self.assertIn("Server certificate not verified", self.hold(agent, domain))
        self.assert_reported_failure("sibling.example", "b.wild.example", collector.HOST_MISMATCH)
        self.assert_reported_failure("pair.example", "mx-one.example", collector.HOST_MISMATCH)

    def test_without_tlsrpt_a_certificate_for_any_host_of_the_policy_will_do(self):
        self.deliver("silent", "sibling.example", "b.wild.example")
        self.deliver("silent", "pair.example", "mx-one.example")

    def test_a_host_that_the_policy_does_not_name_is_refused_and_not_reported(self):
        for agent in BOUND:
            with self.subTest(agent=agent):
                self.hold(agent, "unlisted.example")
        self.deliver("report", "witness.example", "mx-good.example")
        self.collector.wait_for("witness.example")  # of a later connection
        self.assertEqual([], self.collector.of("unlisted.example"))

    def test_successes_are_reported_with_the_policy_as_published(self):
        self.deliver("report", "good.example", "mx-good.example")
        self.assert_reported_success("good.example", ["mx-good.example"])
        self.deliver("report", "listed.example", "mx-good.example")
        self.assert_reported_success("listed.example", ["mx-one.example", "*.wild.example", "mx-good.example"])

    def test_failures_are_reported_with_their_reason(self):
        self.hold("report", "expired.example")
        self.assert_reported_failure("expired.example", "mx-expired.example", collector.EXPIRED)
        self.hold("report", "selfsigned.example")
        self.assert_reported_failure("selfsigned.example", "mx-self.example", collector.VALIDATION_FAILURE)

    # proves STS-42
    def test_a_policy_in_testing_is_reported_as_none(self):
        self.deliver("report", "tested.example", "mx-self.example", "Untrusted")
        self.assertEqual((collector.NO_POLICY, collector.SUCCESS), self.reported("tested.example"))

    # proves STS-43
    def test_a_unicode_domain_is_told_by_its_ascii_form(self):
        self.deliver("books", "anywhere.example", "mx-good.example")
        self.daemon.log.wait_for("answer domain=xn--bcher-kva.example")
        self.assert_reported_success("xn--bcher-kva.example", ["mx-good.example"])

    # proves STS-41
    def test_odd_lines_are_told_where_they_are_harmless(self):
        self.deliver("report", "odd.example", "mx-good.example")
        lines = web.policy("enforce", "mx-good.example").split("\r\n")[:-1]
        self.assert_reported_success("odd.example", ["mx-good.example"], lines + HARMLESS_LINES)

    # proves STS-17
    def test_policies_of_64_KiB_are_told_as_far_as_postfix_reads(self):
        for domain, told in (("padded.example", True), ("crowd.example", True), ("legion.example", False)):
            with self.subTest(domain=domain):
                answer = self.answer(domain)
                self.assertLessEqual(len(answer), LIMIT)
                self.assertEqual(told, " policy_type=sts " in answer)
                for agent in BOUND:
                    self.deliver(agent, domain, "mx-good.example")

    # proves STS-41
    def test_answers_of_dane_carry_no_attributes_and_are_taken(self):
        for domain, answer, judgement in (("dane.example", "OK dane-only", "Verified"),
                                          ("partial.example", "OK dane-only", "Verified"),
                                          ("list.insecure", "OK dane", "Trusted")):  # for want of a secure MX record
            with self.subTest(domain=domain):
                self.assertEqual(answer, self.answer(domain))
                self.deliver("query", domain, "mx-dane.example", judgement)
                self.deliver("report", domain, "mx-dane.example", judgement)
                self.assertEqual((collector.TLSA, collector.SUCCESS), self.reported(domain))
        for domain, answer in (("dane-wrong.example", "OK dane-only"), ("list-wrong.insecure", "OK dane")):
            with self.subTest(domain=domain):
                self.assertEqual(answer, self.answer(domain))
                self.hold("query", domain)
                self.hold("report", domain)
                self.assertEqual((collector.TLSA, collector.FAILURE), self.reported(domain))


if __name__ == "__main__":
    isolation.main(tree.missing())
