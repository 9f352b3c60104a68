"""The users, groups and directories of systemd/, with a Postfix in its chroot."""

import pathlib

from lab import case, daemon, isolation, mta, programs, web

MAILED = "mailed.example"
ROOT = pathlib.Path(__file__).resolve().parents[2]


class ChrootTest(case.LabTest):
    @classmethod
    def furnish(cls):
        lab = cls.lab
        lab.add_mx_host("mx-good.example", "192.0.2.25", lab.authority.issue("mx-good.example"))
        lab.add_domain(MAILED, ["mx-good.example"], web.policy("enforce", "mx-good.example"))
        lab.publish()

    def test_a_chrooted_postfix_reaches_the_socket_and_nobody_else_does(self):
        spool = self.lab.work / "postfix/spool"
        spool.mkdir(parents=True)
        programs.run("systemd-sysusers", ROOT / "systemd/sysusers.conf")
        paths = self.lab.work / "tmpfiles.conf"  # the queue directory of this lab
        paths.write_text((ROOT / "systemd/tmpfiles.conf").read_text().replace("/var/spool/postfix", str(spool)))
        programs.run("systemd-tmpfiles", "--create", paths)
        path = spool / "tlspolicyd/socketmap"
        running = daemon.Daemon(
            self.lab.work, self.settings(listen=[{"socketmap": f"unix:{path}", "mode": "0660", "group": "postfix"}]),
            before=["setpriv", "--reuid=tlspolicyd", "--regid=tlspolicyd", "--clear-groups", "--no-new-privs"])
        self.addCleanup(running.program.kill)
        running.wait_until_ready()
        postfix = mta.Postfix(self.lab.work, self.lab.authority.certificate,
                              "socketmap:unix:tlspolicyd/socketmap:postfix", chroot=True)
        self.addCleanup(postfix.stop)
        status, line = postfix.outcome(postfix.send(f"a@{MAILED}"))
        self.assertEqual("sent", status, line)
        self.assertEqual("Verified", postfix.judgement(line))
        postmap = ["postmap", "-c", postfix.config, "-q", MAILED, "socketmap:unix:tlspolicyd/socketmap:postfix"]
        asked = programs.run("setpriv", "--reuid=postfix", "--regid=postfix", "--clear-groups", *postmap, cwd=spool)
        self.assertEqual("secure match=mx-good.example servername=hostname\n", asked)
        with self.assertRaisesRegex(RuntimeError, "Permission denied"):
            programs.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *postmap, cwd=spool)
        self.assertEqual(0, running.stop())


if __name__ == "__main__":
    isolation.main()
