"""A Postfix of its own: configuration, queue, data and log below the lab's directory."""

import os
import pathlib
import re
import shutil
import smtplib
import time

from lab import programs

SUBMISSION = ("127.0.0.1", 10025)

MAIN = """\
compatibility_level = 3.6
queue_directory = {dir}/spool
data_directory = {dir}/data
maillog_file = {dir}/mail.log
maillog_file_prefixes = {dir}
mail_owner = postfix
setgid_group = postdrop
myhostname = mta.lab
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = all
biff = no
enable_long_queue_ids = yes
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
smtp_connect_timeout = 3s
smtp_helo_timeout = 5s
smtp_starttls_timeout = 5s
smtp_connection_cache_on_demand = no
smtp_tls_loglevel = 1
smtp_tls_security_level = may
smtp_tls_CAfile = {ca}
smtp_tls_policy_maps = {policy_maps}
transport_maps = inline:{{ reporting.example=smtp-reporting: }}
"""
MASTER = """\
127.0.0.1:10025 inet n - n - - smtpd
cleanup   unix  n - n -    0   cleanup
qmgr      unix  n - n 300  1   qmgr
tlsmgr    unix  - - n 1000 1   tlsmgr
rewrite   unix  - - n -    -   trivial-rewrite
bounce    unix  - - n -    0   bounce
defer     unix  - - n -    0   bounce
trace     unix  - - n -    0   bounce
verify    unix  - - n -    1   verify
flush     unix  n - n 1000 0   flush
proxymap  unix  - - n -    -   proxymap
proxywrite unix - - n -    1   proxymap
smtp      unix  - - {chroot} -    -   smtp
smtp-reporting unix - - n - -  smtp -o smtp_tls_policy_maps={reporting_maps}
relay     unix  - - n -    -   smtp
showq     unix  n - n -    -   showq
error     unix  - - n -    -   error
retry     unix  - - n -    -   error
discard   unix  - - n -    -   discard
local     unix  - n n -    -   local
anvil     unix  - - n -    1   anvil
scache    unix  - - n -    1   scache
postlog   unix-dgram n - n - 1 postlogd
"""


def write_settled(path, text):
    """A main.cf that is a minute old: each program of Postfix waits seconds for one that may still be being written."""
    path.write_text(text)
    os.utime(path, (time.time() - 60,) * 2)


def write_config(directory, ca, policy_maps="", reporting_maps="", more="", services="", root="/", chroot=False):
    """A config_directory that postmap and the whole of Postfix can use.

    `reporting_maps`: the policies for reporting.example, instead of `policy_maps`. `more`: further lines of main.cf,
    or others. `services`: further lines of master.cf. `root`: where the file system begins that this Postfix sees.
    """
    config = pathlib.Path(directory) / "config"
    config.mkdir(parents=True)
    replaced = {line.split(" = ")[0] for line in more.splitlines()}  # twice in the file: Postfix would warn
    main = [line for line in MAIN.format(dir=directory, ca=ca, policy_maps=policy_maps).splitlines()
            if line.split(" = ")[0] not in replaced]
    write_settled(config / "main.cf", "\n".join(main) + "\n" + more)
    (config / "master.cf").write_text(
        MASTER.format(reporting_maps=reporting_maps, chroot="y" if chroot else "n") + services)
    dynamic = pathlib.Path(root, "etc/postfix/dynamicmaps.cf")
    if dynamic.exists():
        shutil.copy(dynamic, config)
    return config


class Postfix:
    """`tree`: the lab.tree whose Postfix it is, instead of this machine's. `chroot`: smtp runs in the queue
    directory, as Debian has it.
    """

    def __init__(self, work, ca, policy_maps, reporting_maps="", more="", services="", tree=None, chroot=False):
        self.directory = work / "postfix"
        self._tree = tree
        root = tree.path if tree else "/"
        self.config = write_config(self.directory, ca, policy_maps, reporting_maps, more, services, root, chroot)
        for name in ("spool", "data"):
            (self.directory / name).mkdir(exist_ok=True)
        if chroot:
            (self.directory / "spool/etc").mkdir()
            shutil.copy("/etc/resolv.conf", self.directory / "spool/etc")
        programs.run(*self.command("chown", "postfix", self.directory / "data"))
        # This /etc is the lab's: the default instance only says which others there are.
        write_settled(pathlib.Path(root, "etc/postfix/main.cf"),
                      f"compatibility_level = 3.6\nalternate_config_directories = {self.config}\n")
        self.log = programs.Log(self.directory / "mail.log")
        environment = {name: value for name, value in os.environ.items() if name != "MAIL_CONFIG"}
        self.program = programs.Program(
            "postfix", self.command("postfix", "-c", self.config, "start-fg"), work, env=environment)
        self.program.wait_until(self._accepts)

    def command(self, *command):
        """What runs a program of this Postfix."""
        return self._tree.command(*command) if self._tree else list(command)

    def send(self, recipient):
        """Hands a message in and returns its queue id."""
        with smtplib.SMTP(*SUBMISSION, local_hostname="client.lab", timeout=40) as client:
            client.ehlo()
            client.mail("sender@mta.lab")
            code, text = client.rcpt(recipient)
            assert code == 250, text
            code, text = client.data("Subject: end to end\r\n\r\nHello.\r\n")
        assert code == 250, text
        return text.decode().split()[-1]

    def outcome(self, queue_id, start=0, within=40):
        """The log line that says what became of a message: (status, the whole line)."""
        found = self.log.wait_for(rf"^.* {queue_id}: to=<.* status=(\w+) .*$", within, start)
        return found.group(1), found.group(0)

    def retry(self, queue_id):
        """Has a deferred message tried once more and returns what became of it."""
        start = self.log.size()
        programs.run(*self.command("postqueue", "-c", self.config, "-i", queue_id))
        return self.outcome(queue_id, start)

    def version(self):
        """As numbers: (3, 7) for 3.7.11."""
        text = programs.run(*self.command("postconf", "-c", self.config, "-h", "mail_version"))
        return tuple(int(number) for number in text.strip().split("-")[0].split(".")[:2])

    def judgement(self, line):
        """How the connection of a delivery was judged, of which `line` is the log's last word.

        Verified, Trusted, Untrusted or Anonymous; None for a connection without TLS.
        """
        process = re.search(r"postfix\S*/smtp\[\d+\]: ", line).group(0)
        earlier = self.log.text().split(line)[0].splitlines()
        for entry in reversed([entry for entry in earlier if process in entry]):
            if re.search(r": to=<.* status=", entry):  # the delivery before this one
                return None
            if found := re.search(r": (\w+) TLS connection established to ", entry):
                return found.group(1)
        return None

    def stop(self):
        self.program.stop()

    def _accepts(self):
        try:
            with smtplib.SMTP(*SUBMISSION, local_hostname="client.lab", timeout=5):
                return True
        except OSError:
            return False
