"""A gate before the policy hosts: connections wait in it until it is opened, then reach nginx."""

import socket
import threading

from lab import web

ADDRESS = "192.0.2.81"


class Gate:
    """Closed at first. A policy host behind it has ADDRESS in the DNS."""

    def __init__(self, address=ADDRESS):
        self._open = threading.Event()
        self._condition = threading.Condition()
        self._arrived = 0
        self._listener = socket.create_server((address, 443), backlog=512)
        threading.Thread(target=self._accept, daemon=True).start()

    def open(self):
        self._open.set()

    def close(self):
        """Later connections wait again, and those that were let through are no longer counted."""
        self._open.clear()
        with self._condition:
            self._arrived = 0

    def wait_for_arrivals(self, count, within=10):
        with self._condition:
            if not self._condition.wait_for(lambda: self._arrived >= count, within):
                raise AssertionError(f"{self._arrived} connections at the gate, not {count}, after {within} s")

    def stop(self):
        self._open.set()
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._condition:
                self._arrived += 1
                self._condition.notify_all()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self._open.wait()
        try:
            server = socket.create_connection((web.ADDRESS, 443), timeout=10)
        except OSError:
            client.close()
            return
        with client, server:
            upwards = threading.Thread(target=pump, args=(client, server), daemon=True)
            upwards.start()
            pump(server, client)
            upwards.join()


def pump(source, target):
    """Until one side is done with it; then the other is told."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # no longer connected
