# SPDX-License-Identifier: GPL-3.0-or-later
"""The first run: known as such, and scriptable."""
import os
import signal

import pytest

from control import RpcError
from steward import ROOT, as_user, free_port


def first_run(steward):
    return steward.status()["host"]["first_run"]


def test_it_is_over_when_somebody_says_so(steward):
    assert first_run(steward) is True
    for bad in ({}, {"done": False}, {"done": "yes"}):
        with pytest.raises(RpcError) as caught:
            steward.call("init", **bad)
        assert caught.value.code == -32602
    assert first_run(steward) is True
    number = steward.call("init", done=True)["audit"]
    [entry] = steward.call("audit", last=1)["entries"]
    assert (entry["number"], entry["action"], entry["outcome"]) == (number, "init", "done")
    assert not entry["undo"]["possible"]
    assert first_run(steward) is False
    assert steward.call("init", done=True) == {}
    # It is on the disk by then.
    steward.kill()
    steward.start()
    assert first_run(steward) is False


def test_it_lasts_until_then(steward):
    pid = steward.host_pid()
    os.kill(pid, signal.SIGKILL)
    steward.wait_host(pid)
    assert first_run(steward) is True
    steward.stop()
    steward.start()
    assert first_run(steward) is True


@pytest.mark.parametrize("words", [["set", "trial.number=8"], ["stop", "trial"],
                                   ["start", "trial"]], ids=lambda words: words[0])
def test_it_is_over_when_somebody_acts(steward, words):
    steward.ok("set", "trial.number=9", "--dry-run")
    steward.ok("status")
    assert first_run(steward) is True
    steward.ok(*words)
    assert first_run(steward) is False
    steward.kill()
    steward.start()
    assert first_run(steward) is False


@pytest.mark.skipif(not ROOT, reason="needs root to be another user")
def test_only_an_admin_ends_it(steward):
    with steward.control() as control:
        control.call("hello", read_only=True)
        with pytest.raises(RpcError) as caught:
            control.call("init", done=True)
        assert caught.value.code == -32004
    assert steward.cli("init", "--done", before=as_user("nobody")).status == 4
    assert first_run(steward) is True


# ---- The command line ----

def test_without_options_it_only_shows(steward):
    outcome = steward.ok("init")
    assert "nobody has set this steward up" in outcome.err and "web" in outcome.out
    assert steward.json("init")["first_run"] is True
    assert first_run(steward) is True
    steward.ok("init", "--done")
    assert "has been set up" in steward.ok("init").err
    assert steward.json("init")["first_run"] is False


def test_all_of_it_at_once(steward):
    port = free_port()
    outcome = steward.json("init", "--name", "nas1", "--services", "web", "--listen",
                           "web=127.0.0.1:%d" % port, "--listen=trial=127.0.0.1:0,[::1]:0")
    assert outcome["first_run"] is False
    assert {one["name"] for one in outcome["changes"]} == \
        {"host.name", "web.listen", "trial.listen"}
    status = steward.status()
    assert status["host"]["name"] == "nas1" and status["host"]["first_run"] is False
    assert steward.service("web")["state"] == "running" and steward.port("web") == port
    trial = steward.service("trial")
    assert (trial["state"], trial["desired"]) == ("stopped", "stopped")
    assert steward.json("get", "trial.listen")["settings"][0]["value"] == "127.0.0.1:0,[::1]:0"
    # It can be done again, and what is right already is left alone.
    generation = steward.service("web")["generation"]
    steward.ok("init", "--services", "web,trial")
    assert steward.service("trial")["state"] == "running"
    assert steward.service("web")["generation"] == generation
    steward.ok("init", "--services", "")
    assert {one["state"] for one in steward.status()["services"]} == {"stopped"}


@pytest.mark.parametrize("words", [
    ["--services", "web,nothing"], ["--services", "web,,trial"], ["--listen", "web"],
    ["--listen", "nothing=127.0.0.1:0"], ["--listen", "web=nowhere"],
    ["--listen", "web=127.0.0.1:99999"], ["--name", "a\nb"], ["--name"], ["more"],
    ["--listen", "web=127.0.0.1:0", "--listen", "web.listen=127.0.0.1:0"],
    ["--listen", "=127.0.0.1:0"],
], ids=" ".join)
def test_nothing_is_done_when_anything_is_wrong(steward, words):
    before = steward.status()
    outcome = steward.cli("init", "--services", "web", "--name", "other", *words) \
        if words[0] not in ("--services", "--name") else steward.cli("init", "--listen",
                                                                     "trial=127.0.0.1:0", *words)
    assert outcome.status == 2, outcome
    after = steward.status()
    assert after["host"]["name"] == before["host"]["name"] and after["host"]["first_run"] is True
    assert [(one["state"], one["generation"]) for one in after["services"]] == \
        [(one["state"], one["generation"]) for one in before["services"]]


def test_a_service_that_does_not_start_is_told(make_steward):
    one = make_steward({"trial": {"refuse": "open"}}).start()
    one.ok("stop", "trial")
    outcome = one.cli("init", "--services", "web,trial")
    assert outcome.status == 1 and "refuses in open" in outcome.err
