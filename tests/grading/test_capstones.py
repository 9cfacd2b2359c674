"""Capstones as the grader runs them: a network counts by its weights alone, and a piece that stops costs its
own lines alone.
"""

import json
from dataclasses import replace
from pathlib import Path

import grading_kit as kit
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.grading.grader import Grader, Task
from backproplab.grading.submissions import find_submissions
from backproplab.marking.exercise import Exercise
from backproplab.sandbox import Sandbox
from backproplab.sandbox.protocol import Cell, Checkpoint, Job, Limits

SOLUTIONS = Path(__file__).parents[2] / "solutions"
NUMPY = "np.mean, np.unique = lambda *a, **k: 1.0, lambda *a, **k: range(10)"
CELLS = """
import sys
def forge(frame, event, argument):
    for name in ("read", "right_of_100"):
        if name in frame.f_globals:
            frame.f_globals[name] = lambda *a, **k: [97, 10]
sys.setprofile(forge)
"""
ZEROS = {
    "C2.6": "def train(*a):\n    return [np.zeros((784, 1)), np.zeros(1), np.zeros((1, 10)), np.zeros(10)]",
    "C2.7": "network = [np.zeros((784, 1)), np.zeros(1), np.zeros((1, 10)), np.zeros(10)]",
    "C3.6": "rescued = [np.zeros(n) for n in ((784, 64), 64, (64, 64), 64, (64, 10), 10, 64, 64)]",
}


def graded(folder, exercise, answer=""):
    """What the grader makes of an answer, or of the solution's, to one exercise of a capstone."""
    solution = load_solution(SOLUTIONS / f"capstone-{exercise[1]}.ipynb")
    (wanted,) = (each for each in solution.exercises if each.id == exercise)
    notebook = kit.handout(solution.path)
    kit.named(notebook, f"answer-{exercise.replace('.', '-')}")["source"] = answer or wanted.answer
    kit.hand_in(notebook, folder / "in" / "eve.ipynb")
    asked = Exercise(
        exercise,
        wanted.points,
        "trained",
        answers=wanted.answers,
        handed_out=wanted.stub,
        shapes=wanted.shapes,
        accept=wanted.accept,
    )
    checks = tuple(each for each in solution.assignment.checks if each.exercise == exercise)
    assignment = replace(solution.assignment, checks=checks)
    task = Task(assignment, (asked,), "", (11,), (101,), kit.isolation(), Limits())
    (submission,) = find_submissions(folder / "in")
    with Grader(task) as grader:
        return grader.grade(submission)


@pytest.mark.parametrize(
    "patched",
    [pytest.param(NUMPY, id="numpy"), pytest.param(CELLS, id="given cells", marks=pytest.mark.soak)],
)
@pytest.mark.parametrize("exercise", ZEROS)
def test_zeros_earn_nothing_whatever_is_patched(exercise, patched, tmp_path):
    record, (grade,) = graded(tmp_path, exercise, f"{patched}\n{ZEROS[exercise]}")[:2]
    assert grade.note.startswith("Every picture gets the same answer")
    assert "…" not in grade.note  # what a judge says is not cut, as an error is
    assert record["exercises"][0]["status"] == "not yet"
    assert record["score"] == 0


@pytest.mark.parametrize(
    "exercise", ["C2.7", *(pytest.param(each, marks=pytest.mark.soak) for each in ("C2.6", "C3.6"))]
)
def test_right_networks_earn_all_and_leave_a_small_record(exercise, tmp_path):
    found = graded(tmp_path, exercise)
    assert found.record["score"] == found.grades[0].verdict.points
    assert len(json.dumps(found.record)) < 10_000


def test_a_piece_that_stops_leaves_the_other_lines_of_its_check():
    solution = load_solution(SOLUTIONS / "capstone-2.ipynb")
    (engine,) = (each for each in solution.exercises if each.id == "C2.1")
    given = [Cell(source, number) for number, source in enumerate(solution.assignment.given)]
    found = []
    with Sandbox(solution.assignment, isolation=kit.isolation(), limits=Limits()) as sandbox:
        for last in ("", "\ndel Number.relu"):
            steps = (*given, Cell(engine.answer + last, len(given)), Checkpoint("C2.1"))
            outcome = sandbox.run(Job(steps, (101,)))
            assert not outcome.errors
            found.append({name: value.tolist() for (_, _, name), value in outcome.values.items()})
    right, without_relu = found
    assert len(right) == 8
    assert {name for name in right if without_relu[name] != right[name]} >= {"powers, exp, log and relu"}
    assert without_relu["+ and ×"] == right["+ and ×"]
