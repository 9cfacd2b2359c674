"""The level between full and reduced: a user's who is nobody else. Root alone can give it.

The first tests run in a container, where every user may run Python.
"""

import json
import sys

import container_kit
import pytest

from backproplab.sandbox import Assignment, Cell, Check, Checkpoint, Job, Limits, Sandbox, SandboxError, cold
from backproplab.sandbox.requirements import LeftRunningError

CHECK = '@check("1.1", points=1)\ndef _(rng):\n    return {"seen": float(seen())}'
ASSIGNMENT = Assignment("tries", ("from backproplab.check import check",), (Check("1.1", CHECK, ("seen",)),))
LIMITS = Limits(cell_seconds=5, submission_seconds=10, processes=8)
RUN = """
import json, os, sys
from pathlib import Path
from backproplab.sandbox import Assignment, Cell, Check, Checkpoint, Job, Limits, Sandbox, cold

def alive():
    found = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            status = path.read_text()
        except OSError:
            continue
        user = int(status.partition("\\nUid:\\t")[2].split()[0])
        found += user in cold.OWNERLESS and "State:\\tZ" not in status
    return found

said = []
with Sandbox(ASSIGNMENT, isolation="user", limits=LIMITS) as sandbox:
    for body in json.loads(sys.argv[1]):
        source = f"import os\\ngrader = {os.getpid()}\\ndef seen():\\n"
        source += "\\n".join("    " + line for line in body.splitlines())
        outcome = sandbox.run(Job((Cell(source, 0, "1.1"), Checkpoint("1.1")), (7,)))
        said.append([float(outcome.values.get(("1.1", 7, "seen"), -1)), alive(), repr(outcome)])
print(json.dumps([sandbox.level, said]))
"""
TRIALS = (
    "open('/private/solution.ipynb')",
    "open('/private/results.json', 'w')",
    "os.listdir('/private')",
    "open(f'/proc/{grader}/mem', 'rb')",
    "os.kill(grader, 9)",
    "os.setuid(0)",
)
TRY = """
succeeded = 0
for place, trial in enumerate({trials!r}):
    try:
        eval(trial)
        succeeded += 2**place
    except PermissionError:
        pass
return succeeded
"""
FIGHT = """
import signal, time
main, (r, w) = os.getpid(), os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.write(w, b"x")
    def runs(pid):
        try:
            return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False
    while runs(main):
        pass
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
        except OSError:
            pass
os.read(r, 1)
return os.getuid()
"""
"""Leaves a process that kills whatever of its user's comes to kill it."""
FORK = """
import time
children = 0
try:
    while children < 100:
        if os.fork() == 0:
            time.sleep(600)
        children += 1
except BlockingIOError:
    pass
return children
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What functions return where a folder is at /private, for root alone, and what is left of them then."""
    container_kit.skip_without_root()
    private = tmp_path_factory.mktemp("user") / "private"
    private.mkdir(mode=0o700)
    (private / "solution.ipynb").write_text("the answer", encoding="utf-8")
    job = RUN.replace("\nsaid = []", f"\nASSIGNMENT, LIMITS = {ASSIGNMENT!r}, {LIMITS!r}\nsaid = []")
    bodies = [TRY.format(trials=TRIALS), FIGHT, FORK]
    level, said = json.loads(container_kit.inside(["-c", job, json.dumps(bodies)], private, place="/private"))
    assert level.startswith("user: ")
    return dict(zip(("try", "fight", "fork"), said, strict=True))


def test_what_is_roots_alone_is_neither_read_nor_written_and_root_is_not_killed(found):
    succeeded, _, said = found["try"]
    assert [trial for place, trial in enumerate(TRIALS) if int(succeeded) >> place & 1] == [], said
    assert succeeded == 0, said


def test_what_a_submission_leaves_running_ends_even_if_it_kills_whoever_comes_as_its_user(found):
    user, left, said = found["fight"]
    assert int(user) in cold.OWNERLESS, said
    assert left == 0


def test_processes_are_limited(found):
    children, left, said = found["fork"]
    assert 0 < children < LIMITS.processes + 1, said
    assert left == 0


def test_what_cannot_be_ended_ends_the_run_at_once(monkeypatch):
    monkeypatch.setattr(cold, "KILL_SECONDS", 0.0)
    monkeypatch.setattr(cold, "_has_processes", lambda user: True)
    monkeypatch.setattr(cold.subprocess, "run", lambda *_, **__: None)
    tries = []

    def leave(sandbox, progress):
        tries.append(progress)
        cold.kill_user(cold.OWNERLESS[0])

    monkeypatch.setattr(Sandbox, "_run", leave)
    with pytest.raises(LeftRunningError, match="go on, as user"):
        Sandbox(ASSIGNMENT, isolation="user").run(Job((), (7,)))
    assert len(tries) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="a flag of Linux's")
def test_no_program_brings_a_power_below_full():
    body = "open('/proc/self/status').read().partition('NoNewPrivs:')[2].split()[0]"
    with Sandbox(ASSIGNMENT, isolation="reduced") as sandbox:
        outcome = sandbox.run(
            Job((Cell(f"def seen():\n    return int({body})", 0, "1.1"), Checkpoint("1.1")), (7,))
        )
    assert outcome.values["1.1", 7, "seen"] == 1


def test_whoever_is_not_root_is_told_so(monkeypatch):
    monkeypatch.setattr("backproplab.sandbox.host.may_change_user", lambda: False)
    with pytest.raises(SandboxError, match="Root alone"):
        Sandbox(ASSIGNMENT, isolation="user").__enter__()
