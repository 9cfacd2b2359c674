"""Answers that take no understanding; test_proof.py has the checks that are refused for them."""

import numpy as np
import pytest

from backproplab.authoring.effortless import ARGUMENTS, EFFORTLESS, NOTHING, RECORDED, Idler

MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])


def twice(way, answer, *inputs):
    """What stands in for `answer` returns with two seeds, and whether it had an effect with the second."""
    idler = Idler(way)
    idle = idler.mutate(answer)
    returned = []
    for each in inputs:
        idler.begin()
        returned.append(idle(*each))
    return returned, idler.had_an_effect()


def test_nothing_is_done_and_nothing_returned():
    numbers = np.zeros(2)
    returned, effect = twice(NOTHING, lambda x: x.fill(7), (numbers,))
    assert returned == [None]
    assert effect
    assert not numbers.any()


@pytest.mark.parametrize(("place", "expected"), [(0, MATRIX), (1, 2 * MATRIX), (2, 0 * MATRIX)])
def test_each_argument_of_the_right_shape_comes_back(place, expected):
    ((found,), effect) = twice(ARGUMENTS[place], lambda n, x, y: {"w": x + y}, (2.0, MATRIX, 2 * MATRIX))
    np.testing.assert_array_equal(found["w"], expected)
    assert effect


def test_an_argument_handed_back_leaves_it_as_it_was():
    numbers = np.ones(2)
    twice(ARGUMENTS[0], lambda x: x.fill(7), (numbers,))
    assert numbers.tolist() == [1, 1]


def test_what_was_returned_once_is_returned_again():
    assert twice(RECORDED, lambda x: 2 * x, (1.0,), (5.0,)) == ([2.0, 2.0], True)


def test_an_object_of_the_answers_own_has_nothing_that_stands_in_for_it():
    returned, effect = twice(ARGUMENTS[0], lambda x: "b", (1.0,))
    assert (returned, effect) == (["b"], False)


def test_an_answer_that_calls_an_answer_is_replaced_once():
    idler = Idler(ARGUMENTS[0])
    idler.begin()
    space = {}
    exec("def inner(x): return 2 * x\ndef outer(x): return inner(x)", space)
    space.update({name: idler.mutate(space[name]) for name in ("inner", "outer")})
    assert space["outer"](3.0) == 3.0


@pytest.mark.parametrize("way", EFFORTLESS)
def test_a_word_and_a_class_stay(way):
    assert Idler(way).mutate("b") == "b"
    assert Idler(way).mutate(Idler) is Idler
