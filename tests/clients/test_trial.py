# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings on trial: in force at once, stored when they are confirmed, else gone."""
import os
import signal
import socket

import pytest

from control import RpcError
from net import Network, available
from steward import entry, free_port
from waiting import wait_until

WHY_NOT = available()
NOWHERE = "203.0.113.1"     # TEST-NET-3: no machine has it


def value(steward, name):
    return steward.json("get", name)["settings"][0]["value"]


def stored(steward):
    try:
        with open(os.path.join(steward.state, "steward.auto.conf")) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def begin(control, seconds=60, **values):
    return control.call("set", values={name.replace("_", ".", 1): text
                                       for name, text in values.items()}, confirm=seconds)


def newest(control, last=1):
    return control.call("audit", last=last)["entries"][0]


def gone(steward):
    """Waits until no trial is under way."""
    return steward.wait_status(lambda status: status["trial"] is None, "the end of the trial")


def test_a_trial_is_in_force_and_stored_nowhere(steward):
    with steward.control() as control:
        answer = begin(control, trial_word="tried")
        trial = answer["trial"]
        assert trial["state"] == "waiting" and trial["action"] == "set"
        assert trial["seconds"] == 60 and 50 < trial["seconds_left"] <= 60
        assert trial["services"] == ["trial"] and trial["user"]
        assert trial["changes"] == [{"name": "trial.word", "old": "hello", "new": "tried"}]
        assert answer["changes"] == trial["changes"]
        assert entry(answer, "trial")["state"] == "running"
        assert value(steward, "trial.word") == "tried"
        assert steward.json("do", "trial", "show")["rows"][0][0] == "tried"
        assert stored(steward) == ""
        assert newest(control)["outcome"] == "waiting"
        assert newest(control)["number"] == answer["audit"]


def test_everybody_sees_it_at_once(steward):
    with steward.control() as one, steward.control() as other:
        other.call("hello", origin="192.0.2.7")
        one.call("subscribe", snapshot=3600)
        one.notification("snapshot", lambda params: params["trial"] is None)
        trial = begin(other, trial_word="tried")["trial"]
        seen = one.notification("snapshot", lambda params: params["trial"] and
                                params["trial"]["state"] == "waiting")
        assert seen["trial"]["id"] == trial["id"] and seen["trial"]["origin"] == "192.0.2.7"
        assert seen["audit_newest"] == newest(one)["number"]
        other.call("confirm", trial=trial["id"])
        one.notification("snapshot", lambda params: params["trial"] is None)
        assert steward.status()["trial"] is None


def test_confirm_keeps_it_over_a_restart(steward):
    with steward.control() as one, steward.control() as other:
        trial = begin(one, trial_word="kept", trial_number="9")["trial"]
        answer = other.call("confirm", trial=trial["id"])
        assert [change["new"] for change in answer["changes"]] == ["kept", "9"]
        steward.wait_journal("entry %d confirmed by %s" % (trial["id"], trial["user"]))
        assert "kept" in stored(steward), "on the disk before the answer"
        assert newest(one)["outcome"] == "done" and answer["audit"] == newest(one)["number"]
        with pytest.raises(RpcError) as error:
            one.call("confirm", trial=trial["id"])
        assert error.value.code == -32006
    steward.stop()
    steward.start()
    assert value(steward, "trial.word") == "kept"
    assert steward.status()["host"]["settings_fault"] is None


def test_confirm_keeps_it_over_a_crash_of_the_host(steward):
    with steward.control() as control:
        trial = begin(control, trial_word="kept")["trial"]
        control.call("confirm", trial=trial["id"])
    host = steward.host_pid()
    os.kill(host, signal.SIGKILL)
    steward.wait_host(host)
    assert value(steward, "trial.word") == "kept"
    assert steward.status()["host"]["settings_fault"] is None


def test_revert_goes_back_at_once(steward):
    with steward.control() as control:
        trial = begin(control, trial_word="tried")["trial"]
        answer = control.call("revert", trial=trial["id"])
        assert answer["changes"] == [{"name": "trial.word", "old": "tried", "new": "hello"}]
        assert value(steward, "trial.word") == "hello"
        assert steward.json("do", "trial", "show")["rows"][0][0] == "hello"
        assert steward.status()["trial"] is None and stored(steward) == ""
        last = newest(control)
        assert last["outcome"] == "reverted" and "taken back by" in last["reason"]
        # and another one may begin
        begin(control, trial_word="again")


