"""The level between full and reduced: a user's who is nobody else. Root alone can give it.

The first tests run in a container, where every user may run Python.
"""

import json

import container_kit
import pytest

from backproplab.sandbox import Assignment, Check, Sandbox, SandboxError, cold

CHECK = '@check("1.1", points=1)\ndef _(rng):\n    return {"seen": float(seen())}'
ASSIGNMENT = Assignment("tries", ("from backproplab.check import check",), (Check("1.1", CHECK, ("seen",)),))
RUN = """
import json, os, sys
from pathlib import Path
from backproplab.sandbox import Assignment, Cell, Check, Checkpoint, Job, Limits, Sandbox

def alive(user):
    found = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            status = path.read_text()
        except OSError:
            continue
        found += f"Uid:\\t{user}\\t" in status and "State:\\tZ" not in status
    return found

said = []
with Sandbox(ASSIGNMENT, isolation="user", limits=Limits(cell_seconds=5, submission_seconds=10)) as sandbox:
    for body in json.loads(sys.argv[1]):
        source = f"import os\\ngrader = {os.getpid()}\\ndef seen():\\n"
        source += "\\n".join("    " + line for line in body.splitlines())
        outcome = sandbox.run(Job((Cell(source, 0, "1.1"), Checkpoint("1.1")), (7,)))
        value = float(outcome.values[("1.1", 7, "seen")]) if outcome.values else repr(outcome)
        said.append([value, alive(int(value)) if isinstance(value, float) else 0])
print(json.dumps([sandbox.level, said]))
"""


def seen(folder, bodies):
    """What functions of these bodies return in a container that has `folder` at /private, for root alone."""
    container_kit.skip_without_root()
    private = folder / "private"
    private.mkdir(mode=0o700)
    (private / "solution.ipynb").write_text("the answer", encoding="utf-8")
    job = RUN.replace("\nsaid = []", f"\nASSIGNMENT = {ASSIGNMENT!r}\nsaid = []")
    said = container_kit.inside(["-c", job, json.dumps(bodies)], private, place="/private")
    level, found = json.loads(said)
    assert level.startswith("user: ")
    return found


def test_what_is_roots_alone_is_neither_read_nor_written_and_root_is_not_killed(tmp_path):
    trials = (
        "open('/private/solution.ipynb')",
        "open('/private/results.json', 'w')",
        "os.listdir('/private')",
        "open(f'/proc/{grader}/mem', 'rb')",
        "os.kill(grader, 9)",
        "os.setuid(0)",
    )
    bodies = [f"try:\n    {each}\nexcept PermissionError:\n    return 1\nreturn 0" for each in trials]
    found = [value for value, _ in seen(tmp_path, bodies)]
    assert dict(zip(trials, found, strict=True)) == dict.fromkeys(trials, 1.0)


def test_each_submission_is_another_users_and_what_it_leaves_running_ends_with_it(tmp_path):
    leave = "r, w = os.pipe()\nif os.fork() == 0:\n    os.setsid()\n    os.write(w, b'x')\n    import time\n"
    leave += "    time.sleep(600)\nos.read(r, 1)\nreturn os.getuid()"
    found = seen(tmp_path, [leave, leave])
    users = {int(value) for value, _ in found}
    assert len(users) == 2
    assert users <= set(cold.OWNERLESS)
    assert [alive for _, alive in found] == [0, 0]


def test_whoever_is_not_root_is_told_so(monkeypatch):
    monkeypatch.setattr("backproplab.sandbox.host.may_change_user", lambda: False)
    with pytest.raises(SandboxError, match="Root alone"):
        Sandbox(ASSIGNMENT, isolation="user").__enter__()
