# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever ends the host while settings are on trial, the old ones come back."""
import os
import signal
import subprocess

import pytest

from steward import free_port
from waiting import wait_until


def value(steward, name):
    return steward.json("get", name)["settings"][0]["value"]


def begin(steward, seconds=600, **values):
    return steward.call("set", values={name.replace("_", ".", 1): text
                                       for name, text in values.items()}, confirm=seconds)


def audit_file(steward):
    with open(os.path.join(steward.state, "audit")) as file:
        return file.read()


def old_ones_are_back(steward, port):
    status = steward.status()
    assert status["trial"] is None and status["host"]["settings_fault"] is None
    assert value(steward, "trial.word") == "stored"
    assert steward.json("do", "trial", "show")["rows"][0][0] == "stored"
    assert steward.port("web") == port and steward.curl().out == "the first page\n"
    with open(os.path.join(steward.state, "steward.auto.conf")) as file:
        text = file.read()
    assert "stored" in text and "tried" not in text
    entries = steward.call("audit")["entries"]
    assert [one["outcome"] for one in entries] == ["done", "reverted"]
    assert "ended before it was confirmed" in entries[1]["reason"]
    # And it is written: the next start finds nothing that waits.
    wait_until(lambda: '"outcome":"reverted"' in audit_file(steward), "its end in the file")


@pytest.fixture
def trying(steward):
    """With web on another port and another word, for ten minutes."""
    steward.ok("set", "trial.word=stored")
    port = steward.port("web")
    begin(steward, web_listen="127.0.0.1:%d" % free_port(), trial_word="tried")
    assert steward.port("web") != port
    return steward, port


def test_kill(trying):
    steward, port = trying
    host = steward.host_pid()
    os.kill(host, signal.SIGKILL)
    steward.wait_host(host)
    old_ones_are_back(steward, port)


def test_a_crash_of_a_service(trying):
    steward, port = trying
    host = steward.host_pid()
    steward.cli("do", "trial", "crash")
    steward.wait_host(host)
    assert steward.call("audit")["entries"][1]["outcome"] == "reverted"
    assert steward.port("web") == port and value(steward, "trial.word") == "stored"


def test_upgrade(trying):
    steward, port = trying
    host = steward.host_pid()
    os.kill(steward.keeper, signal.SIGUSR2)
    steward.wait_host(host)
    old_ones_are_back(steward, port)


def test_stop_and_start(trying):
    steward, port = trying
    assert steward.stop() == 0
    steward.start()
    old_ones_are_back(steward, port)


def test_power_cut(trying):
    steward, port = trying
    steward.kill()
    steward.start()
    old_ones_are_back(steward, port)


def test_a_power_cut_right_after_it_was_stored(steward):
    """Between the file and the entry: what is in force is not called reverted."""
    steward.ok("set", "trial.word=stored")
    begin(steward, trial_word="tried")
    steward.kill()
    path = os.path.join(steward.state, "steward.auto.conf")
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text.replace('"stored"', '"tried"'))
    steward.start()
    assert value(steward, "trial.word") == "tried"
    entry = steward.call("audit")["entries"][1]
    assert entry["outcome"] == "done" and "the files have it" in entry["reason"]
    assert "the settings before are in force again" not in steward.journal()
    steward.ok("undo")
    assert value(steward, "trial.word") == "stored"


def test_a_crash_right_after_it_was_stored(steward):
    """Between the file and its copy: the list, the file and what is in force agree."""
    steward.ok("set", "trial.word=stored")
    begin(steward, trial_word="tried")
    path = os.path.join(steward.state, "steward.auto.conf")
    with open(path) as file:
        text = file.read()
    assert '# set by ' in text and '"stored"' in text
    with open(path, "w") as file:
        file.write(text.replace('"stored"', '"tried"'))
    for _ in range(2):
        host = steward.host_pid()
        os.kill(host, signal.SIGKILL)
        steward.wait_host(host)
        assert value(steward, "trial.word") == "tried"
        assert steward.status()["host"]["settings_fault"] is None
        entry = steward.call("audit")["entries"][1]
        assert entry["outcome"] == "done" and "the files have it" in entry["reason"]
    # What somebody wrote himself waits to be asked for.
    steward.configure({"trial": {"number": 42}})
    host = steward.host_pid()
    os.kill(host, signal.SIGKILL)
    steward.wait_host(host)
    assert "not in force" in steward.status()["host"]["settings_fault"]
    assert value(steward, "trial.number") == "7" and value(steward, "trial.word") == "tried"


