"""A Debian of another release, made by packaging/debian-tree.sh, whose programs run among the lab's."""

import pathlib

from lab import isolation, programs

TRIXIE = pathlib.Path(__file__).resolve().parents[3] / "build/trees/trixie"
RECIPE = "sh packaging/debian-tree.sh trixie build/trees/trixie postfix"


def missing(path=TRIXIE, program="usr/sbin/postfix"):
    """One sentence when the tree cannot be used."""
    if (path / program).exists():
        return []
    return [f"{path / program} does not exist: as root and with the network, once, `{RECIPE}` makes this tree"]


class Tree:
    """The tree as the lab's programs see it: its /etc is a copy, and the lab's directory has the same name inside.

    All of it is mounted in the lab's own namespace: the tree itself stays as it is, and several labs can use it.
    """

    def __init__(self, work, path=TRIXIE):
        self.path = path
        programs.run("cp", "-a", path / "etc", work / "tree-etc")
        programs.run("mount", "--bind", work / "tree-etc", path / "etc")
        for name in ("resolv.conf", "hosts"):
            isolation.replace_file(path / "etc" / name, pathlib.Path("/etc", name).read_text())
        programs.run("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", path / "tmp")
        programs.run("mount", "-t", "proc", "proc", path / "proc")
        inside = path / work.relative_to("/")
        inside.mkdir(parents=True)
        programs.run("mount", "--bind", work, inside)

    def command(self, *command):
        """What runs a program of the tree."""
        return ["chroot", self.path, "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *command]
