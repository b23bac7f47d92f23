# SPDX-License-Identifier: GPL-3.0-or-later
"""The console on a pseudo-terminal that the test holds the other end of."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios

from steward import program
from waiting import wait_until

# DECSET and DECRST of XTerm Control Sequences.
MODE = re.compile(rb"\033\[\?([0-9;]+)([hl])")


class Console:
    """words: of steward's command line; argv: another program in its place;
    env_more: None takes a variable away."""

    def __init__(self, steward, rows=24, cols=80, words=(), argv=None, **env_more):
        self.steward = steward
        self.data = b""
        # The terminal's private modes by number: whether they are set now.
        self.modes = {}
        self.mode_tail = b""
        env = {**steward.env, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env_more}
        env = {name: value for name, value in env.items() if value is not None}
        argv = argv or [program("steward"), "--home", steward.home, *words]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execvpe(argv[0], argv, env)
        self.status = None

    def read(self):
        """Takes what is there; False when the console has gone."""
        ready, _, _ = select.select([self.fd], [], [], 0)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.take(data)
        return bool(data)

    def take(self, data):
        self.data += data
        text = self.mode_tail + data
        end = 0
        for found in MODE.finditer(text):
            end = found.end()
            for number in found[1].split(b";"):
                self.modes[int(number)] = found[2] == b"h"
        self.mode_tail = text[max(end, len(text) - 16):]

    def read_rest(self):
        """What an ended console has written, to its last byte."""
        while select.select([self.fd], [], [], 0)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            self.take(data)

    def until(self, condition, what):
        """As wait_until, which says also what was written meanwhile."""
        try:
            return wait_until(condition, what, watch=[] if self.fd is None else [self.fd])
        except AssertionError as fault:
            raise AssertionError("%s in %r" % (fault, self.data[-1500:])) from None

    def wait(self, text):
        """Waits until text is written, and forgets everything up to it: returns it."""
        def look():
            self.read()
            return text in self.data
        self.until(look, repr(text))
        before, _, self.data = self.data.partition(text)
        return before

    def resize(self, rows, cols):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def send(self, data):
        os.write(self.fd, data)

    def ended(self):
        """Waits for the end; the exit status, negative for a signal."""
        if self.status is None:
            def look():
                if self.fd is not None:
                    self.read()
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                return (status,) if pid else None
            self.status = os.waitstatus_to_exitcode(self.until(look, "the console's end")[0])
            if self.fd is not None:
                self.read_rest()
        return self.status

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                Console.ended(self)
            except (ProcessLookupError, ChildProcessError):
                pass
        if self.fd is not None:
            os.close(self.fd)
