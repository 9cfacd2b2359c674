"""What a learning rate makes of the loss, for several optimisers side by side. Lesson 15."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from backproplab.display import describe
from backproplab.plots.style import LINES, MARKERS, SERIES, axes_or_new, house_style, log_axis
from backproplab.plots.words import join, number


@house_style()
def rate_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, loss: str = "loss", ax: Axes | None = None
) -> Axes:
    """Draw the loss over the learning rate, both on logarithmic axes, a line for each name.

    `curves` holds `(rates, losses)` of one shape for each; `loss` is what the axis says. A loss that is not
    finite is not drawn, and the alt text says at which rates. ValueError for no curve, more than six, or one
    without a finite loss.
    """
    if not 0 < len(curves) <= len(LINES):
        raise ValueError(f"rate_curves() draws one to {len(LINES)} curves, got {len(curves)}")
    ax = axes_or_new(ax, height=3.4)
    sentences = []
    for (name, pair), line, marker, colour in zip(curves.items(), LINES, MARKERS, SERIES, strict=False):
        rates, losses = (np.asarray(values, float) for values in pair)
        finite = np.isfinite(losses)
        if rates.shape != losses.shape or rates.ndim != 1 or not finite.any():
            raise ValueError(
                f"rate_curves() needs rates and losses of one shape (rates,), some losses finite, got "
                f"{rates.shape} and {losses.shape} for {name!r}"
            )
        ax.plot(rates[finite], losses[finite], linestyle=line, marker=marker, color=colour, label=name)
        best = int(np.nanargmin(np.where(finite, losses, np.nan)))
        lost = join([number(rate) for rate in rates[~finite]])
        sentences.append(
            f"{name} is lowest, {number(losses[best])}, at {number(rates[best])}"
            + (f", and has no finite loss at {lost}" if lost else "")
        )
    ax.set_xscale("log")
    log_axis(ax)
    ax.set_xlabel("learning rate")
    ax.set_ylabel(loss)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    describe(ax, f"The {loss} over the learning rate: {'; '.join(sentences)}.")
    return ax
