# SPDX-License-Identifier: GPL-3.0-or-later
"""Malformed requests. Each gets its clear 4xx and a close, none reaches a file
outside the root, and others are served meanwhile. RFC numbers beside the rows
say what is broken."""
import os
import socket
import threading

import pytest

from raw import Client, exchange
from waiting import wait_until

SECRET = b"this file lies outside the root"
HOST = b"Host: test\r\n"
END = b"\r\n"


def get(*lines, target=b"/", version=b"HTTP/1.1", host=HOST):
    return b"GET " + target + b" " + version + b"\r\n" + host + b"".join(lines) + END


MANY = b"".join(b"X-%d: y\r\n" % number for number in range(2000))

# name, bytes, statuses that are right
BAD = [
    # The first bytes (RFC 9112 section 3)
    ("tls hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100, {400}),
    ("ssh", b"SSH-2.0-OpenSSH_9.2\r\n", {400, 501}),
    ("binary", bytes(range(128, 256)), {400}),
    ("NUL first", b"\0GET / HTTP/1.1\r\n" + HOST + END, {400}),
    ("space first", b" GET / HTTP/1.1\r\n" + HOST + END, {400}),
    ("http/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 405, 501, 505}),
    ("socks", b"\x05\x01\x00", {400}),
    ("only line ends", b"\r\n" * 200 + b"x", {400}),
    # The request line (9112 section 3)
    ("no version", b"GET /\r\n" + HOST + END, {400}),
    ("no target", b"GET HTTP/1.1\r\n" + HOST + END, {400}),
    ("two spaces", b"GET  / HTTP/1.1\r\n" + HOST + END, {400}),
    ("tab between", b"GET\t/\tHTTP/1.1\r\n" + HOST + END, {400}),
    ("space behind", b"GET / HTTP/1.1 \r\n" + HOST + END, {400}),
    ("four words", b"GET / x HTTP/1.1\r\n" + HOST + END, {400}),
    ("lower version", b"GET / http/1.1\r\n" + HOST + END, {400, 505}),
    ("version 2", b"GET / HTTP/2.0\r\n" + HOST + END, {400, 505}),
    ("version 2.2", b"GET / HTTP/2.2\r\n" + HOST + END, {505}),
    ("version 1.10", b"GET / HTTP/1.10\r\n" + HOST + END, {400, 505}),
    ("version x", b"GET / HTTP/x\r\n" + HOST + END, {400, 505}),
    ("version 0.9", b"GET / HTTP/0.9\r\n" + HOST + END, {400, 505}),
    ("no slash", get(target=b"index.html"), {400}),
    ("NUL in target", get(target=b"/\0/etc/passwd"), {400}),
    ("control in target", get(target=b"/\x01\x02"), {400}),
    ("DEL in target", get(target=b"/\x7f"), {400}),
    ("bytes over 127 in target", get(target=b"/\xff\xfe"), {400}),
    ("fragment in target", get(target=b"/#here"), {400}),
    ("bad percent", get(target=b"/%zz"), {400}),
    ("half percent", get(target=b"/%4"), {400}),
    ("percent NUL", get(target=b"/index.html%00.jpg"), {400, 404}),
    ("method with a comma", b"GE,T / HTTP/1.1\r\n" + HOST + END, {400}),
    ("method with an at", b"G@T / HTTP/1.1\r\n" + HOST + END, {400}),
    ("long method", b"G" * 9000 + b" / HTTP/1.1\r\n" + HOST + END, {400, 414, 431, 501}),
    ("long target", get(target=b"/" + b"a" * 60000), {414, 431}),
    ("endless request line", b"GET /" + b"a" * 300000, {414, 431}),
    ("asterisk with GET", get(target=b"*"), {400, 404, 405}),
    ("authority with GET", get(target=b"test:80"), {400}),
    ("absolute without host", get(target=b"http:///x"), {400}),
    # Host (9112 section 3.2)
    ("no Host", get(host=b""), {400}),
    ("no Host in 1.2", get(version=b"HTTP/1.2", host=b""), {400}),
    ("two Hosts", get(HOST), {400}),
    ("two different Hosts", get(b"Host: other\r\n"), {400}),
    ("Host with a space", get(host=b"Host: a b\r\n"), {400}),
    ("Host with a slash", get(host=b"Host: a/b\r\n"), {400}),
    ("Host with a user", get(host=b"Host: user@test\r\n"), {400}),
    ("Host with a bad port", get(host=b"Host: test:99999x\r\n"), {400}),
    # Header lines (9112 section 5, 9110 section 5)
    ("space before colon", get(b"X : y\r\n"), {400}),
    ("tab before colon", get(b"X\t: y\r\n"), {400}),
    ("no colon", get(b"nonsense\r\n"), {400}),
    ("empty name", get(b": y\r\n"), {400}),
    ("name with a bracket", get(b"X[1]: y\r\n"), {400}),
    ("name with a byte over 127", get(b"X\xe4: y\r\n"), {400}),
    ("NUL in name", get(b"X\0Y: z\r\n"), {400}),
    ("NUL in value", get(b"X: y\0z\r\n"), {400}),
    ("control in value", get(b"X: y\x01z\r\n"), {400}),
    ("CR in value", get(b"X: y\rz\r\n"), {400}),
    ("bare LF lines", b"GET / HTTP/1.1\nHost: test\n\n", {400}),
    ("bare LF in the head", get(b"X: y\nZ: z\r\n"), {400}),
    ("bare CR line", b"GET / HTTP/1.1\rHost: test\r\r", {400, 408}),
    ("obs-fold", get(b"X: y\r\n z\r\n"), {400}),
    ("obs-fold with a tab", get(b"X: y\r\n\tz\r\n"), {400}),
    ("fold before the first", b"GET / HTTP/1.1\r\n X: y\r\n" + HOST + END, {400}),
    ("one long header", get(b"X: " + b"y" * 100000 + b"\r\n"), {431}),
    ("one endless header", b"GET / HTTP/1.1\r\nX: " + b"y" * 500000, {431}),
    ("many headers", get(MANY), {431}),
    ("one long name", get(b"X" * 50000 + b": y\r\n"), {431}),
    # Length of the content (9112 section 6)
    ("two lengths", get(b"Content-Length: 0\r\nContent-Length: 5\r\n"), {400}),
    ("two equal lengths", get(b"Content-Length: 5\r\nContent-Length: 5\r\n") + b"hello", {400}),
    ("list of lengths", get(b"Content-Length: 5, 5\r\n") + b"hello", {400}),
    ("negative length", get(b"Content-Length: -1\r\n"), {400}),
    ("plus length", get(b"Content-Length: +5\r\n") + b"hello", {400}),
    ("hex length", get(b"Content-Length: 0x5\r\n") + b"hello", {400}),
    ("length with a space", get(b"Content-Length: 5 5\r\n") + b"hello", {400}),
    ("empty length", get(b"Content-Length: \r\n"), {400}),
    ("length x", get(b"Content-Length: x\r\n"), {400}),
    ("huge length", get(b"Content-Length: " + b"9" * 30 + b"\r\n"), {400, 413}),
    ("length and chunked", get(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") +
     b"0\r\n\r\n", {400}),
    ("chunked and length", get(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") +
     b"0\r\n\r\n", {400}),
    ("two Transfer-Encodings", get(b"Transfer-Encoding: chunked\r\n" * 2) + b"0\r\n\r\n",
     {400, 501}),
    ("xchunked", get(b"Transfer-Encoding: xchunked\r\n") + b"0\r\n\r\n", {400, 501}),
    ("gzip, chunked", get(b"Transfer-Encoding: gzip, chunked\r\n") + b"0\r\n\r\n", {400, 501}),
    ("chunked, gzip", get(b"Transfer-Encoding: chunked, gzip\r\n") + b"0\r\n\r\n", {400, 501}),
    ("identity", get(b"Transfer-Encoding: identity\r\n"), {400, 501}),
    ("chunked in quotes", get(b'Transfer-Encoding: "chunked"\r\n') + b"0\r\n\r\n", {400, 501}),
    ("chunked with a control", get(b"Transfer-Encoding: \x0bchunked\r\n") + b"0\r\n\r\n",
     {400, 501}),
    ("empty Transfer-Encoding", get(b"Transfer-Encoding: \r\n"), {400, 501}),
    ("chunked in HTTP/1.0", get(b"Transfer-Encoding: chunked\r\n", version=b"HTTP/1.0") +
     b"0\r\n\r\n", {400, 501}),
    ("length in disguise", get(b"Content-Length : 5\r\n") + b"hello", {400}),
    ("Expect of something else", get(b"Expect: the-unexpected\r\n"), {400, 417}),
]


@pytest.fixture(scope="module")
def site():
    """One steward for all rows: that it lives to the last is part of the test."""
    import steward
    one = steward.Steward({"web": {"header_timeout": "1s"}})
    outside = os.path.join(one.base, "outside")
    os.makedirs(outside)
    for folder in (one.base, outside, os.path.join(one.base, "etc")):
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        with open(os.path.join(folder, "secret.txt"), "wb") as file:
            file.write(SECRET)
    one.page("folder/index.html", "a folder\n")
    one.page(".hidden", SECRET)
    one.page("folder/.htpasswd", SECRET)
    os.symlink(os.path.join(outside, "secret.txt"), os.path.join(one.www, "link.txt"))
    os.symlink(outside, os.path.join(one.www, "linked"))
    os.symlink("../outside/secret.txt", os.path.join(one.www, "relative.txt"))
    os.symlink("/", os.path.join(one.www, "slash"))
    os.symlink("../../outside", os.path.join(one.www, "folder", "up"))
    os.symlink("loop", os.path.join(one.www, "loop"))
    os.symlink("/proc/self/root" + outside, os.path.join(one.www, "magic"))
    one.start()
    one.web_port = one.port("web")
    yield one
    try:
        reports = []
        one.stop()
        reports = one.sanitizer_reports()
        if reports:
            one.tell()
        assert not reports, reports
    finally:
        one.remove()


@pytest.fixture
def neighbour(site):
    """A good client that asks all the while a bad one does its worst."""
    stop, served, faults = threading.Event(), [], []

    def ask():
        try:
            with Client(site.web_port) as client:
                while not stop.is_set():
                    assert client.get().body == b"the first page\n"
                    served.append(1)
        except Exception as fault:  # pylint: disable=broad-except
            faults.append(repr(fault))
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        wait_until(lambda: served or faults, "the neighbour's first answer")
        yield served
        before = len(served)
        wait_until(lambda: len(served) > before + 1 or faults, "the neighbour's next answer")
    finally:
        stop.set()
        thread.join()
    assert not faults, faults


SLOWEST = [0.0]


def refused(site, data, statuses, **options):
    outcome = exchange(site.web_port, data, **options)
    assert outcome.closed, "not closed: %r" % outcome
    assert outcome.answer is not None, "closed without a word: %r" % outcome
    assert outcome.answer.status in statuses, outcome
    assert outcome.data.count(b"HTTP/1.") == 1, "one answer only: %r" % outcome
    assert not outcome.answer.repeated, "headers twice: %r" % outcome
    assert (outcome.answer["connection"] or "").lower() == "close", outcome
    assert SECRET not in outcome.data
    SLOWEST[0] = max(SLOWEST[0], outcome.seconds)
    return outcome


@pytest.mark.parametrize("data,statuses", [row[1:] for row in BAD],
                         ids=[row[0].replace(" ", "-") for row in BAD])
def test_malformed_request_is_refused_and_closed(site, neighbour, data, statuses):
    refused(site, data, statuses)


@pytest.mark.parametrize("data,statuses", [row[1:] for row in BAD],
                         ids=[row[0].replace(" ", "-") for row in BAD])
def test_malformed_second_request_is_refused_too(site, data, statuses):
    """The gate looks at every request of a connection, not only at the first."""
    outcome = exchange(site.web_port, get() + data)
    assert outcome.closed, outcome
    head, found, rest = outcome.data.partition(b"the first page\n")
    assert found and head.startswith(b"HTTP/1.1 200"), outcome
    assert rest.startswith(b"HTTP/1.1 "), "a word for the second one: %r" % outcome
    assert int(rest[9:12]) in statuses, outcome
    assert rest.count(b"HTTP/1.1 ") == 1, outcome


@pytest.mark.parametrize("data,statuses", [row[1:] for row in BAD if len(row[1]) < 400],
                         ids=[row[0].replace(" ", "-") for row in BAD if len(row[1]) < 400])
def test_malformed_request_byte_by_byte(site, data, statuses):
    """Where the reads end makes no difference."""
    outcome = exchange(site.web_port, [bytes([byte]) for byte in data])
    assert outcome.closed and outcome.answer and outcome.answer.status in statuses, outcome


def test_there_are_60_of_them():
    assert len(BAD) >= 60 and len({row[0] for row in BAD}) == len(BAD)


# ---- Ways out of the root ----

OUT = b"outside/secret.txt"
DOTS = [
    b"..", b"%2e%2e", b".%2e", b"%2e.", b"%2E%2E", b"%252e%252e", b"%c0%ae%c0%ae",
    b"%e0%80%ae%e0%80%ae", b"%f0%80%80%ae%f0%80%80%ae", b"%u002e%u002e", b"..%00", b"%00..",
    b"..;", b"..;x=y", b"...", b"....", b"..%20", b"..%09", b"%2e%2e%00", b"..%5c", b"%ff..",
]
SLASHES = [b"/", b"%2f", b"%2F", b"\\", b"%5c", b"%5C", b"%252f", b"%c0%af", b"//", b"/./"]

ESCAPES = [b"/" + dots + slash + OUT for dots in DOTS for slash in (b"/", b"%2f", b"%5c")]
ESCAPES += [b"/" + b"x/" * depth + b"../" * (depth + 1) + OUT for depth in (1, 2, 5)]
ESCAPES += [b"/folder/.." + slash + b".." + slash + OUT for slash in SLASHES]
ESCAPES += [b"/folder/%2e%2e" + slash + b"%2e%2e" + slash + OUT for slash in SLASHES]
ESCAPES += [b"//outside/secret.txt", b"/../../../../../../etc/passwd", b"/..", b"/%2e%2e",
            b"/folder/../..", b"http://test/../outside/secret.txt",
            b"http://test/%2e%2e/outside/secret.txt", b"/./../outside/secret.txt",
            b"/?/../../outside/secret.txt"]


@pytest.mark.parametrize("target", ESCAPES, ids=lambda target: target.decode("latin-1"))
def test_traversal_reaches_nothing(site, target):
    outcome = exchange(site.web_port, get(b"Connection: close\r\n", target=target))
    assert outcome.closed and outcome.answer is not None, outcome
    if target.startswith(b"/?"):
        assert outcome.answer.body == b"the first page\n", "a query is no path"
    else:
        assert outcome.answer.status in (400, 404), outcome
    assert SECRET not in outcome.data and b"root:" not in outcome.data


def test_there_are_50_encodings():
    assert len(set(ESCAPES)) >= 50


@pytest.mark.parametrize("path", [
    "/link.txt", "/linked/secret.txt", "/linked/", "/relative.txt", "/slash/etc/passwd",
    "/folder/up/secret.txt", "/loop", "/magic/secret.txt", "/slash/", "/folder/up/",
])
def test_symlinks_out_of_the_root_are_not_followed(site, path):
    outcome = exchange(site.web_port, get(b"Connection: close\r\n", target=path.encode()))
    assert outcome.answer.status in (403, 404), outcome
    assert SECRET not in outcome.data and b"root:" not in outcome.data


@pytest.mark.parametrize("path", [
    "/.hidden", "/folder/.htpasswd", "/%2ehidden", "/folder/%2ehtpasswd", "/./.hidden", "/.git/config",
])
def test_dot_files_are_not_there(site, path):
    outcome = exchange(site.web_port, get(b"Connection: close\r\n", target=path.encode()))
    assert outcome.answer.status in (400, 404), outcome
    assert SECRET not in outcome.data


def test_a_link_that_is_swapped_while_asked_never_leads_out(site):
    """The name is a file, then a link out, then a file again, under load."""
    name = os.path.join(site.www, "swapped")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            with open(name + ".new", "wb") as file:
                file.write(b"inside\n")
            os.replace(name + ".new", name)
            for _ in range(3000):   # long enough to be found in this state too
                os.stat(name)
            os.symlink(os.path.join(site.base, "outside", "secret.txt"), name + ".new")
            os.replace(name + ".new", name)
    with open(name, "wb") as file:
        file.write(b"inside\n")
    thread = threading.Thread(target=swap)
    thread.start()
    try:
        seen = set()
        with Client(site.web_port) as client:
            # What a name leads to may be remembered for a second.
            wait_until(lambda: seen.update(client.get("/swapped").body for _ in range(500)) or
                       b"inside\n" in seen, "the file in one of its good moments")
            seen.update(client.get("/swapped").body for _ in range(2000))
    finally:
        stop.set()
        thread.join()
        os.unlink(name)
    assert b"inside\n" in seen
    assert not any(SECRET in body for body in seen)


# ---- Slow and rude ----

def test_slow_headers_are_ended(site, neighbour):
    """A byte now and then keeps nobody's connection (header_timeout = 1s)."""
    with socket.create_connection(("127.0.0.1", site.web_port), timeout=30) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: test\r\nX: ")
        received = b""
        one.settimeout(0.1)
        for _ in range(300):
            try:
                more = one.recv(65536)
                if not more:
                    break
                received += more
            except socket.timeout:
                try:
                    one.sendall(b"y")
                except (BrokenPipeError, ConnectionResetError):
                    break
            except ConnectionResetError:
                break
        else:
            raise AssertionError("a drip of bytes outlives the header's deadline")
    assert received.startswith(b"HTTP/1.1 408"), received


def test_silent_connection_is_ended(site):
    outcome = exchange(site.web_port, b"")
    assert outcome.closed, outcome
    assert not outcome.data or outcome.answer.status == 408, outcome


def test_half_a_request_and_a_close(site):
    for data in (b"", b"G", b"GET / HT", b"GET / HTTP/1.1\r\nHost: t"):
        outcome = exchange(site.web_port, data, shut=True)
        assert outcome.closed, outcome
        assert not outcome.data or outcome.answer.status in (400, 408), outcome


def test_content_that_never_comes_is_given_up(site):
    outcome = exchange(site.web_port, b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\nhe",
                       limit=60)
    assert outcome.closed, outcome
    assert outcome.answer.status in (405, 408), outcome


@pytest.mark.parametrize("chunk", [
    b"zz\r\n", b"-1\r\n", b"5\r\nhelloXX", b"ffffffffffffffffff\r\n", b"5;" + b"x" * 20000,
    b"5\nhello\n0\n\n", b" 5\r\nhello\r\n0\r\n\r\n", b"0\r\nContent-Length: 5\r\nX",
], ids=range(8))
def test_bad_chunks_are_refused(site, chunk):
    outcome = exchange(site.web_port, get(b"Transfer-Encoding: chunked\r\n") + chunk, limit=60)
    assert outcome.closed, outcome
    assert outcome.answer is None or outcome.answer.status in (400, 405, 408, 413, 431), outcome


def test_smuggled_request_is_never_answered(site):
    """Content is never taken for the next request."""
    inner = get(target=b"/folder/")
    for head in (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(inner),
                 b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"
                 b"Content-Length: 4\r\n\r\n"):
        outcome = exchange(site.web_port, head + inner)
        assert b"a folder" not in outcome.data, outcome


def test_a_client_that_does_not_read_holds_nobody_up(site, neighbour):
    site.page("big.bin", b"\0" * (8 * 1024 * 1024))
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", site.web_port))
        one.sendall(get(target=b"/big.bin") * 20)
        with Client(site.web_port) as client:
            for _ in range(200):
                assert client.get().body == b"the first page\n"


def test_nothing_of_this_crashed_the_host(site):
    """Runs last in this file, and would be true alone."""
    status = site.status()
    assert status["host"]["crashes"] == 0
    assert {one["state"] for one in status["services"]} == {"running"}
    assert site.service("web")["counters"]["errors"] >= 0
    print("slowest refusal: %.3f s (2 s is what is asked for)" % SLOWEST[0])
