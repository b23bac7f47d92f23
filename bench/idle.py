#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an idle steward costs, and how soon a started one answers.

    bench/idle.py [SECONDS] [STARTS]     STEWARD_BUILD names the build tree

Memory is the proportional set size (PSS) of keeper and host, the resident one
beside it; processor time comes from the scheduler in nanoseconds. The time to
the first answer begins right before exec of stewardd.
"""
import glob
import os
import select
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "lib"))

from load import REQUEST  # noqa: E402
from steward import Steward, free_port, run  # noqa: E402


def memory_kib(pid):
    """(PSS, RSS) of a process."""
    with open("/proc/%d/smaps_rollup" % pid) as file:
        fields = dict(line.split(":", 1) for line in file.read().splitlines()[1:])
    return int(fields["Pss"].split()[0]), int(fields["Rss"].split()[0])


def processor_seconds(pid):
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total / 1e9


def idle(seconds):
    steward = Steward(host=None).start()
    try:
        status = steward.status()
        pids = {"keeper": status["host"]["keeper_pid"], "host": status["host"]["pid"]}
        before = {name: processor_seconds(pid) for name, pid in pids.items()}
        begin = time.monotonic()
        # The measurement is the passing of time itself.
        select.select([], [], [], seconds)
        passed = time.monotonic() - begin
        total = 0
        for name, pid in pids.items():
            pss, rss = memory_kib(pid)
            total += pss
            spent = processor_seconds(pid) - before[name]
            print("%-6s  PSS %6.2f MiB  RSS %6.2f MiB  processor %.4f %% of a core"
                  % (name, pss / 1024, rss / 1024, 100 * spent / passed))
        print("both    PSS %6.2f MiB (idle for %.0f s, no console)" % (total / 1024, passed))
    finally:
        steward.stop()
        steward.remove()


def first_answer(port):
    while True:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)):
                select.select([], [], [], 0.0005)   # leaves the processor to it
                continue
            one.sendall(REQUEST)
            try:
                if one.recv(100).startswith(b"HTTP/1.1 200"):
                    return
            except ConnectionResetError:
                pass


def starts(number):
    foreground, daemonised = [], []
    for _ in range(number):
        port = free_port()
        steward = Steward({"web": {"listen": ["127.0.0.1:%d" % port]}}, host=None)
        try:
            begin = time.monotonic()
            steward.spawn()
            first_answer(port)
            foreground.append(time.monotonic() - begin)
            steward.stop()
            begin = time.monotonic()
            outcome = run(steward.command(), env=steward.env)
            daemonised.append(time.monotonic() - begin)
            assert outcome.status == 0, outcome
            steward.keeper = steward.status()["host"]["keeper_pid"]
        finally:
            steward.stop()
            steward.remove()
    for name, times in (("exec to first answer", foreground), ("stewardd returns", daemonised)):
        times.sort()
        print("%-20s  median %.1f ms, slowest %.1f ms of %d"
              % (name, 1000 * times[len(times) // 2], 1000 * times[-1], len(times)))


if __name__ == "__main__":
    idle(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
    starts(int(sys.argv[2]) if len(sys.argv) > 2 else 20)
