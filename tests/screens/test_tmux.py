# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole sessions: the console in tmux, a real steward behind it, typed keys."""
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from steward import program, run
from waiting import alive, process_ended, wait_until

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

SHELL = "/bin/sh"
PROMPT = "at-the-shell"


class Terminal:
    """One tmux of our own with a shell in it; keys go in, the screen comes out."""

    def __init__(self, steward, cols=80, rows=24, env=None, locale="C.UTF-8",
                 term="tmux-256color"):
        self.steward = steward
        self.socket = os.path.join(steward.base, "tmux-%d" % id(self))
        self.env = dict(steward.env, TERM="xterm-256color", LC_ALL="C.UTF-8", ENV="",
                        TMUX_TMPDIR=steward.base)
        for name in ("TMUX", "NO_COLOR", "COLORTERM", "ESCDELAY"):
            self.env.pop(name, None)
        inner = dict({"TERM": term, "LC_ALL": locale}, **(env or {}))
        words = " ".join("%s='%s'" % one for one in inner.items())
        self.tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(cols), "-y", str(rows),
                  "env -u TMUX -u TMUX_PANE %s %s" % (words, SHELL))
        self.tmux("set", "-g", "status", "off")
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))
        self.type("PS1=at-the-; PS1=${PS1}shell\\ ")
        self.keys("Enter")
        self.wait(PROMPT)

    def tmux(self, *words):
        outcome = run(["tmux", "-S", self.socket, *words], env=self.env)
        assert outcome.status == 0, "tmux %s: %r" % (words, outcome)
        return outcome.out

    def screen(self, *words):
        return self.tmux("capture-pane", "-p", *words)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def wait(self, pattern, gone=False):
        """Waits until a regular expression is (or is no more) on the screen."""
        last = [""]

        def look():
            last[0] = self.screen()
            return (re.search(pattern, last[0], re.M) is None) == gone
        try:
            wait_until(look, "%s%s" % ("the end of " if gone else "", pattern))
        except AssertionError as fault:
            raise AssertionError("%s; the screen:\n%s" % (fault, last[0])) from None
        return last[0]

    def command(self, text):
        self.type(text)
        self.keys("Enter")

    def console(self, before="", words=""):
        self.command("clear; %s%s --home %s %s" %
                     (before, program("steward"), self.steward.home, words))
        return self.wait("LIVE")

    def console_pid(self):
        pane = int(self.tmux("display-message", "-p", "#{pane_pid}"))

        def find():
            for pid in self.steward.children(pane):
                with open("/proc/%d/comm" % pid) as file:
                    if file.read().strip() == "steward":
                        return pid
            return None
        return wait_until(find, "the console's process")

    def resize(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], env=self.env,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


@pytest.fixture
def terminal(request, make_steward):
    """Makes terminals beside one running steward; terminal() gives one more."""
    steward = make_steward().start()
    made = []

    def make(**options):
        made.append(Terminal(steward, **options))
        return made[-1]

    make.steward = steward
    yield make
    for one in made:
        one.close()


def connection(steward):
    """Somebody who is connected to web."""
    one = socket.create_connection(("127.0.0.1", steward.port("web")), timeout=30)
    one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert one.recv(65536)
    return one


# ---- Acting ----

def test_stop_and_start(terminal):
    one = terminal()
    one.console()
    with connection(terminal.steward):
        one.wait(r"RUNNING +web .* 1 ")
        one.keys("x")
        one.wait(r"1 connection is open")
        one.wait(r"needed by +trial \(RUNNING\)")
        one.keys("Enter")
        one.wait("nothing was done")
        assert terminal.steward.service("web")["state"] == "running"
        one.keys("x")
        one.wait("Stop web?")
        one.keys("Tab")
        one.wait(r"--drain \d+")
        one.keys("Tab", "Enter")
        one.wait(r"STOPPED +web")
        one.wait("stop web: done")
        one.wait("z undoes it")
    assert terminal.steward.service("web")["desired"] == "stopped"
    one.keys("s")
    one.wait(r"RUNNING +web")
    assert terminal.steward.curl().status == 0
    one.keys("q")
    one.wait(PROMPT)
    assert terminal.steward.curl().status == 0


