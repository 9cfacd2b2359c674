"""Where a network changes its mind: probabilities over a plane, the data, each hidden unit's line."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.contour import ContourSet
from numpy.typing import ArrayLike, NDArray

from backproplab.display import alt_text, describe
from backproplab.layers import Dense, Sigmoid
from backproplab.network import Network
from backproplab.plots.network_diagram import LOWERED
from backproplab.plots.style import INK, LINES, MARKERS, SERIES, axes_or_new, colour_bar, house_style
from backproplab.plots.words import join

Floats = NDArray[np.float64]
Model = Network | Callable[[Floats], ArrayLike]


@house_style()
def decision_boundary(
    model: Model,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    names: tuple[str, str] = ("x₁", "x₂"),
    classes: Sequence[str] = (),
    margin: float = 0.25,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probabilities a model gives over the plane, and the data: a colour and a marker a class.

    `x` is `(n, 2)` and `labels` `(n,)` classes from 0. `model` is a Network, or a function from points `(m,
    2)` to probabilities, `(m,)` for class 1 or `(m, classes)`. A network with one output counts as a
    probability after a final Sigmoid and as a logit otherwise; one with more has its softmax taken. `margin`
    is a share of the data's width; `classes` are names for the classes, in place of "class 0" and so on. Two
    classes: contours of the probability of class 1, the boundary at ½. More: each point's likeliest class.
    """
    points, truth = np.asarray(x, float), np.asarray(labels).astype(int).ravel()
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(truth):
        raise ValueError(f"expected x of shape (n, 2) and n labels, got {points.shape} and {truth.shape}")
    low, high = points.min(axis=0), points.max(axis=0)
    room = margin * float((high - low).max())
    wide, tall = high - low + 2 * room
    ax = axes_or_new(ax, width=6.0, height=float(np.clip(4.4 * tall / wide, 2, 5)) + 0.8)
    across, up = (np.linspace(a - room, b + room, 161) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    chances = _probabilities(model, grid).reshape(len(up), len(across), -1)
    count = max(chances.shape[-1], *(truth + 1))
    called = classes or [f"class {label}" for label in range(count)]
    if len(called) != count:
        raise ValueError(f"got {len(called)} names for {count} classes: {', '.join(called)}")
    if chances.shape[-1] == 2:
        _fill_two(ax, across, up, chances[..., 1], title=f"probability of {called[1]}")
    else:
        _fill_many(ax, across, up, chances)
    for label in np.unique(truth):
        ax.plot(
            *points[truth == label].T,
            linestyle="none",
            marker=MARKERS[label % len(MARKERS)],
            color=SERIES[label % len(SERIES)],
            markersize=11 if len(points) < 20 else 5.5,
            markeredgewidth=1.4 if len(points) < 20 else 0.6,
            label=called[label],
        )
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=6,
        handletextpad=0.1,
        columnspacing=1.2,
        borderpad=0,
    )
    ax.grid(visible=False)
    ax.set_aspect("equal")
    ax.set_xlabel(names[0])
    ax.set_ylabel(names[1])
    answers = _probabilities(model, points)
    right = int(((answers.argmax(axis=1) == truth) & ~np.isnan(answers).any(axis=1)).sum())
    describe(ax, _boundary_words(chances, called, len(points), right))
    return ax


def _boundary_words(chances: Floats, called: Sequence[str], count: int, right: int) -> str:
    if chances.shape[-1] > 2:
        share = [f"{name} {_percent(part)}" for name, part in zip(called, _shares(chances), strict=False)]
        text = f"The plane coloured by its likeliest class: {join(share)} of it."
        return f"{text} {right} of {count} points lie in the region of their own class."
    one = chances[..., 1]
    above = _percent(float((one > 0.5).mean()))
    return (
        f"Probability of {called[1]} over the plane, from {one.min():.2f} to {one.max():.2f}; it is above "
        f"one half on {above} of it. {right} of {count} points lie on the right side of the boundary."
    )


def _percent(share: float) -> str:
    return f"about {5 * round(20 * share)} %"


def _shares(chances: Floats) -> Floats:
    best = chances.argmax(axis=-1)
    return np.array([(best == c).mean() for c in range(chances.shape[-1])])


def _probabilities(model: Model, points: Floats) -> Floats:
    """Probabilities of shape `(m, classes)`, two classes for a model with one output."""
    if isinstance(model, Network):
        outputs = np.asarray(model.predict(points.astype(model.dtype)), float)
        if outputs.shape[1] > 1:
            powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=1, keepdims=True))
        one = outputs[:, 0]
        if not isinstance(model.layers[-1], Sigmoid):
            one = 0.5 * (1 + np.tanh(one / 2))  # σ without overflow
    else:
        one = np.asarray(model(points), float)
        if one.ndim == 2 and one.shape[1] > 1:
            return one
    one = one.reshape(len(points))
    return np.stack([1 - one, one], axis=1)


def _fill_two(ax: Axes, across: Floats, up: Floats, one: Floats, *, title: str) -> None:
    tint = LinearSegmentedColormap.from_list("two", [SERIES[0], "#FFFFFF", SERIES[1]])
    levels = np.linspace(0, 1, 11)
    filled = ax.contourf(across, up, one, levels=levels, cmap=tint, alpha=0.5)
    if one.min() < 0.5 < one.max():
        ax.contour(across, up, one, levels=[0.5], colors=INK, linewidths=1.6)
    quarters, names = (0, 0.25, 0.5, 0.75, 1), ("0", "¼", "½", "¾", "1")
    colour_bar(ax, filled, ticks=quarters, names=names, title=title)


