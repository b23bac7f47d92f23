# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: its words, its documents and its exit statuses."""
import json
import os
import re
import socket
import subprocess

import pytest

from steward import BUILD, ROOT, as_user, program, run
from waiting import wait_readable

STATUS_SERVICE = {
    "name": str, "state": str, "desired": str, "since": str, "generation": int,
    "listeners": list, "workers": int, "cpu_seconds": (int, float), "counters": dict,
    "latency_us": dict,
}


def test_status_document_has_the_fields_scripts_rely_on(steward):
    steward.curl()
    document = steward.json("status")
    assert document["version"] == 1
    host = document["host"]
    assert host["pid"] != host["keeper_pid"] == steward.keeper
    assert isinstance(host["name"], str) and host["name"]
    assert isinstance(host["uptime_seconds"], (int, float)) and host["crashes"] == 0
    assert [one["name"] for one in document["services"]] == ["web", "trial"]
    for one in document["services"]:
        for name, kind in STATUS_SERVICE.items():
            assert isinstance(one[name], kind), name
        assert one["reason"] is None
        assert one["memory_bytes"] is None or one["memory_bytes"] >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", one["since"])
        for name in ("connections", "connections_total", "requests", "errors", "bytes_in",
                     "bytes_out"):
            assert isinstance(one["counters"][name], int), name
        assert set(one["latency_us"]) >= {"p50", "p90", "p99", "max"}
    web = document["services"][0]
    assert web["counters"]["requests"] == 1 and web["counters"]["bytes_out"] > 0
    listener = web["listeners"][0]
    assert listener["setting"] == "listen" and listener["address"] == "127.0.0.1"
    assert listener["port"] > 0 and listener["transport"] == "tcp"


def test_status_of_one_service(steward):
    document = steward.json("status", "web")
    assert [one["name"] for one in document["services"]] == ["web"]
    out = steward.ok("status", "web").out
    assert "web" in out and "running" in out and str(steward.port("web")) in out


def test_start_and_stop_print_nothing_on_stdout_that_is_not_data(steward):
    outcome = steward.ok("stop", "trial")
    assert steward.service("trial")["state"] == "stopped"
    document = steward.json("start", "trial")
    assert document["services"][0]["name"] == "trial"
    assert document["services"][0]["state"] == "running"
    assert not outcome.err.startswith("steward:")


def test_several_services_in_one_command(steward):
    steward.ok("stop", "web", "trial")
    assert {one["state"] for one in steward.status()["services"]} == {"stopped"}
    steward.ok("start", "trial", "web")
    assert {one["state"] for one in steward.status()["services"]} == {"running"}


def test_starting_twice_and_stopping_twice_is_no_mistake(steward):
    steward.ok("start", "web")
    steward.ok("stop", "web")
    steward.ok("stop", "web")
    steward.ok("start", "web")


def test_stop_with_drain_waits_for_clients(steward):
    """The client is served on while the service drains, and cut off after it."""
    with socket.create_connection(("127.0.0.1", steward.port("trial")), timeout=30) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        stop = subprocess.Popen(steward.cli_command("stop", "trial", "--drain", "3600"),
                                env=steward.env, stdout=subprocess.DEVNULL)
        assert steward.wait_state("trial", "draining")
        client.sendall(b"two")
        assert client.recv(100) == b"two", "an accepted client is served to its end"
        with pytest.raises(ConnectionRefusedError):
            steward.echo(port=client.getpeername()[1])
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert stop.wait(60) == 0
    assert steward.service("trial")["state"] == "stopped"


def test_stop_with_drain_0_cuts_off(steward):
    with socket.create_connection(("127.0.0.1", steward.port("trial")), timeout=30) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        steward.ok("stop", "trial", "--drain", "0")
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass


def test_do_answers_with_rows(steward):
    out = steward.ok("do", "trial", "echo", "one", "two words").out
    assert "one" in out and "two words" in out
    document = steward.json("do", "trial", "echo", "a", "b")
    assert document["version"] == 1
    assert document["columns"] == ["number", "word"]
    assert document["rows"] == [["1", "a"], ["2", "b"]]


