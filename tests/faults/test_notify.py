# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd hears (sd_notify's plain datagrams), and that nothing of it is
needed."""
import os
import re
import shutil
import signal
import socket
import time

import pytest

from steward import ROOT
from waiting import wait_readable


class Notify:
    """The socket that systemd would listen on."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        if not address.startswith("\0"):
            os.chmod(address, 0o666)

    def read(self):
        wait_readable(self.socket, "a datagram")
        return self.socket.recv(4096).decode().splitlines()

    def until(self, wanted):
        """Reads until a line begins with wanted; all lines since then."""
        lines = []
        while True:
            lines += self.read()
            if any(line.startswith(wanted) for line in lines):
                return lines


def started(make_steward, env=None, address=None):
    one = make_steward()
    place = address or os.path.join(one.base, "notify")
    notify = Notify(place)
    one.env["NOTIFY_SOCKET"] = "@" + place[1:] if place.startswith("\0") else place
    one.env.update(env or {})
    one.spawn()
    return one, notify


@pytest.mark.parametrize("place", ["a path", "an abstract name"])
def test_ready_when_all_is_ready(make_steward, place):
    address = "\0steward-test-%d" % os.getpid() if place != "a path" else None
    one, notify = started(make_steward, address=address)
    lines = notify.until("READY=1")
    assert {entry["state"] for entry in one.status()["services"]} == {"running"}
    if not any(line.startswith("STATUS=") for line in lines):
        notify.until("STATUS=")
    os.kill(one.keeper, signal.SIGTERM)
    notify.until("STOPPING=1")


def test_reloading_with_monotonic_usec_then_ready(make_steward):
    one, notify = started(make_steward)
    notify.until("READY=1")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    os.kill(one.keeper, signal.SIGHUP)
    lines = notify.until("RELOADING=1")
    if not any(line.startswith("MONOTONIC_USEC=") for line in lines):
        lines += notify.until("MONOTONIC_USEC=")
    usec = int(next(re.match(r"MONOTONIC_USEC=(\d+)$", line).group(1) for line in lines
                    if line.startswith("MONOTONIC_USEC=")))
    assert before <= usec <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    if not any(line == "READY=1" for line in lines[lines.index("RELOADING=1"):]):
        notify.until("READY=1")
    assert one.curl().out == "the first page\n"


def test_a_reload_that_fails_ends_reloading_too(make_steward):
    one, notify = started(make_steward)
    notify.until("READY=1")
    one.configure_text("}\n")
    os.kill(one.keeper, signal.SIGHUP)
    lines = notify.until("RELOADING=1")
    if "READY=1" not in lines[lines.index("RELOADING=1"):]:
        notify.until("READY=1")


def test_watchdog_is_fed(make_steward):
    _, notify = started(make_steward, env={"WATCHDOG_USEC": "1000000"})
    notify.until("READY=1")
    notify.until("WATCHDOG=1")
    notify.until("WATCHDOG=1")


def test_a_watchdog_for_another_process_is_not(make_steward):
    one, notify = started(make_steward, env={"WATCHDOG_USEC": "400000", "WATCHDOG_PID": "1"})
    notify.until("READY=1")
    notify.socket.settimeout(1.5)
    try:
        while True:
            assert b"WATCHDOG=1" not in notify.socket.recv(4096)
    except socket.timeout:
        pass
    assert one.curl().out == "the first page\n"


def test_status_tells_of_a_crash(make_steward):
    one, notify = started(make_steward)
    notify.until("READY=1")
    os.kill(one.host_pid(), signal.SIGSEGV)
    notify.until("STATUS=")


def test_the_hosts_of_later_do_not_hear_of_the_socket(make_steward):
    """Only the keeper talks to systemd."""
    one, notify = started(make_steward)
    notify.until("READY=1")
    with open("/proc/%d/environ" % one.host_pid(), "rb") as file:
        assert b"NOTIFY_SOCKET" not in file.read()


def test_a_notify_socket_that_is_dead_is_no_harm(make_steward):
    one = make_steward(env={"NOTIFY_SOCKET": "/nonexistent/notify", "WATCHDOG_USEC": "200000"})
    one.start()
    assert one.curl().out == "the first page\n"


def test_without_systemd(make_steward):
    """No NOTIFY_SOCKET, no journald, no /run/systemd: all works."""
    one = make_steward()
    if ROOT:
        hide = " && ".join("mount -t tmpfs none %s" % folder
                           for folder in ("/run/systemd", "/dev/log") if os.path.isdir(folder))
        if hide:
            one.wrapper = ["unshare", "-m", "sh", "-c", hide + ' && exec "$@"', "sh"]
    for name in ("INVOCATION_ID", "JOURNAL_STREAM", "WATCHDOG_USEC", "NOTIFY_SOCKET"):
        one.env.pop(name, None)
    one.start()
    assert one.curl().out == "the first page\n"
    one.ok("do", "trial", "log", "notice", "here", "into the files")
    one.wait_journal("into the files")
    assert one.stop() == 0


@pytest.mark.skipif(not ROOT or not shutil.which("unshare"), reason="only root can hide /run")
def test_journald_gets_fields_when_it_is_there(make_steward):
    """A socket in the place of journald's hears the records."""
    one = make_steward()
    folder = os.path.join(one.base, "systemd", "journal")
    os.makedirs(folder)
    journald = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journald.bind(os.path.join(folder, "socket"))
    os.chmod(os.path.join(folder, "socket"), 0o666)
    os.makedirs("/run/systemd", exist_ok=True)
    one.wrapper = ["unshare", "-m", "sh", "-c", 'mount --bind "%s" /run/systemd && exec "$@"'
                   % os.path.join(one.base, "systemd"), "sh"]
    # Only a steward that systemd started sends its records there.
    one.env["NOTIFY_SOCKET"] = os.path.join(one.base, "notify")
    notify = Notify(one.env["NOTIFY_SOCKET"])
    one.spawn()
    notify.until("READY=1")
    one.ok("do", "trial", "log", "warning", "10.0.0.1", "into the journal")
    while True:
        wait_readable(journald, "a record for journald")
        data = journald.recv(65536)
        if b"into the journal" in data:
            break
    assert b"PRIORITY=4" in data and b"MESSAGE" in data
    assert b"SYSLOG_IDENTIFIER=" in data
