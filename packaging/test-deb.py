#!/usr/bin/env python3
"""The life of an installed package, in a tree of Debian that has postfix and python3, as root.

    python3 packaging/test-deb.py TREE DEB NEXT_DEB

Installs DEB, asks the daemon, upgrades to NEXT_DEB (whose configuration file is another), removes, installs and
purges it. TREE is not of use afterwards. systemd is not there: a stand-in for systemctl writes down what the
package asks of it, and the daemon is started as its unit says (debian/tests/unit.py).
"""

import os
import pathlib
import shutil
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent / "debian/tests"
CONF = "etc/tlspolicyd/tlspolicyd.yaml"
ADMINS_CONF = "# mine\nthreads: 2\n"
SYSTEMCTL = "#!/bin/sh\necho \"$*\" >>/var/log/systemctl\n"
INSIDE = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
          "LC_ALL": "C.UTF-8"}
KEEP = ["--force-confdef", "--force-confold"]  # what unattended upgrades do

# After the installation: path, mode, owner.
FILES = [
    ("usr/bin/tlspolicy", "755", "root:root"),
    ("usr/sbin/tlspolicyd", "755", "root:root"),
    ("etc/tlspolicyd", "755", "root:root"),
    ("etc/tlspolicyd/overrides.d", "755", "root:root"),
    (CONF, "644", "root:root"),
    ("usr/lib/sysusers.d/tlspolicyd.conf", "644", "root:root"),
    ("usr/lib/tmpfiles.d/tlspolicyd.conf", "644", "root:root"),
    ("usr/share/bash-completion/completions/tlspolicy", "644", "root:root"),
    ("usr/share/zsh/vendor-completions/_tlspolicy", "644", "root:root"),
    ("usr/share/fish/vendor_completions.d/tlspolicy.fish", "644", "root:root"),
    ("usr/share/man/man1/tlspolicy.1.gz", "644", "root:root"),
    ("usr/share/man/man8/tlspolicyd.8.gz", "644", "root:root"),
    ("usr/share/man/man5/tlspolicyd.yaml.5.gz", "644", "root:root"),
]
# After it has run:
STATE = [
    ("var/lib/tlspolicyd", "750", "tlspolicyd:tlspolicyd"),
    ("var/lib/tlspolicyd/policies.db", "640", "tlspolicyd:tlspolicyd"),
    ("var/spool/postfix/tlspolicyd", "2750", "tlspolicyd:postfix"),
]


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()

    def run(self, *command, status=0):
        done = subprocess.run(["chroot", self.root, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=INSIDE, check=False)
        if done.returncode != status:
            sys.exit(f"{' '.join(command)}: status {done.returncode}, not {status}\n{done.stdout}")
        return done.stdout

    def path(self, name):
        return self.root / name

    def stat(self, name):
        return self.run("stat", "-c", "%a %U:%G", f"/{name}").strip()

    def named(self):
        """All that bears the package's name, the test's own files and dpkg's memory of it left out."""
        lines = self.run("find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/root", ")", "-prune", "-o",
                         "-name", "*tlspolicyd*", "-print").split()
        return sorted(lines)

    def asked_of_systemd(self):
        """What the package has asked for since the last time."""
        log = self.path("var/log/systemctl")
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line for line in lines if "tlspolicyd" in line]


def check(what, fine, found=""):
    if not fine:
        sys.exit(f"FAILED: {what}\n{found}")
    print(f"ok: {what}")


def check_files(tree, what, rows):
    wrong = [(name, tree.stat(name)) for name, mode, owner in rows if tree.stat(name) != f"{mode} {owner}"]
    check(what, not wrong, wrong)


def check_asked(tree, verb, wanted):
    asked = tree.asked_of_systemd()
    check(f"systemd is {'' if wanted else 'not '}asked to {verb} it",
          any(verb in line.split() for line in asked) == wanted, asked)


def ask(tree, when):
    tree.run("/root/tests/answers")
    check(f"{when}, the daemon answers postmap", True)


