"""DNSSEC for the lab's zone: a signed root, and what goes wrong with signatures."""

import base64
import hashlib

from lab import programs

INSECURE = "insecure"  # a delegation that is not signed: names below it are provably insecure


class Signer:
    """Signs the root zone with a key of its own; `trust_anchor` is the file that a resolver needs."""

    def __init__(self, directory):
        self.directory = directory
        self.key = programs.run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", ".", cwd=directory).strip()
        self.trust_anchor = directory / f"{self.key}.key"
        self.bogus = set()  # (name, type) of the RRsets whose signatures are spoilt

    def sign(self, path):
        """The zone file's signed version."""
        signed = path.with_name(path.name + ".signed")
        programs.run("ldns-signzone", "-o", ".", "-f", signed, path, self.directory / self.key)
        lines = signed.read_text().splitlines()
        signed.write_text("\n".join(self._spoilt(line) for line in lines) + "\n")
        return signed

    def _spoilt(self, line):
        fields = line.split()
        if len(fields) < 6 or fields[3] != "RRSIG" or (fields[0].rstrip("."), fields[4]) not in self.bogus:
            return line
        signature = bytearray(base64.b64decode(fields[-1]))
        signature[0] ^= 1
        return line.replace(fields[-1], base64.b64encode(signature).decode())


def tlsa(certificate, usage=3):
    """A TLSA record for the key of this certificate (PEM), RFC 6698: selector 1, SHA-256."""
    key = programs.run("openssl", "x509", "-in", certificate, "-noout", "-pubkey")
    octets = base64.b64decode("".join(line for line in key.splitlines() if not line.startswith("-")))
    return f"TLSA {usage} 1 1 {hashlib.sha256(octets).hexdigest()}"


WRONG_TLSA = f"TLSA 3 1 1 {'00' * 32}"
