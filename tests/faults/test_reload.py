# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGHUP: the settings are read again, and a broken file changes nothing."""
import os
import signal

from control import RpcError
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


def test_what_a_service_refused_is_not_in_force_after_a_crash(steward):
    """Only the service can tell that a root cannot be served."""
    steward.configure({"web": {"root": os.path.join(steward.base, "nothing")},
                       "trial": {"word": "new"}})
    outcome = steward.cli("reload", "web")
    assert outcome.status == 1 and "nothing" in outcome.err, outcome
    assert "nothing" in steward.status()["host"]["settings_fault"]
    host = steward.host_pid()
    os.kill(host, signal.SIGSEGV)
    steward.wait_host(host)
    steward.wait_state("web", "running")
    assert steward.curl().out == "the first page\n"
    assert shown(steward)[0] == "hello"
    assert "not in force" in steward.status()["host"]["settings_fault"]
    os.kill(steward.keeper, signal.SIGUSR2)
    steward.wait_journal("makes room for a new host")
    steward.wait_state("web", "running")
    assert steward.curl().out == "the first page\n"
    os.makedirs(os.path.join(steward.base, "nothing"))
    steward.ok("reload", "web")
    assert shown(steward)[0] == "new"
    assert steward.status()["host"]["settings_fault"] is None


def test_a_reload_beside_a_set_does_not_undo_it(steward):
    """The value is in force before it is in its file."""
    with steward.control() as one, steward.control() as other:
        for turn in range(100):
            word = "turn%d" % turn
            number = one.send("set", values={"trial.word": word})
            beside = other.send("reload", services=["trial"])
            one.answer(number)
            try:
                other.answer(beside)
            except RpcError as error:
                assert "under way" in error.message
            assert shown(steward)[0] == word
    steward.ok("set", "trial.number=9")
    assert shown(steward) == [word, "9"]
