# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit list: who did what, from where, and what came of it; on the disk before
the answer, and there again after whatever ends the host."""
import json
import os
import pwd
import re
import signal
import subprocess

import pytest

from control import RpcError
from steward import ROOT


def entries(steward, **params):
    return steward.call("audit", **params)["entries"]


def path(steward, name="audit"):
    return os.path.join(steward.state, name)


def lines(steward, name="audit"):
    with open(path(steward, name)) as file:
        return [json.loads(line) for line in file]


def fields(one):
    """An entry without what differs from run to run."""
    return {name: one[name] for name in ("action", "words", "services", "outcome")}


# ---- What is recorded ----

DONE = [
    ("start", {"services": ["web"]}, "start web", ["web"]),
    ("stop", {"services": ["web"]}, "stop web", ["web"]),
    ("stop", {"services": ["web"], "drain": 0.5}, "stop web --drain 0.5", ["web"]),
    ("restart", {"services": ["trial", "web"]}, None, ["trial", "web"]),
    ("restart", {"services": ["web"], "drain": 3}, "restart web --drain 3", ["web"]),
    ("reload", {"services": ["trial"]}, "reload trial", ["trial"]),
    ("resume", {"services": ["web"]}, "resume web", ["web"]),
    ("set", {"values": {"trial.word": "it's here"}}, "set 'trial.word=it'\\''s here'", ["trial"]),
    ("set", {"values": {"trial.word": "a", "trial.number": None, "host.name": "b"}},
     "set trial.word=a host.name=b; set --reset trial.number", ["trial"]),
    ("set", {"values": {"trial.word": "a"}, "confirm": 30}, "set trial.word=a --confirm 30",
     ["trial"]),
    ("do", {"service": "trial", "words": ["allocate", "100"]}, "do trial allocate 100",
     ["trial"]),
    ("do", {"service": "trial", "words": ["release"]}, "do trial release", ["trial"]),
]


@pytest.mark.parametrize("method,params,words,services", DONE, ids=range(len(DONE)))
def test_what_was_done_has_an_entry(steward, method, params, words, services):
    with steward.control() as control:
        control.call("hello", client="test", origin="192.0.2.7")
        answer = control.call(method, **params)
    written = lines(steward)
    one = entries(steward)[-1]
    assert answer["audit"] == one["number"] == 1
    assert written[0]["number"] == 1 and written[0]["version"] == 1, "before the answer"
    assert one["action"] == method
    assert one["user"] == pwd.getpwuid(os.geteuid()).pw_name
    assert one["origin"] == "192.0.2.7"
    assert sorted(one["services"]) == sorted(services)
    assert words is None or one["words"] == words
    assert one["outcome"] == ("waiting" if "confirm" in params else "done")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time"])
    assert set(one) == {"number", "time", "user", "origin", "action", "words", "services",
                        "changes", "outcome", "reason", "undo", "undoes", "undone_by"}
    assert set(one["undo"]) == {"possible", "words", "grade", "reason"}


NOTHING = [
    ("status", {}), ("get", {}), ("check", {}), ("audit", {}),
    ("do", {"service": "trial", "words": ["echo", "x"]}),
    ("set", {"values": {"trial.word": "x"}, "dry_run": True}),
    ("set", {"values": {"trial.number": None}}),
]


@pytest.mark.parametrize("method,params", NOTHING, ids=range(len(NOTHING)))
def test_what_changes_nothing_has_none(steward, method, params):
    with steward.control() as control:
        answer = control.call(method, **params)
        assert answer.get("audit") is None
        assert control.call("audit")["entries"] == []
    assert not os.path.exists(path(steward))


REFUSED = [
    ("set", {"values": {"trial.number": "1000"}}), ("set", {"values": {"trial.nonsense": "1"}}),
    ("start", {"services": ["nonsense"]}), ("stop", {"services": ["web"], "generation": 1}),
    ("do", {"service": "trial", "words": ["nonsense"]}),
]


@pytest.mark.parametrize("method,params", REFUSED, ids=range(len(REFUSED)))
def test_what_was_refused_has_none(steward, method, params):
    steward.ok("restart", "web")
    with steward.control() as control:
        with pytest.raises(RpcError):
            control.call(method, **params)
        assert len(control.call("audit")["entries"]) == 1


def test_what_failed_has_one_with_the_reason(steward):
    with steward.control() as control:
        for refuse in ("check", "reload"):
            with pytest.raises(RpcError):
                control.call("set", values={"trial.refuse": refuse})
            one = control.call("audit")["entries"][-1]
            assert one["outcome"] == "failed" and "refuses in " + refuse in one["reason"]
        control.call("set", values={"trial.refuse": "open"})
        with pytest.raises(RpcError):
            control.call("restart", services=["trial"])
        one = control.call("audit")["entries"][-1]
        assert one["outcome"] == "failed" and "refuses in open" in one["reason"]
        steward.configure_text("trial {\n\tnumber = 0\n}\n")
        with pytest.raises(RpcError):
            control.call("reload", services=["trial"])
        one = control.call("audit")["entries"][-1]
        assert one["outcome"] == "failed" and "steward.conf:2" in one["reason"]


def test_a_reload_names_what_the_files_changed(steward):
    steward.configure({"trial": {"word": "written", "number": 42}})
    steward.ok("reload", "web")
    one = entries(steward)[-1]
    assert one["changes"] == [{"name": "trial.word", "old": "hello", "new": "written"},
                              {"name": "trial.number", "old": "7", "new": "42"}]
    assert sorted(one["services"]) == ["trial", "web"]


def test_what_people_say_is_cleaned(steward):
    harmful = "\x1b[2J\x1b]0;owned\x07\u202ex\u009b31m\n"
    with steward.control() as control:
        control.call("hello", origin=harmful)
        control.call("do", service="trial", words=["log", "info", "x", harmful])
        control.call("do", service="trial", words=["hang", "0", "--declared"])
        try:
            control.call("set", values={"trial.word": harmful})
        except RpcError:
            pass
        shown = json.dumps(control.call("audit"), ensure_ascii=False)
    for bad in ("\x1b", "\x07", "\u202e", "\u009b"):
        assert bad not in shown
    out = steward.ok("audit").out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)


# ---- Reading ----

def test_last_before_and_settings(steward):
    with steward.control() as control:
        for number in range(1, 8):
            if number % 2:
                control.call("set", values={"trial.number": str(10 + number)})
            else:
                control.call("restart", services=["trial"])

        def numbers(**params):
            return [one["number"] for one in control.call("audit", **params)["entries"]]
        assert numbers() == [1, 2, 3, 4, 5, 6, 7]
        assert numbers(last=2) == [6, 7]
        assert numbers(last=2, before=6) == [4, 5]
        assert numbers(before=1) == []
        assert numbers(settings=True) == [1, 3, 5, 7]
        assert numbers(settings=True, last=2, before=7) == [3, 5]
        assert control.call("status")["audit_newest"] == 7
        for wrong in ({"last": 0}, {"last": 1001}, {"last": "x"}, {"before": 0},
                      {"before": 1.5}, {"settings": "yes"}):
            with pytest.raises(RpcError) as error:
                control.call("audit", **wrong)
            assert error.value.code == -32602


def test_subscribers_hear_of_it_at_once(steward):
    with steward.control() as one, steward.control() as other:
        other.call("set", values={"trial.word": "before"})
        one.call("subscribe", snapshot=0, audit=True)
        other.call("set", values={"trial.word": "x"})
        told = one.notification("audit")["entries"]
        assert [entry["number"] for entry in told] == [2], "from now on"
        assert told[0]["undo"]["possible"]
        other.call("undo")
        told = one.notification("audit")["entries"]
        assert sorted(entry["number"] for entry in told) == [2, 3]
        assert next(entry for entry in told if entry["number"] == 2)["undone_by"] == 3
        trial = other.call("set", values={"trial.word": "y"}, confirm=60)["trial"]
        assert one.notification("audit")["entries"][0]["outcome"] == "waiting"
        other.call("confirm", trial=trial["id"])
        assert one.notification("audit")["entries"][0]["outcome"] == "done"
        with pytest.raises(RpcError):
            one.call("subscribe", snapshot=0, audit="yes")


def test_who_asks_for_other_records_misses_no_entry(steward):
    with steward.control() as slow, steward.control() as other:
        slow.call("subscribe", audit=True)
        # More than may lie unread, so that the entry has to wait.
        for number in range(24):
            slow.send("audit" if number else "hello")
            slow.send_bytes(b'{"jsonrpc":"2.0","id":"x","method":"describe"}\n' * 20)
        other.call("set", values={"trial.word": "x"})
        number = slow.send("subscribe", audit=True, journal={"level": "error"})
        slow.answer(number)
        assert slow.notification("audit")["entries"][0]["number"] == 1


# ---- The file ----

def test_it_is_there_after_a_restart_and_after_a_crash(steward):
    steward.ok("set", "trial.word=x")
    steward.ok("stop", "web")
    before = entries(steward)
    steward.stop()
    steward.start()
    assert entries(steward) == before
    host = steward.host_pid()
    os.kill(host, signal.SIGKILL)
    steward.wait_host(host)
    assert entries(steward) == before
    steward.ok("start", "web")
    assert [one["number"] for one in entries(steward)] == [1, 2, 3]


@pytest.mark.parametrize("tail", [
    b"{\"version\":1,\"number\":2,\"user", b"\0\0\0\0", b"\n", b"garbage\n", b"\xff\xfe\n{}\n[]\n",
    b"{\"version\":1,\"number\":2}"])
def test_a_damaged_file_is_told_and_goes_on(steward, tail):
    steward.ok("set", "trial.word=x")
    steward.kill()
    with open(path(steward), "ab") as file:
        file.write(tail)
    steward.start()
    steward.wait_journal("left out")
    assert [one["number"] for one in entries(steward)] == [1]
    steward.ok("stop", "web")
    steward.stop()
    steward.start()
    assert [fields(one)["words"] for one in entries(steward)] == ["set trial.word=x", "stop web"]


def test_an_entry_without_its_parts_is_shown_and_not_undone(steward):
    """A later version, or somebody's editor, wrote it."""
    steward.ok("stop", "web")
    steward.stop()
    with open(path(steward), "w") as file:      # still the host's own
        file.write('{"version":1,"number":5}\n'
                   '{"version":1,"number":6,"action":5,"did":"set","inverse":[],"changes":7,'
                   '"outcome":"done"}\n'
                   '{"version":1,"number":7,"action":"stop","did":"stop","moved":[5,"gone"],'
                   '"outcome":"done"}\n'
                   '{"version":1,"number":8,"action":"set","did":"set","changes":[{}],'
                   '"inverse":{"gone.x":"1","trial.word":5},"outcome":"done"}\n'
                   '{"version":1,"number":9,"action":"undo","undoes":9,"outcome":"done"}\n')
    steward.start()
    with steward.control() as control:
        assert [one["number"] for one in control.call("audit")["entries"]] == [5, 6, 7, 8, 9]
        assert not any(one["undo"]["possible"] for one in control.call("audit")["entries"])
        for number in (5, 6, 7, 8, 9):
            with pytest.raises(RpcError):
                control.call("undo", entry=number)
        assert steward.ok("audit").out and steward.ok("versions").status == 0
        assert control.call("set", values={"trial.word": "x"})["audit"] == 10


