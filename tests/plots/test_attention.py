"""Attention drawn: each weight in its cell, beside its words, and told in words."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import attention_maps, attention_rows

WORDS = ("the", "doctor", "the")
LEVEL = np.array([[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.5, 0.25]])
SHARP = np.array([[1, 0, 0], [0, 1, 0], [0.1, 0.3, 0.6]])


def written(ax):
    return {tuple(text.get_position()): text.get_text() for text in ax.texts}


def test_a_map_has_a_row_for_each_word_and_writes_no_future():
    left, right = attention_maps({"before": LEVEL, "after": SHARP}, WORDS).axes
    assert (left.get_title("left"), right.get_title("left")) == ("before", "after")
    for ax, weights in ((left, LEVEL), (right, SHARP)):
        np.testing.assert_array_equal(ax.images[0].get_array(), weights)
        assert ax.images[0].get_clim() == (0, 1)
        assert [label.get_text() for label in ax.get_xticklabels()] == list(WORDS)
        assert ax.get_xlabel() == "is looked at"
        assert len(ax.texts) == 6
        assert written(ax)[1, 2] == f"{weights[2, 1]:.2f}"
    assert [label.get_text() for label in left.get_yticklabels()] == list(WORDS)


def test_the_words_tell_the_last_row_and_which_of_two_equal_words():
    assert alt_text(attention_maps({"before": LEVEL, "after": SHARP}, WORDS)) == (
        "Attention in “the doctor the”, a row for each word that looks. The last word's row, before: 0.50 to "
        "doctor and 0.25 to the (word 1); after: 0.60 to the (word 3) and 0.30 to doctor."
    )


def test_texts_of_different_lengths_end_at_the_same_place():
    figure = attention_rows({"short": ("ate the", [0.9, 0.1]), "long": ("doctor ate the", [0.2, 0.7, 0.1])})
    (ax,) = figure.axes
    assert written(ax) == {
        (1, 0): "ate\n0.90", (2, 0): "the\n0.10",
        (0, 1): "doctor\n0.20", (1, 1): "ate\n0.70", (2, 1): "the\n0.10",
    }  # fmt: skip
    assert np.isnan(ax.images[0].get_array()[0, 0]) or ax.images[0].get_array().mask[0, 0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["short", "long"]
    assert alt_text(figure) == (
        "What the last word of each text looks at. short, “ate the”: 0.90 to ate and 0.10 to the; long, "
        "“doctor ate the”: 0.70 to ate and 0.20 to doctor."
    )


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"'before' expected weights of shape \(3, 3\).*got \(2, 2\)"):
        attention_maps({"before": np.eye(2)}, WORDS)
    with pytest.raises(ValueError, match=r"adds up to 1 in each row, got \[0.8\]"):
        attention_rows({"x": ("ate the", [0.7, 0.1])})
    with pytest.raises(ValueError, match=r"'x': attention is never negative, got -0.2"):
        attention_rows({"x": ("ate the", [1.2, -0.2])})
    with pytest.raises(ValueError, match="a word looks at no later one"):
        attention_maps({"before": np.full((3, 3), 1 / 3)}, WORDS)
    for draw in (lambda: attention_maps({}, WORDS), lambda: attention_rows({})):
        with pytest.raises(ValueError, match="or more, got none"):
            draw()
