"""Paths of optimisers down a loss of two parameters, seen from above, a panel each. Lesson 15."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import AMOUNT, INK, ROLES, house_style, panels
from backproplab.plots.words import join, number
from backproplab.surfaces import RUN_AWAY, Surface, is_outside, losses

ACROSS = 3  # panels in a row
Floats = NDArray[np.float64]


@house_style()
def descents(surface: Surface, paths: Mapping[str, ArrayLike]) -> Figure:
    """Draw each path `(steps + 1, 2)` on contours of the surface, with the loss at its end, by its name.

    A circle is the start, a star the last place. What lies outside of the part worth seeing is cut off; of
    the last place, the title says so. ValueError for no path, for more than six, and for one of another
    shape.
    """
    if not 0 < len(paths) <= 2 * ACROSS:
        raise ValueError(f"descents() draws one to {2 * ACROSS} paths, got {len(paths)}")
    drawn = {name: np.asarray(path, float) for name, path in paths.items()}
    for name, path in drawn.items():
        if path.ndim != 2 or path.shape[1] != 2 or not len(path):
            raise ValueError(f"descents() needs paths of shape (steps + 1, 2), got {path.shape} for {name!r}")
    columns = min(len(drawn), ACROSS)
    rows = -(-len(drawn) // columns)
    figure, axes = panels(rows, columns, height=3.1 * rows)
    for ax, (name, path) in zip(axes.flat, drawn.items(), strict=False):
        _contours(ax, surface)
        _path(ax, path)
        ax.set_title(f"{name}\n{_end(surface, path)}", fontsize=10)
        ax.set_xlabel("w₁")
    for ax in axes.flat[len(drawn) :]:
        ax.set_visible(False)
    for ax in axes[:, 0]:
        ax.set_ylabel("w₂")
    start = next(iter(drawn.values()))[:1]
    ends = join([f"{name}, {len(path) - 1} steps: {_end(surface, path)}" for name, path in drawn.items()])
    describe(
        figure,
        f"Contours of a loss over w₁ and w₂, {surface.caption}, with paths from loss "
        f"{number(float(losses(surface, start)[0]), 3)}. The paths: {ends}.",
    )
    return figure


def _contours(ax: Axes, surface: Surface) -> None:
    axis = np.linspace(-surface.reach, surface.reach, 121)
    heights = surface.loss(*np.meshgrid(axis, axis))
    levels = surface.ceiling * np.linspace(0, 1, 11) ** 2
    ax.contourf(axis, axis, heights, levels=levels, cmap=AMOUNT, alpha=0.6)
    ax.contour(axis, axis, heights, levels=levels, colors="white", linewidths=0.6)
    ax.grid(visible=False)
    ax.set_aspect("equal")
    ax.set_xlim(-surface.reach, surface.reach)
    ax.set_ylim(-surface.reach, surface.reach)


def _path(ax: Axes, path: Floats) -> None:
    look = ROLES["parameter"]
    finite = path[np.isfinite(path).all(axis=1)]
    ax.plot(*finite.T, "-", marker=".", color=look.colour, linewidth=1.1, markersize=4, markeredgewidth=0)
    ax.plot(*path[0], "o", color="white", markeredgecolor=INK, markersize=6, zorder=5)
    ax.plot(*finite[-1], "*", color=look.colour, markeredgecolor="white", markersize=12, zorder=5)


def _end(surface: Surface, path: Floats) -> str:
    last = float(losses(surface, path)[-1])
    beyond = " (outside)" if is_outside(surface, path)[-1] else ""
    return "run away" if last > RUN_AWAY else f"loss {number(last)}{beyond}"
