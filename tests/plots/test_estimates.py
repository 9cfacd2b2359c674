"""The picture of how estimates of a slope spread: its bars, its axis, its words, and what it refuses."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.estimates import gradient_estimates

NARROW, WIDE = np.array([1.0, 2.0, 2.0, 3.0]), np.array([-8.0, 2.0, 2.0, 12.0])


def test_bars_are_the_share_of_draws_and_every_row_has_the_axis_of_the_widest():
    narrow, wide = gradient_estimates({"narrow": NARROW, "wide": WIDE}, slope=2.0).axes
    assert narrow.get_xlim() == wide.get_xlim()
    assert narrow.get_xlim()[0] < -7
    assert narrow.get_xlim()[1] > 11
    shares, edges, _ = narrow.patches[0].get_data()
    assert shares.sum() == pytest.approx(100)
    assert shares[(edges[:-1] <= 1.0) & (edges[1:] > 1.0)] == pytest.approx(25)


def test_the_line_stands_at_the_slope():
    (ax,) = gradient_estimates({"only": NARROW}, slope=2.5).axes
    assert set(ax.get_lines()[0].get_xdata()) == {2.5}


def test_the_words_count_all_estimates_also_those_outside_of_the_axis():
    far = np.append(np.tile(NARROW, 100), 4002.0)
    words = alt_text(gradient_estimates({"far": far}, slope=2.0))
    assert "a slope of 2.0" in words
    assert words.endswith("far: mean 12, variance 40,000.")


@pytest.mark.parametrize("values", [[1.0], [1.0, np.nan], [[1.0, 2.0], [3.0, 4.0]]])
def test_estimates_that_cannot_be_drawn(values):
    with pytest.raises(ValueError, match="needs two or more finite estimates in a row for 'bad'"):
        gradient_estimates({"bad": values}, slope=1.0)


def test_one_to_four_ways():
    for ways in ({}, {str(index): NARROW for index in range(5)}):
        with pytest.raises(ValueError, match="draws one to 4 ways"):
            gradient_estimates(ways, slope=1.0)
