"""Notebooks such as nobody wrote, from a seed; what is read in them, and what grading them comes to."""

import copy
import json
import random
from collections import Counter
from pathlib import Path

import grading_kit as kit
from fuzz_kit import count

from backproplab.authoring.assignment import load_solution
from backproplab.grading.grader import Grader
from backproplab.grading.notebook import read_notebook
from backproplab.grading.pages import feedback
from backproplab.grading.prepare import Prepared, Preparer
from backproplab.grading.reference import make_task
from backproplab.grading.status import READ, GradingStatus
from backproplab.grading.submissions import Entry, Submission, SubmissionError
from backproplab.sandbox.protocol import Cell, Checkpoint

ODD = (None, True, 0, -1, 1e308, float("nan"), "", "code", "\ud800", "=1+1", [], {}, [[]], {"": 0}, ["x", 3])
KEYS = ("cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "worksheets", "kernelspec")
SOURCES = (
    *kit.RIGHT.values(),
    "def slope_of_square(",
    "slope_of_square = slope_of_square",
    "%%bash\ntouch made",
    "%time x = 1",
    "from backproplab.layers import *",
    "import sys; sys._getframe(1).f_locals",
    "x" * 5000,
    "(" * 300,
    "x = 1\x00",
    "\ufeffx = 1",
    "# coding: utf-7\nx = 1",
    "\u2028\x85def f(): pass",
    "a = b\nb = a\n" * 50,
)
SURROGATES = ("utf-8", "utf-16", "utf-32")  # which can write half a character
ENCODINGS = (*["utf-8"] * 8, "utf-8-sig", "utf-16", "utf-32", "utf-7", "cp1252", "cp037")


class World:
    """A set of exercises, and what reads notebooks of it."""

    def __init__(self, solution) -> None:
        self.assignment, self.original = load_solution(solution).assignment, kit.handout(solution)
        solved = load_solution(solution).exercises
        handed_out = {each.id: (each.stub, each.answers) for each in solved if each.check}
        self.exercises = set(handed_out)
        self.preparer = Preparer(
            self.assignment,
            handed_out,
            {each.id: each.stub for each in solved if not each.check},
            "\n".join(each.answer for each in solved if each.check),
        )


def _places(value, path=()):
    """Every place in JSON data, as a path of keys."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from _places(child, (*path, key))


def _change(random_: random.Random, notebook):
    path = random_.choice(list(_places(notebook)))
    if not path:
        return random_.choice(ODD) if random_.random() < 0.1 else notebook
    here = notebook
    for key in path[:-1]:
        here = here[key]
    match random_.randrange(5):
        case 0:
            del here[path[-1]]
        case 1:
            here[path[-1]] = random_.choice((*ODD, *SOURCES))
        case 2 if isinstance(here, list):
            here.insert(random_.randrange(len(here) + 1), copy.deepcopy(random_.choice(here)))
        case 3 if isinstance(here, dict):
            here[random_.choice(KEYS)] = here.pop(path[-1])
        case _:
            here[path[-1]] = random_.choice(SOURCES)
    return notebook


def build(random_: random.Random, original) -> bytes:
    """Change a notebook that was handed out, and then some of its bytes."""
    notebook = copy.deepcopy(original)
    for _ in range(random_.choice((0, 1, 1, 2, 4, 8))):
        notebook = _change(random_, notebook)
    encoding = random_.choice(ENCODINGS)
    text = json.dumps(notebook, ensure_ascii=random_.random() < 0.5)
    data = text.encode(encoding, "surrogatepass" if encoding in SURROGATES else "replace")
    for damage in random_.sample((_flip, _swap, _repeat, _mistake), random_.choice((0, 0, 0, 1, 2))):
        data = damage(random_, data)
    return data[: random_.randrange(len(data))] if random_.random() < 0.1 else data


def _flip(random_: random.Random, data: bytes) -> bytes:
    flipped = bytearray(data)
    for _ in range(random_.choice((1, 1, 4))):
        flipped[random_.randrange(len(flipped))] ^= 1 << random_.randrange(8)
    return bytes(flipped)


def _swap(random_: random.Random, data: bytes) -> bytes:
    size = random_.randint(1, 40)
    a, b = sorted(random_.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size] + data[b + size :]


def _repeat(random_: random.Random, data: bytes) -> bytes:
    start = random_.randrange(len(data) + 1)
    return data[:start] + data[start : start + random_.randint(1, 2000)] + data[start:]


def _mistake(random_: random.Random, data: bytes) -> bytes:
    """Take it for what it is not, as an editor with a wrong setting does."""
    return data.decode(random_.choice(("latin-1", "utf-8")), "replace").encode("utf-8", "replace")


def check(random_: random.Random, world: World) -> bool:
    """Read one. Either it is refused in a sentence, or it is plain data of which all exercises are asked."""
    data = build(random_, world.original)
    try:
        notebook = read_notebook(data)
    except SubmissionError:
        return False
    found = world.preparer.prepare(notebook, [], "ada.ipynb")
    assert Prepared.of(json.loads(json.dumps(found.plain()))).steps == found.steps
    asked = [step.exercise for step in found.steps if isinstance(step, Checkpoint)]
    assert sorted(asked) == sorted(world.exercises)  # each once, whatever became of its cells
    sources = [cell.source for cell in notebook.cells]
    assert all(sources[step.index] == step.source for step in found.steps if isinstance(step, Cell))
    assert set(found.code) == set(found.faults) == world.exercises
    assert set(found.edited) == world.exercises | set(found.written)
    return True


def run(seeds: range, world: World) -> int:
    """Check a case for each seed; returns how many were read."""
    return count(seeds, lambda random_: check(random_, world))


def grade(seeds: range, folder: Path) -> Counter[GradingStatus]:
    """Grade a notebook for each seed, and count the statuses of their results.

    Each has a result, and one that says why where its code was not read; none has more than there is; and
    the right notebook that comes last earns everything: nobody pays for another's file.
    """
    solution = kit.solution(folder, of_line=kit.TRAINED)
    right, found = kit.student(solution), Counter[GradingStatus]()
    task = make_task(solution, kit.SEEDS, isolation=kit.isolation(), limits=kit.QUICK)
    with Grader(task) as grader:

        def has_a_result(random_: random.Random) -> bool:
            record, grades, *_ = grader.grade(_handed_in(folder, build(random_, right)))
            assert record["status"] in set(GradingStatus) - {GradingStatus.UNGRADED}, record
            assert 0 <= record["score"] <= record["max_score"] == 10, record
            assert record["status"] in READ or record["problems"], record
            assert "<h1>" in feedback(record, grades), record
            found[record["status"]] += 1
            return True

        count(seeds, has_a_result)
        record, *_ = grader.grade(_handed_in(folder, json.dumps(right).encode()))
        assert record["score"] == 9
    return found


def _handed_in(folder: Path, data: bytes) -> Submission:
    (folder / "ada.ipynb").write_bytes(data)
    return Submission("ada", "", (Entry(folder, "ada.ipynb", "ada.ipynb"),))