def test_nobody_confirms_and_it_goes_back(steward):
    """Also when the one who asked has gone."""
    with steward.control() as control:
        begin(control, seconds=5, trial_word="tried")
    assert value(steward, "trial.word") == "tried"
    gone(steward)
    assert value(steward, "trial.word") == "hello"
    with steward.control() as control:
        last = newest(control)
    assert last["outcome"] == "reverted" and "nobody confirmed it within 5 s" in last["reason"]
    steward.wait_journal("nobody confirmed it within 5 s")


def test_a_restart_of_the_service_goes_back_too(steward):
    """trial.workers needs one."""
    with steward.control() as control:
        answer = begin(control, trial_workers="3")
        assert entry(answer, "trial")["workers"] == 3
        control.call("revert", trial=answer["trial"]["id"])
    assert steward.service("trial")["workers"] == 1
    assert steward.echo() == b"ping"


def test_settings_of_the_host_itself_go_back(steward):
    with steward.control() as control:
        answer = begin(control, host_name="tried")
        assert answer["services"] == [] and steward.status()["host"]["name"] == "tried"
        control.call("revert", trial=answer["trial"]["id"])
    assert steward.status()["host"]["name"] != "tried"


# ---- What does not work goes back by itself ----

def refused(control, **values):
    with pytest.raises(RpcError) as error:
        begin(control, **values)
    assert error.value.code == -32001 and "everything is as before" in error.value.message
    assert control.call("status")["trial"] is None
    return error.value.message


def test_an_address_that_is_not_there(steward):
    """The old one answers all the while."""
    port = steward.port("web")
    with steward.control() as control, steward.control() as other:
        number = control.send("set", values={"web.listen": NOWHERE + ":8080"}, confirm=60)
        answers = 0
        while True:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
            answers += 1
            if other.call("status")["trial"] is None and answers > 1:
                break
        with pytest.raises(RpcError) as error:
            control.answer(number)
        assert "web.listen" in error.value.message and NOWHERE in error.value.message
        assert "everything is as before" in error.value.message
        assert newest(control)["outcome"] in ("failed", "reverted")
        assert NOWHERE in newest(control)["reason"]
    assert answers > 5, "it answered while the new address was waited for"
    assert steward.port("web") == port and steward.curl().out == "the first page\n"
    assert stored(steward) == ""


def test_an_address_that_is_not_there_and_a_restart(steward):
    port = steward.port("trial")
    with steward.control() as control:
        assert NOWHERE in refused(control, trial_listen=NOWHERE + ":8080")
        assert newest(control)["outcome"] == "reverted"
    assert steward.port("trial") == port and steward.echo() == b"ping"
    assert steward.service("trial")["reason"] is None


@pytest.mark.parametrize("change", [{"trial_word": "tried"}, {"trial_workers": "2"}])
def test_an_address_that_was_not_there_before_either(make_steward, change):
    """A line that is down keeps nobody from changing something else."""
    absent = NOWHERE + ":8080"
    one = make_steward({"trial": {"listen": ["127.0.0.1:0", absent]}}).start()
    with one.control() as control:
        trial = begin(control, **change)["trial"]
        assert trial["state"] == "waiting" and one.echo() == b"ping"
        control.call("confirm", trial=trial["id"])
        # Another one is a mistake.
        assert NOWHERE in \
            refused(control, trial_listen="127.0.0.1:0,%s,%s:8081" % (absent, NOWHERE))
    assert one.echo() == b"ping"


@pytest.mark.parametrize("name", ["web", "trial"])
def test_a_port_that_another_holds(steward, name):
    port = steward.port(name)
    with socket.socket() as other, steward.control() as control:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        message = refused(control, **{name + "_listen": "127.0.0.1:%d" % taken})
        assert str(taken) in message and "held by" in message
    assert steward.port(name) == port
    assert steward.curl().out == "the first page\n" and steward.echo() == b"ping"


