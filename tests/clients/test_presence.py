# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else is there, and what an action would do to people."""
import contextlib
import os
import socket
import time

import pytest

from control import RpcError
from steward import ROOT, as_user
from waiting import wait_until


@contextlib.contextmanager
def watcher(steward, origin="192.0.2.7", page=None, client="console", **hello):
    with steward.control() as control:
        session = control.call("hello", client=client, origin=origin, **hello)["session"]
        control.call("subscribe", snapshot=3600, journal=None)
        if page:
            control.call("present", page=page)
        yield control, session


def session_of(snapshot, session):
    return next((one for one in snapshot["sessions"] if one["session"] == session), None)


def test_consoles_see_each_other_come_move_and_go(steward):
    with watcher(steward, origin="192.0.2.1") as (first, first_session):
        with watcher(steward, origin="ssh from 192.0.2.2", page="Home") as (second, number):
            seen = first.notification("snapshot", lambda params: session_of(params, number))
            entry = session_of(seen, number)
            assert entry["origin"] == "ssh from 192.0.2.2" and entry["client"] == "console"
            assert entry["role"] == "admin" and entry["user"]
            assert entry["since"].endswith("Z")
            begin = time.monotonic()
            second.call("present", page="Config", editing="web")
            seen = first.notification("snapshot", lambda params: (
                session_of(params, number) or {}).get("page") == "Config")
            assert time.monotonic() - begin < 5
            assert session_of(seen, number)["editing"] == "web"
            assert session_of(seen, first_session)["page"] == ""
            second.call("present", page="Logs")
            seen = first.notification("snapshot", lambda params: (
                session_of(params, number) or {}).get("page") == "Logs")
            assert session_of(seen, number)["editing"] is None
        first.notification("snapshot", lambda params: not session_of(params, number))


def test_who_holds_a_key_down_makes_no_storm(steward):
    with watcher(steward) as (first, _), watcher(steward) as (second, number):
        begin, count = time.monotonic(), 0
        while time.monotonic() < begin + 1.5:
            count += 1
            second.call("present", page="page %d" % count)
        second.call("present", page="the last")
        seen = 0

        def last(params):
            nonlocal seen
            seen += 1
            return (session_of(params, number) or {}).get("page") == "the last"
        first.notification("snapshot", last)
        # Five a second, and some for what else happened.
        assert count > 100 and seen <= (time.monotonic() - begin) * 5 + 6


def test_the_same_page_again_is_no_news(steward):
    with watcher(steward) as (first, _), watcher(steward, page="Home") as (second, number):
        first.notification("snapshot", lambda params: (
            session_of(params, number) or {}).get("page") == "Home")
        for _ in range(20):
            second.call("present", page="Home")
        second.call("present", page="Logs")
        first.notification("snapshot")
        assert not [one for one in first.notifications if one["method"] == "snapshot"]


def test_claims_are_cleaned_and_bounded(steward):
    with watcher(steward, origin="\x1b[2J" + "o" * 500, client="c" * 500) as (control, number):
        control.call("present", page="\u202e\x9b" + "p" * 500, editing="e" * 500)
        entry = session_of({"sessions": steward.call("who")["sessions"]}, number)
        assert all(len(entry[name]) <= 64 for name in ("origin", "client", "page", "editing"))
        for name in ("origin", "page"):
            assert not set(entry[name]) & set("\x1b\x9b\u202e")
        with pytest.raises(RpcError) as caught:
            control.call("present", page=7)
        assert caught.value.code == -32602


def test_who_tells_those_that_stay(steward):
    assert steward.call("who")["sessions"] == []
    assert steward.ok("who").out == ""
    with watcher(steward, page="Home", read_only=True) as (_, number):
        sessions = steward.json("who")["sessions"]
        assert [one["session"] for one in sessions] == [number]
        assert sessions[0]["role"] == "viewer"
        out = steward.ok("who").out
        assert "Home" in out and "192.0.2.7" in out and "viewer" in out
    wait_until(lambda: steward.call("who")["sessions"] == [], "them to go")


@pytest.mark.skipif(not ROOT, reason="needs root to be another user")
def test_who_may_only_look_is_there_too(steward):
    assert steward.cli("who", before=as_user("nobody")).status == 4


# ---- What an action would do ----

def impact(steward, *services, action="restart"):
    return steward.call("impact", services=list(services), action=action)["services"]


