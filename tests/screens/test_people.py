# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts, the audit list, undo and the first run: typed in tmux, done by a real steward."""
import os

from test_tmux import pytestmark, terminal  # noqa: F401, a fixture and a mark

def value(steward, name):
    return steward.cli("get", name).out.strip()


def kept(steward):
    """The file of answers, or None."""
    for folder, _, names in os.walk(os.path.join(steward.base, "answers")):
        for name in names:
            return os.path.join(folder, name)
    return None


def test_undo_walks_back(terminal):
    steward = terminal.steward
    assert steward.cli("set", "web.directory_listing=true").status == 0
    assert steward.cli("stop", "web").status == 0
    one = terminal()
    one.console()
    one.keys("9")
    one.wait(r"\[9Who\]")
    one.keys("Tab")
    one.wait(r"stop web")
    one.keys("z")
    one.wait(r"undone: start web\. z would now undo entry \d+:")
    steward.wait_state("web", "running")
    # Settings are shown as a difference first, and go on trial.
    one.keys("1")
    one.wait(r"\[1Home\]")
    one.keys("z")
    one.wait(r"web\.directory_listing +true -> false")
    one.keys("Enter")
    one.wait("nothing was undone")
    assert value(steward, "web.directory_listing") == "true"
    one.keys("z")
    one.wait(r"\[ Undo on trial")
    one.keys("Tab", "Enter")
    one.wait(r"TRIAL of ")
    assert value(steward, "web.directory_listing") == "false"
    assert steward.cli("confirm").status == 0
    one.wait(r"TRIAL of ", gone=True)
    assert value(steward, "web.directory_listing") == "false"


def test_first_run_from_two_terminals(terminal):
    steward = terminal.steward
    answers = os.path.join(steward.base, "answers")
    os.mkdir(answers)
    one = terminal(env={"XDG_STATE_HOME": answers})
    one.console()
    one.wait("first run")
    one.keys("0")
    one.wait(r"\[0Tools\]")
    one.keys("Enter")
    one.wait("name of this server")
    one.keys("Enter")
    one.type("nas-quiz")
    one.keys("Enter")
    one.wait("nas-quiz")
    one.type("]")
    one.wait("step 2 of 4")
    one.keys("Escape")
    one.wait("your answers are kept")
    assert kept(steward) and os.stat(kept(steward)).st_mode & 0o777 == 0o600
    two = terminal(env={"XDG_STATE_HOME": answers})
    two.console()
    two.keys("0")
    two.wait(r"\[0Tools\]")
    two.keys("Enter")
    two.wait("step 2 of 4")
    two.type("]")
    two.wait("step 3 of 4")
    two.type("]")
    two.wait(r"host\.name +-> nas-quiz")
    two.keys("Enter")
    two.wait(r"Put this in force\?")
    two.keys("Tab", "Enter")
    two.wait(r"TRIAL")
    assert steward.cli("confirm").status == 0
    two.wait("the first run is done")
    assert value(steward, "host.name") == "nas-quiz"
    assert kept(steward) is None
    one.wait("first run:", gone=True)


def test_an_alert_is_put_to_sleep(terminal):
    steward = terminal.steward
    # An address of nobody (RFC 5737): it is waited for, and after 10 s that is told.
    assert steward.cli("set", "web.listen=203.0.113.9:8080").status == 0
    one = terminal()
    one.console()
    one.keys("6")
    one.wait(r"\[6Alerts\]")
    one.wait(r"CRIT.*ACTIVE.*web")
    one.keys("S")
    one.wait("15 minutes")
    one.keys("1")
    one.wait(r"CRIT.*SNOOZED until")
    one.keys("a")
    one.wait(r"CRIT.*ACK by")
    found = steward.call("alerts")["alerts"][0]
    assert found["id"] == "web/listener" and found["acknowledged"] and found["snoozed_until"]
    one.keys("Enter")
    one.wait(r"^ Service +web")