def test_stop_without_people_asks_nothing(terminal):
    one = terminal()
    one.console()
    one.wait(r"RUNNING +trial .* 0 ")
    one.keys("j", "x")
    one.wait("stop trial: done")


def test_stale_sheet_is_refused(terminal):
    one = terminal()
    one.console()
    with connection(terminal.steward):
        one.wait(r"RUNNING +web .* 1 ")
        one.keys("x")
        one.wait("Stop web?")
        terminal.steward.ok("restart", "web")
        one.wait("has changed since this was asked")
        one.keys("Tab", "Tab", "Enter")
        one.wait("Not done: it has changed")
        one.wait(r"by +\S.*restart web")
        assert terminal.steward.service("web")["state"] == "running"
        one.keys("Tab", "Enter")
        one.wait("Stop web?")
        one.wait("has changed since this was asked", gone=True)
        one.keys("Tab", "Tab", "Enter")
        one.wait(r"STOPPED +web")


def test_failing_start_says_why(terminal):
    terminal.steward.ok("set", "trial.refuse=open")
    terminal.steward.ok("stop", "trial")
    one = terminal()
    one.console()
    one.keys("j")
    one.wait(r"> STOPPED +trial")
    one.keys("s")
    sheet = one.wait("trial did not start")
    assert re.search(r"ERROR start: did not start", sheet.split("[ Close ]")[0]), sheet
    one.keys("x", "R")
    one.wait("trial did not start")
    one.keys("l")
    one.wait("Logs +trial")


def test_marked_services_act_together(terminal):
    one = terminal()
    one.console()
    one.keys("2")
    one.wait("2 of 2 running")
    one.keys("Space", "j", "Space")
    one.wait("2 marked")
    one.keys("x")
    one.wait("stop web trial")
    one.keys("Tab", "Tab", "Enter")
    one.wait("0 of 2 running")
    one.wait("stop web, trial: done")
    one.wait("marked", gone=True)
    assert terminal.steward.service("trial")["desired"] == "stopped"


def test_page_of_a_service(terminal):
    one = terminal()
    one.console()
    one.keys("j")
    one.wait(r"> RUNNING +trial")
    one.keys("Enter")
    one.wait(r"\[Status\] Log +Config +Clients")
    one.keys("Tab", "Tab")
    one.wait(r"workers +1 +default")
    one.keys("BTab", "BTab", "BTab", "BTab")
    one.wait(r"green +with a tab and \?\[31mescape")
    one.wait("3 rows, [01]s old")
    one.keys("[")
    one.wait(r"\[clients\]")
    one.keys("}")
    one.wait("web: RUNNING")
    one.keys("{", "m")
    one.wait("echo... - say the words again")
    one.type("jjjjjjjjjj")
    one.keys("Enter")
    one.wait("trial echo <word>")
    one.type("good morning")
    one.keys("Enter")
    one.type("all")
    one.keys("Enter", "Enter")
    one.wait("Answer +trial: echo; 2 rows")
    one.wait("good morning")
    one.keys("Escape")
    one.wait("trial: RUNNING")


def test_menu(terminal):
    one = terminal()
    one.console()
    for key in ("m", "F9"):
        one.keys(key)
        one.wait("Reload settings")
        one.keys("Escape")
        one.wait("Reload settings", gone=True)
    one.keys("m")
    one.wait("Reload settings")
    one.keys("r")
    one.wait("reload web: done")
    # A click on the word, as xterm reports it; then one beside the menu.
    col = one.screen().splitlines()[1].index("m menu") + 1
    one.type("\033[<0;%d;2M\033[<0;%d;2m" % (col, col))
    one.wait("Reload settings")
    one.type("\033[<0;2;20M")
    one.wait("Reload settings", gone=True)


