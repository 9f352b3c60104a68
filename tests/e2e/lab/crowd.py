"""Many socketmap clients at once, from one thread."""

import selectors
import socket
import time

from lab import socketmap


class Member:
    """Asks its questions one after the other, as a Postfix process does."""

    def __init__(self, address, questions):
        self.questions = questions  # (map, key, the expected answer)
        self.place = 0
        self.buffer = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.connect_ex(address)

    def ask(self):
        map_name, key, _ = self.questions[self.place]
        self.socket.send(socketmap.request(map_name, key))

    def take(self):
        """Reads what is there; the complaints about it."""
        data = self.socket.recv(65536)
        if not data:
            return [f"closed before the answer to {self.questions[self.place][:2]}"]
        self.buffer += data
        answer, self.buffer = socketmap.split(self.buffer)
        if answer is None:
            return []
        _, key, expected = self.questions[self.place]
        self.place += 1
        return [] if answer == expected else [f"{key}: {answer!r} instead of {expected!r}"]

    def done(self):
        return self.place == len(self.questions)


def run(address, scripts, within):
    """A client for each script (a list of (map, key, expected answer)); returns every complaint."""
    members = [Member(address, script) for script in scripts]
    selector = selectors.DefaultSelector()
    for member in members:
        selector.register(member.socket, selectors.EVENT_WRITE, member)
    complaints, left, end = [], len(members), time.monotonic() + within
    while left and time.monotonic() < end:
        for key, events in selector.select(timeout=0.2):
            member = key.data
            try:
                if events & selectors.EVENT_WRITE:
                    selector.modify(member.socket, selectors.EVENT_READ, member)
                    member.ask()
                    continue
                place = member.place
                news = member.take()
                if not news and not member.done() and member.place > place:
                    member.ask()
            except (OSError, AssertionError) as error:
                news = [f"client {members.index(member)}: {error}"]
            complaints += news
            if news or member.done():
                selector.unregister(member.socket)
                left -= 1
    for member in members:
        member.socket.close()
    selector.close()
    if left:
        complaints.append(f"{left} clients were not done within {within} s")
    return complaints
