"""Tangents, nudges and the V of finite differences: what is drawn is what was measured."""

import math
from itertools import pairwise

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.slopes import error_curve, tangent
from backproplab.plots.style import panels


def line(ax, label):
    return next(line for line in ax.lines if str(line.get_label()).startswith(label))


def test_the_tangent_touches_the_curve_with_the_given_slope():
    ax = tangent(math.exp, 0.5, derivative=math.exp(0.5))
    x, y = line(ax, "tangent").get_data()
    assert np.diff(y) / np.diff(x) == pytest.approx(math.exp(0.5))
    assert np.interp(0.5, x, y) == pytest.approx(math.exp(0.5))
    assert (line(ax, "f(x)").get_ydata() >= y - 1e-12).all()  # exp lies above each of its tangents


@pytest.mark.parametrize("nudge", [0.5, -0.5, 1e-4])
def test_the_triangle_goes_across_by_the_nudge_and_then_to_the_curve(nudge):
    ax = tangent(lambda x: x * x, 2.0, derivative=4.0, nudge=nudge)
    x, y = line(ax, "nudge").get_data()
    assert list(x) == pytest.approx([2, 2 + nudge, 2 + nudge])
    assert list(y) == pytest.approx([4, 4, (2 + nudge) ** 2])
    low, high = ax.get_xlim()
    assert high - low == pytest.approx(6 * abs(nudge))


def test_the_sides_of_the_triangle_are_labelled_with_their_lengths():
    ax = tangent(lambda x: x * x, 2.0, derivative=4.0, nudge=0.5)
    assert {text.get_text() for text in ax.texts} == {"Δx = 0.5", "Δf = 2.25"}
    assert alt_text(ax) == (
        "A curve around x = 2, where f(x) = 4, its tangent there of slope 4."
        " A nudge of 0.5 in x changes f(x) by 2.25, which is 4.5 for each unit of x."
    )


def test_the_sides_are_called_as_the_text_calls_them():
    ax = tangent(lambda v: v * v, 2.0, derivative=4.0, nudge=0.5, names=("v", "s(v)"))
    assert {text.get_text() for text in ax.texts} == {"Δv = 0.5", "Δs = 2.25"}
    assert line(ax, "nudge").get_label() == "nudge, Δs/Δv = 4.5"


def test_without_a_nudge_there_is_no_triangle():
    ax = tangent(math.sin, 2.0, derivative=math.cos(2.0))
    assert [text.get_text() for text in ax.texts] == ["(2, 0.9093)"]  # where the point is, and no sides
    assert "nudge" not in alt_text(ax)


@pytest.mark.parametrize("nudge", [None, 0.5])
def test_the_view_reaches_as_far_as_it_is_told_to(nudge):
    ax = tangent(lambda x: x * x, 2.0, derivative=4.0, nudge=nudge, reach=1.25)
    assert ax.get_xlim() == pytest.approx((0.75, 3.25))
    assert line(ax, "f(x)").get_xdata()[[0, -1]] == pytest.approx([0.75, 3.25])


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_legends_of_neighbouring_panels_stay_apart(columns):
    figure, axes = panels(1, columns)
    for ax in axes[0]:
        tangent(math.exp, 2.0, derivative=math.exp(2.0), nudge=0.5, ax=ax)
    figure.draw_without_rendering()
    boxes = [ax.get_legend().get_window_extent() for ax in axes[0]]
    assert boxes[-1].x1 <= figure.bbox.x1
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes))


def test_tangent_refuses_what_has_no_slope_to_show():
    with pytest.raises(ValueError, match="nudge of 0"):
        tangent(math.sin, 2.0, derivative=1.0, nudge=0.0)
    with pytest.raises(ValueError, match="finite f"):
        tangent(lambda x: math.inf if x == 2.0 else x, 2.0, derivative=1.0)
    with pytest.raises(ValueError, match="reach of -1"):
        tangent(math.sin, 2.0, derivative=1.0, reach=-1.0)


