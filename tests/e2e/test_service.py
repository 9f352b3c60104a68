"""What a service manager, systemd or another, sees of the daemon and does with it."""

import json
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import urllib.request

from lab import case, command, daemon, isolation, mta, programs, service, socketmap, tracer, web

ROOT = pathlib.Path(__file__).parents[2]
CONFINED = ROOT / "tests/e2e/lab/confined.py"  # not imported: it needs the system's python3

KNOWN = [f"known{number}.example" for number in range(10)]
MAILED = "mailed.example"
ADDRESS = ("127.0.0.1", 8461)


def answer_for(domain):
    return f"OK secure match=mx.{domain} servername=hostname"


class PatientClient:
    """Asks as Postfix does: a broken connection is made anew once (dict_sockmap.c), any other failure is one."""

    def __init__(self, address):
        self.address = address
        self.connection = None
        self.renewed = 0

    def ask(self, key):
        for attempt in (1, 2):
            try:
                if self.connection is None:
                    self.connection = socketmap.Client(self.address)
                return self.connection.ask("postfix", key)
            except (EOFError, BrokenPipeError, ConnectionResetError):
                self.close()
                self.renewed += 1
                if attempt == 2:
                    raise
        return None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class Load:
    """Patient clients that never rest, and what went wrong with them."""

    def __init__(self, address, clients=8):
        self.failures = []
        self.counts = [0] * clients
        self._stop = threading.Event()
        self._clients = [PatientClient(address) for _ in range(clients)]
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def renewed(self):
        return sum(client.renewed for client in self._clients)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for client in self._clients:
            client.close()

    def _run(self, number):
        while not self._stop.is_set():
            domain = KNOWN[self.counts[number] % len(KNOWN)]
            try:
                answer = self._clients[number].ask(domain)
                if answer != answer_for(domain):
                    self.failures.append(f"{domain}: {answer}")
            except (EOFError, OSError, AssertionError) as error:
                self.failures.append(f"{domain}: {error!r}")
            self.counts[number] += 1


class ServiceTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab = cls.lab
        for domain in KNOWN:
            lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"))
        lab.add_mx_host("mx-good.example", "192.0.2.25", lab.authority.issue("mx-good.example"))
        lab.add_domain(MAILED, ["mx-good.example"], web.policy("enforce", "mx-good.example"))
        lab.publish()

    def setUp(self):
        self.manager = service.Notifications(self.lab.work / "notify")
        self.addCleanup(self.manager.stop)

    def run_daemon(self, name="", before=(), changes=None, **options):
        values = self.settings(**(changes or {}))
        started = daemon.Daemon(self.lab.work, values, self._testMethodName[5:50] + name, before=before, **options)
        self.addCleanup(started.program.kill)
        return started

    def supervised(self, **changes):
        return self.run_daemon(env=self.manager.environment(), changes=changes)

    def stored(self):
        """Policies that outlive one daemon, for the next."""
        directory = self.lab.work / "stored"
        directory.mkdir(exist_ok=True)
        return {**self.settings()["cache"], "store": f"sqlite:{directory}/policies.db"}

    # The sandbox

    def test_it_does_all_its_work_within_the_sandbox_of_its_unit(self):
        writable = self.lab.work / "state"
        writable.mkdir()
        shutil.chown(writable, "nobody")
        changes = {
            "listen": [{"socketmap": "127.0.0.1:8461"}, {"socketmap": f"unix:{writable}/postfix", "mode": "0666"}],
            "cache": {**self.settings()["cache"], "store": f"sqlite:{writable}/policies.db"},
            "control": f"unix:{writable}/control", "http": "127.0.0.1:8463"}
        before = ["unshare", "--mount", "/usr/bin/python3", "-B", CONFINED,
                  ROOT / "systemd/tlspolicyd.service.in", "nobody", writable]
        # LeakSanitizer, where there is one, looks at the process from outside, which the sandbox forbids.
        options = {"before": before, "changes": changes,
                   "env": self.manager.environment(ASAN_OPTIONS="detect_leaks=0")}
        running = self.run_daemon("1", **options)
        self.manager.wait_for("READY", "1")
        for address in (ADDRESS, writable / "postfix"):
            self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0], address=address))
        self.assertEqual("NOTFOUND ", running.ask("stranger.example"))
        with urllib.request.urlopen("http://127.0.0.1:8463/metrics", timeout=10) as page:
            self.assertIn("tlspolicyd_store_usable 1", page.read().decode())
        running.signal(signal.SIGHUP)
        self.manager.wait_for("RELOADING", "1")
        running.log.wait_for("reloaded")
        self.assertEqual(0, running.stop())
        for wrong in ("Operation not permitted", "Permission denied", "Read-only file system", "unusable"):
            self.assertNotIn(wrong, running.log.text())
        heard = self.manager.count("READY")
        running = self.run_daemon("2", **options)
        programs.eventually(lambda: self.manager.count("READY") > heard, 20, "it does not start again")
        running.log.wait_for("store-opened")
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
        self.assertEqual(0, running.stop())

    def test_the_sandbox_of_these_tests_is_one(self):
        """What the daemon must not need, another program is refused there."""
        writable = self.lab.work / "confined"
        writable.mkdir()
        attempts = {
            "import socket; socket.socket(socket.AF_NETLINK)": "Address family not supported",
            "import os; os.mkdir('/tmp/elsewhere')": "Read-only file system",
            "import os; os.chown('.', 0, 0)": "Operation not permitted",
            "import os; os.nice(1)": "Operation not permitted",
            "import mmap; mmap.mmap(-1, 4096, prot=7)": "Operation not permitted"}
        for attempt, refusal in attempts.items():
            with self.subTest(attempt=attempt):
                done = subprocess.run(
                    ["unshare", "--mount", "/usr/bin/python3", "-B", CONFINED,
                     ROOT / "systemd/tlspolicyd.service.in", "nobody", writable, "/usr/bin/python3", "-c", attempt],
                    check=False, capture_output=True, text=True, timeout=60)
                self.assertIn(refusal, done.stderr)

    # Notifications

    def test_readiness_is_told_when_clients_are_served_and_the_end_before_it_comes(self):
        running = self.supervised()
        self.manager.wait_for("READY", "1")
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
        self.assertEqual(0, running.stop())
        self.assertEqual("finishes 0 lookups", self.manager.wait_for("STOPPING", "1")["STATUS"])

    def test_the_status_tells_people_what_goes_on(self):
        running = self.supervised()
        self.manager.wait_for("READY", "1")
        client = self.client()
        self.assertEqual(answer_for(KNOWN[0]), client.ask("postfix", KNOWN[0]))
        self.manager.wait_for("STATUS", "answers 1 connections; 0 lookups wait; 1 domains in memory", within=30)
        self.assertEqual(0, running.stop())

    def test_a_reload_is_told_with_its_time_and_its_end_whether_it_succeeds_or_not(self):
        running = self.supervised()
        self.manager.wait_for("READY", "1")
        for text, status in (("answer_deadline: soon\n", "the configuration file has an error"),
                             (daemon.to_yaml(self.settings()), "domains in memory")):
            heard = len(self.manager.messages)
            running.write_config(text)
            running.signal(signal.SIGHUP)
            begun = self.manager.wait_for("RELOADING", "1", heard)
            self.assertLess(abs(int(begun["MONOTONIC_USEC"]) / 1e6 - begun["at"]), 10)
            done = self.manager.wait_for("READY", "1", heard)
            self.assertIn(status, done["STATUS"])
            self.assertGreater(self.manager.messages.index(done), self.manager.messages.index(begun))
        self.assertNotIn("error", done["STATUS"])
        self.assertEqual(0, running.stop())

    def test_a_start_that_fails_is_never_ready(self):
        with socket.create_server(ADDRESS):
            refused = self.supervised()
            self.assertEqual(1, refused.process.wait(20))
        self.assertEqual(0, self.manager.count("READY"))

    # Watchdog

    def test_the_watchdog_is_fed_until_a_single_serving_loop_stands_still(self):
        running = self.run_daemon(env=self.manager.environment(WATCHDOG_USEC="4000000"), changes={"threads": 3})
        self.eventually(lambda: self.manager.count("WATCHDOG") >= 3, 20, "the watchdog is not fed")
        threads = tracer.threads(running.process.pid)
        with tracer.held_still(threads["serve-1"]):
            running.log.wait_for("error: serving-stalled")
            fed = self.manager.count("WATCHDOG")
            told = len(self.manager.messages)
            self.manager.wait_for("STATUS", "answers", told)  # the network loop turns all the while
            self.assertEqual(fed, self.manager.count("WATCHDOG"))
        self.eventually(lambda: self.manager.count("WATCHDOG") > fed, 20, "the watchdog is not fed again")
        self.assertEqual(0, running.stop())

    def test_the_watchdog_hears_nothing_when_the_network_loop_stands_still(self):
        running = self.run_daemon(env=self.manager.environment(WATCHDOG_USEC="2000000"))
        self.eventually(lambda: self.manager.count("WATCHDOG") >= 3, 20, "the watchdog is not fed")
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
        with tracer.held_still(running.process.pid):  # the first thread is the network loop
            fed = self.manager.count("WATCHDOG")
            client = self.client()
            for _ in range(50):
                self.assertEqual(answer_for(KNOWN[0]), client.ask("postfix", KNOWN[0]), "memory needs no network")
            with self.assertRaises(AssertionError):
                self.eventually(lambda: self.manager.count("WATCHDOG") > fed, 3, "nothing")
        self.eventually(lambda: self.manager.count("WATCHDOG") > fed, 20, "the watchdog is not fed again")
        self.assertEqual(0, running.stop())

    # Sockets

    def test_a_passed_socket_is_used_wherever_it_listens_and_stays_behind(self):
        path = self.lab.work / "held"
        holder = service.Holder()
        self.addCleanup(holder.stop)
        holder.listen("socketmap", path)
        holder.listen("unheard-of", ("127.0.0.1", 8999))
        running = self.run_daemon(before=holder.command(), **holder.options(self.manager.environment()))
        self.manager.wait_for("READY", "1")
        running.log.wait_for(f"listening socketmap=unix:{path} passed=yes")
        running.log.wait_for('warning: socket-unused name="unheard-of" address=127.0.0.1:8999')
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0], address=path))
        self.assertEqual(0, running.stop())
        self.assertTrue(path.is_socket())

    def test_every_listener_takes_a_passed_socket_by_its_name(self):
        holder = service.Holder()
        self.addCleanup(holder.stop)
        places = {"socketmap": ("127.0.0.1", 8991), "tcp_table": ("127.0.0.1", 8992), "http": ("127.0.0.1", 8993),
                  "control": self.lab.work / "held-control"}
        for name, place in places.items():
            holder.listen(name, place)
        places["control"].chmod(0o660)
        running = self.run_daemon(
            before=holder.command(), **holder.options(self.manager.environment()),
            changes={"listen": [{"socketmap": "127.0.0.1:8461"}, {"tcp_table": "127.0.0.1:8462", "map": "postfix"}],
                     "http": "127.0.0.1:8463", "control": f"unix:{self.lab.work}/elsewhere/control"})
        self.manager.wait_for("READY", "1")
        running.log.wait_for(r"listening http=127\.0\.0\.1:8993 passed=yes")
        running.log.wait_for(f"listening control=unix:{places['control']} passed=yes")
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0], address=places["socketmap"]))
        with socket.create_connection(places["tcp_table"]) as client:
            client.sendall(b"get none.example\n")
            self.assertTrue(client.recv(100).startswith(b"500 "))
        with urllib.request.urlopen("http://127.0.0.1:8993/healthz", timeout=20) as reply:
            self.assertEqual(200, reply.status)
        told = subprocess.run([command.binary(), "status", "--json", "--socket", str(places["control"])],
                              check=True, capture_output=True, text=True, timeout=20)
        self.assertEqual(["127.0.0.1:8991", "127.0.0.1:8992"],
                         [listener["address"] for listener in json.loads(told.stdout)["listeners"]])
        self.assertEqual(0, running.stop())

    def test_a_control_socket_passed_at_a_network_address_is_not_used(self):
        holder = service.Holder()
        self.addCleanup(holder.stop)
        holder.listen("control", ("127.0.0.1", 8994))
        running = self.run_daemon(before=holder.command(), **holder.options(self.manager.environment()))
        self.manager.wait_for("READY", "1")
        running.log.wait_for('control-unavailable reason="the socket that the service manager passes is not a Unix '
                             'socket" .* give its unit a path')
        self.assertNotIn("listening control=", running.log.text())
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))

    def test_a_passed_socket_that_cannot_be_served_stops_the_start(self):
        holder = service.Holder()
        self.addCleanup(holder.stop)
        holder.sockets.append(("socketmap", socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)))
        refused = self.run_daemon(before=holder.command(), **holder.options())
        self.assertEqual(1, refused.process.wait(20))
        self.assertIn("is not a listening stream socket", refused.log.text())

    def test_twenty_restarts_under_load_lose_no_lookup_when_the_sockets_are_held(self):
        holder = service.Holder()
        self.addCleanup(holder.stop)
        holder.listen("socketmap", ADDRESS)

        def start(number):
            heard = len(self.manager.messages)
            started = self.run_daemon(str(number), before=holder.command(), changes={"cache": self.stored()},
                                      **holder.options(self.manager.environment()))
            self.manager.wait_for("READY", "1", heard)
            return started
        running = start(0)
        for domain in KNOWN:
            self.assertEqual(answer_for(domain), running.ask(domain))
        load = Load(ADDRESS)
        self.addCleanup(load.stop)
        for number in range(1, 21):
            asked = sum(load.counts)
            self.eventually(lambda asked=asked: sum(load.counts) > asked + 200, 30, "the load does not get going")
            self.assertEqual(0, running.stop())
            running = start(number)
        load.stop()
        self.assertEqual([], load.failures)
        self.assertTrue(all(load.counts), load.counts)
        self.assertGreaterEqual(load.renewed(), 20, "the restarts went unnoticed: nothing is proved")
        self.assertEqual(0, running.stop())

    def test_without_held_sockets_a_restart_defers_mail_at_most_and_the_retry_delivers_it(self):
        running = self.run_daemon(changes={"cache": self.stored()}).wait_until_ready()
        postfix = mta.Postfix(self.lab.work, self.lab.authority.certificate,
                              "socketmap:inet:127.0.0.1:8461:postfix", more="minimal_backoff_time = 300s\n"
                              "maximal_backoff_time = 300s\n")
        self.addCleanup(postfix.stop)
        self.assertEqual("sent", postfix.outcome(postfix.send(f"a@{MAILED}"))[0])
        self.assertEqual(0, running.stop())  # the smtp process keeps its connection, which is now broken
        waiting = postfix.send(f"b@{MAILED}")
        status, line = postfix.outcome(waiting)
        self.assertEqual("deferred", status, line)
        postfix.log.wait_for("socketmap:inet:127.0.0.1:8461:postfix lookup error: Connection refused")
        running = self.run_daemon("again", changes={"cache": self.stored()}).wait_until_ready()
        status, line = postfix.retry(waiting)
        self.assertEqual("sent", status, line)
        self.assertEqual("Verified", postfix.judgement(line))
        # A restart between two mails costs nothing: the broken connection is made anew.
        self.assertEqual(0, running.stop())
        running = self.run_daemon("once-more", changes={"cache": self.stored()}).wait_until_ready()
        self.assertEqual("sent", postfix.outcome(postfix.send(f"c@{MAILED}"))[0])
        self.assertEqual(0, running.stop())


if __name__ == "__main__":
    isolation.main()