@pytest.mark.parametrize("call", ["open", "join", "listen", "reload"])
def test_a_service_that_refuses(steward, call):
    with steward.control() as control:
        # A restart is what calls the others.
        more = {} if call == "reload" else {"trial_workers": "2"}
        message = refused(control, trial_refuse=call, **more)
        assert "refuses in " + call in message
        last = newest(control)
        assert last["outcome"] == "failed" and "refuses in " + call in last["reason"]
        assert last["undo"]["possible"] is False
    assert value(steward, "trial.refuse") == "none" and steward.echo() == b"ping"


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
@pytest.mark.parametrize("setting", ["web.listen", "trial.listen"])
def test_an_address_that_comes_up_in_time(make_steward, setting):
    """One that is just being configured gets a moment."""
    network = Network()
    try:
        one = make_steward(wrapper=network.inside).start()
        with one.control() as control:
            number = control.send("set", values={setting: "10.77.0.9:7007"}, confirm=60)
            one.wait_journal("10.77.0.9")
            network.add("10.77.0.9/32")
            assert control.answer(number)["trial"]["state"] == "waiting"
        one.stop()
    finally:
        network.close()


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
@pytest.mark.parametrize("words,why", [
    (["link", "set", "lo", "down"], "within 10 s"),             # packets get lost
    (["route", "flush", "table", "local"], "unreachable"),      # refused at once
])
def test_a_socket_that_is_open_and_takes_no_connection(make_steward, words, why):
    """The wildcard can be bound although no packet comes through."""
    network = Network()
    try:
        one = make_steward({"web": {"listen": ["127.0.0.1:7008"]}},
                           wrapper=network.inside).start()
        network.ip(*words)
        with one.control() as control:
            message = refused(control, web_listen="0.0.0.0:7007")
            assert "0.0.0.0 port 7007 takes no connection" in message
            assert why in message.lower()
            assert newest(control)["outcome"] == "reverted"
        network.ip("link", "set", "lo", "down")
        network.ip("link", "set", "lo", "up")
        assert network.run("curl", "-sS", "http://127.0.0.1:7008/").stdout == "the first page\n"
        one.stop()
    finally:
        network.close()


def test_new_listeners_take_connections(steward):
    """All kinds of address; the wildcard by the loopback address."""
    ports = [free_port() for _ in range(3)]
    listen = "0.0.0.0:%d,127.0.0.1:%d" % (ports[0], ports[1])
    if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"):
        listen += ",[::1]:%d" % ports[2]
    with steward.control() as control:
        answer = begin(control, web_listen=listen)
        states = [one["state"] for one in entry(answer, "web")["listeners"]]
        assert states == ["open"] * len(listen.split(","))
        control.call("confirm", trial=answer["trial"]["id"])


# ---- While it is under way ----

def test_others_are_refused_and_told_whose_it_is(steward):
    with steward.control() as one, steward.control() as other:
        one.call("hello", origin="192.0.2.7")
        first = other.call("set", values={"trial.number": "8"})["audit"]
        trial = begin(one, trial_word="tried")["trial"]
        for method, params in [("set", {"values": {"trial.number": "9"}}),
                               ("set", {"values": {"trial.number": "9"}, "confirm": 60}),
                               ("reload", {"services": ["trial"]}),
                               ("undo", {"entry": first})]:
            with pytest.raises(RpcError) as error:
                other.call(method, **params)
            assert error.value.code == -32001, method
            assert "192.0.2.7" in error.value.message and " s more" in error.value.message
            assert "steward confirm" in error.value.data["next"]
        # What changes nothing stays possible.
        assert other.call("set", values={"trial.number": "9"}, dry_run=True)["changes"]
        other.call("check")
        one.call("confirm", trial=trial["id"])
        other.call("set", values={"trial.number": "9"})
    assert value(steward, "trial.word") == "tried"


def test_services_may_be_started_and_stopped_meanwhile(steward):
    with steward.control() as control:
        trial = begin(control, trial_word="tried", web_workers="1")["trial"]
        control.call("stop", services=["web"])
        control.call("restart", services=["trial"])
        assert steward.json("do", "trial", "show")["rows"][0][0] == "tried"
        control.call("revert", trial=trial["id"])
        assert steward.service("web")["state"] == "stopped"
        assert steward.json("do", "trial", "show")["rows"][0][0] == "hello"
        control.call("start", services=["web"])
        assert steward.service("web")["state"] == "running"
        # Started while the settings were on trial: it goes back as well.
        control.call("stop", services=["trial"])
        trial = begin(control, trial_word="tried")["trial"]
        control.call("start", services=["trial"])
        assert steward.json("do", "trial", "show")["rows"][0][0] == "tried"
        control.call("revert", trial=trial["id"])
        assert steward.json("do", "trial", "show")["rows"][0][0] == "hello"


def test_the_end_comes_while_a_service_drains(steward):
    """Going back waits for what the service is at, and is not lost."""
    with steward.control() as control, steward.control() as other:
        begin(control, seconds=5, trial_word="tried")
        with socket.create_connection(("127.0.0.1", steward.port("trial")), timeout=30) as client:
            client.sendall(b"hold")
            assert client.recv(10) == b"hold"
            number = other.send("restart", services=["trial"], drain=8)
            wait_until(lambda: (steward.status()["trial"] or {}).get("state") == "reverting",
                       "the end of the time")
            client.close()
        other.answer(number)
        gone(steward)
    assert steward.json("do", "trial", "show")["rows"][0][0] == "hello"


