#!/usr/bin/env python3
"""Measures tlspolicyd against the echo server and the bare client, round by round, and prints goals beside figures.

Subject on core 0, load and internet on core 1. Every ratio is that of two neighbouring runs; printed are the median
over the rounds and, in brackets, the least and the greatest.
"""
import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from rig import LOAD_CORE, Process, Rig, ask, enter_namespace

CACHED = 1000  # domains that the cached answers are spread over
ROWS = []


def row(what, goal, measured, met=None):
    """One line of the table. `met`: True, False, or None where there is no goal."""
    verdict = {True: "yes", False: "NO", None: ""}[met]
    ROWS.append((what, goal, measured, verdict))
    print(f"  {what:46} {goal:>18}   {measured:44} {verdict}", flush=True)


def spread(values, form="{:.2f}"):
    return f"{form.format(statistics.median(values))} [{form.format(min(values))} .. {form.format(max(values))}]"


def interleaved(rounds, first, second):
    """Pairs of results; who begins changes with each round, so that drift favours neither."""
    pairs = []
    for turn in range(rounds):
        if turn % 2 == 0:
            one, other = first(), second()
        else:
            other, one = second(), first()
        pairs.append((one, other))
    return pairs


def hot_run(rig, process, server, connections, seconds):
    """Figures of one load on cached names, with the subject's CPU per answer and the share of its core it used."""
    before = process.cpu_us()
    figures = rig.load(server, connections, names=CACHED, random=True, seconds=seconds)
    used = process.cpu_us() - before
    figures["cpu_us"] = used / figures["answers"]
    figures["busy"] = used / 1e6 / figures["seconds"]
    return figures


def compare_hot(rig, rounds, seconds, subject, limit, cases):
    """`subject` and `limit`: (process, TCP address, Unix address)."""
    for name, connections, transport, least in cases:
        pairs = interleaved(rounds,
                            lambda: hot_run(rig, subject[0], subject[transport], connections, seconds),
                            lambda: hot_run(rig, limit[0], limit[transport], connections, seconds))
        rate = [a["rate"] / b["rate"] for a, b in pairs]
        tail = [a["p99_us"] / b["p99_us"] for a, b in pairs]
        cpu = [a["cpu_us"] / b["cpu_us"] for a, b in pairs]
        median = {key: [statistics.median(pair[i][key] for pair in pairs) for i in (0, 1)] for key in pairs[0][0]
                  if key not in ("first_error",)}
        row(f"{name}: rate", f">= {least:.2f} x", spread(rate), statistics.median(rate) >= least)
        row(f"{name}: p99", "<= 1.5 x" if connections > 1 else "", spread(tail),
            statistics.median(tail) <= 1.5 if connections > 1 else None)
        row(f"{name}: CPU per answer", "", spread(cpu))
        row(f"{name}: subject, limit", "", "{:.0f}/s, {:.0f}/s; p99 {:.0f}, {:.0f} us".format(
            *median["rate"], *median["p99_us"]))
        row(f"{name}: CPU of subject, limit", "", "{:.2f}, {:.2f} us; core used {:.0%}, {:.0%}".format(
            *median["cpu_us"], *median["busy"]))


HOT_CASES = [("1 connection", 1, 1, 0.95), ("16 connections", 16, 1, 0.90), ("64 connections", 64, 1, 0.90),
             ("64 connections, Unix", 64, 2, 0.85)]


def hot(rig, options):
    with rig.internet(), rig.tlspolicyd() as daemon:
        rig.warm(CACHED)
        answer = ask(rig.daemon_tcp, "d1.bench.example")
        with rig.echo(answer) as echo:
            subject = (daemon, rig.daemon_tcp, rig.daemon_unix)
            limit = (echo, rig.echo_tcp, rig.echo_unix)
            compare_hot(rig, options.rounds, options.seconds, subject, limit, HOT_CASES)
            for connections in (64, 1):
                calls = [system_calls(rig, process, server, connections, 60000 if connections > 1 else 10000)
                         for process, server in ((daemon, rig.daemon_tcp), (echo, rig.echo_tcp))]
                if None in calls:
                    row("system calls per answer", "<= 2.1", "neither perf nor strace can count them here")
                    break
                row(f"system calls per answer, {connections} connection{'s' if connections > 1 else ''}", "<= 2.1" if connections > 1 else "",
                    "{:.2f} (echo {:.2f})".format(*calls), calls[0] <= 2.1 if connections > 1 else None)


