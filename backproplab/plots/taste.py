"""People and films as points of one plane, and arrows from where they stood to where they went. Lesson 19."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import INK, MARKERS, MUTED, SERIES, axes_or_new, house_style
from backproplab.plots.words import join, number

Floats = NDArray[np.float64]
Points = tuple[ArrayLike, ArrayLike]
"""People `(users, 2)` and films `(films, 2)`."""


@house_style()
def taste_plane(
    before: Points,
    kinds: Sequence[str],
    *,
    after: Points | None = None,
    names: Mapping[int, str] | None = None,
    people: Mapping[int, str] | None = None,
) -> Axes:
    """Draw people as crosses, films as a marker for each kind; `after` adds arrows.

    An arrow stands where a point moved, with a thin line from the middle to where it stood, which is its row.
    `kinds` has a word for each film, such as its genre. `names` are titles of films by their number, `people`
    names of people, written beside their points; a named person has a larger cross. ValueError if the
    shapes do not fit, or there are more than six kinds.
    """
    old = _points(before, len(kinds))
    new = old if after is None else _points(after, len(kinds))
    if len(new[0]) != len(old[0]):
        raise ValueError(f"expected as many people after as before, got {len(new[0])} and {len(old[0])}")
    if len(set(kinds)) > len(SERIES):
        raise ValueError(f"there are {len(SERIES)} markers for kinds, got {len(set(kinds))} kinds; join some")
    ax = axes_or_new(None, width=8.0, height=5.2)
    ax.axhline(0, color=MUTED, linewidth=0.8)
    ax.axvline(0, color=MUTED, linewidth=0.8)
    ax.plot(*old[0].T, "x", color=MUTED, markeredgecolor=MUTED, markeredgewidth=1.2, label="a person")
    for place, kind in enumerate(dict.fromkeys(kinds)):
        some = old[1][[each == kind for each in kinds]]
        ax.plot(*some.T, MARKERS[place], color=SERIES[place], markersize=8, label=kind)
    for start, end in zip(old, new, strict=True):
        for row in _moved(start, end):
            ax.plot(*np.array([(0, 0), start[row]]).T, color=MUTED, linewidth=0.9, linestyle=":", zorder=1)
            ax.annotate(
                "",
                end[row],
                start[row],
                arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 2, "shrinkA": 0, "shrinkB": 0},
            )
    if people:
        ax.plot(*old[0][list(people)].T, "X", color=INK, markersize=10)
    written = zip(old, (people or {}, names or {}), strict=True)
    for points, texts in written:
        for row, text in texts.items():
            ax.annotate(text, points[row], xytext=(8, -13), textcoords="offset points", fontsize=9.5)
    ax.set_aspect("equal")
    ax.grid(visible=False)
    ax.set_xlabel("first number of a row")
    ax.set_ylabel("second number")
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    describe(ax, _words(old, new, kinds, names or {}, people or {}, moves=after is not None))
    return ax


def _points(given: Points, films: int) -> tuple[Floats, Floats]:
    people, points = (np.asarray(each, float) for each in given)
    if people.ndim != 2 or people.shape[1] != 2 or points.shape != (films, 2):
        raise ValueError(
            f"expected people of shape (n, 2) and films of shape ({films}, 2), one for each kind, "
            f"got {people.shape} and {points.shape}"
        )
    return people, points


def _moved(start: Floats, end: Floats) -> list[int]:
    return [int(row) for row in np.flatnonzero((start != end).any(axis=1))]


def _words(
    old: tuple[Floats, Floats],
    new: tuple[Floats, Floats],
    kinds: Sequence[str],
    names: Mapping[int, str],
    people: Mapping[int, str],
    *,
    moves: bool,
) -> str:
    """How many points there are and where each kind of film lies; then what moved, from where to where."""
    text = f"{len(old[0])} people and {len(old[1])} films in a plane."
    if not moves:
        centres = []
        for kind in dict.fromkeys(kinds):
            x, y = old[1][[each == kind for each in kinds]].mean(axis=0)
            centres.append(f"{kind} around ({number(x, 1)}, {number(y, 1)})")
        return f"{text} The films lie by kind: {join(centres)}."
    arrows = []
    for start, end, called, what in zip(old, new, (people, names), ("person", "film"), strict=True):
        for row in _moved(start, end):
            name = called.get(row, f"{what} {row}")
            arrows.append(f"{name} from {_place(start[row])} to {_place(end[row])}")
    return f"{text} {len(arrows)} moved: {join(arrows)}." if arrows else f"{text} None moved."


def _place(point: Floats) -> str:
    x, y = point
    return f"({x:.2f}, {y:.2f})".replace("-", "−")
