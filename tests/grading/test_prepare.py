"""What is read of a notebook before it runs: which cells answer, and whether Python can read them."""

import pytest

from backproplab.grading.notebook import StudentCell, StudentNotebook
from backproplab.grading.prepare import Prepared, Preparer
from backproplab.sandbox.protocol import Assignment, Check

ASSIGNMENT = Assignment("03-x", (), (Check("3.1", "", ("a", "b")), Check("3.2", "", ("f",))))
HANDED_OUT = {"3.1": ("a = ...\nb = ...", ("a", "b")), "3.2": ("def f(x): ...", ("f",))}


def prepared(*sources):
    notebook = StudentNotebook(tuple(map(StudentCell, sources)))
    found = Preparer(ASSIGNMENT, HANDED_OUT, {}, "").prepare(notebook, [], "ada.ipynb")
    return Prepared.of(found.plain())


@pytest.mark.parametrize(
    ("sources", "code"),
    [
        (["import math", "a, b = 1, 2"], [(2, "a, b = 1, 2")]),
        (["a = b = 0", "b = 3", "c = 4"], [(1, "a = b = 0"), (2, "b = 3")]),
        (["a = b = 0", "a = b = 0"], [(2, "a = b = 0")]),
        (["c = 4"], []),
    ],
)
def test_the_cells_that_answer_are_the_last_that_bind_its_names(sources, code):
    assert [tuple(each) for each in prepared(*sources).code["3.1"]] == code


def test_why_python_cannot_read_an_answer_is_told_of_that_exercise_alone():
    found = prepared("a = b = 1", "def f(x):\n    return 2 × x")
    assert found.faults["3.2"].startswith("line 2: type * for ×")
    assert (found.faults["3.1"], found.code["3.2"][0][0]) == ("", 2)


@pytest.mark.parametrize("cell", ["%time\na = 1\nb = 2\nb?", "%%time\na = b = 1", "!ls\na = b = 1"])
def test_what_ipython_reads_is_no_fault(cell):
    assert prepared("a = b = ×", cell).faults["3.1"] == ""


def test_code_that_parses_and_does_not_compile_is_one():
    assert (
        prepared("def f(x): pass", "def f(x):\n    pass\n    break").faults["3.2"].startswith("line 3: 'br")
    )


def test_a_lesson_in_place_of_its_exercises_is_told_so():
    (note,) = prepared("import numpy as np", 'from x import quick_check\nquick_check("03")').notes
    assert "it is lesson 03" in note
    assert "exercises/03-x.ipynb" in note
    (note,) = prepared("import numpy as np").notes
    assert "another assignment's?" in note
