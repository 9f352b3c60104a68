#!/usr/bin/env python3
"""The systemd units say what systemd understands, and keep the daemon in a tight sandbox.

    units.py SYSTEMD_ANALYZE BUILT_SERVICE SOCKET
"""
import pathlib
import re
import subprocess
import sys
import tempfile

EXPOSURE = 12  # tenths, of `systemd-analyze security`


def analyze(program, *arguments):
    """What it says against the units; nothing when it is content."""
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, check=False)
    return done.stdout.strip() if done.returncode else ""


def faults(program, service, socket):
    with tempfile.TemporaryDirectory() as directory:
        units = []
        for name, text in (("tlspolicyd.service", service), ("tlspolicyd.socket", socket)):
            path = pathlib.Path(directory) / name
            # The daemon need not be installed here.
            path.write_text(re.sub(r"^(ExecStart=)\S+", rf"\g<1>{sys.executable}", text, flags=re.MULTILINE))
            units.append(str(path))
        verify = [program, "verify", "--man=no", "--recursive-errors=no"]
        return (analyze(*verify, *units)
                or analyze(program, "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE}", units[0]))


def main(program, service, socket):
    service, socket = (pathlib.Path(path).read_text(encoding="utf-8") for path in (service, socket))
    for wrong in ("ProtectSystem=strict\n", "ExecStart="):
        if not faults(program, service.replace(wrong, "Unheard" + wrong), socket):
            sys.exit(f"units.py misses a service with Unheard{wrong.strip()}")
    if not faults(program, service.replace("NoNewPrivileges=yes\n", ""), socket):
        sys.exit("units.py misses a service without NoNewPrivileges")
    found = faults(program, service, socket)
    print(found if found else "the units are sound, and the sandbox is tight")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
