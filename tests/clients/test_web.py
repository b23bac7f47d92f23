# SPDX-License-Identifier: GPL-3.0-or-later
"""The web service as curl and an ordinary browser's requests see it."""
import gzip
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from raw import Client, exchange
from waiting import wait_until

PAGE = "the first page\n"
BIG = bytes(range(256)) * 4096 * 4      # 4 MiB, every byte tells its place


@pytest.fixture
def web(make_steward):
    one = make_steward()
    one.page("file.txt", "0123456789" * 100)
    one.page("folder/index.html", "a folder\n")
    one.page("bare/one.txt", "one\n")
    one.page("bare/<two> & \"three\".txt", "two\n")
    one.page("big.bin", BIG)
    one.page("empty.txt", "")
    return one.start()


def ask(web, path="/", method="GET", *headers):
    with Client(web.port("web")) as client:
        return client.get(path, method, headers)


# ---- Files ----

def test_get_and_head(web):
    full = ask(web, "/file.txt")
    assert full.status == 200 and full.body == b"0123456789" * 100
    assert full["content-type"].startswith("text/plain") and full["content-length"] == "1000"
    assert full["x-content-type-options"] == "nosniff"
    assert re.match(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$", full["date"])
    head = ask(web, "/file.txt", "HEAD")
    assert head.status == 200 and head.body == b""
    for name in ("content-length", "content-type", "etag", "last-modified"):
        assert head[name] == full[name]


def test_curl_gets_what_is_on_the_disk(web):
    outcome = subprocess.run(["curl", "-sS", web.url("/big.bin")], capture_output=True, timeout=60)
    assert outcome.stdout == BIG
    assert ask(web, "/empty.txt")["content-length"] == "0"


TYPES = {"a.html": "text/html", "a.css": "text/css", "a.js": "text/javascript",
         "a.json": "application/json", "a.png": "image/png", "a.jpg": "image/jpeg",
         "a.svg": "image/svg+xml", "a.webp": "image/webp", "a.woff2": "font/woff2",
         "a.mp4": "video/mp4", "a.mp3": "audio/mpeg", "a.pdf": "application/pdf",
         "a.wasm": "application/wasm", "A.HTML": "text/html", "a.tar.gz": "application/gzip",
         "a": "application/octet-stream", "a.unknown": "application/octet-stream",
         "a.": "application/octet-stream"}


@pytest.mark.parametrize("name", list(TYPES))
def test_media_type(web, name):
    web.page(name, "x")
    answer = ask(web, "/" + name)
    assert answer.status == 200 and answer["content-type"].split(";")[0] == TYPES[name]
    assert answer["x-content-type-options"] == "nosniff"


def test_index_and_the_slash_behind_a_folder(web):
    assert ask(web, "/folder/").body == b"a folder\n"
    answer = ask(web, "/folder?query=1")
    assert answer.status in (301, 308) and answer["location"] == "/folder/?query=1"
    answer = ask(web, "//evil.example/..")
    assert answer.status >= 400 or not answer["location"].startswith("//")


def test_what_is_not_there(web):
    answer = ask(web, "/nothing")
    assert answer.status == 404 and answer["content-type"].startswith("text/html")
    assert b"404" in answer.body
    assert ask(web, "/file.txt/more").status == 404
    assert ask(web, "/file.txt/").status == 404
    script = ask(web, "/%3Cscript%3Ealert(1)%3C/script%3E")
    assert script.status == 404 and b"<script>" not in script.body


def test_names_that_need_encoding(web):
    web.page("gr\u00fc\u00dfe und mehr?.txt", "hello")
    assert ask(web, "/gr%C3%BC%C3%9Fe%20und%20mehr%3F.txt").body == b"hello"
    web.page("100%.txt", "percent")
    assert ask(web, "/100%25.txt").body == b"percent"
    web.page("a+b.txt", "plus")
    assert ask(web, "/a+b.txt").body == b"plus"


def test_unreadable_file_is_no_500(web):
    path = web.page("closed.txt", "x")
    os.chmod(path, 0)
    if os.geteuid() == 0 or not os.access(path, os.R_OK):
        assert ask(web, "/closed.txt").status in (403, 404)


def test_special_files_are_not_served(web):
    os.mkfifo(os.path.join(web.www, "fifo"))
    os.chmod(os.path.join(web.www, "fifo"), 0o644)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.join(web.www, "socket"))
        for name in ("fifo", "socket"):
            assert ask(web, "/" + name).status in (403, 404)
    assert web.curl().out == PAGE


