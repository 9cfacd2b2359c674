"""The steepest step stands at a right angle to the contours, and the alt text says where it points."""

import math

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.steepest import steepest_step


def arrows(ax):
    """The end of each arrow, in data units, relative to where it starts."""
    drawn = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    return [np.subtract(arrow.xy, arrow.xyann) for arrow in drawn]


def test_the_arrow_has_length_one_and_points_along_the_gradient():
    (arrow,) = arrows(steepest_step(lambda a, b: 3 * a + 4 * b, (1.0, 2.0), (3.0, 4.0)))
    assert arrow == pytest.approx([0.6, 0.8])


def test_the_arrow_crosses_the_contours_at_a_right_angle():
    ax = steepest_step(lambda a, b: 3 * a + 4 * b, (1.0, 2.0), (3.0, 4.0))
    assert ax.get_aspect() == 1
    (arrow,) = arrows(ax)
    contour = next(path for path in ax.collections[0].get_paths() if len(path.vertices) > 1)
    along = contour.vertices[1] - contour.vertices[0]
    assert along @ arrow == pytest.approx(0, abs=1e-9)


def test_the_other_step_is_drawn_and_told():
    ax = steepest_step(lambda a, b: a + b, (0, 0), (1.0, 1.0), other=(2.0, 0.0), other_name="in feet")
    assert sorted(map(tuple, np.round(arrows(ax), 3).tolist())) == [(0.707, 0.707), (1.0, 0.0)]
    text = alt_text(ax)
    assert "45° above the horizontal axis" in text
    assert "A grey dashed arrow, in feet, goes 0° above it" in text


def test_two_maps_may_share_their_levels():
    ax = steepest_step(lambda a, b: 3 * a + 4 * b, (1.0, 2.0), (3.0, 4.0), levels=range(9, 14))
    assert list(ax.collections[0].levels) == [9, 10, 11, 12, 13]


@pytest.mark.parametrize("degrees", range(0, 360, 30))
def test_no_number_of_a_contour_touches_the_name_of_the_arrow(degrees):
    slope = 4 * math.cos(math.radians(degrees)), 4 * math.sin(math.radians(degrees))
    ax = steepest_step(lambda a, b: 45 + slope[0] * a + slope[1] * b, (0.0, 0.0), slope, levels=range(39, 52))
    ax.figure.canvas.draw()
    (name,) = (text for text in ax.texts if text.get_text() == "steepest")
    numbers = [text for text in ax.texts if text.get_text().isdigit()]
    assert len(numbers) >= 8
    assert not any(name.get_window_extent().overlaps(number.get_window_extent()) for number in numbers)


@pytest.mark.parametrize("gradient", [(0.0, 0.0), (math.nan, 1.0)])
def test_no_direction_is_refused(gradient):
    with pytest.raises(ValueError, match="no direction"):
        steepest_step(lambda a, b: a + b, (0, 0), gradient)
