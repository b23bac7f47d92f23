# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that crashes by itself three times is charged and set aside; the
others run, and its owner brings it back."""
import os
import signal
import socket

import pytest

from steward import entry


def quarantined(steward):
    status = steward.wait_status(
        lambda status: (entry(status, "trial")["state"],
                        entry(status, "web")["state"]) == ("quarantined", "running"),
        "the trial to be quarantined, and the web to run")
    reason = entry(status, "trial")["reason"]
    assert "3" in reason or "three" in reason, reason
    assert "SIGSEGV" in reason or "signal 11" in reason or "crash" in reason, reason
    assert status["host"]["last_crash"]["service"] == "trial"
    assert steward.curl().out == "the first page\n"
    assert steward.cli("status").status == 5
    return status


def crash_by_command(steward):
    with steward.control() as control:
        control.send("do", service="trial", words=["crash"])
        while control.read() is not None:
            pass


def crash_by_request(steward):
    with socket.create_connection(("127.0.0.1", steward.port("trial")), timeout=60) as one:
        one.sendall(b"CRASH")
        try:
            assert one.recv(100) == b""
        except ConnectionResetError:
            pass


def crash_by_datagram(steward):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"CRASH", ("127.0.0.1", steward.port("trial")))


def three_times(steward, crash):
    for number in range(1, 4):
        crash(steward)
        steward.wait_crashes(number)


@pytest.mark.parametrize("crash", [crash_by_command, crash_by_request, crash_by_datagram])
def test_three_crashes_quarantine_and_resume_brings_it_back(steward, crash):
    port = steward.port("trial")
    crash(steward)
    steward.wait_crashes(1)
    crash(steward)
    status = steward.wait_crashes(2)
    assert entry(status, "trial")["state"] == "running", "twice is not yet too often"
    crash(steward)
    quarantined(steward)
    outcome = steward.cli("start", "trial")
    assert outcome.status == 1 and "resume" in outcome.err, outcome
    assert steward.service("trial")["state"] == "quarantined"
    steward.ok("resume", "trial")
    assert steward.service("trial")["state"] == "running"
    assert steward.port("trial") == port
    assert steward.echo() == b"ping"
    crash(steward)
    status = steward.wait_crashes(4)
    assert entry(status, "trial")["state"] == "running", "the old charges are forgotten"


@pytest.mark.parametrize("call", ["check", "open", "join", "listen"])
def test_crash_on_start_quarantines(make_steward, call):
    one = make_steward({"trial": {"crash": call}})
    outcome = one.daemonise()
    assert outcome.status in (0, 5), outcome
    assert entry(quarantined(one), "trial")["desired"] == "running"
    one.configure()
    outcome = one.cli("reload", "trial")
    one.ok("resume", "trial")
    assert one.service("trial")["state"] == "running"
    assert one.echo() == b"ping"


@pytest.mark.parametrize("call", ["drain", "leave", "close"])
def test_crash_while_it_stops_is_charged(make_steward, call):
    one = make_steward({"trial": {"crash": call}}).start()
    with one.control() as control:
        control.send("restart", services=["trial"])
        while control.read() is not None:
            pass
    status = one.wait_crashes(1)
    assert status["host"]["last_crash"]["service"] == "trial"
    assert entry(status, "web")["state"] == "running"


def test_crash_in_reload_is_charged(steward):
    steward.configure({"trial": {"crash": "none", "word": "x"}})
    steward.ok("reload", "trial")
    steward.configure({"trial": {"crash": "reload", "word": "y"}})
    steward.cli("reload", "trial")
    # A restart applies crash = reload, and only the next reload crashes.
    steward.wait_status(lambda status: entry(status, "trial")["state"] == "running", "the trial")
    steward.configure({"trial": {"crash": "reload", "word": "z"}})
    steward.cli("reload", "trial")
    status = steward.wait_crashes(1)
    assert status["host"]["last_crash"]["service"] == "trial"


def test_crash_in_check_of_a_value_that_is_set_is_charged_and_not_stored(steward):
    outcome = steward.cli("set", "trial.crash=check")
    assert outcome.status in (1, 3), outcome
    status = steward.wait_crashes(1)
    assert status["host"]["last_crash"]["service"] == "trial"
    assert entry(status, "trial")["state"] == "running"
    assert steward.json("get", "trial.crash")["settings"][0]["value"] == "none"


def test_abort_is_a_crash_of_its_own_doing(steward):
    """abort() raises its signal itself; that is nobody outside."""
    with steward.control() as control:
        control.send("do", service="trial", words=["abort"])
        while control.read() is not None:
            pass
    status = steward.wait_crashes(1)
    assert status["host"]["last_crash"]["service"] == "trial"


def test_signals_from_outside_between_charges_do_not_count(steward):
    crash_by_command(steward)
    steward.wait_crashes(1)
    crash_by_command(steward)
    steward.wait_crashes(2)
    for number in (3, 4, 5):
        os.kill(steward.host_pid(), signal.SIGSEGV)
        steward.wait_crashes(number)
    assert steward.service("trial")["state"] == "running"
    crash_by_command(steward)
    quarantined(steward)


def test_quarantine_survives_the_next_crash_of_the_host(steward):
    three_times(steward, crash_by_command)
    quarantined(steward)
    for number in (4, 5):
        os.kill(steward.host_pid(), signal.SIGSEGV)
        steward.wait_crashes(number)
        assert steward.service("trial")["state"] == "quarantined"
    steward.ok("resume", "trial")
    assert steward.echo() == b"ping"


def test_a_quarantined_service_can_be_stopped(steward):
    three_times(steward, crash_by_command)
    quarantined(steward)
    steward.ok("stop", "trial")
    assert steward.service("trial")["desired"] == "stopped"


def test_resume_of_what_is_not_quarantined_is_no_mistake(steward):
    assert steward.cli("resume", "web").status == 0
    assert steward.service("web")["state"] == "running"


def test_resume_while_the_cause_is_still_there(make_steward):
    one = make_steward({"trial": {"crash": "open"}})
    assert one.daemonise().status in (0, 5)
    status = quarantined(one)
    before = status["host"]["crashes"]
    one.cli("resume", "trial")
    one.wait_status(lambda status: status["host"]["crashes"] > before and
                    entry(status, "trial")["state"] == "quarantined" and
                    entry(status, "web")["state"] == "running", "the second quarantine")


def test_the_journal_and_a_console_hear_of_it(steward):
    three_times(steward, crash_by_command)
    quarantined(steward)
    log = steward.ok("log", "--level", "warning").out
    assert "quarantine" in log and "trial" in log and "resume" in log, log
    with steward.control() as control:
        control.call("subscribe", snapshot=0.2, journal={}, backlog=300)
        snapshot = control.notification("snapshot")
        assert snapshot["host"]["last_crash"]["service"] == "trial"
