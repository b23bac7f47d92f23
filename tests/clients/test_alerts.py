# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts: what is amiss is known at once, who should hear of it does, and what
somebody has seen to stays seen to."""
import json
import os
import signal
import socket
import time

import pytest

from control import RpcError
from steward import ROOT, as_user
from waiting import process_ended, wait_until

# Writes what it was given to the file told.N beside itself.
TELLER = """#!/bin/sh
cd "$(dirname "$0")" || exit 9
number=0
while ! mkdir "told.$number.taken" 2>/dev/null; do number=$((number + 1)); done
{ env; echo "arguments=$#"; cat; } >"told.$number.new"
mv "told.$number.new" "told.$number"
echo "first line"
echo "told of $STEWARD_ALERT_ID"
"""


def teller(steward, text=TELLER, name="hook"):
    """A command that the host's user may run, in a folder where it may write."""
    folder = os.path.join(steward.base, name)
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    path = os.path.join(folder, "tell")
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o755)
    return path


def told(command, number):
    """What the command was given when it ran for the time number."""
    path = os.path.join(os.path.dirname(command), "told.%d" % number)
    wait_until(lambda: os.path.exists(path), "the command to be told")
    with open(path) as file:
        lines = file.read().splitlines()
    return dict(line.split("=", 1) for line in lines[:-1]), json.loads(lines[-1])


def runs(command):
    return len([name for name in os.listdir(os.path.dirname(command))
                if name.endswith(".taken")])


def alerts(steward, **params):
    return {one["id"]: one for one in steward.call("alerts", **params)["alerts"]}


def wait_alert(steward, name, wanted=lambda alert: True):
    def look():
        try:
            found = alerts(steward).get(name)
        except (OSError, ConnectionError):
            return None
        return found if found and wanted(found) else None
    return wait_until(look, "the alert " + name)


def fail_trial(steward):
    steward.call("set", values={"trial.refuse": "join"})
    with pytest.raises(RpcError):
        steward.call("restart", services=["trial"])


def mend_trial(steward):
    steward.call("set", values={"trial.refuse": None})


def test_a_service_that_fails_is_an_alert_at_once(steward):
    assert "trial/failed" not in alerts(steward)
    with steward.control() as control:
        control.call("subscribe", snapshot=3600, journal=None)
        fail_trial(steward)
        snapshot = control.notification("snapshot", lambda params: any(
            one["id"] == "trial/failed" for one in params["alerts"]))
        entry = next(one for one in snapshot["services"] if one["name"] == "trial")
        assert entry["state"] == "failed"
    alert = alerts(steward)["trial/failed"]
    assert alert["severity"] == "critical" and alert["service"] == "trial"
    assert alert["state"] == "active" and alert["count"] == 1 and alert["ended"] is None
    assert "trial" in alert["text"] and "refuses in join" in alert["cause"]
    assert alert["consequence"] == "the tests see no trial"
    assert alert["next"] == "log trial" and steward.cli(*alert["next"].split()).status == 0
    mend_trial(steward)
    steward.ok("start", "trial")
    wait_until(lambda: "trial/failed" not in alerts(steward), "the end of the alert")
    ended = alerts(steward, history=True)["trial/failed"]
    assert ended["state"] == "ended" and ended["ended"] > ended["since"]


def test_what_goes_with_a_service_is_said(make_steward):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = "127.0.0.1:%d" % taken.getsockname()[1]
        one = make_steward({"web": {"listen": [listen]}}).start()
        alert = wait_alert(one, "web/failed")
    assert alert["consequence"] == "nobody reaches its pages; without it go trial"


def test_a_service_that_was_stopped_is_no_alert(steward):
    fail_trial(steward)
    wait_alert(steward, "trial/failed")
    steward.ok("stop", "trial")
    wait_until(lambda: "trial/failed" not in alerts(steward), "the end of the alert")


