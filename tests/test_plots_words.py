"""Numbers and curves in words: rounded so far that another machine says the same, and true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab.plots.words import about, course, join, number, running_mean


@given(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-12), st.integers(1, 6))
def test_a_written_number_is_within_half_a_unit_of_its_last_digit(value, digits):
    read = float(number(value, digits).replace("−", "-").replace(",", ""))
    assert read == pytest.approx(value, rel=0.5 * 10.0 ** (1 - digits) * (1 + 1e-9))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.999, "1.0"), (9.99e-5, "0.00010"), (999_999, "1e6"), (-0.5, "−0.50"), (np.inf, "∞"), (-np.inf, "−∞")],
)
def test_rounding_up_to_a_new_digit(value, text):
    assert number(value) == text


@given(st.floats(1e-9, 1e9))
def test_about_is_within_a_factor_of_the_square_root_of_two(value):
    said = float(about(value).removeprefix("about ").replace(",", "").replace("−", "-"))
    assert max(said / value, value / said) <= 2**0.5 * (1 + 1e-9)


def test_nan_is_said_in_words():
    assert about(float("nan")) == "not a number"


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_a_sentence_does(words, text):
    assert join(words) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3.0, 2.0, 1.0], "falls from 3.0 to about 1"),
        ([1.0, 2.0, 3.0], "rises from 1.0 to about 3"),
        ([2.0, 0.5, 2.0], "falls from 2.0 to about 0.5 near step 2, then rises to about 2"),
        ([2.0, 1.8, 1.6], "falls slightly from 2.0"),
        ([0.5, 0.501, 0.5], "stays at 0.50"),
        ([0.0, 0.0, 0.0], "stays at 0"),
        ([1.0, np.nan, np.inf], "starts at 1.0 and is no longer a finite number from step 2"),
        ([np.nan], "is never a finite number"),
    ],
)
def test_the_course_of_a_curve(values, text):
    assert course(np.arange(1, len(values) + 1), values) == text


def test_noise_is_not_told_as_a_trend():
    steps = np.arange(1000)
    noisy = np.exp(-steps / 100) + 0.05 * np.random.default_rng(0).normal(size=1000)
    assert course(steps, noisy).startswith("falls from 1.0 to ")
    assert "then" not in course(steps, noisy)


@given(st.integers(1, 50), st.integers(0, 25))
def test_a_running_mean_keeps_straight_lines_and_the_first_value(count, half):
    line = 3.0 - 0.5 * np.arange(count)
    mean = running_mean(line, 2 * half + 1)
    inside = np.arange(count) + np.minimum(half, np.arange(count)) < count
    np.testing.assert_allclose(mean[inside], line[inside], atol=1e-12)
    assert mean[0] == line[0]


def test_a_running_mean_is_the_mean_of_its_window():
    values = np.random.default_rng(0).normal(size=30)
    assert running_mean(values, 5)[10] == pytest.approx(values[8:13].mean())
    assert running_mean(values, 5)[-1] == pytest.approx(values[-3:].mean())
