"""A throwaway certification authority, made with the openssl command line."""

import pathlib

from lab import programs

CA_CONFIG = """\
[ca]
default_ca = lab
[lab]
database = {dir}/index
new_certs_dir = {dir}
rand_serial = yes
certificate = {dir}/ca.pem
private_key = {dir}/ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[leaf]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = {names}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""


class Pair:
    """Paths of a certificate and its key, PEM."""

    def __init__(self, certificate, key):
        self.certificate = certificate
        self.key = key


class Authority:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        (self.directory / "index").touch()
        self.certificate = self.directory / "ca.pem"
        self.count = 0
        self._make_request("ca", "lab authority")
        programs.run("openssl", "req", "-x509", "-config", self._config("DNS:unused"), "-extensions", "authority",
                     "-key", self.directory / "ca.key", "-subj", "/CN=lab authority", "-days", "30",
                     "-out", self.certificate)

    def issue(self, *names, expired=False, last_day="20991231000000Z"):
        """A certificate for these DNS names; `expired`: its last day was years ago."""
        stem = self._next()
        dates = ["20200101000000Z", "20210101000000Z"] if expired else ["20240101000000Z", last_day]
        request = self._make_request(stem, names[0])
        config = self._config(",".join(f"DNS:{name}" for name in names))
        pair = self._pair(stem)
        programs.run("openssl", "ca", "-batch", "-notext", "-config", config, "-extensions", "leaf", "-in", request,
                     "-startdate", dates[0], "-enddate", dates[1], "-out", pair.certificate)
        return pair

    def issue_incomplete(self, name):
        """A certificate of an intermediate authority, whose own certificate is not in the file."""
        issuer, stem = self._next(), self._next()
        request, pair = self._make_request(issuer, "lab intermediate"), self._pair(stem)
        programs.run("openssl", "ca", "-batch", "-notext", "-config", self._config("DNS:unused"), "-extensions",
                     "authority", "-in", request, "-days", "20", "-out", self._pair(issuer).certificate)
        programs.run("openssl", "x509", "-req", "-in", self._make_request(stem, name), "-days", "20",
                     "-CA", self._pair(issuer).certificate, "-CAkey", self._pair(issuer).key, "-CAcreateserial",
                     "-extfile", self._config(f"DNS:{name}"), "-extensions", "leaf", "-out", pair.certificate)
        return pair

    def self_signed(self, name):
        """A certificate for `name` that only it vouches for."""
        pair = self._pair(self._next())
        programs.run("openssl", "req", "-x509", "-config", self._config(f"DNS:{name}"), "-extensions", "leaf",
                     "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", pair.key,
                     "-subj", f"/CN={name}", "-days", "30", "-out", pair.certificate)
        return pair

    def _next(self):
        self.count += 1
        return f"leaf{self.count}"

    def _pair(self, stem):
        return Pair(self.directory / f"{stem}.pem", self.directory / f"{stem}.key")

    def _make_request(self, stem, name):
        request = self.directory / f"{stem}.csr"
        programs.run("openssl", "req", "-new", "-config", self._config("DNS:unused"), "-newkey", "ec",
                     "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self._pair(stem).key,
                     "-subj", f"/CN={name[:60]}", "-out", request)
        return request

    def _config(self, names):
        path = self.directory / "openssl.cnf"
        path.write_text(CA_CONFIG.format(dir=self.directory, names=names))
        return path
