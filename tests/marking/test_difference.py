"""How a wrong value differs is said in words that are true of it, number by number."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backproplab.marking.compare import agree
from backproplab.marking.difference import in_words

NUMBERS = st.sampled_from([-6.0, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
ONE = np.array([0.7])
ROW = np.array([1.0, -2.0, 0.5, 3.0])

FACTORS = [
    (-1, "the sign is turned round"),
    (2, "twice what was expected"),
    (3, "3 times what was expected"),
    (784, "784 times what was expected"),
    (0.5, "half of what was expected"),
    (1 / 3, "a third of what was expected"),
    (0.25, "a quarter of what was expected"),
    (1 / 32, "1/32 of what was expected"),
    (-2, "the sign is turned round, and the size twice what was expected"),
    (-0.9, "the sign is turned round, and the size 10 % too small"),
    (1.1, "10 % too large"),
    (0.93, "7 % too small"),
    (1.0001, "0.01 % too large"),
    (3.4, "about 3.4 times too large"),
    (0.3, "about 3.3 times too small"),
    (12345.6, "about 12,000 times too large"),
    (-1e4 - 0.1, "the sign is turned round, and the size about 10,000 times too large"),
    (1 / 12345.6, "about 12,000 times too small"),
    (3e9, "more than a million times too large"),
    (1e-9, "more than a million times too small"),
    (-1e-17, "0, up to rounding, where another number was expected"),
    (1e-200, "0, up to rounding, where another number was expected"),
    (0, "0 where another number was expected"),
]


@pytest.mark.parametrize(("factor", "words"), FACTORS)
def test_a_ratio_is_named_of_one_number_and_of_several_that_have_it(factor, words):
    assert in_words(ONE, factor * ONE) == words
    several = words.replace("another number was", "other numbers were")
    assert in_words(ROW, factor * ROW) == several
    mine = ROW.copy()
    mine[:2] *= factor
    assert in_words(ROW, mine, tolerance=1e-9) in (f"2 of 4 numbers differ: {several}", several)


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ([0.0], [-0.25], "-0.25 where 0 was expected"),
        ([0.0, 0.0], [3.0, -4.0], "numbers as large as 4 where 0 was expected"),
        ([0.0, 1.0], [3.0, 1.0], "1 of 2 numbers differs: 3 where 0 was expected"),
        ([1.0, 2.0], [2.0, 2.5], "off by 50 %"),
        ([1.0, 2.0], [1e5, 1e4], "as a whole about 45,000 times too large"),
        ([1e5, 1e4], [1.0, 2.0], "as a whole about 45,000 times too small"),
        ([1.0, 2.0, 3.0], [1.0, -2.0, -3.0], "2 of 3 numbers differ: the sign is turned round"),
        ([1.0, 2.0, 3.0], [1.0, -2.0, -6.0], "2 of 3 numbers differ: off by 273 %"),
        ([1.0, 2.0], [2.0, 1.0], "off by 63 %"),
    ],
)
def test_other_differences(expected, actual, words):
    assert in_words(np.array(expected), np.array(actual)) == words


@given(hnp.arrays(np.float64, st.tuples(st.just(2), st.integers(1, 5)), elements=NUMBERS))
def test_a_sign_is_blamed_only_where_every_number_that_differs_has_the_other_one(pair):
    right, mine = pair
    found = agree(right, mine)
    assume(not found.ok)
    differ = np.abs(right - mine) > 1e-6 * (np.abs(right).max() or 1)
    if "sign" in found.reason:
        assert (right * mine <= 0)[differ].all()
    if re.search(r"twice|half|sign is turned round$", found.reason):
        size = np.abs(mine[differ]) / np.abs(right[differ])
        assert np.allclose(size, size[0])


def test_the_largest_and_the_smallest_floats_neither_overflow_nor_warn():
    big, small = np.array([1.7e308, -1.7e308]), np.array([5e-324, 5e-324])
    assert in_words(big, -big) == "the sign is turned round"
    assert in_words(small, big)
    assert in_words(big, small)
