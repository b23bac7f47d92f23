# SPDX-License-Identifier: GPL-3.0-or-later
"""steward.conf in an editor: `steward edit` on a pseudo-terminal, and the same
from the screen. The editor is a script that puts one prepared text after the
other in place of what it is given."""
import glob
import os
import signal
import socket
import stat

import pytest

from console import Console
from steward import ROOT, as_user, program
from waiting import wait_until

EDITOR = """#!/bin/sh
n=$(cat {folder}/count)
echo $((n + 1)) >{folder}/count
cp "$1" {folder}/given.$n
[ ! -e {folder}/text.$n ] || cat {folder}/text.$n >"$1"
[ ! -e {folder}/run.$n ] || . {folder}/run.$n
"""


class Terminal(Console):
    """steward on a terminal of its own, with an editor that is a script."""

    def __init__(self, steward, words, texts=(), runs=None, env=None, wrapper=()):
        self.folder = os.path.join(steward.base, "editor")
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o777)
        self.temporary = os.path.join(self.folder, "tmp")
        os.makedirs(self.temporary, exist_ok=True)
        os.chmod(self.temporary, 0o1777)
        script = os.path.join(self.folder, "editor")
        self.write(script, EDITOR.format(folder=self.folder))
        os.chmod(script, 0o755)
        self.write(os.path.join(self.folder, "count"), "0")
        os.chmod(os.path.join(self.folder, "count"), 0o666)
        for number, text in enumerate(texts):
            if text is not None:
                self.write(os.path.join(self.folder, "text.%d" % number), text)
        for number, command in (runs or {}).items():
            self.write(os.path.join(self.folder, "run.%d" % number), command)
        super().__init__(steward, argv=[*wrapper, self.programs(), "--home", steward.home, *words],
                         TMPDIR=self.temporary, EDITOR=script, VISUAL=None,
                         XDG_STATE_HOME=os.path.join(self.folder, "state"), **(env or {}))

    def programs(self):
        """steward beside a host that has the trial service, too: it is the one that
        checks the text."""
        folder = os.path.join(self.folder, "programs")
        if not os.path.exists(folder):
            os.mkdir(folder)
            os.link(program("steward"), os.path.join(folder, "steward"))
            os.link(program("tests/trial-host"), os.path.join(folder, "steward-host"))
        return os.path.join(folder, "steward")

    @staticmethod
    def write(path, text):
        with open(path, "w") as file:
            file.write(text)

    def given(self, number):
        """What the editor was given at its call with that number."""
        with open(os.path.join(self.folder, "given.%d" % number)) as file:
            return file.read()

    def calls(self):
        with open(os.path.join(self.folder, "count")) as file:
            return int(file.read())

    def see(self, text):
        """Waits until text is on the screen: it is drawn afresh, since else a part that
        stood there already is not written again."""
        def look():
            self.send(b"\014")
            self.read()
            return text in self.data
        self.data = b""
        self.until(look, "%r on the screen" % text)
        self.data = b""

    def ended(self):
        status = super().ended()
        # Nothing of the copy is left.
        assert glob.glob(os.path.join(self.temporary, "*")) == []
        return status


@pytest.fixture
def edit(request):
    """Begins `steward edit` (or other words) and ends what a test leaves."""
    made = []

    def begin(steward, *words, **options):
        one = Terminal(steward, [word for word in words or ("edit",) if word], **options)
        made.append(one)
        return one

    yield begin
    for one in made:
        one.close()


def text_of(path):
    with open(path) as file:
        return file.read()


def setting(steward, name):
    return steward.json("get", name)["settings"][0]


def with_word(steward, word):
    """steward.conf with trial.word as it should be from now on."""
    return text_of(steward.conf).replace("trial {\n", 'trial {\n\tword = "%s"\n' % word)


# ---- On the command line ----

