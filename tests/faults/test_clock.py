# SPDX-License-Identifier: GPL-3.0-or-later
"""A wall clock that jumps, forward and back: deadlines, uptime and services do
not care, and what is stored carries the new time. faults/jump.c is the clock."""
import os
import shutil
import signal
import struct
import subprocess

import pytest

from raw import Client
from waiting import wait_until

COMPILER = shutil.which(os.environ.get("CC", "cc").split()[0])
YEARS = 10 * 365 * 86400


class Clock:
    def __init__(self, folder):
        self.path = os.path.join(folder, "jump")
        with open(self.path, "wb") as file:
            file.write(struct.pack("q", 0))
        os.chmod(self.path, 0o644)
        self.library = os.path.join(folder, "jump.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jump.c")
        subprocess.run([COMPILER, "-std=gnu11", "-O2", "-shared", "-fPIC", "-o", self.library,
                        source], check=True)
        os.chmod(self.library, 0o755)

    def jump(self, seconds):
        with open(self.path, "r+b", buffering=0) as file:
            file.write(struct.pack("q", seconds))


@pytest.fixture
def jumping(make_steward):
    if not COMPILER:
        pytest.skip("no C compiler to build the clock with")
    one = make_steward({"host": {"hung_after": "1s", "hung_limit": "5s"}})
    one.clock = Clock(one.base)
    one.env.update(LD_PRELOAD=one.clock.library, JUMP_FILE=one.clock.path)
    return one.start()


def date(steward):
    with Client(steward.port("web")) as client:
        return client.get()["date"]


@pytest.mark.parametrize("seconds", [YEARS, -YEARS, 3600, -3600],
                         ids=["10 years on", "10 years back", "an hour on", "an hour back"])
def test_a_jump_ends_nothing(jumping, seconds):
    before = jumping.status()
    with Client(jumping.port("web")) as kept, jumping.control() as control:
        first = kept.get()
        control.call("subscribe", snapshot=0.2, journal={})
        jumping.clock.jump(seconds)
        # Snapshots come on as before: a timer that followed the wall clock
        # would be silent now or never stop.
        for _ in range(8):
            snapshot = control.notification("snapshot")
            assert {one["state"] for one in snapshot["services"]} == {"running"}
        uptime = snapshot["host"]["uptime_seconds"]
        assert 0 <= uptime - before["host"]["uptime_seconds"] < 60
        again = kept.get()
        assert again.status == 200, "no deadline of a kept connection has passed"
        wait_until(lambda: date(jumping)[7:16] != first["date"][7:16]
                   if abs(seconds) > 86400 else date(jumping)[17:19] != first["date"][17:19],
                   "the new time in the Date header")
    after = jumping.status()
    assert after["host"]["pid"] == before["host"]["pid"] and after["host"]["crashes"] == 0
    jumping.ok("restart", "trial")
    since = jumping.service("trial")["since"]
    assert (since[:4] != before["services"][1]["since"][:4]) == (abs(seconds) == YEARS)
    assert jumping.echo() == b"ping"


@pytest.mark.parametrize("seconds", [YEARS, -YEARS], ids=["10 years on", "10 years back"])
def test_crashes_are_mended_whatever_the_clock_says(jumping, seconds):
    host = jumping.host_pid()
    jumping.clock.jump(seconds)
    os.kill(host, signal.SIGSEGV)
    status = jumping.wait_host(host)
    assert status["host"]["crashes"] == 1
    assert jumping.curl().out == "the first page\n"
    jumping.clock.jump(0)
    os.kill(status["host"]["pid"], signal.SIGSEGV)
    jumping.wait_host(status["host"]["pid"])
    assert jumping.curl().out == "the first page\n"


def test_the_journal_goes_on(jumping):
    for number, seconds in enumerate((YEARS, -YEARS, 0)):
        jumping.clock.jump(seconds)
        jumping.ok("do", "trial", "log", "notice", "jump", "record after jump %d" % number)
    jumping.wait_journal("record after jump 2")
    texts = [one["text"] for one in jumping.json("log", "--grep", "after jump")["records"]]
    assert sorted(texts) == ["record after jump %d" % number for number in range(3)]
    assert jumping.ok("log", "--since", "1h").status == 0


def test_charges_are_counted_by_a_clock_that_does_not_jump(jumping):
    """Three crashes in ten real minutes quarantine, though years seem to lie
    between them."""
    for number, seconds in enumerate((YEARS, -YEARS, YEARS), 1):
        with jumping.control() as control:
            control.send("do", service="trial", words=["crash"])
            while control.read() is not None:
                pass
        jumping.wait_crashes(number)
        jumping.clock.jump(seconds)
        if number < 3:
            jumping.wait_state("trial", "running")
    jumping.wait_state("trial", "quarantined")
    assert jumping.service("web")["state"] == "running"
