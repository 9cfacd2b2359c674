"""Answers that lean on the package are shown to the instructor, line by line, and others are not."""

import sys

import pytest

from backproplab.grading.notebook import StudentCell
from backproplab.grading.review import Reviewer, _behind_answers, _Read
from backproplab.sandbox.protocol import Assignment, Check

GIVEN = "from backproplab import Dense, Value\nfrom backproplab.check import check"
SET = Assignment("05-x", (GIVEN,), (Check("5.1", "…", ("grad",)),))
SOLVED = "def grad(a):\n    v = Value(a)\n    return v.data"


def review(*sources):
    return Reviewer(SET, SOLVED).review([StudentCell(source) for source in sources])


@pytest.mark.parametrize(
    ("sources", "line"),
    [
        (
            ["def grad(a):\n    from backproplab import Sigmoid\n    return Sigmoid()"],
            "from backproplab import Sigmoid",
        ),
        (["def grad(a):\n    return Dense(2, 3)"], "return Dense(2, 3)"),
        (["import backproplab as b", "grad = b.Sigmoid"], "grad = b.Sigmoid"),
        (["from backproplab.layers import dense as d\ngrad = d"], "grad = d"),
        (["import importlib\ngrad = importlib.import_module('backproplab.layers')"], "import_module"),
        (
            ["def helper(a):\n    return Dense(1, 1)", "def grad(a):\n    return helper(a)"],
            "return Dense(1, 1)",
        ),
    ],
)
def test_what_is_borrowed_is_named_with_its_line(sources, line):
    found = review(GIVEN, *sources)
    assert found
    assert any(line in each for each in found)
    assert all(each.startswith("For review:") for each in found)


@pytest.mark.parametrize(
    "line", ["return f(a + 1e-30j).imag", "return f(complex(a, 1))", "return np.imag(f(a))", "a = a * 1j"]
)
def test_a_step_along_i_is_named(line):
    (said,) = review(f"def grad(a):\n    {line}")
    assert "computes with complex numbers" in said
    assert said.endswith(f"line 2: {line}")


@pytest.mark.parametrize(
    "source",
    [
        "def grad(a):\n    return 2 * a",
        "def grad(a):\n    return Value(a).data",  # as the solution does
        "compare = Dense(2, 3)",  # no answer uses it
        "from backproplab.display import show\ndef grad(a):\n    show(a)",
        "def grad(a):\n    return 'backproplab is a package'",
        "def grad(a:",
    ],
)
def test_what_is_an_answers_own_is_not(source):
    assert not review(GIVEN, source)


def test_the_line_is_the_line_of_the_cell():
    (found,) = review(GIVEN, "%matplotlib inline\n\ndef grad(a):\n    return Dense(a)")
    assert "the answer to 5.1" in found
    assert "line 4: return Dense(a)" in found


def test_the_exercises_of_one_cell_stand_in_their_order():
    checks = tuple(Check(name, "…", (f"a{at}",)) for at, name in enumerate(("C1.10", "C1.9", "10.2", "9.6")))
    reviewer = Reviewer(Assignment("capstone-1", (GIVEN,), checks), SOLVED)
    (found,) = reviewer.review(
        [StudentCell("from backproplab import Dense\na0 = a1 = a2 = a3 = Dense(1, 1)")]
    )[1:]
    assert "the answer to 9.6, 10.2, C1.9, C1.10 uses" in found


@pytest.mark.parametrize(
    "line",
    ["sys._getframe(1).f_locals", "inspect.getsource(a)", "a.__code__.co_names", "inspect.currentframe()"],
)
def test_a_look_into_the_code_that_calls_is_named(line):
    (found,) = review(GIVEN, f"def grad(a):\n    return {line}")
    assert found == f"For review: the answer to 5.1 looks into the code that calls it, line 2: return {line}"


def steps_of(call):
    """How many lines of Python a call runs."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_a_chain_of_cells_takes_work_in_proportion_to_its_length():
    def chain(length):
        return [_Read({f"x{n}"}, {f"x{n + 1}": {1}}, {}, set(), set(), set()) for n in range(length)]

    short, long = (steps_of(lambda n=n: _behind_answers(chain(n), {"x0"})) for n in (200, 400))
    assert long < 2.5 * short
    assert _behind_answers(chain(40_000), {"x1"}) == list(range(1, 40_000))


def test_a_file_full_of_lines_to_review_is_told_in_a_hundred():
    lines = review("from backproplab import Tensor", *["grad = Tensor"] * 300)
    assert len(lines) == 101
    assert lines[-1].startswith("For review: ")
