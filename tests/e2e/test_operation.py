"""What an operator does to a running daemon: reload, stop, and the sockets that it leaves or finds."""

import grp
import shutil
import signal
import socket
import stat
import threading
import time

from lab import case, daemon, gate, isolation, socketmap, web

KNOWN = [f"known{number}.example" for number in range(10)]
GATED = [f"gated{number}.example" for number in range(4)]
TESTED = "tested.example"
ADDRESS = ("127.0.0.1", 8461)


def answer_for(domain):
    return f"OK secure match=mx.{domain} servername=hostname"


class OperationTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab = cls.lab
        cls.gate = lab.add(gate.Gate())
        for domain in KNOWN:
            lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"))
        for domain in GATED:
            lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"), addresses=[gate.ADDRESS])
        lab.add_domain(TESTED, policy=web.policy("testing", f"mx.{TESTED}"))
        lab.publish()

    def setUp(self):
        self.gate.close()
        self.addCleanup(self.gate.open)

    # Reload

    def test_sighup_applies_a_good_configuration_to_open_connections_too(self):
        running = self.start()
        client = self.client()
        self.assertEqual("NOTFOUND ", client.ask("postfix", TESTED))
        self.assertEqual("PERM unknown map eager", client.ask("eager", TESTED))
        running.write_config(daemon.to_yaml(self.settings(maps={"postfix": {}, "eager": {"enforce_testing": True}})))
        running.signal(signal.SIGHUP)
        self.eventually(lambda: client.ask("eager", TESTED) == answer_for(TESTED), 10, "the new map is not there")
        self.assertEqual("NOTFOUND ", client.ask("postfix", TESTED))
        self.assertEqual(1, self.lab.web.fetches(TESTED), "the cache outlives a reload")
        self.assertEqual(0, running.stop())

    def test_sighup_with_a_bad_configuration_changes_nothing(self):
        running = self.start()
        client = self.client()
        self.assertEqual(answer_for(KNOWN[0]), client.ask("postfix", KNOWN[0]))
        running.write_config(daemon.to_yaml(self.settings(maps={"other": {}}, answer_deadline="soon")))
        seen = running.log.size()
        running.signal(signal.SIGHUP)
        running.log.wait_for(r"soon", start=seen)
        for _ in range(20):
            self.assertEqual(answer_for(KNOWN[0]), client.ask("postfix", KNOWN[0]))
            self.assertEqual("PERM unknown map other", client.ask("other", KNOWN[0]))
        self.assertIsNone(running.process.poll())
        self.assertEqual(0, running.stop())

    def test_sighup_with_a_configuration_that_is_gone_changes_nothing(self):
        running = self.start()
        running.config.unlink()
        seen = running.log.size()
        running.signal(signal.SIGHUP)
        running.log.wait_for(r"\.yaml", start=seen)
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
        self.assertEqual(0, running.stop())

    def test_reloads_in_quick_succession_lose_no_answer(self):
        running = self.start()
        client = self.client()
        for number in range(200):
            running.signal(signal.SIGHUP)
            self.assertEqual(answer_for(KNOWN[number % 10]), client.ask("postfix", KNOWN[number % 10]))
        self.assertEqual(0, running.stop())

    def test_overrides_win_at_once_and_change_with_sighup(self):
        more = self.lab.work / "overrides.d"
        more.mkdir()
        self.addCleanup(shutil.rmtree, more)
        asked = self.lab.resolver.queries(f"_mta-sts.{KNOWN[0]}")
        running = self.start(overrides=[{"domain": KNOWN[0], "answer": "encrypt", "reason": "agreed"}])
        client = self.client()
        self.assertEqual("OK encrypt", client.ask("postfix", KNOWN[0]))
        self.assertEqual("OK encrypt", client.ask("postfix", f"[{KNOWN[0]}]:587"))
        self.assertEqual(asked, self.lab.resolver.queries(f"_mta-sts.{KNOWN[0]}"))
        self.assertEqual(answer_for(KNOWN[1]), client.ask("postfix", KNOWN[1]))
        (more / "partners.yaml").write_text(f'- {{domain: {KNOWN[1]}, answer: "may"}}\n')
        running.signal(signal.SIGHUP)
        self.eventually(lambda: client.ask("postfix", KNOWN[1]) == "OK may", 10, "the new override is not there")
        running.log.wait_for("overrides-loaded count=2")
        seen = running.log.size()
        (more / "wrong.yaml").write_text("- {domain: example, answer: tls}\n")
        running.signal(signal.SIGHUP)
        running.log.wait_for(r"config-rejected .*wrong\.yaml:1: error: overrides\.domain", start=seen)
        self.assertEqual("OK may", client.ask("postfix", KNOWN[1]))
        self.assertEqual(0, running.stop())

    def test_monitor_mode_tells_what_it_would_say_and_changes_nothing(self):
        running = self.start(mode="monitor")
        client = self.client()
        for _ in range(3):
            self.assertEqual("NOTFOUND ", client.ask("postfix", KNOWN[2]))
        running.log.wait_for(rf"info: would-answer domain={KNOWN[2]} answer=secure source=discovered")
        running.signal(signal.SIGUSR1)
        running.log.wait_for("monitored_found=3")
        running.write_config(daemon.to_yaml(self.settings()))
        running.signal(signal.SIGHUP)
        self.eventually(lambda: client.ask("postfix", KNOWN[2]) == answer_for(KNOWN[2]), 10, "it is not enforced")
        self.assertEqual(0, running.stop())

    # Stop

    def test_sigterm_under_load_sends_whole_answers_and_ends_with_status_0(self):
        running = self.start(threads=2)
        counts, failures, stop = [0] * 16, [], threading.Event()

        def load(number):
            try:
                with socketmap.Client(ADDRESS) as client:
                    while not stop.is_set():
                        domain = KNOWN[counts[number] % 10]
                        answer = client.ask("postfix", domain)
                        if answer != answer_for(domain):
                            failures.append(answer)
                        counts[number] += 1
            except (EOFError, ConnectionError):
                pass  # closed between two answers
            except AssertionError as error:
                failures.append(error)
        threads = [threading.Thread(target=load, args=(number,)) for number in range(len(counts))]
        for thread in threads:
            thread.start()
        self.eventually(lambda: sum(counts) > 2000, 20, "the load does not get going")
        began = time.monotonic()
        status = running.stop()
        took = time.monotonic() - began
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual((0, []), (status, failures))
        self.assertTrue(all(counts), counts)
        self.assertLess(took, 5)

    def test_answers_in_flight_are_sent_after_sigterm(self):
        running = self.start()
        clients = [(self.client(), domain) for domain in GATED[:2] for _ in range(20)]
        for client, domain in clients:
            client.send(socketmap.request("postfix", domain))
        self.gate.wait_for_arrivals(2)
        running.signal(signal.SIGTERM)
        self.eventually(lambda: not daemon.accepts(ADDRESS), 10, "new clients are still accepted after SIGTERM")
        self.gate.open()
        for client, domain in clients:
            self.assertEqual(answer_for(domain), client.answer())
        self.assertEqual(0, running.stop())

    def test_sigterm_ends_the_daemon_in_bounded_time_whatever_the_network_does(self):
        running = self.start(fetch={**self.settings()["fetch"], "timeout": "60s"}, answer_deadline="60s")
        client = self.client()
        client.send(socketmap.request("postfix", GATED[2]))
        self.gate.wait_for_arrivals(1)
        began = time.monotonic()
        self.assertEqual(0, running.stop(within=13))
        self.assertLess(time.monotonic() - began, 12)

    def test_idle_clients_do_not_delay_the_end(self):
        running = self.start()
        idle = [self.client() for _ in range(100)]
        idle[0].send(b"22:postfix kno")
        began = time.monotonic()
        self.assertEqual(0, running.stop())
        self.assertLess(time.monotonic() - began, 5)

    def test_sigint_ends_the_daemon_as_sigterm_does(self):
        running = self.start()
        running.signal(signal.SIGINT)
        self.assertEqual(0, running.process.wait(20))

    # Sockets

    def unix_path(self):
        directory = self.lab.work / "run"
        directory.mkdir(exist_ok=True)
        path = directory / "socketmap"
        path.unlink(missing_ok=True)
        return path

    def unix_listener(self, path, **more):
        return [{"socketmap": f"unix:{path}", **more}]

    def test_a_unix_socket_has_exactly_the_mode_and_group_of_the_configuration(self):
        path = self.unix_path()
        for mode in ("0660", "0600", "0666"):
            with self.subTest(mode=mode):
                running = self.start(listen=self.unix_listener(path, mode=mode, group="postfix"))
                status = path.stat()
                self.assertEqual(mode, f"0{stat.S_IMODE(status.st_mode):o}")
                self.assertEqual("postfix", grp.getgrgid(status.st_gid).gr_name)
                self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
                self.assertEqual(0, running.stop())

    def test_a_stale_unix_socket_is_replaced(self):
        path = self.unix_path()
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        self.assertTrue(path.is_socket())
        running = self.start(listen=self.unix_listener(path))
        self.assertEqual(answer_for(KNOWN[0]), running.ask(KNOWN[0]))
        running.program.kill()
        self.assertTrue(path.is_socket())
        again = self.start(listen=self.unix_listener(path))
        self.assertEqual(answer_for(KNOWN[0]), again.ask(KNOWN[0]))
        self.assertEqual(0, again.stop())

    def assert_refused(self, path, **changes):
        """The daemon ends by itself, with an error that names `path`."""
        refused = self.launch(**changes)
        self.assertNotIn(refused.process.wait(20), (0, None))
        self.assertIn(str(path), refused.log.text())

    def test_a_file_that_is_not_a_socket_is_never_replaced(self):
        path = self.unix_path()
        path.write_text("somebody's letters\n")
        self.assert_refused(path, listen=self.unix_listener(path))
        self.assertEqual("somebody's letters\n", path.read_text())
        path.unlink()
        letters = self.lab.work / "letters"
        letters.write_text("more letters\n")
        path.symlink_to(letters)
        self.assert_refused(path, listen=self.unix_listener(path))
        self.assertTrue(path.is_symlink())
        self.assertEqual("more letters\n", letters.read_text())

    def test_a_unix_socket_that_somebody_serves_is_not_taken_away(self):
        path = self.unix_path()
        first = self.start(listen=self.unix_listener(path))
        self.assert_refused(path, listen=self.unix_listener(path))
        self.assertEqual(answer_for(KNOWN[0]), first.ask(KNOWN[0]))
        self.assertEqual(0, first.stop())

    def test_an_address_in_use_stops_the_start(self):
        with socket.create_server(ADDRESS):
            self.assert_refused("8461")


if __name__ == "__main__":
    isolation.main()
