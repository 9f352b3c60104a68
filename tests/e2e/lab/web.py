"""The policy hosts: one nginx, a server block and a certificate for each mta-sts.<domain>."""

import os
import signal
import socket

from lab import programs

ADDRESS = "192.0.2.80"
ADDRESS_V6 = "2001:db8::80"

CONFIG = """\
daemon off;
user root;
worker_processes 1;
worker_shutdown_timeout 1s;
pid {dir}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 4096; }}
http {{
  log_format lab '$host $status "$request"';
  access_log {dir}/access.log lab;
  default_type text/plain;
  ssl_protocols TLSv1.2 TLSv1.3;
  server_names_hash_bucket_size 256;
  client_body_temp_path {dir}/tmp;
  proxy_temp_path {dir}/tmp;
  fastcgi_temp_path {dir}/tmp;
  uwsgi_temp_path {dir}/tmp;
  scgi_temp_path {dir}/tmp;
  server {{
    listen {v4}:80;
    return 200 "generation {generation}";
  }}
{servers}
}}
"""
SERVER = """\
  server {{
    listen {v4}:443 ssl;
    listen [{v6}]:443 ssl;
    server_name {host};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    root {root};
    {more}
  }}
"""


class PolicyHosts:
    def __init__(self, work, authority):
        self.directory = work / "nginx"
        (self.directory / "tmp").mkdir(parents=True)
        self.authority = authority
        self.hosts = {}
        self.more = {}  # further lines of a domain's server block
        self.generation = 0
        self.access_log = programs.Log(self.directory / "access.log")
        self._write()
        self.program = programs.Program(
            "nginx", ["nginx", "-p", self.directory, "-c", self.directory / "nginx.conf", "-e", "stderr"], work)
        self.program.wait_until(self._current)

    def put(self, domain, policy, expired=False):
        """The policy text of a domain; a host that is new is served after the next `reload`."""
        host = f"mta-sts.{domain}"
        path = self._root(host) / ".well-known/mta-sts.txt"
        if host not in self.hosts:
            self.hosts[host] = self.authority.issue(host, expired=expired)
            path.parent.mkdir(parents=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(policy)
        os.replace(fresh, path)

    def remove(self, domain):
        """404 from now on."""
        (self._root(f"mta-sts.{domain}") / ".well-known/mta-sts.txt").unlink()

    def reload(self):
        self._write()
        self.program.signal(signal.SIGHUP)
        self.program.wait_until(self._current)

    def fetches(self, domain):
        """How many requests for a domain's policy nginx has answered."""
        return self.access_log.text().count(f"mta-sts.{domain} 200 ")

    def stop(self):
        self.program.stop()

    def _root(self, host):
        return self.directory / "www" / host

    def _write(self):
        self.generation += 1
        servers = "".join(
            SERVER.format(v4=ADDRESS, v6=ADDRESS_V6, host=host, certificate=pair.certificate, key=pair.key,
                          root=self._root(host), more=self.more.get(host.removeprefix("mta-sts."), ""))
            for host, pair in self.hosts.items())
        (self.directory / "nginx.conf").write_text(CONFIG.format(
            dir=self.directory, v4=ADDRESS, generation=self.generation, servers=servers))

    def _current(self):
        """The newest configuration is served, and its worker is the only one left."""
        return http_get(ADDRESS).endswith(f"generation {self.generation}") and self.program.offspring() == 1


def http_get(address):
    try:
        with socket.create_connection((address, 80), timeout=2) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return b"".join(iter(lambda: sock.recv(4096), b"")).decode()
    except OSError:
        return ""


def policy(mode, *patterns, max_age=86400):
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {pattern}" for pattern in patterns), f"max_age: {max_age}"]
    return "".join(f"{line}\r\n" for line in lines)