def prepare(tree, packages):
    """Runs with the network: what the package depends on is installed with it."""
    shutil.copytree(TESTS, tree.path("root/tests"))
    for name, package in packages.items():
        shutil.copy(package, tree.path(f"root/{name}.deb"))
    systemctl = tree.path("usr/local/sbin/systemctl")
    systemctl.write_text(SYSTEMCTL, encoding="utf-8")
    systemctl.chmod(0o755)
    tree.run("mount", "-t", "proc", "proc", "/proc")
    shutil.copy("/etc/resolv.conf", tree.path("etc/resolv.conf"))
    tree.run("apt-get", "-q", "update")
    systemd = tree.path("run/systemd/system")
    systemd.mkdir(parents=True)
    tree.run("apt-get", "-q", "-y", "--no-install-recommends", "install", "/root/package.deb")
    systemd.rmdir()


def under_systemd(tree, *command):
    """While dpkg works it believes that systemd runs."""
    systemd = tree.path("run/systemd/system")
    systemd.mkdir()
    tree.run(*command)
    systemd.rmdir()


def first_installation(tree):
    check_files(tree, "files have their modes and owners", FILES)
    check("the user cannot log in", ":/var/lib/tlspolicyd:/usr/sbin/nologin" in tree.run("getent", "passwd", "tlspolicyd"))
    check_asked(tree, "start", False)  # the tree's policy-rc.d forbids it
    check("it is enabled", tree.path("etc/systemd/system/multi-user.target.wants/tlspolicyd.service").is_symlink())
    version = tree.run("dpkg-query", "-W", "-f", "${Version}", "tlspolicyd").rpartition("-")[0]
    check("the program knows its version", tree.run("tlspolicyd", "--version").strip() == f"tlspolicyd {version}")
    ask(tree, "installed")
    check_files(tree, "its state is its own", STATE)


def upgrade(tree):
    tree.path(CONF).write_text(ADMINS_CONF, encoding="utf-8")
    tree.path("usr/sbin/policy-rc.d").unlink()
    under_systemd(tree, "dpkg", *KEEP, "-i", "/root/next.deb")
    check_asked(tree, "restart", True)
    check("an upgrade keeps the administrator's configuration",
          tree.path(CONF).read_text(encoding="utf-8") == ADMINS_CONF)
    check("and puts the new one beside it", tree.path(f"{CONF}.dpkg-dist").exists())
    check_files(tree, "and keeps the state", STATE)
    ask(tree, "upgraded")


def removal(tree):
    under_systemd(tree, "dpkg", "--remove", "tlspolicyd")
    check_asked(tree, "stop", True)
    check("removed, the program and its unit are gone",
          not tree.path("usr/sbin/tlspolicyd").exists() and not list(tree.root.glob("usr/lib/systemd/system/tlspolicyd*"))
          and not list(tree.root.glob("lib/systemd/system/tlspolicyd*")))
    check("removed, its configuration stays", tree.path(CONF).read_text(encoding="utf-8") == ADMINS_CONF)
    check_files(tree, "removed, its state stays", STATE)
    under_systemd(tree, "dpkg", *KEEP, "-i", "/root/next.deb")
    check_asked(tree, "restart", True)  # as for every package that comes back to its configuration
    check("back, it has its configuration", tree.path(CONF).read_text(encoding="utf-8") == ADMINS_CONF)
    ask(tree, "back")


def purge(tree):
    under_systemd(tree, "dpkg", "--purge", "tlspolicyd")
    check("purged, nothing of it is left", not tree.named(), tree.named())
    check("purged, its user stays", tree.run("getent", "passwd", "tlspolicyd") != "")
    under_systemd(tree, "dpkg", "-i", "/root/package.deb")
    check_files(tree, "installed anew, files have their modes and owners", FILES)
    ask(tree, "installed anew")


def main():
    tree = Tree(sys.argv[1])
    if "TEST_DEB_ALONE" not in os.environ:  # mounts and stray processes end with the test
        os.execvpe("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", sys.executable, *sys.argv],
                   {**os.environ, "TEST_DEB_ALONE": "network"})
    if os.environ["TEST_DEB_ALONE"] == "network":
        prepare(tree, {"package": sys.argv[2], "next": sys.argv[3]})
        os.execvpe("unshare", ["unshare", "--net", sys.executable, *sys.argv], {**os.environ, "TEST_DEB_ALONE": "yes"})
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    first_installation(tree)
    upgrade(tree)
    removal(tree)
    purge(tree)
    print(f"{pathlib.Path(sys.argv[2]).name}: all of its life is well")


if __name__ == "__main__":
    main()