def system_calls(rig, process, server, connections, requests):
    made = process.system_calls(
        lambda: rig.load(server, connections, names=CACHED, random=True, requests=requests))
    return None if made is None else made / requests


def noise(rig, options):
    """The echo server against itself: how far from 1.00 this machine strays today."""
    with rig.echo("OK secure match=mx.bench.example servername=hostname") as echo:
        both = (echo, rig.echo_tcp, rig.echo_unix)
        compare_hot(rig, options.rounds, options.seconds, both, both, HOT_CASES)


def daemon_cold(rig, daemon, family, count, connections=64):
    before = daemon.cpu_us()
    figures = rig.load(rig.daemon_tcp, connections, family=family, first=rig.fresh_names(count), names=count,
                       requests=count, expect="NOTFOUND " if family == "n" else "OK ")
    figures["cpu_us"] = (daemon.cpu_us() - before) / count
    return figures


def cold(rig, options):
    count = options.cold
    with rig.internet(), rig.tlspolicyd() as daemon:
        daemon_cold(rig, daemon, "d", 100)
        pairs = interleaved(options.rounds, lambda: daemon_cold(rig, daemon, "d", count),
                            lambda: rig.bare("d", rig.fresh_names(count), count))
        ratios = [a["cpu_us"] / b["cpu_us"] for a, b in pairs]
        row("cold policy: CPU, daemon to bare client", "<= 1.15 x", spread(ratios),
            statistics.median(ratios) <= 1.15)
        row("cold policy: CPU, daemon", "", spread([a["cpu_us"] for a, _ in pairs], "{:.0f}") + " us")
        row("cold policy: CPU, bare client", "", spread([b["cpu_us"] for _, b in pairs], "{:.0f}") + " us")
        row("cold policy: rate, daemon to bare client", "",
            spread([a["rate"] / b["rate"] for a, b in pairs]))
        calls = daemon.system_calls(lambda: daemon_cold(rig, daemon, "d", 500))
        if calls is not None:
            row("cold policy: system calls", "", f"{calls / 500:.1f}")


def none(rig, options):
    count = options.cold * 10
    with rig.internet(), rig.tlspolicyd() as daemon:
        daemon_cold(rig, daemon, "n", 1000)
        pairs = interleaved(options.rounds, lambda: daemon_cold(rig, daemon, "n", count),
                            lambda: rig.bare("n", rig.fresh_names(count), count))
        cpu = [a["cpu_us"] for a, _ in pairs]
        row("no record: CPU, daemon", "<= 15 us", spread(cpu, "{:.1f}") + " us", statistics.median(cpu) <= 15)
        row("no record: CPU, bare client", "", spread([b["cpu_us"] for _, b in pairs], "{:.1f}") + " us")
        row("no record: rate, daemon", "", spread([a["rate"] for a, _ in pairs], "{:.0f}") + "/s")
        calls = daemon.system_calls(lambda: daemon_cold(rig, daemon, "n", 5000))
        if calls is not None:
            row("no record: system calls", "", f"{calls / 5000:.2f}")


DANE_LATENCY_MS = 20