def test_the_newest_thousand_are_in_memory_and_the_file_is_bounded(steward):
    steward.ok("set", "trial.word=x")
    steward.stop()
    model = lines(steward)[0]
    model["words"] = "w" * 500
    with open(path(steward), "w") as file:
        for number in range(1, 1401):
            file.write(json.dumps(dict(model, number=number)) + "\n")
    size = os.path.getsize(path(steward))
    assert size > 1 << 20
    steward.start()
    with steward.control() as control:
        known = [one["number"] for one in control.call("audit", last=1000)["entries"]]
        assert known == list(range(401, 1401))
        assert control.call("set", values={"trial.word": "y"})["audit"] == 1401
        with pytest.raises(RpcError) as error:
            control.call("undo", entry=400)
        assert "no entry 400" in error.value.message
    assert os.path.getsize(path(steward, "audit.1")) == size
    assert [one["number"] for one in lines(steward)] == [1401]
    assert sorted(name for name in os.listdir(steward.state) if name.startswith("audit")) == \
        ["audit", "audit.1"]
    steward.stop()
    steward.start()
    assert steward.status()["audit_newest"] == 1401
    assert len(entries(steward, last=1000)) == 1000


def test_what_was_written_late_is_in_its_place(steward):
    """One that the disk refused is written with the next, perhaps behind it."""
    for word in "abc":
        steward.ok("set", "trial.word=" + word)
    steward.stop()
    first, second, third = lines(steward)
    with open(path(steward), "w") as file:
        for one in (first, third, second):
            file.write(json.dumps(one) + "\n")
    steward.start()
    assert [(one["number"], one["words"]) for one in entries(steward)] == [
        (1, "set trial.word=a"), (2, "set trial.word=b"), (3, "set trial.word=c")]
    assert steward.call("set", values={"trial.word": "d"})["audit"] == 4


