"""postmap -q against every map, over every transport."""

import functools
import subprocess

from lab import case, isolation, mta, programs, web

ENFORCED = "secure match=mx1.enforced.example:.mx.enforced.example servername=hostname"
TESTED = "secure match=mx.tested.example servername=hostname"
BOOKS = "secure match=mx.xn--bcher-kva.example servername=hostname"
MAPS = {
    "postfix": {},
    "reporting": {"tlsrpt": True},
    "eager": {"enforce_testing": True},
    "strict": {"on_dns_failure": "temp"},
}


def over_every_transport(test):
    @functools.wraps(test)
    def each(self):
        for transport in self.transports:
            with self.subTest(transport=transport):
                test(self, transport)
    return each


class PostmapTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab = cls.lab
        lab.add_domain("enforced.example", policy=web.policy(
            "enforce", "mx1.enforced.example", "*.MX.enforced.example"))
        lab.add_domain("tested.example", policy=web.policy("testing", "mx.tested.example"))
        lab.add_domain("none.example", policy=web.policy("none"))
        lab.add_domain("nothing.example")
        lab.add_domain("xn--bcher-kva.example", policy=web.policy("enforce", "mx.xn--bcher-kva.example"))
        lab.add_domain("six.example", policy=web.policy("enforce", "mx.six.example"), addresses=[web.ADDRESS_V6])
        lab.add_domain("half.example", policy=web.policy("enforce", "mx.half.example"),
                       addresses=["192.0.2.99", web.ADDRESS])
        lab.add_domain("alias.example", policy=web.policy("enforce", "mx.alias.example"))
        lab.zone.records["_mta-sts.alias.example"] = ["CNAME record.lab."]
        lab.zone.records["record.lab"] = ['TXT "v=STSv1; " "id=7;"']
        lab.add_domain("two.example", policy=web.policy("enforce", "mx.two.example"))
        lab.zone.records["_mta-sts.two.example"] += ['TXT "v=STSv1; id=other;"']
        lab.zone.records["broken.example"] = ["NS ns.nowhere."]  # a server that does not exist: SERVFAIL
        lab.publish()
        cls.config = mta.write_config(lab.work / "postmap", lab.authority.certificate)
        cls.unix = lab.work / "socketmap"
        cls.transports = ["inet:127.0.0.1:8461", "inet:[::1]:8461", f"unix:{cls.unix}"]
        cls.daemon = lab.start_daemon(maps=MAPS, listen=[
            {"socketmap": "127.0.0.1:8461"}, {"socketmap": "[::1]:8461"},
            {"socketmap": f"unix:{cls.unix}", "mode": "0660"},
            {"tcp_table": "127.0.0.1:8462", "map": "postfix"}, {"tcp_table": "127.0.0.1:8463", "map": "strict"}])

    def postmap(self, key, map_name="postfix", transport="inet:127.0.0.1:8461"):
        """Exit status, value and what was complained of."""
        done = subprocess.run(
            [programs.find("postmap"), "-c", self.config, "-q", key, f"socketmap:{transport}:{map_name}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        return done.returncode, done.stdout.strip(), done.stderr

    def postmap_table(self, key, port=8462):
        done = subprocess.run(
            [programs.find("postmap"), "-c", self.config, "-q", key, f"tcp:127.0.0.1:{port}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        return done.returncode, done.stdout.strip(), done.stderr

    def assert_found(self, value, key, map_name="postfix", transport="inet:127.0.0.1:8461"):
        self.assertEqual((0, value, ""), self.postmap(key, map_name, transport))

    def assert_not_found(self, key, map_name="postfix", transport="inet:127.0.0.1:8461"):
        self.assertEqual((1, "", ""), self.postmap(key, map_name, transport))

    def assert_error(self, reason, key, map_name, transport="inet:127.0.0.1:8461"):
        status, value, complaint = self.postmap(key, map_name, transport)
        self.assertNotEqual(0, status)
        self.assertEqual("", value)
        self.assertIn(reason, complaint)

    # proves MAP-6
    def test_a_tcp_table_answers_as_its_map(self):
        self.assertEqual((0, ENFORCED, ""), self.postmap_table("enforced.example"))
        self.assertEqual((0, BOOKS, ""), self.postmap_table("b\u00fccher.example"))
        for key in ("nothing.example", "localhost", "", "a b"):
            with self.subTest(key=key):
                self.assertEqual((1, "", ""), self.postmap_table(key))
        status, value, complaint = self.postmap_table("broken.example", 8463)
        self.assertEqual((1, ""), (status, value))
        self.assertIn("query error", complaint)  # Postfix says no more: the reason is in the daemon's log

    # proves STS-40
    @over_every_transport
    def test_an_enforced_policy_is_answered_with_secure_over_every_transport(self, transport):
        self.assert_found(ENFORCED, "enforced.example", transport=transport)

    @over_every_transport
    def test_no_policy_is_not_found_over_every_transport(self, transport):
        self.assert_not_found("nothing.example", transport=transport)

    @over_every_transport
    def test_modes_testing_and_none_are_not_found(self, transport):
        self.assert_not_found("tested.example", transport=transport)
        self.assert_not_found("none.example", transport=transport)

    @over_every_transport
    def test_a_map_that_enforces_testing_answers_with_secure(self, transport):
        self.assert_found(TESTED, "tested.example", "eager", transport)
        self.assert_found(ENFORCED, "enforced.example", "eager", transport)
        self.assert_not_found("none.example", "eager", transport)

    # proves STS-41
    @over_every_transport
    def test_a_map_with_tlsrpt_tells_the_policy_as_well(self, transport):
        answer = (ENFORCED + " policy_type=sts policy_domain=enforced.example mx_host_pattern=mx1.enforced.example"
                  " mx_host_pattern=*.mx.enforced.example")
        strings = [" { policy_string = version: STSv1 }", " { policy_string = mode: enforce }",
                   " { policy_string = max_age: 86400 }"]
        status, value, complaint = self.postmap("enforced.example", "reporting", transport)
        self.assertEqual((0, ""), (status, complaint))
        self.assertTrue(value.startswith(answer + " { policy_string = "), value)
        for string in strings:
            self.assertIn(string, value)
        self.assertEqual(5, value.count("{ policy_string = "))
        self.assertNotIn("policy_ttl", value)
        self.assertNotIn("policy_failure", value)

    # proves STS-42
    def test_a_map_with_tlsrpt_says_nothing_of_a_policy_in_testing(self):
        self.assert_not_found("tested.example", "reporting")

    # proves MAP-3
    @over_every_transport
    def test_an_unknown_map_is_a_permanent_error(self, transport):
        self.assert_error("unknown map", "enforced.example", "nosuchmap", transport)

    # proves STS-43
    def test_the_forms_of_a_key_that_mean_one_domain_have_one_answer(self):
        for key in ("enforced.example", "ENFORCED.Example", "enforced.example.", "[enforced.example]",
                    "[enforced.example]:587", "enforced.example:25", "[Enforced.Example]:25"):
            for transport in self.transports:
                with self.subTest(key=key, transport=transport):
                    self.assert_found(ENFORCED, key, transport=transport)

    # proves STS-43
    @over_every_transport
    def test_a_unicode_key_is_looked_up_by_its_ascii_form(self, transport):
        self.assert_found(BOOKS, "bücher.example", transport=transport)
        self.assert_found(BOOKS, "xn--bcher-kva.example", transport=transport)
        _, value, _ = self.postmap("bücher.example", "reporting")
        self.assertIn(" policy_domain=xn--bcher-kva.example ", value)

    # proves STS-43
    def test_keys_that_name_no_domain_are_not_found_and_cost_no_query(self):
        before = self.lab.resolver.log.size()
        for key in (".enforced.example", ".example", "example", "localhost", "[192.0.2.25]", "192.0.2.25",
                    "[192.0.2.25]:25", "[2001:db8::25]", "[2001:db8::25]:587", "a..example",
                    "under score.example", "x" * 64 + ".example"):
            for transport in self.transports:
                with self.subTest(key=key, transport=transport):
                    self.assert_not_found(key, transport=transport)
        self.assertNotRegex(self.lab.resolver.log.text(before), "_mta-sts")

    # proves STS-6
    def test_a_policy_says_nothing_of_the_domains_below(self):
        self.assert_not_found("sub.enforced.example")

    # proves STS-1
    def test_a_record_behind_a_cname_in_two_strings_is_found(self):
        self.assert_found("secure match=mx.alias.example servername=hostname", "alias.example")

    # proves STS-2
    def test_two_records_are_as_good_as_none(self):
        self.assert_not_found("two.example")

    # proves STS-20
    def test_a_policy_host_with_ipv6_alone_is_reached(self):
        self.assert_found("secure match=mx.six.example servername=hostname", "six.example")

    # proves STS-20
    def test_a_policy_host_of_whose_addresses_one_is_dead_is_reached(self):
        self.assert_found("secure match=mx.half.example servername=hostname", "half.example")

    # proves STS-5
    @over_every_transport
    def test_a_dns_failure_is_not_found_or_in_a_strict_map_temporary(self, transport):
        self.assert_not_found("broken.example", transport=transport)
        status, value, complaint = self.postmap("broken.example", "strict", transport)
        self.assertEqual((1, ""), (status, value))
        self.assertRegex(complaint, "(?i)servfail")
        self.assert_not_found("nothing.example", "strict")

    @over_every_transport
    def test_one_connection_serves_many_keys(self, transport):
        keys = "enforced.example\nnothing.example\ntested.example\nenforced.example\n"
        done = subprocess.run(
            [programs.find("postmap"), "-c", self.config, "-q", "-", f"socketmap:{transport}:postfix"],
            input=keys, stdout=subprocess.PIPE, text=True, timeout=30, check=False)
        self.assertEqual(f"enforced.example\t{ENFORCED}\n" * 2, done.stdout)

    def test_one_fetch_serves_every_map_and_transport(self):
        self.assert_found(ENFORCED, "enforced.example")
        self.assertEqual(1, self.lab.web.fetches("enforced.example"))


if __name__ == "__main__":
    isolation.main()
