#!/usr/bin/env python3
"""The completion of a real shell offers what the command has.

    complete.py SHELL TLSPOLICY DIRECTORY

SHELL is bash, zsh or fish; DIRECTORY holds tlspolicy.SHELL. Completion runs without a terminal: zsh's own display
of candidates is replaced by one that prints them.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

BASH = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_tlspolicy tlspolicy
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
_describe() {{ print -rl -- "${{(@P)argv[-1]}}" }}
_files() {{ print FILES }}
words=({words})
CURRENT=$#words
complete_now() {{ source {script} }}
complete_now
"""
FISH = "source {script}; complete -C {line}"


def completed(shell, script, words):
    """The candidates for the last of `words`."""
    quoted = " ".join(shlex.quote(word) for word in words)
    text = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell].format(
        script=shlex.quote(str(script)), words=quoted, line=shlex.quote(" ".join(words)))
    options = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run([shell, *options, "-c", text], check=False, capture_output=True, text=True, timeout=60)
    lines = [line for line in done.stdout.splitlines() if line]
    return {line.replace("\\:", "\0").split("\t")[0].split(":")[0] for line in lines}, done.stderr


def helped(program, *arguments):
    return subprocess.run([program, *arguments, "--help"], check=True, capture_output=True, text=True).stdout


def main(shell, program, directory):
    program = os.path.abspath(program)
    script = pathlib.Path(directory).absolute() / f"tlspolicy.{shell}"
    verbs = set(re.findall(r"^  ([a-z][a-z-]*)  ", helped(program).partition("Subcommands:")[2], re.MULTILINE))
    if "status" not in verbs:
        sys.exit("complete.py: --help shows no verbs")
    faults = []

    def expect(words, expected):
        found, errors = completed(shell, script, words)
        if found != expected:
            faults.append(f"{shell}: {words}: {sorted(found)} instead of {sorted(expected)} {errors}")

    with tempfile.TemporaryDirectory() as path:
        os.symlink(program, f"{path}/tlspolicy")
        os.environ["PATH"] = f"{path}:{os.environ['PATH']}"
        os.environ["HOME"] = path
        os.chdir(path)
        expect(["tlspolicy", ""], verbs)
        expect(["tlspolicy", "sta"], {verb for verb in verbs if verb.startswith("sta")})
        expect(["tlspolicy", "--v"], {"--version"})
        for verb in verbs:
            options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", helped(program, verb).partition("Options:")[2]))
            if "--json" not in options:
                faults.append(f"{verb} --help shows no options")
            expect(["tlspolicy", verb, "--"], options)
        expect(["tlspolicy", "show", "e"], set())
    print("\n".join(faults) if faults else f"{shell} completes {len(verbs)} verbs and their options")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
