"""What MIGRATING.md promises to those who come from postfix-tlspol or postfix-mta-sts-resolver."""

import pathlib
import re
import subprocess

from lab import case, daemon, isolation, mta, programs, signed, web

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "MIGRATING.md"
OLD_PORT = 8642  # postfix-tlspol's

# Domains of the table of answers, each with an enforced policy, and what the map QUERY says of them.
ANSWERS = {
    "all.example": "dane-only",
    "some.example": "dane-only",
    "list.insecure": "secure match=mx-dane.example servername=hostname",
    "unusable.example": "secure match=mx-unusable.example servername=hostname",
    "failing.example": "dane-only",
    "[mx-dane.example]:25": "dane-only",
    "bücher.example": "secure match=mx-plain.example servername=hostname",
    "plain.example": "secure match=mx-plain.example servername=hostname",
}


class MigratingTest(case.LabTest):
    signed = True

    @classmethod
    def furnish(cls):
        lab = cls.lab
        for name, address, usage in (("mx-dane.example", "192.0.2.25", 3), ("mx-plain.example", "192.0.2.26", None),
                                     ("mx-unusable.example", "192.0.2.27", 1), ("mx-bogus.example", "192.0.2.28", 3)):
            pair = lab.authority.issue(name)
            lab.add_mx_host(name, address, pair)
            if usage is not None:
                lab.zone.records[f"_25._tcp.{name}"] = [signed.tlsa(pair.certificate, usage)]
        lab.zone.signer.bogus |= {("_25._tcp.mx-bogus.example", "TLSA"), ("lost.example", "MX")}
        for domain, hosts in (("all.example", ["mx-dane.example"]),
                              ("some.example", ["mx-dane.example", "mx-plain.example"]),
                              ("list.insecure", ["mx-dane.example"]),
                              ("unusable.example", ["mx-unusable.example"]),
                              ("failing.example", ["mx-dane.example", "mx-bogus.example"]),
                              ("xn--bcher-kva.example", ["mx-plain.example"]),
                              ("plain.example", ["mx-plain.example"])):
            lab.add_domain(domain, hosts, web.policy("enforce", *hosts))
        lab.add_domain("tested.example", ["mx-plain.example"], web.policy("testing", "mx-plain.example"))
        lab.add_domain("lost.example", ["mx-plain.example"])
        lab.publish()
        cls.config = mta.write_config(lab.work / "postmap", lab.authority.certificate)
        cls.daemon = lab.start_daemon(maps={"myzone": {"enforce_testing": True}}, listen=[
            {"socketmap": "127.0.0.1:8461"}, {"socketmap": f"127.0.0.1:{OLD_PORT}"}])

    def postmap(self, key, map_name, port=8461):
        """Exit status, value and what was complained of."""
        done = subprocess.run(
            [programs.find("postmap"), "-c", self.config, "-q", key, f"socketmap:inet:127.0.0.1:{port}:{map_name}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        return done.returncode, done.stdout.strip(), done.stderr

    def assert_accepted(self, text):
        path = self.lab.work / "shown.yaml"
        path.write_text(text + "\n")
        self.assertEqual((0, f"{path}: ok\n"), daemon.check_config(path))

    def test_the_configurations_shown_are_accepted_without_a_word(self):
        blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        self.assertGreaterEqual(len(blocks), 2)
        for block in blocks:
            with self.subTest(block=block):
                self.assert_accepted(block)

    def test_the_keys_beside_theirs_are_accepted_without_a_word(self):
        right = [line.split(" | ", 1)[1] for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
        shown = re.findall(r"`((?:[a-z]+: [\[{]|{domain: ).*?)`", "\n".join(right))
        self.assertGreater(len(shown), 10)
        for text in shown:
            with self.subTest(text=text):
                text = text.replace("redis://…", "redis://192.0.2.20").replace("…", "")
                self.assert_accepted(f"overrides: [{text}]" if text.startswith("{") else text)

    # proves MAP-3
    def test_the_maps_of_postfix_tlspol_are_answered_at_either_port(self):
        for port in (8461, OLD_PORT):
            for key, answer in ANSWERS.items():
                with self.subTest(port=port, key=key):
                    self.assertEqual((0, answer, ""), self.postmap(key, "QUERY", port))
                    status, value, complaint = self.postmap(key, "QUERYwithTLSRPT", port)
                    self.assertEqual((0, ""), (status, complaint))
                    self.assertTrue(value.startswith(answer))
                    self.assertEqual(answer.startswith("secure"), " policy_type=sts policy_domain=" in value)

    # proves MAP-3
    def test_the_map_of_postfix_mta_sts_resolver_knows_policies_alone(self):
        self.assertEqual((0, "secure match=mx-dane.example servername=hostname", ""),
                         self.postmap("all.example", "postfix"))
        self.assertEqual((0, "secure match=mx-dane.example:mx-plain.example servername=hostname", ""),
                         self.postmap("some.example", "postfix"))
        self.assertEqual((1, "", ""), self.postmap("tested.example", "postfix"))

    def test_its_zones_are_maps_and_others_are_errors(self):
        self.assertEqual((0, "secure match=mx-plain.example servername=hostname", ""),
                         self.postmap("tested.example", "myzone"))
        for unknown in ("otherzone", "query", "QUERYWITHTLSRPT"):
            status, value, complaint = self.postmap("plain.example", unknown)
            self.assertEqual((1, ""), (status, value))
            self.assertIn("unknown map", complaint)

    def test_a_domain_without_policy_whose_mail_hosts_cannot_be_looked_up_is_left_to_postfix(self):
        self.assertEqual((1, "", ""), self.postmap("lost.example", "QUERY"))


if __name__ == "__main__":
    isolation.main()
