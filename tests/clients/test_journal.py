# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: what was written is found again, whole and harmless."""
import glob
import itertools
import json
import os
import pwd
import random
import re
import signal
import subprocess

import pytest

from control import RpcError
from steward import ROOT
from waiting import wait_until


def say(steward, text, level="notice", subject="subject"):
    steward.ok("do", "trial", "log", level, subject, text)


def records(steward, *words):
    return steward.json("log", *words)["records"]


def texts(steward, *words):
    return [one["text"] for one in records(steward, *words)]


def test_records_have_all_their_parts(steward):
    say(steward, "the text", "warning", "10.0.0.1")
    one = next(one for one in records(steward) if one["text"] == "the text")
    assert one["level"] == "warning" and one["service"] == "trial"
    assert one["subject"] == "10.0.0.1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time"])
    line = next(line for line in steward.ok("log").out.splitlines() if "the text" in line)
    assert "trial" in line and "warning" in line.lower() and "10.0.0.1" in line


def test_the_file_is_as_documented(steward):
    say(steward, "the text", "warning", "10.0.0.1")
    steward.wait_journal("the text")
    line = next(line for line in steward.journal().splitlines() if "the text" in line)
    time, level, service, subject, text = line.split("\t")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
    assert (level, service, subject, text) == ("warning", "trial", "10.0.0.1", "the text")


def test_service_level_and_grep_choose(steward):
    say(steward, "an apple", "error")
    say(steward, "a pear", "info")
    assert "an apple" in texts(steward, "trial", "--level", "error")
    assert "a pear" not in texts(steward, "trial", "--level", "warning")
    assert texts(steward, "--grep", "^a (pear|plum)$") == ["a pear"]
    assert texts(steward, "--grep", "no such fruit") == []
    assert all(one["service"] == "web" for one in records(steward, "web"))
    assert "a pear" not in steward.ok("log", "web").out


def test_since_chooses(steward):
    say(steward, "written now")
    assert "written now" in texts(steward, "--since", "10m")
    assert texts(steward, "--since", "2099-01-01") == []
    assert "written now" in texts(steward, "--since", "2020-01-01T00:00:00Z")
    then = next(one for one in records(steward) if one["text"] == "written now")["time"]
    assert "written now" in texts(steward, "--since", then)


def test_records_come_oldest_first(steward):
    for number in range(20):
        say(steward, "number %02d" % number)
    found = texts(steward, "--grep", "^number")
    assert found == ["number %02d" % number for number in range(20)]


HARMFUL = [
    "\x1b[2J\x1b]0;owned\x07", "one\ntwo", "one\rtwo", "tab\tand\x0b", "\u202eevil\u202c",
    "\u2066x\u2069", "\x7f", "a" * 5000, "\u009b31m", "\ufeff\u200e",
]


@pytest.mark.parametrize("text", HARMFUL, ids=range(len(HARMFUL)))
def test_control_characters_reach_neither_file_nor_screen(steward, text):
    say(steward, "before<" + text + ">")
    steward.wait_journal("before<")
    line = next(line for line in steward.journal().splitlines() if "before<" in line)
    out = steward.ok("log", "--grep", "before<").out
    document = records(steward, "--grep", "before<")[0]["text"]
    assert len(line) < 1000
    for bad in ("\x1b", "\r", "\x07", "\x0b", "\x7f", "\u009b", "\u202e", "\u2066", "\u200e"):
        assert bad not in line and bad not in out and bad not in document
    assert "\n" not in document and "\t" not in document
    assert len(line.split("\t")) == 5


def test_what_clients_send_over_the_network_is_cleaned(make_steward):
    from raw import exchange
    one = make_steward({"web": {"access_log": "journal"}}).start()
    exchange(one.port("web"), b"GET /x HTTP/1.1\r\nHost: t\r\nUser-Agent: \x9b31m\xc2\x9b\r\n"
             b"Connection: close\r\n\r\n")
    exchange(one.port("web"), b"GET /\x1b[2J HTTP/1.1\r\nHost: t\r\n\r\n")
    one.wait_journal("/x")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", one.journal())


