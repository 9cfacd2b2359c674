"""The nudge lens: what it shows is the function's own, and the nearer it is, the more it is the tangent."""

import numpy as np
import pytest
from traitlets import TraitError

from backproplab.widgets import NudgeLens

GIVEN = {"derivative": 3.5, "nudge": 8, "names": ("v", "s"), "labels": ("speed v (m/s)", "distance s (m)")}


def stopping_distance(v):
    return v + v**2 / 16


def a_lens(function=stopping_distance, at=20, **options):
    return NudgeLens(function, at, **{**GIVEN, **options})


@pytest.fixture(scope="module")
def lens():
    return a_lens()


def test_each_change_is_the_functions_own_and_its_slope_is_off_by_a_sixteenth_of_the_nudge(lens):
    assert (lens.nudges[-1], lens.nudges[-5], lens.nudges[0]) == (8, 4, 8 / 2**13)
    assert lens.changes[-1] == 32
    for n, change in zip(lens.nudges, lens.changes, strict=True):
        assert change == pytest.approx(stopping_distance(20 + n) - 45, abs=1e-9)
        assert change / n - lens.slope == pytest.approx(n / 16, rel=1e-3)


def test_under_the_lens_the_curve_becomes_the_tangent(lens):
    t = np.linspace(-2.5, 2.5, 41)
    np.testing.assert_allclose(lens.near[-1], (stopping_distance(20 + 8 * t) - 45) / 8, rtol=1e-5)
    off = [np.abs(np.array(near) - lens.slope * t).max() for near in lens.near]
    assert off == sorted(off)
    assert off[0] < 0.001 < 3 < off[-1]


def test_the_whole_curve_goes_as_far_as_the_widest_lens(lens):
    assert (lens.x[0], lens.x[-1]) == (0, 40)
    np.testing.assert_allclose(lens.y, stopping_distance(np.array(lens.x)), rtol=1e-6)


def test_the_still_half_shows_the_nudge_where_it_stands_and_sixteen_times_closer():
    lens = a_lens()
    assert lens.static().plain == "Δv = 8 changes s by 32: Δs/Δv = 4, and the tangent has the slope 3.5."
    assert "A nudge of 8 in v changes s by 32, which is 4 for each unit of v." in lens.static().html
    assert "A nudge of 0.5 in v changes s by 1.766, which is 3.531 for each unit of v." in lens.static().html
    lens.place = 0
    assert lens.static().plain.startswith("Δv = 0.0009766 changes s by 0.003418: Δs/Δv = 3.5,")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"nudge": 0}, "a nudge above 0, got at=20, derivative=3.5, nudge=0"),
        ({"at": float("inf")}, "expected finite numbers"),
        ({"function": lambda v: float("nan")}, "the function is nan at 20; choose a smaller nudge"),
    ],
)
def test_bad_input_says_what_was_wrong(given, says):
    with pytest.raises(ValueError, match=says):
        a_lens(**given)


def test_a_place_that_is_not_there():
    with pytest.raises(TraitError, match="place=53 is not there, counted from 0; choose from 0 to 52"):
        a_lens().place = 53
