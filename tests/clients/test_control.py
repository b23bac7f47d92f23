# SPDX-License-Identifier: GPL-3.0-or-later
"""The control socket: what it answers to friends, to fools and to strangers."""
import grp
import json
import os
import socket
import subprocess
import sys
import threading

import pytest

from control import RpcError, connect
from steward import ROOT, as_user, sanitized
from waiting import wait_readable, wait_until

LIMIT = 64 * 1024


def one_answer(steward, data, shut=False):
    """What the host says to raw bytes on a connection of their own: the first
    message, or None when it only closed."""
    with steward.control() as control:
        try:
            control.send_bytes(data)
            if shut:
                control.socket.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return control.read()


def still_fine(steward):
    assert steward.call("status")["version"] == 1
    assert steward.curl().out == "the first page\n"


def audit_of_a_thousand(steward):
    """A list that takes some milliseconds to show."""
    steward.ok("set", "trial.word=x")
    steward.stop()
    path = os.path.join(steward.state, "audit")
    with open(path) as file:
        model = json.loads(file.readline())
    with open(path, "w") as file:
        for number in range(1, 1001):
            file.write(json.dumps(dict(model, number=number)) + "\n")
    steward.start()


# ---- Answers ----

def test_hello_tells_role_and_version(steward):
    result = steward.call("hello", client="test")
    assert result["version"] == 1 and result["role"] == "admin"
    assert result["software"] and result["user"]


def test_describe_is_the_schema(steward):
    services = {one["name"]: one for one in steward.call("describe")["services"]}
    trial = services["trial"]
    assert {one["name"] for one in trial["settings"]} >= \
        {"trial.listen", "trial.word", "trial.colour", "trial.names"}
    assert any(one["pattern"].startswith("hang <seconds>") for one in trial["commands"])
    assert {one["name"]: one["role"] for one in trial["tables"]} == \
        {"clients": "plain", "colours": "plain", "people": "clients", "blocks": "open"}
    assert trial["needs"] == ["web"]
    assert any(one["name"] == "datagrams" for one in trial["counters"])


def test_several_requests_at_once_are_all_answered(steward):
    with steward.control() as control:
        slow = control.send("do", service="trial", words=["slow", "300"])
        numbers = [control.send("status", service="web") for _ in range(10)]
        for number in reversed(numbers):
            assert control.answer(number)["services"][0]["name"] == "web"
        assert slow not in control.answers, "a slow command holds nobody up"
        assert control.answer(slow)["rows"] == [["slow"]]


def test_many_costly_requests_of_one_hold_up_nobody_else(steward):
    """Seconds of work in one message, which shows how far it has come."""
    audit_of_a_thousand(steward)
    # Without an id, so that no answer ends it by its size.
    lines = b"".join(b'{"jsonrpc":"2.0","method":"audit","params":{"last":1000}}\n'
                     b'{"jsonrpc":"2.0","method":"present","params":{"page":"%d"}}\n' % number
                     for number in range(1, 151))
    with steward.control() as busy, steward.control() as other:
        session = busy.call("hello")["session"]
        busy.call("present", page="0")

        def page():
            return next(int(one["page"]) for one in other.call("who")["sessions"]
                        if one["session"] == session)
        busy.send_bytes(lines)
        # What the host reads at once holds 30 of them.
        assert [page() for _ in range(10)][-1] < 100
        wait_until(lambda: page() == 150, "the last line")


def test_ids_come_back_as_they_were(steward):
    for number in (0, 7, -3, "text", 2**40):
        message = {"jsonrpc": "2.0", "id": number, "method": "status"}
        answer = one_answer(steward, json.dumps(message).encode() + b"\n")
        assert answer["id"] == number and "result" in answer


def test_stale_generation_is_refused(steward):
    generation = steward.service("web")["generation"]
    steward.ok("restart", "web")
    with pytest.raises(RpcError) as caught:
        steward.call("stop", services=["web"], generation=generation)
    assert caught.value.code == -32006
    assert steward.service("web")["state"] == "running"
    generation = steward.service("web")["generation"]
    steward.call("stop", services=["web"], generation={"web": generation})
    assert steward.service("web")["state"] == "stopped"


