#!/usr/bin/python3
"""Runs a command as the unit's sandbox would, as far as that can be had without systemd.

    confined.py UNIT USER WRITABLE COMMAND...

As root, in a mount namespace of its own (unshare --mount): the tree is read-only but for the directory WRITABLE, no
capabilities, and the unit's seccomp filters: system calls, address families, memory that is written and executed,
namespaces, set-user-ID bits. What is not made: the hiding of /home, /proc and devices.
"""

import configparser
import ctypes
import errno
import os
import pwd
import re
import socket
import stat
import subprocess
import sys

import seccomp

PR_SET_NO_NEW_PRIVS = 38
PROT_WRITE, PROT_EXEC = 2, 4


def directives(unit):
    """Section [Service]: all values of each name, in their order."""
    class Repeated(dict):
        def __setitem__(self, key, value):
            if key in self and isinstance(value, list):
                self[key].extend(value)
            else:
                super().__setitem__(key, value)
    parser = configparser.RawConfigParser(dict_type=Repeated, strict=False, delimiters="=")
    parser.optionxform = str
    parser.read(unit)
    return {name: [line for line in value.split("\n") if line] for name, value in parser["Service"].items()}


def groups():
    """The sets of system calls that systemd names."""
    text = subprocess.run(["systemd-analyze", "syscall-filter"], check=True, capture_output=True, text=True).stdout
    members, group = {}, None
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if not line.startswith(" "):
            group = words[0] if words[0].startswith("@") else None
        elif group:
            members.setdefault(group, []).append(words[0])
    return members


def allowed(lists):
    """What SystemCallFilter= lets through: the first line allows, those with ~ take away."""
    members = groups()

    def expand(name):
        return {name} if not name.startswith("@") else set().union(*(expand(each) for each in members[name]))
    calls = set()
    for line in lists:
        named = set().union(*(expand(name) for name in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def confine(unit):
    eperm = seccomp.ERRNO(errno.EPERM)
    calls = seccomp.SyscallFilter(eperm)
    for name in sorted(allowed(unit["SystemCallFilter"])):
        try:
            calls.add_rule(seccomp.ALLOW, name)
        except RuntimeError:  # of another processor, or newer than this libseccomp
            pass
    families = unit["RestrictAddressFamilies"][0].split()
    known = {int(getattr(socket, family)) for family in families}
    others = seccomp.SyscallFilter(seccomp.ALLOW)
    for family in range(64):
        if family not in known:
            others.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", seccomp.Arg(0, seccomp.EQ, family))
    executable = PROT_WRITE | PROT_EXEC
    others.add_rule(eperm, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, executable, executable))
    for call in ("mprotect", "pkey_mprotect"):
        others.add_rule(eperm, call, seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC))
    for call in ("unshare", "setns"):
        others.add_rule(eperm, call)
    for call, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2)):
        for bit in (stat.S_ISUID, stat.S_ISGID):
            others.add_rule(eperm, call, seccomp.Arg(place, seccomp.MASKED_EQ, bit, bit))
    others.load()
    calls.load()


def main():
    unit_file, user, writable, *command = sys.argv[1:]
    program = os.open(command[0], os.O_RDONLY)  # which may be where that user has no business
    unit = directives(unit_file)
    assert unit["ProtectSystem"] == ["strict"] and unit["MemoryDenyWriteExecute"] == ["yes"]
    for arguments in (["--make-rprivate", "/"], ["--bind", writable, writable], ["-o", "remount,bind,ro", "/"]):
        subprocess.run(["mount", *arguments], check=True)
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)  # and with it go all capabilities
    os.umask(int(unit["UMask"][0], 8))
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    confine(unit)
    os.execve(program, command, os.environ)


main()
