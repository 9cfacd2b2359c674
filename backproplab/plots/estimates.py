"""How estimates of one slope spread about it, a row for each way to estimate. After lesson 24."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from backproplab.display import describe
from backproplab.plots.style import INK, house_style, panels, shades
from backproplab.plots.words import number

ROWS = 4
MIDDLE = (0.5, 99.5)  # percent of all estimates that the axis has room for
BINS = 60


@house_style()
def gradient_estimates(draws: Mapping[str, ArrayLike], *, slope: float) -> Figure:
    """Draw a histogram of single estimates for each way, one below the other, on one axis.

    `draws` holds, by name, estimates `(draws,)` of the same `slope`, a line through all rows. The axis has
    room for the middle 99 % of the widest; what lies outside is left out of the picture, and the title of its
    row still counts it: mean and variance are those of all. ValueError for no way, for more than four, and
    for estimates that are not finite or fewer than two.
    """
    if not 0 < len(draws) <= ROWS:
        raise ValueError(f"gradient_estimates() draws one to {ROWS} ways to estimate, got {len(draws)}")
    drawn = {name: np.asarray(values, float) for name, values in draws.items()}
    for name, values in drawn.items():
        if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
            raise ValueError(
                f"gradient_estimates() needs two or more finite estimates in a row for {name!r}, got "
                f"{values!r:.60}"
            )
    ends = np.array([np.percentile(values, MIDDLE) for values in drawn.values()])
    low, high = min(ends.min(), slope), max(ends.max(), slope)
    margin = 0.03 * (high - low) or 1.0
    edges = np.linspace(low - margin, high + margin, BINS + 1)
    figure, axes = panels(len(drawn), height=1.0 + 1.25 * len(drawn))
    told = []
    for ax, (name, values), colour in zip(
        axes.flat, drawn.items(), shades("gradient", len(drawn)), strict=True
    ):
        shares = np.histogram(values, edges)[0] / len(values)
        ax.stairs(100 * shares, edges, fill=True, color=colour)
        ax.axvline(slope, color=INK, linewidth=1)
        ax.set(xlim=edges[[0, -1]], ylabel="% of draws")
        ax.set_title(f"{name}: mean {number(values.mean())}, variance {number(values.var())}", fontsize=10)
        told.append(f"{name}: mean {number(values.mean())}, variance {number(values.var())}")
    axes.flat[-1].set_xlabel("one estimate; the line is the slope itself")
    describe(
        figure,
        f"Histograms of single estimates of a slope of {number(slope)}, a row for each way, all on one axis "
        f"from {number(edges[0])} to {number(edges[-1])}. {'; '.join(told)}.",
    )
    return figure
