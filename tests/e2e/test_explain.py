"""tlspolicy explain and bulk: they say what the running daemon says, and why."""

import json

from lab import case, command, daemon, isolation, programs, signed, web

MAPS = {"postfix": {}, "QUERY": {"dane": True}, "QUERYwithTLSRPT": {"dane": True, "tlsrpt": True},
        "strict": {"on_dns_failure": "temp", "enforce_testing": True}, "watched": {"mode": "monitor"}}
STATUSES = FINE, WARNING, PROBLEM, UNKNOWN = range(4)
OVERRIDES = [{"domain": "overridden.example", "answer": "encrypt", "reason": "their host is being mended"},
             {"domain": ".below.example", "answer": "may"}]


class ExplainTest(case.LabTest):
    signed = True

    @classmethod
    def furnish(cls):
        lab, issue = cls.lab, cls.lab.authority.issue

        def add_host(name, *records, port=25):
            pair = issue(name)
            lab.zone.records[name] = ["A 192.0.2.25"]
            lab.zone.records[f"_{port}._tcp.{name}"] = [
                record if isinstance(record, str) else record(pair.certificate) for record in records]

        add_host("mx-good.example", signed.tlsa)
        add_host("mx-plain.example")
        add_host("mx-bogus.example", signed.tlsa)
        add_host("mx-unusable.example", lambda pem: signed.tlsa(pem, usage=1))
        add_host("relay.example", signed.tlsa, port=587)
        lab.zone.signer.bogus |= {("_25._tcp.mx-bogus.example", "TLSA"), ("lost.example", "MX")}

        def add(domain, *hosts, mode="enforce", patterns=None):
            lab.add_domain(domain, hosts, web.policy(mode, *(patterns or hosts)) if mode else None)

        add("enforce.example", "mx-plain.example", "mx-good.example", patterns=["mx-plain.example", "*.elsewhere.example"])
        add("testing.example", "mx-plain.example", mode="testing")
        add("none.example", "mx-plain.example", mode="none")
        add("norecord.example", "mx-plain.example", mode=None)
        add("two.example", "mx-plain.example")
        lab.zone.records["_mta-sts.two.example"] = ['TXT "v=STSv1; id=1;"', 'TXT "v=STSv1; id=2;"', 'TXT "spf"']
        add("broken.example", "mx-plain.example")
        lab.web.put("broken.example", "version: STSv1\nmode: enforced\nmx 1\nnote: hello\nmax_age: 1d\n")
        add("missing-host.example", "mx-plain.example")
        del lab.zone.records["mta-sts.missing-host.example"]
        add("short.example", "mx-plain.example")
        lab.web.put("short.example", web.policy("enforce", "mx-plain.example", max_age=0))
        add("dane.example", "mx-good.example")
        add("partial.example", "mx-plain.example", "mx-good.example")
        add("partial-nosts.example", "mx-plain.example", "mx-good.example", mode=None)
        add("bogus.example", "mx-bogus.example")
        add("unusable.example", "mx-unusable.example")
        add("lost.example", "mx-good.example")
        add("list.insecure", "mx-good.example")
        add("overridden.example", "mx-plain.example")
        lab.zone.records["null.example"] = ["MX 0 ."]
        cls.keys = [
            "enforce.example", "ENFORCE.example.", "testing.example", "none.example", "norecord.example", "two.example",
            "broken.example", "missing-host.example", "short.example", "dane.example", "partial.example",
            "partial-nosts.example", "bogus.example", "unusable.example", "lost.example", "list.insecure",
            "overridden.example", "a.below.example", "null.example", "nowhere.example", "[relay.example]:587",
            "[relay.example]", ".enforce.example", "[192.0.2.1]", "localhost", "a..b.example", "enforce.example:0"]
        lab.publish()
        cls.control = lab.work / "explain.control"
        cls.daemon = lab.start_daemon(maps=MAPS, overrides=OVERRIDES, control=f"unix:{cls.control}")

    def explain(self, key, *arguments):
        status, out, err = command.run("explain", key, "--config", self.daemon.config, *arguments, "--json")
        self.assertIn(status, STATUSES, out + err)
        return json.loads(out)

    def explained(self, key, *arguments):
        status, out, err = command.run("explain", key, "--config", self.daemon.config, *arguments)
        self.assertIn(status, STATUSES, out)
        self.assertEqual("", err)
        broken = [line for line in out.splitlines() if len(line) > 80 and " " in line[20:].strip()]
        self.assertEqual([], broken)
        return out

    def answer_of(self, explanation, map_name):
        return next(each for each in explanation["answers"] if each["map"] == map_name)

    def bulk(self, *arguments, names=None, status=0):
        text = "".join(f"{name}\n" for name in (names or self.keys))
        found, out, err = command.run("bulk", "-", "--config", self.daemon.config, *arguments, text=text)
        self.assertEqual(status, found, out + err)
        return out, err

    # explain

    def test_every_answer_is_the_one_that_the_running_daemon_gives(self):
        for key in self.keys:
            explanation = self.explain(key)
            self.assertEqual(1, explanation["schema"])
            self.assertEqual(sorted(MAPS), sorted(each["map"] for each in explanation["answers"]))
            for each in explanation["answers"]:
                with self.subTest(key=key, map=each["map"]):
                    said = self.daemon.ask(key, each["map"])
                    # A policy with max_age 0 serves the lookup that fetches it: each map is another lookup.
                    self.assertEqual(said, each["answer"])

    def test_a_policy_that_is_enforced(self):
        text = self.explained("enforce.example", "--map", "postfix")
        for words in ("Lookup key: the mail hosts of enforce.example, port 25", "Resolver: validates DNSSEC",
                      '"v=STSv1; id=1;"', "a policy record, id 1", "GET https://mta-sts.enforce.example/.well-known/mta-sts.txt",
                      "HTTP status 200", "TLSv1.3", 'issued by "lab authority"', "for mta-sts.enforce.example",
                      "mode: enforce", 'matches "mx: mx-plain.example" of the policy',
                      'matches no "mx" line of the policy', "Rule policy-enforced",
                      "postfix: OK secure match=mx-plain.example:.elsewhere.example",
                      "Postfix delivers over TLS alone", "The running daemon"):
            self.assertIn(words, text)
        self.assertNotIn("QUERY:", text)
        self.assertNotIn("\x1b", text)

    def test_lines_of_a_policy_are_judged_one_by_one(self):
        explanation = self.explain("broken.example", "--map", "postfix")
        lines = explanation["fetch"][0]["lines"]
        self.assertEqual(["field", "wrong", "wrong", "extension", "wrong"], [line["verdict"] for line in lines])
        self.assertEqual(2, lines[1]["line"])
        self.assertIn("is not enforce, testing or none", lines[1]["why"])
        self.assertEqual(["mode is missing", "max_age is missing"], explanation["fetch"][0]["missing"])
        self.assertEqual("policy-unavailable", explanation["answers"][0]["rule"])
        text = self.explained("broken.example", "--map", "postfix")
        self.assertIn('wrong: mode "enforced" is not enforce, testing or none', text)

    def test_records_that_are_two_are_none(self):
        explanation = self.explain("two.example", "--map", "postfix")
        self.assertEqual(3, len(explanation["record"][0]["texts"]))
        self.assertEqual("2 TXT records begin with v=STSv1;", explanation["record"][0]["no_policy"])
        self.assertEqual("no-record", explanation["answers"][0]["rule"])

    def test_a_policy_host_that_does_not_exist(self):
        explanation = self.explain("missing-host.example", "--map", "postfix")
        self.assertEqual("nxdomain", explanation["policy_host"][0]["absent"])
        self.assertEqual("unavailable", explanation["mta_sts"]["state"])
        self.assertEqual("policy-unavailable", explanation["answers"][0]["rule"])

    def test_the_exit_status_is_that_of_the_worst_answer(self):
        dead = ["--resolver", "127.0.0.1:9"]
        for key, options, expected in (
                ("enforce.example", [], FINE), ("norecord.example", [], FINE), ("[192.0.2.1]", dead, FINE),
                ("overridden.example", dead, FINE), ("broken.example", ["--map", "postfix"], WARNING),
                ("bogus.example", ["--map", "QUERY"], PROBLEM), ("bogus.example", ["--map", "postfix"], FINE),
                ("bogus.example", [], PROBLEM), ("enforce.example", [*dead, "--map", "postfix"], UNKNOWN),
                ("enforce.example", [*dead, "--map", "strict"], PROBLEM)):
            with self.subTest(key=key, options=options):
                for form in ([], ["--json"]):
                    status, out, err = command.run("explain", key, "--config", self.daemon.config, *options, *form)
                    self.assertEqual(expected, status, out + err)

    def test_the_rule_of_each_dane_answer_is_named(self):
        for domain, rule in (("dane.example", "all-hosts-usable"), ("partial.example", "some-hosts-usable-enforced"),
                             ("partial-nosts.example", "some-hosts-usable"), ("bogus.example", "hosts-undecided-enforced"),
                             ("unusable.example", "policy-enforced"), ("lost.example", "hosts-not-known-enforced"),
                             ("list.insecure", "policy-enforced"), ("null.example", "no-record")):
            self.assertEqual(rule, self.answer_of(self.explain(domain, "--map", "QUERY"), "QUERY")["rule"], domain)

    def test_tlsa_records_and_what_dnssec_says_of_them(self):
        dane = self.explain("partial.example")["dane"]
        self.assertEqual("some-usable", dane["standing"])
        self.assertTrue(dane["mx"]["secure"])
        hosts = {host["name"]: host for host in dane["hosts"]}
        self.assertEqual(["no-dane", "usable"], [hosts[name]["state"] for name in ("mx-plain.example", "mx-good.example")])
        record = hosts["mx-good.example"]["tlsa"][0]["records"][0]
        self.assertTrue(record["usable"])
        self.assertRegex(record["data"], r"^3 1 1 [0-9a-f]{64}$")
        self.assertEqual(["192.0.2.25"], hosts["mx-good.example"]["a"]["addresses"])
        unusable = self.explain("unusable.example")["dane"]["hosts"][0]["tlsa"][0]["records"][0]
        self.assertFalse(unusable["usable"])
        self.assertFalse(self.explain("list.insecure")["dane"]["mx"]["secure"])

    def test_a_smart_host_by_its_own_name_and_port(self):
        explanation = self.explain("[relay.example]:587", "--map", "QUERY")
        self.assertEqual(("relay.example", True, 587),
                         (explanation["domain"], explanation["bracketed"], explanation["port"]))
        self.assertNotIn("mx", explanation["dane"])
        self.assertEqual("_587._tcp.relay.example", explanation["dane"]["hosts"][0]["tlsa"][0]["name"])
        self.assertEqual("OK dane-only", explanation["answers"][0]["answer"])

    def test_what_the_running_daemon_knows_stands_beside_it(self):
        self.daemon.ask("testing.example", "QUERY")
        self.daemon.ask("[relay.example]:587", "QUERY")
        for options in ([], ["--socket", self.control]):  # the configuration names the socket too
            explanation = self.explain("testing.example", *options)
            self.assertEqual("testing", explanation["daemon"]["sts"]["kind"])
            self.assertEqual(["testing.example"], [dane["key"] for dane in explanation["daemon"]["dane"]])
            self.assertIn("MTA-STS: testing", self.explained("testing.example", *options))
            relay = self.explain("[relay.example]:587", *options)
            self.assertIn("[relay.example]:587", [dane["key"] for dane in relay["daemon"]["dane"]])
        self.assertIn("no such socket", self.explain("testing.example", "--socket", "/nowhere")["daemon"]["note"])
        deaf = self.lab.work / "deaf.yaml"
        deaf.write_text(daemon.to_yaml(self.settings(control="off")))
        note = command.run_json("explain", "testing.example", "--config", deaf)["daemon"]["note"]
        self.assertIn('"control" of the configuration is off', note)

    def test_an_override_stands_before_what_was_found(self):
        explanation = self.explain("overridden.example")
        self.assertEqual({"key": "overridden.example", "answer": "encrypt", "reason": "their host is being mended"},
                         explanation["override"])
        answer = self.answer_of(explanation, "postfix")
        self.assertEqual("OK encrypt", answer["answer"])
        self.assertEqual("OK secure match=mx-plain.example servername=hostname", answer["judgement"])
        self.assertEqual(".below.example", self.explain("a.below.example")["override"]["key"])

    def test_monitor_mode_tells_what_the_answer_would_be(self):
        text = self.explained("enforce.example", "--map", "watched")
        self.assertIn("watched: NOTFOUND", text)
        self.assertIn("Monitor mode", text)
        self.assertIn("By this rule alone: OK secure match=mx-plain.example", " ".join(text.split()))

    def test_a_key_that_names_no_domain(self):
        for key, why in (("[192.0.2.1]", "an address literal"), (".enforce.example", "parent domain"),
                         ("enforce.example:0", "port")):
            self.assertIn(why, self.explain(key)["no_domain"])

    def test_every_query_is_shown_on_demand(self):
        explanation = self.explain("dane.example", "--trace")
        seen = {(query["type"], query["name"]): query for query in explanation["trace"]}
        for question in (("TXT", "_mta-sts.dane.example"), ("A", "mta-sts.dane.example"), ("MX", "dane.example"),
                         ("AAAA", "mx-good.example"), ("TLSA", "_25._tcp.mx-good.example"), ("NS", "")):
            self.assertIn(question, seen)
        query = seen["TLSA", "_25._tcp.mx-good.example"]
        self.assertEqual(("NOERROR", True, "127.0.0.1"), (query["rcode"], query["ad"], query["server"]))
        self.assertRegex(query["records"][0]["data"], "^TLSA 3 1 1 ")
        self.assertIn("took_ms", query)
        text = self.explained("bogus.example", "--trace")
        self.assertIn("TLSA _25._tcp.mx-bogus.example at 127.0.0.1", text)
        self.assertIn("SERVFAIL", text)
        self.assertNotIn("trace", self.explain("dane.example"))

    def test_options_stand_in_for_the_configuration(self):
        empty = self.lab.work / "empty.yaml"
        empty.write_text("")
        options = ["--config", empty, "--resolver", "127.0.0.1", "--map", "postfix"]
        refused = command.run_json("explain", "enforce.example", *options, status=WARNING)
        self.assertIn("refused", refused["fetch"][0]["error"])
        distrusted = command.run_json("explain", "enforce.example", *options, "--allow-address", "192.0.2.0/24",
                                      status=WARNING)
        self.assertEqual("certificate", distrusted["fetch"][0]["attempts"][0]["reached"])
        good = command.run_json("explain", "enforce.example", *options, "--allow-address", "192.0.2.0/24",
                                "--ca-file", self.lab.authority.certificate)
        self.assertTrue(good["answers"][0]["answer"].startswith("OK secure"))

    def test_wrong_use_is_told(self):
        ours = ["--config", self.daemon.config]
        for arguments, words in (([*ours, "--map", "none"], 'there is no map "none"'),
                                 ([*ours, "--resolver", "ns.example"], "--resolver"),
                                 (["--config", "/nowhere.yaml"], "/nowhere.yaml")):
            status, out, err = command.run("explain", "enforce.example", *arguments)
            self.assertEqual((3, ""), (status, out))
            self.assertIn(words, err)

    # bulk

    def test_a_list_is_answered_as_by_the_daemon_in_every_map(self):
        for name in MAPS:
            # What is to be tried again, where DANE could not be looked up, is no answer.
            out, _ = self.bulk("--map", name, "--json", status=3 if name.startswith("QUERY") else 0)
            rows = [json.loads(line) for line in out.splitlines()]
            self.assertEqual(self.keys, [row["key"] for row in rows])
            for row in rows:
                with self.subTest(map=name, key=row["key"]):
                    self.assertEqual(self.daemon.ask(row["key"], name), row["answer"])

    def test_a_running_daemon_is_asked_instead(self):
        here, _ = self.bulk("--map", "QUERY", "--json", status=3)
        there, err = self.bulk("--map", "QUERY", "--json", "--server", "127.0.0.1:8461", status=3)
        self.assertIn(f"2 of {len(self.keys)} names have no definite answer, the first is bogus.example: TEMP", err)
        self.assertEqual(here, there)
        _, err = self.bulk("--server", "127.0.0.1:1", status=3)
        self.assertIn("127.0.0.1:1: Connection refused", err)

    def test_what_a_full_disk_cuts_short_is_told(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            for arguments in (["bulk", "-", "--postmap"], ["bulk", "-", "--json"], ["explain", "[192.0.2.1]"]):
                status, err = command.run_into(full, *arguments, "--config", self.daemon.config, text="a.below.example\n")
                self.assertEqual(3, status, arguments)
                self.assertIn("not all could be written to the standard output: No space left on device", err)
            for arguments in (["--help"], ["complete", ""]):
                self.assertEqual(3, command.run_into(full, *arguments)[0], arguments)

    def test_a_map_that_does_not_exist_is_a_problem(self):
        for options in ([], ["--postmap"], ["--json"]):
            _, err = self.bulk("--server", "127.0.0.1:8461", "--map", "typo", *options, status=2)
            self.assertIn(f"{len(self.keys)} of {len(self.keys)} names have no definite answer", err)
            self.assertIn("PERM unknown map", err)
        self.bulk("--compare", "127.0.0.1:8461:typo", status=2)

    def test_a_server_that_is_none_is_told_before_anything_is_looked_up(self):
        for option, value in (("--compare", "127.0.0.1"), ("--compare", "127.0.0.1:postfix"),
                              ("--compare", "ns.example:53:postfix"), ("--server", "8461")):
            status, out, err = command.run("bulk", "/nowhere/names", option, value)
            self.assertEqual((3, ""), (status, out))
            self.assertIn(f"{option}: ", err)

    def test_comments_and_blanks_do_not_count_and_two_names_a_line_are_refused(self):
        out, _ = self.bulk(names=["# partners", "", "enforce.example   # the first", "\tnone.example\r"])
        self.assertEqual(["enforce.example", "none.example"], [line.split()[0] for line in out.splitlines()])
        _, err = self.bulk(names=["enforce.example", "none.example may"], status=3)
        self.assertIn("line 2", err)

    def test_the_table_for_postmap_gives_the_same_answers(self):
        out, _ = self.bulk("--postmap")
        self.assertTrue(out.startswith("# TLS policies, the answers of the map postfix on "))
        table = self.lab.work / "policies"
        table.write_text(out)
        for key in ("enforce.example", "overridden.example"):
            found = programs.run("postmap", "-q", key, f"texthash:{table}").strip()
            self.assertEqual(self.daemon.ask(key), f"OK {found}")
        self.assertEqual(1, out.count("\nenforce.example "))
        self.assertNotIn("none.example", out)

    def test_servers_are_compared(self):
        self.start(listen=[{"socketmap": "127.0.0.1:8471"}], maps=MAPS, overrides=[
            {"domain": "enforce.example", "answer": "may"}, *OVERRIDES])
        unix = self.lab.work / "compare.sock"
        keys = [key for key in self.keys if key != "short.example"]
        out, err = self.bulk("--compare", "127.0.0.1:8471:postfix", "--json", names=keys, status=1)
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual({"enforce.example", "ENFORCE.example."}, {row["key"] for row in rows})
        self.assertEqual({"OK may"}, {row["other"] for row in rows})
        self.assertIn(f"2 of {len(keys)} names are answered differently", err)
        out, _ = self.bulk("--compare", "127.0.0.1:8461:postfix", names=keys)
        self.assertEqual("", out)
        self.start_on(unix)
        self.bulk("--server", "127.0.0.1:8461", "--compare", f"unix:{unix}:postfix", names=keys)

    def start_on(self, path):
        running = daemon.Daemon(self.lab.work, self.settings(listen=[{"socketmap": f"unix:{path}"}], maps=MAPS,
                                                             overrides=OVERRIDES), "on-unix")
        self.addCleanup(running.program.kill)
        return running.wait_until_ready()

    def test_ten_thousand_names_take_a_bounded_time(self):
        names = [f"d{number}.below.example" for number in range(5000)] + [f"n{number}.example" for number in range(5000)]
        out, _ = self.bulk("--json", names=names)
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(names, [row["key"] for row in rows])
        self.assertEqual({"OK may"}, {row["answer"] for row in rows[:5000]})
        self.assertEqual({"NOTFOUND "}, {row["answer"] for row in rows[5000:]})


if __name__ == "__main__":
    isolation.main()