def test_files_are_rotated_and_bounded(make_steward):
    one = make_steward({"host": {"journal_size": "64K", "journal_files": 3}}).start()
    for _ in range(5):
        one.ok("do", "trial", "flood", "1500")
    say(one, "the last word")
    one.wait_journal("the last word")
    files = glob.glob(os.path.join(one.state, "journal", "*"))
    assert {os.path.basename(path) for path in files} == \
        {"journal.log", "journal.log.1", "journal.log.2"}
    assert all(os.path.getsize(path) <= 64 * 1024 + 1024 for path in files)
    assert "the last word" in texts(one)
    numbers = [int(number) for number in re.findall(r"\trecord (\d+) of 1500", one.journal())]
    assert numbers[-1] == 1500 and len(numbers) > 500
    assert all(b == a % 1500 + 1 for a, b in zip(numbers, numbers[1:])), "no gap at a rotation"


def test_nothing_is_lost_when_stewardd_stops_or_dies(steward):
    steward.ok("do", "trial", "flood", "1500")
    steward.stop()
    assert "record 1500 of 1500" in steward.journal()
    assert steward.journal().count("\tflood\t") == 1500


def test_a_restart_goes_on_in_the_same_journal(steward):
    say(steward, "before the restart")
    steward.stop()
    steward.start()
    say(steward, "after the restart")
    found = texts(steward, "--grep", "the restart$")
    assert found == ["before the restart", "after the restart"]


def test_a_damaged_file_is_read_as_far_as_it_goes(steward):
    say(steward, "before the damage")
    steward.stop()
    with open(os.path.join(steward.state, "journal", "journal.log"), "ab") as file:
        file.write(b"\0\0\0garbage\nno tabs here\n2026-01-01T00:00:00.000000Z\tnotice\ttri")
    steward.start()
    say(steward, "after the damage")
    found = texts(steward, "--grep", "the damage$")
    assert found == ["before the damage", "after the damage"]


def test_level_debug_can_be_left_out(make_steward):
    one = make_steward({"host": {"journal_level": "warning"}}).start()
    say(one, "not wanted", "info")
    say(one, "wanted", "error")
    one.wait_journal("wanted")
    assert "not wanted" not in one.journal()
    one.ok("set", "host.journal_level=info")
    say(one, "now it is", "info")
    one.wait_journal("now it is")


# Each line costs some hundredths of a second, and none fits.
SLOW = "(a|b)*a.{24}c"


def long_journal(steward):
    """Gives it older files of 4 MB, and readers that would take minutes."""
    chance = random.Random(1)
    line = "2026-01-01T00:00:00.000000Z\tinfo\tweb\t\t%s\n"
    for number in (1, 2):
        path = os.path.join(steward.state, "journal", "journal.log.%d" % number)
        with open(path, "w") as file:
            for _ in range(4000):
                file.write(line % "".join(chance.choices("ab", k=500)))
        os.chmod(path, 0o644)
    readers = [steward.control() for _ in range(4)]
    for one in readers:
        one.call("hello")
        one.send("log", grep=SLOW)
    wait_until(lambda: no_place(steward), "four to read")
    return readers


def no_place(steward):
    try:
        steward.call("log", last=1)
    except RpcError as error:
        assert "4 others already" in error.message
        return True
    return False


def test_a_slow_pattern_does_not_hold_a_stop_up(steward):
    readers = long_journal(steward)
    assert steward.stop() == 0
    assert "in order" not in steward.messages() and "KILL" not in steward.messages()
    for one in readers:
        with pytest.raises(RpcError, match="stopping"):
            one.answer(one.last_id)
        one.close()


def test_a_slow_pattern_does_not_hold_an_upgrade_up(steward):
    readers = long_journal(steward)
    host = steward.host_pid()
    os.kill(steward.keeper, signal.SIGUSR2)
    assert steward.wait_host(host)["host"]["crashes"] == 0
    assert "in order" not in steward.messages() and "KILL" not in steward.messages()
    for one in readers:
        one.close()


