"""A motion and its way back: what is said of where they part, and what is cut off."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import there_and_back

TIMES = np.linspace(0, 2, 5)
THERE = np.array([1.0, 0.8, 0.5, 0.2, 0.0])


def test_it_says_when_they_part_looking_backwards():
    back = THERE + [9.0, 0.06, 0.04, 0.0, 0.0]  # more than a twentieth of the height, up to 0.5 seconds
    assert alt_text(there_and_back(TIMES, THERE, back, quantity="angle")) == (
        "The angle over 2.0 seconds goes from 1.0 to 0; on the way back they part at 0.50 seconds."
    )


def test_a_way_back_that_is_not_finite_has_parted():
    back = THERE.copy()
    back[0] = np.nan
    assert "part at 0 seconds" in alt_text(there_and_back(TIMES, THERE, back, quantity="angle"))


def test_it_says_when_they_do_not_part():
    words = alt_text(there_and_back(TIMES, THERE, THERE, quantity="speed"))
    assert words.endswith("the way back lies upon it, down to the start.")


def test_what_flies_off_does_not_flatten_the_way_there():
    ax = there_and_back(TIMES, THERE, THERE + [1e9, 0, 0, 0, 0], quantity="angle")
    assert ax.get_ylim() == pytest.approx((-0.3, 1.3))


@pytest.mark.parametrize(
    ("there", "back", "words"),
    [
        (THERE[:4], THERE, "one shape"),
        (THERE, THERE[:4], "one shape"),
        (np.full(5, 2.0), THERE, "moves"),
        ([1.0, np.inf, 0, 0, 0], THERE, "finite"),
    ],
)
def test_paths_that_cannot_be_drawn(there, back, words):
    with pytest.raises(ValueError, match=words):
        there_and_back(TIMES, there, back, quantity="angle")