# ---- Subscriptions ----

def test_snapshots_come_and_tell_changes_at_once(steward):
    with steward.control() as control:
        control.call("subscribe", snapshot=3600, journal=None)
        steward.ok("stop", "trial")
        snapshot = control.notification("snapshot", lambda params: any(
            one["name"] == "trial" and one["state"] == "stopped" for one in params["services"]))
        assert snapshot["version"] == 1
        machine = snapshot["machine"]
        assert machine["cores"] >= 1 and machine["memory_total"] > machine["memory_available"]
        assert "cpu_percent" in machine and "load1" in machine


def test_snapshots_come_at_the_interval(steward):
    with steward.control() as control:
        control.call("subscribe", snapshot=0.2, journal=None)
        for _ in range(3):
            control.notification("snapshot")
        first = control.notification("snapshot")["host"]["uptime_seconds"]
        second = control.notification("snapshot")["host"]["uptime_seconds"]
        assert second > first


def test_journal_subscription_with_backlog_and_level(steward):
    steward.ok("do", "trial", "log", "warning", "before", "from before")
    with steward.control() as control:
        control.call("subscribe", snapshot=0,
                     journal={"service": "trial", "level": "warning"}, backlog=50)
        control.record(text="from before", level="warning")
        steward.ok("do", "trial", "log", "info", "no", "not important")
        steward.ok("do", "trial", "log", "error", "yes", "very important")
        found = control.notification("journal")["records"]
        assert [one["text"] for one in found] == ["very important"]
        assert found[0]["service"] == "trial" and found[0]["subject"] == "yes"
        assert found[0]["sequence"] > 0 and found[0]["time"].endswith("Z")


def test_backlog_comes_though_nothing_new_is_written(steward):
    steward.ok("do", "trial", "log", "notice", "before", "the last for a while")
    steward.wait_journal("the last for a while")
    with steward.control() as control:
        control.call("subscribe", snapshot=0, journal={}, backlog=10)
        control.record(text="the last for a while")


def test_a_costly_pattern_holds_nobody_up(steward):
    """It is refused before it is compiled, and not on the thread that answers all."""
    with steward.control() as first, steward.control() as second:
        numbers = [first.send("log", grep="((a{255}){255}){255}") for _ in range(3)]
        assert second.call("hello")["version"] == 1
        for number in numbers:
            with pytest.raises(RpcError):
                first.answer(number)


def test_readers_of_the_journal_are_bounded(steward):
    with steward.control() as one:
        numbers = [one.send("log", last=10000) for _ in range(16)]
        outcomes = []
        for number in numbers:
            try:
                outcomes.append("records" in one.answer(number))
            except RpcError as error:
                outcomes.append("already" in str(error))
        assert all(outcomes)
        assert one.call("log", last=1)["records"]


def test_answers_come_after_the_writing_side_was_shut(steward):
    with steward.control() as one:
        one.send("log", last=5)
        number = one.send("restart", services=["trial"])
        one.socket.shutdown(socket.SHUT_WR)
        assert one.answer(number)["services"][0]["state"] == "running"
        while (message := one.read()) is not None:
            assert "error" not in message


def test_a_subscriber_that_never_reads_harms_nobody(steward):
    with connect(steward.control_path) as mute:
        mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        mute.sendall(b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":'
                     b'{"snapshot":0.2,"journal":{"level":"debug"},"backlog":1000}}\n')
        with steward.control() as reader:
            reader.call("subscribe", snapshot=0.2, journal={})
            before = memory_kib(steward)
            for _ in range(5):
                steward.ok("do", "trial", "flood", "2000")
                reader.notification("snapshot")
            still_fine(steward)
            # A margin for the ring and the allocator; 10,000 records and
            # snapshots without a limit would be several times that. A
            # sanitizer keeps what was freed.
            assert memory_kib(steward) - before < (24 if not sanitized() else 200) * 1024
    still_fine(steward)