def test_it_stays_while_the_service_tries_again(make_steward):
    one = make_steward({"host": {"hung_after": "20s"}}).start()
    fail_trial(one)
    wait_alert(one, "trial/failed")
    begin = time.monotonic()
    with one.control() as control:
        # A change of settings starts what failed once more.
        control.send("set", values={"trial.refuse": None, "trial.hang": "open",
                                    "trial.hang_time": "8s"})
        one.wait_state("trial", "starting")
        while one.service("trial")["state"] == "starting":
            assert alerts(one)["trial/failed"]["count"] == 1
    assert time.monotonic() - begin > 6
    wait_until(lambda: "trial/failed" not in alerts(one), "the end of the alert")


def test_an_alert_is_there_right_after_the_start(make_steward):
    one = make_steward({"trial": {"refuse": "open"}})
    one.spawn()
    wait_alert(one, "trial/failed")


def test_a_listener_that_waits_is_an_alert_after_a_while(make_steward):
    one = make_steward({"trial": {"listen": ["127.0.0.1:0", "192.0.2.1:0"]}}).start()
    assert "trial/listener" not in alerts(one)
    alert = wait_alert(one, "trial/listener")
    assert alert["severity"] == "warning" and "192.0.2.1" in alert["text"]
    one.call("set", values={"trial.listen": "127.0.0.1:0"})
    wait_until(lambda: "trial/listener" not in alerts(one), "the end of the alert")


def test_settings_that_are_not_in_force_are_an_alert(steward):
    with open(steward.conf, "a") as file:
        file.write("broken {\n")
    assert steward.cli("reload", "web").status == 1
    alert = wait_alert(steward, "host/settings")
    assert alert["severity"] == "warning" and "steward.conf" in alert["cause"]
    assert alert["next"] == "check"
    steward.configure()
    steward.ok("reload", "web")
    wait_until(lambda: "host/settings" not in alerts(steward), "the end of the alert")


def test_a_crash_is_an_alert_for_a_while(steward):
    pid = steward.host_pid()
    steward.cli("do", "trial", "crash")
    steward.wait_host(pid)
    alert = wait_alert(steward, "trial/crash")
    assert alert["severity"] == "warning" and "SIGSEGV" in alert["cause"]
    pid = steward.host_pid()
    steward.cli("do", "trial", "crash")
    steward.wait_host(pid)
    assert wait_alert(steward, "trial/crash", lambda one: one["count"] == 2)


def test_what_cannot_be_kept_is_an_alert(steward):
    mode = os.stat(steward.state).st_mode & 0o7777
    os.chmod(steward.state, 0o555)
    try:
        assert "not kept" in steward.cli("stop", "trial").err
        alert = wait_alert(steward, "host/state")
        assert alert["severity"] == "critical" and "state" in alert["cause"]
        # What somebody sees to cannot be kept either, and that is not hidden.
        outcome = steward.cli("acknowledge", "host/state")
        assert outcome.status == 1 and "forgotten" in outcome.err
        assert wait_alert(steward, "host/state")["acknowledged"]
        wait_alert(steward, "host/alerts")
        wait_alert(steward, "host/audit")
    finally:
        os.chmod(steward.state, mode)
    steward.ok("start", "trial")
    wait_until(lambda: not {"host/state", "host/alerts", "host/audit"} & set(alerts(steward)),
               "the end of the alerts")


# ---- People ----

def test_acknowledged_and_snoozed_survive_restarts(steward):
    fail_trial(steward)
    with open(steward.conf, "a") as file:
        file.write("broken {\n")
    steward.cli("reload", "web")
    wait_alert(steward, "host/settings")
    wait_alert(steward, "trial/failed")
    answer = steward.call("acknowledge", alert="trial/failed")["alerts"]
    assert [one["id"] for one in answer] == ["trial/failed"]
    [entry] = steward.call("audit", last=1)["entries"]
    assert (entry["action"], entry["words"], entry["services"], entry["outcome"]) == \
        ("acknowledge", "acknowledge trial/failed", ["trial"], "done")
    user = answer[0]["acknowledged"]["user"]
    until = steward.call("snooze", alert="host/settings", seconds=3600)["alerts"][0]["snoozed_until"]
    # A crash of the host alone, a new host, and a new stewardd.
    for how in ("crash", "upgrade", "restart"):
        pid = steward.host_pid()
        if how == "crash":
            os.kill(pid, signal.SIGKILL)
            steward.wait_host(pid)
        elif how == "upgrade":
            os.kill(steward.keeper, signal.SIGUSR2)
            steward.wait_host(pid)
        else:
            steward.stop()
            steward.start()
        alert = wait_alert(steward, "trial/failed")
        assert alert["acknowledged"]["user"] == user and alert["count"] == 1, how
        assert wait_alert(steward, "host/settings")["snoozed_until"] == until, how
    assert steward.call("snooze", alert="host/settings", seconds=0)["alerts"][0]["snoozed_until"] \
        is None


