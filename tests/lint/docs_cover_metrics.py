#!/usr/bin/env python3
"""The metrics of the daemon, the manual, and the alerts know the same names.

    docs_cover_metrics.py ROOT

tlspolicyd(8), METRICS, has an item for each, and for no other; conf/prometheus/ and conf/grafana/ use no other. The
end-to-end test compares the manual with a real scrape.
"""
import pathlib
import re
import sys

SHOWN = re.compile(r'\b(counter|gauge|histogram)\(\s*"((?:tlspolicyd|process)_[a-z_]+)"')
USED = re.compile(r"\b(?:tlspolicyd|process)_[a-z_]+\b(?!\.)")
PARTS = ("", "_bucket", "_sum", "_count")


def metrics_of(sources):
    """{name: kind} of everything that the sources show."""
    return {name: kind for text in sources for kind, name in SHOWN.findall(text)}


def documented(manual):
    section = manual.partition(".Sh METRICS")[2].partition("\n.Sh ")[0]
    return set(USED.findall(" ".join(re.findall(r"^\.It Cm (.*)", section, re.MULTILINE))))


def faults(metrics, manual, users):
    in_manual = documented(manual)
    for name in sorted(metrics.keys() - in_manual):
        yield f"man/tlspolicyd.8: METRICS does not explain {name}"
    for name in sorted(in_manual - metrics.keys()):
        yield f"man/tlspolicyd.8: METRICS explains {name}, which there is not"
    series = {name + part for name, kind in metrics.items() for part in (PARTS[1:] if kind == "histogram" else PARTS[:1])}
    for path, text in users.items():
        for name in sorted(set(USED.findall(text)) - series):
            yield f"{path}: {name} is no metric"


def self_test():
    metrics = metrics_of(['show.counter("tlspolicyd_a_total", x); show.histogram(\n    "tlspolicyd_b_seconds", y)'])
    manual = ".Sh METRICS\n.It Cm tlspolicyd_a_total , tlspolicyd_b_seconds\nText.\n.Sh OTHER\n"
    if list(faults(metrics, manual, {"x": "rate(tlspolicyd_a_total[5m]) tlspolicyd_b_seconds_bucket"})):
        sys.exit("docs_cover_metrics.py finds fault with a sound example")
    for text, user in ((".Sh METRICS\n.It Cm tlspolicyd_a_total\n", ""),
                       (manual.replace("a_total", "a_total , tlspolicyd_c"), ""),
                       (manual, "tlspolicyd_b_seconds"), (manual, "tlspolicyd_d > 1")):
        if len(list(faults(metrics, text, {"x": user}))) != 1:
            sys.exit("docs_cover_metrics.py misses the fault of its example")


def main(root):
    self_test()
    root = pathlib.Path(root)
    metrics = metrics_of(path.read_text(encoding="utf-8") for path in sorted((root / "daemon").rglob("*.cpp")))
    users = {str(path.relative_to(root)): path.read_text(encoding="utf-8")
             for folder in ("prometheus", "grafana") for path in sorted((root / "conf" / folder).glob("*.*"))
             if path.suffix in {".yml", ".json"}}
    found = list(faults(metrics, (root / "man/tlspolicyd.8").read_text(encoding="utf-8"), users))
    print("\n".join(found) if found else f"{len(metrics)} metrics are documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
