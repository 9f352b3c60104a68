#!/usr/bin/env python3
"""Every event that the daemon logs is explained in tlspolicyd(8), section DIAGNOSTICS, which explains no other; and the
README names none that the manual does not.

    docs_cover_events.py ROOT

An event is the first word of a log line: spdlog::info("policy-learned domain={} ...").
"""
import pathlib
import re
import sys

EVENT = re.compile(r'\b(?:spdlog::|log_?->)(?:debug|info|warn|error|critical|log)\([^;"]*"([a-z]+(?:-[a-z]+)*)[ "]')


def faults(sources, manual, readme):
    diagnostics = manual.partition(".Sh DIAGNOSTICS")[2].partition("\n.Sh ")[0]
    explained = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^\.It Cm (.*)", diagnostics, re.MULTILINE))))
    words = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)[ "]', "".join(sources.values())))
    for event in sorted(explained - words):
        yield f"man/tlspolicyd.8: DIAGNOSTICS explains {event}, which is never logged"
    table = readme.partition("| Event | Meaning |")[2].partition("\n\n")[0]
    for event in re.findall(r"`([\w-]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))):
        if event not in explained:
            yield f"README.md: {event} is not in DIAGNOSTICS of man/tlspolicyd.8"
    for path, text in sources.items():
        for event in EVENT.findall(text):
            if event not in explained:
                yield f"man/tlspolicyd.8: DIAGNOSTICS does not explain {event} of {path}"


def self_test():
    manual = ".Sh DIAGNOSTICS\n.It Cm a-one , a-two\n.Sh OTHER\n.It Cm a-three\n"
    sources = {"x": 'spdlog::info("a-one k={}"); log_->log(level,\n "a-two k={}")'}
    readme = "| Event | Meaning |\n|---|---|\n| `a-one` `a-two` | `other` |\n\n`more`"
    if list(faults(sources, manual, readme)):
        sys.exit("docs_cover_events.py finds fault with a sound example")
    logged = {**sources, "y": 'spdlog::warn(\n    "a-three")'}
    for wrong in ((logged, manual, readme), (sources, manual.replace("a-two", "a-two , a-four"), readme),
                  (sources, manual, readme.replace("a-one", "a-three"))):
        if len(list(faults(*wrong))) != 1:
            sys.exit("docs_cover_events.py misses the fault of its example")


def main(root):
    self_test()
    root = pathlib.Path(root)
    sources = {str(path.relative_to(root)): path.read_text(encoding="utf-8")
               for path in sorted((root / "daemon").rglob("*.cpp"))}
    found = list(faults(sources, (root / "man/tlspolicyd.8").read_text(encoding="utf-8"),
                        (root / "README.md").read_text(encoding="utf-8")))
    print("\n".join(found) if found else "all events are explained")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
