#!/usr/bin/env python3
"""Holds tlspolicy(1) and the shells' completion to the verbs and options that the command has, and tlspolicyd(8) to the
options of the daemon.

    docs_cover_verbs.py ROOT TLSPOLICY TLSPOLICYD

Each verb is an item of a section "Verbs ..." of the manual, with its options below it, or in the section's list of
options that its verbs share; the sections on JSON and on the exit status name each verb. No item may be unknown to
the command. Where --help tells the default of an option, its item does. The completion asks the command, and so names
neither verbs nor options.
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


def helped(program, *arguments):
    return subprocess.run([program, *arguments, "--help"], check=True, capture_output=True, text=True).stdout


def options_of(text):
    """The options that --help lists; {long: short or ""}."""
    return {long: short for short, long in re.findall(r"^ +(?:(-\w),)?(--[a-z][a-z-]*)", text, re.MULTILINE)}


def defaults_of(text):
    """{option: default}. Paths are those of the build, and the manual is installed with the same."""
    return {option: value for option, value in re.findall(
        r"^ +(?:-\w,)?(--[a-z][a-z-]*) [A-Z](?: ?[^ =\n])*=(\S+)", text, re.MULTILINE) if not value.startswith("/")}


def untold(defaults, manual):
    """`defaults`: of each verb."""
    items = re.split(r"^\.(?=It |El|Bl|S[hs] )", manual, flags=re.MULTILINE)
    for verb, options in sorted(defaults.items()):
        for option, value in sorted(options.items()):
            texts = [item for item in items if item.startswith("It Fl") and option in options_in(item.split("\n")[0])]
            if not any(re.search(rf"(?<![\w.]){re.escape(value)}(?!\w)", text) for text in texts):
                yield f"man/tlspolicy.1: does not tell the default of {verb} {option}, which is {value}"


def daemon_faults(options, manual):
    known = set(options) | set(options.values()) - {""}
    lines = manual.partition(".Sh SIGNALS")[0].splitlines()
    for place, starts in (("the list of options", (".It Fl",)), ("SYNOPSIS", (".Op Fl", ".Fl"))):
        named = set().union(*(options_in(line.replace(".", ". ", 1)) for line in lines if line.startswith(starts)))
        for option in sorted(known ^ named):
            yield f"man/tlspolicyd.8: {place} {'lacks' if option in known else 'has the unknown'} {option}"


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


    self_test_of_defaults()
    self_test_of_daemon()


def self_test_of_defaults():
    text = "  -n,--limit UINT:UINT in [1 - 9]=100\n    At most so many\n  --path TEXT=/etc/x\n  --json     Print a=b\n"
    text += "  --socket TEXT   Not TEXT=x\n  --port UINT=25   Where\n"
    defaults = {"list": defaults_of(text)}
    if defaults != {"list": {"--limit": "100", "--port": "25"}}:
        sys.exit(f"docs_cover_verbs.py reads defaults as {defaults}")
    manual = ".It Fl n , -limit Ar number\nAt most so many; 100 without it.\n.It Fl -port Ar port\n25.\n.El\n"
    if list(untold(defaults, manual)) or len(list(untold(defaults, manual.replace("100", "1000")))) != 1:
        sys.exit("docs_cover_verbs.py does not compare defaults")


def self_test_of_daemon():
    manual = (".Op Fl c | -config Ar file\n.Nm\n.Fl V | -version\n"
              ".It Fl c , -config Ar file\n.It Fl V , -version\n.Sh SIGNALS\n")
    options = {"--config": "-c", "--version": "-V"}
    if found := list(daemon_faults(options, manual)):
        sys.exit("docs_cover_verbs.py finds fault with a sound daemon: " + "; ".join(found))
    for wrong in ({**options, "--new": ""}, {"--config": "-c"}, {**options, "--config": "-f"}):
        if not list(daemon_faults(wrong, manual)):
            sys.exit("docs_cover_verbs.py misses the fault of a daemon's options")


def main(root, program, daemon):
    self_test()
    root = pathlib.Path(root)
    names = re.findall(r"^  ([a-z][a-z-]*)  ", helped(program).partition("Subcommands:")[2], re.MULTILINE)
    texts = {verb: helped(program, verb) for verb in names}
    verbs = {verb: options_of(text) for verb, text in texts.items()}
    if "status" not in verbs:
        sys.exit("docs_cover_verbs.py: --help shows no verbs")
    manual = (root / "man/tlspolicy.1").read_text(encoding="utf-8")
    completions = {str(path.relative_to(root)): path.read_text(encoding="utf-8")
                   for path in sorted((root / "conf/completion").iterdir())}
    found = [*faults(verbs, manual, completions),
             *untold({verb: defaults_of(text) for verb, text in texts.items()}, manual),
             *daemon_faults(options_of(helped(daemon)), (root / "man/tlspolicyd.8").read_text(encoding="utf-8"))]
    print("\n".join(found) if found else f"{len(verbs)} verbs and their options are documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
