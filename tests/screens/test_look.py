# SPDX-License-Identifier: GPL-3.0-or-later
"""The console on a real pseudo-terminal with the person's own settings, the
palette, the clipboard, and a line that is slow."""
import base64
import os
import re
import termios

import pytest

from console import Console
from waiting import wait_until


@pytest.fixture
def open_console(steward, tmp_path):
    opened = []

    def open_one(conf="", words=(), **env):
        folder = tmp_path / "steward"
        folder.mkdir(exist_ok=True)
        (folder / "console.conf").write_text(conf)
        opened.append(Console(steward, words=words, XDG_CONFIG_HOME=str(tmp_path), **env))
        return opened[-1]
    yield open_one
    for one in opened:
        one.close()


def test_keys_of_the_persons_own(open_console, steward):
    console = open_console('keys {\n\tpalette = ";"\n\tquit = "Q"\n}\n')
    console.wait(b"Quit")
    console.send(b":q")             # given away
    console.send(b";")
    console.wait(b"What is to be done?")
    console.send(b"stop tri\r")
    console.wait(b"STOPPED")
    assert steward.wait_state("trial", "stopped")
    console.send(b"Q")
    assert console.ended() == 0


def test_overlapping_keys_are_told(open_console):
    console = open_console('keys {\n\tundo = "s"\n}\n')
    console.wait(b"given to both undo and start")
    console.wait(b"Quit")
    console.send(b"q")
    assert console.ended() == 0


def test_mistake_is_told_with_its_line(open_console):
    console = open_console("screen {\n\tmouse = false\n\tcolours = pink\n}\n")
    console.wait(b"console.conf:3: screen.colours")
    # The rest counts: nothing turns the mouse on.
    assert b"\033[?1000h" not in console.data
    console.send(b"q")
    assert console.ended() == 0


@pytest.mark.parametrize("colours, expected", [("auto", True), ("16", True), ("none", False)])
def test_colours(open_console, colours, expected):
    console = open_console("screen {\n\tcolours = %s\n}\n" % colours)
    console.data = b""
    wait_until(lambda: console.read() and b"Quit" in console.data, "a frame", watch=[console.fd])
    coloured = re.search(rb"\033\[[0-9;]*(3[0-7]|9[0-7]|38;5;\d+)[0-9;]*m", console.data)
    assert bool(coloured) == expected, console.data
    if colours == "16":
        assert b"38;5;" not in console.data
    console.send(b"q")
    assert console.ended() == 0


def test_look_is_changed_and_kept(open_console, steward, tmp_path):
    console = open_console()
    console.wait(b"Quit")
    console.send(b",")
    console.wait(b"colours")
    console.send(b"j\033[C")        # look: the next one
    console.wait(b"light")
    console.send(b"o")
    console.wait(b"saved to")
    text = (tmp_path / "steward" / "console.conf").read_text()
    assert 'look = "light"' in text and "mouse" not in text.partition("{")[2], text
    console.send(b"q")
    assert console.ended() == 0


def test_command_line_goes_to_the_clipboard(open_console, steward):
    console = open_console()
    console.wait(b"Quit")
    console.send(b"!")
    console.wait(b"As commands")
    console.send(b"R\r")
    console.wait(b"\033]52;c;")
    wait_until(lambda: console.read() and re.search(rb"[\a\\]", console.data), "its end",
               watch=[console.fd])
    text = base64.b64decode(re.match(rb"[A-Za-z0-9+/=]+", console.data).group()).decode()
    words = text.split()
    assert words[0] == "steward" and words[-2] == "restart", text
    # The line that was copied is one: it does what it says.
    outcome = steward.cli(*words[words.index("restart"):])
    assert outcome.status == 0, outcome
    console.wait(b"takes")          # ... not every terminal takes it
    console.send(b"q")
    assert console.ended() == 0


def test_read_only(open_console, steward):
    console = open_console(words=("--read-only",))
    console.wait(b"Quit")
    console.send(b":set web.workers=3\r")
    console.wait(b"started with --read-only")
    console.send(b"\003")           # the line stayed
    console.send(b":get web.workers\r")
    console.wait(b"restarts the service")
    assert "3" not in steward.ok("get", "web.workers").out
    console.send(b"q")
    assert console.ended() == 0


def test_begins_with_lines(open_console):
    console = open_console("screen {\n\tlinear = true\n}\n")
    console.wait(b"1 web: RUNNING")
    assert b"\033" not in console.data
    console.send(b"quit\n")
    assert console.ended() == 0


def test_slow_line_drops_frames_and_never_keys(open_console, steward):
    console = open_console()
    console.wait(b"Quit")
    wait_until(lambda: console.read() and True, "what was written")
    line = os.open("/proc/%d/fd/0" % console.pid, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    termios.tcflow(line, termios.TCOOFF)
    # Each would be a frame of its own; all are taken, although nothing can be drawn.
    for _ in range(20):
        console.send(b"?")
        console.send(b"5")
        with steward.control() as control:
            control.call("do", service="trial", words=["flood", "50"])
    console.send(b"?")
    console.data = b""
    termios.tcflow(line, termios.TCOON)
    os.close(line)
    console.wait(b"keys of the page")
    console.read()
    assert len(console.data) < 20000, len(console.data)
    console.send(b"q")
    assert console.ended() == 0
