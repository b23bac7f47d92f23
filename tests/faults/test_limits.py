# SPDX-License-Identifier: GPL-3.0-or-later
"""No descriptors, and two thousand slow clients."""
import resource
import socket
import subprocess

from raw import Client
from steward import ROOT, as_user
from waiting import wait_until

PARTIAL = b"GET / HTTP/1.1\r\nHost: test\r\nX-Slow: "


def open_many(port, number):
    held = []
    for _ in range(number):
        one = socket.socket()
        one.settimeout(60)
        try:
            one.connect(("127.0.0.1", port))
            one.sendall(PARTIAL)
        except OSError:
            pass
        held.append(one)
    return held


def test_without_descriptors_it_serves_on_and_recovers(make_steward):
    steward = make_steward({"web": {"header_timeout": "3s"}},
                           wrapper=["prlimit", "--nofile=96:96", "--"]).start()
    port = steward.port("web")
    with Client(port) as early:
        assert early.get().status == 200
        held = open_many(port, 150)
        assert early.get().body == b"the first page\n", "who is inside is served"
        for one in held:
            one.close()
    assert steward.curl().out == "the first page\n"
    steward.ok("status")
    status = steward.status()
    assert status["host"]["crashes"] == 0
    assert {one["state"] for one in status["services"]} == {"running"}


def test_it_can_be_steered_while_clients_hold_all_descriptors(make_steward):
    steward = make_steward({"web": {"header_timeout": "60s"}},
                           wrapper=["prlimit", "--nofile=64:64", "--"]).start()
    held = open_many(steward.port("web"), 120)
    steward.wait_journal("no file descriptor is left")
    for _ in range(5):
        steward.ok("status")
    steward.ok("set", "trial.word=spoken")
    steward.ok("restart", "trial")
    assert steward.echo() == b"ping"
    assert steward.ok("log", "--last", "5").out
    for one in held:
        one.close()
    assert steward.curl().out == "the first page\n"
    assert steward.status()["host"]["crashes"] == 0
    assert "clients of the control socket have to wait" not in steward.journal()


def limit_files(pid, number):
    """As its user: another's limits may be out of root's hands in a container."""
    subprocess.run([*(as_user("steward") if ROOT else ()), "prlimit", "--pid", str(pid),
                    "--nofile=%d:" % number], check=True)


def test_the_control_socket_waits_for_a_descriptor(steward):
    """Not by asking for one without end."""
    host = steward.host_pid()
    limit_files(host, 3)
    with steward.control() as one:
        number = one.send("hello", client="test")
        steward.wait_journal("clients of the control socket have to wait")
        limit_files(host, 512)
        assert one.answer(number)["version"] == 1
    assert steward.journal().count("have to wait") == 1


def test_2000_slow_clients_are_bounded_and_ended(make_steward):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    try:
        steward = make_steward({"web": {"header_timeout": "5s"}}).start()
        port = steward.port("web")
        held = open_many(port, 2000)
        with Client(port) as good:
            for _ in range(50):
                assert good.get().body == b"the first page\n"
        with open("/proc/%d/status" % steward.host_pid()) as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        print("2000 slow clients: %d KiB resident" % resident)
        wait_until(lambda: steward.service("web")["counters"]["connections"] == 0,
                   "the slow ones to be ended")
        for one in held:
            one.close()
        assert steward.curl().out == "the first page\n"
        assert steward.status()["host"]["crashes"] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_memory_and_processor_time_are_charged_to_their_service(steward):
    before = {one["name"]: one for one in steward.status()["services"]}
    steward.ok("do", "trial", "allocate", str(32 * 1024 * 1024))
    steward.ok("do", "trial", "spin", "300")

    def charged():
        now = {one["name"]: one for one in steward.status()["services"]}
        cpu = now["trial"]["cpu_seconds"] - before["trial"]["cpu_seconds"]
        return now if cpu >= 0.29 else None
    now = wait_until(charged, "the processor time")
    assert now["web"]["cpu_seconds"] - before["web"]["cpu_seconds"] < 0.29
    if now["trial"]["memory_bytes"] is None:
        return      # built without jemalloc: nobody knows

    def grown():
        memory = {one["name"]: one["memory_bytes"] for one in steward.status()["services"]}
        return memory if memory["trial"] - before["trial"]["memory_bytes"] >= 31 << 20 else None
    memory = wait_until(grown, "the memory (told once a second)")
    assert memory["web"] - before["web"]["memory_bytes"] < 8 << 20
    steward.ok("do", "trial", "release")
    wait_until(lambda: steward.service("trial")["memory_bytes"] <
               before["trial"]["memory_bytes"] + (4 << 20), "the memory given back")


def test_processor_time_goes_on_counting_over_a_restart_of_the_service(steward):
    steward.ok("do", "trial", "spin", "200")
    wait_until(lambda: steward.service("trial")["cpu_seconds"] >= 0.19, "the time")
    before = steward.service("trial")["cpu_seconds"]
    steward.ok("restart", "trial")
    assert steward.service("trial")["cpu_seconds"] >= before
