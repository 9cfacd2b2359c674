"""The charts of a film: curves thinned to what a screen can show, as SVG paths, and what a cursor reads.

A path lives in a box of 1000 × 1000, y downwards, and is stretched over a chart of any size. Places of ticks
and cursors are shares of that box, in percent.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from backproplab.plots.style import LINES
from backproplab.plots.words import number
from backproplab.training.recorder import Series

Floats = NDArray[np.float64]
Role = Literal["loss", "gradient", "parameter"]

COLUMNS = 240  # of a curve at most; each keeps its lowest and its highest point
POINTS = 11_000  # of all curves together, roughly
BOX = 1000
LARGEST = float(np.finfo(float).max)
NEAR = 0.025  # share of the axis to either side that a mean covers: what one sees as one place
FEWEST_AVERAGED = 60
MARKS = {"loss": "◆", "gradient": "▲", "parameter": "■"}


class Scale(NamedTuple):
    """An axis from `low` to `high`; a logarithmic one has no place for numbers that are not positive."""

    low: float
    high: float
    log: bool = False

    def place(self, values: ArrayLike) -> Floats:
        """Shares of the axis, 0 at its low end, 1 at its high end; nan where there is no place.

        >>> Scale(1, 100, log=True).place([1, 10, 100, 0]).tolist()
        [0.0, 0.5, 1.0, nan]
        """
        numbers, ends = np.asarray(values, float), np.array([self.low, self.high])
        if self.log:
            numbers, ends = np.log(np.where(numbers > 0, numbers, np.nan)), np.log(ends)
        places: Floats = (numbers - ends[0]) / (ends[1] - ends[0])
        return np.where(np.isfinite(places), places, np.nan)

    def place_or_end(self, values: ArrayLike) -> Floats:
        """The same, but a 0 that has no place on a logarithmic axis stands at its low end.

        >>> Scale(1, 100, log=True).place_or_end([1, 10, 0]).tolist()
        [0.0, 0.5, 0.0]
        """
        return np.where(self.log & (np.asarray(values) == 0), 0.0, self.place(values))

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Round numbers on the axis, `most` + 1 at most: the place of each in percent, and its text.

        >>> Scale(1, 100, log=True).ticks(3)
        [(0.0, '1'), (50.0, '10'), (100.0, '100')]
        """
        if self.log:
            powers = np.arange(np.floor(np.log10(self.low)), np.ceil(np.log10(self.high)) + 1)
            within = powers[(10**powers >= self.low * 0.999) & (10**powers <= self.high * 1.001)]
            if len(within) >= 2:
                every = -(-len(within) // (most + 1))
                found = 10.0 ** within[::every]
            else:  # less than two decades: 0.2, 0.5, 1
                found = np.ravel(10.0 ** powers[:, np.newaxis] * np.array([1, 2, 5]))[-3 * most :]
        else:
            found = np.array(MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(self.low, self.high))
        places = self.place(found)
        return [
            (round(100 * float(place), 2), f"{value + 0.0:,.6g}".replace("-", "−"))
            for value, place in zip(np.round(found, 12), places, strict=True)
            if -0.001 <= place <= 1.001
        ]


class Times(NamedTuple):
    """The film's moments on the horizontal axis that all charts share, once logarithmic, once linear."""

    frames: NDArray[np.int64]
    """`(n,)`: the step of each frame."""
    axes: dict[str, Scale]
    columns: int
    """How finely curves are drawn."""

    def for_page(self) -> dict[str, Any]:
        """Where each frame's cursor stands, and the ticks, on either axis."""
        return {
            name: {"at": percent(axis.place(self.frames)), "ticks": axis.ticks(4)}
            for name, axis in self.axes.items()
        }


def times(frames: NDArray[np.int64], series: Sequence[Series]) -> Times:
    """The axes for these frames and curves; the more curves there are, the more coarsely each is drawn."""
    ends = [step for steps in (frames, *(one.steps for one in series)) for step in (steps[0], steps[-1])]
    low, high = float(min(ends)), float(max(*ends, min(ends) + 1))
    lines = sum(columns_of(one).shape[1] for one in series)
    fine = int(np.clip(POINTS // max(lines, 1) // 4, 30, COLUMNS))
    return Times(frames, {"log": Scale(low, high, log=True), "linear": Scale(low, high)}, fine)


def nearest(steps: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the recorded step nearest to each wanted one, the earlier of two.

    >>> nearest(np.array([1, 10, 20]), np.array([1, 4, 15, 99])).tolist()
    [0, 0, 1, 2]
    """
    after = np.clip(np.searchsorted(steps, wanted), 1, max(1, len(steps) - 1))
    before = after - 1
    after = np.minimum(after, len(steps) - 1)
    closer = np.abs(steps[after] - wanted) < np.abs(wanted - steps[before])
    return np.where(closer, after, before).astype(np.int64)


def thinned(x: Floats, y: Floats, columns: int) -> NDArray[np.int64]:
    """Indices of the lowest and the highest point in each of `columns` of a curve, and of its two ends.

    `x` runs from 0 to 1 and rises, so a spike of a single point stays as high as it was.
    """
    column = np.minimum((x * columns).astype(int), columns - 1)
    order = np.lexsort((y, column))
    first = np.flatnonzero(np.diff(column[order], prepend=-1))
    last = np.append(first[1:], len(order)) - 1
    return np.unique(np.concatenate([order[first], order[last], [0, len(x) - 1]])).astype(np.int64)


def local_mean(x: Floats, y: Floats, near: float) -> Floats:
    """Mean of y over all points as near as that in x; nearer at the start, so that the first stays as it was.

    Means of places on the axis: on a logarithmic one they are geometric. A mean over so many *steps* would
    drag the first, steep ones far to the right where the axis of steps is logarithmic.

    >>> local_mean(np.array([0.0, 0.1, 0.2, 0.9]), np.array([9.0, 3.0, 3.0, 1.0]), 0.15).tolist()
    [9.0, 5.0, 3.0, 1.0]
    """
    finite = np.isfinite(y)
    reach = np.minimum(near, x - x[0]) + 1e-9
    first, last = np.searchsorted(x, x - reach), np.searchsorted(x, x + reach, side="right")
    sums, counts = (np.append(0, np.cumsum(part)) for part in (np.where(finite, y, 0), finite))
    with np.errstate(invalid="ignore"):
        means: Floats = (sums[last] - sums[first]) / (counts[last] - counts[first])
    return means


def path(x: Floats, y: Floats, columns: int) -> str:
    """An SVG path through the points that `thinned` keeps; x and y are shares, y upwards.

    Where y is nan the line breaks: it would claim a course that nobody measured. So it does where a norm of 0
    has no place on a logarithmic axis.

    >>> path(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 10)
    'M0 1000L1000 0'
    >>> path(np.array([0.0, 0.2, 0.5, 0.8, 1.0]), np.array([1, 1, np.nan, 0, 0]), 10)
    'M0 0L200 0M800 1000L1000 1000'
    """
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        return ""
    piece = np.cumsum(~finite)[finite]  # one number for all points without a gap between them
    x, y = x[finite], y[finite]
    kept = thinned(x, y, columns)
    points = np.rint(np.column_stack([x[kept], 1 - y[kept]]) * BOX).astype(int)
    begins = np.diff(piece[kept], prepend=-1) != 0
    return "".join(
        f"{'M' if new else 'L'}{across} {down}" for new, (across, down) in zip(begins, points, strict=True)
    )


def columns_of(series: Series) -> Floats:
    """The values as `(times, lines)`: a series of single numbers is one line."""
    values = np.asarray(series.values, float)
    return values[:, np.newaxis] if values.ndim == 1 else values


def dash(index: int) -> str:
    """The pattern of the pictures' line of that number, as SVG writes it.

    >>> dash(0), dash(1)
    ('', '6 2')
    """
    line = LINES[index % len(LINES)]
    return "" if isinstance(line, str) else " ".join(f"{length:g}" for length in line[1])


def percent(shares: Floats) -> list[float | None]:
    """Shares as percent that JSON can hold: None where there is no number."""
    return [round(100 * share, 2) if np.isfinite(share) else None for share in shares.tolist()]


def chart(
    series: Series, when: Times, *, title: str, role: Role, names: Sequence[str], single: bool = False
) -> dict[str, Any]:
    """What the page needs to draw one chart: a line for each column of `series`, with the numbers to read.

    A loss has its axis from 0, a gradient norm a logarithmic one; where there is much of them, they are drawn
    pale, and on top their mean over what is near. With `single` the lines are traces, to be looked at one by
    one on one scale.
    """
    values = columns_of(series)
    scale = _scale(values, role, single)
    at = nearest(series.steps, when.frames)
    off = series.steps[at] != when.frames
    averaged = not single and len(series.steps) >= FEWEST_AVERAGED
    lines = []
    for index, name in enumerate(names):
        column = values[:, index]
        texts = [number(value, 3) for value in column[at].tolist()]
        steps = [f" (step {series.steps[k]:,})" if far else "" for k, far in zip(at, off, strict=True)]
        lines.append(
            {
                "name": name,
                "dash": "" if single else dash(index),
                "paths": _paths(series.steps, scale.place(column), when, near=0.0),
                "means": _paths(series.steps, scale.place(column), when, near=NEAR) if averaged else None,
                "heights": percent(1 - scale.place_or_end(column[at])),
                "texts": [text + step for text, step in zip(texts, steps, strict=True)],
            }
        )
    ticks = [(round(100 - place, 2), text) for place, text in scale.ticks(3)]
    return {
        "title": title,
        "role": role,
        "mark": MARKS[role],
        "single": single,
        "lines": lines,
        "ticks": ticks,
    }


def _paths(steps: NDArray[np.int64], y: Floats, when: Times, *, near: float) -> dict[str, str]:
    across = {name: axis.place(steps) for name, axis in when.axes.items()}
    return {name: path(x, local_mean(x, y, near) if near else y, when.columns) for name, x in across.items()}


def _scale(values: Floats, role: Role, single: bool) -> Scale:
    finite = values[np.isfinite(values)]
    if role == "gradient" and not single:  # norms
        positive = finite[finite > 0]
        if not positive.size:
            return Scale(0.1, 1.0, log=True)
        return Scale(float(positive.min()) / 1.1, min(float(positive.max()) * 1.1, LARGEST), log=True)
    most = 1.05 * float(np.abs(finite).max(initial=0)) or 1.0
    if role == "loss":
        return Scale(0.0, most)
    if role == "gradient":
        return Scale(-most, most)
    low, high = float(finite.min(initial=most)), float(finite.max(initial=-most))
    room = 0.06 * (high - low) or 0.1 * most
    return Scale(low - room, high + room)
