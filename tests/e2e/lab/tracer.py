"""Holds one thread of a process still while its others go on, as a debugger does (ptrace(2))."""

import contextlib
import ctypes
import os
import pathlib

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000  # __WALL: threads are waited for too


def threads(pid):
    """Thread numbers by name."""
    return {(path / "comm").read_text().strip(): int(path.name)
            for path in pathlib.Path(f"/proc/{pid}/task").iterdir()}


@contextlib.contextmanager
def held_still(thread):
    """Of the calling thread: the kernel knows a tracer by it."""
    ptrace(PTRACE_SEIZE, thread)
    ptrace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WALL)
    try:
        yield
    finally:
        ptrace(PTRACE_DETACH, thread)


def ptrace(request, thread):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
