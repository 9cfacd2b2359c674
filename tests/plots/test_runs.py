"""Training runs side by side: each drawn from epoch 1, named at its end, told in words."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import training_runs

RUNS = {"healthy": [1.7, 0.9, 0.4], "A": [2.3, 2.3, 2.3]}


def test_each_run_is_drawn_from_the_first_epoch_and_named():
    ax = training_runs(RUNS)
    for line, losses in zip(ax.lines, RUNS.values(), strict=True):
        assert line.get_xdata().tolist() == [1, 2, 3]
        assert line.get_ydata().tolist() == losses
    assert [text.get_text() for text in ax.texts] == list(RUNS)
    assert ax.get_ylim()[0] == 0


def test_no_two_runs_look_alike():
    lines = training_runs({str(k): [k, k] for k in range(1, 7)}).lines
    assert len({line.get_color() for line in lines}) == 6
    assert len({line.get_marker() for line in lines}) == 6


def test_it_is_told_in_words():
    assert alt_text(training_runs(RUNS)) == (
        "The loss over 3 epochs: healthy goes from 1.7 to 0.40 and A goes from 2.3 to 2.3."
    )


def test_a_run_that_rises_again_and_one_that_breaks_are_told():
    text = alt_text(training_runs({"B": [1.2, 0.8, 2.5], "C": [2.0, np.nan, np.inf]}))
    assert "B goes from 1.2 by way of 0.80 to 2.5" in text
    assert "C goes from 2.0 to 2.0, and is not finite from epoch 2 on" in text
    text = alt_text(training_runs({"D": [1.0, np.inf, 0.5]}))
    assert "D goes from 1.0 to 0.50, and is not finite at epoch 2." in text


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({}, "one to 6 runs, got 0"),
        ({"A": [[1.0]]}, r"got \(1, 1\) for 'A'"),
        ({"A": [np.nan]}, "some of them finite"),
    ],
)
def test_what_cannot_be_drawn_is_refused(runs, message):
    with pytest.raises(ValueError, match=message):
        training_runs(runs)