@pytest.mark.parametrize("damage", ["a folder", "too long", "not JSON"])
def test_what_was_acknowledged_and_cannot_be_read_is_told(steward, damage):
    steward.stop()
    path = os.path.join(steward.state, "alerts")
    if os.path.exists(path):
        os.unlink(path)
    if damage == "a folder":
        os.mkdir(path)
    else:
        with open(path, "w") as file:
            file.write(" " * (3 << 20) if damage == "too long" else "{")
    steward.start()
    steward.wait_journal("what was acknowledged is forgotten")


def test_only_active_alerts_can_be_acknowledged(steward):
    for method, params in (("acknowledge", {"alert": "trial/failed"}), ("acknowledge", {}),
                           ("acknowledge", {"alert": 7}),
                           ("snooze", {"alert": "trial/failed", "seconds": 60}),
                           ("snooze", {"alert": "trial/failed", "seconds": 5}),
                           ("snooze", {"alert": "trial/failed", "seconds": 1e9}),
                           ("snooze", {"alert": "trial/failed"}), ("alerts", {"history": 3})):
        with pytest.raises(RpcError) as caught:
            steward.call(method, **params)
        assert caught.value.code in (-32602, -32001), (method, params)


def test_who_only_looks_acknowledges_nothing(steward):
    fail_trial(steward)
    wait_alert(steward, "trial/failed")
    with steward.control() as control:
        control.call("hello", client="test", read_only=True)
        assert any(one["id"] == "trial/failed" for one in control.call("alerts")["alerts"])
        for method, params in (("acknowledge", {}), ("snooze", {"seconds": 60})):
            with pytest.raises(RpcError) as caught:
                control.call(method, alert="trial/failed", **params)
            assert caught.value.code == -32004
        with pytest.raises(RpcError) as caught:
            control.call("alert_test")
        assert caught.value.code == -32004


# ---- The command ----

def test_the_command_is_told_everything_and_nothing_else(make_steward):
    one = make_steward()
    command = teller(one)
    one.configure({"host": {"alert_command": command, "name": "nas1"}})
    one.start()
    fail_trial(one)
    environment, document = told(command, 0)
    alert = alerts(one)["trial/failed"]
    assert environment.pop("arguments") == "0"
    for name in ("PWD", "OLDPWD", "SHLVL", "_"):    # the shell's own
        environment.pop(name, None)
    assert {name for name in environment if not name.startswith(("ASAN", "TSAN", "UBSAN"))} == \
        {"PATH", "HOME", "LANG"} | \
        {"STEWARD_ALERT_" + name for name in
         ("ID", "SEVERITY", "STATE", "SERVICE", "TEXT", "CAUSE", "CONSEQUENCE", "NEXT", "SINCE",
          "HOST")}
    for name in ("id", "severity", "state", "service", "text", "cause", "consequence", "next",
                 "since"):
        assert environment["STEWARD_ALERT_" + name.upper()] == alert[name] == document[name]
    assert environment["STEWARD_ALERT_HOST"] == document["host"] == "nas1"
    assert document["version"] == 1
    one.wait_journal("told of trial/failed (active): exit 0: told of trial/failed")


