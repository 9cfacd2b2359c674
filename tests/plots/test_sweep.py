"""A mosaic with a tile for each unit, the weights to the outputs, and the gradient that a sweep starts at."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import gradient_sweep
from backproplab.plots.sweep import tiled

PICTURE = np.array([0.0, 1.0, 2.0, 0.0])  # two by two
FIRST = np.outer(PICTURE, [0.5, 0.0, -1.0])
LAST = np.array([[1.0, -1.0], [0.0, 0.0], [2.0, -4.0]])
START = np.array([0.75, -0.004])


def sweep():
    return gradient_sweep([FIRST, LAST], START, image_shape=(2, 2), columns=2)


def test_each_unit_has_its_tile_row_by_row_and_the_rest_is_blank():
    mosaic = tiled(FIRST, (2, 2), 2)
    assert mosaic.shape == (4, 4)
    assert mosaic[:2, :2].ravel().tolist() == (PICTURE * 0.5).tolist()
    assert mosaic[2:, :2].ravel().tolist() == (-PICTURE).tolist()
    assert not mosaic[:2, 2:].any()
    assert not mosaic[2:, 2:].any()


def test_white_is_zero_in_every_panel_and_each_has_its_own_scale():
    axes = sweep().axes
    assert [ax.images[0].get_clim() for ax in axes] == [(-2, 2), (-4, 4), (-0.75, 0.75)]
    assert [ax.get_xlabel() for ax in axes] == ["up to ±2.0", "up to ±4.0", "up to ±0.75"]
    assert [text.get_text() for text in axes[2].texts] == ["+0.75", "0.00"]


def test_a_tile_of_one_sign_says_which_without_colour():
    mixed = np.column_stack([FIRST, [1.0, -1.0, 0.0, 0.0]])
    figure = gradient_sweep([mixed, np.ones((4, 2))], START, image_shape=(2, 2), columns=2)
    marks = [text.get_text() for text in figure.axes[0].texts]
    assert marks == ["+", "", "−", ""]


def test_a_gradient_of_zero_is_white():
    figure = gradient_sweep([FIRST * 0, LAST * 0], START * 0, image_shape=(2, 2))
    assert all(ax.images[0].norm(0.0) == 0.5 for ax in figure.axes)


def test_it_is_told_in_words():
    text = alt_text(sweep())
    assert "It starts with the gradients of the outputs: +0.75 at 0." in text
    assert "6 weights to the outputs, up to 4.0 in size, and 3 tiles with the 12 weights" in text
    assert "1 tiles are blank" not in text
    assert "One tile is blank; in each of the others the picture is stamped, in one sign" in text


def test_tiles_of_two_signs_and_outputs_near_0_are_told_as_they_are():
    mixed = np.column_stack([FIRST, [1.0, -1.0, 0.0, 0.0]])
    text = alt_text(gradient_sweep([mixed, np.ones((4, 2))], START / 1000, image_shape=(2, 2)))
    assert "It starts with the gradients of the outputs: all near 0." in text
    assert "One tile is blank; of the others 1 of 3 hold both signs." in text


@pytest.mark.parametrize(
    ("first", "last", "start"),
    [(FIRST[:3], LAST, START), (FIRST[:, :2], LAST, START), (FIRST, LAST, START[:1])],
)
def test_sizes_that_do_not_fit_are_refused(first, last, start):
    with pytest.raises(ValueError, match=r"expected gradients of shape \(4, units\) and \(units, outputs\)"):
        gradient_sweep([first, last], start, image_shape=(2, 2))
