"""Code is edited when it says something else than what was handed out, however it is laid out."""

import pytest

from backproplab.marking.edited import LONGEST, is_edited, is_same_code, parse

STUB = 'def f(x):\n    """Return 2x."""\n    raise NotImplementedError  # your code here'
FIX = "def step(w):\n    old = w\n    return old - w"
NAMES = ("f",)


@pytest.mark.parametrize(
    "cell",
    [
        STUB,
        STUB.replace("your code here", "I have no idea"),
        STUB + "\n\n\n# later",
        STUB.replace("    ", "\t"),
        "%%time\n" + STUB,
        STUB.replace("NotImplementedError", "NotImplementedError()"),  # what nbgrader makes of a solution
        STUB + "\nraise NotImplementedError()",
    ],
)
def test_comments_space_and_magics_are_no_edit(cell):
    assert is_edited(STUB, NAMES, ["import numpy", cell, "f(2)"]) is False


@pytest.mark.parametrize(
    "cell",
    [
        "def f(x):\n    return 2 * x",
        STUB.replace("raise", "y = 2 * x\n    raise"),
        STUB + "\nprint(f)",
        "def f(x):\n    return 2 *",  # no Python, but meant to bind f
        "f = ",
        "f = lambda x: 2 * x",
    ],
)
def test_other_code_is_one(cell):
    assert is_edited(STUB, NAMES, [STUB, cell]) is True


def test_the_last_cell_that_binds_the_name_counts():
    assert is_edited(STUB, NAMES, ["f = 1", STUB]) is False
    assert is_edited(STUB, NAMES, [STUB, "f = 1", "g = f", "print('f = 1')", "f[0] = 1"]) is True
    assert is_edited(STUB, NAMES, [STUB, "def g():\n    f = 2"]) is False


def test_one_answer_of_two_is_enough():
    both = "f = ...\ng = ..."
    assert is_edited(both, ("f", "g"), [both]) is False
    assert is_edited(both, ("f", "g"), [both, "g = 2"]) is True
    assert is_edited(both, ("f", "g"), ["g = 2"]) is True


def test_what_cannot_be_known_is_none():
    assert is_edited(STUB, NAMES, []) is None
    assert is_edited(STUB, NAMES, ["x = 1"]) is None
    assert is_edited("", NAMES, [STUB]) is None
    assert is_edited(STUB, (), [STUB]) is None


def test_code_to_mend_with_another_line_is_edited():
    assert not is_edited(FIX, ("step",), [FIX])
    assert is_edited(FIX, ("step",), [FIX.replace("old = w", "old = w * 1")])


def test_what_is_too_long_or_too_deep_ends_quietly():
    assert parse("x = 1\n" * LONGEST).body == []
    deep = "f = " + "-" * 3000 + "1"
    assert not is_same_code(deep, STUB)
