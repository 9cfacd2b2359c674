"""Activations above their slopes, and counts of units without one: drawn as computed, told in words."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.layers import ACTIVATIONS, GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from backproplab.plots import activation_slopes, silent_units
from backproplab.training.recorder import Series

Z = np.linspace(-4, 4, 161)


def curve(ax):
    """The longest line of the axes, which is the curve."""
    return max(ax.lines, key=lambda line: len(line.get_xdata()))


def test_each_slope_drawn_is_that_of_the_function_above_it():
    figure = activation_slopes([kind() for kind in ACTIVATIONS], Z)
    for above in (ax for ax in figure.axes if ax.get_title(loc="left")):
        rows = above.get_subplotspec()
        (below,) = (
            ax
            for ax in figure.axes
            if ax.get_subplotspec().colspan == rows.colspan
            and ax.get_subplotspec().rowspan.start == rows.rowspan.stop
        )
        a, slope = (curve(ax).get_ydata() for ax in (above, below))
        smooth = np.abs(Z) > 0.1  # ReLU and its leaky twin have a corner at 0
        assert np.gradient(a, Z)[smooth][1:-1] == pytest.approx(slope[smooth][1:-1], abs=0.01)
        assert below.get_xlim() == above.get_xlim() == (-4, 4)
        assert curve(above).get_linestyle() != curve(below).get_linestyle()


def test_every_activation_has_its_panel_by_name():
    titles = [ax.get_title(loc="left") for ax in activation_slopes([k() for k in ACTIVATIONS], Z).axes]
    assert [title for title in titles if title] == [kind.caption for kind in ACTIVATIONS]


def test_heights_can_be_compared_across_rows():
    figure = activation_slopes([Sigmoid(), Tanh(), ReLU(), LeakyReLU()], np.linspace(-4, 4, 9))
    shown = [ax for ax in figure.axes if ax.lines]
    assert len({ax.get_ylim() for ax in shown}) == 2  # one of values, one of slopes


def test_places_without_an_activation_are_empty():
    axes = activation_slopes([Sigmoid(), Tanh(), ReLU(), GELU()], Z).axes
    assert [ax.get_visible() for ax in axes].count(False) == 4


def test_it_is_told_in_words():
    assert alt_text(activation_slopes([Sigmoid(), GELU()], Z)) == (
        "Activations over z from −4.0 to 4.0, each with its slope below. sigmoid: a from 0.018 to 0.98, "
        "slope at least 0.018 and at most 0.25 near z = 0; GELU: a from about 0 past −0.17 near z = −0.75 "
        "to 4.0, slope at least −0.13 near z = −1.4 and at most 1.1 near z = 1.4."
    )


def test_a_slope_that_jumps_is_told_with_the_place():
    told = alt_text(activation_slopes([ReLU(), LeakyReLU()], Z))
    assert "ReLU: a from 0 to 4.0, slope 0 up to z = 0 and 1.0 right of it;" in told
    assert "leaky ReLU: a from −0.040 to 4.0, slope 0.010 up to z = 0 and 1.0 right of it." in told


def test_silent_units_are_those_without_any_slope():
    steps, values = np.array([1, 10, 20]), np.array([[1, 1, 0.0], [0, 0, 0.01], [1, 0, 0.02]])
    ax = silent_units({"relu1": Series(steps, values, ("a", "b", "c"))})
    assert curve(ax).get_ydata().tolist() == [1, 2, 1]
    assert alt_text(ax) == (
        "Units without a slope over training, of 3. relu1: 1 at step 1, at most 2, first at step 10, "
        "1 at the end."
    )


@pytest.mark.parametrize(
    ("dead", "told"),
    [
        ([0, 3, 5, 5], "a: 0 at step 1, 3 by step 20, 5 from step 1,000 on."),
        ([5, 5, 5, 5], "a: 5 at step 1, and so to the end."),
        ([0, 4, 1, 0], "a: 0 at step 1, at most 4, first at step 20, 0 at the end."),
    ],
)
def test_it_is_told_when_they_fell(dead, told):
    values = (np.arange(6) >= np.array(dead)[:, np.newaxis]).astype(float)  # the first so many have no slope
    series = Series(np.array([1, 20, 1000, 2000]), values, tuple("abcdef"))
    assert alt_text(silent_units({"a": series})).endswith(f"of 6. {told}")


def test_layers_of_two_sizes_are_each_told_with_their_own():
    steps = np.array([1, 2])
    ax = silent_units(
        {size: Series(steps, np.zeros((2, int(size))), tuple("abcde"[: int(size)])) for size in "35"}
    )
    assert ax.get_ylabel() == "units"
    assert alt_text(ax) == (
        "Units without a slope over training. 3, of 3: 3 at step 1, and so to the end; "
        "5, of 5: 5 at step 1, and so to the end."
    )


class TestBadInput:
    @pytest.mark.parametrize(("activations", "z"), [([], Z), ([Tanh()], Z[::-1]), ([Tanh()], [[1.0]])])
    def test_nothing_to_draw(self, activations, z):
        with pytest.raises(ValueError, match="needs one activation or more"):
            activation_slopes(activations, z)

    def test_no_layers(self):
        with pytest.raises(ValueError, match="draws one to 6 layers, got 0"):
            silent_units({})
