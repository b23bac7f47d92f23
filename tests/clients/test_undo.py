# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: what was done is taken back, as far back as it goes, unless somebody has
changed it since; and what was expected to be in force is."""
import pytest

from control import RpcError


def value(steward, name):
    return steward.json("get", name)["settings"][0]["value"]


def origin(steward, name):
    return steward.json("get", name)["settings"][0]["origin"]


def entries(control, **params):
    return control.call("audit", **params)["entries"]


def fails(control, method, code, **params):
    with pytest.raises(RpcError) as error:
        control.call(method, **params)
    assert error.value.code == code, error.value
    return error.value


def put(control, **values):
    return control.call("set", values={name.replace("_", ".", 1): text
                                       for name, text in values.items()})["audit"]


def test_a_first_set_goes_back_to_not_set(steward):
    with steward.control() as control:
        number = put(control, trial_word="one")
        undo = entries(control)[-1]["undo"]
        assert undo == {"possible": True, "words": "set --reset trial.word",
                        "grade": "reversible", "reason": None}
        answer = control.call("undo")
        assert answer["entry"] == number and answer["words"] == "set --reset trial.word"
        assert answer["changes"] == [{"name": "trial.word", "old": "one", "new": "hello"}]
        assert answer["audit"] == number + 1
    assert origin(steward, "trial.word") == "default"


def test_a_later_set_goes_back_to_what_was_set(steward):
    with steward.control() as control:
        put(control, trial_word="one two")
        put(control, trial_word="three")
        assert entries(control)[-1]["undo"]["words"] == "set 'trial.word=one two'"
        control.call("undo")
    assert value(steward, "trial.word") == "one two"
    assert origin(steward, "trial.word").startswith("set by ")


def test_a_value_that_only_became_fixed_goes_back_too(steward):
    """Set to what the default is: from then on the file did not reach it."""
    with steward.control() as control:
        number = put(control, trial_word="hello")
        assert number and origin(steward, "trial.word").startswith("set by ")
        control.call("undo")
    assert origin(steward, "trial.word") == "default"


def test_a_list_and_several_at_once(steward):
    with steward.control() as control:
        put(control, trial_names="a,b")
        put(control, trial_names="c", trial_number="9")
        undo = entries(control)[-1]["undo"]
        assert undo["possible"] and undo["words"] == "undo 2", "no single command does both"
        control.call("undo")
        assert value(steward, "trial.names") == "a,b" and value(steward, "trial.number") == "7"


def test_undo_walks_back_and_forward_again(steward):
    with steward.control() as control:
        for text in ("one", "two", "three"):
            put(control, trial_word=text)
        seen = []
        for _ in range(3):
            control.call("undo")
            seen.append(value(steward, "trial.word"))
        assert seen == ["two", "one", "hello"]
        error = fails(control, "undo", -32001)
        assert "nothing that can be taken back" in error.message
        assert [one["undone_by"] for one in entries(control)] == [6, 5, 4, None, None, None]
        # Undone themselves, the newest first, they do it again.
        for number, text in ((6, "one"), (5, "two"), (4, "three")):
            assert control.call("undo", entry=number)["entry"] == number
            assert value(steward, "trial.word") == text
        assert [one["undone_by"] for one in entries(control)] == \
            [None, None, None, 9, 8, 7, None, None, None]
        # And back once more: the redo is no step of its own.
        control.call("undo")
        assert value(steward, "trial.word") == "two"


def test_start_and_stop(steward):
    with steward.control() as control:
        control.call("stop", services=["web", "trial"])
        last = entries(control)[-1]
        assert last["undo"]["words"] == "start web trial" or \
            last["undo"]["words"] == "start trial web"
        assert last["undo"]["grade"] == "reversible"
        assert sorted(last["services"]) == ["trial", "web"]
        answer = control.call("undo")
        assert {one["state"] for one in answer["services"]} == {"running"}
        redo = entries(control)[-1]
        assert redo["action"] == "undo" and redo["undoes"] == last["number"]
        assert redo["undo"]["possible"] and redo["undo"]["grade"] == "disrupts"
        control.call("undo", entry=redo["number"], drain=0)
        assert steward.service("web")["state"] == "stopped"
        assert steward.service("web")["desired"] == "stopped"
        control.call("undo")
        assert steward.service("web")["state"] == "running"


def test_what_runs_again_is_not_started(steward):
    with steward.control() as control:
        number = control.call("stop", services=["web"])["audit"]
        control.call("start", services=["web"])
        one = entries(control)[0]
        assert not one["undo"]["possible"] and one["undo"]["reason"] == "web runs again"
        error = fails(control, "undo", -32006, entry=number)
        assert "web runs again" in error.message and str(number) in error.message
        # Only what the action moved: the start moved web, this one moves nothing.
        number = control.call("start", services=["web"])["audit"]
        assert "ran already" in entries(control)[-1]["undo"]["reason"]
        fails(control, "undo", -32001, entry=number)
        assert control.call("undo")["words"] == "stop web", "the start before it"


def test_only_those_that_it_stopped(steward):
    with steward.control() as control:
        control.call("stop", services=["web"])
        control.call("stop", services=["web", "trial"])
        assert entries(control)[-1]["undo"]["words"] == "start trial"
        control.call("undo")
        assert steward.service("web")["state"] == "stopped"
        assert steward.service("trial")["state"] == "running"


def test_what_was_changed_since_is_left_alone(steward):
    with steward.control() as control:
        first = put(control, trial_word="one", trial_number="9")
        put(control, trial_word="two")
        error = fails(control, "undo", -32006, entry=first)
        assert "trial.word" in error.message and "it is two" in error.message
        assert "set by " in error.message
        assert value(steward, "trial.number") == "9", "nothing of it was done"
        # Set to the same again it is as the first left it.
        put(control, trial_word="one")
        control.call("undo", entry=first)
        assert value(steward, "trial.number") == "7"


@pytest.mark.parametrize("method,params", [
    ("restart", {"services": ["web"]}), ("reload", {"services": ["web"]}),
    ("resume", {"services": ["web"]}),
    ("do", {"service": "trial", "words": ["allocate", "100"]})])
def test_what_cannot_be_taken_back_says_why(steward, method, params):
    with steward.control() as control:
        number = control.call(method, **params)["audit"]
        one = entries(control)[-1]
        assert one["number"] == number and one["action"] == method
        assert one["outcome"] == "done"
        assert one["undo"] == {"possible": False, "words": None, "grade": None,
                               "reason": one["undo"]["reason"]}
        assert len(one["undo"]["reason"]) > 10
        assert fails(control, "undo", -32001, entry=number)
        # A plain undo passes it by.
        assert "nothing" in fails(control, "undo", -32001).message


def test_what_failed_has_nothing_to_take_back(steward):
    with steward.control() as control:
        fails(control, "set", -32001, values={"trial.refuse": "reload"})
        one = entries(control)[-1]
        assert one["outcome"] == "failed" and "refuses in reload" in one["reason"]
        assert not one["undo"]["possible"] and "failed" in one["undo"]["reason"]
        fails(control, "undo", -32001)


def test_an_undo_that_fails_can_be_tried_again(steward):
    with steward.control() as control:
        number = put(control, trial_workers="2")
        put(control, trial_refuse="open")
        fails(control, "undo", -32001, entry=number)
        last = entries(control)[-1]
        assert last["outcome"] == "failed" and last["undoes"] == number
        assert entries(control)[0]["undone_by"] is None
        assert value(steward, "trial.workers") == "2"
        control.call("set", values={"trial.refuse": "none"})
        control.call("undo", entry=number)
        assert value(steward, "trial.workers") == "1"


def test_dry_run_does_nothing(steward):
    with steward.control() as control:
        put(control, trial_word="one")
        answer = control.call("undo", dry_run=True)
        assert answer["entry"] == 1 and answer["words"] == "set --reset trial.word"
        assert answer["changes"][0]["new"] == "hello" and answer["audit"] is None
        control.call("stop", services=["web"])
        answer = control.call("undo", dry_run=True)
        assert answer["words"] == "start web" and answer["services"][0]["state"] == "stopped"
        assert len(entries(control)) == 2
    assert value(steward, "trial.word") == "one"


def test_an_undo_on_trial(steward):
    with steward.control() as control:
        number = put(control, trial_word="one")
        trial = control.call("undo", confirm=60)["trial"]
        assert trial["action"] == "undo" and value(steward, "trial.word") == "hello"
        assert entries(control)[0]["undone_by"] is None, "not before it is confirmed"
        control.call("revert", trial=trial["id"])
        assert value(steward, "trial.word") == "one"
        answer = control.call("undo", confirm=60)
        assert answer["entry"] == number and answer["words"]
        control.call("confirm", trial=answer["trial"]["id"])
        assert entries(control)[0]["undone_by"] == answer["trial"]["id"]
    assert origin(steward, "trial.word") == "default"


def test_a_number_that_is_none(steward):
    with steward.control() as control:
        for number in (1, 99):
            assert "no entry" in fails(control, "undo", -32602, entry=number).message
        for number in (0, -1, "1", 1.5, True):
            fails(control, "undo", -32602, entry=number)


def test_undo_over_a_restart(steward):
    with steward.control() as control:
        put(control, trial_word="one")
        put(control, trial_word="two")
        control.call("stop", services=["web"])
    steward.stop()
    steward.start()
    with steward.control() as control:
        assert control.call("undo")["words"] == "start web"
        control.call("undo")
        control.call("undo")
    assert origin(steward, "trial.word") == "default"


# ---- Two people ----

def test_expect_refuses_what_somebody_changed(steward):
    with steward.control() as one, steward.control() as other:
        put(other, trial_word="theirs")
        error = fails(one, "set", -32006, values={"trial.word": "mine", "trial.number": "9"},
                      expect={"trial.word": "hello", "trial.number": "7"})
        assert "trial.word" in error.message and "theirs" in error.message
        assert "set by " in error.message
        assert value(steward, "trial.number") == "7"
        one.call("set", values={"trial.word": "mine"},
                 expect={"trial.word": "theirs", "trial.number": "7"})
        assert value(steward, "trial.word") == "mine"
        assert len(entries(one)) == 2, "what was refused is no entry"


def test_expect_takes_values_as_get_shows_them(steward):
    with steward.control() as control:
        shown = {name: control.call("get", name=name)["settings"][0]["value"]
                 for name in ("trial.names", "trial.amount", "trial.time", "trial.folder",
                              "trial.flag", "web.listen")}
        control.call("set", values={"trial.word": "x"}, expect=shown)


@pytest.mark.parametrize("expect", [
    [], "x", {"trial.word": 5}, {"trial.word": None}, {"trial.nonsense": "x"}, {"x": "y"}])
def test_expect_that_makes_no_sense(steward, expect):
    with steward.control() as control:
        fails(control, "set", -32602, values={"trial.word": "x"}, expect=expect)


def test_a_generation_that_moved_refuses_do_too(steward):
    with steward.control() as control:
        generation = steward.service("trial")["generation"]
        control.call("do", service="trial", words=["echo", "x"], generation=generation)
        control.call("restart", services=["trial"])
        error = fails(control, "do", -32006, service="trial", words=["echo", "x"],
                      generation=generation)
        assert "trial has changed" in error.message
        fails(control, "do", -32602, service="trial", words=["echo", "x"], generation="x")


def test_changes_wait_for_each_other(steward):
    """Sixteen at once: none is refused, the last one asked for is in force."""
    with steward.control() as one, steward.control() as other:
        numbers = [(control, control.send("set", values={"trial.number": str(number)}))
                   for number in range(20, 28) for control in (one,)]
        numbers += [(other, other.send("reload", services=["trial"]))]
        for control, number in numbers:
            control.answer(number)
        assert one.call("get", name="trial.number")["settings"][0]["value"] == "27"
        done = [entry["changes"][0] for entry in entries(one, settings=True)]
        assert [change["new"] for change in done] == [str(number) for number in range(20, 28)]
        assert [change["old"] for change in done[1:]] == [change["new"] for change in done[:-1]]


def test_the_queue_of_changes_is_bounded(steward):
    """While one takes long: some wait, the rest is refused, the host goes on."""
    steward.ok("set", "trial.hang_time=200ms", "trial.hang=reload")
    controls = [steward.control() for _ in range(3)]
    numbers = [(control, control.send("set", values={"trial.number": str(10 + n)}))
               for n in range(10) for control in controls]
    done = refused = 0
    assert steward.curl().out == "the first page\n"
    for control, number in numbers:
        try:
            control.answer(number, 60)
            done += 1
        except RpcError as error:
            assert "waiting already" in error.message
            refused += 1
    assert done >= 16 and refused and done + refused == 30
    for control in controls:
        control.close()


# ---- The command line ----

def test_the_command_line(steward):
    steward.ok("set", "trial.word=one")
    steward.ok("stop", "web")
    outcome = steward.ok("undo", "--dry-run")
    assert "would be taken back by: start web" in outcome.err
    outcome = steward.ok("undo")
    assert "entry 2 is taken back by: start web" in outcome.err and "running" in outcome.out
    outcome = steward.ok("undo", "1", "--confirm", "60")
    assert "on trial until" in outcome.err and "hello" in outcome.out
    steward.ok("confirm")
    outcome = steward.ok("undo", "4")
    assert value(steward, "trial.word") == "one"
    outcome = steward.cli("undo", "1", "--json")
    assert outcome.json["entry"] == 1, outcome
    outcome = steward.cli("undo", "1")
    assert outcome.status == 1 and "cannot be taken back" in outcome.err
    for word in ("0", "x", "-1"):
        assert steward.cli("undo", word).status == 2
    assert steward.cli("undo", "99").status == 2
