# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGUSR2 replaces keeper and host by the programs that lie there now."""
import os
import shutil
import signal
import socket
import tempfile

import pytest

from load import REQUEST, Load
from steward import BUILD, ROOT
from waiting import wait_until

PROGRAMS = ("steward", "stewardd", "steward-host", "steward-root")


@pytest.fixture
def installed(make_steward):
    """A steward that runs from a copy of the programs, which can be replaced."""
    folder = tempfile.mkdtemp(prefix="steward-test-programs-", dir="/tmp")
    os.chmod(folder, 0o755)
    for name in PROGRAMS:
        if os.path.exists(os.path.join(BUILD, name)):
            shutil.copy2(os.path.join(BUILD, name), folder)
    one = make_steward({"web": {"workers": 2}}, host=None, build=folder)
    one.start()
    yield one
    one.stop()
    shutil.rmtree(folder)


def install(one, name, source=None, text=None):
    """Puts a new program in the old one's place, as a package does."""
    path = os.path.join(one.build, name)
    if text is None:
        shutil.copy2(source or os.path.join(BUILD, name), path + ".new")
    else:
        with open(path + ".new", "w") as file:
            file.write(text)
    os.chmod(path + ".new", 0o755)
    os.replace(path + ".new", path)
    return os.stat(path).st_ino


def inode(pid):
    return os.stat("/proc/%d/exe" % pid).st_ino


def test_sigusr2_replaces_both_and_refuses_nobody(installed):
    one = installed
    keeper, port = one.keeper, one.port("web")
    with Load(port) as load:
        for _ in range(3):
            host = one.host_pid()
            new = [install(one, name) for name in ("stewardd", "steward-host")]
            os.kill(keeper, signal.SIGUSR2)
            status = one.wait_host(host)
            assert status["host"]["keeper_pid"] == keeper and one.process.poll() is None
            assert inode(status["host"]["pid"]) == new[1], "the new host runs"
            wait_until(lambda: inode(keeper) == new[0], "the new keeper to run")
            assert status["host"]["crashes"] == 0
    assert load.refused == 0 and not load.faults, (load.refused, load.faults[:3])
    assert load.answered > 0 and one.port("web") == port
    print("answered %d, broken off %d, refused %d" % (load.answered, load.broken, load.refused))


def test_desired_state_and_settings_survive_an_upgrade(installed):
    one = installed
    one.ok("set", "web.header_timeout=7s")
    one.ok("stop", "web")
    port, host = one.port("web"), one.host_pid()
    os.kill(one.keeper, signal.SIGUSR2)
    one.wait_host(host)
    assert one.service("web")["state"] == "stopped"
    assert one.json("get", "web.header_timeout")["settings"][0]["value"] == "7s"
    one.ok("start", "web")
    assert one.port("web") == port and one.curl().out == "the first page\n"


def keeps_on(one, host, why):
    """The old host serves on, and the journal says why."""
    wait_until(lambda: any(text in one.journal() + one.messages() for text in why),
               "word that the new program was refused")
    assert one.host_pid() == host and one.process.poll() is None
    assert one.curl().out == "the first page\n"
    assert one.status()["host"]["crashes"] == 0


@pytest.mark.parametrize("text", [
    "#!/bin/sh\nexit 1\n", "#!/bin/sh\necho steward-host protocol 999\n", "not a program at all\n",
    "#!/bin/sh\nkill -SEGV $$\n", "",
], ids=["fails", "other protocol", "no program", "crashes", "empty"])
def test_a_broken_new_host_is_refused_by_the_probe(installed, text):
    one = installed
    host = one.host_pid()
    install(one, "steward-host", text=text)
    os.kill(one.keeper, signal.SIGUSR2)
    keeps_on(one, host, ["steward-host"])
    install(one, "steward-host")
    os.kill(one.keeper, signal.SIGUSR2)
    one.wait_host(host)
    assert one.curl().out == "the first page\n"


def test_a_broken_new_keeper_is_refused_too(installed):
    one = installed
    host, keeper = one.host_pid(), one.keeper
    install(one, "stewardd", text="#!/bin/sh\nexit 1\n")
    os.kill(keeper, signal.SIGUSR2)
    keeps_on(one, host, ["stewardd"])
    install(one, "stewardd")
    os.kill(keeper, signal.SIGUSR2)
    one.wait_host(host)
    assert one.curl().out == "the first page\n"


@pytest.mark.skipif(not ROOT, reason="only root's keeper is another user than its host")
def test_a_home_that_was_closed_meanwhile_is_found_by_the_probe(installed):
    one = installed
    host = one.host_pid()
    os.chmod(one.home, 0o700)
    os.kill(one.keeper, signal.SIGUSR2)
    keeps_on(one, host, ["user steward may not enter %s:" % one.home])
    os.chmod(one.home, 0o755)
    os.kill(one.keeper, signal.SIGUSR2)
    one.wait_host(host)
    assert one.curl().out == "the first page\n"


def test_after_an_upgrade_crashes_are_still_mended(installed):
    one = installed
    host = one.host_pid()
    os.kill(one.keeper, signal.SIGUSR2)
    host = one.wait_host(host)["host"]["pid"]
    os.kill(host, signal.SIGSEGV)
    status = one.wait_host(host)
    assert status["host"]["crashes"] == 1
    assert one.curl().out == "the first page\n"
    assert one.stop() == 0


def test_a_host_that_cannot_begin_any_more_is_tried_with_patience_until_it_can(installed):
    """Its program was broken while it ran, and then it crashed. Clients wait in
    the keeper's queue meanwhile; none is refused."""
    one = installed
    port = one.port("web")
    count = os.path.join(one.base, "count")
    with open(count, "w"):
        pass
    os.chmod(count, 0o666)
    host = one.host_pid()
    install(one, "steward-host", text="#!/bin/sh\necho x >>%s\nexit 1\n" % count)
    os.kill(host, signal.SIGSEGV)
    wait_until(lambda: os.path.getsize(count) >= 6, "three attempts")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as waiting:
        waiting.sendall(REQUEST)
        assert os.path.getsize(count) < 100, "it is no tight loop"
        install(one, "steward-host")
        assert waiting.recv(100).startswith(b"HTTP/1.1 200")
    one.wait_host(host)
    assert one.curl().out == "the first page\n"


def test_two_signals_in_a_row_are_no_harm(installed):
    one = installed
    host = one.host_pid()
    with Load(one.port("web")) as load:
        for _ in range(5):
            os.kill(one.keeper, signal.SIGUSR2)
            os.kill(one.keeper, signal.SIGHUP)
        one.wait_host(host)
    assert load.refused == 0 and not load.faults
    wait_until(lambda: len(one.children(one.keeper)) == 1, "a single host")
    assert one.curl().out == "the first page\n"
