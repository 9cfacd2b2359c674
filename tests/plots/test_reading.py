"""A digit, its probabilities and its gradient in one row, told in words that hold on every machine."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots.reading import digit_reading

PICTURE = np.eye(28)
SLOPES = np.linspace(-2, 1, 784).reshape(28, 28)


def shares(best, of=9):
    probabilities = np.full(10, (1 - best) / 9)
    probabilities[of] = best
    return probabilities


@pytest.mark.parametrize(
    ("best", "words"),
    [(0.97, "that of 9, with over 90 %."), (0.6, "that of 9, with over half."), (0.3, "that of 9.")],
)
def test_words_keep_to_what_is_sure(best, words):
    figure = digit_reading(PICTURE, shares(best), SLOPES, target=7, label=4)
    assert alt_text(figure).startswith("A handwritten 4. ")
    assert words in alt_text(figure)
    assert "the gradient of the loss for a 7" in alt_text(figure)


def test_bars_are_the_probabilities_and_white_is_zero():
    figure = digit_reading(PICTURE, shares(0.6), SLOPES, target=7, label=4)
    _, bars, slopes = figure.axes[:3]
    assert [bar.get_width() for bar in bars.patches] == pytest.approx(shares(0.6).tolist())
    assert bars.get_yticklabels()[7].get_text() == "target 7"
    assert slopes.images[0].get_clim() == (-2, 2)


def test_a_gradient_of_zero_is_white():
    slopes = digit_reading(PICTURE, shares(0.6), np.zeros((28, 28)), target=7, label=4).axes[2].images[0]
    assert slopes.norm(0.0) == 0.5


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"of shape \(28, 28\) and 10 probabilities, got \(784,\)"):
        digit_reading(PICTURE.ravel(), shares(0.6), SLOPES, target=7, label=4)


def test_without_a_gradient_its_panel_is_left_out_and_bars_have_numbers():
    figure = digit_reading(PICTURE, [0, 0.02, 0.08, 0.825, 0, 0, 0, 0.07, 0.005, 0], target=7, label=7)
    assert len(figure.axes) == 2
    assert [text.get_text() for text in figure.axes[1].texts] == ["0.02", "0.08", "0.82", "0.07"]
    assert alt_text(figure) == (
        "A handwritten 7, and ten bars of probability: 3 has 0.82, 2 has 0.08, 7 has 0.07 and 1 has 0.02, "
        "every other digit less than 0.01."
    )


def test_without_a_gradient_ten_equal_bars_have_ten_numbers():
    figure = digit_reading(PICTURE, np.full(10, 0.1), target=7, label=7)
    assert alt_text(figure).endswith("8 has 0.10 and 9 has 0.10.")
