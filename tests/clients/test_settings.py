# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: two files, what is wrong in them, and what is set while running."""
import os
import re
import signal
import socket
import subprocess

import pytest

from steward import ROOT, as_settings, free_port, run
from waiting import wait_until


def value(steward, name):
    return steward.json("get", name)["settings"][0]["value"]


def origin(steward, name):
    return steward.json("get", name)["settings"][0]["origin"]


def shown(steward):
    """word and number as the running trial has them."""
    return steward.json("do", "trial", "show")["rows"][0]


# ---- What the owner wrote ----

def test_reload_applies_what_changed_and_keeps_clients(steward):
    with socket.create_connection(("127.0.0.1", steward.port("trial")), timeout=30) as client:
        client.sendall(b"before")
        assert client.recv(100) == b"before"
        steward.configure({"trial": {"word": "written", "number": 42}})
        steward.ok("reload", "trial")
        assert shown(steward) == ["written", "42"]
        assert re.fullmatch(r"steward\.conf:\d+", origin(steward, "trial.word"))
        client.sendall(b"after")
        assert client.recv(100) == b"after"


BROKEN = [
    # text, line, what the message must contain
    ("web {\n\tworkers = 65\n}\n", 2, "workers"),
    ("web {\n\tworkers = many\n}\n", 2, "workers"),
    ("web {\n\tnonsense = 1\n}\n", 2, "nonsense"),
    ("\n\nnonsense {\n}\n", 3, "nonsense"),
    ("trial {\n\tcolour = mauve\n}\n", 2, "red"),
    ("trial {\n\tword = quiet\n}\n", 2, "letter q"),
    ("trial {\n\n\tamount = \"12 apples\"\n}\n", 3, "amount"),
    ("trial {\n\tamount = \"1\"\n}\n", 2, "amount"),
    ("trial {\n\ttime = \"soon\"\n}\n", 2, "time"),
    ("trial {\n\tflag = \"perhaps\"\n}\n", 2, "true"),
    ("trial {\n\tnames = {a, b, c, d, e}\n}\n", 2, "4"),
    ("trial {\n\tlisten = {\"300.0.0.1:80\"}\n}\n", 2, "listen"),
    ("trial {\n\tlisten = {\"127.0.0.1:70000\"}\n}\n", 2, "65535"),
    ("trial {\n\tlisten = {\"127.0.0.1\"}\n}\n", 2, "PORT"),
    ("trial {\n\tword = \"no end\n}\n", None, ""),
    ("trial {\n\tword = x\n", None, ""),
    ("}\n", 1, ""),
    ("trial {\n\tword x\n}\n", 2, ""),
    ("\x01\x02\x03\n", 1, ""),
]


@pytest.mark.parametrize("text,line,part", BROKEN, ids=range(len(BROKEN)))
def test_reload_of_a_broken_file_keeps_the_old_settings(steward, text, line, part):
    host = steward.host_pid()
    steward.configure_text(text)
    outcome = steward.cli("reload", "trial")
    assert outcome.status in (1, 2), outcome
    place = "steward.conf:%s" % (line if line else r"\d+")
    assert re.search(place + r"\b", outcome.err), outcome
    assert part in outcome.err, outcome
    status = steward.status()
    assert status["host"]["pid"] == host
    assert status["host"]["settings_fault"]
    assert {one["state"] for one in status["services"]} == {"running"}
    assert shown(steward) == ["hello", "7"]
    assert steward.curl().out == "the first page\n"
    steward.configure({"trial": {"word": "mended"}})
    steward.ok("reload", "trial")
    assert shown(steward)[0] == "mended"
    assert steward.status()["host"]["settings_fault"] is None


def test_expected_and_found_are_both_told(steward):
    steward.configure_text('web {\n\tworkers = "lots"\n}\n')
    err = steward.cli("reload", "web").err
    assert "expected" in err and "lots" in err


def test_values_that_are_wrong_together_are_refused(steward):
    steward.configure({"trial": {"number": 95, "flag": True}})
    outcome = steward.cli("reload", "trial")
    assert outcome.status in (1, 2) and "at most 90" in outcome.err
    assert shown(steward) == ["hello", "7"]


def test_a_service_that_refuses_to_reload_keeps_the_old(steward):
    steward.configure({"trial": {"refuse": "reload", "number": 50}})
    outcome = steward.cli("reload", "trial")
    assert outcome.status == 1 and "refuses in reload" in outcome.err
    assert shown(steward)[1] == "7"
    assert steward.service("trial")["state"] == "running"


