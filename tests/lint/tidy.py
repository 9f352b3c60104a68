#!/usr/bin/env python3
"""clang-tidy with the checks of .clang-tidy over daemon/, as many files at a time as there are processors.

    tidy.py BUILD_DIR [FILE...]

BUILD_DIR has been built, with ninja. Takes minutes, so it is run by .ci/run and not by ctest.
TIDY_PASSED=DIR: there it is kept which files passed, by the hash of all that goes into them; those are not looked at
again before something of that changes.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDY = "clang-tidy-14"
# clang counts sign conversions among -Wconversion; g++, which decides what a warning is here, does not.
OPTIONS = ["--quiet", "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-sign-conversion"]
KEPT = 30 * 86400  # seconds


@functools.cache
def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).digest()


def dependencies(build):
    """The files that each source's object was made from, by their paths from `build`."""
    told = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    found = [block.split("\n    ")[1:] for block in told.strip().split("\n\n")]
    return {(build / files[0]).resolve(): files for files in found if files}


class Passed:
    """Which files passed before; without a directory, none."""

    def __init__(self, directory, build):
        self.directory = pathlib.Path(directory) if directory else None
        self.build = build
        if self.directory is None:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        for old in self.directory.glob("[0-9a-f]" * 64):
            if time.time() - old.stat().st_mtime > KEPT:
                old.unlink(missing_ok=True)
        self.commands = {pathlib.Path(each["file"]): each["command"]
                         for each in json.loads((build / "compile_commands.json").read_text())}
        self.files = dependencies(build)
        version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
        self.common = version + digest(ROOT / ".clang-tidy") + repr(OPTIONS).encode()

    def mark(self, source):
        """Where it is kept that it passed as it is; None where that is not known."""
        if self.directory is None or source not in self.files:
            return None
        command = self.commands[source].replace(str(ROOT), "")
        parts = [self.common, command.encode(), *(digest(os.path.join(self.build, each)) for each in self.files[source])]
        return self.directory / hashlib.sha256(b"".join(parts)).hexdigest()


def check(source, build, mark):
    done = subprocess.run([TIDY, "-p", build, *OPTIONS, source], check=False, capture_output=True, text=True)
    if done.returncode == 0 and not done.stdout:
        if mark:
            mark.touch()
        return True
    print(done.stdout + done.stderr, end="", flush=True)
    return done.returncode == 0


def main(arguments):
    if not arguments:
        sys.exit("usage: tidy.py BUILD_DIR [FILE...]")
    build = pathlib.Path(arguments[0]).resolve()
    if not (build / "compile_commands.json").exists():
        sys.exit(f"tidy.py: {build}/compile_commands.json is missing: configure a preset first")
    sources = [pathlib.Path(each).resolve() for each in arguments[1:]] or sorted(ROOT.glob("daemon/**/*.cpp"))
    passed = Passed(os.environ.get("TIDY_PASSED"), build)
    due = []
    for source in sources:
        mark = passed.mark(source)
        if mark and mark.exists():
            mark.touch()
        else:
            due.append((source, mark))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        well = list(pool.map(lambda each: check(each[0], build, each[1]), due))
    print(f"clang-tidy: {len(due)} of {len(sources)} files looked at; the others passed before, as they are")
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