def test_an_undo_that_was_stored_counts(steward):
    steward.ok("set", "trial.word=stored")
    steward.call("undo", entry=1, confirm=600)
    steward.kill()
    os.remove(os.path.join(steward.state, "steward.auto.conf"))
    steward.start()
    assert value(steward, "trial.word") == "hello"
    entries = steward.call("audit")["entries"]
    assert entries[1]["outcome"] == "done" and entries[0]["undone_by"] == 2


def test_a_power_cut_while_the_files_are_on_trial(steward):
    """A new stewardd reads the files, and does not say that they went back."""
    steward.configure({"trial": {"word": "written"}})
    steward.call("reload", services=["trial"], confirm=600)
    steward.kill()
    steward.start()
    assert value(steward, "trial.word") == "written"
    entry = steward.call("audit")["entries"][-1]
    assert entry["outcome"] == "done" and "the files have it" in entry["reason"]
    assert "the settings before are in force again" not in steward.journal()


def test_a_crash_while_the_files_are_on_trial(steward):
    """A host that follows goes on with the settings before them."""
    steward.configure({"trial": {"word": "written"}})
    steward.call("reload", services=["trial"], confirm=600)
    host = steward.host_pid()
    os.kill(host, signal.SIGKILL)
    steward.wait_host(host)
    assert value(steward, "trial.word") == "hello"
    assert steward.call("audit")["entries"][-1]["outcome"] == "reverted"
    assert "not in force" in steward.status()["host"]["settings_fault"]


def test_kill_while_it_is_applied(steward):
    """The entry is there before anything is tried."""
    steward.ok("set", "trial.word=stored", "trial.hang_time=1h", "trial.hang=reload")
    port = steward.port("web")
    with steward.control() as control:
        control.send("set", values={"trial.word": "tried"}, confirm=60)
        steward.wait_status(lambda status: (status["trial"] or {}).get("state") == "applying",
                            "the trial to begin")
        # On the disk: before that nothing is tried, and nothing is left of it.
        wait_until(lambda: '"outcome":"waiting"' in audit_file(steward), "its entry")
        host = steward.host_pid()
        os.kill(host, signal.SIGKILL)
        steward.wait_host(host)
    old_ones_are_back(steward, port)


def test_the_client_is_killed(steward):
    """Who locked himself out, or lost the line, needs to do nothing."""
    steward.ok("set", "trial.word=stored")
    port = steward.port("web")
    client = subprocess.Popen(
        steward.cli_command("set", "web.listen=127.0.0.1:%d" % free_port(), "--confirm", "5"),
        env=steward.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    steward.wait_status(lambda status: status["trial"] is not None, "the trial")
    client.kill()
    client.wait()
    steward.wait_status(lambda status: status["trial"] is None, "its end")
    assert steward.port("web") == port and steward.curl().out == "the first page\n"
    assert "nobody confirmed" in steward.call("audit")["entries"][-1]["reason"]


def test_a_client_that_never_reads_does_not_keep_it(steward):
    with steward.control() as deaf:
        deaf.call("subscribe", snapshot=0.2, audit=True, journal={})
        begin(steward, seconds=5, trial_word="tried")
        steward.wait_status(lambda status: status["trial"] is None, "the end of the time")
    assert value(steward, "trial.word") == "hello"


def test_the_end_of_the_host_answers_who_waits(steward):
    """A trial that is just being looked at when stewardd is told to stop."""
    steward.ok("set", "trial.hang_time=500ms", "trial.hang=reload")
    with steward.control() as control:
        number = control.send("set", values={"trial.word": "tried"}, confirm=60)
        steward.wait_status(lambda status: status["trial"] is not None, "the trial")
        os.kill(steward.keeper, signal.SIGTERM)
        with pytest.raises(Exception) as error:
            control.answer(number)
    assert "stopping" in str(error.value) or "closed the connection" in str(error.value)
    assert steward.stop() == 0
    steward.start()
    assert value(steward, "trial.word") == "hello"
    assert steward.call("audit")["entries"][-1]["outcome"] in ("failed", "reverted")


def test_ten_trials_and_kills(steward):
    """The numbers of entries go on, and nothing of any trial is ever stored."""
    for round_number in range(10):
        begin(steward, trial_number=str(20 + round_number))
        host = steward.host_pid()
        os.kill(host, signal.SIGKILL)
        steward.wait_status(lambda status, host=host: status["host"]["pid"] != host and
                            all(one["state"] == "running" for one in status["services"]),
                            "the next host")
        assert value(steward, "trial.number") == "7"
    entries = steward.call("audit")["entries"]
    assert [one["number"] for one in entries] == list(range(1, 11))
    assert {one["outcome"] for one in entries} == {"reverted"}
