# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line and linear mode in a language that nobody speaks: a word
without accents is data, or a word that is typed, or was left out."""
import os
import re
import subprocess

import pytest

from steward import BUILD, program

LOCALES = os.path.join(BUILD, "tests/locale")

# Names of programs, units of text and words that are typed in examples.
KNOWN = set("""steward stewardd root host www default true false tcp udp console conf nonsense
    silly long address connections total bytes out errors requests datagrams off Space vm""".split())

COMMANDS = [
    "status", "status web", "get web", "get web.root", "get web.listen", "help", "help log",
    "help stop", "help keys", "alerts", "who", "list", "list web connections", "do web",
    "set web.workers=2 --dry-run", "set web.workers=0 --dry-run", "set web.idle_timeout=70s",
    "get web.idle_timeout", "versions", "undo --dry-run", "stop trial", "status trial", "audit",
    "start trial", "check", "init", "nonsense", "get web web", "log --level silly",
    "stop web --drain long", "help nonsense", "revert", "log --grep ^nothing$", "help edit",
    "snooze web/failed soon", "acknowledge", "completion nonsense", "edit --confirm soon",
    "log --follow --until 12:00", "set web.workers", "set --reset web.workers=1", "undo soon",
]

LINES = ["", "home", "web", "status", "stop web", "no", "do trial quit", "no", "99", "more",
         "nonsense", "confirm", "audit", "help", "quit"]


def environment(steward):
    if not os.path.exists(os.path.join(LOCALES, "xx/LC_MESSAGES/steward.mo")):
        pytest.fail(f"make -C {BUILD} tests/locale/xx/LC_MESSAGES/steward.mo comes first")
    return {**steward.env, "STEWARD_LOCALEDIR": LOCALES, "LANGUAGE": "xx", "LC_ALL": "C.UTF-8"}


def spoken(steward, words, typed=None):
    """What a person in that country sees."""
    outcome = subprocess.run([program("steward"), "--home", steward.home, *words],
                             capture_output=True, text=True, env=environment(steward),
                             input=typed, timeout=60, check=False)
    return outcome.stdout + outcome.stderr


def names(steward):
    """What the services name themselves, and the words that are typed."""
    schema = steward.json("status")["services"]
    found = {part for service in schema
             for name in (service["name"], *service["counters"]) for part in name.split("_")}
    for what in (["list"], ["do", "web"], ["do", "trial"]):
        for row in steward.json(*what)["rows"]:
            # What the trial service says of itself is in no catalogue.
            said = row if row[0] == "trial" else row[:2]
            found |= set(re.findall(r"\w+", " ".join(said)))
    found |= set(re.findall(r"\w+", steward.service("trial")["summary"]))
    for line in (steward.ok("help").out + steward.ok("help", "keys").out).splitlines():
        found |= set(re.findall(r"\w+", line.strip().split("  ")[0]))
    for row in steward.json("get")["settings"]:
        found |= set(re.findall(r"[a-z]+", row["name"]))
    return found


def left_out(text):
    """Words of three letters and more that no accent touches, but options, paths,
    times, and what stands in quotes."""
    text = re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`|<[^>]*>|--[a-z-]+|\S*[/_.=@\[\]]\S*", " ", text)
    return {word for word in re.findall(r"[^\W\d_]+", text)
            if word.isascii() and len(word) >= 3}


def test_every_word_of_a_command_is_looked_up(steward):
    known = KNOWN | names(steward)
    missing = {}
    for words in COMMANDS:
        shown = spoken(steward, words.split())
        if left_out(shown) - known:
            missing[words] = left_out(shown) - known
        assert re.search("[áéíóúÁÉÍÓÚ]", shown), f"steward {words} says nothing:\n{shown}"
    assert not missing


def test_every_word_of_linear_mode_is_looked_up(steward):
    known = KNOWN | names(steward)
    shown = spoken(steward, ["--linear"], "\n".join(LINES) + "\n")
    missing = left_out(shown) - known
    assert not missing, f"{missing}\n{shown}"
    assert shown.count("~") > 500, shown


def test_documents_are_not_translated(steward):
    for words in (["status"], ["list"], ["do", "web"], ["get", "web"], ["alerts"]):
        shown = spoken(steward, [*words, "--json"])
        assert not re.search("[áéíóú~]", shown), shown
