# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings changed in the forms, typed in tmux, tried by a real steward."""
import urllib.request

from test_tmux import pytestmark, terminal  # noqa: F401, a fixture and a mark
from waiting import wait_until


def value(steward, name):
    return steward.cli("get", name).out.strip()


def answers(steward):
    with urllib.request.urlopen(steward.url("/"), timeout=30) as answer:
        return answer.status == 200


def stage(one, text):
    """Types a new value for web.listen into the form and asks to apply it."""
    one.keys("8")
    one.wait(r"\[8Config\]")
    one.wait(r"^>? *web ")
    for _ in range(2):
        one.keys("k")
    one.keys("j", "Enter")
    one.wait(r"^> +listen ")
    one.keys("Enter", "C-u")
    one.type(text)
    one.keys("Enter")
    one.wait(r"1 change staged in web")
    one.keys("A")
    one.wait(r"web\.listen")
    one.wait(r"Apply on trial \(60 s\)")
    one.keys("Tab", "Enter")


def test_an_address_that_cannot_be_bound_goes_back_and_says_why(terminal):
    steward = terminal.steward
    before, port = value(steward, "web.listen"), steward.port("web")
    one = terminal()
    one.console()
    stage(one, "192.0.2.77:8080")
    # The reason, and that nothing was lost: neither the old value nor the new one.
    one.wait(r"this machine does( not)?$|have the address 192\.0\.2\.77")
    one.wait(r"still staged")
    one.keys("Enter")
    one.wait(r"1 change staged in web")
    assert value(steward, "web.listen") == before
    assert steward.service("web")["state"] == "running"
    assert steward.port("web") == port and answers(steward)
    last = steward.json("audit", "--last", "1")["entries"][-1]
    assert last["action"] == "set" and last["outcome"] in ("failed", "reverted")
    assert "192.0.2.77" in last["reason"]


def test_the_line_of_who_tries_is_lost(terminal):
    """Nobody can confirm: it counts down, and another console sees how long."""
    steward = terminal.steward
    before = value(steward, "web.listen")
    one, other = terminal(), terminal()
    one.console()
    other.console()
    stage(one, "127.0.0.2:0")
    one.wait(r"TRIAL of ")
    other.wait(r"TRIAL of ")
    assert value(steward, "web.listen") == "127.0.0.2:0"
    one.tmux("kill-server")
    # Who still has a line need not wait for the end.
    assert steward.cli("revert").status == 0
    other.wait(r"TRIAL of ", gone=True)
    wait_until(lambda: value(steward, "web.listen") == before, "the old address")
    wait_until(lambda: steward.service("web")["state"] == "running", "web to run")
    assert answers(steward)
