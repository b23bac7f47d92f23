# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the suites that start a real steward and drive it with real clients."""
import os
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import steward as steward_module  # noqa: E402


def pytest_sessionstart(session):
    for name in ("steward", "stewardd", "steward-host", "tests/trial-host"):
        if not session.config.option.collectonly and \
                not os.path.exists(steward_module.program(name)):
            pytest.exit("%s is not built; STEWARD_BUILD names the build tree"
                        % steward_module.program(name), returncode=2)


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.failed_in_call = outcome.get_result().failed


@pytest.fixture
def make_steward(request):
    """Makes stewards that are stopped, and looked over, when the test ends."""
    made = []

    def make(settings=None, **options):
        one = steward_module.Steward(settings, **options)
        made.append(one)
        return one

    yield make
    faults = []
    for one in reversed(made):
        try:
            one.stop()
        except AssertionError as fault:
            faults.append(str(fault))
        if faults or getattr(request.node, "failed_in_call", True):
            one.tell()
        faults += one.sanitizer_reports()
        faults += ["process %d is still there" % pid for pid in one.leftovers()]
        one.remove()
    assert not faults, "\n".join(faults)


@pytest.fixture
def steward(make_steward):
    """A running steward with the web and the trial service, and all defaults."""
    one = make_steward()
    one.start()
    return one
