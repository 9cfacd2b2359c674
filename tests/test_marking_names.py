"""One answer to which names a cell binds, for the author's cells and for a student's."""

import ast

import authoring_kit as kit
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.authoring.cells import answer_names
from backproplab.authoring.stubs import stub_code
from backproplab.grading.notebook import StudentCell
from backproplab.grading.plan import make_job
from backproplab.grading.review import Reviewer
from backproplab.marking.names import bound_names, changed_names
from backproplab.sandbox.protocol import Assignment, Check, Checkpoint


def bound(source):
    return bound_names(ast.parse(source).body)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(inner): local = 1", ("f",)),
        ("async def f(): pass", ("f",)),
        ("class Layer:\n    inside = 1", ("Layer",)),
        ("a = b = 1", ("a", "b")),
        ("a, (b, *c), [d] = 1, (2, 3), [4]", ("a", "b", "c", "d")),
        ("typed: int = 1", ("typed",)),
        ("x = 1\nx += 1", ("x",)),
        ("_private = 1", ("_private",)),
    ],
)
def test_definitions_and_assignments_bind(source, names):
    assert bound(source) == names


@pytest.mark.parametrize(
    "source",
    [
        "x[i] = 1",
        "x[i], y.grad = 1, 2",
        "x.grad = 1",
        "x[0] += 1",
        "x.grad: int = 1",
        "x: int",
        "import math\nfrom os import path",
        "for step in range(2): last = step",
        "if a:\n    branch = 1",
        "with open(a) as file: text = 1",
        "x.append(1)",
        "x == 1",
    ],
)
def test_what_changes_or_announces_a_thing_binds_nothing(source):
    assert bound(source) == ()


@pytest.mark.parametrize("source", ["x[i] = 1", "x[i][0].grad += 1", "(y, x.w), z = 1, 2", "x[0]: int = 1"])
def test_what_is_changed_is_told_apart_from_what_is_bound(source):
    assert changed_names(ast.parse(source).body) == ("x",)


@pytest.mark.parametrize("source", ["x = 1", "x, y = 1, 2", "def x(): pass", "class x: pass", "x: int = 1"])
def test_it_is_what_python_binds(source):
    space = {}
    exec(source, space)
    assert set(bound(source)) == space.keys() - {"__builtins__", "__annotations__"}


CHANGES = "w[0] = 1.0"


def test_an_exercise_does_not_ask_for_what_its_answer_cell_changes(tmp_path):
    assert answer_names(f"slope = 2\n{CHANGES}") == ("slope",)
    region = f"### BEGIN SOLUTION\n{CHANGES}\nslope = 2\n### END SOLUTION"
    assert stub_code(region) == "slope = ...  # your answer here"
    cells = [
        kit.given("w = np.zeros(2)"),
        kit.answer(region),
        kit.check('@check("3.1", points=2)\ndef _(rng):\n    return {"y": slope * rng.normal()}'),
    ]
    assert load_solution(kit.saved(tmp_path, *cells)).exercises[0].answers == ("slope",)


def test_a_cell_that_changes_an_answer_is_not_taken_for_the_one_that_gives_it():
    check = Check("3.1", '@check("3.1")\ndef _(rng): return {"w": w}', ("w",))
    # Ids are lost. The check, moved between the two, must wait for the cell that binds.
    cells = [StudentCell(CHANGES), StudentCell(check.source), StudentCell("w = [0.0]")]
    steps = make_job(cells, Assignment("03-x", (), (check,)), [1]).steps
    assert [isinstance(step, Checkpoint) for step in steps] == [False, False, True]


def test_a_person_looks_at_cells_that_fill_an_answer_in_too():
    check = Check("3.1", '@check("3.1")\ndef _(rng): return {"w": w}', ("w",))
    reviewer = Reviewer(Assignment("03-x", (), (check,)), solved="w = [2.0]")
    cells = [StudentCell("w = [0.0]"), StudentCell("from backproplab import Dense\nw[0] = Dense(1, 1)")]
    assert len(reviewer.review(cells)) == 2
