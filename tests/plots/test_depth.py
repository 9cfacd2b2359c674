"""Sizes of signal and message by layer: one style a case, and both journeys told in words."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import sizes_by_layer

HALVED, LEVEL = 0.5 ** np.arange(11.0), np.ones(11)
TWO = {"halved": (HALVED, HALVED[::-1]), "level": (LEVEL, LEVEL)}


def test_signal_and_message_of_each_case_are_drawn_over_the_layers():
    left, right = sizes_by_layer(TWO).axes
    for ax, which in ((left, 0), (right, 1)):
        assert ax.get_yscale() == "log"
        for line, (name, pair) in zip(ax.lines, TWO.items(), strict=True):
            assert line.get_label() == name
            assert np.array_equal(line.get_xdata(), np.arange(11))
            assert np.array_equal(line.get_ydata(), pair[which])


def test_a_case_keeps_its_style_and_no_two_share_one():
    left, right = sizes_by_layer(TWO).axes
    styles = [(line.get_linestyle(), line.get_marker()) for line in left.lines]
    assert styles == [(line.get_linestyle(), line.get_marker()) for line in right.lines]
    assert len({marker for _, marker in styles}) == len(set(styles)) == 2
    assert len({line.get_color() for line in [*left.lines, *right.lines]}) == 4


def test_the_legend_shows_the_style_of_a_case_in_the_colour_of_neither_panel():
    figure = sizes_by_layer(TWO)
    (legend,) = figure.legends
    shown, drawn = legend.get_lines(), figure.axes[0].lines
    assert [(line.get_linestyle(), line.get_marker()) for line in shown] == [
        (line.get_linestyle(), line.get_marker()) for line in drawn
    ]
    colours = {line.get_color() for ax in figure.axes for line in ax.lines}
    assert not colours & {line.get_color() for line in shown}


def test_the_words_follow_the_message_back_to_the_input():
    fades = {"fades": (LEVEL, 0.1 ** np.arange(11.0)[::-1])}
    assert alt_text(sizes_by_layer(fades)) == (
        "Sizes over 10 layers, on a log scale. fades: the signal stays near 1, the message back goes from "
        "1 to about 1e−10."
    )


def test_sizes_are_told_to_their_first_digit():
    odd = {"odd": (np.geomspace(1, 4e-5, 11), np.geomspace(6.6e-5, 1, 11))}
    assert "to about 4e−5, the message back goes from 1 to about 7e−5" in alt_text(sizes_by_layer(odd))


def test_a_line_that_steps_once_and_is_level_then_is_told_as_such():
    stepped = {"stepped": (np.array([1, *[0.3] * 10]), LEVEL)}
    assert (
        "the signal goes from 1 to about 0.3 in the first step and then stays level, the message back stays"
        in alt_text(sizes_by_layer(stepped))
    )


def test_the_legend_lies_on_no_line():
    figure = sizes_by_layer(
        {"fades": (0.1 ** np.arange(31.0), np.ones(31)), **{n: (np.ones(31),) * 2 for n in "abcde"}}
    )
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert not any(legend.get_window_extent().overlaps(ax.get_window_extent()) for ax in figure.axes)


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ({}, "one to 6 cases, got 0"),
        ({"short": (LEVEL, LEVEL[1:])}, r"got \[\(10,\), \(11,\)\]"),
        ({"a table": (np.ones((2, 2)), np.ones((2, 2)))}, r"got \[\(2, 2\)\]"),
        ({"gone": (LEVEL, 0 * LEVEL)}, "0.0 of 'gone' has no place"),
        ({"nan": (LEVEL * np.nan, LEVEL)}, "nan of 'nan' has no place"),
    ],
)
def test_what_cannot_be_drawn_is_refused(cases, message):
    with pytest.raises(ValueError, match=message):
        sizes_by_layer(cases)
