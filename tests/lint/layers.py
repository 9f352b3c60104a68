#!/usr/bin/env python3
"""Keeps the floors of daemon/: who may include whom.

    layers.py ROOT      check ROOT/daemon; the check itself is tried on wrong examples first

A file includes its own folder and lower floors only; folders of one floor do not know each other. Only the
programs, app/, cli/ and inquiry/ see two adapters of one floor; config/ sees their settings alone. Pure code
reaches no socket, clock, log, file or Asio header, directly or through other headers.
"""
import pathlib
import re
import sys

FLOORS = [
    {"base"},
    {"sts", "dane", "postfix"},
    {"cache", "async"},
    {"engine"},
    {"tls"},
    {"dns", "https", "smtp", "store", "server", "telemetry", "tlsrpt"},
    {"config"},
    {"inquiry"},
    {"app", "cli"},
    {""},  # the programs
]
FLOOR = {folder: number for number, folders in enumerate(FLOORS) for folder in folders}
ADAPTERS = FLOORS[5]

PURE_FOLDERS = {"base", "sts", "dane", "postfix"}
PURE_FILES = {"engine/decide", "engine/freshness", "dns/wire", "config/units", "config/spelling",
              "smtp/reply", "tlsrpt/record"}
IMPURE_FILES = {"base/ip_address", "base/clock", "base/wall_clock"}  # inet_pton(3), clock_gettime(2), random(4)
IMPURE_HEADERS = re.compile(
    r"(boost/(asio|beast)\b|spdlog/|yaml-cpp/|openssl/|CLI/|ares|sys/|netinet/|arpa/|netdb\.h|unistd\.h"
    r"|fcntl\.h|poll\.h|signal\.h|time\.h|fstream|iostream|filesystem|thread|mutex|shared_mutex"
    r"|condition_variable|ctime|csignal)")

