"""The picture of a unit at each of its steps: every number is written, and told in words."""

import pytest

from backproplab.display import alt_text
from backproplab.plots import unrolled

NUMBERS = ([1.0, 0.5], [0.0, 0.25, 0.75], [-0.5, 2.0], [0.0, 0.125])


def test_every_state_message_and_share_is_written():
    ax = unrolled(*NUMBERS)
    written = {text.get_text() for text in ax.texts}
    assert {"h₀\n0", "h₁\n0.25", "h₂\n0.75", "x₁ = 1", "x₂ = 0.5", "−0.5", "2", "0.125"} <= written
    assert {"∂L/∂u = 0.125", "× u", "× w"} <= written


def test_a_share_stands_beside_its_arrow():
    ax = unrolled([1.0, 0.5, -0.5], [0.0, 0.5, 0.75, 0.25], [-0.1, -0.2, -0.3], [-0.375, -0.137, -0.403])
    ax.get_figure().draw_without_rendering()
    (middle,) = [text for text in ax.texts if text.get_text() == "−0.137"]
    second_state, _ = ax.transData.transform((4.0, 0.0))
    assert middle.get_window_extent().x0 > second_state


def test_the_words_follow_the_message_from_the_last_step():
    words = alt_text(unrolled(*NUMBERS))
    assert "One unit drawn at 2 steps." in words
    assert "∂L/∂h₂ = 2; ∂L/∂h₁ = −0.5." in words
    assert "a share goes up to u, 0, 0.125, together 0.125." in words


@pytest.mark.parametrize("which", range(4))
def test_lengths_that_do_not_fit(which):
    numbers = [list(each) for each in NUMBERS]
    numbers[which].append(1.0)
    with pytest.raises(ValueError, match="for each step, and one state more"):
        unrolled(*numbers)
