# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping: stewardd itself, and its services' ports."""
import errno
import os
import signal
import socket
import tempfile

import pytest

import steward as lib
from steward import ROOT, free_port, run
from waiting import alive, process_ended


def udp_client(port, address="127.0.0.1"):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.settimeout(30)
    one.connect((address, port))
    return one


def udp_echo(one, data=b"ping"):
    one.send(data)
    return one.recv(2048)


def refused_tcp(port, address="127.0.0.1"):
    with socket.socket() as one:
        one.settimeout(30)
        return one.connect_ex((address, port)) == errno.ECONNREFUSED


@pytest.mark.parametrize("asked", ["any free port", "a given port"])
def test_start_stop_start_keeps_the_port(make_steward, asked):
    port = 0 if asked == "any free port" else free_port()
    one = make_steward({"web": {"listen": ["127.0.0.1:%d" % port]}}).start()
    first = one.port("web")
    assert first == port or port == 0
    assert one.curl().out == "the first page\n"
    for _ in range(3):
        one.ok("stop", "web")
        entry = one.service("web")
        assert (entry["state"], entry["desired"]) == ("stopped", "stopped")
        assert {item["state"] for item in entry["listeners"]} == {"shut"}
        assert refused_tcp(first)
        one.ok("start", "web")
        entry = one.service("web")
        assert (entry["state"], entry["desired"]) == ("running", "running")
        assert one.port("web") == first
        assert one.curl().out == "the first page\n"


def test_stopped_service_refuses_at_once_over_tcp_and_udp(steward):
    tcp, udp = steward.port("trial", "tcp"), steward.port("trial", "udp")
    assert tcp == udp, "one number for both transports"
    with udp_client(udp) as client:
        assert udp_echo(client) == b"ping"
        assert steward.echo(b"over tcp") == b"over tcp"
        steward.ok("stop", "trial")
        assert refused_tcp(tcp)
        with pytest.raises(ConnectionRefusedError):
            client.send(b"ping")
            client.recv(2048)
        assert steward.curl().out == "the first page\n", "web is not touched"
        steward.ok("start", "trial")
        assert (steward.port("trial", "tcp"), steward.port("trial", "udp")) == (tcp, udp)
        assert udp_echo(client, b"again") == b"again"
        assert steward.echo(b"again") == b"again"


def test_restart_keeps_the_port_and_serves(steward):
    port = steward.port("web")
    before = steward.service("web")["generation"]
    steward.ok("restart", "web")
    assert steward.port("web") == port
    assert steward.service("web")["generation"] > before
    assert steward.curl().out == "the first page\n"


def test_desired_state_survives_a_restart_of_stewardd(steward):
    port = steward.port("web")
    steward.ok("stop", "trial")
    assert steward.stop() == 0
    steward.start()
    entry = steward.service("trial")
    assert (entry["state"], entry["desired"]) == ("stopped", "stopped")
    assert steward.service("web")["state"] == "running"
    assert steward.port("web") == port, "a port asked for as 0 is kept"
    steward.ok("start", "trial")
    assert steward.echo() == b"ping"
    assert steward.stop() == 0
    steward.start()
    assert steward.service("trial")["state"] == "running"


def test_desired_state_survives_a_power_cut(steward):
    steward.ok("stop", "trial")
    steward.kill()
    steward.start()
    assert steward.service("trial")["state"] == "stopped"
    assert steward.curl().out == "the first page\n"


def test_a_stop_that_was_not_kept_is_kept_by_the_next(steward):
    os.chmod(steward.state, 0o500)
    try:
        outcome = steward.cli("stop", "trial")
        assert outcome.status == 1 and "not kept" in outcome.err, outcome
        again = steward.cli("stop", "trial")
        assert again.status == 1 and "not kept" in again.err, again
    finally:
        os.chmod(steward.state, 0o700)
    steward.ok("stop", "trial")
    steward.kill()
    steward.start()
    assert steward.service("trial")["state"] == "stopped"


