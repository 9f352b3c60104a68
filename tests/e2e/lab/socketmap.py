"""A socketmap client on a plain socket (socketmap_table(5))."""

import socket

LIMIT = 200_000


def request(map_name, key):
    payload = f"{map_name} {key}".encode()
    return b"%d:%s," % (len(payload), payload)


class Client:
    """`address`: ("127.0.0.1", 8461), or the path of a unix socket."""

    def __init__(self, address, timeout=25):
        if isinstance(address, tuple):
            self.socket = socket.create_connection(address, timeout=timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(timeout)
            try:
                self.socket.connect(str(address))
            except OSError:
                self.socket.close()
                raise
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, map_name, key):
        self.send(request(map_name, key))
        return self.answer()

    def answer(self):
        """The next reply; EOFError when the server closed between two replies."""
        while True:
            reply, self.buffer = split(self.buffer)
            if reply is not None:
                return reply
            data = self.socket.recv(65536)
            if not data:
                if self.buffer:
                    raise AssertionError(f"closed in the middle of a reply: {self.buffer!r}")
                raise EOFError
            self.buffer += data

    def closed(self):
        """Waits for the server to close; anything else it sends first is a failure."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return True
        if data:
            raise AssertionError(f"expected a closed connection, got {data!r}")
        return True


def split(buffer):
    """(the first reply of a buffer or None, the rest)."""
    length, colon, rest = buffer.partition(b":")
    if not colon:
        assert len(length) <= 6, f"not a netstring: {buffer[:40]!r}"
        return None, buffer
    size = int(length)
    assert size <= LIMIT, f"a reply of {size} octets"
    if len(rest) <= size:
        return None, buffer
    assert rest[size:size + 1] == b",", f"a netstring without its comma: {buffer[:80]!r}"
    return rest[:size].decode(), rest[size + 1:]