def test_restart_with_a_broken_file_uses_the_last_good_one(steward):
    steward.configure({"trial": {"word": "good"}})
    steward.ok("reload", "trial")
    steward.configure_text("trial {\n\tword = quiet\n}\n")
    steward.stop()
    assert steward.daemonise().status in (0, 5)
    status = steward.status()
    assert "steward.conf:2" in status["host"]["settings_fault"]
    assert {one["state"] for one in status["services"]} == {"running"}
    assert shown(steward)[0] == "good"
    assert steward.curl().out == "the first page\n"


def test_a_crash_with_a_broken_file_uses_the_last_good_one(steward):
    steward.configure_text("trial {\n\tword = quiet\n}\n")
    host = steward.host_pid()
    os.kill(host, 11)
    status = steward.wait_host(host)
    assert "steward.conf:2" in status["host"]["settings_fault"]
    assert steward.curl().out == "the first page\n"
    assert shown(steward)[0] == "hello"


def test_restart_of_a_service_with_a_broken_file_leaves_it_running(steward):
    steward.configure_text("web {\n\tworkers = -1\n}\n")
    outcome = steward.cli("restart", "web")
    assert steward.service("web")["state"] == "running", outcome
    assert steward.curl().out == "the first page\n"


def test_a_file_that_is_gone_means_defaults(make_steward):
    one = make_steward()
    os.unlink(one.conf)
    one.start()
    assert one.json("get", "web.workers")["settings"][0]["origin"] == "default"
    assert one.curl().status == 0


def test_an_empty_file_is_fine(make_steward):
    one = make_steward()
    one.configure_text("# nothing but this comment\n")
    one.start()
    assert one.port("web") > 0


@pytest.mark.skipif(not ROOT, reason="root's host is another user, who can be shut out")
def test_a_file_that_cannot_be_read_says_who_may_not(steward):
    os.chmod(steward.conf, 0o600)
    outcome = steward.cli("reload", "web")
    # The keeper may hand it over to the host; what must not be is silence.
    if outcome.status != 0:
        assert "steward.conf" in outcome.err and "steward" in outcome.err
    assert steward.curl().out == "the first page\n"


# ---- What is set by command ----

def test_set_applies_at_once_and_survives(steward):
    steward.ok("set", "trial.word=spoken", "trial.number=11")
    assert shown(steward) == ["spoken", "11"]
    assert re.match(r"set by \S+ \d{4}-\d\d-\d\dT", origin(steward, "trial.word"))
    steward.stop()
    steward.start()
    assert shown(steward) == ["spoken", "11"]
    with open(os.path.join(steward.state, "steward.auto.conf")) as file:
        assert "spoken" in file.read()
    with open(steward.conf) as file:
        assert "spoken" not in file.read(), "the owner's file is never written"


def test_set_wins_over_the_owners_file_and_can_be_taken_back(steward):
    steward.configure({"trial": {"word": "written"}})
    steward.ok("reload", "trial")
    steward.ok("set", "trial.word=spoken")
    steward.ok("reload", "trial")
    assert shown(steward)[0] == "spoken"
    steward.call("set", values={"trial.word": None})
    assert shown(steward)[0] == "written"
    assert origin(steward, "trial.word").startswith("steward.conf:")


ROUND = [
    ("word", "with spaces = and, signs", None), ("word", 'a " and \\ and # and }', None),
    ("word", "\u00e4\u00f6\u00fc \u2615", None), ("word", "${HOME}", None),
    ("number", "100", None), ("amount", "1.5M", None),
    ("time", "500ms", None), ("flag", "true", None), ("flag", "on", None),
    ("colour", "blue", None), ("names", "a,b,c", None), ("names", "", None),
    ("folder", "/srv/somewhere", None),
]


@pytest.mark.parametrize("name,text,reads", ROUND, ids=["%s=%s" % row[:2] for row in ROUND])
def test_every_type_survives_a_round_trip(steward, name, text, reads):
    steward.ok("set", "trial.%s=%s" % (name, text))
    first = value(steward, "trial." + name)
    assert first.lower() == (reads or text).lower() or name in ("amount", "time", "folder")
    steward.stop()
    steward.start()
    assert value(steward, "trial." + name) == first
    if name == "word":
        assert shown(steward)[0] == text


@pytest.mark.parametrize("text", [
    "number=0", "number=101", "number=x", "number=", "number=7.5", "number=99999999999999999999",
    "amount=1", "amount=lots", "amount=-5K", "time=1ms", "time=never", "flag=maybe",
    "colour=mauve", "names=a,b,c,d,e", "word=quiet", "listen=nowhere", "listen=127.0.0.1:99999",
    "listen=[::1:80", "workers=0",
])
def test_set_refuses_what_does_not_pass(steward, text):
    before = steward.json("get", "trial")["settings"]
    outcome = steward.cli("set", "trial." + text)
    assert outcome.status == 2, outcome
    assert "trial." + text.partition("=")[0] in outcome.err, outcome
    assert steward.json("get", "trial")["settings"] == before
    assert shown(steward) == ["hello", "7"]