def memory_kib(steward):
    with open("/proc/%d/status" % steward.host_pid()) as file:
        for line in file:
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_a_reader_that_is_slow_loses_no_record(steward):
    with steward.control() as control:
        control.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        control.call("subscribe", snapshot=0, journal={"service": "trial"})
        steward.ok("do", "trial", "flood", "500")
        texts = []
        while len(texts) < 500:
            texts += [one["text"] for one in control.notification("journal")["records"]
                      if one["subject"] == "flood"]
        assert [text.split(" ")[1] for text in texts] == [str(n) for n in range(1, 501)]


def test_a_reader_that_is_too_slow_is_told_what_it_missed(steward):
    """Every record is sent or counted, in the order of their numbers."""
    with steward.control() as control, steward.control() as writer:
        control.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        control.call("subscribe", snapshot=0, journal={"level": "debug"})
        for _ in range(40):
            writer.call("do", service="trial", words=["flood", "1000"])
        before, missed, ends = None, 0, 0
        while ends < 1 or not missed:
            params = control.notification("journal")
            lost = params.get("missed", 0)
            for one in params["records"]:
                assert before is None or one["sequence"] == before + 1 + lost
                before, lost = one["sequence"], 0
                ends += one["text"].startswith("record 1000 of 1000")
            missed += params.get("missed", 0)


# ---- Garbage ----

REQUEST = b'{"jsonrpc":"2.0","id":1,"method":"status"}'

GARBAGE = [
    ("not json", b"hello\n", -32700),
    ("empty braces cut", b"{\n", -32700),
    ("http", b"GET / HTTP/1.1\n", -32700),
    ("binary", bytes(range(1, 10)) + bytes(range(11, 256)) + b"\n", -32700),
    ("NUL", b'{"jsonrpc":"2.0","id":1,"method":"sta\0tus"}\n', -32700),
    ("NUL escaped", b'{"jsonrpc":"2.0","id":1,"method":"sta\\u0000tus"}\n', None),
    ("two values", REQUEST + REQUEST + b"\n", -32700),
    ("invalid utf-8", b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}\n', -32700),
    ("surrogate", b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}\n', -32700),
    ("deep arrays", b"[" * 30000 + b"]" * 30000 + b"\n", None),
    ("deep objects", b'{"a":' * 9000 + b"1" + b"}" * 9000 + b"\n", None),
    ("deep params", b'{"jsonrpc":"2.0","id":1,"method":"status","params":' +
     b'{"service":' * 4000 + b"1" + b"}" * 4001 + b"\n", None),
    ("a number", b"7\n", -32600),
    ("a text", b'"status"\n', -32600),
    ("null", b"null\n", -32600),
    ("empty object", b"{}\n", -32600),
    ("empty batch", b"[]\n", -32600),
    ("batch", b"[" + REQUEST + b"," + REQUEST + b"]\n", -32600),
    ("no version", b'{"id":1,"method":"status"}\n', -32600),
    ("old version", b'{"jsonrpc":"1.0","id":1,"method":"status"}\n', -32600),
    ("no method", b'{"jsonrpc":"2.0","id":1}\n', -32600),
    ("method is a number", b'{"jsonrpc":"2.0","id":1,"method":7}\n', -32600),
    ("id is an object", b'{"jsonrpc":"2.0","id":{},"method":"status"}\n', -32600),
    ("params is a text", b'{"jsonrpc":"2.0","id":1,"method":"status","params":"x"}\n', None),
    ("unknown method", b'{"jsonrpc":"2.0","id":1,"method":"frobnicate"}\n', -32601),
    ("empty method", b'{"jsonrpc":"2.0","id":1,"method":""}\n', -32601),
    ("long method", b'{"jsonrpc":"2.0","id":1,"method":"' + b"s" * 60000 + b'"}\n', -32601),
    ("huge number", b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":'
     b'{"snapshot":' + b"9" * 400 + b"}}\n", None),
    ("huge integer", b'{"jsonrpc":"2.0","id":1,"method":"stop","params":'
     b'{"services":["web"],"drain":99999999999999999999}}\n', None),
]