def dane(rig, options):
    """How long a lookup of DANE and MTA-STS takes where each answer of the network takes a while."""
    # The longest chain of waits. Where all hosts do DANE, MX, address and TLSA settle it; where none can, the policy
    # does: TXT, address, and the policy host's two pauses (TLS, HTTP).
    cases = [("all hosts usable", "s", "OK dane-only", 3), ("none usable, policy enforced", "u", "OK secure ", 4)]
    with rig.internet(latency=DANE_LATENCY_MS), rig.tlspolicyd():
        for name, family, expect, waits in cases:
            for connections in (1, 16):
                figures = rig.load(rig.daemon_tcp, connections, map="QUERY", family=family, names=options.cold,
                                   first=rig.fresh_names(options.cold), requests=50 * connections, expect=expect)
                chain = 1000 * DANE_LATENCY_MS * waits
                at = f"{connections} at a time"
                row(f"cold DANE and MTA-STS, {name}, {at}: p50", "<= 1.2 x",
                    f"{figures['p50_us'] / chain:.2f} ({figures['p50_us'] / 1000:.1f} of {chain / 1000:.0f} ms)",
                    figures["p50_us"] <= 1.2 * chain)
                row(f"cold DANE and MTA-STS, {name}, {at}: p99", "", f"{figures['p99_us'] / chain:.2f}")


def drained(process, at_most, seconds=20):
    """Waits until the process has no more descriptors than that; how many it has in the end."""
    ends = time.monotonic() + seconds
    while process.fds() > at_most and time.monotonic() < ends:
        time.sleep(0.1)
    return process.fds()


def stuck(rig, options):
    clients, limit = 480, 5  # seconds, after which a fetch times out and its client asks for the next name
    with rig.internet(), rig.tlspolicyd(fetch_timeout=f"{limit}s", fetch_concurrency=512) as daemon:
        rig.warm(CACHED)
        time.sleep(0.5)
        stuck_beside(rig, options, daemon, "480 clients stuck", clients, ramp=0, settle=1)
        stuck_beside(rig, options, daemon, "480 stuck, 96 a second come and go", clients, ramp=limit, settle=limit + 1)


