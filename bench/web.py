#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web service beside nginx, in one run on one machine.

    bench/web.py [BUILD] [--rounds N] [--seconds S] [--rows NAME,...] [--idle N]

Both servers have one worker, pinned to the first processor; wrk and the idle
clients are pinned to the second. A row is measured in rounds, the servers taking
turns in an order that alternates, and the medians are compared. What counts is
the processor time that the server spends for a request (user and system, from
/proc), since requests a second also tell of the client. BUILD is a build tree,
"build" unless named. Needs wrk and nginx.
"""
import argparse
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))

TICKS = os.sysconf("SC_CLK_TCK")
FILES = {"1k": 1 << 10, "16k": 16 << 10, "10m": 10 << 20}

NGINX = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 30000;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections 20000; }}
http {{
	{temporary}
	default_type application/octet-stream;
	open_file_cache max=1000 inactive=600s;
	open_file_cache_valid 60s;
	keepalive_requests 1000000000;
	keepalive_timeout 600s;
	access_log off;
	root {www};
	server {{ listen 127.0.0.1:{best}; sendfile on; tcp_nopush on; }}
	server {{ listen 127.0.0.1:{plain}; sendfile off; }}
	server {{ listen 127.0.0.1:{logged}; sendfile on; tcp_nopush on;
		access_log {folder}/access.log combined; }}
	server {{ listen 127.0.0.1:{buffered}; sendfile on; tcp_nopush on;
		access_log {folder}/access-buffered.log combined buffer=64k flush=1s; }}
}}
"""

# name, file, wrk's words, servers, what the issue asks for (the ratio of nginx's
# figure to ours, against the first nginx that is named).
CLOSE = ["-H", "Connection: close"]
ROWS = [
    ("1k", "1k", ["-c64"], ["nginx", "nginx-nosendfile"], 1.4),
    ("1k-log", "1k", ["-c64"], ["nginx-log", "nginx-buffered-log"], None),
    ("16k", "16k", ["-c64"], ["nginx", "nginx-nosendfile"], 1.15),
    ("10m", "10m", ["-c4"], ["nginx", "nginx-nosendfile"], 1.0),
    ("close", "1k", ["-c64"] + CLOSE, ["nginx", "nginx-nosendfile"], 1 / 1.15),
]


def processor_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


class Server:
    """Something that listens, and the processes whose time counts."""

    def __init__(self, name, port, pids):
        self.name, self.port, self.pids = name, port, pids

    def spent(self):
        return sum(processor_seconds(pid) for pid in self.pids)

    def memory(self):
        return sum(memory_mib(pid) for pid in self.pids)


def measure(server, path, words, seconds):
    """Microseconds of the server's processor a request, requests a second."""
    before = server.spent()
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-d%ds" % seconds] + words +
                         ["http://127.0.0.1:%d/%s" % (server.port, path)],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    spent = server.spent() - before
    for wrong in ("Socket errors", "Non-2xx"):
        if wrong in out:
            print("  %s: %s" % (server.name, re.search(wrong + ".*", out).group(0)))
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    return spent / requests * 1e6, rate


def row(name, path, words, servers, wanted, options):
    figures = {server.name: [] for server in servers}
    for one in servers:
        measure(one, path, words, 1)
    for turn in range(options.rounds):
        for one in servers if turn % 2 == 0 else servers[::-1]:
            figures[one.name].append(measure(one, path, words, options.seconds))
    medians = {one: tuple(statistics.median(part) for part in zip(*all_of_it))
               for one, all_of_it in figures.items()}
    ours = medians[servers[0].name]
    for one in servers:
        cost, rate = medians[one.name]
        line = "%-8s %-19s %9.2f us/request %10.0f requests/s" % (name, one.name, cost, rate)
        if one is not servers[0]:
            line += "   steward costs 1/%.2f of it" % (cost / ours[0])
            if wanted and one is servers[1]:
                line += " (asked for: 1/%.2f)" % wanted
        print(line, flush=True)


def open_idle(server, number):
    """Connections that have been served once and are kept alive."""
    connections = []
    for _ in range(number):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(b"GET /1k HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connections.append(one)
    for one in connections:
        need = 1
        while need > 0:
            text = one.recv(65536)
            if not text:
                raise SystemExit("%s closed a connection" % server.name)
            need = need - 1 if len(text) >= 1024 else need
    return connections


def idle(servers, number):
    os.sched_setaffinity(0, {1})
    for server in servers:
        before = server.memory()
        connections = open_idle(server, number)
        after = server.memory()
        print("idle     %-19s %d kept alive: RSS %.1f MiB (%.1f before)"
              % (server.name, number, after, before), flush=True)
        for one in connections:
            one.close()


def start_nginx(folder, www, ports):
    temporary = "\n\t".join("%s_temp_path %s/%s;" % (name, folder, name) for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as file:
        file.write(NGINX.format(folder=folder, www=www, temporary=temporary, **ports))
    process = subprocess.Popen(["taskset", "-c", "0", "nginx", "-e", folder + "/nginx.log",
                                "-c", conf])
    return process


def wait_for(port):
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        pass


def congestion_control():
    with open("/proc/sys/net/ipv4/tcp_congestion_control") as file:
        return file.read().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", nargs="?", default=os.path.join(TOP, "build"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rows", default="")
    parser.add_argument("--idle", type=int, default=10000)
    options = parser.parse_args()
    os.environ["STEWARD_BUILD"] = os.path.abspath(options.build)
    from steward import Steward, free_port  # the build tree must be known before
    from waiting import wait_until

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = tempfile.mkdtemp(prefix="steward-bench-", dir="/tmp")
    os.chmod(folder, 0o755)
    ports = {name: free_port() for name in ("best", "plain", "logged", "buffered")}
    port = free_port()
    nginx = None
    steward = Steward({"web": {"listen": ["127.0.0.1:%d" % port], "workers": 1}},
                      host=None, wrapper=("taskset", "-c", "0"))
    try:
        for name, size in FILES.items():
            with open(os.path.join(steward.www, name), "wb") as file:
                file.write(os.urandom(size))
        nginx = start_nginx(folder, steward.www, ports)
        steward.start()
        wait_for(ports["best"])
        worker = wait_until(lambda: steward.children(nginx.pid), "nginx's worker")[0]
        status = steward.status()["host"]
        ours = Server("steward", port, [status["pid"], status["keeper_pid"]])
        theirs = {name: Server(name, ports[key], [worker]) for name, key in (
            ("nginx", "best"), ("nginx-nosendfile", "plain"), ("nginx-log", "logged"),
            ("nginx-buffered-log", "buffered"))}
        print("congestion control %s, %d rounds of %d s, medians"
              % (congestion_control(), options.rounds, options.seconds))
        for name, path, words, servers, wanted in ROWS:
            if options.rows and name not in options.rows.split(","):
                continue
            if name.endswith("-log"):
                steward.ok("set", "web.access_log=%s" % os.path.join(steward.state, "access.log"))
            row(name, path, words, [ours] + [theirs[one] for one in servers], wanted, options)
            if name.endswith("-log"):
                steward.ok("set", "web.access_log=off")
        if options.idle and (not options.rows or "idle" in options.rows.split(",")):
            idle([ours, theirs["nginx"]], options.idle)
    finally:
        if nginx:
            nginx.terminate()
            nginx.wait()
        steward.stop()
        steward.remove()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
