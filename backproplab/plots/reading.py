"""What a network reads in a digit, in one row: the picture, the probabilities, the gradient on its pixels."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import INK, PALE, ROLES, SIGNED, colour_bar, house_style, panels
from backproplab.plots.words import join, number

Floats = NDArray[np.float64]
LEAST_WRITTEN = 0.01


@house_style()
def digit_reading(
    picture: ArrayLike,
    probabilities: ArrayLike,
    gradient: ArrayLike | None = None,
    *,
    target: int,
    label: int,
) -> Figure:
    """Draw a digit, the probabilities it was given, and ∂L/∂pixel of its loss for `target`, side by side.

    `picture` and `gradient` are `(28, 28)`, `probabilities` `(10,)`; `label` says what the digit is. Without
    a gradient two panels are drawn, and every probability from 0.01 on has its number, in the alt text too.
    """
    ink, shares = np.asarray(picture, float), np.asarray(probabilities, float)
    slopes = np.zeros((28, 28)) if gradient is None else np.asarray(gradient, float)
    if ink.shape != (28, 28) or slopes.shape != (28, 28) or shares.shape != (10,):
        raise ValueError(
            "digit_reading expected a picture and a gradient of shape (28, 28) and 10 probabilities, "
            f"got {ink.shape}, {slopes.shape} and {shares.shape}"
        )
    if gradient is None:
        figure, axes = panels(1, 2, width=5.8, height=2.75)
    else:
        figure, axes = panels(1, 3, height=2.75)
    axes[0, 0].imshow(ink, cmap="gray_r", vmin=0, vmax=1)
    axes[0, 0].set_title("What the network sees")
    _bars(axes[0, 1], shares, target)
    if gradient is None:
        _write_shares(axes[0, 1], shares)
    else:
        _map(axes[0, 2], slopes, target)
    for ax in axes[0, ::2]:  # the pictures
        ax.grid(visible=False)
        ax.set(xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(visible=True, edgecolor=PALE)
    describe(figure, _words(shares, target, label) if gradient is not None else _numbers(shares, label))
    return figure


def _map(ax: Axes, slopes: Floats, target: int) -> None:
    limit = float(np.abs(slopes).max()) or 1.0
    drawn = ax.imshow(slopes, cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.set_title(f"∂L/∂pixel for a {target}")
    most = number(limit)
    colour_bar(ax, drawn, ticks=[-limit, 0, limit], names=[f"−{most}", "0", f"+{most}"], title="")


def _bars(ax: Axes, shares: Floats, target: int) -> None:
    ax.barh(range(10), shares, color=ROLES["value"].colour, height=0.7)
    ax.set(xlim=(0, 1), xticks=[0, 0.5, 1], xlabel="probability", ylim=(9.6, -0.6))
    ax.set_yticks(range(10), [f"target {digit}" if digit == target else str(digit) for digit in range(10)])
    ax.set_title("Probabilities")
    ax.grid(visible=False)
    ax.tick_params(axis="y", length=0, labelcolor=INK)


def _write_shares(ax: Axes, shares: Floats) -> None:
    ax.set_xlim(0, 1.2)  # room for a number beside the longest bar
    ax.spines["bottom"].set_bounds(0, 1)
    for digit, share in enumerate(shares):
        if share >= LEAST_WRITTEN:
            ax.text(share + 0.02, digit, f"{share:.2f}", va="center", fontsize=9, color=INK)


def _numbers(shares: Floats, label: int) -> str:
    written = np.flatnonzero(shares >= LEAST_WRITTEN)
    order = written[np.argsort(-shares[written], kind="stable")]
    given = join([f"{digit} has {shares[digit]:.2f}" for digit in order])
    rest = "" if len(order) == len(shares) else f", every other digit less than {LEAST_WRITTEN}"
    return f"A handwritten {label}, and ten bars of probability: {given}{rest}."


def _words(shares: Floats, target: int, label: int) -> str:
    """In words that hold on every machine: a training's last digits do not."""
    best = int(shares.argmax())
    sure = next(
        (words for least, words in ((0.9, "over 90 %"), (0.5, "over half")) if shares[best] > least), ""
    )
    return (
        f"A handwritten {label}. The longest of ten bars of probability is that of {best}"
        f"{f', with {sure}' if sure else ''}. A map shows the gradient of the loss for a {target} on the "
        f"pixels: blue where more ink would make it more of a {target}, vermillion where less would."
    )