def stuck_beside(rig, options, daemon, name, clients, ramp, settle):
    """Cached answers for 3 s, alone and from `settle` seconds on after the clients began to come."""
    base, pairs, sockets = daemon.fds(), [], []
    for number in range(max(3, options.rounds // 2)):
        alone_first = number % 2 == 0
        if alone_first:
            alone = hot_run(rig, daemon, rig.daemon_tcp, 16, 3)
        arguments = rig.load_arguments(rig.daemon_tcp, clients, family="m", first=rig.fresh_names(100000),
                                       names=100000, seconds=60, ramp=ramp, expect="NOTFOUND ")
        with Process(LOAD_CORE, arguments):
            time.sleep(settle)
            sockets.append(daemon.fds() - base)
            beside = hot_run(rig, daemon, rig.daemon_tcp, 16, 3)
        left = drained(daemon, base) - base
        if not alone_first:
            alone = hot_run(rig, daemon, rig.daemon_tcp, 16, 3)
        pairs.append((beside, alone))
    tail = [a["p99_us"] / b["p99_us"] for a, b in pairs]
    row(f"{name}: p99 of cached answers", "<= 1.2 x", spread(tail), statistics.median(tail) <= 1.2)
    row(f"{name}: rate of cached answers", "", spread([a["rate"] / b["rate"] for a, b in pairs]))
    row(f"{name}: p99 stuck, alone", "", "{:.0f}, {:.0f} us".format(
        *[statistics.median(pair[i]["p99_us"] for pair in pairs) for i in (0, 1)]))
    row(f"{name}: sockets meanwhile", "", f"{min(sockets)} .. {max(sockets)}")
    row(f"{name}: sockets left afterwards", "0", str(left), left <= 0)


def idle(rig, _):
    with rig.internet(), rig.tlspolicyd() as daemon:
        ask(rig.daemon_tcp, "d1.bench.example")
        before, links = daemon.rss_mb(), []
        host, port = rig.daemon_tcp.split(":")
        for _ in range(10_000):
            links.append(socket.create_connection((host, int(port))))
        for link in links:  # each has been served once: whatever a session allocates, it has allocated
            ask(rig.daemon_tcp, "d1.bench.example", link)
        after = daemon.rss_mb()
        for link in links:
            link.close()
        row("RSS with 10,000 idle connections", "<= 60 MB", f"{after:.1f} MB (without: {before:.1f} MB)", after <= 60)


def memory(rig, options):
    with rig.internet(policies=1000), rig.tlspolicyd() as daemon:
        ask(rig.daemon_tcp, "d1.bench.example")
        before = daemon.rss_mb()
        filled = daemon_cold(rig, daemon, "d", options.domains)
        time.sleep(1)
        after = daemon.rss_mb()
        again = rig.load(rig.daemon_tcp, 64, first=rig.next_name - options.domains, names=options.domains,
                         requests=options.domains)
        row(f"RSS with {options.domains:,} policies, 1,000 texts", "<= 60 MB",
            f"{after:.1f} MB (empty: {before:.1f} MB)", after <= 60 if options.domains == 100_000 else None)
        row("  a domain", "", f"{(after - before) * 1048576 / options.domains:.0f} bytes")
        row("  learnt, then asked again", "", f"{filled['rate']:.0f}/s, {again['rate']:.0f}/s")


DEFAULT_MAX_ENTRIES = 1_000_000  # tlspolicyd.yaml(5)


def store(rig, options):
    """A daemon with a store: its start, its memory, and lookups that only the disk can answer."""
    many, few = options.stored, options.stored // 10
    file = os.path.join(rig.directory, "policies.db")
    with rig.internet():
        rig.fill_store(file, few)
        starts = []
        for _ in range(options.rounds):
            begin = time.monotonic()
            with rig.tlspolicyd(store=f"sqlite:{file}", log_level="info"):
                ask(rig.daemon_tcp, f"d{few - 1}.bench.example")
                starts.append(1000 * (time.monotonic() - begin))
        row(f"first answer after exec, {few:,} stored", "<= 50 ms", spread(starts, "{:.0f}") + " ms",
            statistics.median(starts) <= 50)
        remove_store(file)

        rig.fill_store(file, many)
        row(f"{many:,} policies, 1,000 texts: file", "", f"{os.path.getsize(file) / 1e6:.0f} MB")
        with rig.tlspolicyd(store=f"sqlite:{file}", log_level="info") as daemon:
            begin, empty = time.monotonic(), daemon.rss_mb()
            held = min(many, DEFAULT_MAX_ENTRIES)
            while rig.counters(daemon)["entries"] < held and time.monotonic() - begin < 120:
                time.sleep(0.1)
            row(f"  {held:,} read into memory in", "", f"{time.monotonic() - begin:.1f} s")
            after = daemon.rss_mb()
            row("  RSS then", "<= 250 MB", f"{after:.0f} MB (at the start: {empty:.0f} MB)",
                after <= 250 if many == 1_000_000 else None)
            row("  a domain", "", f"{(after - empty) * 1048576 / held:.0f} bytes")
        with rig.tlspolicyd(store=f"sqlite:{file}", max_entries=1000, log_level="info") as daemon:
            waits = steady_asks(rig, range(many - 1, many // 2, -(many // 2) // 5000))
            row("lookup that only the disk answers, 1,000/s: p50", "", f"{waits[len(waits) // 2]:.0f} us")
            p99 = waits[len(waits) * 99 // 100]
            row("lookup that only the disk answers, 1,000/s: p99", "<= 2000 us", f"{p99:.0f} us", p99 <= 2000)
            counted = rig.counters(daemon)
            row("  of these from the file", "", f"{counted['answers_found_stored']} of {len(waits)}")
        remove_store(file)


def steady_asks(rig, numbers):
    """Asks for these names, one a millisecond; how long each took, in microseconds, in order of size."""
    host, port = rig.daemon_tcp.split(":")
    link = socket.create_connection((host, int(port)))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    os.sched_setaffinity(0, {LOAD_CORE})
    waits, due = [], time.perf_counter()
    for number in numbers:
        while time.perf_counter() < due:
            pass
        begin = time.perf_counter()
        ask(rig.daemon_tcp, f"d{number}.bench.example", link)
        waits.append(1e6 * (time.perf_counter() - begin))
        due += 0.001
    link.close()
    return sorted(waits)


def flood(rig, options):
    """Strangers' names without end, while a store keeps policies that must stay within reach."""
    room, kept = 100_000, 1000
    file = os.path.join(rig.directory, "policies.db")
    with rig.internet(), rig.tlspolicyd(store=f"sqlite:{file}", max_entries=room) as daemon:
        rig.load(rig.daemon_tcp, 64, family="d", names=kept, requests=kept)
        rss = []
        for _ in range(4):
            count = options.flood // 4
            rig.load(rig.daemon_tcp, 64, family="n", first=rig.fresh_names(count), names=count, requests=count,
                     expect="NOTFOUND ")
            rss.append(daemon.rss_mb())
        rig.load(rig.daemon_tcp, 64, family="d", names=kept, requests=kept, expect="OK ")
        row(f"{options.flood:,} strangers' names, room for {room:,}: RSS", "",
            ", ".join(f"{each:.0f}" for each in rss) + " MB")
        row(f"  the {kept:,} policies afterwards", "all enforced", "all enforced", True)
    remove_store(file)


def remove_store(file):
    for suffix in ("", "-wal", "-shm", ".lock"):
        if os.path.exists(file + suffix):
            os.unlink(file + suffix)


def threads(rig, options):
    """The echo server with a second thread, which sleeps, against itself without: what having threads costs."""
    answer = "OK secure match=mx.bench.example servername=hostname"
    with rig.echo_with_second_thread(answer) as other, rig.echo(answer) as echo:
        compare_hot(rig, options.rounds, options.seconds, (other, rig.daemon_tcp, rig.daemon_unix),
                    (echo, rig.echo_tcp, rig.echo_unix), HOT_CASES)


DIAGNOSES = {"noise": noise, "threads": threads}
VERBS = {"hot": hot, "cold": cold, "none": none, "dane": dane, "stuck": stuck, "idle": idle, "memory": memory,
         "store": store, "flood": flood}


def print_table():
    print("\n| measure | goal | measured | met |\n|---|---|---|---|")
    for what, goal, measured, verdict in ROWS:
        print(f"| {what} | {goal} | {measured} | {verdict} |")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=[*VERBS, "all", *DIAGNOSES],
                        help="all: what has goals; noise and threads measure the machine")
    parser.add_argument("--build", default=os.path.join(here, "..", "..", "build", "bench"), help="build directory")
    parser.add_argument("--daemon", help="another tlspolicyd than that of the build directory")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one load on cached answers")
    parser.add_argument("--cold", type=int, default=500, help="cold policies a round")
    parser.add_argument("--domains", type=int, default=100_000, help="of the memory test")
    parser.add_argument("--stored", type=int, default=1_000_000, help="policies in the store")
    parser.add_argument("--flood", type=int, default=2_000_000, help="strangers' names")
    parser.add_argument("--nice", type=int, default=0, help="niceness of all programs; -15 on a machine that has other work")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    enter_namespace()
    Process.niceness = options.nice
    verbs = list(VERBS) if options.verb == "all" else [options.verb]
    failed = False
    with tempfile.TemporaryDirectory(prefix="tlspolicy-bench-") as directory:
        os.chmod(directory, 0o755)
        rig = Rig(options.build, options.daemon, directory)
        for verb in verbs:
            print(f"{verb}:", flush=True)
            try:
                (VERBS | DIAGNOSES)[verb](rig, options)
            except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
                failed = True
                row(verb, "", f"failed: {failure}", False)
        log = os.path.join(directory, "tlspolicyd.log")
        if failed and os.path.exists(log):
            with open(log, encoding="utf-8", errors="replace") as lines:
                sys.stderr.writelines(lines.readlines()[-20:])
    print_table()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
