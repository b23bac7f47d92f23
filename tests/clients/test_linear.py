# SPDX-License-Identifier: GPL-3.0-or-later
"""The console as lines: on a pipe, on a terminal in its own line mode, with and
without a host."""
import os
import re
import socket
import subprocess

import pytest

from console import Console
from waiting import wait_until


def linear(steward, text, *words, status=0):
    """What linear mode prints for the lines of a pipe."""
    done = subprocess.run(steward.cli_command("--linear", *words), input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=steward.env,
                          timeout=60)
    assert done.returncode == status, done
    plain(done.stdout)
    return done.stdout.decode()


def plain(data):
    """Nothing but text and newlines: no cursor is moved, no colour set."""
    found = re.findall(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", data)
    assert not found, (found, data)


class Terminal(Console):
    """Linear mode on a terminal in canonical mode, as a person has it."""

    def __init__(self, steward, *words, term="dumb", rows=24):
        super().__init__(steward, rows=rows, words=words, TERM=term)

    def wait(self, text):
        before = super().wait(text)
        # The terminal makes \r\n of newlines, and \b \b of an erased character.
        plain(before.replace(b"\r\n", b"\n").replace(b"\b \b", b"").replace(b"^C", b""))
        return before


@pytest.fixture
def terminal(steward):
    opened = []

    def open_one(*words, **options):
        opened.append(Terminal(steward, *words, **options))
        return opened[-1]
    yield open_one
    for one in opened:
        one.close()


def test_begins_with_everything(steward):
    out = linear(steward, "")
    lines = out.splitlines()
    assert re.match(r"[A-Z]+: .+\.", lines[0]), out
    port = steward.port("web")
    assert "1 web: RUNNING, 127.0.0.1:%d, 0 requests a second." % port in lines, out
    assert any(line.startswith("2 trial: RUNNING") for line in lines), out


def test_numbers_lead_on(steward):
    out = linear(steward, "1\n")
    page = out.partition("What can be done:\n")[2]
    number = re.search(r"^(\d+) list web connections", page, re.M).group(1)
    with socket.create_connection(("127.0.0.1", steward.port("web"))) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert one.recv(10)
        out = linear(steward, "1\n%s\n" % number)
    answer = out.rpartition("list web connections\n")[2]
    assert "127.0.0.1" in answer, out


def test_number_that_is_not_there(steward):
    assert "The numbers go from 1 to 2" in linear(steward, "77\n")


def test_same_words_as_the_command_line(steward):
    for words in (["get", "web.root"], ["list"], ["do", "web"], ["check"], ["help", "stop"],
                  ["list", "web", "files"], ["set", "--dry-run", "web.index=a b.html"]):
        outcome = steward.ok(*words)
        line = " ".join("'%s'" % word if " " in word else word for word in words)
        out = linear(steward, "steward --home %s %s\n" % (steward.home, line))
        for expected in (outcome.out + outcome.err).splitlines():
            assert expected in out, (words, expected, out)


def test_mistake_says_how_it_is_written(steward):
    out = linear(steward, "stop\nstrat web\nget 'web\n")
    assert "usage: steward stop <service>..." in out
    assert "did you mean \"steward start\"" in out
    assert "a quote begins" in out


def test_asks_before_it_disconnects(steward):
    out = linear(steward, "stop web\nno\n")
    assert "connections to web are open" in out and "nothing was done" in out
    assert steward.service("web")["state"] == "running"
    out = linear(steward, "stop web\ny\n")
    assert steward.service("web")["state"] == "running"
    out = linear(steward, "stop web --drain 0\nyes\n\n")
    assert "web is STOPPED" in out or re.search(r"^web +stopped", out, re.M), out
    assert steward.service("web")["state"] == "stopped"
    out = linear(steward, "start web\n")
    assert "Type yes" not in out
    assert steward.service("web")["state"] == "running"


def test_service_command_asks_by_its_grade(steward):
    out = linear(steward, "do web cache flush\n")
    assert "Type yes" not in out
    out = linear(steward, "do web disconnect 127.0.0.1\nno\n")
    assert "Type yes" in out and "nothing was done" in out


def test_read_only(steward):
    out = linear(steward, "stop web\nyes\nset web.index=x\nget web.root\n", "--read-only")
    assert out.count("--read-only") >= 2, out
    assert steward.www in out
    assert steward.service("web")["state"] == "running"


def test_read_only_holds_for_what_asks_the_host_by_itself(steward):
    before = steward.json("get", "host.name")
    out = linear(steward, "init --name other --done\nyes\nedit\ninit\n", "--read-only")
    assert out.count("this console was started with --read-only") == 2, out
    assert steward.json("get", "host.name") == before
    assert steward.json("audit")["entries"] == []


def test_first_run_is_asked_about(steward):
    out = linear(steward, "init --name other\nno\n")
    assert "Type yes to go on" in out and "Cancelled" in out, out
    assert steward.json("audit")["entries"] == []
    out = linear(steward, "init --name other\nyes\n")
    assert steward.ok("get", "host.name").out == "other\n", out


def test_undo_says_what_it_would_do(steward):
    steward.ok("set", "web.index=first.html")
    out = linear(steward, "undo\nno\n")
    assert "is taken back by: set --reset web.index" in out, out
    assert out.index("taken back by") < out.index("Type yes to go on"), out
    assert steward.ok("get", "web.index").out == "first.html\n"
    out = linear(steward, "undo\nyes\n")
    assert steward.ok("get", "web.index").out == "index.html\n", out
    out = linear(steward, "undo 99\nyes\n")
    assert "Type yes" not in out, out


def test_options_belong_to_the_console(steward):
    for option in ("--linear", "--read-only"):
        outcome = steward.cli("status", option)
        assert outcome.status == 2 and option in outcome.err, outcome


def test_dumb_terminal(terminal, steward):
    one = terminal()
    one.wait(b"TERM is dumb")
    one.wait(b"1 web: RUNNING")
    name = steward.status()["host"]["name"]
    one.wait(("\r\nsteward %s> " % name if name else "\r\nsteward> ").encode())
    one.send(b"get web.root\n")
    one.wait(steward.www.encode())
    one.wait(b"> ")
    one.send(b"\n")
    one.wait(b": ")
    one.wait(b"> ")
    one.send(b"\004")
    assert one.ended() == 0


def test_editing_is_the_terminals_own(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    one.send(b"gex\177t web.rooot\177\177t\n")
    one.wait(steward.www.encode())
    one.wait(b"> ")
    one.send(b"quit\n")
    assert one.ended() == 0


def test_interrupt_forgets_the_line(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    one.send(b"stop web\n")
    one.wait(b"yes? ")
    one.send(b"yes\003")
    one.wait(b"nothing was done")
    one.wait(b"> ")
    one.send(b"stop tri\003")
    one.wait(b"quit leaves")
    one.wait(b"> ")
    one.send(b"get web.root\n")
    one.wait(steward.www.encode())
    assert steward.service("web")["state"] == "running"


def test_news_repeat_what_was_typed(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    one.send(b"get we")
    one.wait(b"get we")             # the terminal's echo
    steward.ok("stop", "trial")
    # A line of its own, then the prompt and the text again.
    assert one.wait(b"trial is STOPPED.").endswith((b"\r\n", b".\r\n")), one.data
    one.wait(b"> get we")
    one.send(b"b.root\n")
    one.wait(steward.www.encode())
    one.wait(b"> ")
    # Nothing typed: the prompt alone.
    steward.ok("start", "trial")
    one.wait(b"trial is RUNNING.")
    one.wait(b"> ")
    one.send(b"quit\n")
    assert one.ended() == 0


def test_more(terminal, steward):
    one = terminal("--linear", term="vt100", rows=12)
    one.wait(b"> ")
    one.send(b"metrics\n")
    one.wait(b"lines are left: more shows them.")
    one.wait(b"> ")
    one.send(b"more\n")
    shown = one.wait(b"lines are left")
    assert 9 <= shown.count(b"\r\n") <= 12, shown
    one.send(b"quit\n")
    assert one.ended() == 0


def test_host_goes_and_comes_back(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    steward.stop()
    one.wait(b"Nothing can be changed until it answers again")
    one.wait(b"> ")
    one.send(b"log --last 3\n")
    one.wait(b"from the journal's files")
    one.wait(b"> ")
    one.send(b"start web\n")
    one.wait(b"stewardd")
    one.wait(b"> ")
    one.send(b"check\n")
    one.wait(b"steward.conf")       # this home has a service that is built in nowhere
    steward.start()
    one.wait(b"stewardd answers again.")
    one.wait(b"> ")
    one.send(b"get web.root\n")
    one.wait(steward.www.encode())
    one.send(b"quit\n")
    assert one.ended() == 0


def test_without_a_host(make_steward):
    """Who only looks starts nothing; the journal's files are still there."""
    one = make_steward().start()
    one.ok("restart", "web")
    one.stop()
    out = linear(one, "log --last 5\nstart web\n\n", "--read-only")
    assert "stewardd is not running" in out
    assert "web" in out
    assert not one.strays()


def test_one_that_cannot_start(make_steward):
    one = make_steward()
    one.configure_text("web {\n\tno such thing\n}\n")
    out = linear(one, "check\n")
    assert "steward.conf:2" in out, out


def test_bytes_of_a_bad_pipe(steward):
    out = linear(steward, "\r\nget web.root\r\n" + "x" * 10000 + "\n\x00\x1b[2J\x9b\nget web.index")
    assert steward.www in out
    assert "too long" in out
    assert "index.html" in out      # the last line has no newline


def test_trial_counts_down_and_is_kept(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    one.send(b"confirm\n")
    one.wait(b"No settings are on trial.")
    one.wait(b"> ")
    one.send(b"set web.directory_listing=true --confirm 12\n")
    one.wait(b"are on trial.")
    one.wait(b"confirm keeps the new ones, revert goes back now.")
    one.wait(b"seconds until the old settings come back: confirm or revert.")
    one.wait(b"> ")
    one.send(b"confirm\n")
    one.wait(b"confirmed, the settings stay")
    one.wait(b"> ")
    assert "true" in steward.ok("get", "web.directory_listing").out
    one.send(b"set web.directory_listing=false --confirm 60\n")
    one.wait(b"revert goes back now.")
    one.wait(b"> ")
    one.send(b"revert\n")
    one.wait(b"the settings before are in force again")
    assert "true" in steward.ok("get", "web.directory_listing").out


def test_a_script_confirms_what_it_set(steward):
    """The lines of a pipe come at once, before a snapshot has told of the trial."""
    out = linear(steward, "set web.directory_listing=true --confirm 60\nconfirm\n"
                          "set web.directory_listing=false --confirm 60\nrevert\n")
    assert "confirmed, the settings stay" in out, out
    assert "the settings before are in force again" in out, out
    assert "true" in steward.ok("get", "web.directory_listing").out
    assert steward.status()["trial"] is None


def test_what_init_did_is_known_to_the_next_line(steward):
    """It asks on a connection of its own; the words behind it are not stale."""
    out = linear(steward, "init --services web\nyes\nstart trial\n"
                          "init --listen trial=127.0.0.1:0,[::1]:0\nyes\nrestart trial\nyes\n")
    assert "has changed since" not in out, out
    assert steward.service("trial")["state"] == "running"
    assert [one["action"] for one in steward.call("audit")["entries"]] == \
        ["stop", "start", "set", "restart"]


def test_trial_of_somebody_else(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    steward.ok("set", "web.directory_listing=true", "--confirm", "60")
    one.wait(b"web.directory_listing is true, and was false.")
    one.wait(b"> ")
    steward.ok("revert")
    one.wait(b"The trial of settings is over")
    one.send(b"quit\n")
    assert one.ended() == 0


def test_what_others_do_is_told(terminal, steward):
    one = terminal("--linear", term="vt100")
    one.wait(b"> ")
    steward.ok("restart", "trial")
    one.wait(b" did: restart trial.")
    one.wait(b"> ")
    # What is done here is answered, and not told again.
    one.send(b"start trial\n")
    one.wait(b"> ")
    one.send(b"get web.root\n")
    assert b"did: start" not in one.wait(steward.www.encode())
