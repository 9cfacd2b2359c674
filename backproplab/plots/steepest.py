"""The gradient as a direction: on a map of two knobs, straight across the contours (lesson 01)."""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes

from backproplab.display import describe
from backproplab.plots.style import INK, MUTED, ROLES, axes_or_new, house_style
from backproplab.plots.words import number, short

REACH = 1.25  # how far the map goes to each side, in the unit of its axes
LABELS = 0.6  # how far from the arrow the contours bear their numbers


@house_style()
def steepest_step(
    function: Callable[[float, float], float],
    at: tuple[float, float],
    gradient: tuple[float, float],
    *,
    other: tuple[float, float] | None = None,
    other_name: str = "another step",
    names: tuple[str, str] = ("w₁", "w₂"),
    value: str = "f",
    levels: Sequence[float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw contours of `function` around `at`, and a step of length 1 along `gradient`, uphill.

    Both axes have the same scale, so the arrow stands at a right angle to the contours. `other` is one more
    step (two numbers, drawn grey at length 1), `names` label the axes, `value` is what the contours join,
    at `levels` (about seven round ones unless given).
    ValueError where the gradient is 0 or not finite: then no direction is steepest.
    """
    ax = axes_or_new(ax, width=4.2, height=4.2)
    x, y = at
    across = np.linspace(x - REACH, x + REACH, 61)
    up = np.linspace(y - REACH, y + REACH, 61)
    heights = np.array([[float(function(a, b)) for a in across] for b in up])
    lines = 7 if levels is None else levels
    drawn = ax.contour(across, up, heights, levels=lines, colors=ROLES["value"].colour, linewidths=0.9)
    ax.set(xlabel=names[0], ylabel=names[1], aspect="equal")
    ax.grid(visible=False)
    role = ROLES["gradient"]
    text = (
        f"Lines of equal {value} over {names[0]} and {names[1]}. From ({short(x)}, {short(y)}) an arrow goes "
        f"along the gradient ({number(gradient[0], 3)}, {number(gradient[1], 3)}), at a right angle to the "
        f"lines, {_angle(gradient)} above the horizontal axis."
    )
    if other is not None:
        _arrow(ax, at, other, MUTED, "dashed", other_name, 9)
        text += f" A grey dashed arrow, {other_name}, goes {_angle(other)} above it, slantwise to the lines."
    _arrow(ax, at, gradient, role.colour, "solid", "steepest", 9)
    places = _left_of_the_arrow(function, at, gradient, drawn.levels)
    ax.clabel(drawn, fontsize=8, fmt=lambda level: short(float(level), 3), manual=places)
    ax.plot([x], [y], "o", color=INK, markersize=7, zorder=5)
    describe(ax, text)
    return ax


def _arrow(
    ax: Axes,
    at: tuple[float, float],
    along: tuple[float, float],
    colour: str,
    line: str,
    name: str,
    size: int,
) -> None:
    length = math.hypot(*along)
    if not (math.isfinite(length) and length > 0):
        raise ValueError(f"steepest_step() got the step {along}, which has no direction; give a finite one")
    end = (at[0] + along[0] / length, at[1] + along[1] / length)
    ax.annotate(
        "",
        xy=end,
        xytext=at,
        arrowprops={
            "arrowstyle": "-|>",
            "color": colour,
            "linewidth": 2.2,
            "linestyle": line,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 14,
        },
        zorder=4,
    )
    ax.annotate(
        name,
        xy=end,
        xytext=(0, 5 if along[1] >= 0 else -5),
        textcoords="offset points",
        ha="center",
        va="bottom" if along[1] >= 0 else "top",
        color=colour,
        fontsize=size,
        fontweight="bold",
        bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        zorder=6,
    )


def _left_of_the_arrow(
    function: Callable[[float, float], float],
    at: tuple[float, float],
    along: tuple[float, float],
    levels: Iterable[float],
) -> list[tuple[float, float]]:
    """Return where a line beside the arrow meets each level: there no number touches the arrow's name."""
    forward = np.array(along) / math.hypot(*along)
    left = np.array([-forward[1], forward[0]])
    beside = LABELS * left + np.linspace(-2 * REACH, 2 * REACH, 401)[:, np.newaxis] * forward
    line = np.array(at) + beside[np.abs(beside).max(axis=1) < 0.95 * REACH]
    heights = np.array([float(function(x, y)) for x, y in line])
    met = [level for level in levels if heights.min() <= level <= heights.max()]
    nearest = [line[np.abs(heights - level).argmin()] for level in met]
    return [(float(x), float(y)) for x, y in nearest]


def _angle(step: tuple[float, float]) -> str:
    return f"{math.degrees(math.atan2(step[1], step[0])):.0f}°".replace("-", "−")
