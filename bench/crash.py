#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the host N times while wrk asks, and tells how many connections were
refused and how long the next request took to be answered.

    bench/crash.py [KILLS]        STEWARD_BUILD names the build tree
"""
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "lib"))

from load import Load, seconds_to_answer  # noqa: E402
from steward import Steward  # noqa: E402
from waiting import process_ended, wait_until  # noqa: E402


def kill_host(steward):
    pid = wait_until(lambda: steward.children(steward.keeper), "a host")[0]
    os.kill(pid, signal.SIGSEGV)
    process_ended(pid)


def main(kills):
    steward = Steward(host=None).start()
    try:
        port, times = steward.port("web"), []
        wrk = subprocess.Popen(["wrk", "-t1", "-c16", "-d3600s", steward.url()],
                               stdout=subprocess.PIPE, text=True)
        with Load(port, threads=1) as load:
            for _ in range(kills):
                kill_host(steward)
                times.append(seconds_to_answer(port))
        wrk.send_signal(signal.SIGINT)
        wrk_says = wrk.communicate()[0]
        times.sort()
        print("kills %d, new connections answered %d, broken off %d, refused %d, other faults %d"
              % (kills, load.answered, load.broken, load.refused, len(load.faults)))
        print("next answer after a kill: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, slowest %.1f ms"
              % tuple(1000 * times[min(len(times) - 1, len(times) * part // 100)]
                      for part in (50, 90, 99, 100)))
        for line in wrk_says.splitlines():
            if "requests in" in line or "Socket errors" in line:
                print("wrk:" + line)
        crashes = steward.status()["host"]["crashes"]
        print("crashes counted by the keeper: %d" % crashes)
        return 0 if not load.refused and not load.faults and crashes >= kills else 1
    finally:
        steward.stop()
        steward.remove()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
