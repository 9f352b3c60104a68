"""Processes of the bench: started pinned to a core, their CPU, memory and system calls read from /proc and perf."""
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

SUBJECT_CORE, LOAD_CORE = 0, 1
DNS_PORT, DAEMON_PORT, ECHO_PORT = 5300, 8461, 8470


def enter_namespace():
    """Starts this program again in a network namespace of its own: policy hosts are on port 443, and only there."""
    if os.environ.get("TLSPOLICY_BENCH_NAMESPACE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as ports:
            ports.write("9000 65000")
    elif os.geteuid() == 0 and subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0:
        os.environ["TLSPOLICY_BENCH_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    else:
        print("no network namespace: using this machine's own 127.0.0.1:443", file=sys.stderr)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def before_start(niceness):
    """For subprocess's preexec_fn. With autogroups the niceness of a whole session counts, a process's own does not."""
    if niceness == 0:
        return None

    def prioritise():
        os.setsid()
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
        if os.path.exists("/proc/self/autogroup"):
            with open("/proc/self/autogroup", "w", encoding="ascii") as autogroup:
                autogroup.write(str(niceness))
    return prioritise


class Process:
    """A program pinned to one core; ended with the `with` block."""

    niceness = 0  # of every program started

    def __init__(self, core, arguments, log=None):
        self.name = os.path.basename(arguments[0])
        output = open(log, "ab") if log else subprocess.PIPE
        self.child = subprocess.Popen(["taskset", "-c", str(core), *arguments], stdout=output,
                                      stderr=subprocess.STDOUT if log else None,
                                      preexec_fn=before_start(Process.niceness))
        self.pid = self.child.pid  # taskset replaces itself

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def _status(self, field):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            return int(re.search(rf"^{field}:\s+(\d+)", status.read(), re.M).group(1))

    def cpu_us(self):
        """Microseconds on a CPU of all its threads."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat", encoding="ascii") as times:
                total += int(times.read().split()[0])
        return total / 1000

    def rss_mb(self):
        return self._status("VmRSS") / 1024

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def system_calls(self, action):
        """How many it makes while `action` runs: perf counts without slowing it; strace where perf is not to be had."""
        if shutil.which("perf"):
            counter = ["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-p", str(self.pid)]
        else:
            counter = ["strace", "-c", "-f", "-p", str(self.pid)]
        tracer = subprocess.Popen(["taskset", "-c", str(LOAD_CORE), *counter], stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        action()
        tracer.send_signal(signal.SIGINT)
        output = tracer.communicate()[1]
        found = re.search(r"^(\d+),.*sys_enter", output, re.M) or re.search(r"\s(\d+)\s+\d*\s*total$", output, re.M)
        return int(found.group(1)) if found else None


class Rig:
    """Where the programs are, a directory for their files, and the ways to start them."""

    def __init__(self, build, daemon, directory):
        self.programs = os.path.join(build, "tests", "bench")
        self.daemon = daemon or os.path.join(build, "daemon", "tlspolicyd")
        self.directory = directory
        self.root = os.path.join(directory, "root.pem")
        self.daemon_unix = "unix:" + os.path.join(directory, "daemon.sock")
        self.echo_unix = "unix:" + os.path.join(directory, "echo.sock")
        self.daemon_tcp = f"127.0.0.1:{DAEMON_PORT}"
        self.echo_tcp = f"127.0.0.1:{ECHO_PORT}"
        self.next_name = 1_000_000  # names nobody asked for yet

    def fresh_names(self, count):
        first, self.next_name = self.next_name, self.next_name + count
        return first

    def internet(self, policies=1000, latency=0):
        process = Process(LOAD_CORE, [f"{self.programs}/bench_internet", "--root", self.root,
                                      "--dns-port", str(DNS_PORT), "--policies", str(policies),
                                      "--latency", str(latency)])
        if process.child.stdout.readline() != b"ready\n":
            raise RuntimeError("bench_internet did not start")
        return process

    def echo(self, answer):
        return self._echo(self.echo_tcp, self.echo_unix, ["--answer", answer])

    def echo_with_second_thread(self, answer):
        """In the daemon's place."""
        return self._echo(self.daemon_tcp, self.daemon_unix, ["--answer", answer, "--second-thread"])

    def _echo(self, tcp, unix, arguments):
        process = Process(SUBJECT_CORE, [f"{self.programs}/bench_echo", "--listen", tcp, unix, *arguments])
        wait_for(tcp, process)
        return process

    def tlspolicyd(self, fetch_timeout="10s", fetch_concurrency=128, store="none", max_entries=1_000_000,
                   log_level="warn"):
        config = os.path.join(self.directory, "tlspolicyd.yaml")
        with open(config, "w", encoding="ascii") as out:
            out.write(f"""threads: 1
listen:
  - socketmap: {self.daemon_tcp}
  - socketmap: {self.daemon_unix}
dns: {{ servers: ["127.0.0.1:{DNS_PORT}"] }}
fetch: {{ ca_file: {self.root}, allow_addresses: [127.0.0.0/8], timeout: {fetch_timeout},
         concurrency: {fetch_concurrency} }}
cache: {{ store: "{store}", max_entries: {max_entries} }}
log: {{ level: {log_level} }}
""")
        log = os.path.join(self.directory, "tlspolicyd.log")
        process = Process(SUBJECT_CORE, [self.daemon, "--config", config], log)
        wait_for(self.daemon_tcp, process)
        return process

    def counters(self, process):
        """What the daemon has counted so far; its log must be at level info."""
        log = os.path.join(self.directory, "tlspolicyd.log")
        begin = os.path.getsize(log)
        process.child.send_signal(signal.SIGUSR1)
        for _ in range(500):
            time.sleep(0.002)
            with open(log, encoding="utf-8", errors="replace") as lines:
                lines.seek(begin)
                found = re.search(r"counters (.*\n)", lines.read())
            if found:
                return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", found.group(1))}
        raise RuntimeError("the daemon does not say what it has counted")

    def fill_store(self, path, domains):
        subprocess.run([f"{self.programs}/bench_store_fill", "--store", path, "--domains", str(domains)], check=True)

    def load_arguments(self, server, connections, **options):
        arguments = [f"{self.programs}/bench_load", "--server", server, "--connections", str(connections)]
        for name, value in options.items():
            arguments += [f"--{name}"] if value is True else [f"--{name}", str(value)]
        return arguments

    def load(self, server, connections, **options):
        """Runs a load to its end; its figures. Refuses to go on when an answer was not as expected."""
        done = subprocess.run(["taskset", "-c", str(LOAD_CORE),
                               *self.load_arguments(server, connections, **options)],
                              capture_output=True, text=True, preexec_fn=before_start(Process.niceness))
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        figures = json.loads(done.stdout)
        if figures["errors"]:
            raise RuntimeError(f"{figures['errors']} errors from {server}, the first: {figures['first_error']}")
        return figures

    def bare(self, family, first, count):
        """The bare client on the subject's core; its figures."""
        done = subprocess.run(["taskset", "-c", str(SUBJECT_CORE), f"{self.programs}/bench_cold",
                               "--root", self.root, "--dns-port", str(DNS_PORT), "--family", family,
                               "--first", str(first), "--count", str(count)],
                              capture_output=True, text=True, check=True,
                              preexec_fn=before_start(Process.niceness))
        figures = json.loads(done.stdout)
        if figures["errors"]:
            raise RuntimeError(f"the bare client failed {figures['errors']} times")
        return figures

    def warm(self, names):
        """Asks the daemon for d0 … d<names - 1>, so that they are cached."""
        self.load(self.daemon_tcp, 16, names=names, requests=names)


def wait_for(address, process):
    """Until `process` accepts connections there."""
    host, port = address.split(":")
    for _ in range(10_000):
        try:
            socket.create_connection((host, int(port))).close()
            return
        except OSError:
            if process.child.poll() is not None:
                break
            time.sleep(0.001)
    raise RuntimeError(f"{process.name} does not listen on {address}")


def ask(address, domain, link=None):
    """One question over TCP; the payload of the answer. `link`: an open connection to ask over."""
    host, port = address.split(":")
    connection = link or socket.create_connection((host, int(port)))
    request = f"postfix {domain}"
    connection.sendall(f"{len(request)}:{request},".encode())
    reply = b""
    while not reply.endswith(b","):
        piece = connection.recv(65536)
        if not piece:
            raise RuntimeError(f"connection closed instead of an answer for {domain}")
        reply += piece
    if link is None:
        connection.close()
    return reply.split(b":", 1)[1][:-1].decode()
