"""What runs, and where its checks stand: nothing done to a check cell changes that."""

import copy

import grading_kit as kit
import pytest

from backproplab.authoring.assignment import load_solution
from backproplab.grading.notebook import StudentCell
from backproplab.grading.plan import make_job
from backproplab.marking.edited import parse
from backproplab.marking.names import bound_names
from backproplab.sandbox.protocol import Assignment, Check, Checkpoint

FIRST = Check("3.1", '@check("3.1")\ndef _(rng): return {"a": a}', ("a",))
SECOND = Check("3.2", '@check("3.2")\ndef _(rng): return {"b": b()}', ("b",))
SET = Assignment("03-x", ("import numpy as np",), (FIRST, SECOND))
SETUP = StudentCell("import numpy as np")
ANSWERS = StudentCell("a = 1", "answer-3-1"), StudentCell("def b(): return 2", "answer-3-2")
CHECKS = StudentCell(FIRST.source, "check-3-1"), StudentCell(SECOND.source, "check-3-2")
HANDED_OUT = [SETUP, ANSWERS[0], CHECKS[0], ANSWERS[1], CHECKS[1]]


def order(cells):
    """The job as a line: sources of cells, exercises of checks."""
    steps = make_job(cells, SET, [1]).steps
    return [f"check {step.exercise}" if isinstance(step, Checkpoint) else step.source for step in steps]


AS_HANDED_OUT = ["import numpy as np", "a = 1", "check 3.1", "def b(): return 2", "check 3.2"]


def test_cells_run_in_order_and_checks_where_they_stand():
    assert order(HANDED_OUT) == AS_HANDED_OUT
    cells = [step for step in make_job(HANDED_OUT, SET, [1]).steps if not isinstance(step, Checkpoint)]
    assert [(cell.index, cell.exercise) for cell in cells] == [(0, ""), (1, "3.1"), (3, "3.2")]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda check: [StudentCell("print('forged')", check.grade_id)], id="edited"),
        pytest.param(lambda check: [StudentCell("", check.grade_id)], id="emptied"),
        pytest.param(lambda check: [check, check], id="duplicated"),
        pytest.param(lambda check: [StudentCell(check.source)], id="without metadata"),
        pytest.param(lambda check: [StudentCell(check.source + "\n\n", "renamed")], id="renamed"),
    ],
)
def test_a_changed_check_cell_changes_nothing(change):
    cells = [*HANDED_OUT[:2], *change(CHECKS[0]), *HANDED_OUT[3:]]
    assert order(cells) == AS_HANDED_OUT


def test_a_deleted_check_runs_at_the_end():
    assert order(HANDED_OUT[:2] + HANDED_OUT[3:]) == [*AS_HANDED_OUT[:2], *AS_HANDED_OUT[3:], "check 3.1"]


def test_a_check_moved_above_its_answer_runs_at_the_end():
    assert order([CHECKS[0], *HANDED_OUT[:2], *HANDED_OUT[3:]])[-1] == "check 3.1"
    answers = [StudentCell(cell.source) for cell in ANSWERS]  # their ids are lost as well
    assert order([CHECKS[0], answers[0], answers[1], CHECKS[1]])[-1] == "check 3.1"


def test_each_check_runs_once_whatever_the_notebook():
    for cells in ([], [SETUP], HANDED_OUT * 3, [*CHECKS, *ANSWERS], list(ANSWERS)):
        assert sorted(line for line in order(cells) if line.startswith("check")) == ["check 3.1", "check 3.2"]


def test_half_a_check_is_a_cell_like_any_other():
    head, tail = FIRST.source.split("\n")
    cells = [SETUP, ANSWERS[0], StudentCell(head, "check-3-1"), StudentCell(tail), *HANDED_OUT[3:]]
    assert order(cells) == [*AS_HANDED_OUT[:3], tail, *AS_HANDED_OUT[3:]]


def test_the_handout_of_a_real_set_is_planned_as_it_stands(tmp_path):
    path = kit.solution(tmp_path)
    assignment = load_solution(path).assignment
    cells = [StudentCell(cell["source"], kit.grade_id(cell)) for cell in kit.code_cells(kit.student(path))]
    job = make_job(cells, assignment, kit.SEEDS)
    assert [getattr(step, "exercise", "") for step in job.steps] == [
        *("", ""),  # setup, judge
        *("90.1", "90.1", "90.2", "90.2", "90.3", "90.3"),
        "",  # summary
    ]
    mangled = copy.deepcopy(cells)
    assert make_job([StudentCell(cell.source) for cell in mangled], assignment, kit.SEEDS).steps[
        3
    ] == Checkpoint("90.1")


@pytest.mark.parametrize("source", ["def f(:", "\0", "x" * 5 + "(" * 5000, "%%bash\nrm -rf /", "?"])
def test_code_that_does_not_parse_binds_nothing(source):
    assert bound_names(parse(source).body) == ()


def test_magics_do_not_hide_the_rest():
    assert parse("%time\nx = 1").body[0].lineno == 2
