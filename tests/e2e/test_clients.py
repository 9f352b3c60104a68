"""Clients in numbers, and clients that behave badly: they disturb nobody."""

import resource
import selectors
import threading
import time

from lab import case, crowd, gate, isolation, socketmap, web

KNOWN = [f"known{number}.example" for number in range(20)]
COLD = [f"cold{number}.example" for number in range(20)]
GATED = [f"gated{number}.example" for number in range(12)]
ADDRESS = ("127.0.0.1", 8461)

RUBBISH = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\0" * 1000,
    b"\xff" * 100_000,
    b":postfix known0.example,",
    b"-1:x,",
    b"0x10:postfix known0.ex,",
    b"022:postfix known0.example,",
    b"22:postfix known0.example;",
    b"4:abc,x",
    b"99999:" + b"x" * 99_999 + b",",
    b"100000:",
    b"999999999999999999999999:",
    b"0:,",
    b"9:nokeyhere,",
    b"get known0.example\n",
]


def answer_for(domain):
    return f"OK secure match=mx.{domain} servername=hostname"


class ClientsTest(case.LabTest):
    @classmethod
    def furnish(cls):
        resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
        lab = cls.lab
        cls.gate = lab.add(gate.Gate())
        for domain in KNOWN + COLD + GATED:
            lab.add_domain(domain, policy=web.policy("enforce", f"mx.{domain}"),
                           addresses=[gate.ADDRESS if domain in GATED else web.ADDRESS])
        for number in range(20):
            lab.add_domain(f"nothing{number}.example")
        lab.publish()
        # Nothing is rechecked while the tests run: that has a file of its own.
        slow = {"recheck": {"min": "5m", "max": "5m"}, "negative": {"min": "5m", "max": "5m"}}
        cls.daemon = lab.start_daemon(threads=2, cache=slow, max_connections=11_000)
        cls.slow = slow

    def setUp(self):
        self.gate.close()
        self.addCleanup(self.gate.open)
        for domain in KNOWN:
            self.assertEqual(answer_for(domain), self.daemon.ask(domain))

    def assert_nobody_is_disturbed(self, neighbour=None):
        """A new client, and one that was there before, are answered rightly and at once."""
        expected = {**{domain: answer_for(domain) for domain in KNOWN}, "localhost": "NOTFOUND "}
        for client in filter(None, (neighbour, self.client())):
            for domain, answer in expected.items():
                began = time.monotonic()
                self.assertEqual(answer, client.ask("postfix", domain))
                self.assertLess(time.monotonic() - began, 2)

    def test_a_thousand_clients_at_once_are_all_answered_rightly(self):
        scripts = []
        for number in range(1000):
            known, cold = KNOWN[number % len(KNOWN)], COLD[number % len(COLD)]
            script = [("postfix", known, answer_for(known)), ("postfix", cold, answer_for(cold)),
                      ("postfix", f"nothing{number % 20}.example", "NOTFOUND "),
                      ("postfix", ".parent.example", "NOTFOUND "),
                      ("nosuchmap", known, "PERM unknown map nosuchmap"), ("postfix", cold.upper(), answer_for(cold))]
            turn = number % len(script)
            scripts.append(script[turn:] + script[:turn])
        self.assertEqual([], crowd.run(ADDRESS, scripts, within=60)[:5])
        # proves STS-26
        self.assertEqual({domain: 1 for domain in COLD}, {domain: self.lab.web.fetches(domain) for domain in COLD})

    # proves MAP-5
    def test_ten_thousand_idle_connections_leave_room_for_others(self):
        idle = [self.client() for _ in range(10_000)]
        self.assert_nobody_is_disturbed(idle[0])
        for client in idle[::100]:
            self.assertEqual(answer_for(KNOWN[0]), client.ask("postfix", KNOWN[0]))

    def test_clients_that_stall_in_the_middle_of_a_request_disturb_nobody(self):
        neighbour = self.client()
        whole = socketmap.request("postfix", KNOWN[3])
        stalled = [(self.client(), cut) for cut in range(1, len(whole))]
        for client, cut in stalled:
            client.send(whole[:cut])
        self.assert_nobody_is_disturbed(neighbour)
        for client, cut in stalled:
            client.send(whole[cut:])
            self.assertEqual(answer_for(KNOWN[3]), client.answer())

    # proves MAP-1
    def test_rubbish_closes_its_own_connection_and_no_other(self):
        neighbour = self.client()
        seen = self.daemon.log.size()
        for rubbish in RUBBISH:
            with self.subTest(rubbish=rubbish[:40]):
                client = self.client(timeout=20)
                try:
                    client.send(rubbish)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # closed before all of it was sent
                self.assertTrue(client.closed())
                self.assertEqual(answer_for(KNOWN[1]), neighbour.ask("postfix", KNOWN[1]))
        self.daemon.log.wait_for("client-malformed .*client=127.0.0.1 ", start=seen)
        self.assert_nobody_is_disturbed(neighbour)

    # proves MAP-1
    def test_requests_before_the_rubbish_are_answered(self):
        client = self.client(timeout=20)
        client.send(socketmap.request("postfix", KNOWN[0]) + socketmap.request("postfix", KNOWN[1]) + b"rubbish")
        self.assertEqual(answer_for(KNOWN[0]), client.answer())
        self.assertEqual(answer_for(KNOWN[1]), client.answer())
        self.assertTrue(client.closed())

    # proves MAP-2
    def test_a_thousand_requests_sent_byte_by_byte_are_answered_in_order(self):
        neighbour, client = self.client(), self.client()
        keys = [KNOWN[number % len(KNOWN)] for number in range(1000)]

        def drip():
            for octet in b"".join(socketmap.request("postfix", key) for key in keys):
                client.send(bytes([octet]))
        sender = threading.Thread(target=drip, daemon=True)
        sender.start()
        self.assert_nobody_is_disturbed(neighbour)
        self.assertEqual([answer_for(key) for key in keys], [client.answer() for _ in keys])
        sender.join()

    # proves MAP-2
    def test_a_thousand_requests_in_one_piece_are_answered_in_order(self):
        client = self.client()
        keys = [(KNOWN + [f"nothing{number}.example" for number in range(20)])[number % 40] for number in range(1000)]
        expected = [answer_for(key) if key in KNOWN else "NOTFOUND " for key in keys]
        client.send(b"".join(socketmap.request("postfix", key) for key in keys))
        self.assertEqual(expected, [client.answer() for _ in keys])

    def test_a_pipelined_request_waits_for_the_lookup_before_it(self):
        client = self.client()
        client.send(socketmap.request("postfix", GATED[0]) + socketmap.request("postfix", KNOWN[0]))
        self.gate.wait_for_arrivals(1)
        self.assert_nobody_is_disturbed()
        ready = selectors.DefaultSelector()
        ready.register(client.socket, selectors.EVENT_READ)
        self.assertEqual([], ready.select(timeout=0))
        ready.close()
        self.gate.open()
        self.assertEqual(answer_for(GATED[0]), client.answer())
        self.assertEqual(answer_for(KNOWN[0]), client.answer())

    def test_a_client_that_never_reads_its_answers_disturbs_nobody(self):
        neighbour, deaf = self.client(), self.client()
        deaf.socket.setblocking(False)
        request = socketmap.request("postfix", KNOWN[0]) * 1000
        try:
            for _ in range(2000):  # far more than the kernel's buffers hold
                deaf.socket.send(request)
        except BlockingIOError:
            pass
        self.assert_nobody_is_disturbed(neighbour)

    # proves STS-26
    def test_a_client_that_leaves_during_its_lookup_takes_nobody_with_it(self):
        leaving, waiting = self.client(), self.client()
        leaving.send(socketmap.request("postfix", GATED[1]))
        self.gate.wait_for_arrivals(1)
        waiting.send(socketmap.request("postfix", GATED[1]))
        leaving.close()
        self.assert_nobody_is_disturbed()
        self.gate.open()
        self.assertEqual(answer_for(GATED[1]), waiting.answer())
        self.assertEqual(1, self.lab.web.fetches(GATED[1]))

    def test_the_lookup_of_a_client_that_left_reaches_the_cache(self):
        client = self.client()
        client.send(socketmap.request("postfix", GATED[2]))
        self.gate.wait_for_arrivals(1)
        client.close()
        self.gate.open()
        self.eventually(lambda: self.lab.web.fetches(GATED[2]) == 1, 10, "the fetch was given up")
        self.daemon.wait_for_answer(GATED[2], lambda answer: answer == answer_for(GATED[2]))
        self.assertEqual(1, self.lab.web.fetches(GATED[2]))

    def test_five_hundred_clients_stuck_on_a_mute_policy_host_disturb_nobody(self):
        neighbour = self.client()
        domains = GATED[3:9]
        stuck = [(self.client(), domains[number % len(domains)]) for number in range(500)]
        for client, domain in stuck:
            client.send(socketmap.request("postfix", domain))
        self.gate.wait_for_arrivals(len(domains))
        self.assert_nobody_is_disturbed(neighbour)
        self.gate.open()
        for client, domain in stuck:
            self.assertEqual(answer_for(domain), client.answer())
        self.assertEqual([1] * len(domains), [self.lab.web.fetches(domain) for domain in domains])

    def other_daemon(self, name, **changes):
        other = self.lab.start_daemon(name, listen=[{"socketmap": "127.0.0.1:8471"}], **changes)
        self.addCleanup(lambda: self.lab.running.remove(other))
        self.addCleanup(lambda: self.assertEqual(0, other.stop()))
        return other

    # proves MAP-4
    def test_an_answer_comes_by_its_deadline_and_the_result_reaches_the_cache_later(self):
        other = self.other_daemon("deadline", answer_deadline="1s", cache=self.slow)
        began = time.monotonic()
        answer = other.ask(GATED[9])
        took = time.monotonic() - began
        self.assertRegex(answer, "^(NOTFOUND|TEMP) ")
        self.assertGreater(took, 0.9)
        self.assertLess(took, 5)
        self.gate.open()
        other.wait_for_answer(GATED[9], lambda answer: answer == answer_for(GATED[9]))
        self.assertEqual(1, self.lab.web.fetches(GATED[9]))

    # proves MAP-5
    def test_idle_and_half_open_clients_are_closed_after_the_idle_timeout(self):
        self.other_daemon("idle", idle_timeout="10s")
        address = ("127.0.0.1", 8471)
        silent, half, busy = (self.client(address) for _ in range(3))
        half.send(b"22:postfix kno")
        began = time.monotonic()
        selector = selectors.DefaultSelector()
        self.addCleanup(selector.close)
        selector.register(silent.socket, selectors.EVENT_READ)
        while not selector.select(timeout=0.5):  # a client that asks now and then
            self.assertEqual("NOTFOUND ", busy.ask("postfix", "localhost"))
            self.assertLess(time.monotonic() - began, 20)
        self.assertGreater(time.monotonic() - began, 9)
        self.assertTrue(silent.closed())
        self.assertTrue(half.closed())
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual("NOTFOUND ", busy.ask("postfix", "localhost"))

    def test_clients_beyond_loopback_are_served_where_allow_names_them_and_nowhere_else(self):
        local, outer = ("127.0.0.1", 8471), ("192.0.2.1", 8471)
        for allow, served in ({}, False), ({"allow": ["198.51.100.0/24"]}, False), ({"allow": ["192.0.2.0/24"]}, True):
            with self.subTest(allow=allow):
                listen = [{"socketmap": "127.0.0.1:8471"}, {"socketmap": "192.0.2.1:8471", **allow}]
                other = self.start(listen=listen)
                self.assertEqual("NOTFOUND ", self.client(local).ask("postfix", "localhost"))
                client = self.client(outer, timeout=10)
                if served:
                    self.assertEqual("NOTFOUND ", client.ask("postfix", "localhost"))
                else:
                    self.assertTrue(client.closed())
                    other.log.wait_for(r"client-refused listener=192\.0\.2\.1:8471 client=192\.0\.2\.1 ")
                self.assertEqual(0, other.stop())

    def test_a_daemon_at_its_connection_limit_serves_again_when_clients_leave(self):
        self.other_daemon("limit", max_connections=20)
        self.overcrowd(("127.0.0.1", 8471), 60)

    def test_a_daemon_without_file_descriptors_serves_again_when_clients_leave(self):
        self.other_daemon("files", files=(64, 64))
        self.overcrowd(("127.0.0.1", 8471), 200)

    def overcrowd(self, address, count):
        first = self.client(address)
        self.assertEqual("NOTFOUND ", first.ask("postfix", "localhost"))
        clients = [self.client(address) for _ in range(count)]
        self.assertEqual("NOTFOUND ", first.ask("postfix", "localhost"))
        for client in clients:
            client.close()
        self.assertEqual("NOTFOUND ", self.ask_until_served(address))
        self.assertEqual("NOTFOUND ", first.ask("postfix", "localhost"))

    def ask_until_served(self, address):
        def ask():
            try:
                with socketmap.Client(address, timeout=5) as client:
                    return client.ask("postfix", "localhost")
            except (OSError, EOFError):
                return None
        return self.eventually(ask, 10, "not served although the others left")


if __name__ == "__main__":
    isolation.main()
