"""A slope seen from near, and how well a nudge measures it: tangent and triangle, the V of the step sizes.

After lessons 01 (nudges and slopes) and 06 (gradient checking).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import INK, MARKERS, PALE, ROLES, SERIES, axes_or_new, house_style
from backproplab.plots.words import join, number

Floats = NDArray[np.float64]

BROKEN = ("--", ":", "-.")
PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}


@house_style()
def tangent(
    function: Callable[[float], float],
    at: float,
    *,
    derivative: float,
    nudge: float | None = None,
    reach: float | None = None,
    names: tuple[str, str] = ("x", "f(x)"),
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of one number around `at`, its tangent there and, if asked, a nudge.

    `derivative` is the slope of the tangent, a number. With `nudge` the triangle from `at` to `at + nudge`
    shows the change in x and the change in y that it causes, and the view closes in on it: the smaller the
    nudge, the straighter the curve. `reach` is how far to look to either side, in units of x. `names` are
    what the legend and the alt text call x and f(x); the sides of the triangle are then Δx and Δf.
    ValueError if the nudge is 0, the reach not above 0 or the function not finite where needed.
    """
    if nudge == 0:
        raise ValueError(
            "tangent() got a nudge of 0, which changes nothing; give a small number such as 0.1, or None"
        )
    if reach is None:
        reach = 3 * abs(nudge) if nudge else 1.5
    elif reach <= 0:
        raise ValueError(f"tangent() got a reach of {reach:g}; give how far to look, above 0, or None")
    ax = axes_or_new(ax)
    x = np.linspace(at - reach, at + reach, 241)
    y = np.array([function(float(place)) for place in x], float)
    height = _finite(function, at)
    value, gradient = ROLES["value"], ROLES["gradient"]
    of, name = names
    ax.plot(x, y, value.line, color=value.colour, label=name)
    rise = height + derivative * (x - at)
    ax.plot(x, rise, gradient.line, color=gradient.colour, label=f"tangent, slope {_short(derivative)}")
    if nudge:
        _triangle(ax, function, at, nudge, names)
    ax.plot([at], [height], value.marker, color=value.colour, markersize=8, zorder=5)
    ax.set(xlabel=of, ylabel=name, xlim=(x[0], x[-1]))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=_columns(ax), borderaxespad=0.2)
    text = f"A curve around {of} = {_short(at)}, where {name} = {_short(height)}, its tangent there of slope"
    text += f" {_short(derivative)}."
    if nudge:
        change = _finite(function, at + nudge) - height
        text += f" A nudge of {_short(nudge)} in {of} changes {name} by {_short(change)}, which is"
        text += f" {_short(change / nudge)} for each unit of {of}."
    else:
        ax.annotate(f"({_short(at)}, {_short(height)})", (at, height), (8, -10), textcoords="offset points")
    describe(ax, text)
    return ax


