"""tlspolicy, the command beside the daemon."""

import json
import os
import pathlib
import subprocess

from lab import daemon


def binary():
    """Beside the daemon, where it was built."""
    return os.environ.get("TLSPOLICY") or str(pathlib.Path(daemon.binary()).with_name("tlspolicy"))


def run(*arguments, text=None, within=120):
    """Exit status, standard output, standard error."""
    done = subprocess.run([binary(), *map(str, arguments)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=within, check=False)
    return done.returncode, done.stdout, done.stderr


def run_into(file, *arguments, text=None):
    """Exit status and standard error; standard output goes into the file."""
    done = subprocess.run([binary(), *map(str, arguments)], input=text, stdout=file, stderr=subprocess.PIPE,
                          text=True, timeout=120, check=False)
    return done.returncode, done.stderr


def run_json(*arguments, status=0, **options):
    """The one JSON object of a verb that ends with `status`."""
    found, out, err = run(*arguments, "--json", **options)
    assert found == status, f"{arguments} ended with {found}: {out}{err}"
    return json.loads(out)