def test_kept(steward, edit):
    os.chmod(steward.conf, 0o664)
    before = os.stat(steward.conf)
    one = edit(steward, texts=[with_word(steward, "edited")])
    one.wait(b'+ \tword = "edited"'.replace(b"\t", b" "))
    one.wait(b"(p)ut it in place")
    assert "edited" not in text_of(steward.conf)
    one.send(b"p\n")
    one.wait(b"(k)eep them")
    assert setting(steward, "trial.word")["value"] == "edited"
    assert steward.status()["trial"]["action"] == "reload"
    one.send(b"k\n")
    one.wait(b"kept")
    assert one.ended() == 0
    assert steward.status()["trial"] is None
    word = setting(steward, "trial.word")
    assert word["value"] == "edited" and word["origin"].startswith("steward.conf:")
    after = os.stat(steward.conf)
    assert (after.st_uid, after.st_gid, after.st_mode) == \
        (before.st_uid, before.st_gid, before.st_mode)
    assert after.st_ino != before.st_ino, "it was not replaced as a whole"
    assert not os.path.exists(os.path.join(steward.state, "steward.auto.conf"))


def test_a_value_that_was_set_counts_more(steward, edit):
    """Whoever edits a value in vain is told so, and why."""
    steward.ok("set", "trial.word=mine")
    one = edit(steward, texts=[with_word(steward, "edited")])
    one.wait(b"(p)ut it in place")
    one.send(b"p\n")
    one.wait(b"no setting changes by it")
    assert one.ended() == 0 and setting(steward, "trial.word")["value"] == "mine"
    steward.ok("set", "--reset", "trial.word")
    again = edit(steward, texts=[text_of(steward.conf).replace("edited", "other")])
    again.wait(b"(p)ut it in place")
    again.send(b"p\n")

    def asked():
        again.read()
        return b"(k)eep them" in again.data
    wait_until(asked, "the question", watch=[again.fd])
    assert b"no setting changes" not in again.data
    again.send(b"z\n")
    assert again.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_drops_or_goes_back(steward, edit, number):
    """At each question; nothing of the copy is left (looked at in ended)."""
    before = text_of(steward.conf)
    one = edit(steward, texts=[with_word(steward, "edited")])
    one.wait(b"(p)ut it in place")
    os.kill(one.pid, number)
    one.wait(b"as it was")
    assert one.ended() == 0 and text_of(steward.conf) == before
    again = edit(steward, texts=[with_word(steward, "edited")])
    again.wait(b"(p)ut it in place")
    again.send(b"p\n")
    again.wait(b"(k)eep them")
    os.kill(again.pid, number)
    again.wait(b"the old settings are back")
    assert again.ended() == 0
    assert setting(steward, "trial.word")["value"] != "edited"
    assert steward.status()["trial"] is None


def test_mistake_is_told_and_edited_again(steward, edit):
    before = text_of(steward.conf)
    wrong = before + "\nweb {\n\tworkers = many\n}\n"
    one = edit(steward, texts=[wrong, with_word(steward, "right")])
    one.wait(b"steward.conf:%d" % (wrong.count("\n") - 1))
    one.wait(b"(e)dit again")
    one.send(b"what\n")             # neither of them: it asks again
    one.wait(b"(e)dit again")
    one.send(b"e\n")
    one.wait(b"(p)ut it in place")
    assert one.given(1) == wrong, "the text is lost between two edits"
    one.send(b"x\n")
    assert one.ended() == 0
    assert text_of(steward.conf) == before


def test_nothing_changed(steward, edit):
    before = os.stat(steward.conf)
    one = edit(steward)
    one.wait(b"steward.conf is as it was")
    assert one.ended() == 0
    assert os.stat(steward.conf).st_ino == before.st_ino


def test_nobody_confirms(steward, edit):
    one = edit(steward, "edit", "--confirm", "5", texts=[with_word(steward, "gone")])
    one.wait(b"(p)ut it in place")
    one.send(b"p\n")
    one.wait(b"(k)eep them")
    assert setting(steward, "trial.word")["value"] == "gone"
    one.wait(b"nobody confirmed in time")
    assert one.ended() == 1
    wait_until(lambda: setting(steward, "trial.word")["value"] == "hello", "the old settings")
    assert "gone" in text_of(steward.conf), "the owner's text is the owner's"