def test_who_leaves_gives_the_place_of_a_reader_back(steward):
    for one in long_journal(steward):
        one.close()
    wait_until(lambda: not no_place(steward), "a reader's place")
    assert texts(steward, "--last", "1")


def full_disk(make_steward):
    """A steward whose journal lies on a disk of 64 KiB, which only it sees."""
    one = make_steward({"host": {"journal_size": "8M"}})
    one.start()
    one.stop()
    folder = os.path.join(one.state, "journal")
    user = pwd.getpwnam("steward")
    one.wrapper = ["unshare", "-m", "sh", "-c",
                   'mount -t tmpfs -o size=64k,uid=%d,gid=%d,mode=755 none "%s" && exec "$@"'
                   % (user.pw_uid, user.pw_gid, folder), "sh"]
    return one.start()


@pytest.mark.skipif(not ROOT, reason="only root mounts a small disk")
def test_a_full_disk_is_said_once_and_serving_goes_on(make_steward):
    one = full_disk(make_steward)

    counter = itertools.count()

    def told(pattern):
        """Records in memory, where a full disk cannot lose them."""
        found = []
        with one.control() as control:
            mark = "the end of what is asked for, number %d" % next(counter)
            say(one, mark)
            control.call("subscribe", snapshot=0, journal={}, backlog=1900)
            while True:
                for record in control.notification("journal")["records"]:
                    if record["service"] == "host" and re.search(pattern, record["text"], re.I):
                        found.append(record["text"])
                    if record["text"] == mark:
                        return found
    def about_the_disk():
        return told("space|full")
    for _ in range(3):
        one.ok("do", "trial", "flood", "400")   # together less than memory keeps
        assert one.curl().out == "the first page\n"
    wait_until(about_the_disk, "word of the full disk")
    one.ok("do", "trial", "flood", "100")
    assert len(about_the_disk()) == 1, about_the_disk()
    assert one.curl().out == "the first page\n"
    # Settings and desired state lie on another disk and still work.
    one.ok("set", "trial.word=spoken")
    one.ok("stop", "trial")
    one.ok("start", "trial")
    assert {entry["state"] for entry in one.status()["services"]} == {"running"}

    subprocess.run(["nsenter", "-t", str(one.host_pid()), "-m", "mount", "-o",
                    "remount,size=16m", os.path.join(one.state, "journal")], check=True)

    def again():
        say(one, "is there room again")
        return told(r"\d+.*again")
    found = wait_until(again, "word that writing works again")
    assert len(found) == 1
    path = "/proc/%d/root%s/journal/journal.log" % (one.host_pid(), one.state)

    def written():
        with open(path, errors="replace") as file:
            return "is there room again" in file.read()
    wait_until(written, "records on the disk")


@pytest.mark.skipif(not ROOT, reason="only root mounts a small disk")
def test_a_full_state_folder_says_what_it_cannot_keep(make_steward):
    """A change that cannot be written durably fails with the reason, what runs
    goes on, and what was stored before is not damaged."""
    one = make_steward()
    one.wrapper = ["unshare", "-m", "sh", "-c",
                   'mkdir -p "%s" && mount -t tmpfs -o size=512k,mode=755 none "%s" && exec "$@"'
                   % (one.state, one.state), "sh"]
    one.spawn()
    # From here on its folders are looked at as it sees them.
    seen = "/proc/%d/root" % one.keeper
    one.home, one.state, one.control_path = \
        seen + one.home, seen + one.state, seen + one.control_path
    one.wait_settled()
    one.ok("set", "trial.number=11")
    with open(os.path.join(one.state, "filler"), "wb", buffering=0) as file:
        with pytest.raises(OSError):
            while True:
                file.write(b"x" * 4096)
    outcome = one.cli("set", "trial.word=spoken")
    assert outcome.status == 1, outcome
    assert "space" in outcome.err.lower(), outcome
    word = one.json("do", "trial", "show")["rows"][0][0]
    assert word == "hello" or "next start" in outcome.err, outcome
    with open(os.path.join(one.state, "steward.auto.conf")) as file:
        stored = file.read()
    assert "11" in stored and "spoken" not in stored
    assert one.curl().out == "the first page\n"
    outcome = one.cli("stop", "trial")
    assert outcome.status == 0 or "space" in outcome.err.lower(), outcome
    os.unlink(os.path.join(one.state, "filler"))
    one.ok("start", "trial")
    one.ok("set", "trial.word=spoken")
    assert one.json("do", "trial", "show")["rows"] == [["spoken", "11"]]


