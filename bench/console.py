#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the console costs, counted through a pseudo-terminal: time from exec to
the first full frame, bytes a frame and CPU at one frame a second on an idle
machine; beside it htop and btop where they are installed, each alone. Then, with
fourteen services and 100,000 lines in the journal, how long a key takes to be
answered, also while 10,000 lines a second come, and what memory the console has.

    bench/console.py [SECONDS] [HOME]     STEWARD_BUILD names the build tree

Without HOME a steward of its own is started and stopped again. Prints lines for
bench/RESULTS.md; exit status 1 when a limit of the console is broken. "Idle"
is the machine's business: run it when nothing else runs.
"""
import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import sys
import termios
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "lib"))

from steward import Steward, program  # noqa: E402

SIZES = [(24, 80), (45, 160)]
LIMITS = {"first frame": 30.0, "bytes": {(24, 80): 400.0, (45, 160): 1200.0}, "cpu": 0.3,
          "key": 16.0, "memory": 8.0}
KEYS = 60           # presses of each row
RECORDS = 100000    # lines in the journal
FLOOD = 10000       # lines a second
SETTLE = 5.0


class Screen:
    """A full-screen program on a pseudo-terminal of its own."""

    def __init__(self, words, rows, cols, env=None):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execvpe(words[0], words, dict(os.environ, TERM="xterm-256color",
                                             LC_ALL="C.UTF-8", **(env or {})))

    def read(self, seconds, until=None):
        """What it writes within seconds, or until it has written a text."""
        end, data = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.fd], [], [], left)
            if not ready:
                break
            try:
                data += os.read(self.fd, 65536)
            except OSError:
                break
            if until is not None and until in data:
                break
        return data

    def cpu(self):
        """Seconds of processor time so far."""
        with open("/proc/%d/schedstat" % self.pid) as stat:
            return int(stat.read().split()[0]) / 1e9

    def memory(self):
        with open("/proc/%d/smaps_rollup" % self.pid) as file:
            rows = dict(line.split(":", 1) for line in file if ":" in line)
        return int(rows["Rss"].split()[0]) / 1024

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.read(2)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def first_frame(words, rows, cols, last):
    """Milliseconds from fork to the moment the footer has been written."""
    screen = Screen(words, rows, cols)
    data = screen.read(5, last)
    taken = (time.monotonic() - screen.began) * 1000
    screen.end()
    if last not in data or b"LIVE" not in data:
        sys.exit("%s: no full frame within 5 s" % words[0])
    return taken


def steady(words, rows, cols, seconds, period):
    """Bytes a frame, CPU in per cent and RSS in MiB while nothing happens."""
    screen = Screen(words, rows, cols)
    screen.read(SETTLE)
    before, began = screen.cpu(), time.monotonic()
    data = screen.read(seconds)
    taken = time.monotonic() - began
    cpu = (screen.cpu() - before) / taken * 100
    memory = screen.memory()
    screen.end()
    return len(data) / (taken / period), cpu, memory


def pressed(screen, key):
    """Milliseconds from a key to the first byte of its answer."""
    screen.read(0.001)
    began = time.monotonic()
    os.write(screen.fd, key)
    ready, _, _ = select.select([screen.fd], [], [], 5)
    taken = (time.monotonic() - began) * 1000
    if not ready:
        sys.exit("a key (%r) was not answered within 5 s" % key)
    screen.read(0.03)           # the rest of the frame
    return taken


def presses(screen, keys):
    """Median and worst of many presses."""
    taken = [pressed(screen, keys[i % len(keys)]) for i in range(KEYS)]
    return statistics.median(taken), max(taken)


class Flood(threading.Thread):
    """10,000 records a second, until it is told to end."""

    def __init__(self, steward):
        super().__init__(daemon=True)
        self.control = steward.control()
        self.ending = threading.Event()

    def run(self):
        due = time.monotonic()
        while not self.ending.is_set():
            self.control.call("do", service="trial", words=["flood", str(FLOOD // 20)])
            due += 1 / 20
            self.ending.wait(max(0.0, due - time.monotonic()))

    def end(self):
        self.ending.set()
        self.join()
        self.control.close()


def busy(rows, cols, broken):
    """Keys with fourteen services and a full journal; then in a flood."""
    steward = Steward({"host": {"journal_size": "64M"}}, host="tests/many-host").start()
    try:
        with steward.control() as control:
            for _ in range(10):
                control.call("do", service="trial", words=["flood", str(RECORDS // 10)])
        screen = Screen([program("steward"), "--home", steward.home], rows, cols)
        screen.read(2)
        table = [("Home, next and former service", presses(screen, [b"j", b"k"]))]
        os.write(screen.fd, b"5")
        screen.read(2)
        os.write(screen.fd, b"g")           # to the oldest: pages are fetched
        screen.read(2)
        table.append(("Logs, a line up and down", presses(screen, [b"j", b"k"])))
        table.append(("Logs, wrapped, a page", presses(screen, [b"w", b"\033[6~", b"\033[5~"])))
        os.write(screen.fd, b"/")
        screen.read(0.5)
        table.append(("Logs, a letter of the filter", presses(screen, [b"9", b"\177"])))
        os.write(screen.fd, b"\033")
        screen.read(0.5)
        memory = screen.memory()
        flood = Flood(steward)
        flood.start()
        os.write(screen.fd, b"G")
        screen.read(2)
        before, began = screen.cpu(), time.monotonic()
        table.append(("Logs in the flood, a key", presses(screen, [b"k", b"G"])))
        os.write(screen.fd, b"1")
        screen.read(1)
        table.append(("Home in the flood", presses(screen, [b"j", b"k"])))
        cpu = (screen.cpu() - before) / (time.monotonic() - began) * 100
        flood.end()
        memory = max(memory, screen.memory())
        screen.end()
    finally:
        steward.stop()
        steward.remove()
    for name, (median, worst) in table:
        print("| %dx%d | %s | %.1f ms | %.1f ms |" % (cols, rows, name, median, worst))
        if median > LIMITS["key"]:
            broken.append("%dx%d: %s: %.1f ms" % (cols, rows, name, median))
    print("| %dx%d | in the flood: CPU %.1f %%, RSS at most %.1f MiB | | |" %
          (cols, rows, cpu, memory))
    if memory > LIMITS["memory"]:
        broken.append("%dx%d: %.1f MiB" % (cols, rows, memory))


def report(home, seconds):
    words = [program("steward"), "--home", home]
    broken = []
    peers = [(name, words_, period) for name, words_, period in (
        ("htop", ["htop"], 1.5), ("btop", ["btop"], 2.0)) if shutil.which(name)]

    print("| program | size | first frame | bytes a frame | period | CPU | RSS |")
    print("|---|---|---|---|---|---|---|")
    for rows, cols in SIZES:
        size = "%dx%d" % (cols, rows)
        # The word in the footer that is drawn last.
        frames = [first_frame(words, rows, cols, b"Quit") for _ in range(15)]
        count, cpu, memory = steady(words, rows, cols, seconds, 1.0)
        first = statistics.median(frames)
        print("| steward | %s | %.1f ms (worst %.1f) | %.0f | 1 s | %.2f %% | %.1f MiB |" %
              (size, first, max(frames), count, cpu, memory))
        if first > LIMITS["first frame"]:
            broken.append("%s: the first frame took %.1f ms" % (size, first))
        if count > LIMITS["bytes"][(rows, cols)]:
            broken.append("%s: %.0f bytes a frame" % (size, count))
        if cpu > LIMITS["cpu"]:
            broken.append("%s: %.2f %% CPU" % (size, cpu))
        for name, peer, period in peers:
            count, cpu, memory = steady(peer, rows, cols, seconds, period)
            print("| %s | %s | | %.0f | %g s | %.2f %% | %.1f MiB |" %
                  (name, size, count, period, cpu, memory))
    return broken


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    if len(sys.argv) > 2:
        broken = report(sys.argv[2], seconds)
    else:
        steward = Steward(host=None).start()
        try:
            broken = report(steward.home, seconds)
        finally:
            steward.stop()
            steward.remove()
    print("| size | key | median | worst |")
    print("|---|---|---|---|")
    for rows, cols in SIZES:
        busy(rows, cols, broken)
    for line in broken:
        print("over the limit: " + line, file=sys.stderr)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
