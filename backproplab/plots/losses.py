"""Losses side by side: what each charges for a logit, and which gradient it sends back. After lesson 09."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import LINES, house_style, panels, shades
from backproplab.plots.words import number

Floats = NDArray[np.float64]


@house_style()
def compare_losses(logits: ArrayLike, losses: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """Draw losses against a logit, and beside them their gradients with respect to it.

    `logits` has shape (k,), rising; `losses` holds, by name, the loss at each logit and its gradient there,
    each (k,). In both panels a loss keeps its line style. The alt text tells both at the two ends,
    and where a gradient is steepest in between.
    ValueError if there is no loss, if the logits do not rise or if shapes differ.
    """
    z = np.asarray(logits, float)
    curves = _check(z, losses)
    figure, ((left, right),) = panels(1, 2, height=3.2)
    for ax, role, which in ((left, "loss", 0), (right, "gradient", 1)):
        for (name, pair), line, colour in zip(curves.items(), LINES, shades(role, len(curves)), strict=False):
            ax.plot(z, pair[which], linestyle=line, color=colour, label=name)
        ax.set(xlabel="logit z", xlim=(z[0], z[-1]))
        ax.legend(loc="best")
    left.set(title="Loss", ylabel="L")
    right.set(title="Gradient", ylabel="∂L/∂z")
    sentences = [
        f"{name} goes from {number(loss[0])} to {number(loss[-1])}, its gradient from {_course(z, slope)}"
        for name, (loss, slope) in curves.items()
    ]
    describe(
        figure,
        "Two panels, loss and gradient, against the logit z from "
        f"{number(z[0])} to {number(z[-1])}: {'; '.join(sentences)}.",
    )
    return figure


def _course(z: Floats, slope: Floats) -> str:
    """Both ends, and the steepest place where it lies between them."""
    steepest = int(np.abs(slope).argmax())
    between = f" by way of {number(slope[steepest])} at z = {number(z[steepest])}"
    return f"{number(slope[0])}{between if 0 < steepest < len(z) - 1 else ''} to {number(slope[-1])}"


def _check(z: Floats, losses: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> dict[str, tuple[Floats, Floats]]:
    """The curves as arrays; there are as many line styles as losses at most."""
    if z.ndim != 1 or len(z) < 2 or not (np.diff(z) > 0).all():
        raise ValueError(f"compare_losses() needs logits of shape (k,) that rise, got shape {z.shape}")
    if not 0 < len(losses) <= len(LINES):
        raise ValueError(f"compare_losses() draws one to {len(LINES)} losses, got {len(losses)}")
    curves = {}
    for name, pair in losses.items():
        loss, slope = (np.asarray(values, float) for values in pair)
        if loss.shape != z.shape or slope.shape != z.shape:
            raise ValueError(
                f"compare_losses() got {len(z)} logits, but a loss of shape {loss.shape} and a gradient of "
                f"shape {slope.shape} for {name!r}; give one of each for each logit"
            )
        curves[name] = (loss, slope)
    return curves