# ---- Pages ----

def write_journal(steward, count, files):
    """Files of an earlier host: numbered records, a hundred at the same time."""
    folder = os.path.join(steward.state, "journal")
    os.makedirs(folder, exist_ok=True)
    for path in (steward.state, folder):
        os.chmod(path, 0o777)
    for file in range(files):
        name = "journal.log" + (".%d" % (files - 1 - file) if file < files - 1 else "")
        with open(os.path.join(folder, name), "w") as out:
            for number in range(file * count // files + 1, (file + 1) * count // files + 1):
                out.write("2026-01-01T%02d:%02d:%02d.000000Z\tinfo\ttrial\told\trecord %d of %d\n"
                          % (number // 360000, number // 6000 % 60, number // 100 % 60, number,
                             count))
        os.chmod(os.path.join(folder, name), 0o666)


def flood(steward, count):
    """Numbered records, not faster than the journal writes them."""
    for _ in range(count // 500):
        steward.ok("do", "trial", "flood", "500")
        say(steward, "end of a flood")
        wait_until(lambda: steward.journal().rstrip().endswith("end of a flood"), "the flood")


def pages(steward, **query):
    """All pages of a query, put together from the newest back."""
    found, before, seen = [], None, 0
    with steward.control() as control:
        while True:
            answer = control.call("log", **query, **({"before": before} if before else {}))
            found[:0] = answer["records"]
            seen += 1
            before = answer["first"]
            if before is None:
                return found, seen
            assert len(answer["records"]) == query["last"] and seen < 1000


def numbers(found):
    return [int(re.match(r"record (\d+) of", one["text"]).group(1)) for one in found]


def test_pages_put_together_are_the_whole_journal(make_steward):
    one = make_steward({"host": {"journal_size": "64M", "journal_files": 10}})
    write_journal(one, 20000, 3)
    one.start()
    found, seen = pages(one, service="trial", grep="^record ", last=1000)
    assert numbers(found) == list(range(1, 20001)) and seen == 20
    found, _ = pages(one, service="trial", grep="^record .*7 of", last=999)
    assert numbers(found) == list(range(7, 20001, 10))
    with one.control() as control:
        answer = control.call("log", service="trial", grep="^record ", last=10)
        assert numbers(answer["records"]) == list(range(19991, 20001))
        answer = control.call("log", service="trial", grep="^record ", last=10,
                              before=answer["first"])
        assert numbers(answer["records"]) == list(range(19981, 19991))


def test_pages_stay_right_while_the_journal_rotates(make_steward):
    one = make_steward({"host": {"journal_size": "64K", "journal_files": 100}})
    write_journal(one, 3000, 1)
    one.start()
    with one.control() as control:
        query = {"service": "trial", "grep": "^record .* of 3000$", "last": 700}
        answer = control.call("log", **query)
        found = numbers(answer["records"])
        while answer["first"]:
            flood(one, 500)
            answer = control.call("log", before=answer["first"], **query)
            found[:0] = numbers(answer["records"])
    assert len(glob.glob(os.path.join(one.state, "journal", "*"))) > 4
    assert found == list(range(1, 3001))


def test_who_only_looks_leaves_a_place_for_the_owner(make_steward):
    """Patterns may be slow; a viewer's take all readers but one."""
    one = make_steward({"host": {"journal_size": "64M"}})
    write_journal(one, 200000, 1)
    one.start()
    with one.control() as viewer, one.control() as owner:
        viewer.call("hello", read_only=True)
        for _ in range(3):
            viewer.send("log", grep=".*(e|o).*(r|f).*(x|y|z)", any_case=True)
        with pytest.raises(RpcError) as caught:
            viewer.call("log", last=1)
        assert "being read by 3 others" in caught.value.message
        assert owner.call("log", last=1)["records"]


def test_until_invert_and_context(steward):
    for text in ("alpha", "beta", "gamma", "delta", "epsilon"):
        say(steward, text, subject="greek")
    greek = [one for one in records(steward, "trial") if one["subject"] == "greek"]
    assert texts(steward, "trial", "--until", greek[2]["time"])[-1] in ("gamma", "delta", "epsilon")
    assert greek[2]["text"] in texts(steward, "trial", "--until", greek[2]["time"])
    assert texts(steward, "--until", "2020-01-01") == []
    with_context = records(steward, "trial", "--grep", "^gamma$", "--context", "1")
    assert [(one["text"], one.get("context", False)) for one in with_context
            if one["subject"] == "greek"] == \
        [("beta", True), ("gamma", False), ("delta", True)]
    rest = records(steward, "trial", "--grep", "^(gamma|beta)$", "--invert")
    assert [one["text"] for one in rest if one["subject"] == "greek"] == \
        ["alpha", "delta", "epsilon"]
    both = records(steward, "trial", "--grep", "^(alpha|gamma)$", "--context", "1")
    assert [one["text"] for one in both if one["subject"] == "greek"] == \
        ["alpha", "beta", "gamma", "delta"], "contexts that overlap are shown once"


def test_that_nothing_was_found_is_said(steward):
    for words in (["wbe"], ["--grep", "^nothing like it$"]):
        outcome = steward.ok("log", *words)
        assert outcome.out == "" and "no such record" in outcome.err
        assert steward.json("log", *words)["records"] == []
    assert "no such record" not in steward.ok("log", "web").err
    steward.stop()
    assert "no such record" in steward.ok("log", "wbe").err


def test_each_followed_record_is_a_document(steward):
    say(steward, "one")
    with subprocess.Popen(steward.cli_command("log", "trial", "--follow", "--json", "--last", "1"),
                          stdout=subprocess.PIPE, env=steward.env) as process:
        try:
            before = json.loads(process.stdout.readline())
            say(steward, "two")
            after = json.loads(process.stdout.readline())
        finally:
            process.kill()
    assert (before["version"], before["text"]) == (1, "one")
    assert (after["version"], after["text"]) == (1, "two")


def test_log_words_that_make_no_sense_are_refused(steward):
    for words in (["--invert"], ["--context", "101"], ["--context", "x"], ["--until", "soon"],
                  ["--follow", "--until", "12:00"], ["--follow", "--context", "2"]):
        assert steward.cli("log", *words).status == 2, words
    for bad in ({"before": "nonsense"}, {"context": -1}, {"invert": 1}, {"until": "soon"},
                {"before": 7}):
        with pytest.raises(RpcError) as caught:
            steward.call("log", **bad)
        assert caught.value.code == -32602


def test_the_words_work_without_a_host_too(steward):
    for text in ("one", "two", "three", "four"):
        say(steward, text, subject="count")
    steward.wait_journal("four")
    steward.stop()
    found = steward.json("log", "trial", "--grep", "^t", "--context", "1")["records"]
    assert [one["text"] for one in found if one["subject"] == "count"] == \
        ["one", "two", "three", "four"]
    found = steward.json("log", "trial", "--grep", "^t", "--invert")["records"]
    assert [one["text"] for one in found if one["subject"] == "count"] == ["one", "four"]
    assert steward.json("log", "--until", "2020-01-01")["records"] == []