@pytest.mark.parametrize("data,code", [row[1:] for row in GARBAGE],
                         ids=[row[0].replace(" ", "-") for row in GARBAGE])
def test_garbage_gets_an_error(steward, data, code):
    answer = one_answer(steward, data)
    assert answer is not None and "error" in answer and "result" not in answer, answer
    allowed = (code,) if code else (-32700, -32600, -32601, -32602, -32010)
    assert answer["error"]["code"] in allowed, answer
    assert answer["jsonrpc"] == "2.0" and answer["error"]["message"]
    still_fine(steward)


def call(method, **params):
    return method, params


@pytest.mark.parametrize("method,params", [
    call("start"), call("start", services="web"), call("start", services=[]),
    call("start", services=["nonsense"]), call("start", services=[7]),
    call("start", services=["web", None]), call("stop", services=["web"], drain="long"),
    call("stop", services=["web"], drain=-1), call("stop", services=["web"], generation="x"),
    call("status", service="nonsense"), call("status", service=7), call("log", level="loud"),
    call("log", since="yesteryear"), call("log", grep="("), call("log", grep=[]),
    call("log", last=-1), call("list"), call("list", service="web"),
    call("list", service="trial", table="nonsense"), call("list", service=[], table={}),
    call("do", service="trial"), call("do", service="trial", words="echo"),
    call("do", service="trial", words=[]), call("do", service="trial", words=[1]),
    call("do", service="trial", words=["nonsense"]), call("do", words=["echo", "x"]),
    call("get", name="web.nonsense"), call("get", name="nonsense"), call("get", name=7),
    call("set"), call("set", values=[]), call("set", values={}),
    call("set", values={"web.nonsense": "1"}), call("set", values={"web.workers": 3}),
    call("set", values={"web.workers": "zero"}), call("set", values={"nonsense": "1"}),
    call("subscribe", snapshot=0.01), call("subscribe", snapshot=1e9),
    call("subscribe", snapshot="often"), call("subscribe", journal=7),
    call("subscribe", journal={"level": "loud"}), call("subscribe", backlog="all"),
], ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:40])
def test_wrong_parameters_are_named(steward, method, params):
    with steward.control() as control:
        with pytest.raises(RpcError) as caught:
            control.call(method, **params)
        assert caught.value.code == -32602, caught.value
        assert caught.value.message
        assert control.call("status")["version"] == 1, "the connection goes on"
    assert {one["state"] for one in steward.status()["services"]} == {"running"}


def test_notifications_are_carried_out_or_ignored_but_not_answered(steward):
    with steward.control() as control:
        control.send_bytes(b'{"jsonrpc":"2.0","method":"status"}\n')
        assert control.call("status")["version"] == 1
        assert not control.notifications and not control.answers


@pytest.mark.parametrize("request_", [
    b'{"jsonrpc":"2.0","method":"hello","params":[1]}',
    b'{"jsonrpc":"2.0","method":"hello","params":"x"}',
    b'{"jsonrpc":"2.0","method":"frobnicate"}',
    b'{"jsonrpc":"2.0","method":"status","params":{"service":"nonsense"}}',
    b'{"jsonrpc":"2.0","method":"do","params":{"service":"trial","words":["slow","50"]}}\n' * 20,
], ids=["params-array", "params-text", "unknown-method", "wrong-parameter", "too-many"])
def test_no_mistake_of_a_notification_is_answered(steward, request_):
    with steward.control() as control:
        control.send_bytes(request_ + b"\n")
        with steward.control() as other:
            assert other.call("status")["version"] == 1
        while True:     # those under way leave no room for a request at first
            control.send_bytes(b'{"jsonrpc":"2.0","id":"last","method":"status"}\n')
            message = control.read()
            assert message["id"] == "last", message
            if "result" in message:
                break


