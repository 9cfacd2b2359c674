"""Notebooks such as nobody wrote, from a seed; and what is read in them."""

import copy
import json
import random

from grading_kit import RIGHT, handout

from backproplab.authoring.assignment import load_assignment, load_solution
from backproplab.grading.notebook import read_notebook
from backproplab.grading.prepare import Prepared, Preparer
from backproplab.grading.submissions import SubmissionError
from backproplab.sandbox.protocol import Cell, Checkpoint

ODD = (None, True, 0, -1, 1e308, float("nan"), "", "code", "\ud800", "=1+1", [], {}, [[]], {"": 0}, ["x", 3])
KEYS = ("cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "worksheets", "kernelspec")
SOURCES = (
    *RIGHT.values(),
    "def slope_of_square(",
    "slope_of_square = slope_of_square",
    "%%bash\nrm -rf /",
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


class World:
    """A set of exercises, and what reads notebooks of it."""

    def __init__(self, solution) -> None:
        self.assignment, self.original = load_assignment(solution), handout(solution)
        solved = load_solution(solution).exercises
        handed_out = {each.id: (each.stub, each.answers) for each in solved if each.check}
        self.exercises = set(handed_out)
        self.preparer = Preparer(
            self.assignment, handed_out, "\n".join(each.answer for each in solved if each.check)
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
    for _ in range(random_.choice((1, 1, 2, 4, 8))):
        notebook = _change(random_, notebook)
    encoding = random_.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig", "cp1252"))
    text = json.dumps(notebook, ensure_ascii=random_.random() < 0.5)
    data = bytearray(text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace"))
    if random_.random() < 0.3:
        for _ in range(random_.choice((1, 1, 4))):
            data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
    return bytes(data[: random_.randrange(len(data))] if random_.random() < 0.1 else data)


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
    assert set(found.edited) == set(found.code) == set(found.faults) == world.exercises
    return True


def run(seeds: range, world: World) -> int:
    """Check a case for each seed; returns how many were read. What fails says its seed."""
    read = 0
    for seed in seeds:
        try:
            read += check(random.Random(seed), world)
        except BaseException as error:
            error.add_note(f"with seed {seed}")
            raise
    return read
