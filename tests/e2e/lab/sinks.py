"""MX hosts: SMTP servers that keep what they are given and note how it came."""

import dataclasses
import socket
import ssl
import threading

from lab import programs


@dataclasses.dataclass(frozen=True)
class Message:
    recipient: str
    tls: bool
    server_name: str  # what the client named by SNI, empty for none


class MxHost:
    """Listens at `port` of `addresses`; `pair`: its certificate, None for a host without STARTTLS."""

    def __init__(self, name, addresses, pair=None, port=25):
        self.name = name
        self.addresses = addresses
        self.messages = []
        self._context = tls_context(pair) if pair else None
        self._listeners = [listen(address, port) for address in addresses]
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def mailbox(self, domain):
        """What came for this domain."""
        return [message for message in self.messages if message.recipient.endswith("@" + domain)]

    def wait_for_mail(self, domain, within=10):
        return programs.eventually(lambda: self.mailbox(domain), within, f"no mail for {domain} at {self.name}")

    def stop(self):
        for listener in self._listeners:
            listener.close()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.settimeout(30)
        session = Session(self, connection)
        try:
            session.run()
        except OSError:  # a client that is not content with the certificate hangs up
            pass
        finally:
            session.connection.close()


class Session:
    """One SMTP conversation (RFC 5321, with RFC 3207 where the host has a certificate)."""

    def __init__(self, host, connection):
        self.host = host
        self.connection = connection
        self.reader = connection.makefile("rb")
        self.tls = False
        self.recipients = []

    def run(self):
        self.say(f"220 {self.host.name} ESMTP")
        while line := self.reader.readline(4096):
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO":
                offer = self.host._context is not None and not self.tls
                self.say(f"250-{self.host.name}\r\n250 STARTTLS" if offer else f"250 {self.host.name}")
            elif verb == b"STARTTLS":
                self.start_tls()
            elif verb == b"RCPT":
                self.recipients.append(line.split(b"<")[1].split(b">")[0].decode())
                self.say("250 OK")
            elif verb == b"DATA":
                self.take_message()
            elif verb == b"QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 OK")

    def start_tls(self):
        if self.host._context is None or self.tls:
            self.say("502 No TLS here")
            return
        self.say("220 Go ahead")
        self.connection = self.host._context.wrap_socket(self.connection, server_side=True)
        self.reader = self.connection.makefile("rb")
        self.tls = True
        self.recipients = []

    def take_message(self):
        self.say("354 Go on")
        while self.reader.readline(4096) not in (b".\r\n", b""):
            pass
        name = getattr(self.connection, "lab_server_name", "")
        self.host.messages += [Message(recipient, self.tls, name) for recipient in self.recipients]
        self.recipients = []
        self.say("250 Taken")

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")


def tls_context(pair):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)

    def note(connection, name, _context):
        connection.lab_server_name = name or ""
    context.sni_callback = note
    return context


def listen(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=64)
