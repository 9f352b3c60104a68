"""Draws the panels of conf/grafana/tlspolicyd.json from what a real Prometheus scraped of a real daemon in trouble.

    TLSPOLICYD=build/test/daemon/tlspolicyd python3 -B tests/e2e/draw_dashboard.py PICTURE.png [SECONDS]

Needs root, prometheus and python3-matplotlib. No test: it makes the picture of conf/grafana/README.md, where Grafana
is not at hand. In the middle the policy host stands still, and after that the resolver.
"""

import json
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

import matplotlib
from matplotlib import pyplot

from lab import daemon, isolation, laboratory, programs, signed, socketmap, web

HTTP = "127.0.0.1:8463"
PROMETHEUS = "127.0.0.1:9090"
ROOT = pathlib.Path(__file__).parents[2]
VARIABLES = {"$__rate_interval": "15s", "$instance": ".*", "$percentile": "0.99"}
STEP = 2
CLIENTS = 12


def furnish(lab):
    """The domains that are asked for."""
    pair = lab.authority.issue("mx.example")
    lab.add_mx_host("mx.example", "192.0.2.25", pair)
    lab.zone.records["_25._tcp.mx.example"] = [signed.tlsa(pair.certificate)]
    lab.add_mx_host("mx.insecure", "192.0.2.26", lab.authority.issue("mx.insecure"))
    names = []
    for number in range(40):
        domain = f"d{number}.{'example' if number % 4 == 0 else 'insecure'}"
        host = "mx.example" if number % 4 == 0 else "mx.insecure"
        mode = "testing" if number % 10 == 9 else "enforce"
        age = 30 if number % 8 == 7 else 86400
        policy = web.policy(mode, host, max_age=age) if number % 3 else None
        lab.add_domain(domain, [host], policy, addresses=["192.0.2.99"] if number == 13 else (web.ADDRESS,))
        names.append(domain)
    lab.publish()
    return names


class Load(threading.Thread):
    """A client of two maps, with pauses."""

    def __init__(self, names, number):
        super().__init__(daemon=True)
        self.names = names
        self.number = number
        self.stopped = threading.Event()

    def run(self):
        choice = random.Random(self.number)
        client = socketmap.Client(daemon.TCP, 60)
        begun = time.monotonic()
        while not self.stopped.wait(choice.expovariate(60 / CLIENTS)):
            known = self.names[:5 + int((time.monotonic() - begun) / 2)]
            domain = choice.choice(known) if choice.random() < 0.95 else f"new{choice.randrange(10**6)}.insecure"
            client.ask(choice.choice(["QUERY", "postfix"]), domain)


def signal_all(program, name):
    """A program and its children."""
    subprocess.run(["pkill", f"-{name}", "-P", str(program.process.pid)], check=False)
    program.signal(getattr(signal, f"SIG{name}"))


def start_prometheus(lab):
    config = lab.work / "prometheus.yml"
    config.write_text(json.dumps({
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "tlspolicyd", "static_configs": [{"targets": [HTTP]}]}]}))
    lab.add(programs.Program("prometheus", [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={lab.work}/prometheus",
        f"--web.listen-address={PROMETHEUS}"], lab.work))


def query_range(expression, begin, end):
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    asked = urllib.parse.urlencode({"query": expression, "start": begin, "end": end, "step": STEP})
    with urllib.request.urlopen(f"http://{PROMETHEUS}/api/v1/query_range?{asked}", timeout=20) as reply:
        return json.loads(reply.read())["data"]["result"]


def legend_of(target, labels):
    text = target.get("legendFormat", "")
    for name, value in labels.items():
        text = text.replace("{{" + name + "}}", value)
    return text or ", ".join(labels.values())


def draw(begin, end, path):
    matplotlib.use("Agg")
    panels = json.loads((ROOT / "conf/grafana/tlspolicyd.json").read_text())["panels"]
    figure, axes = pyplot.subplots((len(panels) + 1) // 2, 2, figsize=(13, 2.6 * len(panels) / 2))
    for panel, axis in zip(panels, axes.flat):
        unit = panel["fieldConfig"]["defaults"].get("unit", "")
        for target in panel["targets"]:
            for series in query_range(target["expr"], begin, end):
                points = [(float(at) - begin, float(value)) for at, value in series["values"]]
                axis.plot(*zip(*points), label=legend_of(target, series["metric"]), linewidth=1.2)
        axis.set_title(f"{panel['title']}{' (' + unit + ')' if unit not in ('', 'short') else ''}", fontsize=9, loc="left")
        axis.set_xlim(0, end - begin)
        axis.set_ylim(0, 1.15 * axis.get_ylim()[1])
        axis.tick_params(labelsize=7)
        axis.grid(alpha=0.3)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=6, loc="upper left", ncols=2)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def main(path, seconds):
    lab = laboratory.Laboratory(signed=True)
    try:
        names = furnish(lab)
        lab.start_daemon(maps={"postfix": {}, "QUERY": {"dane": True, "on_dns_failure": "temp"}}, http=HTTP,
                         answer_deadline="5s", log={"level": "info"},
                         dns={"servers": ["127.0.0.1"], "timeout": "2s"},
                         cache={"store": f"sqlite:{lab.work}/policies.db", "recheck": {"min": "5s", "max": "10s"},
                                "negative": {"min": "5s", "max": "20s"}, "dane": {"min": "5s", "max": "10s"},
                                "dane_grace": "0s"})
        start_prometheus(lab)
        loads = [Load(names, number) for number in range(CLIENTS)]
        for load in loads:
            load.start()
        begin = time.time()
        for share, program in ((0.4, lab.web.program), (0.65, lab.resolver.program)):
            time.sleep(max(0, begin + share * seconds - time.time()))
            signal_all(program, "STOP")
            time.sleep(0.12 * seconds)
            signal_all(program, "CONT")
        time.sleep(max(0, begin + seconds - time.time()))
        for load in loads:
            load.stopped.set()
        draw(begin, time.time(), path)
    finally:
        lab.stop()


if __name__ == "__main__":
    if isolation.WORK not in isolation.os.environ:
        sys.exit(isolation.enter([]) if len(sys.argv) > 1 else __doc__)
    isolation.furnish()
    main(pathlib.Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 240.0)
