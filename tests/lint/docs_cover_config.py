#!/usr/bin/env python3
"""Holds the documents to the keys that the loader knows.

    docs_cover_config.py ROOT CONFIG_KEYS

CONFIG_KEYS is the program of that name: it prints every key as a dotted path. Each must be an item of
tlspolicyd.yaml(5) and stand in conf/tlspolicyd.yaml, and no item of the manual may be unknown to the loader.
That the values shown in conf/ are the defaults is a unit test.
"""
import pathlib
import re
import subprocess
import sys


def missing(keys, manual, conf):
    items = set(re.findall(r"^\.It Ic ([\w.]+)", manual, re.MULTILINE))
    sections = {key for key in keys if any(other.startswith(key + ".") for other in keys)}
    for key in sorted(keys - sections - items):
        yield f"man/tlspolicyd.yaml.5: no item for {key}"
    for item in sorted(items - keys):
        yield f"man/tlspolicyd.yaml.5: {item} is not a key"
    for key in sorted(keys):
        leaf = key.rpartition(".")[2]
        if leaf != "NAME" and not re.search(rf"\b{leaf}\b", conf):
            yield f"conf/tlspolicyd.yaml: nothing about {key}"


def self_test():
    keys = {"a", "a.b", "c"}
    if list(missing(keys, ".It Ic a.b\n.It Ic c\n", "a:\n  #b: 1\n#c: 2\n")):
        sys.exit("docs_cover_config.py finds fault with a sound example")
    if len(list(missing(keys, ".It Ic c\n.It Ic d\n", "#c: 2\n"))) != 4:
        sys.exit("docs_cover_config.py misses faults of its example")


def main(root, program):
    self_test()
    root = pathlib.Path(root)
    keys = set(subprocess.run([program], check=True, capture_output=True, text=True).stdout.split())
    # A name that the operator chooses is an entry, not a key.
    keys.discard("maps.NAME")
    found = list(missing(keys, (root / "man/tlspolicyd.yaml.5").read_text(encoding="utf-8"),
                         (root / "conf/tlspolicyd.yaml").read_text(encoding="utf-8")))
    print("\n".join(found) if found else f"{len(keys)} keys are documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