def test_first_start_serves_a_welcome_page(make_steward):
    one = make_steward({"web": {"root": None}}, host=None).start()
    outcome = one.curl("-i")
    assert outcome.out.startswith("HTTP/1.1 200"), outcome
    assert "steward" in outcome.out.lower()


def test_daemonised_start_returns_0_when_all_is_ready(make_steward):
    one = make_steward()
    outcome = one.daemonise()
    assert outcome.status == 0, outcome
    status = one.status()
    assert [entry["state"] for entry in status["services"]] == ["running", "running"]
    assert one.curl().out == "the first page\n"
    assert alive(status["host"]["keeper_pid"])
    keeper = one.keeper
    one.stop()
    assert not alive(keeper) and not alive(status["host"]["pid"])


def test_daemonised_start_leaves_nothing_attached(make_steward):
    """The daemon holds neither the terminal nor the pipes of who started it."""
    one = make_steward()
    assert one.daemonise().status == 0     # reads both pipes to their end
    keeper = one.keeper
    assert os.getsid(keeper) != os.getsid(0)
    for number in (0, 1, 2):
        target = os.readlink("/proc/%d/fd/%d" % (keeper, number))
        assert not target.startswith("/dev/pts") and "pipe" not in target, target


def test_daemonised_start_returns_1_with_the_reason(make_steward):
    one = make_steward()
    one.configure_text("web {\n\tworkers = many\n}\n")
    outcome = one.daemonise()
    assert outcome.status == 1, outcome
    assert "steward.conf:2" in outcome.err, outcome
    assert "workers" in outcome.err
    assert not os.path.exists(one.control_path) or refused_unix(one.control_path)


