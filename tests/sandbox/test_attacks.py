"""Every attack earns exactly what its wrong answers earn, and leaves machine and grader as they were."""

import contextlib
import http.server
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from attacks import ASSIGNMENT, GIVEN, HELPERS, RIGHT, Attack
from attacks.breaking import BREAKING
from attacks.forging import FORGING
from attacks.reading import READING

from backproplab.marking.compare import agree
from backproplab.sandbox import Cell, Checkpoint, IsolationError, Job, Limits, Sandbox

ATTACKS = [*FORGING, *READING, *BREAKING]
SEEDS = (1, 2, 3, 4, 5)
LIMITS = Limits(
    cell_seconds=0.3,
    submission_seconds=2.5,
    wall_factor=4.0,
    memory_bytes=400_000_000,
    file_bytes=4_000_000,
    value_bytes=1_000_000,
)


def expected():
    """What the right answers give, computed here, where no student code runs."""
    for seed in SEEDS:
        x = np.random.default_rng(seed).normal(size=3)
        yield ("1.1", seed, "twice"), 2 * x
        y = np.random.default_rng(seed).normal()
        yield ("1.2", seed, "square"), np.array(y**2)
        z = np.random.default_rng(seed).normal(size=(2, 2))
        yield ("1.3", seed, "sum"), np.array(z.sum())
        yield ("1.3", seed, "T"), z.T


EXPECTED = dict(expected())


def earned(outcome):
    """The exercises all of whose values agree."""
    wrong = {
        key[0]
        for key, value in EXPECTED.items()
        if key not in outcome.values or not agree(value, outcome.values[key]).ok
    }
    return {"1.1", "1.2", "1.3"} - wrong


def job(*cells):
    steps = [Cell(source, index) for index, source in enumerate(cells)]
    return Job((*steps, Checkpoint("1.1"), Checkpoint("1.2"), Checkpoint("1.3")), SEEDS)


HONEST = job(*GIVEN, *RIGHT.values())


@pytest.fixture(scope="module")
def sandbox():
    try:
        with Sandbox(ASSIGNMENT, limits=LIMITS) as opened:
            yield opened
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def open_to_all():
    with Sandbox(ASSIGNMENT, isolation="reduced") as opened:
        yield opened


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """What an attack is after: files that tell the answer, a server that does, a process to kill."""
    secrets = tmp_path_factory.mktemp("secrets")
    secrets.chmod(0o755)
    (secrets / "expected").mkdir()
    (secrets / "submitted").mkdir()
    for name in ("solution.ipynb", "expected/00.json", "submitted/ann.ipynb"):
        (secrets / name).write_text(RIGHT["1.1"])

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(RIGHT["1.1"].encode())

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    victim = subprocess.Popen([shutil.which("sleep"), "600"])
    yield {
        "secrets": secrets,
        "port": server.server_port,
        "victim": victim.pid,
        "grader": os.getpid(),
        "home": Path.home(),
    }
    victim.kill()
    victim.wait()
    server.shutdown()
    server.server_close()


def filled(code, world):
    for name, value in world.items():
        code = code.replace(f"{{{name}}}", str(value))
    return code.replace("{{", "{").replace("}}", "}")


def snapshot(folder):
    return {
        path: (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted([folder, *folder.rglob("*")])
    }


def descendants(pid):
    """All that a process has started and that still runs."""
    found = set()
    with contextlib.suppress(OSError):  # it ends while we look
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="utf-8").split():
                found |= {int(child)} | descendants(int(child))
    return found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_earns_what_its_answers_earn(attack: Attack, sandbox, world):
    code = filled(attack.code, world)
    sandbox._server.drop_spare()  # it comes and goes as it likes
    files, running = snapshot(world["secrets"]), descendants(os.getpid())
    hostile = job(*GIVEN, HELPERS, RIGHT["1.2"], code, attack.answer, RIGHT["1.3"])
    for _ in range(2 if attack in READING else 1):  # the second may find what the first has left
        outcome = sandbox.run(hostile)
        assert all(problem.isprintable() for problem in outcome.problems)
        assert earned(outcome) == {"1.2", "1.3"} or (attack.spoils and earned(outcome) < {"1.2", "1.3"})
    assert earned(sandbox.run(HONEST)) == {"1.1", "1.2", "1.3"}
    sandbox._server.drop_spare()
    deadline = time.monotonic() + 30
    while (left := descendants(os.getpid()) - running) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left
    assert snapshot(world["secrets"]) == files


def test_there_are_as_many_attacks_as_we_promise():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names)) >= 40


REAL = (
    "the solution, by its path",
    "a sibling's submission",
    "the home folder",
    "a server on this machine",
    "another program",
    "every kind of socket",
    "the lowest priority",
)


@pytest.mark.parametrize(
    "attack", [each for each in ATTACKS if each.name in REAL], ids=lambda each: each.name
)
def test_without_walls_the_same_attack_succeeds(attack: Attack, open_to_all, world):
    code = filled(attack.code, world)
    outcome = open_to_all.run(job(*GIVEN, HELPERS, RIGHT["1.2"], code, attack.answer, RIGHT["1.3"]))
    assert "1.1" in earned(outcome)
