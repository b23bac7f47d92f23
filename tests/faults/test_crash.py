# SPDX-License-Identifier: GPL-3.0-or-later
"""The host is killed, again and again, while clients ask. bench/crash.py
measures the same with wrk."""
import os
import signal
import socket

import pytest

from load import Load, ask_once, seconds_to_answer
from waiting import process_ended, wait_until

KILLS = int(os.environ.get("STEWARD_KILLS", "100"))


def kill_host(steward, number=signal.SIGSEGV):
    """Kills the host that runs now and waits until it has gone."""
    pid = wait_until(lambda: steward.children(steward.keeper), "a host")[0]
    os.kill(pid, number)
    process_ended(pid)
    return pid


def test_killed_100_times_no_connection_is_refused_and_the_next_request_is_answered(make_steward):
    steward = make_steward({"web": {"workers": 2}}).start()
    keeper, port, times = steward.keeper, steward.port("web"), []
    with Load(port) as load:
        for _ in range(KILLS):
            kill_host(steward)
            times.append(seconds_to_answer(port))
    assert load.refused == 0 and not load.faults, (load.refused, load.faults[:3])
    assert load.answered > 0
    status = steward.status()
    assert status["host"]["keeper_pid"] == keeper and status["host"]["crashes"] >= KILLS
    assert {one["state"] for one in status["services"]} == {"running"}
    assert steward.port("web") == port
    times.sort()
    print("answered %d, broken off %d, refused %d; next answer p50 %.0f ms, p99 %.0f ms"
          % (load.answered, load.broken, load.refused, times[len(times) // 2] * 1000,
             times[len(times) * 99 // 100] * 1000))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE,
                                    signal.SIGILL, signal.SIGKILL, signal.SIGTRAP],
                         ids=lambda number: number.name)
def test_a_signal_from_outside_charges_nobody(steward, number):
    for _ in range(5):
        pid = kill_host(steward, number)
        status = steward.wait_host(pid)
    assert status["host"]["crashes"] == 5
    assert {one["state"] for one in status["services"]} == {"running"}
    assert status["host"]["last_crash"]["service"] in (None, "")
    crash = status["host"]["last_crash"]
    if number == signal.SIGKILL:    # leaves no record, but the keeper knows
        assert "KILL" in crash["text"], crash
    else:
        assert crash["signal"] in (number.value, number.name), crash
    assert steward.curl().out == "the first page\n"


def test_connections_that_wait_in_the_queue_survive_a_crash(steward):
    """Not yet accepted means not yet lost: the host is stopped while they come."""

    port, trial, pid = steward.port("web"), steward.port("trial"), steward.host_pid()
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: stopped(pid), "the host to stand still")
    waiting = []
    for _ in range(100):
        one = socket.create_connection(("127.0.0.1", port), timeout=60)
        one.sendall(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        waiting.append(one)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(60)
        udp.connect(("127.0.0.1", trial))
        udp.send(b"datagram")
        os.kill(pid, signal.SIGKILL)
        assert udp.recv(100) == b"datagram"
    for one in waiting:
        data = b""
        while True:
            more = one.recv(65536)
            if not more:
                break
            data += more
        one.close()
        assert data.endswith(b"the first page\n"), data


def stopped(pid):
    """True when every thread of pid stands still."""
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/stat" % (pid, thread)) as stat:
            if stat.read().rpartition(")")[2].split()[0] != "T":
                return False
    return True


def test_a_crash_of_a_service_is_told_with_its_cause(steward):
    with steward.control() as control:
        control.send("do", service="trial", words=["crash"])
        while control.read() is not None:
            pass
    status = steward.wait_crashes(1)
    crash = status["host"]["last_crash"]
    assert crash["service"] == "trial" and crash["signal"] in (11, "SIGSEGV", "11")
    assert any("trial_crash" in frame or "act_crash" in frame for frame in crash["frames"]), crash
    assert crash["time"].endswith("Z") and "trial" in crash["text"]
    assert {one["state"] for one in status["services"]} == {"running"}
    steward.wait_journal("trial_crash")
    log = steward.ok("log").out
    assert "trial" in log and ("SIGSEGV" in log or "signal 11" in log), log


def test_a_client_of_the_control_socket_sees_end_and_beginning(steward):
    """What the console does: its line breaks, it comes back, the journal tells."""
    with steward.control() as control:
        control.call("subscribe", snapshot=1, journal={})
        pid = kill_host(steward)
        while control.read() is not None:
            pass
    steward.wait_host(pid)
    with steward.control() as control:
        control.call("subscribe", snapshot=0.2, journal={}, backlog=200)
        records = control.notification("journal")["records"]
        assert any("SIGSEGV" in one["text"] or "signal 11" in one["text"] or
                   "crash" in one["text"] for one in records), records
        assert control.notification("snapshot")["host"]["crashes"] == 1


def test_desired_state_survives_crashes(steward):
    port, trial = steward.port("web"), steward.port("trial")
    steward.ok("stop", "trial")
    pid = kill_host(steward)
    steward.wait_host(pid)
    assert steward.service("trial")["state"] == "stopped"
    assert steward.service("web")["state"] == "running" and steward.port("web") == port
    with pytest.raises(ConnectionRefusedError):
        steward.echo(port=trial)
    steward.ok("start", "trial")
    assert steward.port("trial") == trial and steward.echo() == b"ping"


def test_a_stopped_service_refuses_while_the_host_is_away(steward):
    """The keeper's socket refuses by itself; no host is needed for that."""
    port = steward.port("trial")
    steward.ok("stop", "trial")
    for _ in range(5):
        pid = kill_host(steward)
        with pytest.raises(ConnectionRefusedError):
            steward.echo(port=port)
        steward.wait_host(pid)


def test_no_core_file_holds_the_restart_up(steward):
    pid = steward.host_pid()
    with open("/proc/%d/limits" % pid) as file:
        line = next(line for line in file if line.startswith("Max core file size"))
    # 1 byte: unlike 0 it also stops a core_pattern that is a pipe.
    assert int(line.split()[4]) <= 1, line


def test_a_first_host_that_cannot_begin_ends_stewardd_with_the_reason(make_steward):
    one = make_steward(host=None)
    script = os.path.join(one.base, "host.sh")
    with open(script, "w") as file:
        file.write("#!/bin/sh\nexit 7\n")
    os.chmod(script, 0o755)
    one.host = script
    outcome = one.daemonise()
    assert outcome.status == 1 and "7" in outcome.err and "ready" in outcome.err, outcome


def test_refused_is_what_a_dead_stewardd_gives(steward):
    """The measure itself: when nobody holds the socket, ask_once says so."""
    port = steward.port("web")
    assert ask_once(port) is True
    steward.stop()
    assert isinstance(ask_once(port), ConnectionRefusedError)
