"""DANE before MTA-STS: a signed root, a validating resolver, and a real Postfix that delivers or does not."""

from lab import case, isolation, mta, resolver, signed, web, zone

POLICY_MAPS = "socketmap:inet:127.0.0.1:8461:QUERY"
MAPS = {"postfix": {}, "QUERY": {"dane": True}}
OTHER_RESOLVER = "127.0.0.3"
MORE = """\
smtp_dns_support_level = dnssec
smtp_tls_dane_insecure_mx_policy = dane
transport_maps = inline:{ smart.example=smtp:[relay.example]:587 }
"""
AUTHENTICATED = 0x20  # the AD bit in the fourth octet of a reply


class DaneTest(case.LabTest):
    signed = True

    @classmethod
    def furnish(cls):
        lab, issue = cls.lab, cls.lab.authority.issue
        pairs = {}

        def add_host(name, address, *records, address_v6=None, port=25):
            pairs[name] = issue(name)
            lab.add_mx_host(name, address, pairs[name], address_v6, port)
            if records:
                lab.zone.records[f"_{port}._tcp.{name}"] = [
                    record if isinstance(record, str) else record(pairs[name].certificate) for record in records]

        add_host("mx-good.example", "192.0.2.25", signed.tlsa)
        add_host("mx-wrong.example", "192.0.2.26", signed.WRONG_TLSA)
        add_host("mx-plain.example", "192.0.2.27")
        add_host("mx-bogus.example", "192.0.2.28", signed.tlsa)
        add_host("mx-half.example", "192.0.2.29", signed.tlsa, address_v6="2001:db8::25")
        add_host("mx-unusable.example", "192.0.2.30", lambda pem: signed.tlsa(pem, usage=1))
        add_host("mx-ours.insecure", "192.0.2.31")
        add_host("relay.example", "192.0.2.32", signed.tlsa, port=587)
        add_host("implicit.example", "192.0.2.33", signed.tlsa)
        lab.zone.signer.bogus |= {
            ("_25._tcp.mx-bogus.example", "TLSA"), ("mx-half.example", "AAAA"), ("lost.example", "MX")}

        def add(domain, *hosts, policy=True):
            lab.add_domain(domain, hosts, web.policy("enforce", *hosts) if policy else None)

        add("good.example", "mx-good.example")
        add("failing.example", "mx-wrong.example")
        add("partial.example", "mx-plain.example", "mx-good.example")
        add("partial-nosts.example", "mx-plain.example", "mx-good.example", policy=False)
        add("list.insecure", "mx-good.example")
        add("list-wrong.insecure", "mx-wrong.example")
        add("bogus.example", "mx-bogus.example")
        add("half.example", "mx-half.example")
        add("unusable.example", "mx-unusable.example")
        add("hostless.example", "mx-good.example", "mx-gone.example", "mx-half.example")
        add("lost.example", "mx-good.example")
        add("lost-nosts.example", "mx-good.example", policy=False)
        add("plain.insecure", "mx-ours.insecure")
        lab.zone.records["null.example"] = ["MX 0 ."]
        lab.add_domain("implicit.example", policy=web.policy("enforce", "implicit.example"))
        lab.zone.records["implicit.example"] = ["A 192.0.2.33"]
        lab.publish()
        cls.daemon = lab.start_daemon(maps=MAPS)
        cls.postfix = lab.add(mta.Postfix(lab.work, lab.authority.certificate, POLICY_MAPS, more=MORE))

    def assert_answer(self, key, answer):
        self.assertEqual(answer, self.daemon.ask(key, "QUERY"))

    def assert_delivered(self, domain, host):
        """Over TLS that Postfix has verified, to this host."""
        status, line = self.postfix.outcome(self.postfix.send(f"user@{domain}"))
        self.assertEqual("sent", status, line)
        self.assertIn(f"relay={host}[", line)
        self.assertEqual("Verified", self.postfix.judgement(line))
        self.assertTrue(self.lab.mx[host].wait_for_mail(domain)[-1].tls)

    def assert_held(self, domain):
        """Deferred twice, seen by no host; what Postfix says of it."""
        queue_id = self.postfix.send(f"user@{domain}")
        for attempt in (self.postfix.outcome, self.postfix.retry):
            status, line = attempt(queue_id)
            self.assertEqual("deferred", status, line)
        self.assertEqual([], [host.name for host in self.lab.mx.values() if host.mailbox(domain)])
        return line

    def test_the_lab_signs_spoils_and_leaves_unsigned(self):
        def authenticated(name, kind):
            return bool(zone.ask("127.0.0.1", name, kind, 5)[3] & AUTHENTICATED)

        def failed(name, kind):
            return zone.ask("127.0.0.1", name, kind, 5)[3] & 0xF == 2
        self.assertTrue(authenticated("mx-good.example", 1))
        self.assertTrue(authenticated("_25._tcp.mx-good.example", 52))
        self.assertFalse(authenticated("mx-ours.insecure", 1))
        self.assertTrue(failed("_25._tcp.mx-bogus.example", 52))
        self.assertTrue(failed("mx-half.example", 28))
        self.assertTrue(authenticated("mx-half.example", 1))

    def test_a_validating_resolver_is_told_at_the_start(self):
        self.assertIn("resolver-validating", self.daemon.log.text())

    def test_dane_goes_first_where_it_works(self):
        self.assert_answer("good.example", "OK dane-only")
        self.assert_delivered("good.example", "mx-good.example")

    def test_a_failing_dane_is_not_overridden_by_a_policy_that_holds(self):
        self.assert_answer("failing.example", "OK dane-only")
        self.assertEqual("OK secure match=mx-wrong.example servername=hostname",
                         self.daemon.ask("failing.example", "postfix"))
        self.assert_held("failing.example")

    def test_of_hosts_with_and_without_dane_only_those_with_get_the_mail(self):
        self.assert_answer("partial.example", "OK dane-only")
        self.assert_delivered("partial.example", "mx-good.example")
        self.assert_answer("partial-nosts.example", "OK dane")

    def test_an_insecure_list_of_hosts_leaves_the_policy_in_force(self):
        self.assert_answer("list.insecure", "OK secure match=mx-good.example servername=hostname")
        self.assert_delivered("list.insecure", "mx-good.example")
        self.assert_delivered("list-wrong.insecure", "mx-wrong.example")

    def test_tlsa_records_that_cannot_be_had_hold_the_mail_and_the_log_says_why(self):
        answer = self.daemon.ask("bogus.example", "QUERY")
        self.assertRegex(answer, r"^TEMP DANE: TLSA _25\._tcp\.mx-bogus\.example: SERVFAIL \(.*Bogus.*\) from 127\.0\.0\.1")
        self.assert_held("bogus.example")
        self.postfix.log.wait_for(r"DANE: TLSA _25\._tcp\.mx-bogus\.example: SERVFAIL")

    def test_an_ipv6_lookup_that_fails_beside_an_ipv4_one_holds_up_nothing(self):
        self.assert_answer("half.example", "OK dane-only")
        self.assert_delivered("half.example", "mx-half.example")

    def test_a_host_that_does_not_exist_holds_up_nothing(self):
        self.assert_answer("hostless.example", "OK dane-only")
        self.assert_delivered("hostless.example", "mx-good.example")

    def test_records_that_nobody_can_use_leave_the_policy_in_force(self):
        self.assert_answer("unusable.example", "OK secure match=mx-unusable.example servername=hostname")
        self.assert_delivered("unusable.example", "mx-unusable.example")

    def test_a_list_of_hosts_that_cannot_be_had_holds_the_mail_of_policies_alone(self):
        self.assertRegex(self.daemon.ask("lost.example", "QUERY"), r"^TEMP DANE: MX lost\.example: SERVFAIL")
        lab = self.lab
        lab.zone.signer.bogus.add(("lost-nosts.example", "MX"))
        lab.zone.publish()
        self.assert_answer("lost-nosts.example", "NOTFOUND ")

    def test_no_mail_and_no_list(self):
        self.assert_answer("null.example", "NOTFOUND ")
        self.assert_answer("missing.example", "NOTFOUND ")
        self.assert_answer("implicit.example", "OK dane-only")
        self.assert_delivered("implicit.example", "implicit.example")

    def test_a_smart_host_by_its_own_name_and_port(self):
        self.assert_answer("[relay.example]:587", "OK dane-only")
        self.assert_answer("[relay.example]:submission", "OK dane-only")
        self.assert_answer("[relay.example]", "NOTFOUND ")
        self.assertEqual(0, self.lab.resolver.queries("relay.example", "MX"))
        status, line = self.postfix.outcome(self.postfix.send("user@smart.example"))
        self.assertEqual("sent", status, line)
        self.assertEqual("Verified", self.postfix.judgement(line))

    def test_a_domain_without_any_dnssec_is_as_without_dane(self):
        self.assert_answer("plain.insecure", "OK secure match=mx-ours.insecure servername=hostname")
        self.assert_delivered("plain.insecure", "mx-ours.insecure")

    # proves DANE-1
    def test_a_resolver_that_does_not_validate_leaves_mta_sts_and_is_told_once(self):
        self.lab.add(resolver.Resolver(self.lab.work, OTHER_RESOLVER))
        running = self.start(listen=[{"socketmap": "127.0.0.1:8471"}], dns={"servers": [OTHER_RESOLVER]}, maps=MAPS)
        for _ in range(3):
            self.assertEqual("OK secure match=mx-good.example servername=hostname", running.ask("good.example", "QUERY"))
        running.log.wait_for("resolver-not-validating")
        self.assertEqual(1, running.log.text().count("resolver-not-validating"))
        self.assertEqual(0, running.stop())

    # proves DANE-1
    def test_a_resolver_elsewhere_is_believed_only_where_the_operator_says_so(self):
        for trust, answer in (("no", "OK secure match=mx-good.example servername=hostname"), ("yes", "OK dane-only")):
            running = self.start(listen=[{"socketmap": "127.0.0.1:8471"}], maps=MAPS,
                                 dns={"servers": ["127.0.0.1"], "trust_ad": trust})
            self.assertEqual(answer, running.ask("good.example", "QUERY"))
            self.assertEqual(0, running.stop())


if __name__ == "__main__":
    isolation.main()
