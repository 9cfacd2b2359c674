"""The loss over the rate: a line for each, and in words where each is lowest."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import rate_curves


def test_it_says_where_each_is_lowest_and_where_nothing_came_out():
    ax = rate_curves(
        {"one": ([0.01, 0.1, 1.0], [0.5, 0.2, np.inf]), "two": ([0.001, 0.01], [0.4, 0.9])}, loss="test loss"
    )
    assert alt_text(ax) == (
        "The test loss over the learning rate: one is lowest, 0.20, at 0.10, and has no finite loss at 1.0; "
        "two is lowest, 0.40, at 0.0010."
    )
    assert [len(line.get_xdata()) for line in ax.lines] == [2, 2]
    assert [ax.get_xscale(), ax.get_yscale()] == ["log", "log"]


def test_lines_are_told_apart_without_colour():
    ax = rate_curves({name: ([1, 2], [1, 2]) for name in "abcdef"})
    assert len({(line.get_marker(), str(line._dash_pattern)) for line in ax.lines}) == 6


@pytest.mark.parametrize("pair", [([1, 2], [1]), ([1, 2], [np.nan, np.inf]), ([[1]], [[1]])])
def test_curves_that_cannot_be_drawn(pair):
    with pytest.raises(ValueError, match="some losses finite"):
        rate_curves({"mine": pair})


def test_no_curve_is_nothing_to_draw():
    with pytest.raises(ValueError, match="one to 6 curves, got 0"):
        rate_curves({})
