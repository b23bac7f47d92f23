# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP by hand: bytes as no well-behaved client would send them."""
import socket
import time

# How long an answer and the end of a connection may take at most. The figure
# asked for is 2 s, and bench/crash.py and the suites print what was measured;
# the limit is wider so that a busy machine fails no test.
LIMIT = 15


class Answer:
    """One answer taken apart."""

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ", 2)
        self.version = words[0]
        self.status = int(words[1]) if len(words) > 1 and words[1].isdigit() else None
        self.headers = {}
        self.repeated = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() in self.headers:
                self.repeated.append(name.lower())
            self.headers[name.lower()] = value.strip()

    def __getitem__(self, name):
        return self.headers.get(name)

    def __repr__(self):
        return "%s %s %r %r" % (self.version, self.status, self.headers, self.body[:200])


class Exchange:
    """What came back on one connection until the server closed it."""

    def __init__(self, data, seconds, closed):
        self.data, self.seconds, self.closed = data, seconds, closed
        self.answer = Answer(data) if data else None

    def __repr__(self):
        return "%r after %.3f s, %s" % (self.data[:400], self.seconds,
                                        "closed" if self.closed else "still open")


def exchange(port, data, shut=False, address="127.0.0.1", limit=LIMIT):
    """Sends data (pieces, when it is a list) and reads until the end."""
    begin = time.monotonic()
    received = b""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.settimeout(limit)
        one.connect((address, port))
        try:
            for piece in data if isinstance(data, list) else [data]:
                one.sendall(piece)
            if shut:
                one.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass    # refused before all of it was sent; the answer counts
        closed = False
        try:
            while True:
                more = one.recv(65536)
                if not more:
                    closed = True
                    break
                received += more
        except ConnectionResetError:
            closed = True
        except socket.timeout:
            pass
    return Exchange(received, time.monotonic() - begin, closed)


class Client:
    """A connection kept alive for one request after the other."""

    def __init__(self, port, address="127.0.0.1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect((address, port))
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, path="/", method="GET", headers=()):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: test", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode("latin-1"))

    def _more(self):
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("closed after %r" % self.buffer[:200])
        self.buffer += more

    def read(self, method="GET"):
        """The next answer, whose length must be told by Content-Length."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        answer = Answer(head + b"\r\n\r\n")
        length = int(answer["content-length"] or 0)
        if method == "HEAD" or answer.status in (204, 304):
            length = 0
        self.buffer = rest
        while len(self.buffer) < length:
            self._more()
        answer.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return answer

    def get(self, path="/", method="GET", headers=()):
        self.send(path, method, headers)
        return self.read(method)
