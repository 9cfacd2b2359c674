"""Activations with their slopes below them, and how many units a run leaves without a slope. Lesson 12."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.layers import Activation
from backproplab.plots.style import (
    LINES,
    MUTED,
    ROLES,
    SERIES,
    WIDTH,
    axes_or_new,
    house_style,
    step_axis,
)
from backproplab.plots.words import number
from backproplab.training.recorder import Series

Floats = NDArray[np.float64]
COLUMNS = 3


@house_style()
def activation_slopes(activations: Sequence[Activation], z: ArrayLike) -> Figure:
    """Draw each activation over z `(k,)`, rising, and its slope ∂a/∂z below it on the same axis of z.

    Three to a row. All functions share one scale and all slopes another, so that heights can be compared; a
    dotted line in the lower panels marks the slope 1, which passes blame on as it comes. The alt text says
    where each function begins, dips and ends, the least and the largest slope and where they are, and where a
    slope jumps.
    ValueError if there is no activation or if z does not rise.
    """
    places = np.asarray(z, float)
    if not len(activations) or places.ndim != 1 or len(places) < 2 or not (np.diff(places) > 0).all():
        raise ValueError(
            f"activation_slopes() needs one activation or more and a z of shape (k,) that rises, got "
            f"{len(activations)} and a z of shape {places.shape}"
        )
    rows = -(-len(activations) // COLUMNS)
    columns = min(COLUMNS, len(activations))
    figure = Figure(figsize=(WIDTH, 3.6 * rows), layout="constrained")
    grid = figure.subplots(
        2 * rows, columns, squeeze=False, sharex=True, height_ratios=[1.3, 1] * rows, sharey="row"
    )
    for above in range(2, 2 * rows):  # all values on one scale, and all slopes
        grid[above, 0].sharey(grid[above % 2, 0])
    sentences = []
    for k, activation in enumerate(activations):
        row, column = 2 * (k // columns), k % columns
        a, slope = _curves(activation, places)
        _pair(grid[row, column], grid[row + 1, column], places, a, slope)
        grid[row, column].set_title(activation.caption)
        sentences.append(f"{activation.caption}: {_way(places, a)}, {_extremes(places, slope)}")
    for k in range(len(activations), rows * columns):
        row, column = 2 * (k // columns), k % columns
        grid[row, column].set_visible(False)
        grid[row + 1, column].set_visible(False)
    for row in range(0, 2 * rows, 2):
        grid[row, 0].set_ylabel("a")
        grid[row + 1, 0].set_ylabel("slope ∂a/∂z")
    describe(
        figure,
        f"Activations over z from {number(places[0])} to {number(places[-1])}, each with its slope below. "
        f"{'; '.join(sentences)}.",
    )
    return figure


def _curves(activation: Activation, z: Floats) -> tuple[Floats, Floats]:
    """The function and, by its own backward pass, its slope."""
    a = np.asarray(activation.forward(z), float)
    return a, np.asarray(activation.backward(np.ones_like(z)), float)


def _pair(above: Axes, below: Axes, z: Floats, a: Floats, slope: Floats) -> None:
    value, gradient = ROLES["value"], ROLES["gradient"]
    above.plot(z, a, value.line, color=value.colour)
    below.axhline(1, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    below.plot(z, slope, gradient.line, color=gradient.colour)
    below.set(xlabel="z", xlim=(z[0], z[-1]), ylim=(-0.25, 1.25), yticks=[0, 0.5, 1])
    below.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    for ax in (above, below):
        ax.axvline(0, color=MUTED, linewidth=0.6)
        ax.tick_params(labelbottom=ax is below)


def _way(z: Floats, a: Floats) -> str:
    """From where to where the function goes, and its lowest place if that is on the way."""
    lowest = int(a.argmin())
    dips = 0 < lowest < len(z) - 1 and a[lowest] < min(a[0], a[-1]) - 1e-3
    past = f" past {number(a[lowest])} near z = {number(z[lowest])}" if dips else ""
    beginning = number(a[0]) if a[0] == 0 or abs(a[0]) > 1e-3 else "about 0"  # a tail's digits are rounding
    return f"a from {beginning}{past} to {number(a[-1])}"


def _extremes(z: Floats, slope: Floats) -> str:
    """The least and the largest slope; where, unless it is at an end or on a flat stretch.

    Of a slope that jumps from one value to another, and has no third, both and the place of the jump.
    """
    jumps = np.flatnonzero(np.diff(slope))
    if len(jumps) == 1:
        edge = number(_middle(z, jumps))
        return f"slope {number(slope[0])} up to z = {edge} and {number(slope[-1])} right of it"
    words = []
    for name, value in (("at least", slope.min()), ("at most", slope.max())):
        there = np.flatnonzero(np.isclose(slope, value, rtol=1e-3, atol=1e-3))
        inner = there[0] > 0 and there[-1] < len(z) - 1
        words.append(f"{name} {number(value)}" + (f" near z = {number(_middle(z, there))}" if inner else ""))
    return f"slope {' and '.join(words)}"


def _middle(z: Floats, there: NDArray[np.intp]) -> float:
    middle = float(z[there].mean())
    return 0.0 if abs(middle) < 1e-9 else middle


@house_style()
def silent_units(slopes: Mapping[str, Series], *, ax: Axes | None = None) -> Axes:
    """Draw over the steps how many units are dead: their largest slope is 0.

    `slopes` holds by name what a `UnitSlopes` recorded of a layer, `(times, units)`: a line each. The alt
    text gives the first count, the step by which half of the largest is there, the largest and the last.
    ValueError if there are no records or more than can be told apart.
    """
    if not 0 < len(slopes) <= len(LINES):
        raise ValueError(f"silent_units() draws one to {len(LINES)} layers, got {len(slopes)}")
    ax = axes_or_new(ax)
    sentences, sizes = [], {series.values.shape[1] for series in slopes.values()}
    for (name, series), line, colour in zip(slopes.items(), LINES, SERIES, strict=False):
        count = (np.asarray(series.values) == 0).sum(axis=1)
        ax.step(series.steps, count, where="post", linestyle=line, color=colour, label=name)
        size = f", of {series.values.shape[1]}" if len(sizes) > 1 else ""
        sentences.append(f"{name}{size}: {_career(series.steps, count)}")
    step_axis(ax)
    of_all = f", of {max(sizes)}" if len(sizes) == 1 else ""
    ax.set(ylabel=f"units{of_all}", ylim=(0, max(sizes)))
    ax.set_title("Dead units")
    ax.legend(loc="best")
    describe(ax, f"Units without a slope over training{of_all}. {'; '.join(sentences)}.")
    return ax


def _career(steps: NDArray[np.integer], count: NDArray[np.integer]) -> str:
    """How a count goes over the steps: first, when half of the largest is there, largest, last."""
    top, half = int(count.argmax()), int((2 * count >= count.max()).argmax())
    words = [f"{count[0]} at step {steps[0]:,}"]
    if 0 < half < top:
        words.append(f"{count[half]} by step {steps[half]:,}")
    if (count[top:] == count[top]).all():
        words += [f"{count[top]} from step {steps[top]:,} on"] if top else ["and so to the end"]
    else:
        words += [f"at most {count[top]}, first at step {steps[top]:,}", f"{count[-1]} at the end"]
    return ", ".join(words)
