# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that hangs is shown, ended with the host after its time, and until
then holds nobody else up. hung_after and hung_limit are small here; 5 s and
30 s are the defaults, which test_defaults shows."""
import os
import signal
import socket

import pytest

from steward import entry
from waiting import process_ended

QUICK = {"host": {"hung_after": "300ms", "hung_limit": "3s", "drain_limit": "200ms"}}
PATIENT = {"host": {"hung_after": "300ms", "hung_limit": "10m", "drain_limit": "200ms"}}


def hang(control, *words):
    return control.send("do", service="trial", words=["hang", "3600", *words])


def test_defaults(make_steward):
    one = make_steward().start()
    values = {item["name"]: item["default"] for item in one.json("get", "host")["settings"]}
    assert values["host.hung_after"] == "5s" and values["host.hung_limit"] == "30s"


def test_hung_is_shown_and_freezes_nobody(make_steward):
    one = make_steward(PATIENT).start()
    with one.control() as control:
        control.call("subscribe", snapshot=0.2, journal=None)
        hang(control)
        control.notification("snapshot", lambda params: any(
            item["name"] == "trial" and item["state"] == "hung"
            for item in params["services"]))
        assert one.wait_state("trial", "hung")["reason"], "says what it is at"
        for _ in range(20):
            assert one.curl().out == "the first page\n"
            assert one.service("web")["state"] == "running"
        control.notification("snapshot")
        one.ok("restart", "web")
        one.ok("set", "web.header_timeout=7s")
        assert one.json("get", "trial.word")["settings"][0]["value"] == "hello"
        assert "hung" in one.cli("status").out and one.cli("status").status == 5
    assert one.status()["host"]["crashes"] == 0
    assert "hung" in one.ok("log", "trial").out
    one.kill()      # an orderly stop would wait for the hung one


def test_a_hung_service_cannot_be_asked_but_says_so(make_steward):
    """Questions to it end with a word when their time is over, or with its host."""
    one = make_steward(QUICK).start()
    with one.control() as control:
        hang(control)
        outcome = one.cli("list", "trial", "clients")
        assert outcome.status in (1, 3), outcome
        assert outcome.err.strip()


def test_hung_too_long_ends_the_host_and_is_charged(make_steward):
    one = make_steward(QUICK).start()
    port = one.port("trial")
    with one.control() as control:
        hang(control)
        while control.read() is not None:
            pass
    status = one.wait_crashes(1)
    crash = status["host"]["last_crash"]
    assert crash["service"] == "trial" and "did not answer" in crash["text"], crash
    assert {item["state"] for item in status["services"]} == {"running"}
    assert one.port("trial") == port and one.echo() == b"ping"
    assert one.curl().out == "the first page\n"


def test_three_hangs_quarantine(make_steward):
    one = make_steward({"host": {"hung_after": "200ms", "hung_limit": "500ms"}}).start()
    for number in (1, 2, 3):
        with one.control() as control:
            hang(control)
            while control.read() is not None:
                pass
        one.wait_crashes(number)
    assert one.service("trial")["state"] == "quarantined"
    assert one.service("web")["state"] == "running"


def test_declared_long_operations_are_not_hung(make_steward):
    one = make_steward({"host": {"hung_after": "200ms", "hung_limit": "500ms"}}).start()
    pid = one.host_pid()
    with one.control() as control:
        control.call("subscribe", snapshot=0.2, journal=None)
        number = control.send("do", service="trial", words=["hang", "2", "--declared"])
        states = set()
        while number not in control.answers:
            message = control.read()
            assert message is not None, "the host was ended"
            if "method" in message:
                states |= {item["state"] for item in message["params"].get("services", ())
                           if item["name"] == "trial"}
            else:
                control.answers[message["id"]] = message
        assert control.answer(number)["rows"] == [["hung"]]
    assert "hung" not in states
    assert one.host_pid() == pid and one.status()["host"]["crashes"] == 0


def test_a_service_that_recovers_is_running_again(make_steward):
    one = make_steward(PATIENT).start()
    pid = one.host_pid()
    with one.control() as control:
        number = control.send("do", service="trial", words=["hang", "2"])
        one.wait_state("trial", "hung")
        try:
            control.answer(number)
        except Exception as fault:      # the question may have had its time
            assert "trial" in str(fault)
    one.wait_state("trial", "running")
    assert one.host_pid() == pid and one.echo() == b"ping"


@pytest.mark.parametrize("call", ["drain", "leave"])
def test_a_service_that_does_not_stop_is_ended_with_the_host(make_steward, call):
    one = make_steward({"host": {"hung_after": "200ms", "hung_limit": "500ms",
                                 "drain_limit": "200ms"}, "trial": {"hang": call}}).start()
    one.cli("stop", "trial")
    status = one.wait_crashes(1)
    assert status["host"]["last_crash"]["service"] == "trial"
    trial = one.service("trial")
    assert (trial["state"], trial["desired"]) == ("stopped", "stopped"), "what was wanted holds"
    assert one.curl().out == "the first page\n"


@pytest.mark.parametrize("call", ["open", "join", "listen", "check"])
def test_a_service_that_hangs_on_start_is_quarantined_in_the_end(make_steward, call):
    one = make_steward({"host": {"hung_after": "200ms", "hung_limit": "500ms"},
                        "trial": {"hang": call}})
    one.spawn()
    one.wait_status(lambda status: (entry(status, "trial")["state"],
                                    entry(status, "web")["state"]) == ("quarantined", "running"),
                    "the quarantine, and the web running")
    assert one.curl().out == "the first page\n"


def test_a_check_that_hangs_is_seen_though_the_service_was_started_meanwhile(make_steward):
    one = make_steward(QUICK).start()
    one.ok("stop", "trial")
    host = one.host_pid()
    with one.control() as control:
        control.send("set", values={"trial.hang": "check"})
        one.ok("start", "trial")
        one.wait_state("trial", "hung")
    one.wait_host(host)
    assert one.wait_state("trial", "running")
    assert one.cli("get", "trial.hang").out.strip() != "check"


def test_stop_of_stewardd_with_a_hung_service_ends_in_time(make_steward):
    one = make_steward({"host": {"hung_after": "200ms", "hung_limit": "1s",
                                 "drain_limit": "200ms"}}).start()
    with one.control() as control:
        hang(control)
        one.wait_state("trial", "hung")
        assert one.stop() in (0, 1)


def test_a_host_without_its_keeper_ends_though_a_service_hangs(make_steward):
    """Else it would share its ports with the next one for as long as it hangs."""
    one = make_steward(PATIENT).start()
    with one.control() as control:
        hang(control)
        one.wait_state("trial", "hung")
        hosts = one.kill_keeper()
        try:
            process_ended(hosts[0])
        except AssertionError:
            os.kill(hosts[0], signal.SIGKILL)
            raise
    one.start()
    assert one.echo() == b"ping"


def test_a_frozen_host_is_ended_and_told_why(make_steward):
    one = make_steward(env={"STEWARD_KEEPER_HEARTBEAT_MS": "4000"}).start()
    os.kill(one.host_pid(), signal.SIGSTOP)
    crash = one.wait_crashes(1)["host"]["last_crash"]
    assert crash["text"] == "did not answer for 4 s: signal KILL" and not crash["service"]
    assert "did not answer for 4 s: signal KILL" in one.ok("status").out
    one.wait_journal("did not answer for 4 s: signal KILL")
    assert {item["state"] for item in one.status()["services"]} == {"running"}


def test_a_hung_worker_leaves_the_others_of_its_service(make_steward):
    """With several workers, those that do not hang serve on."""
    one = make_steward(dict(PATIENT, trial={"workers": 4})).start()
    port = one.port("trial")
    with one.control() as control:
        hang(control)
        one.wait_state("trial", "hung")
        answered = 0
        for _ in range(60):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                client.setblocking(True)
                client.settimeout(1)
                client.sendall(b"ping")
                try:
                    answered += client.recv(100) == b"ping"
                except socket.timeout:
                    pass
                if answered >= 5:
                    break
        assert answered >= 5
    one.kill()
