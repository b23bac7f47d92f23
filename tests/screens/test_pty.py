# SPDX-License-Identifier: GPL-3.0-or-later
"""The console on a pseudo-terminal that behaves badly: it reads nothing, it
goes away, it is stopped, it sends bytes in the worst pieces."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios

import pytest

from steward import program
from waiting import DEADLINE, process_ended, wait_until


class Console:
    def __init__(self, steward, rows=24, cols=80):
        self.steward = steward
        self.data = b""
        env = dict(steward.env, TERM="xterm-256color", LC_ALL="C.UTF-8")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execve(program("steward"), ["steward", "--home", steward.home], env)
        self.status = None

    def read(self):
        """Takes what is there; False when the console has gone."""
        ready, _, _ = select.select([self.fd], [], [], 0)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.data += data
        return bool(data)

    def wait(self, text):
        """Waits until text is written, and forgets everything up to it."""
        def look():
            self.read()
            return text in self.data
        wait_until(look, "%r in %r" % (text, self.data[-400:]), watch=[self.fd])
        self.data = self.data.partition(text)[2]

    def send(self, data):
        os.write(self.fd, data)

    def ended(self):
        """Waits for the end; the exit status, negative for a signal."""
        if self.status is None:
            def look():
                if self.fd is not None:
                    self.read()
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                return (status,) if pid else None
            self.status = os.waitstatus_to_exitcode(wait_until(look, "the console's end")[0])
        return self.status

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                self.ended()
            except (ProcessLookupError, ChildProcessError):
                pass
        if self.fd is not None:
            os.close(self.fd)


@pytest.fixture
def console(steward):
    one = Console(steward)
    yield one
    one.close()


def test_leaves_the_terminal_as_it_was(console):
    console.wait(b"LIVE")
    console.wait(b"Quit")
    console.send(b"q")
    assert console.ended() == 0
    # The last words: mouse and paste off, cursor and the other screen back.
    for sequence in (b"\033[?1006l", b"\033[?1000l", b"\033[?2004l", b"\033[?1049l"):
        assert sequence in console.data, (sequence, console.data)


def test_terminal_that_reads_nothing(console):
    """Keys and SIGTERM work although not a byte is taken."""
    console.wait(b"Quit")
    attributes = termios.tcgetattr(console.fd)
    termios.tcflow(console.fd, termios.TCOOFF)
    for _ in range(2000):           # whole frames until the line is full
        _, writable, _ = select.select([], [console.fd], [], 0)
        if not writable:
            break
        os.write(console.fd, b"\014")
    os.kill(console.pid, signal.SIGTERM)
    watch = os.pidfd_open(console.pid)
    ready, _, _ = select.select([watch], [], [], DEADLINE)
    os.close(watch)
    assert ready, "it waits for the terminal for ever"
    assert console.ended() == 128 + signal.SIGTERM
    assert attributes is not None


def test_terminal_that_goes_away(console):
    console.wait(b"Quit")
    os.close(console.fd)
    console.fd = None
    assert console.ended() in (128 + signal.SIGHUP, -signal.SIGHUP)
    assert console.steward.service("web")["state"] == "running"


def test_stopped_console_holds_nobody_up(console):
    console.wait(b"Quit")
    os.kill(console.pid, signal.SIGSTOP)
    console.steward.ok("do", "trial", "flood", "5000")
    console.steward.ok("restart", "web")
    assert console.steward.curl().status == 0
    os.kill(console.pid, signal.SIGCONT)
    console.wait(b"LIVE")           # everything is drawn again
    console.send(b"l")
    console.wait(b"following")
    console.send(b"q")
    assert console.ended() == 0


def test_bytes_in_the_worst_pieces(console):
    """An answer of the terminal cut at every place, with pauses that make a
    lone Escape of its first byte: nothing of it is taken for keys."""
    console.wait(b"Quit")
    answer = b"\033[24;80R"
    for cut in range(1, len(answer)):
        console.send(answer[:cut])
        # The pause is the thing that is tried: longer than the Escape delay.
        select.select([], [], [], 0.06)
        console.send(answer[cut:])
    console.send(b"?")
    console.wait(b"keys of the page Home")
    assert b"Restart web" not in console.data
    assert console.steward.service("web")["state"] == "running"
    texts = [record["text"] for record in
             console.steward.json("log", "web", "--last", "50")["records"]]
    assert not any("restart" in text for text in texts), texts


def test_frames_are_small(console):
    """At one frame a second with nothing going on: what is written between two
    changes of the clock. bench/console.py measures it; this is a wide limit."""
    console.wait(b"Quit")
    sizes = []
    for _ in range(4):
        console.data = b""
        console.wait(b"\033[1;")    # to the host line: another frame begins
        wait_until(lambda: console.read() and re.search(rb"\033\[[0-9;]*H", console.data),
                   "the frame's end", watch=[console.fd])
        sizes.append(len(console.data))
    assert max(sizes) < 1500, sizes


def test_narrow_and_back(console):
    console.wait(b"Quit")
    for rows, cols in ((12, 40), (5, 20), (45, 160), (1, 1), (24, 80)):
        fcntl.ioctl(console.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
    console.wait(b"LIVE")
    console.send(b"q")
    assert console.ended() == 0


def test_no_terminal(steward):
    outcome = steward.cli(env={"TERM": "xterm"})
    assert outcome.status == 0
    assert "web" in outcome.out


def test_end_by_signal_after_the_host_has_gone(console):
    console.wait(b"Quit")
    console.steward.stop()
    console.wait(b"RECONNECTING")
    os.kill(console.pid, signal.SIGTERM)
    process_ended(console.pid)
    assert console.ended() == 128 + signal.SIGTERM
