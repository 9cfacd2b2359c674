"""Costs over sizes, and the valley of checkpoints: drawn is what is given, and the words are computed."""

from itertools import pairwise

import numpy as np
import pytest

from backproplab.costs import load_costs
from backproplab.display import alt_text
from backproplab.plots import checkpoint_valley, cost_curves

SIZES = [1, 2, 4, 8, 16]
CURVES = {"square": (SIZES, [s**2 for s in SIZES]), "level": (SIZES, [7] * 5)}


def test_each_curve_is_drawn_on_log_axes_in_a_style_of_its_own():
    ax = cost_curves(CURVES, over="inputs", cost="operations")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    for line, (name, (sizes, costs)) in zip(ax.lines, CURVES.items(), strict=True):
        assert line.get_label() == name
        assert line.get_xdata().tolist() == sizes
        assert line.get_ydata().tolist() == costs
    assert len({(line.get_linestyle(), line.get_marker(), line.get_color()) for line in ax.lines}) == 2
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "4", "8", "16"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("inputs", "operations")


def test_the_words_say_what_a_doubling_does_in_the_upper_half():
    bent = {"bent": ([1, 2, 4, 8], [100, 3, 12, 48]), **CURVES}
    assert alt_text(cost_curves(bent, over="inputs", cost="operations")) == (
        "The operations over the inputs, both on log scales: "
        "bent goes from 100 at 1 to 48 at 8, and in the upper half each doubling multiplies it by about 4.0; "
        "square goes from 1 at 1 to 256 at 16, and in the upper half each doubling multiplies it by "
        "about 4.0; "
        "level goes from 7 at 1 to 7 at 16, and in the upper half each doubling multiplies it by about 1.0."
    )


def test_the_words_say_which_curve_lies_below_another_at_every_size():
    curves = {"low": ([1, 2], [3, 4]), "high": ([1, 2], [5, 5]), "elsewhere": ([1, 3], [9, 9])}
    told = alt_text(cost_curves(curves, over="inputs", cost="operations"))
    assert told.endswith("; low lies below high throughout.")
    assert told.count("throughout") == 1
    curves["high"] = [1, 2], [5, 4]
    assert "throughout" not in alt_text(cost_curves(curves, over="inputs", cost="operations"))


def test_many_sizes_are_not_all_labelled():
    many = {"line": (np.geomspace(1, 1e6, 30), np.geomspace(1, 1e6, 30))}
    assert len(cost_curves(many, over="weights", cost="seconds").get_xticks()) < 15


def test_sizes_that_fit_are_named_in_full_and_apart():
    sizes = [point.weights for point in load_costs().weights]
    ax = cost_curves({"seconds": (sizes, sizes)}, over="weights", cost="seconds")
    ax.figure.draw_without_rendering()
    labels = [label for label in ax.get_xticklabels() if label.get_text()]
    assert [label.get_text() for label in labels] == [f"{size:,}" for size in sizes]
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    assert "at 12,730 to" in alt_text(ax)


KEPT, PEAKS = [8.2e6, 2.1e6, 0.5e6, 0.1e6], [8.9e6, 3.2e6, 3.3e6, 8.8e6]


def test_the_valley_has_both_curves_its_least_and_the_root():
    ax = checkpoint_valley([1, 4, 16, 64], KEPT, PEAKS, layers=64)
    peaks, kept, star, root = ax.lines
    np.testing.assert_allclose(peaks.get_ydata(), np.array(PEAKS) / 1e6)
    np.testing.assert_allclose(kept.get_ydata(), np.array(KEPT) / 1e6)
    assert (peaks.get_marker(), peaks.get_linestyle()) != (kept.get_marker(), kept.get_linestyle())
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (4, 3.2)
    assert root.get_xdata() == [8, 8]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "4", "16", "64"]
    assert ax.get_ylim()[0] == 0


def test_the_words_of_the_valley():
    assert alt_text(checkpoint_valley([1, 4, 16, 64], KEPT, PEAKS, layers=64)) == (
        "The most memory of a pass through 64 layers, over the layers in a block: 8.9 MB with 1, "
        "8.8 MB with 64, and least, 3.2 MB, with 4; √64 is 8. "
        "What stays between the passes falls from 8.2 to 0.1 MB."
    )
    small = checkpoint_valley([1, 2], [4000, 2000], [5000, 6000], layers=2)
    assert "5 kB with 1, 6 kB with 2, and least, 5 kB, with 1; √2 is 1.4" in alt_text(small)


@pytest.mark.parametrize(("kept", "way"), [([1, 2], "rises from 1 to 2"), ([2, 2], "goes from 2 to 2")])
def test_the_words_say_which_way_what_is_kept_goes(kept, way):
    ax = checkpoint_valley([1, 2], 1000 * np.array(kept), [5000, 6000], layers=2)
    assert f"between the passes {way} kB." in alt_text(ax)


def test_no_words_lie_on_each_other():
    ax = checkpoint_valley([1, 4, 16, 64], KEPT, PEAKS, layers=64)
    ax.figure.draw_without_rendering()
    texts = [*ax.texts, *ax.get_xticklabels(), ax.xaxis.label, ax.yaxis.label, ax.get_legend()]
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[:place])


@pytest.mark.parametrize(
    ("curves", "says"),
    [
        ({}, "one to 6 curves, got 0"),
        ({"short": ([1], [1])}, "two points or more"),
        ({"apart": ([1, 2], [1, 2, 3])}, r"got \(2,\) and \(3,\) for 'apart'"),
        ({"zero": ([1, 2], [0, 1])}, "of 'zero' not all are so"),
        ({"falls": ([2, 1], [1, 1])}, "of 'falls' not all are so"),
        ({"nan": ([1, 2], [1, np.nan])}, "of 'nan' not all are so"),
    ],
)
def test_what_is_no_curve(curves, says):
    with pytest.raises(ValueError, match=says):
        cost_curves(curves, over="inputs", cost="operations")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (([1, 2], [1], [1, 2]), "three lists of one length"),
        (([], [], []), "three lists of one length"),
        (([2, 1], [1, 1], [1, 1]), "rise from 1 to at most 8"),
        (([1, 9], [1, 1], [1, 1]), "rise from 1 to at most 8"),
        (([1, 2], [1, 1], [np.nan, 1]), "finite, and peaks above 0"),
        (([1, 2], [np.inf, 1], [1, 1]), "finite, and peaks above 0"),
        (([1, 2], [-1, 1], [1, 1]), "finite, and peaks above 0"),
        (([1, 2], [0, 0], [0, 0]), "finite, and peaks above 0"),
    ],
)
def test_what_is_no_valley(given, says):
    with pytest.raises(ValueError, match=says):
        checkpoint_valley(*given, layers=8)