def test_what_is_no_request_is_answered_without_an_id(steward):
    for data, code in ((b'{"jsonrpc":"2.0"}\n', -32600), (b"{\n", -32700)):
        answer = one_answer(steward, data)
        assert answer["id"] is None and answer["error"]["code"] == code


def test_a_message_that_is_too_long_is_refused_and_closed(steward):
    answer = one_answer(steward, b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * LIMIT + b'"}\n')
    assert answer["error"]["code"] == -32010
    still_fine(steward)


def test_an_endless_line_is_cut_off(steward):
    with steward.control() as control:
        sent = 0
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while sent < 64 * 1024 * 1024:
                sent += control.socket.send(b"x" * 65536)
        assert sent < 16 * 1024 * 1024
    still_fine(steward)


def test_longest_message_that_is_allowed(steward):
    data = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "do", "params": {
        "service": "trial", "words": ["echo", "x"]}}).encode()
    answer = one_answer(steward, data + b" " * (LIMIT - len(data) - 1) + b"\n")
    assert answer["result"]["rows"] == [["1", "x"]]


def test_truncated_messages_are_refused(steward):
    for length in range(1, len(REQUEST)):
        with steward.control() as control:
            control.send_bytes(REQUEST[:length])
    for data in (REQUEST, REQUEST[:1], REQUEST + b"\n" + REQUEST[:7]):
        with steward.control() as control:
            control.send_bytes(data)
            control.socket.shutdown(socket.SHUT_WR)
            if b"\n" in data:
                assert "result" in control.read()
            message = control.read()
            assert message["id"] is None and message["error"]["code"] == -32700, message
            assert control.read() is None, "it is closed"
    still_fine(steward)


def test_a_truncated_message_does_not_drop_the_answers_before(steward):
    with steward.control() as control:
        number = control.send("do", service="trial", words=["slow", "100"])
        control.send_bytes(REQUEST[:-1])
        control.socket.shutdown(socket.SHUT_WR)
        first, second = control.read(), control.read()
        assert first["id"] is None and first["error"]["code"] == -32700
        assert second["id"] == number and second["result"]["rows"] == [["slow"]]
        assert control.read() is None, "it is closed"


def test_byte_by_byte(steward):
    with steward.control() as control:
        for byte in REQUEST + b"\n":
            control.send_bytes(bytes([byte]))
        assert control.read()["result"]["version"] == 1


def test_empty_lines_are_no_harm(steward):
    with steward.control() as control:
        control.send_bytes(b"\n\r\n \n")
        number = control.send("status")
        while True:
            message = control.read()
            assert message is not None
            if message.get("id") == number:
                break


def test_random_garbage_harms_nobody(steward):
    import random
    chance = random.Random(1)
    parts = [b'{', b'}', b'[', b']', b'"', b':', b',', b'\n', b'\\u00', b'"jsonrpc":"2.0"',
             b'"id":1', b'"method":"status"', b'"params":', b'null', b'1e308', b'-0', b'\xff',
             b'"method":"get"', b'"name":"web.root"']
    for _ in range(300):
        with steward.control() as control:
            try:
                control.send_bytes(b"".join(chance.choice(parts)
                                            for _ in range(chance.randrange(1, 60))))
                control.socket.shutdown(socket.SHUT_WR)
                while control.read() is not None:
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass
    still_fine(steward)


# ---- Many ----

def test_too_many_requests_under_way_are_refused(steward):
    with steward.control() as control:
        numbers = [control.send("do", service="trial", words=["slow", "100"]) for _ in range(20)]
        refused = 0
        for number in numbers:
            try:
                control.answer(number)
            except RpcError as fault:
                assert fault.code == -32010
                refused += 1
        assert refused >= 4, "16 may be under way"
        assert control.call("status")["version"] == 1
    still_fine(steward)


