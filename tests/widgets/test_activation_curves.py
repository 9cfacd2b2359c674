"""Activation curves: the page draws what the layers compute, and the still half says where the point is."""

import numpy as np
import pytest
from traitlets import TraitError

from backproplab.layers import ACTIVATIONS, LeakyReLU, Tanh
from backproplab.widgets import ActivationCurves


def test_each_curve_is_its_layer_and_the_slope_that_nudges_find():
    curves = ActivationCurves()
    z = np.array(curves.z)
    assert (z[0], z[-1]) == (-6, 6)
    away = abs(z) > 0.01  # from the corner of a ReLU
    for kind, curve in zip(ACTIVATIONS, curves.curves, strict=True):
        layer = kind()
        assert curve["caption"] == layer.caption
        np.testing.assert_allclose(curve["a"], layer.forward(z), atol=1e-6)
        nudged = (layer.forward(z + 1e-5) - layer.forward(z - 1e-5)) / 2e-5
        np.testing.assert_allclose(np.array(curve["slope"])[away], nudged[away], atol=1e-5)
        assert min(curve["a"]) >= curve["low"]
        assert max(curve["a"]) <= curve["high"]
        assert -0.25 <= min(curve["slope"]) <= max(curve["slope"]) <= 1.25  # the page's scale of slopes


def test_words_are_of_the_place_they_stand_at():
    curve = ActivationCurves([Tanh()], shown="tanh").curves[0]
    assert curve["said"][120] == "a is 0, its slope is 1.00. A blame of 1 leaves as 1.00."
    assert curve["said"][140] == "a is 0.762, its slope is 0.420. A blame of 1 leaves as 0.420."


def test_the_still_half_shows_the_chosen_one_and_says_where_the_point_is():
    curves = ActivationCurves(shown="leaky ReLU", z=-3.0)
    assert curves.static().plain == (
        "leaky ReLU at z = −3.00: a is −0.0300, its slope is 0.0100. A blame of 1 leaves as 0.0100."
    )
    curves.which, curves.place = 0, 120
    still = curves.static()
    assert still.plain.startswith("sigmoid at z = 0.00: a is 0.500, its slope is 0.250.")
    assert "<img" in still.html
    assert "at most 0.25 near z = 0" in still.html


def test_a_leak_of_ones_own():
    curves = ActivationCurves([Tanh(), LeakyReLU(0.3)], shown="leaky ReLU", z=-2)
    assert curves.curves[curves.which]["slope"][curves.place] == 0.3


class TestBadInput:
    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"shown": "swish"}, "shown='swish' is none of the activations: sigmoid, tanh, ReLU"),
            ({"activations": []}, "none of the activations: none"),
            ({"z": 7.0}, "z=7.0 is outside of the picture; choose a number from -6 to 6"),
            ({"z": float("nan")}, "z=nan is outside"),
        ],
    )
    def test_it_says_what_there_is(self, given, says):
        with pytest.raises(ValueError, match=says):
            ActivationCurves(**given)

    def test_a_place_that_is_not_there(self):
        curves = ActivationCurves()
        with pytest.raises(TraitError, match="choose from 0 to 240"):
            curves.place = 241
        with pytest.raises(TraitError, match="choose from 0 to 5"):
            curves.which = -1