def test_do_on_every_worker(make_steward):
    one = make_steward({"trial": {"workers": 3}}).start()
    rows = one.json("do", "trial", "workers")["rows"]
    assert sorted(rows) == [["0", "3"], ["1", "3"], ["2", "3"]]
    assert one.service("trial")["workers"] == 3
    for _ in range(30):
        assert one.echo() == b"ping"


def test_list_shows_tables_and_cleans_what_they_say(steward):
    document = steward.json("list", "trial", "colours")
    assert document["columns"] == ["colour", "note"]
    assert [row[0] for row in document["rows"]] == ["red", "green", "blue"]
    text = steward.ok("list", "trial", "colours").out + json.dumps(document)
    assert "\x1b" not in text and "\\u001b" not in text
    assert steward.ok("list", "web", "connections", "--json").json["rows"] is not None


def test_get_shows_value_default_and_origin(steward):
    document = steward.json("get", "web.root")
    entry = document["settings"][0]
    assert entry["name"] == "web.root" and entry["value"] == steward.www
    assert entry["origin"].startswith("steward.conf:") and entry["type"] == "path"
    names = {one["name"] for one in steward.json("get")["settings"]}
    assert {"web.listen", "web.root", "web.workers", "web.access_log", "trial.word",
            "host.hung_after", "host.hung_limit", "host.name"} <= names
    assert {one["name"].split(".")[0] for one in steward.json("get", "trial")["settings"]} \
        == {"trial"}
    assert steward.ok("get", "trial.word").out.strip().endswith("hello") or \
        "hello" in steward.ok("get", "trial.word").out


def test_metrics_are_openmetrics(steward):
    steward.curl()
    text = steward.ok("metrics").out
    assert text.rstrip().endswith("# EOF")
    for line in text.splitlines():
        assert re.fullmatch(r"# (TYPE|HELP|UNIT|EOF)?.*|[a-z_]+(\{.*\})? [-+0-9.eE]+", line), line
    assert re.search(r'requests_total\{.*service="web".*\} 1$', text, re.M), text
    assert re.search(r'connections\{.*service="trial".*\} 0$', text, re.M)
    assert "# HELP steward_uptime_seconds Seconds since stewardd started.\n" in text


def test_check_file_needs_no_host(make_steward):
    one = make_steward()
    outcome = one.cli("check", one.conf)
    # The file's section for the trial is unknown to the real steward-host.
    assert outcome.status in (1, 2) and "steward.conf:" in outcome.err and "trial" in outcome.err
    one.configure_text('web {\n\troot = "/tmp"\n}\n')
    assert one.cli("check", one.conf).status == 0
    one.configure_text('web {\n\troot = "/tmp"\n\tworkers = 65\n}\n')
    outcome = one.cli("check", one.conf)
    assert outcome.status in (1, 2) and "steward.conf:3" in outcome.err, outcome


def test_check_of_the_running_host(steward):
    assert steward.cli("check").status == 0
    steward.configure_text("web {\n\tworkers = -1\n}\n")
    outcome = steward.cli("check")
    assert outcome.status in (1, 2) and "steward.conf:2" in outcome.err


# ---- Exit statuses ----

def test_exit_1_failed(steward):
    outcome = steward.cli("do", "trial", "fail")
    assert outcome.status == 1
    assert "told to fail" in outcome.err and "something else" in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize("words", [
    ["frobnicate"], ["start"], ["start", "nonsense"], ["stop", "web", "--drain", "long"],
    ["status", "nonsense"], ["list", "web", "nonsense"], ["do", "trial", "nonsense"], ["do", "trial", "slow"],
    ["do", "trial", "slow", "fast"], ["get", "web.nonsense"], ["set", "web.nonsense=1"],
    ["set", "web.workers"], ["set", "web.workers=65"], ["log", "--level", "loud"],
    ["log", "--since", "yesteryear"], ["log", "--grep", "("], ["status", "--nonsense"],
    ["--home"],
], ids=" ".join)
def test_exit_2_usage(steward, words):
    outcome = steward.cli(*words)
    assert outcome.status == 2, outcome
    assert outcome.err.strip() and not outcome.out, outcome
    assert steward.curl().out == "the first page\n"


def test_a_word_that_is_nearly_right_is_suggested(steward):
    outcome = steward.cli("statsu")
    assert outcome.status == 2 and "status" in outcome.err


