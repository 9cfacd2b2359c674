"""How a class did: its scores, each exercise, and what was misunderstood, for whoever teaches it.

Each function draws one picture and describes it. `image` turns a picture into an `<img>` for a page.
"""

import base64
import html
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from backproplab.display import alt_text, describe, png, runs
from backproplab.plots.style import INK, MUTED, PALE, axes_or_new, house_style
from backproplab.plots.words import join

BINS = 10
ROW = 0.42  # inches of height for a bar that lies
LOOKS = {  # fill, hatch: what a status looks like, with colour or without
    "right": ("#0072B2", ""),
    "partly right": ("#9CCBE6", "//"),
    "not yet": ("#D55E00", "xx"),
    "not attempted": (PALE, ".."),
}


def image(ax: Axes) -> str:
    """Return a picture as an `<img>` that holds all of it, with its alt text."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    data = base64.b64encode(png(figure)).decode("ascii")
    width = round(figure.get_figwidth() * 96)
    return f'<img alt="{html.escape(alt_text(figure))}" width="{width}" src="data:image/png;base64,{data}">'


@house_style()
def scores(values: Sequence[float], full: float, *, ax: Axes | None = None) -> Axes:
    """Draw how many students got how many points, `full` at most; returns the axes."""
    ax = axes_or_new(ax, height=3.0)
    points = np.asarray(values, float)
    counts, edges = np.histogram(points, bins=BINS, range=(0, full or 1))
    ax.bar(edges[:-1], counts, np.diff(edges), align="edge", color="#0072B2", edgecolor="white")
    _count_axis(ax, "y", "students")
    ax.set_xlabel(f"score, of {full:g} points")
    ax.set_xlim(0, full or 1)
    if not len(points):
        describe(ax, "No scores yet.")
        return ax
    middle = float(np.median(points))
    ax.axvline(middle, color=INK, linestyle="--", linewidth=1.4)
    ax.annotate(
        f"median {middle:.3g}",
        (middle, 1),
        (4 if middle < 0.8 * full else -4, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if middle < 0.8 * full else "right",
        fontsize=9,
    )
    describe(
        ax,
        f"Scores of {_students(len(points))}, of {full:g} points: median {middle:.3g}, "
        f"from {points.min():.3g} to {points.max():.3g}. "
        f"{_students(int((points >= full).sum()))} with full marks, "
        f"{_students(int((points == 0).sum()))} with none.",
    )
    return ax


@house_style()
def success(counts: Mapping[str, Mapping[str, int]], *, ax: Axes | None = None) -> Axes:
    """Draw how each exercise went: `counts` has, for an exercise, how many students are at which status."""
    ax = axes_or_new(ax, height=1.3 + ROW * max(1, len(counts)))
    rows = np.arange(len(counts))
    totals = [max(1, sum(statuses.values())) for statuses in counts.values()]
    left = np.zeros(len(counts))
    for status, (fill, hatch) in LOOKS.items():
        shares = np.array(
            [100 * each.get(status, 0) / total for each, total in zip(counts.values(), totals, strict=True)]
        )
        ax.barh(rows, shares, 0.7, left=left, color=fill, hatch=hatch, edgecolor="white", label=status)
        left += shares
    ax.set_yticks(rows, list(counts))
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("students (%)")
    ax.grid(visible=False)
    ax.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1), handlelength=2.2)
    parts = [
        f"{exercise}: "
        + join([f"{_percent(number, total)} {status}" for status, number in statuses.items() if number])
        for (exercise, statuses), total in zip(counts.items(), totals, strict=True)
    ]
    describe(ax, "How each exercise went. " + ". ".join(parts or ["No results yet"]) + ".")
    return ax


@house_style()
def misconceptions(ranked: Sequence[tuple[str, str, int]], *, ax: Axes | None = None) -> Axes:
    """Draw the recognised mistakes: (exercise, sentence, students), the commonest first."""
    return _ranking(ranked, "Recognised mistakes", "No wrong answer was a known mistake", ax)


@house_style()
def slips(ranked: Sequence[tuple[str, str, int]], *, ax: Axes | None = None) -> Axes:
    """Draw the mistakes with a name across the course: (name, what it is, students), the commonest first."""
    return _ranking(ranked, "Mistakes across exercises", "No mistake with a name was made", ax)


@house_style()
def missed(ranked: Sequence[tuple[str, str, int]], *, ax: Axes | None = None) -> Axes:
    """Draw what the tests that students wrote do not do: (exercise, what, students), the commonest first."""
    ranked = [(exercise, f"not: {what}", count) for exercise, what, count in ranked]
    return _ranking(ranked, "What the students' own tests miss", "No test missed anything", ax)


def _ranking(ranked: Sequence[tuple[str, str, int]], heading: str, none: str, ax: Axes | None) -> Axes:
    ranked = [(name, "".join(text for _, text in runs(sentence)), count) for name, sentence, count in ranked]
    texts = ["\n".join(textwrap.wrap(f"{exercise}  {sentence}", 62)) for exercise, sentence, _ in ranked]
    lines = sum(text.count("\n") + 1 for text in texts)
    ax = axes_or_new(ax, height=1.0 + max(ROW * len(ranked), 0.21 * lines, ROW))
    rows = np.arange(len(ranked))
    counts = [count for *_, count in ranked]
    ax.barh(rows, counts, 0.6, color="#D55E00", hatch="xx", edgecolor="white")
    for row, count in zip(rows, counts, strict=True):
        ax.annotate(str(count), (count, row), (4, 0), textcoords="offset points", va="center", fontsize=9)
    ax.set_yticks(rows, texts)
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.invert_yaxis()
    _count_axis(ax, "x", "students")
    if ranked:
        said = [f"“{sentence}” ({exercise}), {_students(count)}" for exercise, sentence, count in ranked]
        describe(ax, f"{heading}, the commonest first: {'; '.join(said)}.")
    else:
        _say(ax, none)
    return ax


KINDS = (  # of wrong answers: what explains it, fill, hatch
    ("a known mistake", "#D55E00", "xx"),
    ("stopped by an error", "#9CCBE6", "//"),
    ("no known mistake", "#8C8C8C", ""),
)


@house_style()
def explanations(counts: Mapping[str, tuple[int, int, int]], *, ax: Axes | None = None) -> Axes:
    """Draw what the wrong answers to each exercise are: so many of each of `KINDS`."""
    ax = axes_or_new(ax, height=1.3 + ROW * max(1, len(counts)))
    rows = np.arange(len(counts))
    sides = np.array([*counts.values()], float).reshape(len(counts), len(KINDS))
    left = np.zeros(len(counts))
    for side, (label, fill, hatch) in zip(sides.T, KINDS, strict=True):
        ax.barh(rows, side, 0.7, left=left, color=fill, hatch=hatch, edgecolor="white", label=label)
        left += side
    for row, (all_of_them, other) in enumerate(zip(left, sides[:, -1], strict=True)):
        if all_of_them:
            ax.annotate(
                f"{_percent(int(other), int(all_of_them))} unexplained",
                (all_of_them, row),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color=MUTED,
            )
    ax.set_yticks(rows, list(counts))
    ax.invert_yaxis()
    _count_axis(ax, "x", "wrong answers")
    ax.set_xlim(0, 1.25 * max(1.0, float(left.max(initial=0))))
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1), handlelength=2.2)
    total, stopped, none = (int(part) for part in (left.sum(), *sides[:, 1:].sum(axis=0)))
    if not total:
        _say(ax, "There are no wrong answers")
        return ax
    parts = [f"{name}: {each[-1]} of {sum(each)}" for name, each in counts.items() if sum(each)]
    describe(
        ax,
        f"Of {total} wrong answers, {stopped} were stopped by an error, and {none} "
        f"({_percent(none, total)}) match no known mistake. By exercise: {', '.join(parts)}.",
    )
    return ax


def _count_axis(ax: Axes, which: str, label: str) -> None:
    axis = ax.yaxis if which == "y" else ax.xaxis
    axis.set_major_locator(MaxNLocator(6, integer=True))
    ax.grid(visible=False)
    ax.grid(visible=True, axis="y" if which == "y" else "x")
    ax.set_axisbelow(True)
    axis.set_label_text(label)
    ax.margins(x=0.1 if which == "x" else None)


def _say(ax: Axes, sentence: str) -> None:
    """Write a sentence where there is nothing to draw."""
    ax.text(0.5, 0.5, sentence, transform=ax.transAxes, ha="center", va="center", color=MUTED)
    ax.set_axis_off()
    describe(ax, f"{sentence}.")


def _students(count: int) -> str:
    return f"{count:,} student" if count == 1 else f"{count:,} students"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.0f} %"