def _triangle(
    ax: Axes, function: Callable[[float], float], at: float, nudge: float, names: tuple[str, str]
) -> None:
    """Across by the nudge, then up or down to the curve; each side with its length."""
    across, upward = (f"Δ{name.split('(')[0]}" for name in names)
    start, end = _finite(function, at), _finite(function, at + nudge)
    corner = at + nudge
    ax.fill([at, corner, corner], [start, start, end], color=PALE, zorder=0)
    slope = f"nudge, {upward}/{across} = {_short((end - start) / nudge)}"
    ax.plot([at, corner, corner], [start, start, end], color=INK, linewidth=1.2, label=slope)
    ax.plot(
        [corner],
        [end],
        ROLES["value"].marker,
        color="white",
        markeredgecolor=ROLES["value"].colour,
        markersize=8,
    )
    up, right = end >= start, nudge > 0
    ax.annotate(
        f"{across} = {_short(nudge)}",
        (at + nudge / 2, start),
        xytext=(0, -6 if up else 6),
        textcoords="offset points",
        ha="center",
        va="top" if up else "bottom",
        bbox=PAPER,
    )
    ax.annotate(
        f"{upward} = {_short(end - start)}",
        (corner, (start + end) / 2),
        xytext=(7 if right else -7, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        bbox=PAPER,
    )


def _columns(ax: Axes) -> int:
    """A legend as wide as a page on wide axes; one entry below the other in a panel."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return 3 if ax.get_position().width * figure.get_figwidth() > 5 else 1


def _finite(function: Callable[[float], float], place: float) -> float:
    value = float(function(place))
    if not np.isfinite(value):
        raise ValueError(
            f"tangent() needs a finite f({place:g}) and got {value}; choose another point or nudge"
        )
    return value


def _short(value: float) -> str:
    text = number(value, 4)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _power_of_ten(value: float) -> str:
    """One digit and a power, the same for large and small, as a label beside a logarithmic axis."""
    digit, exponent = f"{value:.0e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if digit == "1" else f"{digit}×10{raised}"


def _nearest_power(value: float) -> str:
    return number(10.0 ** round(np.log10(value)), 1)


@house_style()
def error_curve(
    nudges: ArrayLike,
    errors: Mapping[str, ArrayLike],
    *,
    predicted: Mapping[str, ArrayLike],
    ax: Axes | None = None,
) -> Axes:
    """Draw the error of finite differences against their nudge, on logarithmic axes, and what theory says.

    `nudges` has shape (k,), positive, in the unit of x; `errors` holds one array (k,) of errors ≥ 0 for each
    method, by name, and `predicted` such arrays too, under the same names: thin lines, each broken in its own
    way. A marker stands at the least error of each, a hollow one at the least that was predicted. An error of
    exactly 0 has no place on a logarithmic axis and is left out. The alt text gives the least errors to the
    nearest power of ten, and not where they are: down there they are noise, and differ from one processor to
    the next.
    ValueError if shapes differ, a nudge is not positive, a method has no error above 0, or not the same
    methods were measured and predicted.
    """
    n, measured = _check(nudges, errors)
    _, expected = _check(nudges, predicted)
    if measured.keys() != expected.keys():
        raise ValueError(
            f"error_curve() got measured errors of {join(list(measured))}, and predicted ones of"
            f" {join(list(expected))}; give both under the same names"
        )
    ax = axes_or_new(ax, height=4.6)
    ax.set(xscale="log", yscale="log", xlabel="nudge n", ylabel="error of the estimated derivative")
    ax.grid(True, axis="both")
    best, least = [], []
    for index, (name, error) in enumerate(measured.items()):
        colour, marker = SERIES[index % len(SERIES)], MARKERS[index % len(MARKERS)]
        low = _draw_error(ax, n, error, name, color=colour, linewidth=1.3, marker=marker, markeredgecolor=INK)
        best.append(f"{name} {_nearest_power(error[low])}")
        error = expected[name]
        low = _draw_error(
            ax,
            n,
            error,
            f"{name}, predicted",
            color=INK,
            linestyle=BROKEN[index % len(BROKEN)],
            linewidth=1.0,
            marker=marker,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=1.6,
            zorder=3,
        )
        least.append(f"{name} {number(error[low], 1)} at n = {number(n[low], 1)}")
    ax.margins(y=0.12)
    ax.legend(loc="best")
    describe(
        ax,
        f"Error of the estimated derivative against the nudge n, from {number(n[0], 1)} to"
        f" {number(n[-1], 1)}, on logarithmic axes. Least errors, to a power of ten: {'; '.join(best)}."
        f" Broken lines are what was predicted. Least: {'; '.join(least)}.",
    )
    return ax


def _draw_error(ax: Axes, n: Floats, error: Floats, name: str, **look: Any) -> int:
    """Draw a curve with a marker at its least error, and return where that is."""
    low = int(np.nanargmin(error))
    label = f"{name}: least at n = {_power_of_ten(float(n[low]))}"
    ax.plot(n, error, markevery=[low], markersize=10, label=label, **look)
    return low


def _check(nudges: ArrayLike, errors: Mapping[str, ArrayLike]) -> tuple[Floats, dict[str, Floats]]:
    """The nudges in rising order and the errors with them, 0 replaced by nan."""
    n = np.asarray(nudges, float)
    if n.ndim != 1 or not len(n) or not (n > 0).all():
        raise ValueError(
            f"error_curve() needs nudges of shape (k,), all above 0; got shape {n.shape},"
            f" {np.sum(~(n > 0))} of them not above 0"
        )
    order = np.argsort(n)
    curves = {}
    for name, given in errors.items():
        error = np.asarray(given, float)
        if error.shape != n.shape:
            raise ValueError(
                f"error_curve() got {len(n)} nudges, but errors of shape {error.shape} for {name!r};"
                " give one error for each nudge"
            )
        if not (error > 0).any():
            raise ValueError(
                f"error_curve() found no error above 0 for {name!r}, so nothing to draw on a logarithmic axis"
            )
        curves[name] = np.where(error > 0, error, np.nan)[order]
    if not curves:
        raise ValueError('error_curve() got no errors; give a dict such as {"forward": errors}')
    return n[order], curves
