"""The picture of an angle that changes in training: its lines, its words, and what it refuses."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.alignment import angle_curves

STEPS = (0, 10, 100)


def test_a_line_has_the_angles_at_their_steps():
    ax = angle_curves({"seed 0": [91.0, 60.0, 42.4], "seed 1": [88.0, 70.0, 50.0]}, STEPS)
    first, second = ax.get_lines()[:2]
    np.testing.assert_array_equal(first.get_xdata(), STEPS)
    np.testing.assert_array_equal(first.get_ydata(), [91.0, 60.0, 42.4])
    assert first.get_linestyle() != second.get_linestyle()
    assert ax.get_ylim()[0] == 0


def test_the_words_say_where_each_run_begins_and_ends():
    words = alt_text(angle_curves({"seed 0": [91.0, 60.0, 42.4], "seed 1": [88.0, 70.0, 50.0]}, STEPS))
    assert "measured 3 times from step 0 to 100" in words
    assert words.endswith("seed 0: from 91° to 42°; seed 1: from 88° to 50°.")


@pytest.mark.parametrize("angles", [[90.0, 80.0], [90.0, -1.0, 3.0], [90.0, 181.0, 3.0], [90.0, np.nan, 3.0]])
def test_angles_that_cannot_be_drawn(angles):
    with pytest.raises(ValueError, match="needs 3 angles between 0 and 180"):
        angle_curves({"bad": angles}, STEPS)


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="at least one step"):
        angle_curves({"a": []}, [])


def test_as_many_runs_as_there_are_line_styles():
    for runs in ({}, {str(index): [90.0, 80.0, 70.0] for index in range(20)}):
        with pytest.raises(ValueError, match="draws one to"):
            angle_curves(runs, STEPS)