def test_a_file_that_changes_is_served_anew(web):
    assert ask(web, "/file.txt").status == 200
    tag = ask(web, "/file.txt")["etag"]
    web.page("file.txt", "shorter")

    def changed():
        answer = ask(web, "/file.txt")
        return answer if answer["etag"] != tag else None
    answer = wait_until(changed, "the new content (a cache may be a second old)")
    assert answer.body == b"shorter" and answer["content-length"] == "7"


def test_a_file_cut_short_while_it_is_sent_ends_the_connection(web):
    """Fewer bytes than promised must not look like the whole file."""
    web.ok("set", "web.send_timeout=1s")
    path = web.page("shrinks.bin", b"x" * (32 * 1024 * 1024))
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        one.settimeout(30)
        one.connect(("127.0.0.1", web.port("web")))
        one.sendall(b"GET /shrinks.bin HTTP/1.1\r\nHost: test\r\n\r\n")
        total = len(one.recv(1000))
        os.truncate(path, 1024 * 1024)
        try:
            while True:
                more = len(one.recv(1 << 20))
                if not more:
                    break
                total += more
        except ConnectionResetError:
            pass
    assert total < 32 * 1024 * 1024
    assert web.curl().out == PAGE
    assert web.status()["host"]["crashes"] == 0


# ---- Listing ----

def test_listing_only_by_choice(web):
    assert ask(web, "/bare/").status in (403, 404)
    name = next((one["name"] for one in web.json("get", "web")["settings"]
                 if "listing" in one["name"]), None)
    assert name, "a setting for the listing"
    web.ok("set", name + "=true")
    answer = ask(web, "/bare/")
    assert answer.status == 200 and answer["content-type"].startswith("text/html")
    assert b"one.txt" in answer.body
    assert b"<two>" not in answer.body and b"&lt;two&gt;" in answer.body
    assert b"%3Ctwo%3E" in answer.body
    web.page("bare/.hidden", "x")
    assert b".hidden" not in ask(web, "/bare/").body
    link = re.search(rb'href="([^"]*two[^"]*)"', answer.body).group(1).decode()
    link = link.replace("&amp;", "&")
    assert ask(web, link if link.startswith("/") else "/bare/" + link).body == b"two\n"


# ---- Conditionals (RFC 9110 section 13) ----

def test_etag_conditionals(web):
    tag = ask(web, "/file.txt")["etag"]
    assert re.match(r'(W/)?"[^"]+"$', tag)
    assert ask(web, "/file.txt", "GET", "If-None-Match: " + tag).status == 304
    assert ask(web, "/file.txt", "HEAD", "If-None-Match: " + tag).status == 304
    assert ask(web, "/file.txt", "GET", "If-None-Match: W/" + tag.replace("W/", "")).status == 304
    assert ask(web, "/file.txt", "GET", 'If-None-Match: "other", ' + tag).status == 304
    assert ask(web, "/file.txt", "GET", "If-None-Match: *").status == 304
    assert ask(web, "/file.txt", "GET", 'If-None-Match: "other"').status == 200
    assert ask(web, "/file.txt", "GET", 'If-Match: "other"').status == 412
    assert ask(web, "/file.txt", "GET", "If-Match: *").status == 200
    answer = ask(web, "/file.txt", "GET", "If-None-Match: " + tag)
    assert answer["etag"] == tag and answer.body == b""


