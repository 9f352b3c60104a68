"""A Redis server on a Unix socket, in memory."""

import os
import socket

from lab import programs


class Redis:
    def __init__(self, work, *options):
        self.path = work / "redis.sock"
        self.command = ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no",
                        *options]
        self.work = work
        self.start()

    def start(self):
        self.program = programs.Program("redis", self.command, self.work)
        self.program.wait_until(lambda: self.call("PING") == "+PONG")

    def call(self, *words):
        """The first line of the answer; empty where there is none."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(os.fspath(self.path))
                client.sendall((" ".join(words) + "\r\n").encode())
                return client.recv(4096).decode().split("\r\n", 1)[0]
        except OSError:
            return ""

    def stop(self):
        self.program.stop()
