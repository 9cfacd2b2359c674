"""A small class for the tests of the grader: a set of three exercises, and what students make of it."""

import errno
import json
import os
from functools import cache
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes
from standing_kit import Standing

from backproplab.authoring.assignment import load_solution
from backproplab.authoring.release import learners_notebook
from backproplab.authoring.stubs import stub_code
from backproplab.grading import batch, grader, limited, local, runner
from backproplab.grading.grader import Grader
from backproplab.sandbox import IsolationError, MachineError, Sandbox
from backproplab.sandbox.protocol import Assignment, Limits

SET = "90-slopes"
SEEDS = (11, 12, 13, 14, 15)
QUICK = Limits(cell_seconds=4, submission_seconds=12, wall_factor=3)

SQUARE = "def slope_of_square(x):\n    {}"
PRODUCT = "def slopes_of_product(a, b):\n    {}"
FIT = "def fitted_line(x, y):\n    {}"
RIGHT = {
    "90.1": SQUARE.format("return 2 * x"),
    "90.2": PRODUCT.format("return b, a"),
    "90.3": FIT.format("return np.polyfit(x, y, 1)"),
}
SENTENCE = "That is x² itself: its slope is 2x."
SWAPPED = "The two are swapped: each receives the value of the other."


def marked(source):
    """An answer cell with its solution marked."""
    head, body = source.split("\n", 1)
    return f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def roles(word, exercise, points=None):
    check = word == "check"
    meta = {
        "schema_version": 3,
        "grade_id": f"{word}-{exercise.replace('.', '-')}",
        "grade": check,
        "solution": not check,
    }
    meta |= {"locked": check, "task": False}
    return {"nbgrader": meta | ({"points": points} if check else {})}


TRAINED = ', kind="trained", shapes={"line": (2,)}, accept=straight'
"""What makes 90.3 an exercise with a judge, who has a sandbox besides."""


def solution(folder, *, of_line=""):
    """Write solutions/90-slopes.ipynb and return its path; `of_line` is what the check of 90.3 says more."""
    meta = {"schema_version": 3, "grade_id": "essay", "grade": True, "solution": True, "locked": False}
    cells = [
        new_code_cell(
            "import numpy as np\nfrom backproplab.check import answered, check, check_set, summary\n\n"
            f'check_set("{SET}")',
            id="setup",
        ),
        new_code_cell(
            "def straight(values, rng):\n"
            '    slope, height = values["line"]\n'
            "    x = rng.uniform(size=5)\n"
            '    return True if np.allclose(slope * x + height, 3 * x + 1) else "the line misses its points"',
            id="judge",
        ),
        new_code_cell(marked(RIGHT["90.1"]), id="answer-90-1", metadata=roles("answer", "90.1")),
        new_code_cell(
            '@check("90.1", points=2)\ndef _(rng):\n    return {"slope": slope_of_square(rng.normal())}',
            id="check-90-1",
            metadata=roles("check", "90.1", 2),
        ),
        new_code_cell("from backproplab.authoring import misconception", id="tools"),
        new_code_cell(
            f'@misconception("90.1", "{SENTENCE}")\ndef slope_of_square(x):\n    return x * x',
            id="wrong-90-1",
        ),
        new_code_cell(marked(RIGHT["90.2"]), id="answer-90-2", metadata=roles("answer", "90.2")),
        new_code_cell(
            '@check("90.2", points=4)\ndef _(rng):\n    a, b = rng.normal(size=2)\n'
            '    left, right = slopes_of_product(a, b)\n    return {"∂/∂a": left, "∂/∂b": right}',
            id="check-90-2",
            metadata=roles("check", "90.2", 4),
        ),
        new_code_cell(
            f'@misconception("90.2", "{SWAPPED}", slug="factors-swapped")\n'
            "def slopes_of_product(a, b):\n    return a, b",
            id="wrong-90-2",
        ),
        new_code_cell(marked(RIGHT["90.3"]), id="answer-90-3", metadata=roles("answer", "90.3")),
        new_code_cell(
            f'@check("90.3", points=3{of_line})\n'
            "def _(rng):\n    x = rng.normal(size=20)\n"
            '    return {"line": fitted_line(x, 3 * x + 1)}',
            id="check-90-3",
            metadata=roles("check", "90.3", 3),
        ),
        new_markdown_cell("Because.", id="essay", metadata={"nbgrader": meta | {"points": 1, "task": False}}),
        new_code_cell("summary()", id="summary"),
    ]
    path = Path(folder) / "solutions" / f"{SET}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(writes(new_notebook(cells=cells)), encoding="utf-8")
    return path