def test_set_of_several_is_all_or_nothing(steward):
    assert steward.cli("set", "trial.word=new", "trial.number=0").status == 2
    assert shown(steward) == ["hello", "7"]
    assert steward.cli("set", "trial.flag=true", "trial.number=95").status in (1, 2)
    assert shown(steward) == ["hello", "7"]


def test_dry_run_shows_and_changes_nothing(steward):
    document = steward.json("set", "trial.word=tried", "--dry-run")
    assert document["changes"] == [{"name": "trial.word", "old": "hello", "new": "tried"}]
    assert shown(steward)[0] == "hello"
    assert value(steward, "trial.word") == "hello"
    assert steward.cli("set", "trial.number=0", "--dry-run").status == 2
    # What only the service can tell is told too.
    outcome = steward.cli("set", "trial.number=95", "trial.flag=true", "--dry-run")
    assert outcome.status in (1, 2) and "at most 90" in outcome.err, outcome


def test_set_while_the_owners_file_is_broken_is_refused_or_applied_to_the_good_one(steward):
    steward.configure_text("trial {\n\tnumber = 0\n}\n")
    outcome = steward.cli("set", "trial.word=spoken")
    assert outcome.status in (0, 1, 2)
    assert shown(steward) == (["spoken", "7"] if outcome.status == 0 else ["hello", "7"])
    assert steward.curl().out == "the first page\n"


def test_set_that_needs_a_restart_restarts_and_keeps_the_port(steward):
    port = steward.port("trial")
    steward.ok("set", "trial.workers=3")
    entry = steward.service("trial")
    assert entry["state"] == "running" and entry["workers"] == 3
    assert steward.port("trial") == port
    assert len(steward.json("do", "trial", "workers")["rows"]) == 3
    steward.ok("set", "trial.workers=1")
    for _ in range(20):
        assert steward.echo(port=port) == b"ping", "one worker serves all sockets"


def test_set_of_a_listener_moves_it(steward):
    old, new = steward.port("web"), free_port()
    steward.ok("set", "web.listen=127.0.0.1:%d,[::1]:0" % new)
    assert steward.port("web", address="127.0.0.1") == new
    assert steward.port("web", address="::1") > 0
    assert steward.curl().out == "the first page\n"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", old), timeout=30)


def test_set_of_a_stopped_service_does_not_start_it(steward):
    steward.ok("stop", "trial")
    steward.ok("set", "trial.word=later")
    assert steward.service("trial")["state"] == "stopped"
    steward.ok("start", "trial")
    assert shown(steward)[0] == "later"


# ---- What cannot be had ----