def test_filter_help_and_log(terminal):
    one = terminal()
    one.console()
    one.wait("trial")
    one.keys("/")
    one.type("tri")
    one.wait(r"RUNNING +web", gone=True)
    one.keys("Enter", "Escape")
    one.wait(r"> RUNNING +trial")
    one.wait(r"RUNNING +web")
    for key in ("?", "F1"):
        one.keys(key)
        one.wait("keys of the page Home")
        one.keys("Escape")
        one.wait(r"\[1Home\]")
        one.wait("keys of the page Home", gone=True)
    one.keys("g")
    one.wait(r"> RUNNING +web")
    one.keys("l")
    one.wait("Logs +web: following")
    terminal.steward.ok("restart", "web")
    one.wait("restart by")
    one.keys("k")
    one.wait("paused")
    terminal.steward.ok("restart", "web")
    one.wait(r"\d+ new")
    one.keys("/")
    one.type("sockets open")
    one.keys("Enter")
    one.wait("restart by", gone=True)
    one.keys("Escape")
    one.wait("restart by")
    one.keys("Escape")
    one.wait(r"\[1Home\]")


# ---- Sizes ----

def test_resize_keeps_the_selection(terminal):
    one = terminal()
    one.console()
    one.keys("Down")
    one.wait(r"> RUNNING +trial")
    one.resize(160, 45)
    one.wait(r"── trial ──")
    one.wait(r"> RUNNING +trial")
    one.resize(40, 12)
    one.wait(r"\A steward [^\n]{,31}LIVE")
    one.wait(r"> RUNNING +trial")
    one.resize(20, 5)
    one.wait("window too small")
    one.resize(80, 24)
    one.wait(r"> RUNNING +trial")
    one.wait("Events")
    one.resize(30, 6)
    one.wait("too small")
    one.keys("q")
    one.wait(PROMPT)


# ---- The host ----

def test_crash_is_shown(terminal):
    one = terminal()
    one.console()
    terminal.steward.cli("do", "trial", "crash")
    one.wait("1 WARN")
    one.wait("WARN .*crashed")
    one.wait("LIVE")
    one.wait(r"RUNNING +web")
    # What somebody has seen to stands no longer at the top as a warning.
    one.keys("6")
    one.wait("WARN .*crashed")
    one.keys("a")
    one.wait("ACK")
    one.keys("1")
    one.wait("NOTE .*acknowledged by")
    one.wait("1 WARN", gone=True)
    assert alive(one.console_pid())


def test_stewardd_gone_and_back(terminal):
    one = terminal()
    one.console()
    terminal.steward.stop()
    one.wait("RECONNECTING")
    one.wait("stewardd --home")
    one.wait(r"[A-Z]+\? +web")      # what was known is still there, in doubt
    one.wait(r"\d+s old")
    one.keys("x")
    one.wait("no connection")
    terminal.steward.start()
    one.wait("LIVE")


def test_several_consoles(terminal):
    one, two = terminal(), terminal(cols=160, rows=45)
    one.console()
    two.console()
    # Each shows the other one, and the wide one where it is.
    one.keys("9")
    two.wait(r"\A steward .*:Who ")
    one.wait(r"\(you\)")
    two.keys("5")
    one.wait(r"console +Logs")
    one.keys("1", "j")
    two.keys("1")
    one.keys("x")
    two.wait(r"STOPPED +trial")
    two.keys("j", "s")
    one.wait(r"RUNNING +trial")
    one.keys("9")
    one.wait(r"console +Home")
    two.keys("q")
    one.wait(r"console +Home", gone=True)


# ---- Terminals ----

@pytest.mark.parametrize("term", ["linux", "vt100", "xterm-256color", "screen", "xterm"])
def test_terminal_types(terminal, term):
    one = terminal(term=term)
    one.console()
    one.wait(r"> RUNNING +web")
    one.keys("Down")
    one.wait(r"> RUNNING +trial")
    one.keys("?")
    one.wait("keys of the page Home")
    one.keys("q")
    one.wait(PROMPT)


def test_unknown_terminal_type(terminal):
    one = terminal(term="no-such-terminal")
    one.console()
    one.wait("no-such-terminal is not known here")