def test_it_is_told_once_also_over_a_restart(make_steward):
    one = make_steward({"trial": {"refuse": "open"}})
    command = teller(one)
    one.configure({"host": {"alert_command": command}, "trial": {"refuse": "open"}})
    one.start()
    told(command, 0)
    one.wait_journal("told of trial/failed")
    wait_until(lambda: '"told": "critical"' in open(os.path.join(one.state, "alerts")).read(),
               "what was told to be kept")
    pid = one.host_pid()
    os.kill(pid, signal.SIGKILL)
    one.wait_host(pid)
    wait_alert(one, "trial/failed")
    one.wait_journal("told of host/crash")
    one.stop()
    one.start()
    wait_alert(one, "trial/failed")
    # What comes next shows that it was not told of again before.
    one.call("alert_test")
    documents = [told(command, number)[1] for number in range(runs(command))]
    assert [document["id"] for document in documents] == \
        ["trial/failed", "host/crash", "host/test"]


def test_what_was_told_while_the_host_ended_is_not_told_again(make_steward):
    one = make_steward({"trial": {"refuse": "open"}})
    command = teller(one, TELLER.replace("echo \"first line\"", "read -r line <gate"))
    gate = os.path.join(os.path.dirname(command), "gate")
    os.mkfifo(gate)
    os.chmod(gate, 0o666)
    one.configure({"host": {"alert_command": command}, "trial": {"refuse": "open"}})
    one.start()
    told(command, 0)
    with open(gate, "w") as file:
        os.kill(one.keeper, signal.SIGTERM)
        one.wait_journal("\tstop\tstops")
        file.write("go on\n")
    assert one.stop() == 0
    one.wait_journal("told of trial/failed (active): exit 0")
    with open(os.path.join(one.state, "alerts")) as file:
        kept = {alert["id"]: alert for alert in json.load(file)["alerts"]}
    assert kept["trial/failed"]["told"] == "critical"


def test_its_end_is_told_when_it_stays_away(make_steward):
    one = make_steward()
    command = teller(one)
    one.configure({"host": {"alert_command": command, "alert_quiet": "1s"}})
    one.start()
    fail_trial(one)
    assert told(command, 0)[1]["state"] == "active"
    mend_trial(one)
    one.ok("start", "trial")
    environment, document = told(command, 1)
    assert environment["STEWARD_ALERT_STATE"] == document["state"] == "ended"
    assert document["id"] == "trial/failed" and document["ended"]


def test_what_is_below_the_level_is_not_told(make_steward):
    one = make_steward()
    command = teller(one)
    one.configure({"host": {"alert_command": command, "alert_level": "critical"}})
    one.start()
    one.configure_text("broken {\n")
    one.cli("reload", "web")
    wait_alert(one, "host/settings")
    one.configure({"host": {"alert_command": command, "alert_level": "critical"}})
    one.ok("reload", "web")
    fail_trial(one)
    assert told(command, 0)[1]["id"] == "trial/failed"


def test_the_test_says_how_it_went(make_steward):
    one = make_steward().start()
    with pytest.raises(RpcError) as caught:
        one.call("alert_test")
    assert "alert_command" in caught.value.data["next"]
    command = teller(one)
    one.call("set", values={"host.alert_command": command})
    assert one.call("alert_test") == {"version": 1, "exit": 0, "text": "told of host/test"}
    assert told(command, 0)[1]["state"] == "test"
    command = teller(one, "#!/bin/sh\necho 'no mail \033[31mtoday' >&2\nexit 7\n", "bad")
    one.call("set", values={"host.alert_command": command})
    assert one.call("alert_test") == {"version": 1, "exit": 7, "text": "no mail ?[31mtoday"}
    assert wait_alert(one, "host/hook")["cause"] == \
        "the command ended with 7: no mail ?[31mtoday"
    one.call("set", values={"host.alert_command": "/nonexistent/command"})
    with pytest.raises(RpcError) as caught:
        one.call("alert_test")
    assert "/nonexistent/command" in caught.value.message
    command = teller(one, "#!/bin/sh\nkill -9 $$\n", "killed")
    one.call("set", values={"host.alert_command": command})
    assert one.call("alert_test")["exit"] == 137
    with pytest.raises(RpcError):
        one.call("set", values={"host.alert_command": "relative"})


def test_it_is_not_told_again_without_a_pause(make_steward):
    """A mistyped unit would run the command as fast as the machine can."""
    one = make_steward().start()
    for value in ("1", "1ms", "59s"):
        with pytest.raises(RpcError) as caught:
            one.call("set", values={"host.alert_repeat": value})
        assert caught.value.code == -32602 and "a minute or more" in caught.value.message
    for value in ("1m", "0"):
        one.call("set", values={"host.alert_repeat": value})


