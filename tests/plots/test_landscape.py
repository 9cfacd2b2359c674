"""A landscape has its valley where the loss is least, and the path starts and ends where it did."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.landscape import loss_landscape


def bowl(a, b):
    return (a - 1) ** 2 + (b + 0.5) ** 2 + 0.25


def test_the_words_name_the_lowest_place_and_the_path():
    path = [(-1.0, 1.0), (0.0, 0.0), (1.0, -0.5)]
    text = alt_text(loss_landscape(bowl, (-2, 2), (-2, 2), path, names=("w", "b")))
    assert "over w and b: lowest, 0.25, near (1.0, −0.52), highest 16." in text
    assert "A path of 2 steps goes from loss 6.5 (circle) to 0.25 (star)." in text


def test_the_path_is_drawn_through_its_points():
    path = [(-1.0, 1.0), (0.0, 0.0), (1.0, -0.5)]
    ax = loss_landscape(bowl, (-2, 2), (-2, 2), path)
    assert ax.lines[0].get_xydata().tolist() == [list(point) for point in path]
    assert [text.get_text() for text in ax.texts] == ["start", "end"]


def test_a_path_that_leaves_the_view_does_not_widen_it():
    ax = loss_landscape(bowl, (-2, 2), (-1, 1), [(0, 0), (50, 50)])
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 1))


def test_levels_are_a_factor_apart_where_the_loss_spans_many():
    ax = loss_landscape(lambda a, b: float(np.exp(a)), (-5, 5), (-1, 1))
    levels = np.array(ax.collections[0].levels)
    np.testing.assert_allclose(levels[1:] / levels[:-1], levels[1] / levels[0])


def test_a_flat_landscape_is_refused():
    with pytest.raises(ValueError, match="everywhere in this range"):
        loss_landscape(lambda a, b: 1.0, (0, 1), (0, 1))