def test_a_trial_outlasts_a_thousand_entries(steward):
    """What it came to is written, however much people did meanwhile."""
    with steward.control() as control:
        trial = control.call("set", values={"trial.word": "tried"}, confirm=3600)["trial"]["id"]
        for _ in range(101):
            for number in [control.send("do", service="trial", words=["release"])
                           for _ in range(10)]:
                control.answer(number)
        assert len(control.call("audit", last=1000)["entries"]) == 1000
        control.call("confirm", trial=trial)
        oldest = control.call("audit", last=1000)["entries"][0]
        assert oldest["number"] == trial and oldest["outcome"] == "done"
    settled = [one for one in lines(steward) if one["number"] == trial]
    assert settled[-1]["outcome"] == "done"


def test_what_waited_when_the_host_died_is_told(steward):
    with steward.control() as control:
        control.call("set", values={"trial.word": "tried"}, confirm=600)
    steward.kill()
    steward.start()
    one = entries(steward)[-1]
    assert one["outcome"] == "reverted" and "before it was confirmed" in one["reason"]
    steward.wait_journal("before the trial of entry 1 was confirmed")


@pytest.mark.skipif(not ROOT, reason="only root mounts a small disk")
def test_a_full_disk_says_so_and_nothing_is_lost(make_steward):
    """What is done is done, the answer says that it is not in the list; when there
    is room again all of it is written."""
    one = make_steward()
    one.wrapper = ["unshare", "-m", "sh", "-c",
                   'mkdir -p "%s" && mount -t tmpfs -o size=768k,mode=755 none "%s" && exec "$@"'
                   % (one.state, one.state), "sh"]
    one.spawn()
    seen = "/proc/%d/root" % one.keeper
    one.home, one.state, one.control_path = \
        seen + one.home, seen + one.state, seen + one.control_path
    one.wait_settled()
    one.ok("do", "trial", "allocate", "1")
    filler = os.path.join(one.state, "filler")
    with open(filler, "wb", buffering=0) as file:
        with pytest.raises(OSError):
            while True:
                file.write(b"x" * 4096)
    # The rest of the page that the file has already takes some.
    refused = 0
    for number in range(60):
        outcome = one.cli("do", "trial", "allocate", str(number))
        if outcome.status:
            assert "done, but not written to the audit list" in outcome.err, outcome
            assert "space" in outcome.err.lower()
            refused += 1
    assert refused > 10
    assert len(entries(one)) == 61, "all are known while the host lives"
    assert one.curl().out == "the first page\n"
    with one.control() as control:
        with pytest.raises(RpcError) as error:
            control.call("set", values={"trial.word": "tried"}, confirm=600)
        assert "on trial, but not written to the audit list" in error.value.message
        trial = control.call("status")["trial"]
        assert trial["state"] == "waiting", "it goes on, and may be taken back"
        with pytest.raises(RpcError) as error:
            control.call("confirm", trial=trial["id"])
        assert "not confirmed, the trial goes on" in error.value.message
        assert control.call("status")["trial"]["state"] == "waiting"
        os.unlink(filler)
        control.call("revert", trial=trial["id"])
    assert [one["number"] for one in lines(one)][-1] == 62
    assert {entry["number"] for entry in lines(one)} == set(range(1, 63)), "none is lost"
    errors = [one for one in entries(one) if one["outcome"] not in ("done", "reverted")]
    assert not errors


