"""The decision tree of lesson 11 as one page to print: what the loss does, the test, and whom it accuses."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path

from backproplab.diagnosis.tree import CLINIC, Branch
from backproplab.display import describe
from backproplab.plots.boxes import arrow, outline
from backproplab.plots.layered import Box
from backproplab.plots.style import INK, MUTED, WIDTH, house_style, panels

SIZE = 8.5  # points
LINE = 0.155  # inches from one line of text to the next
GAP = 0.16
MARGIN = 0.1


class _Column(NamedTuple):
    """Where a column begins and how wide it is, in inches, and how many characters a line of it holds."""

    left: float
    width: float
    characters: int


SYMPTOM = _Column(0.05, 1.65, 21)
TEST = _Column(1.95, 1.95, 27)
OUTCOME = _Column(4.4, 3.55, 50)


@house_style()
def bug_clinic(branches: Sequence[Branch] = CLINIC) -> Figure:
    """Draw the tree from left to right: a row for each symptom, its test, and two outcomes with their cures.

    A symptom is a square box and bold, a test is round, and a cure stands below its suspects, after an arrow.
    The alt text holds the whole tree in words. ValueError without a branch.

    To print it: `bug_clinic().savefig("bug-clinic.pdf")`.
    """
    if not branches:
        raise ValueError("bug_clinic() needs at least one branch to draw, got none")
    heights = [_height(branch) for branch in branches]
    total = sum(heights) + GAP * len(heights) + 0.4
    figure, ((ax,),) = panels(height=total)
    figure.set_layout_engine("none")
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH), ylim=(0, total))
    ax.axis("off")
    for column, title in ((SYMPTOM, "What the loss does"), (TEST, "Test"), (OUTCOME, "Suspects → cure")):
        ax.text(column.left, total - 0.2, title, size=10, weight="bold", color=MUTED, va="center")
    top = total - 0.4
    for branch, height in zip(branches, heights, strict=True):
        _draw(ax, branch, top, height)
        top -= height + GAP
    describe(figure, "A decision tree. " + " ".join(_told(branch) for branch in branches))
    return figure


def _lines(text: str, column: _Column) -> list[str]:
    return textwrap.wrap(text, column.characters)


def _outcomes(branch: Branch) -> list[tuple[str, list[str], list[str]]]:
    """Of each outcome: its answer, and the lines of suspects and of the cure."""
    return [
        (answer, _lines(each.suspect, OUTCOME), _lines(f"→ {each.cure}", OUTCOME))
        for answer, each in branch.outcomes
    ]


def _height(branch: Branch) -> float:
    """What a branch takes: the taller of its test, its symptom and its two outcomes."""
    right = sum(_box(len(suspect) + len(cure)) for _, suspect, cure in _outcomes(branch)) + MARGIN
    return max(right, _box(len(_lines(branch.test, TEST))), _box(len(_lines(branch.symptom, SYMPTOM))))


def _box(lines: int) -> float:
    return LINE * lines + MARGIN


def _draw(ax: Axes, branch: Branch, top: float, height: float) -> None:
    """One row of the tree, hanging from `top`."""
    middle = top - height / 2
    _boxed(ax, _lines(branch.symptom, SYMPTOM), SYMPTOM, middle, kind="leaf")
    _boxed(ax, _lines(branch.test, TEST), TEST, middle, kind="computed")
    arrow(ax, Path([(SYMPTOM.left + SYMPTOM.width, middle), (TEST.left, middle)]), 1)
    place = top
    for answer, suspect, cure in _outcomes(branch):
        own = _box(len(suspect) + len(cure))
        at = place - own / 2
        start, end = (TEST.left + TEST.width, middle), (OUTCOME.left - 0.06, at)
        arrow(ax, Path([start, end]), 1)
        ax.text(
            (start[0] + end[0]) / 2,
            (middle + at) / 2,
            answer,
            size=SIZE,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
        _text(ax, suspect, OUTCOME.left, place - MARGIN / 2)
        _text(ax, cure, OUTCOME.left, place - MARGIN / 2 - LINE * len(suspect), weight="bold")
        place -= own + MARGIN


def _boxed(ax: Axes, lines: list[str], column: _Column, middle: float, *, kind: str) -> None:
    height = _box(len(lines))
    outline(ax, Box(column.left + column.width / 2, middle, column.width, height), kind, 1.0)
    weight = "bold" if kind == "leaf" else "normal"
    _text(ax, lines, column.left + 0.08, middle + height / 2 - MARGIN / 2, weight=weight)


def _text(ax: Axes, lines: list[str], left: float, top: float, *, weight: str = "normal") -> None:
    for number, line in enumerate(lines):
        at = top - LINE * (number + 0.5)
        ax.text(left, at, line, size=SIZE, weight=weight, color=INK, va="center_baseline", parse_math=False)


def _told(branch: Branch) -> str:
    """A branch in one sentence each for symptom, test and outcomes."""
    parts = [f"{answer.capitalize()}: {each.suspect}; cure: {each.cure}." for answer, each in branch.outcomes]
    return f"{branch.symptom}: {branch.test} {' '.join(parts)}"
