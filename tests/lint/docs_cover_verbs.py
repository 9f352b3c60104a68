#!/usr/bin/env python3
"""Holds tlspolicy(1) and the shells' completion to the verbs and options that the command has.

    docs_cover_verbs.py ROOT TLSPOLICY

Each verb is an item of a section "Verbs ..." of the manual, with its options below it, or in the section's list of
options that its verbs share; the sections on JSON and on the exit status name each verb. No item may be unknown to
the command. The completion asks the command, and so names neither verbs nor options.
"""
import pathlib
import re
import subprocess
import sys

OF_ALL = {"-h", "--help", "--json"}
MACRO = re.compile(r"[A-Z][a-z]$")


def options_in(line):
    """The options of a line of mdoc: "-s" and "--socket" of ".It Fl s , -socket Ar path"."""
    found, in_flag = set(), False
    for word in line.split()[1:]:
        if MACRO.match(word):
            in_flag = word == "Fl"
        elif in_flag and word not in {",", "|"}:
            found.add(f"-{word}")
    return found


def documented(manual):
    """The options of each verb, by the sections about verbs."""
    verbs = {}
    for section in re.split(r"^\.Ss ", manual, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        if not title.startswith("Verbs"):
            continue
        here, shared, depth, verb = set(), set(), 0, None
        for line in body.split("\n.Sh ")[0].splitlines():
            depth += line.startswith(".Bl ") - (line == ".El")
            if not line.startswith(".It "):
                continue
            if depth == 1 and (named := re.match(r"\.It Cm ([a-z-]+)", line)):
                verb = named.group(1)
                here.add(verb)
                verbs.setdefault(verb, set()).update(options_in(line))
            elif depth == 1:
                shared |= options_in(line)
            else:
                verbs[verb] |= options_in(line)
        for verb in here:
            # A list may say "as above", and leave out what is short for an option.
            verbs[verb] |= shared
    return verbs


def section_of(manual, kind, title):
    return re.split(r"\n\.S[sh] ", manual.partition(f"\n.{kind} {title}\n")[2])[0]


def named_in(section):
    """The words of its lines of Cm."""
    return set(re.findall(r"[a-z][a-z-]*", " ".join(re.findall(r"^\.(?:It )?Cm (.*)", section, re.MULTILINE))))


def offered(program):
    """The options of each verb, as --help lists them; {long: short or ""}."""
    def helped(*arguments):
        return subprocess.run([program, *arguments, "--help"], check=True, capture_output=True, text=True).stdout
    verbs = re.findall(r"^  ([a-z][a-z-]*)  ", helped().partition("Subcommands:")[2], re.MULTILINE)
    return {verb: {long: short for short, long in re.findall(
        r"^ +(?:(-\w),)?(--[a-z][a-z-]*)", helped(verb), re.MULTILINE)} for verb in verbs}


def faults(verbs, manual, completions):
    items = documented(manual)
    for verb in sorted(set(verbs) | set(items)):
        if verb not in verbs or verb not in items:
            yield f"man/tlspolicy.1: {verb} is {'no verb' if verb in items else 'not there'}"
            continue
        for long, short in sorted(verbs[verb].items()):
            if long not in items[verb] | OF_ALL:
                yield f"man/tlspolicy.1: {verb} has no {long}"
            # Where the long one has an item of its own, the short one stands in it.
            elif short and short not in items[verb] | OF_ALL and long not in {"--config"}:
                yield f"man/tlspolicy.1: {verb} has no {short}, which is {long}"
        known = set(verbs[verb]) | set(verbs[verb].values())
        for option in sorted(items[verb] - known - OF_ALL):
            yield f"man/tlspolicy.1: {verb} does not know {option}"
        for kind, title in (("Ss", "JSON"), ("Sh", "EXIT STATUS")):
            if verb not in named_in(section_of(manual, kind, title)):
                yield f"man/tlspolicy.1: {title} does not name {verb}"
    options = {option for verb in verbs.values() for option in verb}
    for name, text in sorted(completions.items()):
        code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        if not re.search(r"\bcomplete\b", code):
            yield f"{name}: does not ask the command for candidates"
        for option in sorted(options & set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", code))):
            yield f"{name}: names {option}, which the command offers by itself"
        for verb in sorted(set(verbs) & set(re.findall(r"[a-z-]+", code))):
            yield f"{name}: names {verb}, which the command offers by itself"


SOUND = """
.Ss Verbs that ask
.Bl -tag
.It Cm show Ar domain
.Bl -tag
.It Fl k , -kind Ar kind
.El
.It Cm forget Ar domain Op Fl -force
.El
.Bl -tag
.It Fl s , -socket Ar path
.El
.Ss JSON
.Bl -tag
.It Cm show
.It Cm forget
.El
.Sh EXIT STATUS
.It Cm show , forget
.Sh FILES
"""
SOUND_VERBS = {"show": {"--kind": "-k", "--socket": "-s", "--json": ""},
               "forget": {"--force": "", "--socket": "-s", "--help": "-h"}}


def self_test():
    script = {"x.bash": '# show --kind\n"$1" complete "${WORDS[@]}"\n'}
    if found := list(faults(SOUND_VERBS, SOUND, script)):
        sys.exit("docs_cover_verbs.py finds fault with a sound example: " + "; ".join(found))
    wrong = [
        ({**SOUND_VERBS, "list": {}}, SOUND, script),
        ({"show": SOUND_VERBS["show"]}, SOUND, script),
        ({**SOUND_VERBS, "show": {**SOUND_VERBS["show"], "--limit": ""}}, SOUND, script),
        (SOUND_VERBS, SOUND.replace("Fl k , -kind", "Fl -kind"), script),
        (SOUND_VERBS, SOUND.replace(" Op Fl -force", ""), script),
        (SOUND_VERBS, SOUND.replace("-socket", "-sockets"), script),
        (SOUND_VERBS, SOUND.replace(".It Cm forget\n", ""), script),
        (SOUND_VERBS, SOUND.replace("show , forget", "show"), script),
        (SOUND_VERBS, SOUND, {"x.bash": "tlspolicy help\n"}),
        (SOUND_VERBS, SOUND, {"x.bash": "complete --kind\n"}),
        (SOUND_VERBS, SOUND, {"x.bash": "complete -W 'forget'\n"}),
    ]
    for number, example in enumerate(wrong):
        if not list(faults(*example)):
            sys.exit(f"docs_cover_verbs.py misses the fault in its example {number}")


def main(root, program):
    self_test()
    root = pathlib.Path(root)
    verbs = offered(program)
    if "status" not in verbs:
        sys.exit("docs_cover_verbs.py: --help shows no verbs")
    manual = (root / "man/tlspolicy.1").read_text(encoding="utf-8")
    completions = {str(path.relative_to(root)): path.read_text(encoding="utf-8")
                   for path in sorted((root / "conf/completion").iterdir())}
    found = list(faults(verbs, manual, completions))
    print("\n".join(found) if found else f"{len(verbs)} verbs and their options are documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
