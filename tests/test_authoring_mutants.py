import numpy as np
import pytest

from backproplab import Value
from backproplab.authoring.mutants import MUTATIONS, Mutator

MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("mutation", "number", "matrix"),
    [
        ("zeros", 0.0, np.zeros((2, 2))),
        ("ones", 1.0, np.ones((2, 2))),
        ("the wrong sign", -3.0, -MATRIX),
        ("twice the value", 6.0, 2 * MATRIX),
        ("the transpose", 3.0, MATRIX.T),
    ],
)
def test_what_an_answer_returns_is_changed_in_whatever_it_is_packed(mutation, number, matrix):
    mutator = Mutator(mutation)
    given = mutator.mutate(lambda: {"list": [3.0, MATRIX], "value": Value(3.0), "word": "b", "none": None})()
    assert given["list"][0] == number
    assert given["value"].data == number
    np.testing.assert_array_equal(given["list"][1], matrix)
    assert (given["word"], given["none"]) == ("b", None)
    assert mutator.had_an_effect()


def test_an_answer_that_calls_an_answer_is_changed_once():
    mutator = Mutator("the wrong sign")
    space = {}
    exec("def inner(x): return x\ndef outer(x): return inner(x)", space)
    space.update({name: mutator.mutate(space[name]) for name in ("inner", "outer")})
    assert space["outer"](2.0) == -2.0


@pytest.mark.parametrize("mutation", ["the wrong sign", "twice the value", "the transpose"])
def test_what_stays_as_it_was_is_no_mutant(mutation):
    mutator = Mutator(mutation)
    mutator.mutate(lambda: np.zeros((2, 2)))()
    assert not mutator.had_an_effect()


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_word_and_a_class_have_no_mutant(mutation):
    mutator = Mutator(mutation)
    assert mutator.mutate("b") == "b"
    assert mutator.mutate(Value) is Value
    assert not mutator.had_an_effect()
