"""The length of an arrow: right from the smallest number to the largest, in any dtype."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab.norms import norm, unit


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=8))
def test_it_is_that_of_the_standard_library(numbers):
    assert norm(np.array(numbers, dtype=float)) == pytest.approx(math.hypot(*numbers), rel=1e-12, abs=0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_squares_that_the_dtype_does_not_hold_count(dtype):
    for size in (np.finfo(dtype).max, np.finfo(dtype).tiny):
        array = np.full((2, 8), size, dtype)
        assert norm(array) == pytest.approx(4 * float(size), rel=1e-12)


def test_what_is_not_finite_shows():
    assert norm(np.array([np.inf, 1.0])) == math.inf
    assert math.isnan(norm(np.array([np.nan, 1.0])))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([4.0], 4.0),
        ([-5.0, 1.0], 4.0),
        ([3.99], 2.0),
        ([0.0], 1.0),
        ([], 1.0),
        ([np.inf], 1.0),
        ([5e-324], 5e-324),
    ],
)
def test_the_power_of_two_below_the_largest(numbers, expected):
    assert unit(np.array(numbers)) == expected
