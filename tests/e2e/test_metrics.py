"""What monitoring sees: /metrics, /healthz, /readyz, and what Prometheus' own tools think of it."""

import json
import pathlib
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from lab import case, isolation, programs, tracer, web
from lab.monitoring import HTTP, fetch, scrape

GOOD = "good.example"
BROKEN = "broken.example"
EMPTY = "empty.example"
PROMETHEUS = "127.0.0.1:9090"
ROOT = pathlib.Path(__file__).parents[2]
VARIABLES = {"$__rate_interval": "10s", "$instance": ".*", "$percentile": "0.99"}  # as Grafana fills them in


def ask_prometheus(path):
    with urllib.request.urlopen(f"http://{PROMETHEUS}{path}", timeout=20) as reply:
        return reply.read().decode()


def query(expression):
    """What Prometheus finds; nothing while it does not run yet. An expression that it cannot parse is an error."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    try:
        reply = ask_prometheus("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
    except ConnectionError:
        return []
    except urllib.error.HTTPError as refusal:
        if refusal.code == 503:  # it starts
            return []
        raise
    except urllib.error.URLError as failure:
        if isinstance(failure.reason, ConnectionError):
            return []
        raise
    return json.loads(reply)["data"]["result"]


class MetricsTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab = cls.lab
        lab.add_domain(GOOD, policy=web.policy("enforce", f"mx.{GOOD}"))
        lab.add_domain(BROKEN, policy=web.policy("enforce", f"mx.{BROKEN}"), addresses=["192.0.2.99"])
        lab.add_domain(EMPTY)
        lab.publish()

    def start(self, **changes):
        running = super().start(http=HTTP, **changes)
        running.log.wait_for(r"info: started ")  # the sockets for Postfix are there before the one for HTTP
        return running

    def begin(self, **changes):
        store = {**self.settings()["cache"], "store": f"sqlite:{self.lab.work}/{self._testMethodName[5:60]}.db",
                 **changes.pop("cache", {})}
        running = self.start(**{"cache": store, "dns": {"servers": ["127.0.0.1"], "timeout": "2s"},
                                **changes})
        self.eventually(lambda: fetch("/readyz")[0] == 200, 20, "it does not become ready")
        return running

    def test_the_numbers_move_as_they_should(self):
        running = self.begin(maps={"postfix": {}, "watched": {"mode": "monitor"}})
        before = scrape()
        self.assertTrue(running.ask(GOOD).startswith("OK secure"))
        self.assertTrue(running.ask(GOOD).startswith("OK secure"))
        self.assertEqual("NOTFOUND ", running.ask(EMPTY))
        self.assertEqual("NOTFOUND ", running.ask(BROKEN))
        self.assertEqual("NOTFOUND ", running.ask(GOOD, "watched"))
        self.assertTrue(running.ask(GOOD, "a stranger's").startswith("PERM"))
        after = scrape()
        self.assertEqual(before.keys(), after.keys(), "no series comes or goes with what strangers do")
        for series, least in {
                'tlspolicyd_queries_total{map="postfix",answer="found"}': 2,
                'tlspolicyd_queries_total{map="postfix",answer="not_found"}': 2,
                'tlspolicyd_queries_total{map="watched",answer="not_found"}': 1,
                'tlspolicyd_queries_total{map="(unknown)",answer="perm"}': 1,
                'tlspolicyd_answers_total{answer="found",source="discovered"}': 1,
                'tlspolicyd_answers_total{answer="found",source="cached"}': 1,
                'tlspolicyd_withheld_answers_total{answer="found"}': 1,
                'tlspolicyd_lookup_wait_seconds_count': 3,
                'tlspolicyd_events_total{event="policy_learned"}': 1,
                'tlspolicyd_events_total{event="discovery_failed"}': 1,
                'tlspolicyd_discovery_failures_total{class="fetch"}': 1,
                'tlspolicyd_policy_fetches_total{result="fetched"}': 1,
                'tlspolicyd_policy_fetches_total{result="failed"}': 1,
                'tlspolicyd_policy_fetch_seconds_count': 2,
                'tlspolicyd_dns_lookups_total{type="TXT",result="found"}': 2,
                'tlspolicyd_discoveries_total{result="policy"}': 1,
                'tlspolicyd_discoveries_total{result="no_policy"}': 1,
                'tlspolicyd_discoveries_total{result="failed"}': 1,
                'tlspolicyd_refreshes_total{result="renewed"}': 0,
                'tlspolicyd_deferrals_total{wanting="mta_sts"}': 0,
                'tlspolicyd_dane_cache_entries{standing="none"}': 0,
                'tlspolicyd_cache_entries{kind="enforce"}': 1,
                'tlspolicyd_cache_entries{kind="unavailable"}': 1,
                'tlspolicyd_cache_entries{kind="no_record"}': 1,
                'tlspolicyd_connections_accepted_total': 6}.items():
            with self.subTest(series):
                self.assertEqual(least, after[series] - before[series])
        self.assertEqual(1, after["tlspolicyd_resolver_answering"])
        self.assertEqual(1, after["tlspolicyd_store_usable"])
        for series in ("process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"):
            self.assertGreater(after[series], 0)
        text = fetch("/metrics")[1]
        for domain in (GOOD, BROKEN, EMPTY, "stranger"):
            self.assertNotIn(domain, text)

    def test_prometheus_tools_find_no_fault_with_a_scrape(self):
        self.begin()
        checked = subprocess.run(["promtool", "check", "metrics"], input=fetch("/metrics")[1], text=True,
                                 capture_output=True, check=False)
        self.assertEqual((0, "", ""), (checked.returncode, checked.stdout, checked.stderr))

    def test_the_manual_names_all_that_a_scrape_shows(self):
        self.begin()
        shown = set(re.findall(r"^# TYPE (\S+) ", fetch("/metrics")[1], re.MULTILINE))
        section = (ROOT / "man/tlspolicyd.8").read_text().partition(".Sh METRICS")[2].partition("\n.Sh ")[0]
        documented = set(re.findall(r"\b(?:tlspolicyd|process)_[a-z_]+", section))
        without_shared_store = {name for name in documented if "shared_store" not in name}
        self.assertEqual(without_shared_store, shown)

    def test_the_manual_names_the_values_of_labels_that_are_not_the_operators_own(self):
        self.begin()
        manual = (ROOT / "man/tlspolicyd.8").read_text()
        items = re.split(r"^\.It ", manual.partition(".Sh METRICS")[2].partition("\n.Sh ")[0], flags=re.MULTILINE)
        events = manual.partition(".Sh DIAGNOSTICS")[2].replace("-", "_")  # METRICS sends the reader there
        shown = {pair for labels in re.findall(r"^\w+\{(.*)\} ", fetch("/metrics")[1], re.MULTILINE)
                 for pair in re.findall(r'(\w+)="([^"]*)"', labels)}
        unnamed = set()
        for label, value in shown:
            explained = " ".join(item for item in items if re.search(rf"\bCm {label}\b", item))
            text = events if label == "event" else explained
            if label not in {"map", "le", "version"} and not re.search(rf"(?<![\w-]){value}(?![\w-])", text):
                unnamed.add(f"{label} {value}")
        self.assertEqual(set(), unnamed)

    def test_a_real_prometheus_answers_every_panel_of_the_dashboard_and_loads_the_alerts(self):
        running = self.begin()
        self.start_prometheus()
        self.assertTrue(running.ask(GOOD).startswith("OK secure"))
        dashboard = json.loads((ROOT / "conf/grafana/tlspolicyd.json").read_text())
        expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        self.assertGreater(len(expressions), 10)
        for expression in expressions:
            if "shared_store" in expression:  # there is none here: the answer is empty, and no error
                self.assertEqual([], query(expression))
                continue
            self.eventually(lambda expression=expression: query(expression), 20, f"nothing for {expression}")
        rules = json.loads(ask_prometheus("/api/v1/rules"))["data"]["groups"][0]["rules"]
        self.assertEqual(10, len(rules))
        self.eventually(lambda: {rule["health"] for rule in json.loads(ask_prometheus("/api/v1/rules"))
                                 ["data"]["groups"][0]["rules"]} == {"ok"}, 20, "an alert cannot be evaluated")

    def start_prometheus(self):
        config = self.lab.work / "prometheus.yml"
        config.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(ROOT / "conf/prometheus/tlspolicyd.rules.yml")],
            "scrape_configs": [{"job_name": "tlspolicyd", "static_configs": [{"targets": [HTTP]}]}]}))
        program = programs.Program("prometheus", [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.lab.work}/prometheus",
            f"--web.listen-address={PROMETHEUS}"], self.lab.work)
        self.addCleanup(program.kill)
        self.eventually(lambda: query('up{job="tlspolicyd"} == 1'), 30, "Prometheus scrapes nothing")

    def test_it_is_ready_when_the_resolver_answers_and_only_then(self):
        self.begin()
        resolver = self.lab.resolver.program
        resolver.signal(signal.SIGSTOP)
        self.addCleanup(resolver.signal, signal.SIGCONT)
        self.eventually(lambda: fetch("/readyz")[0] == 503, 20, "it stays ready")
        self.assertIn("the resolver does not answer", fetch("/readyz")[1])
        self.assertEqual(0, scrape()["tlspolicyd_resolver_answering"])
        self.assertEqual((200, "ok\n"), fetch("/healthz"))
        resolver.signal(signal.SIGCONT)
        self.eventually(lambda: fetch("/readyz") == (200, "ok\n"), 20, "it does not become ready again")

    def test_it_is_unhealthy_while_a_thread_that_serves_postfix_stands_still(self):
        running = self.begin()
        with tracer.held_still(tracer.threads(running.process.pid)["serve-0"]):
            self.eventually(lambda: fetch("/healthz") == (503, "a thread that serves Postfix does not turn\n"), 20,
                            "it still calls itself healthy")
        self.eventually(lambda: fetch("/healthz") == (200, "ok\n"), 20, "it does not become healthy again")

    def test_it_is_not_ready_without_its_store(self):
        self.start(cache={"store": "sqlite:/proc/none/policies.db"})
        status, reasons = fetch("/readyz")
        self.assertEqual(503, status)
        self.assertIn("the store cannot be used", reasons)
        self.assertEqual(0, scrape()["tlspolicyd_store_usable"])

    def test_clients_beyond_loopback_are_served_where_allow_names_them_and_nowhere_else(self):
        outer = "192.0.2.1:8463"
        for http, served in ((outer, False), ({"address": outer, "allow": ["198.51.100.0/24"]}, False),
                             ({"address": outer, "allow": ["192.0.2.0/24"]}, True)):
            with self.subTest(http=http):
                running = super().start(http=http)
                running.log.wait_for(r"info: started ")
                if served:
                    self.assertEqual(200, fetch("/healthz", outer)[0])
                else:
                    self.assertRaises((ConnectionError, urllib.error.URLError), fetch, "/healthz", outer)
                    running.log.wait_for(r"client-refused .*192\.0\.2\.1")
                self.assertEqual(0, running.stop())

    def test_a_port_that_is_taken_stops_the_start(self):
        self.begin()
        second = self.launch(http=HTTP, listen=[{"socketmap": "127.0.0.1:8471"}])
        second.log.wait_for(r"start-failed reason=\"http: 127\.0\.0\.1:8463: another process listens there")
        self.assertEqual(1, second.process.wait(10))

    def test_a_slow_client_disturbs_neither_postfix_nor_prometheus(self):
        running = self.begin()
        slow = [socket.create_connection(("127.0.0.1", 8463)) for _ in range(20)]
        for client in slow:
            client.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
        self.assertTrue(running.ask(GOOD).startswith("OK secure"))
        self.assertEqual(200, fetch("/metrics")[0])
        for client in slow:
            client.close()


if __name__ == "__main__":
    isolation.main()
