#!/usr/bin/env python3
"""Holds the packages to the version that stands in project().

    versions.py ROOT

The newest entries of CHANGELOG.md and of Debian's changelog, and the RPM's Version, must be of it.
"""
import pathlib
import re
import sys

PROJECT = ("CMakeLists.txt", r"^project\(tlspolicyd VERSION ([\d.]+)")
FOLLOWERS = [
    ("CHANGELOG.md", r"^## (?:Unreleased: )?([\d.]+)"),
    ("packaging/debian/changelog", r"^tlspolicyd \(([\d.]+)-[^)]+\)"),
    ("packaging/rpm/tlspolicyd.spec", r"^Version: +([\d.]+)"),
]


def version(texts, place):
    name, pattern = place
    found = re.search(pattern, texts[name], re.MULTILINE)
    return found.group(1) if found else None


def faults(texts):
    wanted = version(texts, PROJECT)
    for place in FOLLOWERS:
        if version(texts, place) != wanted:
            yield f"{place[0]}: of version {version(texts, place)}; project() has {wanted}"


def self_test():
    texts = {"CMakeLists.txt": "project(tlspolicyd VERSION 1.2.3 LANGUAGES CXX\n",
             "CHANGELOG.md": "# Changes\n\n## 1.2.3\n\n## 1.2.2\n",
             "packaging/debian/changelog": "tlspolicyd (1.2.3-0upstream1) unstable; urgency=medium\n",
             "packaging/rpm/tlspolicyd.spec": "Name: tlspolicyd\nVersion:  1.2.3\n"}
    if list(faults(texts)):
        sys.exit("versions.py finds fault with a sound example")
    if len(list(faults({**texts, "CMakeLists.txt": "project(tlspolicyd VERSION 1.2.4 LANGUAGES CXX\n"}))) != len(FOLLOWERS):
        sys.exit("versions.py misses faults of its example")


def main(root):
    self_test()
    root = pathlib.Path(root)
    found = list(faults({name: (root / name).read_text(encoding="utf-8") for name, _ in [PROJECT, *FOLLOWERS]}))
    print("\n".join(found) if found else "all packages are of the project's version")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
