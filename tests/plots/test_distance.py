"""The picture of a gradient's way through time: its lines, its words, and what it refuses."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.distance import gradient_by_distance

HALVES, CUT = 0.5 ** np.arange(11), np.array([2.0, 1.0, 0.5, 0.0, 0.0])


def test_a_line_has_the_sizes_and_ends_before_the_first_zero():
    ax = gradient_by_distance({"halves": HALVES, "cut": CUT})
    halves, cut = ax.get_lines()
    np.testing.assert_array_equal(halves.get_ydata(), HALVES)
    np.testing.assert_array_equal(cut.get_ydata(), CUT[:3])
    np.testing.assert_array_equal(cut.get_xdata(), [0, 1, 2])
    assert halves.get_linestyle() != cut.get_linestyle()
    assert ax.get_yscale() == "log"


def test_the_words_say_where_it_goes_and_where_it_is_cut():
    at_once, once = [1.0, 0.0, 3.0], [1.0, 0.5]
    cases = {"halves": HALVES, "cut": CUT, "at once": at_once, "once": once}
    words = alt_text(gradient_by_distance(cases))
    assert "halves: 1 at the last step, about 0.001 after 10 steps;" in words
    assert "cut: 2 at the last step, about 0.5 after 2 steps, exactly 0 after 3 steps;" in words
    assert (
        "at once: 1 at the last step, exactly 0 after 1 step;" in words
    )  # and no word of what comes after it
    assert "once: 1 at the last step, about 0.5 after 1 step." in words


@pytest.mark.parametrize("sizes", [[1.0], [0.0, 1.0], [1.0, -1.0], [1.0, np.inf], [[1.0, 2.0]]])
def test_sizes_that_cannot_be_drawn(sizes):
    with pytest.raises(ValueError, match="needs two or more finite sizes"):
        gradient_by_distance({"bad": sizes})


def test_as_many_cases_as_there_are_line_styles():
    for cases in ({}, {str(index): HALVES for index in range(20)}):
        with pytest.raises(ValueError, match="draws one to"):
            gradient_by_distance(cases)
