"""What is learnt outlives the daemon, and is shared by a fleet."""

import os
import random
import signal
import sqlite3
import threading
import time

from lab import case, daemon, isolation, monitoring, mta, programs, redis, socketmap, web

KNOWN = [f"known{number}.example" for number in range(20)]
KILLS = 200
LEARN_EVERY = 5  # of the kills, one has a daemon before it that learns a domain ...
LIVE_EVERY = 20  # ... and lives on until that must be written: a second, and what a busy machine takes to write it
WRITTEN_AFTER = 1.5
NEW = [f"new{number}.example" for number in range(0, KILLS, LEARN_EVERY)]
KEPT = [f"new{number}.example" for number in range(0, KILLS, LIVE_EVERY)]


def answer_for(domain):
    return f"OK secure match=mx.{domain} servername=hostname"


class StoreTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab = cls.lab
        lab.add_mx_host("mx-good.example", "192.0.2.25", lab.authority.issue("mx-good.example"))
        lab.add_mx_host("mx-plain.example", "192.0.2.27")
        for domain in KNOWN + NEW:
            lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"))
        lab.add_domain("fleet.example", ["mx-good.example"], web.policy("enforce", "mx-good.example"))
        lab.add_domain("attacked.example", ["mx-good.example"],
                       web.policy("enforce", "mx-good.example", "mx-plain.example"))
        lab.publish()

    def setUp(self):
        self.directory = self.lab.work / self._testMethodName[5:60]
        self.directory.mkdir()
        self.file = self.directory / "policies.db"

    def cache(self, **changes):
        return {"recheck": {"min": "1s", "max": "2s"}, "negative": {"min": "1s", "max": "2s"},
                "store": f"sqlite:{self.file}", **changes}

    def rows(self):
        with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM policies").fetchone()[0]

    def learn(self, running, domains=KNOWN):
        for domain in domains:
            self.assertEqual(answer_for(domain), running.ask(domain))

    def offline(self):
        """A configuration that reaches neither DNS nor policy hosts."""
        return {"servers": ["192.0.2.98"], "timeout": "500ms"}

    # proves STS-34
    def test_a_restarted_daemon_enforces_what_it_had_learnt_with_no_network(self):
        running = self.start(cache=self.cache())
        self.learn(running)
        self.assertEqual(0, running.stop())
        self.assertEqual(len(KNOWN), self.rows(), "SIGTERM writes what is left")
        running = self.start(cache=self.cache(), dns=self.offline())
        self.learn(running)
        self.assertEqual(0, running.stop())

    # proves STS-34
    def test_what_was_learnt_more_than_a_second_ago_outlives_a_kill(self):
        running = self.start(cache=self.cache())
        self.learn(running)
        self.eventually(lambda: self.file.exists() and self.rows() == len(KNOWN), 3, "nothing is written")
        running.program.kill()
        running = self.start(cache=self.cache(), dns=self.offline())
        self.learn(running)
        self.assertEqual(0, running.stop())

    # proves STS-34
    def test_a_daemon_killed_again_and_again_under_load_forgets_nothing(self):
        running = self.start(cache=self.cache())
        self.learn(running)
        self.eventually(lambda: self.rows() == len(KNOWN), 3, "nothing is written")
        chance = random.Random(1)
        wrong, stop = [], threading.Event()

        def load(number):
            domain = KNOWN[number]
            while not stop.is_set():
                try:
                    with socketmap.Client(daemon.TCP) as client:
                        while not stop.is_set():
                            answer = client.ask("postfix", domain)
                            if answer != answer_for(domain):
                                wrong.append((domain, answer))
                except (OSError, EOFError):
                    time.sleep(0.002)
        threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for number in range(KILLS):
            running.program.kill()
            running = self.start(cache=self.cache())
            if number % LEARN_EVERY == 0:
                self.learn(running, [f"new{number}.example"])
            time.sleep(WRITTEN_AFTER if number % LIVE_EVERY == 0 else chance.uniform(0, 0.05))
        stop.set()
        for thread in threads:
            thread.join()
        running.program.kill()
        self.assertEqual([], wrong)
        self.assertEqual([], list(self.directory.glob("*.damaged-*")))
        running = self.start(cache=self.cache(), dns=self.offline())
        self.learn(running, KNOWN + KEPT)
        self.assertEqual(0, running.stop())

    # proves STS-35
    def test_a_damaged_file_is_set_aside_and_a_new_one_begun(self):
        running = self.start(cache=self.cache())
        self.learn(running)
        running.stop()
        for path in self.directory.glob("policies.db-*"):
            path.unlink()
        self.file.write_bytes(b"not a database at all" * 1000)
        running = self.start(cache=self.cache())
        self.learn(running)
        running.log.wait_for(r"error: .*store-damaged .*policies\.db")
        self.assertEqual(0, running.stop())
        self.assertEqual(1, len(list(self.directory.glob("policies.db.damaged-*"))))
        self.assertEqual(len(KNOWN), self.rows())

    # proves STS-35
    def test_a_full_disk_stops_no_answer_and_is_written_when_there_is_room_again(self):
        programs.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", self.directory)
        self.addCleanup(programs.run, "umount", "-l", self.directory)
        running = self.start(cache=self.cache())
        self.learn(running, KNOWN[:1])
        self.eventually(lambda: self.rows() == 1, 5, "nothing is written")
        filler = self.directory / "filler"
        with self.assertRaises(OSError), open(filler, "wb", buffering=0) as out:
            while True:
                out.write(b"x" * 4096)
        self.learn(running)
        running.log.wait_for(r"store-")
        filler.unlink()
        self.eventually(lambda: self.rows() == len(KNOWN), 30, "what was pending is not written")
        self.assertEqual(0, running.stop())

    # proves STS-35
    def test_a_directory_that_cannot_be_written_to_stops_no_answer(self):
        programs.run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", self.directory)
        self.addCleanup(programs.run, "umount", "-l", self.directory)
        running = self.start(cache=self.cache())
        running.log.wait_for(r"store-")
        self.learn(running)
        self.assertEqual(0, running.stop())

    # proves STS-35
    def test_two_daemons_on_one_file_both_answer_and_harm_nothing(self):
        first = self.start(cache=self.cache())
        self.learn(first)
        second = daemon.Daemon(self.lab.work, self.settings(
            cache=self.cache(), listen=[{"socketmap": "127.0.0.1:8471"}]), "second").wait_until_ready()
        self.addCleanup(second.program.kill)
        second.log.wait_for(r"store-")
        for domain in KNOWN:
            self.assertEqual(answer_for(domain), second.ask(domain))
        self.assertEqual(0, first.stop())
        self.assertEqual(0, second.stop())
        self.assertEqual(len(KNOWN), self.rows())

    def test_without_a_store_nothing_is_written(self):
        running = self.start(cache=self.cache(store="none"))
        self.learn(running)
        self.assertEqual(0, running.stop())
        self.assertEqual([], list(self.directory.iterdir()))

    def shared_store_series(self):
        prefix = "tlspolicyd_shared_store_"
        series = monitoring.scrape()
        return {name.removeprefix(prefix): value for name, value in series.items() if name.startswith(prefix)}

    def test_a_fleet_enforces_what_one_of_it_has_learnt(self):
        server = redis.Redis(self.lab.work)
        self.addCleanup(server.stop)
        fleet = []
        for number in range(3):
            # Each is a machine of its own: only Redis is common to them.
            cache = self.cache(store=f"sqlite:{self.directory}/{number}.db", shared=f"unix:{server.path}")
            fleet.append(daemon.Daemon(self.lab.work, self.settings(
                cache=cache, listen=[{"socketmap": f"127.0.0.1:848{number}"}],
                http=monitoring.HTTP if number == 2 else "off"), f"fleet{number}").wait_until_ready())
            self.addCleanup(fleet[-1].program.kill)
            fleet[-1].log.wait_for(r"shared-store-")
        for domain in ("fleet.example", "attacked.example"):
            self.assertIn("match=mx-good.example", fleet[0].ask(domain))
        self.eventually(lambda: server.call("DBSIZE") == ":2", 5, "nothing is published")
        for domain in ("fleet.example", "attacked.example"):
            self.lab.withdraw_dns(domain)
        self.lab.zone.records["attacked.example"] = ["MX 10 mx-plain.example."]
        self.lab.publish()
        postfix = mta.Postfix(self.lab.work, self.lab.authority.certificate, "socketmap:inet:127.0.0.1:8481:postfix")
        self.addCleanup(postfix.stop)
        status, line = postfix.outcome(postfix.send("user@fleet.example"))
        self.assertEqual(("sent", "Verified"), (status, postfix.judgement(line)), line)
        status, line = postfix.outcome(postfix.send("user@attacked.example"))
        self.assertEqual("deferred", status, line)
        self.assertEqual([], self.lab.mx["mx-plain.example"].mailbox("attacked.example"))
        self.assertIn("match=mx-good.example", fleet[2].ask("fleet.example"))
        fleet[2].log.wait_for(r"policy-recalled domain=fleet\.example source=shared ")
        seen = self.shared_store_series()
        self.assertEqual({"connected": 1, "reads_total": 1, "hits_total": 1, "late_total": 0, "published_total": 0,
                          "errors_total": 0}, seen)
        # Redis goes away: what is known locally goes on.
        server.program.kill()
        for each in fleet:
            self.assertIn("match=mx-good.example", each.ask("fleet.example"))
            self.assertEqual(answer_for(KNOWN[0]), each.ask(KNOWN[0]))
        self.eventually(lambda: self.shared_store_series()["connected"] == 0, 5, "it is said to be connected still")
        server.start()
        self.eventually(lambda: self.shared_store_series()["connected"] == 1, 20, "it is not connected again")
        self.eventually(lambda: self.shared_store_series()["published_total"] > 0, 20,
                        "what it learnt meanwhile is not there")
        self.assertGreater(self.shared_store_series()["errors_total"], 0, "the ended connection is counted")
        for each in fleet:
            self.assertEqual(0, each.stop())


if __name__ == "__main__":
    isolation.main()