def test_date_conditionals(web):
    past = time.time() - 1000
    os.utime(os.path.join(web.www, "bare/one.txt"), (past, past))
    modified = ask(web, "/bare/one.txt")["last-modified"]
    since = "If-Modified-Since: "
    assert ask(web, "/bare/one.txt", "GET", since + modified).status == 304
    assert ask(web, "/bare/one.txt", "GET", since + "Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert ask(web, "/bare/one.txt", "GET", since + "nonsense").status == 200
    assert ask(web, "/bare/one.txt", "GET",
               "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT").status == 412
    assert ask(web, "/bare/one.txt", "GET", since + modified,
               'If-None-Match: "other"').status == 200, "the tag counts, not the date"


# ---- Ranges (RFC 9110 section 14) ----

RANGES = [("0-0", 0, 1), ("0-9", 0, 10), ("5-", 5, 995), ("-5", 995, 5), ("990-2000", 990, 10),
          ("-5000", 0, 1000), ("999-999", 999, 1)]


@pytest.mark.parametrize("text,first,length", RANGES)
def test_single_range(web, text, first, length):
    answer = ask(web, "/file.txt", "GET", "Range: bytes=" + text)
    assert answer.status == 206
    assert answer["content-range"] == "bytes %d-%d/1000" % (first, first + length - 1)
    assert answer.body == (b"0123456789" * 100)[first:first + length]


def test_ranges_of_a_big_file(web):
    answer = ask(web, "/big.bin", "GET", "Range: bytes=1000000-1999999")
    assert answer.body == BIG[1000000:2000000]


@pytest.mark.parametrize("text,status", [
    ("bytes=1000-", 416), ("bytes=5000-6000", 416), ("bytes=-0", 416), ("bytes=9-5", 200),
    ("bytes=x-y", 200), ("lines=1-2", 200), ("bytes=", 200), ("bytes", 200),
    ("bytes=" + ",".join("%d-%d" % (n, n) for n in range(0, 900, 3)), 200),
])
def test_ranges_that_cannot_be(web, text, status):
    answer = ask(web, "/file.txt", "GET", "Range: " + text)
    assert answer.status == status
    if status == 416:
        assert answer["content-range"] == "bytes */1000"
    else:
        assert len(answer.body) == 1000


def test_several_ranges_in_parts(web):
    answer = ask(web, "/file.txt", "GET", "Range: bytes=0-4,500-509,-3")
    assert answer.status == 206
    boundary = re.match(r"multipart/byteranges; ?boundary=\"?([^\"]+)\"?$",
                        answer["content-type"]).group(1).encode()
    parts = answer.body.split(b"--" + boundary)
    assert parts[-1].strip() == b"--" and len(parts) == 5
    content = [part.partition(b"\r\n\r\n")[2][:-2] for part in parts[1:-1]]
    assert content == [b"01234", b"0123456789", b"789"]
    assert b"bytes 500-509/1000" in parts[2]


def test_if_range(web):
    first = ask(web, "/file.txt")
    span = "Range: bytes=0-9"
    tag = first["etag"]
    if not tag.startswith("W/"):
        assert ask(web, "/file.txt", "GET", span, "If-Range: " + tag).status == 206
    assert ask(web, "/file.txt", "GET", span, 'If-Range: "other"').status == 200
    assert ask(web, "/file.txt", "GET", span,
               "If-Range: Thu, 01 Jan 1970 00:00:00 GMT").status == 200


def test_head_ignores_range(web):
    answer = ask(web, "/file.txt", "HEAD", "Range: bytes=0-9")
    assert answer.status in (200, 206) and answer.body == b""


def test_curl_resumes_a_download(web):
    path = os.path.join(web.base, "part")
    with open(path, "wb") as file:
        file.write(BIG[:100000])
    subprocess.run(["curl", "-sS", "-C", "-", "-o", path, web.url("/big.bin")], check=True,
                   timeout=60)
    with open(path, "rb") as file:
        assert file.read() == BIG


# ---- Precompressed files ----

def test_precompressed_files(web):
    text = "compress me " * 1000
    web.page("page.html", text)
    web.page("page.html.gz", gzip.compress(text.encode()))
    plain = ask(web, "/page.html")
    assert plain.body == text.encode() and plain["content-encoding"] is None
    assert "accept-encoding" in (plain["vary"] or "").lower()
    packed = ask(web, "/page.html", "GET", "Accept-Encoding: gzip, deflate")
    assert packed["content-encoding"] == "gzip" and gzip.decompress(packed.body) == text.encode()
    assert packed["content-type"].startswith("text/html") and packed["etag"] != plain["etag"]
    assert ask(web, "/page.html", "GET", "Accept-Encoding: gzip;q=0")["content-encoding"] is None
    outcome = subprocess.run(["curl", "-sS", "--compressed", web.url("/page.html")],
                             capture_output=True, timeout=60)
    assert outcome.stdout == text.encode()
    assert ask(web, "/file.txt", "GET", "Accept-Encoding: gzip")["content-encoding"] is None
    web.page("other.html", text)
    web.page("other.html.gz", gzip.compress(text.encode()))
    web.page("other.html.br", b"pretend")
    best = ask(web, "/other.html", "GET", "Accept-Encoding: gzip, br")
    assert best["content-encoding"] == "br" and best.body == b"pretend"


# ---- Methods and connections ----

@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"])
def test_other_methods_are_405_with_allow(web, method):
    answer = exchange(web.port("web"), ("%s /file.txt HTTP/1.1\r\nHost: test\r\nContent-Length: 0"
                                        "\r\nConnection: close\r\n\r\n" % method).encode()).answer
    assert answer.status in ((405,) if method != "PROPFIND" else (405, 501)), answer
    if answer.status == 405:
        assert {"GET", "HEAD"} <= {word.strip() for word in answer["allow"].split(",")}


def test_options_tells_allow(web):
    answer = ask(web, "/file.txt", "OPTIONS")
    assert answer.status in (200, 204, 405) and "GET" in answer["allow"]


def test_upload_is_refused_before_it_is_sent(web):
    outcome = subprocess.run(
        ["curl", "-sS", "-i", "-T", os.path.join(web.www, "big.bin"), web.url("/up")],
        capture_output=True, text=True, timeout=60)
    assert "405" in outcome.stdout or "413" in outcome.stdout, outcome


def test_keep_alive_and_pipelining(web):
    with Client(web.port("web")) as client:
        for _ in range(50):
            assert client.get("/").body == PAGE.encode()
        for _ in range(10):
            client.send("/file.txt")
            client.send("/")
        for _ in range(10):
            assert client.read().body == b"0123456789" * 100
            assert client.read().body == PAGE.encode()


def test_http_1_0_and_connection_close(web):
    outcome = exchange(web.port("web"), b"GET / HTTP/1.0\r\n\r\n")
    assert outcome.closed and outcome.answer.status == 200
    assert outcome.answer.body == PAGE.encode()
    outcome = exchange(web.port("web"), b"GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
    assert outcome.closed and outcome.answer.body == PAGE.encode()
    assert outcome.answer["connection"].lower() == "close"


def test_a_higher_minor_version_is_as_1_1(web):
    head = b"GET / HTTP/1.%d\r\nHost: t\r\n"
    with Client(web.port("web")) as client:
        for minor in (2, 5, 9):
            client.socket.sendall(2 * (head % minor + b"\r\n"))
            for _ in range(2):
                answer = client.read()
                assert (answer.version, answer.status) == ("HTTP/1.1", 200)
                assert answer.body == PAGE.encode() and "connection" not in answer.headers
            client.socket.sendall(head % minor + b"Expect: 100-continue\r\n"
                                  b"Transfer-Encoding: chunked\r\n\r\n")
            assert client.read().status == 100
            client.socket.sendall(b"3\r\nabc\r\n0\r\n\r\n")
            assert client.read().status == 200
    assert exchange(web.port("web"), head % 2 + b"Connection: close\r\n\r\n").closed


def test_absolute_form(web):
    with Client(web.port("web")) as client:
        assert client.get("http://test/folder/").body == b"a folder\n"


def test_range_of_query_and_empty_lines_before(web):
    assert ask(web, "/?a=b&c=%00").body == PAGE.encode()
    outcome = exchange(web.port("web"), b"\r\nGET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
    assert outcome.answer.status == 200, "RFC 9112 2.2: an empty line before is ignored"


# ---- The log ----

COMBINED = re.compile(r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [-+]\d{4}\] '
                      r'"GET /file\.txt\?q HTTP/1\.1" 200 1000 "http://from/" "agent"$', re.M)


def test_access_log_to_a_file(make_steward):
    one = make_steward({"web": {"access_log": "access.log"}})
    one.page("file.txt", "0123456789" * 100)
    one.start()
    with Client(one.port("web")) as client:
        client.get("/file.txt?q", "GET", ["Referer: http://from/", "User-Agent: agent"])
        client.get("/nothing%22", "GET", ['User-Agent: a "b" \t c\x80'])
    found = wait_until(lambda: [path for path in
                                (os.path.join(one.state, "access.log"),
                                 os.path.join(one.state, "web", "access.log"))
                                if os.path.exists(path) and os.path.getsize(path) > 150],
                       "the access log")

    def text():
        with open(found[0], errors="replace") as file:
            return file.read()
    wait_until(lambda: text().count("\n") >= 2, "two lines")
    assert COMBINED.search(text()), text()
    second = text().splitlines()[1]
    assert " 404 " in second and all(31 < ord(char) < 127 for char in second), second
    assert second.count('"') - second.count('\\"') == 6, second


def test_access_log_to_the_journal(make_steward):
    one = make_steward({"web": {"access_log": "journal"}}).start()
    one.curl(path="/nothing-here")
    one.wait_journal("/nothing-here")
    assert "404" in one.ok("log", "web", "--grep", "nothing-here").out


def test_access_log_off_says_nothing(web):
    web.curl(path="/nothing-here")
    web.ok("do", "trial", "log", "notice", "end", "all is written up to here")
    web.wait_journal("all is written up to here")
    assert "nothing-here" not in web.journal()


# ---- Limits ----

def settings_of_web(web):
    return {one["name"].partition(".")[2] for one in web.json("get", "web")["settings"]}


def test_settings_that_scripts_rely_on(web):
    assert {"listen", "root", "workers", "access_log", "header_timeout"} <= settings_of_web(web)


def test_connections_in_all_are_limited(make_steward):
    one = make_steward({"web": {"connections": 20}}).start()
    port = one.port("web")
    held = []
    try:
        for _ in range(20):
            client = Client(port)
            held.append(client)
            assert client.get().status == 200
        outcome = exchange(port, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        assert outcome.closed
        assert outcome.answer is None or outcome.answer.status == 503, outcome
        assert held[0].get().status == 200, "those inside are served on"
    finally:
        for client in held:
            client.socket.close()
    wait_until(lambda: one.service("web")["counters"]["connections"] == 0, "free places")
    assert one.curl().out == PAGE


def test_connections_of_one_address_are_limited_but_not_loopback(make_steward):
    one = make_steward({"web": {"connections_per_address": 5}}).start()
    held = []
    try:
        for _ in range(30):
            client = Client(one.port("web"))
            held.append(client)
            assert client.get().status == 200, "loopback is exempt"
    finally:
        for client in held:
            client.socket.close()


def test_several_workers_share_the_work(make_steward):
    one = make_steward({"web": {"workers": 4}}).start()
    port = one.port("web")
    for _ in range(40):
        with Client(port) as client:
            assert client.get().body == PAGE.encode()
    assert one.service("web")["workers"] == 4
    assert one.service("web")["counters"]["requests"] == 40


def test_a_change_of_root_is_for_everyone_at_once(make_steward):
    one = make_steward({"web": {"workers": 3}}).start()
    other = os.path.join(one.base, "other")
    os.makedirs(other)
    os.chmod(other, 0o755)
    with open(os.path.join(other, "index.html"), "w") as file:
        file.write("the other page\n")
    port = one.port("web")
    one.ok("set", "web.root=" + other)
    assert one.port("web") == port
    for _ in range(20):
        with Client(port) as client:
            assert client.get().body == b"the other page\n"


def test_reload_under_load_loses_no_request(web):
    """Requests go on while the settings are read anew many times."""
    stop, faults, served = threading.Event(), [], []

    def ask_on():
        try:
            with Client(web.port("web")) as client:
                while not stop.is_set():
                    assert client.get().body == PAGE.encode()
                    served.append(1)
        except Exception as fault:  # pylint: disable=broad-except
            faults.append(repr(fault))
    threads = [threading.Thread(target=ask_on) for _ in range(4)]
    for one in threads:
        one.start()
    for number in range(15):
        web.configure({"web": {"header_timeout": "%ds" % (5 + number)}})
        web.ok("reload", "web")
    stop.set()
    for one in threads:
        one.join()
    assert not faults and served, faults
