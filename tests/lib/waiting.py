# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for conditions, always with a deadline."""
import os
import select
import time

# A limit against hanging for ever, never part of what a test shows.
DEADLINE = float(os.environ.get("STEWARD_DEADLINE", "30"))


def readable(descriptors, seconds):
    """True when one of the descriptors became readable within seconds. Unlike
    select.select it takes descriptors of any number."""
    poll = select.poll()
    for one in descriptors:
        poll.register(one, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))


def wait_until(condition, what, seconds=None, watch=()):
    """Returns condition()'s first true value. Between two looks it blocks on the
    descriptors in watch, for a few milliseconds at most."""
    end = time.monotonic() + (seconds or DEADLINE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited in vain for: " + what)
        readable(watch, 0.01)


def wait_readable(descriptor, what, seconds=None):
    assert readable([descriptor], seconds or DEADLINE), "waited in vain for: " + what


def process_ended(pid, seconds=None):
    """Blocks until the process pid has gone; it need not be a child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        wait_readable(descriptor, "the end of process %d" % pid, seconds)
    finally:
        os.close(descriptor)


def alive(pid):
    """True while pid runs (a zombie does not)."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False