def _fill_many(ax: Axes, across: Floats, up: Floats, chances: Floats) -> None:
    best, sure = chances.argmax(axis=-1), chances.max(axis=-1)[..., np.newaxis]
    colours = np.array([to_rgb(SERIES[c % len(SERIES)]) for c in range(chances.shape[-1])])[best]
    # White where the classes tie, half the full colour where one is certain.
    weight = 0.5 * (sure - 1 / chances.shape[-1]) / (1 - 1 / chances.shape[-1])
    extent = (across[0], across[-1], up[0], up[-1])
    ax.imshow(1 - weight * (1 - colours), origin="lower", extent=extent, interpolation="bilinear")
    for label in range(chances.shape[-1]):
        lead = chances[..., label] - np.delete(chances, label, axis=-1).max(axis=-1)
        if lead.min() < 0 < lead.max():
            ax.contour(across, up, lead, levels=[0], colors=INK, linewidths=1.2)


@house_style()
def hidden_lines(network: Network, *, ax: Axes) -> Axes:
    """Draw, for each unit of the first Dense layer, the line where its z = 0, with an arrow to where z > 0.

    Draws onto axes that show the inputs' plane, such as those of `decision_boundary`; a unit whose line
    misses the view is named in the alt text.
    """
    first = network.layers[0]
    if not isinstance(first, Dense) or first.inputs != 2:
        raise ValueError(f"hidden_lines needs a network that starts with Dense(2, …), got {network.names[0]}")
    weights, bias = np.asarray(first.weights, float), np.asarray(first.bias, float)
    left, right, bottom, top = *ax.get_xlim(), *ax.get_ylim()
    points = [np.asarray(line.get_xydata(), float) for line in ax.lines if line.get_linestyle() == "None"]
    for boundary in ax.collections:
        if isinstance(boundary, ContourSet) and not boundary.filled:
            boundary.set_linewidth(0.7)  # a hidden unit's line often runs close beside it
    missing: list[str] = []
    taken: list[Floats] = []
    for unit, (slope, shift) in enumerate(zip(weights.T, bias, strict=True), start=1):
        name = f"h{unit}".translate(LOWERED)
        ends = _clip(slope, shift, (left, right), (bottom, top))
        if ends is None:
            missing.append(name)
            continue
        style = LINES[1 + (unit - 1) % (len(LINES) - 1)]
        ax.plot(*ends.T, color=INK, linewidth=1.6, linestyle=style)
        arrow = 0.09 * min(right - left, top - bottom) * slope / np.linalg.norm(slope)
        low, high = np.array([left, bottom]), np.array([right, top])
        at = _clear_spot(ends, taken, points, arrow, low, high)
        taken.append(at)
        _arrow(ax, at, arrow, name)
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    text = f"Lines show where each of {weights.shape[1]} hidden units has z = 0, arrows where it is positive"
    text += f"; {join(missing)} never changes sign in view." if missing else "."
    describe(ax, f"{alt_text(ax)} {text}")
    return ax


def _clip(slope: Floats, shift: float, across: tuple[float, float], up: tuple[float, float]) -> Floats | None:
    """The two ends of slope · point + shift = 0 within a rectangle, or None where it misses."""
    found = []
    for axis, ranges in ((0, across), (1, up)):
        other = (up, across)[axis]
        for fixed in ranges:
            if slope[1 - axis] != 0:
                free = -(shift + slope[axis] * fixed) / slope[1 - axis]
                if other[0] <= free <= other[1]:
                    found.append((fixed, free) if axis == 0 else (free, fixed))
    if len(found) < 2:
        return None
    points = np.array(found)
    distance = np.linalg.norm(points[:, np.newaxis] - points, axis=-1)
    one, two = np.unravel_index(int(distance.argmax()), distance.shape)
    return points[[one, two]] if distance.max() > 0 else None


def _clear_spot(
    ends: Floats, taken: list[Floats], points: list[Floats], arrow: Floats, low: Floats, high: Floats
) -> Floats:
    """The spot on a line, not near its ends, farthest from labels already there, for an arrow and its label.

    Its label stays between two corners and covers no point of the data, where a spot allows both.
    """
    spots = [ends[0] + part * (ends[1] - ends[0]) for part in (0.5, 0.35, 0.65, 0.2, 0.8)]
    inside = [
        spot for spot in spots if (low <= spot + 1.7 * arrow).all() and (spot + 1.7 * arrow <= high).all()
    ]
    spots = inside or spots
    data = np.vstack([np.empty((0, 2)), *points])
    spots = [spot for spot in spots if not _covers(spot, arrow, data)] or spots
    if not taken:
        return np.asarray(spots[0])
    return np.asarray(
        max(spots, key=lambda spot: min(float(np.linalg.norm(spot - other)) for other in taken))
    )


def _covers(at: Floats, arrow: Floats, data: Floats) -> bool:
    """Would an arrow from here, or the label at its tip, lie on one of the points?"""
    along = at + np.linspace(0, 1.45, 5)[:, np.newaxis] * arrow
    distance = np.linalg.norm(along[:, np.newaxis] - data, axis=-1)
    return bool((distance < np.linalg.norm(arrow)).any())


def _arrow(ax: Axes, at: Floats, arrow: Floats, name: str) -> None:
    (tip_x, tip_y), (text_x, text_y) = at + arrow, at + 1.45 * arrow
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (tip_x, tip_y), (at[0], at[1]), arrowprops=style)
    ax.text(
        text_x,
        text_y,
        name,
        fontsize=9.5,
        fontweight="bold",
        ha="center",
        va="center",
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
    )
