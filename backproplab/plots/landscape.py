"""The loss as a landscape over two parameters, and the path that an optimiser takes down it."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import AMOUNT, INK, ROLES, axes_or_new, colour_bar, house_style
from backproplab.plots.words import number


@house_style()
def loss_landscape(
    loss_function: Callable[[float, float], float],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    path: ArrayLike | None = None,
    *,
    names: tuple[str, str] = ("w₁", "w₂"),
    resolution: int = 101,
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss over two parameters as contours, white low, blue high, and a path of steps `(k, 2)`.

    `loss_function` takes two floats and is called resolution² times; `names` label the two parameters. Levels
    are evenly spaced, or a constant factor apart where the loss spans more than a hundredfold.
    """
    ax = axes_or_new(ax, width=6.4, height=4.6)
    x, y = np.linspace(*x_range, resolution), np.linspace(*y_range, resolution)
    heights = np.array([[float(loss_function(a, b)) for a in x] for b in y])
    levels = _levels(heights)
    norm = BoundaryNorm(levels, AMOUNT.N, extend="both")
    filled = ax.contourf(x, y, heights, levels=levels, cmap=AMOUNT, norm=norm, extend="both", alpha=0.6)
    ax.contour(x, y, heights, levels=levels, colors="white", linewidths=0.7)
    colour_bar(
        ax, filled, ticks=list(levels[::2]), names=[number(level) for level in levels[::2]], title="loss"
    )
    ax.grid(visible=False)
    ax.set_xlabel(names[0])
    ax.set_ylabel(names[1])
    row, column = np.unravel_index(int(np.nanargmin(heights)), heights.shape)
    lowest = f"({number(round(x[column], 6))}, {number(round(y[row], 6))})"
    text = (
        f"Contours of the loss over {names[0]} and {names[1]}: lowest, {number(heights[row, column])}, "
        f"near {lowest}, highest {number(float(np.nanmax(heights)))}."
    )
    if path is not None:
        text += " " + _draw_path(ax, np.asarray(path, float), loss_function)
    ax.set_xlim(*x_range)
    ax.set_ylim(*y_range)
    describe(ax, text)
    return ax


def _levels(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    if low == high:
        raise ValueError(f"the loss is {number(low)} everywhere in this range; there is nothing to draw")
    if low > 0 and high > 100 * low:
        levels: NDArray[np.float64] = np.geomspace(max(low, 1e-4 * high), high, 15)
        return levels
    # Wells are where the paths end, so levels lie closer together at the bottom.
    return np.asarray(low + (high - low) * np.linspace(0, 1, 15) ** 2)[1:]


def _draw_path(ax: Axes, path: NDArray[np.float64], loss_function: Callable[[float, float], float]) -> str:
    role = ROLES["parameter"]
    casing = [withStroke(linewidth=3.2, foreground="white")]
    ax.plot(*path.T, "-", color=role.colour, linewidth=1.5, zorder=3, path_effects=casing)
    if len(path) <= 60:  # more markers would hide the line
        ax.plot(*path[1:-1].T, role.marker, color=role.colour, markersize=4.5, zorder=4)
    ends = (("start", path[0], "o", "white"), ("end", path[-1], "*", role.colour))
    for name, point, marker, fill in ends:
        size = 9 if marker == "o" else 14
        edge = role.colour if marker == "o" else "white"
        ax.plot(
            *point, marker, color=fill, markeredgecolor=edge, markeredgewidth=1.5, markersize=size, zorder=5
        )
        ax.annotate(
            name,
            point,
            xytext=(9, 7),
            textcoords="offset points",
            fontsize=10,
            fontweight="bold",
            color=INK,
            zorder=6,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )
    first, last = (float(loss_function(*point)) for point in (path[0], path[-1]))
    return (
        f"A path of {len(path) - 1:,} steps goes from loss {number(first)} (circle) to {number(last)} (star)."
    )