# ---- The command line ----

def test_the_tables_fit_80_columns(steward):
    far = {"SSH_CONNECTION": "2001:db8:0:1:2:3:4:5 50000 2001:db8::1 22"}
    steward.ok("set", "trial.word=" + "\u4e2d" * 40, "trial.number=9", env=far)
    steward.ok("do", "trial", "log", "info", "x", "long " * 50, env=far)
    steward.ok("do", "trial", "allocate", "1", env=far)
    steward.ok("stop", "web", env=far)
    steward.ok("undo", env=far)
    for command in ("audit", "versions"):
        out = steward.ok(command).out
        for line in out.splitlines():
            wide = sum(2 if char >= "\u1100" else 1 for char in line)
            assert wide <= 80, line
    out = steward.ok("audit").out
    assert "root@2001:db8" in out and "undone" in out and "stop web" in out
    assert "trial.word" in steward.ok("versions").out and "7 -> 9" in steward.ok("versions").out
    assert "stop" not in steward.ok("versions").out


def test_versions_say_what_became_of_a_change(steward):
    steward.ok("set", "trial.number=9")
    steward.ok("set", "trial.number=8", "--confirm", "60")
    assert "on trial" in steward.ok("versions").out.splitlines()[-1]
    steward.ok("revert")
    assert steward.cli("set", "trial.refuse=reload", "trial.number=7").status == 1
    steward.ok("undo")
    lines = steward.ok("versions").out.splitlines()[1:]
    assert [line.split()[4] for line in lines if line.split()[0].isdigit()] == \
        ["undone", "reverted", "failed", "done"], lines