def test_impact_tells_who_and_what(steward):
    with contextlib.ExitStack() as stack:
        for _ in range(23):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", steward.port("trial"))))
            one.sendall(b"x")
            assert one.recv(1) == b"x"
        steward.ok("do", "trial", "allocate", "10")
        [entry] = impact(steward, "trial", action="stop")
    assert entry["name"] == "trial" and entry["connections"] == 23
    assert entry["generation"] == steward.service("trial")["generation"]
    assert entry["clients"]["columns"] == ["worker", "number"]
    assert len(entry["clients"]["rows"]) == 20 and entry["clients"]["more"] == 3
    assert entry["open"] == {"columns": ["block"], "rows": [["1"]], "more": 0}
    assert entry["needed_by"] == [] and entry["undo"] == "start trial"
    assert entry["drain_seconds"] == 10 and entry["reason"] is None
    [web] = impact(steward, "web")
    assert web["needed_by"] == ["trial"] and web["undo"] is None
    assert web["clients"]["rows"] == [] and web["open"]["rows"] == []
    both = impact(steward, "trial", "web")
    assert {one["name"] for one in both} == {"web", "trial"}


def test_impact_shows_what_the_web_service_would_cut_off(steward):
    steward.page("big", "x" * 50000000)
    with socket.create_connection(("127.0.0.1", steward.port("web"))) as one:
        one.sendall(b"GET /big HTTP/1.1\r\nHost: t\r\n\r\n")
        one.recv(10)
        entry = wait_until(lambda: next(
            (each for each in impact(steward, "web") if each["open"]["rows"]), None), "a transfer")
        assert entry["open"]["rows"][0][0] == "127.0.0.1:%d" % one.getsockname()[1]
        assert entry["clients"]["rows"]


def test_every_worker_is_asked(make_steward):
    one = make_steward({"trial": {"workers": 3}}).start()
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            each = stack.enter_context(socket.create_connection(("127.0.0.1", one.port("trial"))))
            each.sendall(b"x")
            assert each.recv(1) == b"x"
        [entry] = impact(one, "trial")
    assert len(entry["clients"]["rows"]) == 12


def test_a_service_that_does_not_answer_leaves_a_gap(steward):
    with steward.control() as control:
        hanging = control.send("do", service="trial", words=["slow", "4000"])
        begin = time.monotonic()
        entries = {one["name"]: one for one in impact(steward, "trial", "web")}
        assert time.monotonic() - begin < 4
        assert entries["trial"]["clients"] is None and entries["trial"]["open"] is None
        assert entries["trial"]["reason"] == "trial does not answer"
        assert entries["web"]["clients"]["rows"] == [] and entries["web"]["reason"] is None
        control.answer(hanging)
    steward.ok("stop", "trial")
    [entry] = impact(steward, "trial", action="stop")
    assert entry["clients"] is None and entry["reason"] == "trial is stopped"
    assert entry["undo"] is None


def test_impact_of_nonsense(steward):
    for params in ({}, {"services": [], "action": "stop"}, {"services": ["web"]},
                   {"services": ["web"], "action": "start"}, {"services": ["no"], "action": "stop"},
                   {"services": [7], "action": "stop"}, {"services": "web", "action": "stop"}):
        with pytest.raises(RpcError) as caught:
            steward.call("impact", **params)
        assert caught.value.code == -32602, params


# ---- Facts ----

def test_needs_and_durations(steward):
    trial, web = steward.service("trial"), steward.service("web")
    assert trial["needs"] == ["web"] and trial["needed_by"] == []
    assert web["needs"] == [] and web["needed_by"] == ["trial"]
    assert 0 <= trial["last_start_seconds"] < 30 and trial["last_restart_seconds"] is None
    assert trial["drain_left_seconds"] is None
    steward.ok("restart", "trial")
    assert 0 <= steward.service("trial")["last_restart_seconds"] < 30


def test_durations_survive_a_restart(steward):
    steward.call("set", values={"trial.hang": "open", "trial.hang_time": "700ms"})
    steward.ok("restart", "trial")
    before = steward.service("trial")["last_restart_seconds"]
    assert before >= 0.7
    steward.call("set", values={"trial.hang": None})
    steward.stop()
    steward.start()
    assert steward.service("trial")["last_restart_seconds"] == before


def test_how_long_a_drain_has_left(steward):
    with socket.create_connection(("127.0.0.1", steward.port("trial"))) as one:
        one.sendall(b"x")
        assert one.recv(1) == b"x"
        with steward.control() as control:
            number = control.send("stop", services=["trial"], drain=20)
            entry = steward.wait_state("trial", "draining")
            assert 0 < entry["drain_left_seconds"] <= 20
            one.close()
            control.answer(number)
    assert steward.service("trial")["drain_left_seconds"] is None
    assert os.path.exists(steward.state)