def test_too_many_connections_are_refused_and_come_back(steward):
    held = []
    try:
        refused = None
        for _ in range(200):
            one = steward.control()
            held.append(one)
            try:
                one.call("status", service="web")
            except (RpcError, ConnectionError, OSError) as fault:
                refused = fault
                break
        assert refused is not None, "there is a limit"
        assert len(held) > 60
        if isinstance(refused, RpcError):
            assert refused.code == -32010
    finally:
        for one in held:
            one.close()

    def free():
        try:
            return steward.call("status")
        except (RpcError, ConnectionError, OSError):
            return None
    wait_until(free, "the connections to be free again")
    still_fine(steward)


def test_many_clients_come_and_go_at_once(steward):
    faults = []

    def ask():
        try:
            return steward.call("status", service="web")["services"]
        except RpcError as fault:
            # Those that just left may still count; then one comes again.
            if fault.code == -32010:
                return None
            raise

    def visit():
        try:
            for _ in range(20):
                wait_until(ask, "an answer")
        except Exception as fault:  # pylint: disable=broad-except
            faults.append(repr(fault))
    threads = [threading.Thread(target=visit) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not faults, faults
    still_fine(steward)


def test_leaving_before_the_answer_harms_nobody(steward):
    for _ in range(50):
        with steward.control() as control:
            control.send("do", service="trial", words=["slow", "5"])
            control.send("restart", services=["trial"])
    steward.wait_state("trial", "running")
    still_fine(steward)


# ---- Who may ----

ASK = """
import json, sys
sys.path.insert(0, %(lib)r)
from control import Control, RpcError
try:
    with Control(%(path)r) as control:
        hello = control.call("hello", client="test")
        print(json.dumps({"role": hello["role"]}))
        for method, params in json.loads(%(calls)r):
            try:
                control.call(method, **params)
                print(json.dumps({"done": method}))
            except RpcError as fault:
                print(json.dumps({"code": fault.code}))
except RpcError as fault:
    print(json.dumps({"code": fault.code}))
except PermissionError:
    print(json.dumps({"code": -32004}))
"""


def ask_as(steward, groups, calls):
    """The answers that a user gets who is in exactly these groups."""
    text = ASK % {"lib": "/proc/self/fd/%d", "path": steward.control_path,
                  "calls": json.dumps(calls)}
    folder = os.open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "lib"), os.O_RDONLY)
    try:
        done = subprocess.run(
            [*as_user("nobody", *groups), sys.executable, "-B", "-c", copy_of_control(text, folder)],
            pass_fds=[folder], capture_output=True, text=True, timeout=60)
    finally:
        os.close(folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def copy_of_control(text, folder):
    """The program with the modules it needs inside it: the source tree may be
    closed to other users."""
    lines = []
    for name in ("waiting", "control"):
        with open("/proc/self/fd/%d/%s.py" % (folder, name)) as file:
            source = file.read()
        lines.append("import types, sys; m = types.ModuleType(%r); exec(%r, m.__dict__); "
                     "sys.modules[%r] = m" % (name, source, name))
    return "\n".join(lines) + text.replace("sys.path.insert(0, '/proc/self/fd/%d')", "")


CALLS = [
    ("status", {}), ("get", {}), ("do", {"service": "trial", "words": ["echo", "x"]}),
    ("do", {"service": "trial", "words": ["release"]}), ("restart", {"services": ["trial"]}),
    ("set", {"values": {"trial.word": "changed"}}),
    ("do", {"service": "trial", "words": ["wipe"]}),
]

REFUSED = {"code": -32004}
ROLES = {
    "steward-view": ("viewer", 3),
    "steward-operator": ("operator", 5),
    "steward-admin": ("admin", 7),
}


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
@pytest.mark.parametrize("group", list(ROLES))
def test_roles_by_group(steward, group):
    try:
        grp.getgrnam(group)
    except KeyError:
        pytest.skip("the group %s is not there; ./setup makes it" % group)
    role, may = ROLES[group]
    answers = ask_as(steward, [group], CALLS)
    assert answers[0] == {"role": role}
    assert answers[1:1 + may] == [{"done": method} for method, _ in CALLS[:may]], answers
    assert answers[1 + may:] == [REFUSED] * (len(CALLS) - may), answers


# What an operator may take back, and what only an admin may keep.
KEEPING = [
    ("audit", {}), ("undo", {"entry": 2}), ("undo", {"entry": 1}),
    ("reload", {"services": ["trial"], "confirm": 60}), ("confirm", {"trial": 99}),
    ("revert", {"trial": 99}),
]
STALE = {"code": -32006}
KEEPERS = {
    "steward-view": [{"done": "audit"}] + [REFUSED] * 5,
    "steward-operator": [{"done": "audit"}, {"done": "undo"}] + [REFUSED] * 4,
    "steward-admin": [{"done": "audit"}, {"done": "undo"}, {"done": "undo"}, {"done": "reload"},
                      STALE, STALE],
}


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
@pytest.mark.parametrize("group", list(KEEPERS))
def test_who_may_take_back_and_try(steward, group):
    try:
        grp.getgrnam(group)
    except KeyError:
        pytest.skip("the group %s is not there; ./setup makes it" % group)
    steward.ok("set", "trial.word=set")
    steward.ok("stop", "web")
    assert ask_as(steward, [group], KEEPING)[1:] == KEEPERS[group]
    if group != "steward-view":
        assert steward.call("audit")["entries"][2]["user"] == "nobody"


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
@pytest.mark.parametrize("words", [["reload", "trial", "--confirm", "60"], ["undo", "1"],
                                   ["do", "trial", "wipe"], ["set", "trial.word=x"]])
def test_who_may_not_is_told_what_to_do(steward, words):
    try:
        grp.getgrnam("steward-operator")
    except KeyError:
        pytest.skip("the group steward-operator is not there; ./setup makes it")
    steward.ok("set", "trial.word=set")
    outcome = steward.cli(*words, before=as_user("nobody", "steward-operator"))
    assert outcome.status == 4 and "needs the role admin" in outcome.err, outcome
    assert "join the group steward-admin" in outcome.err, outcome


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_strangers_are_told_so(steward):
    assert ask_as(steward, [], CALLS)[0] == REFUSED
    still_fine(steward)


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_a_stranger_is_refused_without_a_look_for_the_name(make_steward):
    """Names may come from a directory that is slow; here they do not come at all."""
    one = make_steward()
    one.wrapper = ["unshare", "-m"]
    one.start()
    names = os.path.join(one.base, "names")
    os.mkfifo(names)
    inside = ["nsenter", "-t", str(one.host_pid()), "-m"]
    subprocess.run([*inside, "mount", "--bind", names, "/etc/passwd"], check=True)
    for _ in range(3):
        assert ask_as(one, [], CALLS)[0] == REFUSED
    subprocess.run([*inside, "umount", "/etc/passwd"], check=True)
    still_fine(one)


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_one_viewer_cannot_take_all_connections(steward):
    try:
        grp.getgrnam("steward-view")
    except KeyError:
        pytest.skip("the group steward-view is not there; ./setup makes it")
    program = """
import sys, socket
held = []
try:
    for _ in range(100):
        one = Control(%r)
        held.append(one)
        one.call("status", service="web")
except Exception:
    pass
print(len(held), flush=True)
sys.stdin.read()
""" % steward.control_path
    folder = os.open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "lib"), os.O_RDONLY)
    text = copy_of_control("\nfrom control import Control\n" + program, folder)
    os.close(folder)
    with subprocess.Popen([*as_user("nobody", "steward-view"), sys.executable, "-B", "-c", text],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        wait_readable(process.stdout, "the number of connections", 60)
        assert int(process.stdout.readline()) <= 9
        still_fine(steward)
        with steward.control() as control:
            assert control.call("hello", client="test")["role"] == "admin"
        process.stdin.close()
