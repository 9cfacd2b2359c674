"""Surfaces to look at: their gradients, their special points, and what a path down them is."""

import numpy as np
import pytest

from backproplab import SGD
from backproplab.optimizers import Adam
from backproplab.surfaces import PLATEAU, RAVINE, SADDLE, SURFACES, TURNED_RAVINE, descend


@pytest.mark.parametrize("surface", SURFACES, ids=lambda one: one.caption)
def test_the_gradient_is_that_of_the_loss(surface):
    for w1, w2 in np.random.default_rng(0).uniform(-surface.reach, surface.reach, size=(20, 2)):
        nudged = (
            (surface.loss(w1 + 1e-6, w2) - surface.loss(w1 - 1e-6, w2)) / 2e-6,
            (surface.loss(w1, w2 + 1e-6) - surface.loss(w1, w2 - 1e-6)) / 2e-6,
        )
        np.testing.assert_allclose(surface.gradient(w1, w2), nudged, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda one: one.caption)
def test_it_begins_where_one_can_see_it_and_the_lowest_loss_is_zero(surface):
    assert np.abs(surface.start).max() < surface.reach
    axis = np.linspace(-1, 1, 201)
    heights = surface.loss(*np.meshgrid(axis, axis))
    assert heights.min() == pytest.approx(0, abs=1e-12)


def test_plain_gradient_descent_does_not_notice_that_the_ravine_was_turned():
    quarter = np.array([[1, 1], [-1, 1]]) / 2**0.5
    for rate in (0.01, 0.07):
        straight = descend(RAVINE, SGD(rate, momentum=0.5), steps=30)
        turned = descend(TURNED_RAVINE, SGD(rate, momentum=0.5), steps=30)
        np.testing.assert_allclose(straight @ quarter, turned, atol=1e-12)
    assert not np.allclose(
        descend(RAVINE, Adam(0.1), steps=30) @ quarter, descend(TURNED_RAVINE, Adam(0.1), steps=30), atol=0.1
    )


def test_the_middle_of_the_saddle_is_flat_and_no_minimum():
    assert SADDLE.gradient(0.0, 0.0) == (0, 0)
    assert SADDLE.loss(0.0, 0.1) < SADDLE.loss(0.0, 0.0) < SADDLE.loss(0.1, 0.0)


def test_the_plateau_has_little_slope_where_it_begins():
    assert np.hypot(*PLATEAU.gradient(*PLATEAU.start)) < 0.01


def test_a_path_begins_at_the_start_and_may_run_away_in_silence():
    path = descend(RAVINE, SGD(0.2), steps=2000)
    assert path.shape == (2001, 2)
    assert tuple(path[0]) == RAVINE.start
    assert not np.isfinite(path[-1]).all()
