# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the control socket (docs/control.md), and a rude one."""
import json
import os
import socket
import time

from waiting import DEADLINE, readable


class RpcError(Exception):
    def __init__(self, error):
        super().__init__("%s %s" % (error.get("code"), error.get("message")))
        self.code = error["code"]
        self.message = error["message"]
        self.data = error.get("data") or {}


def connect(path, timeout=None):
    """A connection to a unix socket, however long its path is."""
    folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        one.settimeout(timeout or DEADLINE)
        one.connect("/proc/self/fd/%d/%s" % (folder, os.path.basename(path)))
    except OSError:
        one.close()
        raise
    finally:
        os.close(folder)
    return one


class Control:
    """One connection. call() waits for its own answer and keeps notifications."""

    def __init__(self, path):
        self.socket = connect(path)
        self.buffer = b""
        self.notifications = []
        self.answers = {}
        self.last_id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send_bytes(self, data):
        self.socket.sendall(data)

    def send(self, method, **params):
        self.last_id += 1
        message = {"jsonrpc": "2.0", "id": self.last_id, "method": method}
        if params:
            message["params"] = params
        try:
            self.send_bytes(json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            pass    # the host has said why before it closed; answer() reads that
        return self.last_id

    def read(self, seconds=None):
        """The next message; None when the host closed the connection."""
        end = time.monotonic() + (seconds or DEADLINE)
        while b"\n" not in self.buffer:
            left = end - time.monotonic()
            if not readable([self.socket], left):
                raise AssertionError("waited in vain for a message of the host")
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.buffer += more
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line)

    def answer(self, number, seconds=None):
        while number not in self.answers:
            message = self.read(seconds)
            if message is None:
                raise ConnectionError("the host closed the connection")
            if "method" in message:
                self.notifications.append(message)
            elif message["id"] is None:
                raise RpcError(message["error"])    # of the connection as a whole
            else:
                self.answers[message["id"]] = message
        message = self.answers.pop(number)
        if "error" in message:
            raise RpcError(message["error"])
        return message["result"]

    def call(self, method, **params):
        return self.answer(self.send(method, **params))

    def notification(self, method, wanted=lambda params: True):
        """The first notification of method, kept or still to come, that is wanted."""
        while True:
            for index, message in enumerate(self.notifications):
                if message["method"] == method and wanted(message["params"]):
                    del self.notifications[:index + 1]
                    return message["params"]
            self.notifications = []
            message = self.read()
            assert message is not None, "the host closed the connection"
            if "method" in message:
                self.notifications.append(message)
            else:
                self.answers[message["id"]] = message

    def record(self, **wanted):
        """Waits for a journal record whose fields contain the wanted texts."""
        def fits(params):
            return any(all(text in record[name] for name, text in wanted.items())
                       for record in params["records"])
        return self.notification("journal", fits)
