# SPDX-License-Identifier: GPL-3.0-or-later
"""The console on a pseudo-terminal that behaves badly: it reads nothing, it
goes away, it is stopped, it sends bytes in the worst pieces."""
import fcntl
import os
import json
import re
import select
import shutil
import signal
import socket
import struct
import termios
import threading
import time

import pytest

from console import Console
from steward import program, run
from waiting import process_ended, wait_readable, wait_until


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
    termios.tcflow(console.fd, termios.TCOOFF)
    for _ in range(2000):           # whole frames until the line is full
        _, writable, _ = select.select([], [console.fd], [], 0)
        if not writable:
            break
        os.write(console.fd, b"\014")
    os.kill(console.pid, signal.SIGTERM)
    unread_end(console)
    assert console.ended() == 128 + signal.SIGTERM


def unread_end(console):
    """Waits for the end and takes nothing from the terminal meanwhile."""
    watch = os.pidfd_open(console.pid)
    try:
        wait_readable(watch, "the end of a console whose terminal takes nothing")
    finally:
        os.close(watch)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("held", [False, True])
def test_full_terminal(console, number, held):
    """Not a byte more has room on the line, and (held) making room is of no use
    either: it ends all the same, and the line's modes are back."""
    console.wait(b"Quit")
    line = os.open("/proc/%d/fd/0" % console.pid, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        assert not termios.tcgetattr(line)[3] & (termios.ICANON | termios.ECHO)
        if held:
            termios.tcflow(line, termios.TCOOFF)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(line, b"." * 1000)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(line, b".")
        os.kill(console.pid, number)
        unread_end(console)
        modes = termios.tcgetattr(line)[3]
        assert modes & termios.ICANON and modes & termios.ECHO, modes
        if not held:
            console.wait(b"\033[?1049l")
        assert console.ended() == 128 + number
    finally:
        os.close(line)


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


def refuse(listener, arrivals):
    """Takes every client and sends it away as a host does that has too many."""
    error = {"jsonrpc": "2.0", "id": None,
             "error": {"code": -32010, "message": "too many clients are connected",
                       "data": {"exit": 1}}}
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        arrivals.append(time.monotonic())
        with client:
            try:
                client.sendall(json.dumps(error).encode() + b"\n")
            except BrokenPipeError:
                pass            # it only looked whether anybody answers


def test_refused_again_and_again(make_steward):
    """It says why, and comes back ever more seldom: 50, 100, 200, 400 ms later."""
    one = make_steward()
    os.makedirs(one.state)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(one.control_path)
    listener.listen()
    arrivals = []
    thread = threading.Thread(target=refuse, args=(listener, arrivals), daemon=True)
    thread.start()
    console = Console(one)
    try:
        console.wait(b"too many clients are connected")
        # The first is main's look whether anybody answers at all.
        wait_until(lambda: console.read() and len(arrivals) >= 6, "more attempts",
                   watch=[console.fd])
        assert arrivals[5] - arrivals[1] >= 0.7, arrivals
        console.send(b"q")
        assert console.ended() == 0
    finally:
        console.close()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_somebody_else_was_quicker(make_steward):
    """Of two consoles that start stewardd at once, the slower says nothing."""
    one = make_steward()
    folder = os.path.join(one.base, "programs")
    os.mkdir(folder)
    shutil.copy(program("steward"), folder)
    script = os.path.join(folder, "stewardd")
    with open(script, "w") as file:
        file.write("#!/bin/sh\n%s >/dev/null 2>&1\n"
                   "echo 'stewardd: already running (pid 1)' >&2\nexit 1\n"
                   % " ".join("'%s'" % word for word in one.command()))
    os.chmod(script, 0o755)
    outcome = run([os.path.join(folder, "steward"), "--home", one.home], env=one.env)
    one.keeper = one.status()["host"]["keeper_pid"]
    assert outcome.status == 0 and "web" in outcome.out, outcome
    assert outcome.err == "", outcome


def test_what_stewardd_says_is_shown(make_steward):
    """A start that fails tells what stewardd said about it."""
    one = make_steward()
    one.configure_text("web {\n\tno such thing\n}\n")
    outcome = one.cli()
    assert outcome.status == 1, outcome
    assert "steward.conf" in outcome.err and "did not start" in outcome.err, outcome