def test_line_lost_while_it_waits(steward, edit):
    one = edit(steward, "edit", "--confirm", "5", texts=[with_word(steward, "gone")])
    one.wait(b"(p)ut it in place")
    one.send(b"p\n")
    one.wait(b"(k)eep them")
    os.kill(one.pid, signal.SIGKILL)
    wait_until(lambda: setting(steward, "trial.word")["value"] == "hello", "the old settings")


def test_go_back(steward, edit):
    one = edit(steward, texts=[with_word(steward, "gone")])
    one.wait(b"(p)ut it in place")
    one.send(b"p\n")
    one.wait(b"(k)eep them")
    one.send(b"z\n")
    one.wait(b"the old settings are back")
    assert one.ended() == 0
    assert setting(steward, "trial.word")["value"] == "hello"


def test_restart_is_asked_for(steward, edit):
    text = text_of(steward.conf).replace("web {\n", "web {\n\tworkers = 3\n")
    one = edit(steward, texts=[text])
    one.wait(b"(p)ut it in place")
    with socket.create_connection(("127.0.0.1", steward.port("web")), timeout=30):
        wait_until(lambda: steward.service("web")["counters"]["connections"] == 1, "the client")
        one.send(b"p\n")
        one.wait(b"web.workers")
        one.wait(b"(r)estart on trial")
        assert steward.service("web")["workers"] != 3
        one.send(b"r\n")
    one.wait(b"(k)eep them")
    one.send(b"k\n")
    one.wait(b"kept")
    assert one.ended() == 0
    assert steward.service("web")["workers"] == 3


def test_address_that_cannot_be_bound(steward, edit):
    """The trial fails: why is told, and everything is as before."""
    text = text_of(steward.conf).replace('{"127.0.0.1:0"}', '{"192.0.2.1:0"}')
    assert text != text_of(steward.conf)
    one = edit(steward, texts=[text])
    one.wait(b"(p)ut it in place")
    one.send(b"p\n")
    one.wait(b"192.0.2.1")
    assert one.ended() == 1
    assert steward.curl().out == "the first page\n"
    assert "127.0.0.1" in setting(steward, "web.listen")["value"]


def test_changed_by_somebody_else(steward, edit):
    other = with_word(steward, "theirs")
    one = edit(steward, texts=[with_word(steward, "mine")])
    one.wait(b"(p)ut it in place")
    steward.configure_text(other)
    one.send(b"p\n")
    one.wait(b"changed by somebody else")
    assert one.ended() == 1
    assert text_of(steward.conf) == other


def test_editor_that_fails(steward, edit):
    before = text_of(steward.conf)
    one = edit(steward, texts=["trial {\n}\n"], runs={0: "exit 3"})
    one.wait(b"did not end well")
    assert one.ended() == 1
    assert text_of(steward.conf) == before


def test_missing_file_begins_with_words(steward, edit):
    os.unlink(steward.conf)
    text = 'trial {\n\tword = "first"\n\tlisten = {"127.0.0.1:0"}\n}\n' \
        'web {\n\tlisten = {"127.0.0.1:0"}\n}\n'
    one = edit(steward, texts=[text])
    one.wait(b"(p)ut it in place")
    given = one.given(0)
    assert "never writes" in given and given.startswith("#")
    one.send(b"p\n")
    one.wait(b"(k)eep them")
    one.send(b"k\n")
    assert one.ended() == 0
    assert stat.S_IMODE(os.stat(steward.conf).st_mode) == 0o644
    assert os.stat(steward.conf).st_uid == os.stat(steward.home).st_uid
    assert setting(steward, "trial.word")["value"] == "first"


def test_link_stays_a_link(steward, edit):
    real = os.path.join(steward.base, "real.conf")
    os.rename(steward.conf, real)
    os.symlink(real, steward.conf)
    one = edit(steward, texts=[with_word(steward, "linked")])
    one.wait(b"(p)ut it in place")
    one.send(b"p\n")
    one.wait(b"(k)eep them")
    one.send(b"k\n")
    assert one.ended() == 0
    assert os.path.islink(steward.conf) and "linked" in text_of(real)


