"""Losses and their gradients against a logit: two panels, one line style a loss, both ends told in words."""

import numpy as np
import pytest

from backproplab.display import alt_text
from backproplab.plots import compare_losses

Z = np.linspace(-4, 4, 33)
SOFTPLUS = np.log1p(np.exp(-Z)), -1 / (1 + np.exp(Z))  # cross-entropy of a yes
HALF_SQUARE = Z**2 / 2, Z
TWO = {"cross-entropy": SOFTPLUS, "half a square": HALF_SQUARE}


def test_each_loss_is_drawn_with_its_gradient_beside_it():
    left, right = compare_losses(Z, TWO).axes
    for ax, which in ((left, 0), (right, 1)):
        assert [line.get_label() for line in ax.lines] == list(TWO)
        for line, pair in zip(ax.lines, TWO.values(), strict=True):
            assert np.array_equal(line.get_xdata(), Z)
            assert np.array_equal(line.get_ydata(), pair[which])


def test_the_gradient_drawn_is_the_slope_of_the_loss_drawn():
    left, right = compare_losses(Z, TWO).axes
    for loss, slope in zip(left.lines, right.lines, strict=True):
        assert np.gradient(loss.get_ydata(), Z)[1:-1] == pytest.approx(slope.get_ydata()[1:-1], abs=0.01)


def test_a_loss_keeps_its_line_style_and_no_two_share_one():
    left, right = compare_losses(Z, TWO).axes
    styles = [line.get_linestyle() for line in left.lines]
    assert styles == [line.get_linestyle() for line in right.lines]
    assert len(set(styles)) == 2
    assert len({line.get_color() for line in [*left.lines, *right.lines]}) == 4


def test_it_is_told_in_words():
    assert alt_text(compare_losses(Z, {"half a square": HALF_SQUARE})) == (
        "Two panels, loss and gradient, against the logit z from −4.0 to 4.0: half a square goes from 8.0 to "
        "8.0, its gradient from −4.0 to 4.0."
    )


def test_a_gradient_that_is_steepest_in_between_is_told():
    y = 1 / (1 + np.exp(-Z))
    square = (y - 1) ** 2 / 2, (y - 1) * y * (1 - y)  # steepest at y = 1/3: 4/27 = 0.148 at z = −ln 2
    text = alt_text(compare_losses(np.array(Z), {"squared error": square}))
    assert "its gradient from −0.017 by way of −0.15 at z = −0.75 to −0.00032." in text


@pytest.mark.parametrize(
    ("logits", "losses", "message"),
    [
        (Z, {}, "one to 6 losses, got 0"),
        (Z[::-1], TWO, "that rise"),
        (Z.reshape(3, 11), TWO, r"shape \(3, 11\)"),
        (Z, {"short": (Z[1:], Z)}, "33 logits, but a loss of shape .32,. .* for 'short'"),
        (Z, {"one number": (Z, 1.0)}, "gradient of shape .. for 'one number'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(logits, losses, message):
    with pytest.raises(ValueError, match=message):
        compare_losses(logits, losses)
