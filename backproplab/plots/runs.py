"""Several training runs side by side: what the loss does in each. After lesson 11."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import LINES, MARKERS, SERIES, axes_or_new, house_style, label_ends, step_axis
from backproplab.plots.words import join, number


@house_style()
def training_runs(runs: Mapping[str, ArrayLike], *, ax: Axes | None = None) -> Axes:
    """Draw the loss of each run over its epochs, by the names of the runs.

    Each run is `(epochs,)`, counted from 1; what is not finite is not drawn, and the alt text says from where
    on. A run keeps its colour, line and marker, and its name stands at its end. ValueError for no run, for
    more than six, and for one that has no numbers.
    """
    if not 0 < len(runs) <= len(LINES):
        raise ValueError(f"training_runs() draws one to {len(LINES)} runs, got {len(runs)}")
    losses = {name: np.asarray(values, float) for name, values in runs.items()}
    for name, values in losses.items():
        if values.ndim != 1 or not np.isfinite(values).any():
            raise ValueError(
                f"training_runs() needs losses of shape (epochs,), some of them finite, got "
                f"{values.shape} for {name!r}"
            )
    ax = axes_or_new(ax, height=3.2)
    for values, line, marker, colour in zip(losses.values(), LINES, MARKERS, SERIES, strict=False):
        shown = np.where(np.isfinite(values), values, np.nan)
        ax.plot(np.arange(1, len(values) + 1), shown, linestyle=line, marker=marker, color=colour)
    step_axis(ax, "epoch")
    ax.set_ylabel("loss")
    ax.set_ylim(bottom=0)
    ends = [float(values[np.isfinite(values)][-1]) for values in losses.values()]
    label_ends(ax, ends, list(losses), SERIES[: len(losses)])
    courses = join([f"{name} {_course(values)}" for name, values in losses.items()])
    describe(ax, f"The loss over {max(map(len, losses.values()))} epochs: {courses}.")
    return ax


def _course(values: NDArray[np.float64]) -> str:
    """From where to where, by way of its lowest point if it rises again, and where it ceases to be finite."""
    finite = values[np.isfinite(values)]
    lowest = int(np.nanargmin(np.where(np.isfinite(values), values, np.nan)))
    low = f" by way of {number(values[lowest])}" if lowest and finite[-1] > 1.05 * values[lowest] else ""
    course = f"goes from {number(finite[0])}{low} to {number(finite[-1])}"
    broken = np.flatnonzero(~np.isfinite(values))
    if not len(broken):
        return course
    stays_so = len(broken) == len(values) - broken[0]
    when = f"from epoch {broken[0] + 1} on" if stays_so else f"at epoch {broken[0] + 1}"
    return f"{course}, and is not finite {when}"
