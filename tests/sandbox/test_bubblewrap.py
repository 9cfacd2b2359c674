"""What is done where bubblewrap is installed: it is used if it starts, and done without if it never has."""

import shutil
import sys

import pytest
import setups_kit as kit

from backproplab.sandbox import Assignment, IsolationError, Sandbox, SandboxError, launch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

NOTHING = Assignment("00", (), ())
REFUSES_THEN = """#!/bin/sh
echo tried >> {folder}/tries
if [ $(wc -l < {folder}/tries) -gt {starts} ]; then
  echo '{words}' >&2
  exit 1
fi
exec {bubblewrap} "$@"
"""
"""Starts so many times, and then no more."""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a bubblewrap of ours; returns a function that says how often it was tried."""

    def put(path):
        monkeypatch.setattr(launch.shutil, "which", lambda name: str(path))
        monkeypatch.setattr(launch, "SAID", {})
        return lambda: len((tmp_path / "tries").read_text().splitlines())

    return put


@pytest.fixture
def starting(tmp_path, install):
    """A bubblewrap that starts so many times."""
    bubblewrap = shutil.which("bwrap")
    if not kit.has_bubblewrap():
        pytest.skip("bubblewrap is not installed, or does not start")

    def put(starts):
        path = tmp_path / "bwrap"
        path.write_text(
            REFUSES_THEN.format(folder=tmp_path, starts=starts, words=kit.WORDS, bubblewrap=bubblewrap)
        )
        path.chmod(0o755)
        return install(path)

    return put


def test_one_that_does_not_start_is_tried_once_and_what_it_said_is_told(tmp_path, install):
    tries, refused = install(kit.refusing(tmp_path)), []
    for _ in range(2):
        try:
            with Sandbox(NOTHING) as sandbox:
                assert sandbox.level.startswith("full: user,")
                sandbox._server.restart()
        except IsolationError as error:  # as root, where only root can read its Python, say
            refused.append(str(error))
    assert all(f"bubblewrap does not start either: {kit.WORDS})" in each for each in refused)
    assert launch.refusal() == kit.WORDS
    assert tries() == 1


def test_one_that_was_killed_is_tried_again(tmp_path, install):
    path = tmp_path / "bwrap"
    path.write_text("#!/bin/sh\nkill -9 $$\n")
    path.chmod(0o755)
    install(path)
    with pytest.raises(IsolationError, match="needs a view by bubblewrap"):
        Sandbox(NOTHING).__enter__()
    assert launch.SAID == {}


def test_given_cells_that_take_too_long_are_said_to(monkeypatch, starting):
    starting(1)
    real = launch.ServerProcess._begins

    def hurry(process):
        begun = real(process)
        process.control.settimeout(0.1)
        return begun

    monkeypatch.setattr(launch.ServerProcess, "_begins", hurry)
    with pytest.raises(SandboxError, match="was not ready within"):
        Sandbox(Assignment("00", ("import time\ntime.sleep(9)",), ())).__enter__()


ENDS = {
    "without a word": ("import os\nos._exit(3)", "ended before it was ready"),
    "with an error": ("1 / 0", "do not run in the sandbox: ZeroDivisionError"),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_server_that_ends_behind_one_that_started_does_not_start_again_without(how, starting):
    given, words = ENDS[how]
    tries = starting(9)
    with pytest.raises(SandboxError, match=words):
        Sandbox(Assignment("00", (given,), ())).__enter__()
    assert tries() == 1
    assert launch.refusal() == ""


def test_one_that_has_started_before_is_not_done_without_since_the_level_has_been_told(starting):
    tries = starting(1)
    with Sandbox(NOTHING) as sandbox:
        assert "bubblewrap" in sandbox.level
        with pytest.raises(IsolationError, match=f"needs a view by bubblewrap.*{kit.WORDS}"):
            sandbox._server.restart()
        assert tries() == 2
    with pytest.raises(IsolationError, match="needs a view by bubblewrap"):
        Sandbox(NOTHING).__enter__()
    assert launch.refusal() == ""


def test_one_that_only_takes_its_time_has_not_failed(tmp_path, install, monkeypatch):
    path = tmp_path / "bwrap"
    path.write_text("#!/bin/sh\nexec sleep 1\n")
    path.chmod(0o755)
    install(path)
    monkeypatch.setattr(launch, "START_SECONDS", 0.1)
    with pytest.raises(SandboxError, match="did not begin within"):
        Sandbox(NOTHING).__enter__()
    assert launch.refusal() == ""
