#!/usr/bin/env python3
"""Finds what does not belong into a finished file.

    words.py ROOT

Marks of unfinished work, traces of a merge, blanks at line ends, tabs in C++ and Python, carriage returns, a
missing end of the last line, and sources that have grown beyond 400 lines.
"""
import pathlib
import re
import sys

LONGEST_SOURCE = 400
SOURCES = {".cpp", ".hpp", ".py", ".sh"}
TEXTS = SOURCES | {".md", ".yaml", ".txt", ".cmake", ".json", ".8", ".5", ".1", ".in", ".service", ".example"}
LEFT_OUT = {"build", ".git", "corpus", "data", "__pycache__"}

# Put together here so that this file does not hold them.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "WI" + "P"]) + r")\b")
MERGE = re.compile(r"^(" + "|".join(["<" * 7, "=" * 7, ">" * 7]) + r")( |$)")


def faults(name, text):
    suffix = pathlib.PurePath(name).suffix
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if mark := UNFINISHED.search(line):
            yield f"{name}:{number}: {mark.group(0)}: finish it, or write down what is missing where users look"
        if MERGE.match(line):
            yield f"{name}:{number}: left over from a merge"
        if line != line.rstrip():
            yield f"{name}:{number}: {'carriage return' if line.endswith(chr(13)) else 'blanks'} at the end"
        if "\t" in line and suffix in {".cpp", ".hpp", ".py"}:
            yield f"{name}:{number}: a tab"
    if text and not text.endswith("\n"):
        yield f"{name}:{len(lines)}: the last line has no end"
    if suffix in SOURCES and len(lines) - 1 > LONGEST_SOURCE:
        yield f"{name}: {len(lines) - 1} lines; split what has more than one job (limit {LONGEST_SOURCE})"


def self_test():
    for text in ("// " + "TO" + "DO later\n", "a \n", "a\r\n", "<" * 7 + " HEAD\n", "\ta\n", "a", "\n" * 401):
        if not list(faults("a.cpp", text)):
            sys.exit(f"words.py misses the fault in {text[:20]!r}")
    if list(faults("a.cpp", "int main() {}\n")):
        sys.exit("words.py finds fault with a sound example")


def main(root):
    self_test()
    root = pathlib.Path(root)
    found = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if any(part in LEFT_OUT or part.startswith("build-") for part in relative.parts) or not path.is_file():
            continue
        if path.suffix in TEXTS or path.name in {"run", "CMakeLists.txt"}:
            found += faults(str(relative), path.read_text(encoding="utf-8"))
    print("\n".join(found) if found else "nothing that does not belong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