def test_dumb_terminal(terminal):
    one = terminal(term="dumb")
    one.command("clear; %s --home %s" % (program("steward"), terminal.steward.home))
    one.wait("all is well")
    one.wait(r"1 .*RUNNING.* web|1 web")
    one.type("quit")
    one.keys("Enter")
    one.wait(PROMPT)


def coloured(text):
    return re.findall(r"\033\[[0-9;]*m", text) and \
        re.search(r"\033\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|38;5;\d+|48;5;\d+)(?:;[0-9;]*)?m", text)


def test_colours(terminal):
    one = terminal()
    one.console()
    assert coloured(one.screen("-e"))


def test_no_color(terminal):
    one = terminal(env={"NO_COLOR": "1"})
    one.console()
    text = one.screen("-e")
    assert not coloured(text)
    assert re.search(r"\033\[(?:\d+;)*7m", text), "nothing is reversed"


def test_ascii_locale(terminal):
    one = terminal(locale="C")
    log = os.path.join(terminal.steward.base, "bytes")
    one.tmux("pipe-pane", "cat >" + log)
    one.console()
    for key, seen in (("m", "Reload settings"), ("?", "keys of the page"),
                      ("l", "Logs  web"), ("Enter", "Service  web")):
        one.keys(key)
        one.wait(seen)
        one.keys("Escape")
        one.wait(seen, gone=True)
    one.keys("q")
    one.wait(PROMPT)
    with open(log, "rb") as file:
        written = file.read()
    assert b"LIVE" in written
    assert all(byte < 128 for byte in written)


# ---- Input that is no keys ----

def test_paste_runs_nothing(terminal):
    one = terminal()
    one.console()
    one.tmux("set-buffer", "xRrs\nq")
    one.tmux("paste-buffer", "-p")
    one.wait("pasted text is not taken for keys")
    assert terminal.steward.service("web")["state"] == "running"


def test_answers_of_the_terminal_are_no_keys(terminal):
    one = terminal()
    one.console()
    for part in ("\033", "[24;80R", "\033]11;rgb:xx", "xx/RRRR\033", "\\", "\033P>|xRq", "\033\\"):
        one.type(part)
    one.keys("Down")
    one.wait(r"> RUNNING +trial")
    assert terminal.steward.service("web")["state"] == "running"
    one.wait("LIVE")


# ---- Leaving ----

def modes(one):
    """The terminal line's settings, and what is on after the console left."""
    log = os.path.join(one.steward.base, "stty")
    one.command("clear; stty -a >%s; echo done-%s" % (log, os.urandom(4).hex()))
    one.wait("^done-")
    with open(log) as file:
        return file.read()


def flags(one):
    return one.tmux("display-message", "-p",
                    "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{keypad_cursor_flag}")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGSEGV", "SIGABRT", "SIGQUIT"])
def test_terminal_is_restored(terminal, name):
    one = terminal()
    one.command("ulimit -c 0")
    before, shown = modes(one), flags(one)
    one.console()
    assert flags(one) != shown
    pid = one.console_pid()
    os.kill(pid, getattr(signal, name))
    process_ended(pid)
    one.wait(PROMPT)
    assert flags(one) == shown
    assert modes(one) == before
    assert terminal.steward.service("web")["state"] == "running"


def test_suspend_and_come_back(terminal):
    one = terminal()
    before, shown = modes(one), flags(one)
    one.command("set -m")
    one.console()
    one.keys("C-z")
    one.wait("Stopped")
    assert flags(one) == shown
    one.command("fg")
    one.wait("LIVE")
    one.wait(r"> RUNNING +web")
    one.keys("C-l")
    one.keys("q")
    one.wait(PROMPT)
    assert modes(one) == before


def test_cursor_rests_on_the_selected_row(terminal):
    one = terminal()
    one.console()
    for key, word in (("Down", "trial"), ("Up", "web")):
        one.keys(key)
        text = one.wait(r"> RUNNING +" + word)
        row = next(i for i, line in enumerate(text.split("\n")) if "> RUNNING" in line)
        wait_until(lambda row=row: one.tmux("display-message", "-p", "#{cursor_y}").strip() ==
                   str(row), "the cursor on the selected row")
