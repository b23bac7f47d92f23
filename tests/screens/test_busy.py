# SPDX-License-Identifier: GPL-3.0-or-later
"""The console while much happens: floods of the journal, other consoles, a
monkey at a real terminal, a console that stands still."""
import os
import random
import select
import signal
import termios
import threading

import pytest

from console import Console
from steward import Steward
from waiting import wait_until

MONKEY_KEYS = 50000     # of each seed


class Flood(threading.Thread):
    """Writes records until told to end; count is how many so far."""

    def __init__(self, steward, records):
        super().__init__(daemon=True)
        self.control = steward.control()
        self.records, self.count = records, 0
        self.ending = threading.Event()

    def run(self):
        while not self.ending.is_set():
            self.control.call("do", service="trial", words=["flood", str(self.records)])
            self.count += self.records

    def end(self):
        self.ending.set()
        self.join()
        self.control.close()


@pytest.fixture
def console(steward):
    one = Console(steward)
    yield one
    one.close()


def test_keys_are_answered_in_a_flood(steward, console):
    console.wait(b"Quit")
    console.send(b"5")
    console.wait(b"[5")
    flood = Flood(steward, 1000)
    flood.start()
    try:
        wait_until(lambda: flood.count > 0, "the flood to begin")
        for _ in range(30):
            # Each answer comes although the flood goes on; nothing waits for its end.
            console.send(b"?")
            console.wait(b"Scroll")
            console.send(b"\033")
            console.wait(b"Pause")
        assert flood.is_alive()
    finally:
        flood.end()
    console.send(b"q")
    assert console.ended() == 0


def consoles(control):
    return [one["session"] for one in control.call("who")["sessions"]
            if one["client"] == "console"]


def test_a_stopped_console_holds_nobody_up(steward, console):
    console.wait(b"Quit")
    with steward.control() as control:
        before = consoles(control)
        assert len(before) == 1
        os.kill(console.pid, signal.SIGSTOP)
        # More than the host would ever keep for one client, in pieces that its
        # memory holds: what does not fit waits, and nobody is sent away.
        for _ in range(200):
            control.call("do", service="trial", words=["flood", "1000"])
            assert control.call("status")["host"]["name"]
        control.call("stop", services=["trial"])
    os.kill(console.pid, signal.SIGCONT)
    # It catches up: the state, and the newest of the journal.
    console.wait(b"STOPPED")
    console.send(b"5")
    console.wait(b"record 1000 of 1000")
    with steward.control() as control:
        assert consoles(control) == before
    console.send(b"q")
    assert console.ended() == 0


def test_two_consoles_see_each_other(steward, console):
    other = Console(steward)
    try:
        console.wait(b"Quit")
        other.wait(b"Quit")
        with steward.control() as control:
            control.call("stop", services=["trial"])
        console.wait(b"STOPPED")
        other.wait(b"STOPPED")
        # Started in one, seen in the other.
        console.send(b"j")
        console.send(b"s")
        other.wait(b"RUNNING")
        other.send(b"q")
        assert other.ended() == 0
    finally:
        other.close()


KEYS = list("sxRrulmLMzcyav!:/?KZASfw<>{}[]1234567890jkhlgGnNo,.-=+ ") + [
    "\033", "\033[A", "\033[B", "\033[C", "\033[D", "\r", "\t", "\033[Z", "\177", "\033[5~",
    "\033[6~", "\033[H", "\033[F", "\033OP", "\014", "\020", "\033[200~a b\r\033[201~",
    "\033[<0;10;5M", "\033[<64;5;5M", "\303\251", "\033]11;rgb:0/0/0\007"]
SIZES = [(24, 80), (45, 160), (12, 40), (30, 100), (5, 20), (60, 200)]


def sane(console):
    """The terminal is given back as a new one is."""
    for mode in (1006, 1000, 2004, 1049):
        # Some may be off already: the monkey finds the mouse's switch.
        assert console.modes[mode] is False, "%d: %s" % (mode, console.data[-1500:])
    modes = termios.tcgetattr(console.fd)
    assert modes[0] & termios.ICRNL and modes[1] & termios.OPOST
    for flag in (termios.ECHO, termios.ICANON, termios.ISIG, termios.IEXTEN):
        assert modes[3] & flag


@pytest.fixture
def plain():
    """Without the trial service, which crashes when it is told to."""
    one = Steward(host=None).start()
    try:
        yield one
    finally:
        one.stop()
        one.remove()


@pytest.mark.parametrize("seed", [1, 2])
def test_monkey(plain, seed):
    steward = plain
    chance = random.Random(seed)
    pressed = 0
    # Editors end at once, and what a person keeps is kept elsewhere.
    own = {"VISUAL": "/bin/true", "EDITOR": "/bin/true", "HOME": steward.base,
           "XDG_STATE_HOME": steward.base, "XDG_CONFIG_HOME": steward.base}
    while pressed < MONKEY_KEYS:
        console = Console(steward, **own)
        try:
            console.wait(b"Quit")
            while console.read() and pressed < MONKEY_KEYS:
                keys = "".join(chance.choice(KEYS) for _ in range(20))
                try:
                    console.send(keys.encode())
                except OSError:
                    break
                pressed += 20
                if chance.randrange(10) == 0:
                    console.resize(*chance.choice(SIZES))
                select.select([console.fd], [], [], 0.01)
                console.data = console.data[-4000:]
            if pressed >= MONKEY_KEYS:
                try:
                    os.kill(console.pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
            # The menu has an entry that leaves: the monkey finds it.
            assert console.ended() in (0, 128 + signal.SIGTERM)
            sane(console)
        finally:
            console.close()
    assert steward.status()["host"]["crashes"] == 0