def test_a_command_that_hangs_is_killed_with_all_it_started(make_steward):
    one = make_steward().start()
    command = teller(one, "#!/bin/sh\necho $$ >\"$(dirname \"$0\")/pid.new\"\n"
                     "mv \"$(dirname \"$0\")/pid.new\" \"$(dirname \"$0\")/pid\"\n"
                     "tail -f /dev/null & wait\n")
    one.call("set", values={"host.alert_command": command})
    with one.control() as control:
        number = control.send("alert_test")
        path = os.path.join(os.path.dirname(command), "pid")
        wait_until(lambda: os.path.exists(path), "the command to run")
        with open(path) as file:
            group = int(file.read())
        # Nobody waits for it meanwhile.
        assert control.call("status")["version"] == 1
        with pytest.raises(RpcError):
            control.call("alert_test")
        answer = control.answer(number, 60)
        assert answer["exit"] == 137 and "30 seconds" in answer["text"]
    with pytest.raises(ProcessLookupError):
        wait_until(lambda: os.killpg(group, 0) and False, "the end of its group")


def test_the_host_ends_though_a_command_hangs(make_steward):
    one = make_steward().start()
    command = teller(one, "#!/bin/sh\necho $$ >\"$(dirname \"$0\")/pid.new\"\n"
                     "mv \"$(dirname \"$0\")/pid.new\" \"$(dirname \"$0\")/pid\"\n"
                     "exec tail -f /dev/null\n")
    one.call("set", values={"host.alert_command": command})
    with one.control() as control:
        number = control.send("alert_test")
        path = os.path.join(os.path.dirname(command), "pid")
        wait_until(lambda: os.path.exists(path), "the command to run")
        with open(path) as file:
            pid = int(file.read())
        assert one.stop() == 0
        answer = control.answer(number)
        assert answer["exit"] == 137 and answer["text"] == "killed: steward ended meanwhile"
    process_ended(pid)


# ---- The command line ----

def test_the_words(steward):
    assert steward.cli("alerts").status == 0
    fail_trial(steward)
    wait_alert(steward, "trial/failed")
    outcome = steward.cli("alerts")
    assert outcome.status == 5
    assert "trial/failed" in outcome.out and "critical" in outcome.out
    assert "refuses in join" in outcome.out and "steward log trial" in outcome.out
    assert steward.cli("alerts", "--json").status == 5
    steward.ok("acknowledge", "trial/failed")
    outcome = steward.ok("alerts")
    assert "acknowledged" in outcome.out
    assert steward.json("snooze", "trial/failed", "2h")["alerts"][0]["snoozed_until"]
    assert steward.json("snooze", "trial/failed", "0")["alerts"][0]["snoozed_until"] is None
    assert steward.cli("snooze", "trial/failed", "5s").status == 2
    assert steward.cli("snooze", "trial/failed", "soon").status == 2
    assert steward.cli("acknowledge", "web/failed").status == 1
    mend_trial(steward)
    steward.ok("start", "trial")
    wait_until(lambda: "trial/failed" not in alerts(steward), "the end of the alert")
    assert "trial/failed" not in steward.ok("alerts").out
    assert "ended" in steward.ok("alerts", "--history").out
    assert steward.cli("alert-test").status == 1
    command = teller(steward)
    steward.ok("set", "host.alert_command=" + command)
    assert "told of host/test" in steward.ok("alert-test").out
    command = teller(steward, "#!/bin/sh\nexit 3\n", "bad")
    steward.ok("set", "host.alert_command=" + command)
    assert steward.cli("alert-test").status == 1


@pytest.mark.skipif(not ROOT, reason="needs root to be another user")
def test_the_command_runs_as_the_hosts_user(make_steward):
    one = make_steward().start()
    command = teller(one, "#!/bin/sh\nid -un\n")
    one.call("set", values={"host.alert_command": command})
    assert one.call("alert_test")["text"] == one.status()["host"]["user"]
    assert as_user("nobody")