NUDGES = np.logspace(-10, -1, 46)
FORWARD = NUDGES / 2 + 1e-16 / NUDGES  # least at √2 · 1e−8
CENTRAL = NUDGES**2 / 6 + 1e-16 / NUDGES  # least near 6.7e−6


BOTH = {"forward": FORWARD, "central": CENTRAL}


def test_a_marker_stands_at_the_least_error_of_each_curve():
    measured = {"forward": 2 * FORWARD, "central": CENTRAL[::-1]}
    ax = error_curve(NUDGES, measured, predicted=BOTH)
    for name, error in measured.items():
        assert line(ax, f"{name}:").get_markevery() == [int(error.argmin())]
        assert line(ax, f"{name}, predicted").get_markevery() == [int(BOTH[name].argmin())]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "forward: least at n = 2×10⁻⁸",
        "forward, predicted: least at n = 2×10⁻⁸",
        "central: least at n = 2×10⁻⁶",
        "central, predicted: least at n = 6×10⁻⁶",
    ]


def test_a_prediction_lies_broken_over_its_measurement_with_the_same_marker():
    ax = error_curve(NUDGES, {"forward": 2 * FORWARD, "central": CENTRAL / 2}, predicted=BOTH)
    for name, error in BOTH.items():
        drawn, measured = line(ax, f"{name}, predicted"), line(ax, f"{name}:")
        assert drawn.get_ydata() == pytest.approx(error)
        assert drawn.get_marker() == measured.get_marker()
        assert drawn.get_markeredgecolor() == measured.get_color()
        assert measured.get_linestyle() == "-"
        assert drawn.get_zorder() > measured.get_zorder()
    broken = [line(ax, f"{name}, predicted").get_linestyle() for name in BOTH]
    assert len({"-", *broken}) == 3  # each in its own way: two predictions may run side by side


def test_the_curves_are_told_in_words():
    ax = error_curve(NUDGES, {"central": CENTRAL, "forward": FORWARD}, predicted=BOTH)
    assert alt_text(ax) == (
        "Error of the estimated derivative against the nudge n, from 1e−10 to 0.1, on logarithmic axes."
        " Least errors, to a power of ten: central 1e−11; forward 1e−8."
        " Broken lines are what was predicted. Least: central 2e−11 at n = 6e−6; forward 1e−8 at n = 2e−8."
    )


def test_nudges_may_come_in_any_order():
    text = alt_text(error_curve(NUDGES, BOTH, predicted=BOTH))
    backwards = {name: error[::-1] for name, error in BOTH.items()}
    assert alt_text(error_curve(NUDGES[::-1], backwards, predicted=backwards)) == text


def test_both_axes_are_logarithmic_and_an_exact_estimate_is_left_out():
    error = FORWARD.copy()
    error[20] = 0.0
    ax = error_curve(NUDGES, {"forward": error}, predicted={"forward": FORWARD}, ax=panels()[1][0, 0])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert np.flatnonzero(np.isnan(line(ax, "forward:").get_ydata())).tolist() == [20]


@pytest.mark.parametrize(
    ("nudges", "errors", "predicted", "message"),
    [
        (NUDGES, {}, BOTH, "got no errors"),
        (NUDGES, BOTH, {}, "got no errors"),
        (NUDGES, {"forward": FORWARD[1:]}, BOTH, r"46 nudges.*'forward'"),
        (NUDGES, {"exact": np.zeros(46)}, BOTH, "no error above 0 for 'exact'"),
        (-NUDGES, BOTH, BOTH, "all above 0"),
        ([], {"forward": []}, {"forward": []}, "all above 0"),
        (NUDGES.reshape(2, -1), {"forward": FORWARD.reshape(2, -1)}, BOTH, "shape"),
        (NUDGES, BOTH, {"forward": FORWARD}, "measured errors of forward and central.*of forward; give both"),
    ],
)
def test_error_curve_says_what_is_wrong_with_its_input(nudges, errors, predicted, message):
    with pytest.raises(ValueError, match=message):
        error_curve(nudges, errors, predicted=predicted)