def test_without_stewardd(make_steward, edit):
    one = make_steward()
    session = edit(one, texts=[with_word(one, "later")])
    session.wait(b"(p)ut it in place")
    session.send(b"p\n")
    session.wait(b"does not run")
    assert session.ended() == 0
    assert "later" in text_of(one.conf)


def test_end_of_input_drops(steward, edit):
    before = text_of(steward.conf)
    one = edit(steward, texts=[with_word(steward, "never")])
    one.wait(b"(p)ut it in place")
    one.send(b"\x04")
    assert one.ended() == 0
    assert text_of(steward.conf) == before


@pytest.mark.skipif(not ROOT, reason="needs a second user")
def test_who_may_not_is_told_at_once(steward, edit):
    one = edit(steward, texts=["never"], wrapper=as_user("nobody"))
    one.wait(b"may be written by root")
    one.wait(b"sudo steward")
    assert one.ended() == 4
    assert one.calls() == 0


@pytest.mark.parametrize("words", [("edit", "--confirm", "1"), ("edit", "--confirm", "x"),
                                   ("edit", "more"), ("edit", "--json")])
def test_wrong_words(steward, words):
    assert steward.cli(*words, env={"EDITOR": "false"}).status == 2


# ---- From the screen ----

def test_screen_edits_and_keeps(steward, edit):
    wrong = with_word(steward, "screen").replace("web {\n", "web {\n\tworkers = many\n")
    one = edit(steward, "", texts=[None, wrong, with_word(steward, "screen")],
               runs={0: "exit 3"})
    one.see(b"Quit")
    one.send(b"E")
    one.see(b"did not end well")
    one.send(b"E")
    one.see(b"There is a mistake")
    one.see(b"workers")
    one.send(b"\014")                # the whole screen once more, its footer last
    one.wait(b"There is a mistake")
    wait_until(lambda: one.read() and b"Quit" in one.data, "the footer", watch=[one.fd])
    assert b"did not end well" not in one.data
    one.send(b"\r")                  # Edit again
    one.see(b"Put it in place?")
    assert "screen" not in text_of(steward.conf)
    one.send(b"\t\r")
    one.see(b"Keep the new settings?")
    assert setting(steward, "trial.word")["value"] == "screen"
    wait_until(lambda: one.read() and steward.status()["trial"]["seconds_left"] < 58,
               "the second in which no key counts", watch=[one.fd])
    one.send(b"K")
    # The screen asks before it is left as long as it does not know.
    one.see(b"kept: the new settings")
    assert steward.status()["trial"] is None
    one.send(b"q")
    assert one.ended() == 0
    assert "screen" in text_of(steward.conf)


def test_screen_stages_and_goes_back(steward, edit):
    """A value is typed, applied on trial, looked at from outside, taken back, and
    is staged again; the next console knows it."""
    one = edit(steward, "")
    one.see(b"Quit")
    one.send(b"8")
    one.see(b"EDITED BY")
    one.send(b"/trial.number\r")
    one.see(b"All that match")
    one.see(b"an integer")          # what the host says of it is there
    one.send(b"\r\x7f42\r")
    one.see(b"1 change staged in trial")
    one.send(b"A")
    one.see(b"they are right")
    one.send(b"\t\r")
    one.see(b"Keep the new settings?")
    assert setting(steward, "trial.number")["value"] == "42"
    one.send(b"\033")
    one.see(b"hidden")
    one.send(b"Z")
    one.see(b"old settings are back")
    assert setting(steward, "trial.number")["value"] == "7"
    one.send(b"q")
    one.see(b"Leave and keep them")
    one.send(b"\r")
    assert one.ended() == 0
    other = edit(steward, "")
    other.see(b"Quit")
    other.send(b"8")
    other.see(b"1 change staged in trial")
