"""What a pass costs, over what it depends on: curves of growth, and the valley of checkpoints. Lesson 16."""

import math
from collections.abc import Mapping
from itertools import permutations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import INK, LINES, MARKERS, MUTED, SERIES, axes_or_new, house_style, log_axis
from backproplab.plots.words import number, short

WIDE, TALL = 5.4, 3.6  # inches: letters stay legible on a phone
ROOM = 48  # characters along the horizontal axis: each size is named where all can be
Floats = NDArray[np.float64]


@house_style()
def cost_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, over: str, cost: str, ax: Axes | None = None
) -> Axes:
    """Draw how costs grow: a line for each name, both axes logarithmic, where a power law is straight.

    `curves` holds `(sizes, costs)` by name, each `(points,)`, finite and above 0, sizes rising; `over` and
    `cost` are what the axes say. The alt text tells where each line starts and ends, what a doubling of the
    size does to it over the upper half of the sizes, and which line lies below another at every size.
    ValueError for no curve, more than six, or a curve that is not as said.
    """
    if not 0 < len(curves) <= len(LINES):
        raise ValueError(f"cost_curves() draws one to {len(LINES)} curves, got {len(curves)}")
    ax = axes_or_new(ax, width=WIDE, height=TALL)
    parts: list[str] = []
    drawn: dict[str, tuple[Floats, Floats]] = {}
    for (name, pair), line, marker, colour in zip(curves.items(), LINES, MARKERS, SERIES, strict=False):
        sizes, costs = _checked(name, *pair)
        ax.plot(sizes, costs, linestyle=line, marker=marker, color=colour, label=name)
        drawn[name] = sizes, costs
        parts.append(
            f"{name} goes from {short(costs[0])} at {_name(sizes[0])} to {short(costs[-1])} at "
            f"{_name(sizes[-1])}, and in the upper half each doubling multiplies it by about "
            f"{doubling(sizes, costs):.1f}"
        )
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    ax.xaxis.set_minor_locator(NullLocator())
    met = sorted({size for sizes, _ in drawn.values() for size in sizes.tolist()})
    names = list(map(_name, met))
    if sum(map(len, names)) <= ROOM:
        ax.set_xticks(met, names)
    log_axis(ax)
    ax.set_xlabel(over)
    ax.set_ylabel(cost)
    if len(curves) > 1:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    describe(ax, f"The {cost} over the {over}, both on log scales: {'; '.join([*parts, *_below(drawn)])}.")
    return ax


def doubling(sizes: Floats, costs: Floats) -> float:
    """By what a doubling of the size multiplies the cost: the straight line through the upper half, on logs.

    >>> doubling(np.array([1.0, 2.0, 4.0, 8.0]), np.array([7.0, 3.0, 12.0, 48.0]))
    4.0
    """
    half = len(sizes) // 2 if len(sizes) > 2 else 0
    slope = np.polyfit(np.log2(sizes[half:]), np.log2(costs[half:]), 1)[0]
    return round(float(2.0**slope), 6)


@house_style()
def checkpoint_valley(
    block_sizes: ArrayLike, kept: ArrayLike, peaks: ArrayLike, *, layers: int, ax: Axes | None = None
) -> Axes:
    """Draw the most memory of a pass over the size of a checkpoint's block, and what stays between passes.

    `block_sizes`, `kept` and `peaks` are `(points,)`: how many of the `layers` share a block; bytes that stay
    between forward and backward; and the most of both passes. Shaded is what backward fills on top. A star
    is the least peak, a dotted line √layers. ValueError where the shapes differ, a size is not from 1 to
    `layers`, rising, or a number of bytes is not finite or below 0.
    """
    sizes, low, high = (np.asarray(values, float) for values in (block_sizes, kept, peaks))
    if sizes.ndim != 1 or not len(sizes) or not sizes.shape == low.shape == high.shape:
        raise ValueError(
            f"checkpoint_valley() needs three lists of one length, got {sizes.shape}, {low.shape} and "
            f"{high.shape}"
        )
    if sizes[0] < 1 or sizes[-1] > layers or (np.diff(sizes) <= 0).any():
        raise ValueError(f"checkpoint_valley() needs block sizes that rise from 1 to at most {layers}")
    if not (np.isfinite([low, high]).all() and (low >= 0).all() and (high > 0).all()):
        raise ValueError("checkpoint_valley() draws numbers of bytes: finite, and peaks above 0")
    ax = axes_or_new(ax, width=WIDE, height=TALL)
    unit, name = (1e6, "MB") if high.max() >= 1e6 else (1e3, "kB")
    best = int(high.argmin())
    ax.fill_between(sizes, low / unit, high / unit, color=SERIES[2], alpha=0.15, linewidth=0)
    ax.plot(sizes, high / unit, LINES[0], marker=MARKERS[0], color=SERIES[2], label="most at any moment")
    ax.plot(
        sizes,
        low / unit,
        linestyle=LINES[1],
        marker=MARKERS[1],
        color=SERIES[3],
        label="stays between the passes",
    )
    ax.plot(sizes[best], high[best] / unit, "*", color=INK, markersize=14, zorder=5)
    root = math.sqrt(layers)
    ax.axvline(root, color=MUTED, linewidth=1.0, linestyle=":")
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(0, None)
    ax.text(root, ax.get_ylim()[1], f" √{layers}", color=INK, va="top", fontsize=9)
    ax.set_xlabel(f"layers in a block, of {layers}")
    ax.set_ylabel(f"memory ({name})")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    ends = [f"{short(high[place] / unit, 2)} {name} with {sizes[place]:.0f}" for place in (0, -1)]
    describe(
        ax,
        f"The most memory of a pass through {layers} layers, over the layers in a block: {ends[0]}, "
        f"{ends[1]}, and least, {short(high[best] / unit, 2)} {name}, with {sizes[best]:.0f}; √{layers} is "
        f"{short(root, 2)}. What stays between the passes {_way(low)} from {short(low[0] / unit, 2)} to "
        f"{short(low[-1] / unit, 2)} {name}.",
    )
    return ax


def _below(drawn: Mapping[str, tuple[Floats, Floats]]) -> list[str]:
    """Which line lies below which, where two have the same sizes and never meet."""
    return [
        f"{low} lies below {high} throughout"
        for (low, (sizes, costs)), (high, (others, above)) in permutations(drawn.items(), 2)
        if np.array_equal(sizes, others) and (costs < above).all()
    ]


def _name(size: float) -> str:
    """A size in writing; a whole one with all of its digits."""
    return f"{size:,.0f}" if float(size).is_integer() else short(size)


def _checked(name: str, sizes: ArrayLike, costs: ArrayLike) -> tuple[Floats, Floats]:
    """Sizes and costs as arrays that can be drawn on log scales."""
    x, y = np.asarray(sizes, float), np.asarray(costs, float)
    if x.shape != y.shape or x.ndim != 1 or len(x) < 2:
        raise ValueError(
            f"cost_curves() needs two points or more, as many sizes as costs, got {x.shape} and {y.shape} "
            f"for {name!r}"
        )
    if not (np.isfinite([x, y]).all() and x[0] > 0 and (y > 0).all() and (np.diff(x) > 0).all()):
        raise ValueError(
            f"cost_curves() draws on log scales: sizes that rise from above 0, and costs above 0; of "
            f"{name!r} not all are so"
        )
    return x, y


def _way(values: Floats) -> str:
    """Which way numbers go from the first to the last."""
    return "falls" if values[-1] < values[0] else "rises" if values[-1] > values[0] else "goes"