def test_a_long_drain_does_not_keep_the_old_settings_away(make_steward):
    """Neither one that is under way nor those behind it, nor a full row of them."""
    one = make_steward({"host": {"drain_limit": "200ms"}}).start()
    with one.control() as control, one.control() as other:
        trial = begin(control, trial_word="tried")["trial"]
        with socket.create_connection(("127.0.0.1", one.port("trial")), timeout=30) as client:
            client.sendall(b"hold")
            assert client.recv(10) == b"hold"
            numbers = [other.send("restart", services=["trial"], drain=86400)
                       for _ in range(16)]
            one.wait_state("trial", "draining")
            with pytest.raises(RpcError) as error:
                other.call("status")        # the sixteen before it have been taken
            assert "too many requests" in error.value.message
            with pytest.raises(RpcError) as error:
                control.call("restart", services=["trial"])
            assert "waiting already" in error.value.message, "the row is full"
            control.call("revert", trial=trial["id"])
            assert client.recv(10) == b"", "it was not idle in time"
        for number in numbers:
            other.answer(number)
        assert newest(control)["action"] == "restart"
        entry = control.call("audit", settings=True, last=1)["entries"][0]
        assert entry["outcome"] == "reverted" and "not everywhere" not in entry["reason"]
    assert one.json("do", "trial", "show")["rows"][0][0] == "hello"


def test_a_reload_of_the_files_on_trial(steward):
    steward.configure({"trial": {"word": "written"}})
    with steward.control() as control:
        answer = control.call("reload", services=["trial"], confirm=60)
        assert answer["trial"]["action"] == "reload"
        assert answer["trial"]["changes"] == \
            [{"name": "trial.word", "old": "hello", "new": "written"}]
        assert steward.json("do", "trial", "show")["rows"][0][0] == "written"
        control.call("revert", trial=answer["trial"]["id"])
        assert steward.json("do", "trial", "show")["rows"][0][0] == "hello"
        assert "taken back" in steward.status()["host"]["settings_fault"], \
            "the files are not in force"
        answer = control.call("reload", services=["trial"], confirm=60)
        control.call("confirm", trial=answer["trial"]["id"])
        assert steward.status()["host"]["settings_fault"] is None
        assert newest(control)["action"] == "reload" and newest(control)["outcome"] == "done"
    host = steward.host_pid()
    os.kill(host, signal.SIGKILL)
    steward.wait_host(host)
    assert value(steward, "trial.word") == "written"
    assert stored(steward) == ""


def test_sighup_waits_for_the_end_of_a_trial(steward):
    with steward.control() as control:
        trial = begin(control, trial_word="tried")["trial"]
        steward.configure({"trial": {"number": 42}})
        os.kill(steward.keeper, signal.SIGHUP)
        assert [control.call("get", name="trial.number")["settings"][0]["value"]
                for _ in range(50)] == ["7"] * 50
        control.call("revert", trial=trial["id"])
    wait_until(lambda: value(steward, "trial.number") == "42", "the files that waited")
    assert value(steward, "trial.word") == "hello"


def test_going_back_that_fails_is_told_loudly(steward):
    """Somebody takes the old port while the new one is tried."""
    old = steward.port("web")
    steward.ok("set", "web.listen=127.0.0.1:%d" % old)
    with steward.control() as control:
        answer = begin(control, web_listen="127.0.0.1:%d" % free_port(),
                       trial_refuse="none", trial_word="tried")
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", old))
            other.listen()
            with pytest.raises(RpcError) as error:
                control.call("revert", trial=answer["trial"]["id"])
        assert str(old) in error.value.message
        web = steward.service("web")
        assert web["state"] == "failed" and str(old) in web["reason"]
        last = newest(control)
        assert last["outcome"] == "reverted" and str(old) in last["reason"]
        # What could go back did.
        assert value(steward, "trial.word") == "hello"
        assert steward.json("do", "trial", "show")["rows"][0][0] == "hello"
        control.call("start", services=["web"])
    assert steward.port("web") == old and steward.curl().out == "the first page\n"


def test_a_port_that_went_from_one_service_to_another(steward):
    """The one that took it gives it up before the one that had it takes it back."""
    web, trial, free = free_port(), free_port(), free_port()
    steward.ok("set", "web.listen=127.0.0.1:%d" % web, "trial.listen=127.0.0.1:%d" % trial)
    with steward.control() as control:
        answer = begin(control, web_listen="127.0.0.1:%d" % free,
                       trial_listen="127.0.0.1:%d" % web)
        assert steward.port("trial") == web
        control.call("revert", trial=answer["trial"]["id"])
    assert steward.port("web") == web and steward.curl().out == "the first page\n"
    assert steward.port("trial") == trial and steward.echo() == b"ping"