def test_the_command_line_says_where_it_sits(steward):
    env = {"SSH_CONNECTION": "192.0.2.7 50000 192.0.2.1 22"}
    steward.ok("set", "trial.word=x", env=env)
    steward.ok("set", "trial.word=y", env={"SSH_CONNECTION": ""})
    assert [one["origin"] for one in entries(steward)] == ["192.0.2.7", None]
    # On a terminal of its own: its name without /dev/.
    script = subprocess.run(["script", "-qec", " ".join(steward.cli_command(
        "set", "trial.word=z")), "/dev/null"], env=dict(steward.env, SSH_CONNECTION=""),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=60)
    assert script.returncode == 0, script
    assert re.fullmatch(r"pts/\d+", entries(steward)[-1]["origin"])


def test_the_documents(steward):
    assert steward.json("audit") == {"version": 1, "entries": []}
    assert "nothing has been done" in steward.ok("audit").err
    assert "no settings have been changed" in steward.ok("versions").err
    for number in range(5):
        steward.ok("set", "trial.number=%d" % (10 + number))
    steward.ok("restart", "trial")
    assert len(steward.json("audit", "--last", "2")["entries"]) == 2
    assert len(steward.json("versions")["entries"]) == 5
    for last in ("0", "1001", "x"):
        assert steward.cli("audit", "--last", last).status == 2


# ---- Settings of another version ----

def test_a_setting_that_is_not_known_any_more_is_left_out(steward):
    steward.ok("set", "trial.word=kept")
    steward.stop()
    auto = os.path.join(steward.state, "steward.auto.conf")
    with open(auto) as file:
        text = file.read()
    with open(auto, "w") as file:
        file.write(text.replace("trial {", "trial {\n\told = {\"a\", \"b\"}") +
                   "\ngone {\n\tlisten = \"*:80\"\n}\n")
    steward.start()
    status = steward.status()
    assert {one["state"] for one in status["services"]} == {"running"}
    assert status["host"]["settings_fault"] is None
    assert steward.json("get", "trial.word")["settings"][0]["value"] == "kept"
    steward.wait_journal("trial.old, gone.listen")
    assert "\twarning\thost\tsettings\t" in steward.journal()
    steward.ok("reload", "trial")
    assert steward.ok("check").status == 0
    # The owner's own file is not forgiven.
    steward.configure({"trial": {"old": "x"}})
    outcome = steward.cli("reload", "trial")
    assert outcome.status == 1 and "trial.old" in outcome.err