@pytest.mark.parametrize("words", [
    ["status"], ["start", "web"], ["list", "web", "connections"], ["metrics"],
    ["set", "web.workers=2"],
], ids=" ".join)
def test_exit_3_not_running(make_steward, words):
    outcome = make_steward().cli(*words)
    assert outcome.status == 3, outcome
    assert "stewardd" in outcome.err


def test_log_without_a_host_reads_the_files(steward):
    steward.ok("do", "trial", "log", "notice", "here", "a record to find again")
    steward.wait_journal("a record to find again")
    steward.stop()
    outcome = steward.cli("log", "--grep", "to find again")
    assert outcome.status == 0 and "a record to find again" in outcome.out, outcome


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_exit_4_refused(steward):
    outcome = steward.cli("stop", "web", before=as_user("nobody"))
    assert outcome.status == 4, outcome
    assert outcome.err.strip()
    assert steward.service("web")["state"] == "running"


def test_exit_5_degraded(make_steward):
    one = make_steward({"trial": {"refuse": "open"}}).start()
    outcome = one.cli("status")
    assert outcome.status == 5, outcome
    assert "failed" in outcome.out
    one.ok("set", "trial.refuse=none")
    one.ok("start", "trial")
    assert one.cli("status").status == 0
    assert one.cli("do", "trial", "degrade").status == 5


def test_start_that_fails_says_why(make_steward):
    one = make_steward({"trial": {"refuse": "join"}}).start()
    outcome = one.cli("start", "trial")
    assert outcome.status == 1 and "refuses in join" in outcome.err, outcome
    assert one.service("trial")["state"] == "failed"


# ---- Places and pipes ----

def test_steward_home_names_the_home_too(steward):
    env = dict(steward.env, STEWARD_HOME=steward.home)
    outcome = run([program("steward"), "status", "--json"], env=env)
    assert outcome.status == 0 and outcome.json["host"]["keeper_pid"] == steward.keeper


def test_a_reader_that_leaves_early_is_no_error(steward):
    """steward log | head ends quietly."""
    steward.ok("do", "trial", "flood", "2000")
    process = subprocess.Popen(steward.cli_command("log"), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=steward.env)
    process.stdout.read(10)
    process.stdout.close()
    err = process.stderr.read()
    process.wait(60)
    process.stderr.close()
    assert b"Broken" not in err and b"ASAN" not in err, err


def test_log_follow_shows_what_comes(steward):
    process = subprocess.Popen(steward.cli_command("log", "trial", "--follow"),
                               stdout=subprocess.PIPE, env=steward.env)
    try:
        os.set_blocking(process.stdout.fileno(), False)
        seen = b""
        number = 0
        while b"followed 3" not in seen:
            number += 1
            steward.ok("do", "trial", "log", "notice", "here", "followed %d" % number)
            wait_readable(process.stdout, "a record")
            seen += process.stdout.read() or b""
            assert number < 200, seen
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
    assert process.returncode in (-15, 0, 143)


def test_following_clients_live_through_a_crash_of_the_host(steward):
    """The command line comes back by itself, or says that the host has gone."""
    with steward.control() as control:
        control.call("subscribe", journal={})
        pid = steward.host_pid()
        os.kill(pid, 11)
        while control.read() is not None:
            pass
    steward.wait_host(pid)
    assert steward.ok("status").status == 0


def test_completion_offers_what_the_command_table_has(steward):
    script = run([program("steward"), "completion", "bash"], env=steward.env)
    assert script.status == 0 and script.out

    def offered(*words):
        text = script.out + """
COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}
handler=$(complete -p steward | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$handler" steward "${COMP_WORDS[COMP_CWORD]}" ""
printf '%%s\\n' "${COMPREPLY[@]}"
""" % " ".join("'%s'" % word for word in ("steward", *words))
        done = run(["bash", "-c", text], env=dict(steward.env, STEWARD_HOME=steward.home,
                   PATH=BUILD + ":" + os.environ["PATH"]))
        return {word.strip() for word in done.out.splitlines()}
    assert {"start", "status"} <= offered("sta")
    assert "web" in offered("restart", "")
    assert "--drain" in offered("stop", "web", "--d")