def handout(path):
    """The notebook that learners get, as JSON data."""
    return json.loads(writes(learners_notebook(load_solution(path), stub_code)))


def student(path, answers=RIGHT):
    """The handout with `answers` in it, and each source in one piece."""
    notebook = handout(path)
    for cell in code_cells(notebook):
        exercise = grade_id(cell).removeprefix("answer-").replace("-", ".")
        cell["source"] = answers.get(exercise, "".join(cell["source"]))
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def named(notebook, wanted):
    """The one cell with this grade id."""
    (cell,) = (cell for cell in notebook["cells"] if grade_id(cell) == wanted)
    return cell


def hand_in(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return path


@cache
def isolation():
    """The fullest isolation that this machine gives."""
    try:
        with Sandbox(Assignment("probe", (), ()), isolation="full"):
            return "full"
    except IsolationError:
        return "reduced"


def _raise(error):
    raise error


FAILURES = {
    "dies": lambda: os._exit(1),
    "is killed": lambda: os.kill(os.getpid(), 9),
    "has no sandbox": lambda: _raise(MachineError("The submission's process was killed")),
    "has no memory": lambda: _raise(MemoryError()),
    "is not understood": lambda: _raise(ZeroDivisionError("nobody has thought of it")),
    "has no page": None,
    "has no record": None,
    "is not read": None,
}
"""What the kit's workers do at the notebook of a student of that name."""


def failing_work(task, connection):
    """A worker that fails at some, each in its way; only once if FAILS_ONCE names a file, which it makes."""
    once, grade, ask = os.environ.get("FAILS_ONCE", ""), Grader.grade, limited._ask

    def fail(self, submission, *more):
        if (failure := FAILURES.get(submission.student)) and not (once and Path(once).exists()):
            if once:
                Path(once).touch()
            failure()
        return grade(self, submission, *more)

    def fail_at(student, real):
        def write(record, *more):
            if record["student"] == student:
                raise UnicodeEncodeError("utf-8", "x", 0, 1, "nobody has thought of it")
            return real(record, *more)

        return write

    def kill_the_reader(process, request):
        if request.arguments[0].student == "is not read":
            process.kill()
        return ask(process, request)

    grader.Sandbox = runner.Sandbox = Standing  # else each failure starts another
    Grader.grade, limited._ask = fail, kill_the_reader
    batch.feedback = fail_at("has no page", batch.feedback)
    batch.json_text = fail_at("has no record", batch.json_text)
    local.work(task, connection)


def walls_that_fall(task, connection):
    """The first worker, which FAILS_ONCE tells from others, begins and dies; no other gets a sandbox."""
    if Path(os.environ["FAILS_ONCE"]).exists():
        return walls_missing(task, connection)
    Path(os.environ["FAILS_ONCE"]).touch()
    connection.send((local.LEVEL, "full"))
    connection.recv()
    os._exit(1)


def walls_for_the_second(task, connection):
    """The first worker, which FAILS_ONCE tells from others, gets no sandbox; the others work."""
    try:
        Path(os.environ["FAILS_ONCE"]).touch(exist_ok=False)
    except FileExistsError:
        return local.work(task, connection)
    return walls_missing(task, connection)


def run_nobody(patch):
    """Have no sandbox run anything that a student wrote."""
    run = Sandbox.run

    def refuse(sandbox, job):
        if any("slope_of_square" in getattr(step, "source", "") for step in job.steps):
            raise AssertionError("student code was run")
        return run(sandbox, job)

    patch(Sandbox, "run", refuse)


def fill_the_disk(patch):
    """Leave no room for the file that NO_ROOM_FOR names."""
    replace = os.replace

    def fail(source, target):
        if str(target) == os.environ["NO_ROOM_FOR"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(source, target)

    patch(os, "replace", fail)


def walls_missing(task, connection):
    """A worker on a machine without Landlock."""
    connection.send((local.REFUSED, str(IsolationError("Landlock", "not there"))))