HOLDER = """
import socket, sys
one = socket.socket()
one.bind(("127.0.0.1", 0))
one.listen()
print(one.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_port_in_use_names_program_and_pid(steward):
    with subprocess.Popen(["/usr/bin/python3", "-c", HOLDER], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        port = int(holder.stdout.readline())
        outcome = steward.cli("set", "trial.listen=127.0.0.1:%d" % port)
        assert outcome.status == 1, outcome
        assert str(port) in outcome.err and "python3" in outcome.err, outcome
        assert str(holder.pid) in outcome.err, outcome
        assert steward.service("trial")["state"] == "running", "with the port it had"
        assert steward.echo() == b"ping"
        holder.stdin.close()


def test_port_in_use_at_the_start_fails_that_service_only(make_steward):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        one = make_steward({"trial": {"listen": ["127.0.0.1:%d" % port]}}).start()
        entry = one.service("trial")
        assert entry["state"] == "failed"
        assert str(port) in entry["reason"] and str(os.getpid()) in entry["reason"], entry
        assert one.service("web")["state"] == "running"
    one.ok("start", "trial")
    assert one.echo() == b"ping"


def test_a_service_that_cannot_start_keeps_no_change_from_the_others(make_steward):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = "127.0.0.1:%d" % holder.getsockname()[1]
        one = make_steward({"trial": {"listen": [taken]}}).start()
        assert one.service("trial")["state"] == "failed"
        one.configure({"trial": {"listen": [taken]}, "web": {"index": "other.html"}})
        one.page("other.html", "the other page\n")
        os.kill(one.keeper, signal.SIGHUP)
        wait_until(lambda: one.curl().out == "the other page\n", "the new index")
        # Asked for by name, it says that it does not run, and the rest holds.
        def reloaded():
            outcome = one.cli("reload", "trial")
            return None if "under way" in outcome.err else outcome
        outcome = wait_until(reloaded, "the end of the first reload")
        assert outcome.status == 1 and "trial did not start" in outcome.err, outcome
        assert value(one, "web.index") == "other.html"


@pytest.mark.skipif(not ROOT, reason="low ports are refused to an ordinary user by the kernel")
def test_a_listener_that_would_be_refused_now_stays_open(make_steward):
    one = make_steward()
    port = next(port for port in range(700, 1000) if port_is_free(port))
    ports = os.path.join(one.home, "ports")
    with open(ports, "w") as file:
        file.write("tcp %d\n" % port)
    one.configure({"web": {"listen": ["127.0.0.1:%d" % port]}})
    one.start()
    assert one.curl().out == "the first page\n"
    open(ports, "w").close()
    for _ in range(3):
        one.ok("reload", "web")
        assert one.curl().out == "the first page\n"
    with open(ports, "w") as file:
        file.write("tcp %d\n" % port)
    one.ok("reload", "web")
    assert one.curl().out == "the first page\n"


def test_two_services_on_one_port_says_which(steward):
    outcome = steward.cli("set", "trial.listen=127.0.0.1:%d" % steward.port("web"))
    assert outcome.status in (1, 2) and "web" in outcome.err, outcome
    assert steward.curl().out == "the first page\n" and steward.echo() == b"ping"


@pytest.mark.skipif(not ROOT, reason="low ports are refused to an ordinary user by the kernel")
def test_low_port_is_granted_only_by_roots_list(steward):
    port = next(port for port in range(700, 1000) if port_is_free(port))
    outcome = steward.cli("set", "trial.listen=127.0.0.1:%d" % port)
    assert outcome.status == 1 and "ports" in outcome.err and str(port) in outcome.err, outcome
    assert steward.echo() == b"ping"
    with open(os.path.join(steward.home, "ports"), "w") as file:
        file.write("# what the keeper may open below 1024\ntcp %d\nudp %d\n" % (port, port))
    steward.ok("set", "trial.listen=127.0.0.1:%d" % port)
    assert steward.port("trial") == port
    assert steward.echo() == b"ping"


def port_is_free(port):
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


@pytest.mark.skipif(not ROOT, reason="root's host is another user, who can be shut out")
@pytest.mark.parametrize("what", ["root", "parent"])
def test_unreadable_root_says_who_may_not_read_what(make_steward, what):
    one = make_steward()
    closed = os.path.join(one.base, "closed")
    site = os.path.join(closed, "site")
    os.makedirs(site)
    os.chmod(closed, 0o700 if what == "parent" else 0o755)
    os.chmod(site, 0o755 if what == "parent" else 0o700)
    one.configure({"web": {"root": site}})
    one.start()
    entry = one.service("web")
    assert entry["state"] == "failed", entry
    assert "steward" in entry["reason"] and "root" in entry["reason"], entry
    assert (closed if what == "parent" else site) in entry["reason"], entry
    assert one.service("trial")["state"] == "running"


def test_missing_root_is_told(steward):
    outcome = steward.cli("set", "web.root=" + steward.base + "/nowhere")
    assert outcome.status in (1, 2) and steward.base + "/nowhere" in outcome.err, outcome
    assert steward.curl().out == "the first page\n"


def test_relative_root_lies_in_the_state_folder(make_steward):
    one = make_steward({"web": {"root": None}}).start()
    assert value(one, "web.root") in ("www", os.path.join(one.state, "www"))
    assert os.path.isdir(os.path.join(one.state, "www"))


def test_check_offline_agrees_with_reload(make_steward):
    one = make_steward(host=None)
    for text, line, part in BROKEN:
        if text.startswith("trial") or "nonsense {" in text:
            continue
        one.configure_text(text)
        outcome = run(one.cli_command("check", one.conf), env=one.env)
        assert outcome.status in (1, 2) and part in outcome.err, (text, outcome)
        if line:
            assert "steward.conf:%d" % line in outcome.err, (text, outcome)
    one.configure_text(as_settings({"web": {"listen": ["127.0.0.1:0"], "workers": 2}}))
    assert run(one.cli_command("check", one.conf), env=one.env).status == 0


def test_check_knows_what_web_would_refuse(make_steward):
    one = make_steward(host=None)
    log = os.path.join(one.www, "access.log")
    rows = (({"root": os.path.join(one.base, "nothing")}, "nothing"),
            ({"root": one.www, "access_log": log}, "lies below root"))
    for settings, part in rows:
        one.configure({"web": settings})
        outcome = run(one.cli_command("check", one.conf), env=one.env)
        assert outcome.status in (1, 2) and part in outcome.err, outcome
    one.configure()
    one.start()
    outcome = one.cli("set", "--dry-run", "web.access_log=" + log)
    assert outcome.status != 0 and "lies below root" in outcome.err, outcome
