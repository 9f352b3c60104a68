"""tlspolicy, the command beside the daemon."""

import dataclasses
import json
import pathlib
import subprocess

from lab import daemon


@dataclasses.dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    def said(self):
        """What was printed, its line breaks and indentation made single blanks."""
        return " ".join(self.out.split())

    def json(self):
        return json.loads(self.out)


def binary():
    return pathlib.Path(daemon.binary()).with_name("tlspolicy")


def run(*arguments):
    done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)
