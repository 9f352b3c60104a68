#!/usr/bin/env python3
"""Every event that the daemon logs is explained in tlspolicyd(8), section DIAGNOSTICS.

    docs_cover_events.py ROOT

An event is the first word of a log line: spdlog::info("policy-learned domain={} ...").
"""
import pathlib
import re
import sys

EVENT = re.compile(r'\b(?:spdlog::|log_?->)(?:debug|info|warn|error|critical|log)\([^;"]*"([a-z]+(?:-[a-z]+)*)[ "]')


def missing(sources, manual):
    diagnostics = manual.partition(".Sh DIAGNOSTICS")[2].partition("\n.Sh ")[0]
    explained = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^\.It Cm (.*)", diagnostics, re.MULTILINE))))
    for path, text in sources.items():
        for event in EVENT.findall(text):
            if event not in explained:
                yield f"man/tlspolicyd.8: DIAGNOSTICS does not explain {event} of {path}"


def self_test():
    manual = ".Sh DIAGNOSTICS\n.It Cm a-one , a-two\n.Sh OTHER\n.It Cm a-three\n"
    sources = {"x": 'spdlog::info("a-one k={}"); log_->log(level,\n "a-two k={}")'}
    if list(missing(sources, manual)):
        sys.exit("docs_cover_events.py finds fault with a sound example")
    if len(list(missing({"x": 'spdlog::warn(\n    "a-three")'}, manual))) != 1:
        sys.exit("docs_cover_events.py misses the fault of its example")


def main(root):
    self_test()
    root = pathlib.Path(root)
    sources = {str(path.relative_to(root)): path.read_text(encoding="utf-8")
               for path in sorted((root / "daemon").rglob("*.cpp"))}
    found = list(missing(sources, (root / "man/tlspolicyd.8").read_text(encoding="utf-8")))
    print("\n".join(found) if found else "all events are explained")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
