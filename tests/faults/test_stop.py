# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGTERM: an orderly stop of everything."""
import os
import signal
import socket

from raw import Client
from waiting import alive, process_ended, wait_until

SIZE = 48 * 1024 * 1024


def begin_download(steward, name="big.bin"):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    one.settimeout(60)
    one.connect(("127.0.0.1", steward.port("web")))
    one.sendall(("GET /%s HTTP/1.1\r\nHost: test\r\n\r\n" % name).encode())
    return one, one.recv(1000)


def finish_download(one, data):
    total = len(data.partition(b"\r\n\r\n")[2])
    while True:
        more = one.recv(1 << 20)
        if not more:
            return total
        total += len(more)


def sparse(steward, size=SIZE):
    path = steward.page("big.bin", b"")
    os.truncate(path, size)


def test_downloads_under_way_end_well(make_steward):
    steward = make_steward({"host": {"drain_limit": "25s"}}).start()
    sparse(steward)
    one, data = begin_download(steward)
    port = steward.port("web")
    os.kill(steward.keeper, signal.SIGTERM)
    # Refused by now or in a moment; the download goes on meanwhile.
    def refused():
        with socket.socket() as probe:
            probe.settimeout(30)
            return probe.connect_ex(("127.0.0.1", port)) != 0
    wait_until(refused, "new clients to be refused")
    assert finish_download(one, data) == SIZE
    one.close()
    assert steward.stop() == 0


def test_a_client_that_never_reads_is_not_waited_for_longer_than_the_limit(make_steward):
    steward = make_steward({"host": {"drain_limit": "500ms"}}).start()
    sparse(steward)
    one, _ = begin_download(steward)
    assert steward.stop() == 0
    one.close()


def test_idle_connections_are_closed_at_once(make_steward):
    steward = make_steward({"host": {"drain_limit": "25s"}}).start()
    with Client(steward.port("web")) as client:
        assert client.get().status == 200
        assert steward.stop() == 0
        assert client.socket.recv(100) == b""


def test_nothing_is_left(steward):
    status = steward.status()
    keeper, host = steward.keeper, status["host"]["pid"]
    assert steward.stop() == 0
    assert not alive(keeper) and not alive(host)
    assert not os.path.exists(steward.control_path) or refused_unix(steward.control_path)
    assert steward.cli("status").status == 3


def refused_unix(path):
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(path) != 0


def test_stop_while_it_starts(make_steward):
    one = make_steward()
    for _ in range(10):
        process = one.spawn()
        process.send_signal(signal.SIGTERM)
        # Before its handlers stand the signal itself ends it.
        assert process.wait(60) in (0, 1, -signal.SIGTERM)
        one.keeper = one.process = None
    one.start()
    assert one.curl().out == "the first page\n"


def test_stop_in_the_middle_of_a_long_drain(make_steward):
    """What a restart was allowed, a stop of everything is not."""
    steward = make_steward({"host": {"drain_limit": "1s"}}).start()
    sparse(steward)
    for signal_number in (signal.SIGUSR2, signal.SIGTERM):
        one, _ = begin_download(steward)
        host = steward.host_pid()
        with steward.control() as control:
            control.send("restart", services=["web"], drain=3600)
            control.send("stop", services=["web"], drain=3600)
            steward.wait_state("web", "draining")
            os.kill(steward.keeper, signal_number)
            process_ended(host)
            if signal_number == signal.SIGTERM:
                assert steward.stop() is not None
            else:
                steward.wait_host(host)
                steward.ok("start", "web")
        one.close()
    assert "did not end in order" not in steward.messages()


def test_a_second_sigterm_is_no_harm(steward):
    host = steward.host_pid()
    for _ in range(3):
        os.kill(steward.keeper, signal.SIGTERM)
    assert steward.stop() == 0
    process_ended(host)


def test_stop_with_subscribers(steward):
    with steward.control() as control:
        control.call("subscribe", snapshot=0.2, journal={})
        assert steward.stop() == 0
        while control.read() is not None:
            pass


def test_stop_while_the_holder_of_a_port_is_looked_up(make_steward):
    """The host waits for that answer; without it, it would have to be killed."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = "127.0.0.1:%d" % holder.getsockname()[1]
        for _ in range(5):
            one = make_steward({"trial": {"listen": [taken]}}).start()
            with one.control() as control:
                control.send("start", services=["trial"])
                control.call("hello")
                assert one.stop() == 0
            assert "in order" not in one.messages()
