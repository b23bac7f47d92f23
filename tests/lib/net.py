# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of the test's own: a namespace whose addresses come and go."""
import os
import subprocess

from steward import ROOT

PYTHON = "/usr/bin/python3"


def available():
    """Why there can be no namespace here, or None."""
    if not ROOT:
        return "only root makes network namespaces"
    name = "steward-probe-%d" % os.getpid()
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    except FileNotFoundError:
        return "the program ip is not there (package iproute2)"
    if made.returncode:
        return "no network namespaces: " + made.stderr.strip()
    subprocess.run(["ip", "netns", "del", name], check=True)
    return None


class Network:
    def __init__(self):
        self.name = "steward-test-%d" % os.getpid()
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.ip("link", "set", "lo", "up")
        self.inside = ["ip", "netns", "exec", self.name]

    def ip(self, *words):
        subprocess.run(["ip", "-n", self.name, *words], check=True)

    def add(self, address):
        self.ip("addr", "add", address, "dev", "lo", *(["nodad"] if ":" in address else []))

    def remove(self, address):
        self.ip("addr", "del", address, "dev", "lo")

    def run(self, *words, **options):
        return subprocess.run([*self.inside, *words], capture_output=True, text=True, timeout=60,
                              **options)

    def python(self, text, *words):
        """Runs a small program inside; its output."""
        done = self.run(PYTHON, "-c", text, *[str(word) for word in words])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self):
        subprocess.run(["ip", "netns", "del", self.name], check=True)