# A library that only some folders may know.
OWNERS = [
    (re.compile(r"yaml-cpp/"), {"config"}),
    (re.compile(r"ares"), {"dns"}),
    (re.compile(r"sqlite3\.h|hiredis/"), {"store"}),
    (re.compile(r"spdlog/"), ADAPTERS | {"tls", "app", "cli", ""}),  # the engine and what is below it never log
    (re.compile(r"systemd/"), {"app"}),
    (re.compile(r"CLI/"), {"cli", ""}),
    (re.compile(r"prometheus/"), {"telemetry", "app"}),
]
PROGRAM_LINES = 150
# What an operator writes and other parts hold, beside settings.
CONFIG_VALUES = {"postfix/map_options.hpp", "postfix/tls_policy_text.hpp", "engine/overrides.hpp"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def folder_of(path):
    return path.rpartition("/")[0]


def stem_of(path):
    return path.rpartition(".")[0]


def includes(text):
    """(project headers, other headers) of a file."""
    found = INCLUDE.findall(text)
    return [own for own, _ in found if own], [other for _, other in found if other]


def is_pure(path):
    stem = stem_of(path)
    return stem in PURE_FILES or (folder_of(path) in PURE_FOLDERS and stem not in IMPURE_FILES)


def check_floors(path, own, files):
    here = folder_of(path)
    for header in own:
        there = folder_of(header)
        if header not in files:
            yield f'{path}: "{header}" is not a file of daemon/ (includes are written "folder/file.hpp")'
        elif there == here:
            continue
        elif FLOOR[there] >= FLOOR[here]:
            yield f"{path}: floor {FLOOR[here]} includes {header} of floor {FLOOR[there]}"
        elif here == "config" and there != "base" and header not in CONFIG_VALUES \
                and not header.endswith("/settings.hpp"):
            yield f"{path}: config knows the settings of other parts only, not {header}"


def check_adapters(path, own):
    seen = {folder_of(header) for header in own} & ADAPTERS
    here = folder_of(path)
    if len(seen) > 1 and here not in {"app", "cli", "inquiry", "config", ""}:
        yield f"{path}: sees two adapters: {', '.join(sorted(seen))}"


def check_pure(path, files):
    """Follows project headers, and tells the first way to each header that pure code must not reach."""
    ways, pending = {path: path}, [path]
    while pending:
        current = pending.pop()
        own, other = includes(files[current])
        for header in other:
            if IMPURE_HEADERS.match(header):
                yield f"{path}: pure code reaches <{header}> by {ways[current]}"
        for header in own:
            if header in files and header not in ways and stem_of(header) not in IMPURE_FILES:
                ways[header] = f"{ways[current]} -> {header}"
                pending.append(header)


def check(files):
    """All violations in {path below daemon/: text}."""
    for path, text in sorted(files.items()):
        here = folder_of(path)
        if here not in FLOOR:
            yield f"{path}: the folder {here}/ has no floor"
            continue
        own, other = includes(text)
        yield from check_floors(path, own, files)
        yield from check_adapters(path, own)
        if is_pure(path):
            yield from check_pure(path, files)
        for header in other:
            for library, folders in OWNERS:
                if library.match(header) and here not in folders:
                    yield f"{path}: <{header}> belongs to {', '.join(sorted(folders))} alone"
        if path.startswith("config/") and path.endswith(".hpp") and any(h.startswith("yaml-cpp/") for h in other):
            yield f"{path}: YAML stays in the .cpp files of config/"
        if here == "" and text.count("\n") > PROGRAM_LINES:
            yield f"{path}: a program has at most {PROGRAM_LINES} lines"


def self_test():
    sound = {
        "base/error.hpp": "#include <string>\n",
        "base/clock.cpp": "#include <time.h>\n",
        "sts/policy.hpp": '#include "base/error.hpp"\n',
        "engine/ports.hpp": "#include <boost/asio/awaitable.hpp>\n",
        "dns/settings.hpp": "",
        "dns/client.hpp": '#include "engine/ports.hpp"\n#include <ares.h>\n',
        "https/client.hpp": '#include "engine/ports.hpp"\n',
        "config/config.hpp": '#include "dns/settings.hpp"\n',
        "app/parts.cpp": '#include "dns/client.hpp"\n#include "https/client.hpp"\n',
        "main.cpp": '#include "app/parts.hpp"\n',
        "app/parts.hpp": "",
    }
    wrong = {
        "sts/up.cpp": '#include "engine/ports.hpp"\n',
        "sts/beside.cpp": '#include "postfix/answer.hpp"\n',
        "postfix/answer.hpp": "#include <boost/asio/awaitable.hpp>\n",
        "engine/decide.cpp": '#include "engine/ports.hpp"\n',
        "https/other.cpp": '#include "dns/client.hpp"\n',
        "https/ares.cpp": "#  include <ares.h>\n",
        "config/much.cpp": '#include "dns/client.hpp"\n',
        "config/yaml.hpp": "#include <yaml-cpp/yaml.h>\n",
        "base/file.cpp": "#include <fstream>\n",
        "app/gone.cpp": '#include "missing.hpp"\n',
        "misc/a.cpp": "",
        "long.cpp": "\n" * (PROGRAM_LINES + 1),
    }
    complaints = list(check(sound))
    if complaints:
        sys.exit("layers.py finds fault with a sound example: " + "; ".join(complaints))
    for path, text in wrong.items():
        if not any(line.startswith(path + ":") for line in check({**sound, **wrong, path: text})):
            sys.exit(f"layers.py misses the violation in its example {path}")


def main(root):
    self_test()
    daemon = pathlib.Path(root) / "daemon"
    files = {str(path.relative_to(daemon)): path.read_text(encoding="utf-8")
             for path in sorted(daemon.rglob("*")) if path.suffix in {".hpp", ".cpp"}}
    if not files:
        sys.exit(f"no sources below {daemon}")
    violations = list(check(files))
    print("\n".join(violations) if violations else f"{len(files)} files keep to their floors")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
