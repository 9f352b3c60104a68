"""Real deliveries by a real Postfix, judged by its log and by what the MX hosts were given."""

import time

from lab import case, isolation, mta, web

POLICY_MAPS = "socketmap:inet:127.0.0.1:8461:postfix"
REPORTING_MAPS = "socketmap:inet:127.0.0.1:8461:reporting"

# Each is a reason why RFC 8461, 4 forbids the delivery: the MX host, and what the policy allows.
FAULTS = {
    "stripped": ("mx-plain.example", "mx-plain.example"),
    "selfsigned": ("mx-self.example", "mx-self.example"),
    "wrongname": ("mx-wrong.example", "mx-wrong.example"),
    "expired": ("mx-expired.example", "mx-expired.example"),
    "unlisted": ("mx-stranger.example", "mx-good.example"),
}


class DeliveryTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab, issue = cls.lab, cls.lab.authority.issue
        lab.add_mx_host("mx-good.example", "192.0.2.25", issue("mx-good.example"), address_v6="2001:db8::25")
        lab.add_mx_host("mx-second.example", "192.0.2.26", issue("mx-second.example"))
        lab.add_mx_host("mx-plain.example", "192.0.2.27")
        lab.add_mx_host("mx-self.example", "192.0.2.28", lab.authority.self_signed("mx-self.example"))
        lab.add_mx_host("mx-wrong.example", "192.0.2.29", issue("another.example"))
        lab.add_mx_host("mx-expired.example", "192.0.2.30", issue("mx-expired.example", expired=True))
        lab.add_mx_host("mx-stranger.example", "192.0.2.31", issue("mx-stranger.example"))
        lab.add_mx_host("a.wild.example", "192.0.2.32", issue("a.wild.example"))
        for fault, (host, pattern) in FAULTS.items():
            for mode in ("enforce", "testing"):
                lab.add_domain(f"{fault}-{mode}.example", [host], web.policy(mode, pattern))
        enforce_good = web.policy("enforce", "mx-good.example")
        lab.add_domain("good.example", ["mx-good.example"], enforce_good)
        lab.add_domain("reporting.example", ["mx-good.example"], enforce_good)
        lab.add_domain("wild.example", ["a.wild.example"], web.policy("enforce", "*.wild.example"))
        lab.add_domain("backup.example", ["mx-plain.example", "mx-second.example"],
                       web.policy("enforce", "mx-plain.example", "mx-second.example"))
        lab.add_domain("nopolicy.example", ["mx-self.example"])
        lab.add_domain("nopolicy-plain.example", ["mx-plain.example"])
        lab.add_domain("hostdown.example", ["mx-plain.example"], web.policy("enforce", "mx-good.example"),
                       addresses=["192.0.2.99"])
        lab.add_domain("kept.example", ["mx-good.example"],
                       web.policy("enforce", "mx-good.example", "mx-plain.example"))
        lab.add_domain("moving.example", ["mx-good.example"], enforce_good)
        lab.add_domain("rewritten.example", ["mx-good.example"], enforce_good)
        lab.add_domain("broken.example", ["mx-good.example"], enforce_good)
        lab.add_domain("leaving.example", ["mx-plain.example"], web.policy("enforce", "mx-plain.example"))
        lab.publish()
        cls.daemon = lab.start_daemon(maps={"postfix": {}, "reporting": {"tlsrpt": True}})
        cls.postfix = lab.add(mta.Postfix(lab.work, lab.authority.certificate, POLICY_MAPS, REPORTING_MAPS))
        cls.held = {}  # domain: what its MX hosts had received before

    @classmethod
    def tearDownClass(cls):
        """Postfix has tried the held mail again every second: still nothing of it may have arrived."""
        leaked = [domain for domain, before in cls.held.items() if cls.received(domain) != before]
        assert not leaked, f"mail that policy forbids was delivered in the end: {leaked}"

    @classmethod
    def received(cls, domain):
        return sum(len(host.mailbox(domain)) for host in cls.lab.mx.values())

    def assert_delivered(self, domain, host, judgement):
        """To this MX host; `judgement`: how Postfix judged the connection, None for one without TLS."""
        status, line = self.postfix.outcome(self.postfix.send(f"user@{domain}"))
        self.assertEqual("sent", status, line)
        self.assertIn(f"relay={host}[", line)
        mail = self.lab.mx[host].wait_for_mail(domain)
        self.assertEqual(judgement is not None, mail[-1].tls)
        self.assertEqual(judgement, self.postfix.judgement(line))
        return mail[-1]

    def assert_held(self, domain):
        """Deferred, and deferred again at the next attempt; no MX host has seen it."""
        received = self.received(domain)
        queue_id = self.postfix.send(f"user@{domain}")
        for attempt in (self.postfix.outcome, self.postfix.retry):
            status, line = attempt(queue_id)
            self.assertEqual("deferred", status, line)
        self.assertEqual(received, self.received(domain))
        return queue_id

    def assert_held_for_good(self, domain):
        before = self.received(domain)
        self.assert_held(domain)
        self.held[domain] = before

    def wait_for_recheck(self, domain):
        """Keeps asking until the daemon has looked at the domain's record twice more, and has been answered."""
        name = f"_mta-sts.{domain}"
        seen = self.lab.resolver.queries(name)

        def rechecked():
            self.daemon.ask(domain)
            return self.lab.resolver.queries(name) >= seen + 2
        self.eventually(rechecked, 15, f"the record of {domain} is not rechecked")

    def test_mail_to_a_good_mx_goes_over_a_verified_connection(self):
        message = self.assert_delivered("good.example", "mx-good.example", "Verified")
        self.assertEqual("mx-good.example", message.server_name)  # servername=hostname

    def test_mail_to_an_mx_that_a_wildcard_pattern_covers_goes_over_a_verified_connection(self):
        self.assert_delivered("wild.example", "a.wild.example", "Verified")

    # proves STS-41
    def test_postfix_takes_the_answers_of_a_map_with_tlsrpt_from_version_3_10(self):
        if self.postfix.version() >= (3, 10):
            self.assert_delivered("reporting.example", "mx-good.example", "Verified")
        else:
            start = self.postfix.log.size()
            self.assert_held("reporting.example")
            self.assertIsNotNone(self.postfix.log.search("warning: .* invalid attribute name", start))

    def test_a_second_mx_takes_the_mail_that_a_stripped_one_may_not(self):
        self.assert_delivered("backup.example", "mx-second.example", "Verified")
        self.assertEqual([], self.lab.mx["mx-plain.example"].mailbox("backup.example"))

    def check_fault(self, fault, judgement):
        """Held under `enforce`, delivered under `testing`."""
        host = FAULTS[fault][0]
        self.assert_held_for_good(f"{fault}-enforce.example")
        self.assert_delivered(f"{fault}-testing.example", host, judgement)

    def test_mail_to_an_mx_whose_starttls_is_stripped_is_held(self):
        self.check_fault("stripped", None)

    def test_mail_to_an_mx_with_a_self_signed_certificate_is_held(self):
        self.check_fault("selfsigned", "Untrusted")

    def test_mail_to_an_mx_with_a_certificate_for_another_name_is_held(self):
        self.check_fault("wrongname", "Trusted")

    def test_mail_to_an_mx_with_an_expired_certificate_is_held(self):
        self.check_fault("expired", "Untrusted")

    def test_mail_to_an_mx_that_the_policy_does_not_name_is_held(self):
        self.check_fault("unlisted", "Trusted")

    def test_mail_to_a_domain_without_policy_goes_opportunistically(self):
        self.assert_delivered("nopolicy.example", "mx-self.example", "Untrusted")
        self.assert_delivered("nopolicy-plain.example", "mx-plain.example", None)

    # proves STS-25
    def test_mail_goes_when_the_policy_host_is_down_and_nothing_is_cached(self):
        self.assert_delivered("hostdown.example", "mx-plain.example", None)

    # proves STS-30
    def test_a_cached_policy_holds_when_its_record_and_host_are_gone(self):
        self.assert_delivered("kept.example", "mx-good.example", "Verified")
        self.lab.withdraw_dns("kept.example")
        self.lab.zone.records["kept.example"] = ["MX 10 mx-plain.example."]
        self.lab.publish()
        self.wait_for_recheck("kept.example")
        self.assert_held_for_good("kept.example")

    # proves STS-30
    def test_a_cached_policy_holds_when_the_new_one_is_not_valid(self):
        self.assert_delivered("broken.example", "mx-good.example", "Verified")
        before = self.daemon.ask("broken.example")
        self.lab.web.put("broken.example", "version: STSv1\nmode: none\nmax_age: soon\n")
        self.lab.set_identifier("broken.example", "2")
        self.lab.publish()
        self.eventually(lambda: self.daemon.ask("broken.example") and self.lab.web.fetches("broken.example") > 1,
                        10, "the new policy is not fetched")
        self.wait_for_recheck("broken.example")
        self.assertEqual(before, self.daemon.ask("broken.example"))

    # proves STS-31
    def test_a_new_id_with_a_new_mx_is_followed_within_the_recheck_interval(self):
        self.assert_delivered("moving.example", "mx-good.example", "Verified")
        self.lab.web.put("moving.example", web.policy("enforce", "mx-second.example"))
        self.lab.set_identifier("moving.example", "2")
        self.lab.zone.records["moving.example"] = ["MX 10 mx-second.example."]
        self.lab.publish()
        began = time.monotonic()
        self.daemon.wait_for_answer("moving.example", lambda answer: "match=mx-second.example " in answer)
        self.assertLess(time.monotonic() - began, 5, "recheck.max is 2 s, and some time goes by with the fetch")
        self.assert_delivered("moving.example", "mx-second.example", "Verified")

    # proves STS-31
    def test_a_new_policy_under_the_old_id_changes_nothing(self):
        self.assert_delivered("rewritten.example", "mx-good.example", "Verified")
        before = self.daemon.ask("rewritten.example")
        self.lab.web.put("rewritten.example", web.policy("enforce", "mx-second.example"))
        self.wait_for_recheck("rewritten.example")
        self.assertEqual(before, self.daemon.ask("rewritten.example"))
        self.assertEqual(1, self.lab.web.fetches("rewritten.example"))

    # proves STS-30
    def test_a_policy_withdrawn_by_mode_none_and_a_new_id_lets_the_mail_go(self):
        queue_id = self.assert_held("leaving.example")
        self.lab.web.put("leaving.example", web.policy("none"))
        self.lab.set_identifier("leaving.example", "2")
        self.lab.publish()
        start = self.postfix.log.size()
        self.daemon.wait_for_answer("leaving.example", lambda answer: answer == "NOTFOUND ")
        # Postfix tries by itself, every second.
        self.postfix.log.wait_for(rf" {queue_id}: to=<user@leaving.example>.* status=sent ", within=15, start=start)
        self.assertFalse(self.lab.mx["mx-plain.example"].wait_for_mail("leaving.example")[0].tls)


if __name__ == "__main__":
    isolation.main()
