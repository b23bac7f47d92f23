# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses: IPv4, IPv6, wildcards, and one that appears later."""
import socket

import pytest

import net
from raw import Client
from waiting import wait_until

WHY_NOT = net.available()
needs_namespace = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))

TCP = """
import socket, sys
one = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
one.sendall(b"ping")
print(one.recv(100).decode(), end="")
"""
REFUSED = """
import socket, sys
one = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
one.settimeout(30)
print(one.connect_ex((sys.argv[1], int(sys.argv[2]))), end="")
"""
# From a given source to a given address: the answer must come from that address.
UDP = """
import socket, sys
address, port, source = sys.argv[1], int(sys.argv[2]), sys.argv[3]
one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(30)
one.bind((source, 0))
one.sendto(b"ping", (address, port))
data, sender = one.recvfrom(100)
print(data.decode(), sender[0], sender[1], end="")
"""


@pytest.fixture
def network():
    one = net.Network()
    yield one
    one.close()


def test_ipv4_and_ipv6_side_by_side(make_steward):
    one = make_steward({"web": {"listen": ["127.0.0.1:0", "[::1]:0"]},
                        "trial": {"listen": ["[::1]:0", "127.0.0.2:0"]}}).start()
    for address in ("127.0.0.1", "::1"):
        with Client(one.port("web", address=address), address) as client:
            assert client.get().body == b"the first page\n"
    assert one.echo(port=one.port("trial", address="::1"), address="::1") == b"ping"
    assert one.echo(port=one.port("trial", address="127.0.0.2"), address="127.0.0.2") == b"ping"
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        client.settimeout(30)
        client.connect(("::1", one.port("trial", "udp", "::1")))
        client.send(b"datagram")
        assert client.recv(100) == b"datagram"


def test_ipv4_and_ipv6_share_a_number(make_steward):
    """An IPv6 socket takes nothing of IPv4 (IPV6_V6ONLY)."""
    from steward import free_port
    port = free_port()
    one = make_steward({"web": {"listen": ["127.0.0.1:%d" % port]},
                        "trial": {"listen": ["[::1]:%d" % port]}}).start()
    assert one.curl().out == "the first page\n"
    assert one.echo(port=port, address="::1") == b"ping"


@needs_namespace
def test_wildcard_listens_everywhere(make_steward, network):
    for address in ("10.77.0.1/32", "10.77.0.2/32", "fd77::1/128", "fd77::2/128"):
        network.add(address)
    one = make_steward({"web": {"listen": ["*:8080"]}, "trial": {"listen": ["*:7007"]}},
                       wrapper=network.inside).start()
    listeners = {(entry["address"], entry["port"]) for entry in one.service("web")["listeners"]}
    assert listeners == {("0.0.0.0", 8080), ("::", 8080)}
    for address in ("127.0.0.1", "10.77.0.1", "10.77.0.2", "[::1]", "[fd77::1]", "[fd77::2]"):
        answer = network.run("curl", "-sS", "http://%s:8080/" % address)
        assert answer.stdout == "the first page\n", answer
    network.add("10.77.0.9/32")
    answer = network.run("curl", "-sS", "http://10.77.0.9:8080/")
    assert answer.stdout == "the first page\n", "an address that came later is included"


@needs_namespace
@pytest.mark.parametrize("address,source", [
    ("10.77.0.2", "10.77.0.1"), ("10.77.0.1", "127.0.0.1"), ("127.0.0.5", "127.0.0.1"),
    ("fd77::2", "fd77::1"), ("fd77::2", "::1"),
])
def test_wildcard_udp_answers_from_the_address_that_was_asked(make_steward, network, address,
                                                               source):
    for one in ("10.77.0.1/32", "10.77.0.2/32", "fd77::1/128", "fd77::2/128"):
        network.add(one)
    make_steward({"trial": {"listen": ["*:7007"]}}, wrapper=network.inside).start()
    assert network.python(UDP, address, 7007, source) == "ping %s 7007" % address


@needs_namespace
@pytest.mark.parametrize("address", ["10.77.0.5", "fd77::5"])
def test_an_address_that_appears_later_is_listened_on_when_it_does(make_steward, network, address):
    item = ("[%s]:7007" if ":" in address else "%s:7007") % address
    one = make_steward({"trial": {"listen": ["127.0.0.1:7007", item]}},
                       wrapper=network.inside).start()

    def states(wanted):
        entry = one.service("trial")
        return {listener["state"] for listener in entry["listeners"]
                if listener["address"] == address} == {wanted}
    assert states("waiting"), one.service("trial")
    assert one.service("trial")["state"] == "running"
    assert network.python(TCP, "127.0.0.1", 7007) == "ping", "the others serve meanwhile"
    network.add(address + ("/128" if ":" in address else "/32"))
    wait_until(lambda: states("open"), "the late address to be bound")
    assert network.python(TCP, address, 7007) == "ping"
    one.ok("stop", "trial")
    assert network.python(REFUSED, address, 7007) == "111"
    one.ok("start", "trial")
    assert network.python(TCP, address, 7007) == "ping"


@needs_namespace
def test_a_machine_without_ipv6(make_steward, network):
    network.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
    network.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; "
                            "echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6")
    one = make_steward({"web": {"listen": ["*:8080"]}}, wrapper=network.inside).start()
    assert network.run("curl", "-sS", "http://127.0.0.1:8080/").stdout == "the first page\n"
    assert one.service("web")["state"] == "running"


@needs_namespace
def test_a_machine_whose_loopback_is_not_up_yet(make_steward, network):
    network.ip("link", "set", "lo", "down")
    one = make_steward(wrapper=network.inside).start()
    network.ip("link", "set", "lo", "up")
    wait_until(lambda: all(listener["state"] == "open"
                           for service in one.status()["services"]
                           for listener in service["listeners"]), "all listeners to be open")
    assert network.run("curl", "-sS", one.url()).stdout == "the first page\n"


@needs_namespace
def test_connections_of_one_address_are_limited(make_steward, network):
    network.add("10.77.0.1/32")
    network.add("10.77.0.2/32")
    one = make_steward({"web": {"listen": ["10.77.0.1:8080"], "connections_per_address": 5}},
                       wrapper=network.inside).start()
    text = """
import socket, sys
answers = []
held = []
for number in range(8):
    one = socket.socket()
    one.settimeout(30)
    one.bind((sys.argv[1], 0))
    one.connect(("10.77.0.1", 8080))
    held.append(one)
    try:
        one.sendall(b"GET / HTTP/1.1\\r\\nHost: test\\r\\n\\r\\n")
        answers.append(one.recv(12)[-3:].decode() or "end")
    except ConnectionError:
        answers.append("end")
print(" ".join(answers))
"""
    answers = network.python(text, "10.77.0.2").split()
    assert answers[:5] == ["200"] * 5 and set(answers[5:]) <= {"429", "503", "end"}, answers
    assert one.service("web")["state"] == "running"
