# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that ask all the while something is done to the server."""
import socket
import threading
import time

REQUEST = b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"


class Load:
    """Threads that make one connection after the other. refused counts those
    that the machine refused; broken, those that were accepted or queued and
    then ended without a whole answer."""

    def __init__(self, port, threads=2, address="127.0.0.1"):
        self.port, self.address = port, address
        self.answered = self.refused = self.broken = 0
        self.faults = []
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def __enter__(self):
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for one in self.threads:
            one.join()

    def _work(self):
        while not self.stop.is_set():
            outcome = ask_once(self.port, self.address)
            with self.lock:
                if outcome is True:
                    self.answered += 1
                elif outcome is False:
                    self.broken += 1
                elif isinstance(outcome, ConnectionRefusedError):
                    self.refused += 1
                else:
                    self.faults.append(repr(outcome))


def ask_once(port, address="127.0.0.1", limit=60):
    """True: a whole answer; False: accepted, then broken off; or the error."""
    data = b""
    try:
        with socket.create_connection((address, port), timeout=limit) as one:
            try:
                one.sendall(REQUEST)
                while True:
                    more = one.recv(65536)
                    if not more:
                        break
                    data += more
            except (ConnectionResetError, BrokenPipeError):
                return False
    except OSError as fault:
        return fault
    return data.startswith(b"HTTP/1.1 200") and data.endswith(b"the first page\n")


def seconds_to_answer(port):
    """How long it takes until one request is answered, asking anew when a
    connection broke off."""
    begin = time.monotonic()
    while ask_once(port) is not True:
        assert time.monotonic() - begin < 60, "no answer in a minute"
    return time.monotonic() - begin
