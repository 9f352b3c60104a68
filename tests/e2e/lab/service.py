"""A service manager as the daemon sees systemd: it hears notifications, and holds listening sockets."""

import os
import pathlib
import socket
import threading
import time

from lab import programs


class Notifications:
    """What comes to NOTIFY_SOCKET (sd_notify(3)): a dictionary a message, with the time in "at"."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.unlink(missing_ok=True)
        self.messages = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.path.chmod(0o666)
        threading.Thread(target=self._hear, daemon=True).start()

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": str(self.path), **more}

    def wait_for(self, field, value="", start=0, within=20):
        """The first message after the `start`-th whose `field` holds `value`."""
        def find():
            return next((message for message in self.messages[start:] if value in message.get(field, "\0")), None)
        return programs.eventually(find, within, lambda: f"nobody said {field}={value}: {self.messages[start:]}")

    def count(self, field):
        return sum(field in message for message in list(self.messages))

    def stop(self):
        self._socket.close()

    def _hear(self):
        while True:
            try:
                text = self._socket.recv(4096).decode()
            except OSError:
                return
            fields = dict(line.split("=", 1) for line in text.splitlines())
            self.messages.append({**fields, "at": time.monotonic()})


class Holder:
    """Listening sockets, under names, that one daemon after the other is started with (sd_listen_fds(3))."""

    def __init__(self):
        self.sockets = []  # (name, socket)

    def listen(self, name, address):
        if isinstance(address, tuple):
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            held = socket.create_server(address, family=family, backlog=1024)
        else:
            held = socket.socket(socket.AF_UNIX)
            held.bind(str(address))
            held.listen(1024)
        self.sockets.append((name, held))

    def command(self, *before):
        """What to put before the daemon's command line; LISTEN_PID is the daemon's own number."""
        files = " ".join(f"{3 + place}<&{held.fileno()}" for place, (_, held) in enumerate(self.sockets))
        return ["sh", "-c", f'LISTEN_PID=$$ exec "$@" {files}', "sh", *before]

    def options(self, environment=None):
        """For the `Program`: the sockets, and what LISTEN_PID is not enough for."""
        names = ":".join(name for name, _ in self.sockets)
        return {"pass_fds": [held.fileno() for _, held in self.sockets],
                "env": {**(environment or os.environ), "LISTEN_FDS": str(len(self.sockets)), "LISTEN_FDNAMES": names}}

    def stop(self):
        for _, held in self.sockets:
            held.close()
