#!/usr/bin/env python3
"""Holds the documents to the keys that the loader knows.

    docs_cover_config.py ROOT CONFIG_KEYS

CONFIG_KEYS is the program of that name: it prints every key as a dotted path, and of some KEY=DEFAULT. Each must be
an item of tlspolicyd.yaml(5) and stand in conf/tlspolicyd.yaml, and no item of the manual may be unknown to the
loader. Each value shown in conf/ is the default that the manual tells; that the loader has the same is a unit test.
The manual tells the defaults that CONFIG_KEYS prints, too.
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


def shown(conf):
    """{key: value} of conf/, where nearly every line is commented out."""
    path, values = [], {}
    for indent, key, value in re.findall(r"^( *)#?([a-z_]+):(?: (.*))?$", conf, re.MULTILINE):
        path = path[:len(indent) // 2] + [key]
        for inner, scalar in re.findall(r"(\w+): (\w+)", value) if value.startswith("{") else [("", value)]:
            if scalar:
                values[".".join([*path, inner] if inner else path)] = scalar.strip('"')
    return values


def told(manual):
    """{key: default}; two keys in a row that share their last line, as min and max do, share it in their order."""
    defaults, silent = {}, []
    for item in re.split(r"^\.It Ic ", manual, flags=re.MULTILINE)[1:]:
        item = re.split(r"^\.(?:El|S[hs]) ?", item, flags=re.MULTILINE)[0]
        silent.append(item.split()[0])
        if item.strip() == silent[-1]:
            continue
        default = re.search(r"^Default:\s+(?:\.\w\w )?(.+?) ?[.,]?$", item, re.MULTILINE)
        values = default[1].split(" and ") if default else []
        if len(values) == len(silent):
            defaults.update(zip(silent, values))
        silent = []
    return defaults


def strangers(manual, conf):
    """Defaults of which the two say different things."""
    defaults = told(manual)
    for key, value in shown(conf).items():
        if f"\n.It Ic {key}." in manual:
            continue  # a section: its parts have defaults
        default = defaults.get(key)
        if value in ("", "[]"):
            if default is None or not (default.startswith("none") or default.startswith("the ")):
                yield f"man/tlspolicyd.yaml.5: {key} has no value by default, which is told as {default}"
        elif value != default:
            yield f"man/tlspolicyd.yaml.5: the default of {key} is told as {default}, and is {value}"


def misquoted(defaults, manual):
    in_manual = told(manual)
    for key, value in sorted(defaults.items()):
        if in_manual.get(key) != value:
            yield f"man/tlspolicyd.yaml.5: the default of {key} is told as {in_manual.get(key)}, and is {value}"


def self_test():
    keys = {"a", "a.b", "c"}
    if list(missing(keys, ".It Ic a.b\n.It Ic c\n", "a:\n  #b: 1\n#c: 2\n")):
        sys.exit("docs_cover_config.py finds fault with a sound example")
    if len(list(missing(keys, ".It Ic c\n.It Ic d\n", "#c: 2\n"))) != 4:
        sys.exit("docs_cover_config.py misses faults of its example")
    manual = (".It Ic a.min\n.It Ic a.max\nText.\nDefault: 1s and 5m.\n.It Ic b\nText.\nDefault:\n.Cm auto .\n"
              ".It Ic c\nDefault: none.\n.El\n")
    conf = '# Text: more.\na:\n  #b: 3\n#a: {min: 1s, max: 5m}\n#b: "auto"\n#c: []\n'
    if list(strangers(manual.replace(".It Ic b", ".It Ic a.b\nDefault: 3.\n.It Ic b"), conf)):
        sys.exit("docs_cover_config.py finds fault with sound defaults")
    if list(misquoted({"b": "auto"}, manual)) or len(list(misquoted({"b": "off", "d": "1"}, manual))) != 2:
        sys.exit("docs_cover_config.py does not compare defaults")
    for wrong in (manual.replace("1s", "2s"), manual.replace("auto", "off"), manual.replace("none", "5")):
        if len(list(strangers(wrong, conf.replace("  #b: 3\n", "")))) != 1:
            sys.exit("docs_cover_config.py misses a wrong default")


def main(root, program):
    self_test()
    root = pathlib.Path(root)
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    defaults = dict(line.split("=") for line in lines if "=" in line)
    keys = {line for line in lines if "=" not in line}
    # A name that the operator chooses is an entry, not a key.
    keys.discard("maps.NAME")
    manual = (root / "man/tlspolicyd.yaml.5").read_text(encoding="utf-8")
    conf = (root / "conf/tlspolicyd.yaml").read_text(encoding="utf-8")
    found = [*missing(keys, manual, conf), *strangers(manual, conf), *misquoted(defaults, manual)]
    print("\n".join(found) if found else f"{len(keys)} keys are documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