@pytest.mark.parametrize("more", [{"confirm": 60}, {}])
def test_a_change_that_fails_and_cannot_go_back_says_so(steward, more):
    """Somebody takes the old port of one service while another still refuses."""
    old, new = steward.port("web"), free_port()
    steward.ok("set", "web.listen=127.0.0.1:%d" % old, "trial.hang=reload",
               "trial.hang_time=2s")
    with steward.control() as control:
        number = control.send("set", values={"web.listen": "127.0.0.1:%d" % new,
                                             "trial.refuse": "reload"}, **more)
        wait_until(lambda: steward.port("web") == new, "web to have the new one")
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", old))
            other.listen()
            with pytest.raises(RpcError) as error:
                control.answer(number)
        assert "refuses in reload" in error.value.message and str(old) in error.value.message
        assert "everything is as before" not in error.value.message
        web = steward.service("web")
        assert web["state"] == "failed" and str(old) in web["reason"]
        assert str(old) in newest(control)["reason"] and newest(control)["outcome"] == "failed"
        control.call("start", services=["web"])
    assert steward.port("web") == old and steward.curl().out == "the first page\n"
    assert value(steward, "trial.refuse") == "none"


# ---- Words ----

WRONG = [("set", {"values": {"trial.word": "x"}, "confirm": 4}),
         ("set", {"values": {"trial.word": "x"}, "confirm": 3601}),
         ("set", {"values": {"trial.word": "x"}, "confirm": "60"}),
         ("set", {"values": {"trial.word": "x"}, "confirm": 60.5}),
         ("reload", {"services": ["trial"], "confirm": True}),
         ("set", {"values": {"trial.number": "1000"}, "confirm": 60}),
         ("confirm", {}), ("confirm", {"trial": "1"}), ("revert", {"trial": None})]


@pytest.mark.parametrize("method,params", WRONG, ids=range(len(WRONG)))
def test_wrong_words_begin_nothing(steward, method, params):
    with steward.control() as control:
        with pytest.raises(RpcError) as error:
            control.call(method, **params)
        assert error.value.code == -32602
        assert control.call("status")["trial"] is None
        assert control.call("audit")["entries"] == []


def test_what_changes_nothing_needs_no_confirmation(steward):
    with steward.control() as control:
        control.call("set", values={"trial.word": "x"})
        answer = begin(control, trial_word="x")
        assert answer["trial"] is None and answer["audit"] is None
        assert control.call("status")["trial"] is None


def test_files_that_change_nothing_need_no_confirmation(steward):
    """A comment that was written, or the old text put back."""
    with open(os.path.join(steward.home, "steward.conf"), "a") as file:
        file.write("# a remark\n")
    with steward.control() as control:
        answer = control.call("reload", services=["trial"], confirm=60)
        assert answer["trial"] is None and answer["changes"] == []
        status = control.call("status")
        assert status["trial"] is None and status["host"]["settings_fault"] is None
        assert newest(control)["number"] == answer["audit"]
        assert newest(control)["outcome"] == "done"
        steward.configure({"trial": {"word": "written"}})
        trial = control.call("reload", services=["trial"], confirm=60)["trial"]
        control.call("revert", trial=trial["id"])
        assert "the files were on trial: taken back by" in \
            control.call("status")["host"]["settings_fault"]
        steward.configure()
        assert control.call("reload", services=["trial"], confirm=60)["trial"] is None
        assert control.call("status")["host"]["settings_fault"] is None


def test_the_command_line(steward):
    outcome = steward.ok("set", "trial.word=tried", "--confirm", "1m")
    assert "steward confirm" in outcome.err and "on trial until" in outcome.err
    assert "tried" in outcome.out
    assert "on trial" in steward.ok("audit").out
    outcome = steward.ok("revert")
    assert "in force again" in outcome.err and value(steward, "trial.word") == "hello"
    outcome = steward.cli("confirm")
    assert outcome.status == 1 and "no settings are on trial" in outcome.err
    steward.ok("set", "trial.word=tried", "--confirm=60")
    assert steward.json("confirm")["changes"][0]["new"] == "tried"
    steward.configure({"trial": {"number": 42}})
    assert "on trial until" in steward.ok("reload", "trial", "--confirm", "60").err
    steward.ok("confirm")
    for seconds in ("4", "0", "2h", "soon", "5500ms"):
        outcome = steward.cli("set", "trial.word=x", "--confirm", seconds)
        assert outcome.status == 2 and "5 to 3600" in outcome.err
