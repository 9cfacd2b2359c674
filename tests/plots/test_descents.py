"""Paths of optimisers on contours: a panel each, and in words where each ends."""

import numpy as np
import pytest

from backproplab import SGD
from backproplab.display import alt_text
from backproplab.plots import descents
from backproplab.plots.descents import is_outside
from backproplab.surfaces import RAVINE, SADDLE, descend


def test_each_path_has_a_panel_that_names_its_end():
    paths = {f"rate {rate}": descend(RAVINE, SGD(rate), steps=40) for rate in (0.004, 0.07, 0.0815, 0.3)}
    figure = descents(RAVINE, paths)
    titles = [ax.get_title(loc="left") for ax in figure.axes if ax.get_visible()]
    assert titles == [
        "rate 0.004\nloss 5.8",
        "rate 0.07\nloss 0.024",
        "rate 0.0815\nloss 240 (outside)",
        "rate 0.3\nrun away",
    ]
    assert alt_text(figure).startswith(
        "Contours of a loss over w₁ and w₂, ravine, with paths from loss 20.5. "
        "The paths: rate 0.004, 40 steps: loss 5.8, rate 0.07, 40 steps: loss 0.024,"
    )


def test_outside_is_beyond_the_reach_or_above_the_ceiling():
    places = np.array([[0, 0], [1.9, 0], [0, -1.9], [1.7, 0], [1.79, 1.79], [np.nan, 0]])
    assert is_outside(SADDLE, places).tolist() == [False, True, True, True, True, True]


def test_paths_that_cannot_be_drawn():
    with pytest.raises(ValueError, match="one to 6 paths, got 0"):
        descents(RAVINE, {})
    with pytest.raises(ValueError, match=r"\(steps \+ 1, 2\), got \(3,\) for 'mine'"):
        descents(RAVINE, {"mine": np.zeros(3)})
