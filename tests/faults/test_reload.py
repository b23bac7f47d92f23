# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGHUP: the settings are read again, and a broken file changes nothing."""
import os
import signal

from waiting import wait_until


def shown(steward):
    return steward.json("do", "trial", "show")["rows"][0]


def test_sighup_reloads(steward):
    host = steward.host_pid()
    steward.configure({"trial": {"word": "again"}})
    os.kill(steward.keeper, signal.SIGHUP)
    wait_until(lambda: shown(steward)[0] == "again", "the new word")
    assert steward.host_pid() == host


def test_sighup_with_a_broken_file_keeps_the_old_and_says_where(steward):
    host = steward.host_pid()
    steward.configure_text("trial {\n\tword = x\n\tnumber = 0\n}\n")
    os.kill(steward.keeper, signal.SIGHUP)
    fault = wait_until(lambda: steward.status()["host"]["settings_fault"], "the fault")
    assert "steward.conf:3" in fault and "number" in fault
    steward.wait_journal("steward.conf:3")
    assert shown(steward) == ["hello", "7"] and steward.host_pid() == host
    assert steward.curl().out == "the first page\n"
    steward.configure({"trial": {"word": "mended"}})
    os.kill(steward.keeper, signal.SIGHUP)
    wait_until(lambda: shown(steward)[0] == "mended", "the mended word")
    assert steward.status()["host"]["settings_fault"] is None


def test_many_sighups_at_once(steward):
    host = steward.host_pid()
    for number in range(50):
        steward.configure({"trial": {"number": number + 1}})
        os.kill(steward.keeper, signal.SIGHUP)
    wait_until(lambda: shown(steward)[1] == "50", "the last number")
    assert steward.host_pid() == host
    assert steward.curl().out == "the first page\n"


def test_a_new_listener_and_one_that_goes(steward):
    port = steward.port("web")
    steward.configure({"web": {"listen": ["127.0.0.1:%d" % port, "127.0.0.2:0"]}})
    os.kill(steward.keeper, signal.SIGHUP)
    wait_until(lambda: len(steward.service("web")["listeners"]) == 2, "the second listener")
    second = steward.port("web", address="127.0.0.2")
    assert steward.curl().out == "the first page\n"
    assert os.path.exists("/proc/%d" % steward.keeper)
    steward.configure({"web": {"listen": ["127.0.0.2:%d" % second]}})
    os.kill(steward.keeper, signal.SIGHUP)
    wait_until(lambda: len(steward.service("web")["listeners"]) == 1, "the first one gone")
    assert steward.port("web") == second
