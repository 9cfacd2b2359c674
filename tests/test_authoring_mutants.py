import numpy as np
import pytest

from backproplab import Value
from backproplab.authoring.bends import BENDS, Bender

MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("bend", "number", "matrix"),
    [
        ("zeros", 0.0, np.zeros((2, 2))),
        ("ones", 1.0, np.ones((2, 2))),
        ("the wrong sign", -3.0, -MATRIX),
        ("twice the value", 6.0, 2 * MATRIX),
        ("the transpose", 3.0, MATRIX.T),
    ],
)
def test_what_an_answer_returns_is_bent_in_whatever_it_is_packed(bend, number, matrix):
    bender = Bender(bend)
    given = bender.bent(lambda: {"list": [3.0, MATRIX], "value": Value(3.0), "word": "b", "none": None})()
    assert given["list"][0] == number
    assert given["value"].data == number
    np.testing.assert_array_equal(given["list"][1], matrix)
    assert (given["word"], given["none"]) == ("b", None)
    assert bender.made_a_difference()


def test_an_answer_that_calls_an_answer_is_bent_once():
    bender = Bender("the wrong sign")
    space = {}
    exec("def inner(x): return x\ndef outer(x): return inner(x)", space)
    space.update({name: bender.bent(space[name]) for name in ("inner", "outer")})
    assert space["outer"](2.0) == -2.0


@pytest.mark.parametrize("bend", ["the wrong sign", "twice the value", "the transpose"])
def test_what_stays_as_it_was_was_not_bent(bend):
    bender = Bender(bend)
    bender.bent(lambda: np.zeros((2, 2)))()
    assert not bender.made_a_difference()


@pytest.mark.parametrize("bend", BENDS)
def test_a_word_and_a_class_cannot_be_bent(bend):
    bender = Bender(bend)
    assert bender.bent("b") == "b"
    assert bender.bent(Value) is Value
    assert not bender.made_a_difference()