def refused_unix(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == errno.ECONNREFUSED


def test_foreground_start_returns_1_with_the_reason(make_steward):
    one = make_steward()
    one.configure_text("web {\n\tworkers = many\n}\n")
    outcome = run(one.command("--foreground"), env=one.env)
    assert outcome.status == 1, outcome
    assert "steward.conf:2" in outcome.err, outcome


def test_start_with_a_service_that_fails_says_so_and_runs_the_rest(make_steward):
    one = make_steward({"trial": {"refuse": "open"}})
    assert one.daemonise().status in (0, 5)
    entry = one.service("trial")
    assert entry["state"] == "failed"
    assert "refuses in open" in entry["reason"]
    assert one.service("web")["state"] == "running"


def test_one_stewardd_a_home(steward):
    outcome = run(steward.command(), env=steward.env)
    assert outcome.status == 1, outcome
    assert str(steward.keeper) in outcome.err, "names the process that runs already"
    assert steward.curl().out == "the first page\n", "the first one is not harmed"


def test_home_path_longer_than_a_socket_address(make_steward):
    base = tempfile.mkdtemp(prefix="steward-test-", dir="/tmp")
    deep = os.path.join(base, "a-folder-with-a-long-name" * 4, "and-another-one" * 4)
    os.makedirs(deep)
    os.chmod(base, 0o755)
    one = make_steward(base=deep)
    assert len(one.control_path) > 107
    one.remove = lambda: lib.shutil.rmtree(base, ignore_errors=True)
    assert one.daemonise().status == 0
    assert one.curl().out == "the first page\n"
    assert one.json("status")["services"]


def test_home_and_name_that_are_not_utf8(make_steward):
    one = make_steward({"host": {"name": "x" + "\u00e9" * 40}})    # cut inside a character
    plain, one.home = one.home, one.home + "\udcff"
    os.rename(plain, one.home)
    one.state = os.path.join(one.home, "state")
    one.control_path = os.path.join(one.state, "control")
    one.conf = os.path.join(one.home, "steward.conf")
    one.start()
    host = one.json("status")["host"]
    assert host["home"] == plain + "?"
    assert host["name"].startswith("x\u00e9\u00e9") and host["name"].endswith("\u00e9?")
    assert "web" in one.ok("status").out
    assert one.call("hello", client="test")["host"]["home"] == plain + "?"


@pytest.mark.skipif(not ROOT, reason="only root starts a steward for another user")
def test_home_below_a_closed_folder_is_refused_by_its_name(make_steward):
    base = tempfile.mkdtemp(prefix="steward-test-", dir="/tmp")
    closed = os.path.join(base, "closed")
    os.makedirs(os.path.join(closed, "steward"))
    one = make_steward(base=os.path.join(closed, "steward"))
    os.chmod(base, 0o755)
    os.chmod(closed, 0o700)
    one.remove = lambda: lib.shutil.rmtree(base, ignore_errors=True)
    outcome = one.daemonise()
    assert outcome.status == 1, outcome
    assert closed in outcome.err, outcome


@pytest.mark.skipif(not ROOT, reason="only root starts the host as another user")
def test_started_by_root_the_host_has_no_privileges(steward):
    status = steward.status()
    with open("/proc/%d/status" % status["host"]["pid"]) as file:
        fields = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    user = lib.pwd.getpwnam("steward")
    assert set(fields["Uid"].split()) == {str(user.pw_uid)}
    assert set(fields["Gid"].split()) == {str(user.pw_gid)}
    assert fields["NoNewPrivs"] == "1"
    for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
        assert int(fields[name], 16) == 0, name
    assert status["host"]["user"] == "steward"


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_an_ordinary_user_runs_a_steward_of_its_own(make_steward):
    one = make_steward(wrapper=lib.as_user("nobody"), host=None,
                       build=readable_build())
    for path in (one.base, one.home, os.path.join(one.base, "sanitizer")):
        os.chown(path, lib.pwd.getpwnam("nobody").pw_uid, -1)
    one.start()
    assert one.curl().out == "the first page\n"
    assert one.status()["host"]["user"] == "nobody"


def readable_build():
    """The programs where another user can run them, whatever the build tree's
    folders allow."""
    folder = tempfile.mkdtemp(prefix="steward-test-programs-", dir="/tmp")
    os.chmod(folder, 0o755)
    for name in ("steward", "stewardd", "steward-host", "steward-root"):
        if os.path.exists(lib.program(name)):
            lib.shutil.copy2(lib.program(name), folder)
    return folder


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_locales(make_steward, locale):
    one = make_steward(env={"LC_ALL": locale})
    one.page("gr\u00fc\u00dfe.txt", "hello")
    assert one.daemonise().status == 0
    outcome = one.ok("status")
    if locale == "C":
        assert outcome.out.isascii()
    assert "web" in outcome.out and "running" in outcome.out
    assert one.ok("stop", "trial").status == 0
    assert one.curl(path="/gr%C3%BC%C3%9Fe.txt").out == "hello"


def test_sigint_in_the_foreground_stops_all(steward):
    host = steward.host_pid()
    process, steward.process, steward.keeper = steward.process, None, None
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    process_ended(host)


def test_keeper_killed_its_host_ends_and_the_home_is_free_again(steward):
    host, port = steward.host_pid(), steward.port("web")
    assert steward.kill_keeper() == [host]
    process_ended(host)
    assert refused_tcp(port)
    steward.start()
    assert steward.port("web") == port
    assert steward.curl().out == "the first page\n"


def test_versions_and_usage(make_steward):
    one = make_steward()
    for name in ("stewardd", "steward"):
        outcome = run([lib.program(name), "--version"], env=one.env)
        assert outcome.status == 0 and "0.1.0" in outcome.out, outcome
        outcome = run([lib.program(name), "--help"], env=one.env)
        assert outcome.status == 0 and "--home" in outcome.out, outcome
        outcome = run([lib.program(name), "--nonsense"], env=one.env)
        assert outcome.status == 2 and outcome.err and not outcome.out, outcome
