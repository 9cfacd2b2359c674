"""What a graph is drawn with: boxes, arrows, marks, the width of a text, and a legend that explains them.

All lengths are inches of the drawing; `scale` says how many inches on paper one of them takes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from backproplab.plots.layered import Box
from backproplab.plots.style import INK, MUTED, PALE, ROLES

NAME, SMALL = 9.5, 9.0  # points: a box's name, and all else
_ROW, _INDENT, _BETWEEN = 0.2, 0.28, 0.22

KINDS = {  # what a box can stand for: one of them, several of them
    "leaf": ("leaf", "leaves"),
    "constant": ("constant", "constants"),
    "computed": ("computed value", "computed values"),
}


class Key(NamedTuple):
    """One entry of a legend, at its place from the legend's left end and first row; y falls."""

    x: float
    y: float
    sign: str  # a role, one of KINDS, "local" for a numbered arrow or "" for words alone
    text: str

    @property
    def width(self) -> float:
        """The width of sign and text."""
        return text_width(self.text) + (_INDENT if self.sign else 0.0)


@cache
def text_width(text: str, points: float = SMALL, weight: Literal["normal", "bold"] = "normal") -> float:
    """The width of a text in the course's type, in inches."""
    if not text:
        return 0.0
    font = FontProperties(family="DejaVu Sans", size=points, weight=weight)
    return float(TextPath((0, 0), text, prop=font).get_extents().width) / 72


def outline(ax: Axes, box: Box, kind: str, line: float) -> FancyBboxPatch:
    """Draw a box and return it: round for what was computed, square for a leaf, and grey for a constant."""
    corner = min(0.13, box.height / 3)
    shape = FancyBboxPatch(
        (box.left, box.y - box.height / 2),
        box.width,
        box.height,
        boxstyle=f"round,pad=0,rounding_size={corner}" if kind == "computed" else "square,pad=0",
        facecolor=PALE if kind == "constant" else "white",
        edgecolor=MUTED if kind == "constant" else INK,
        linewidth=line,
        zorder=2,
    )
    ax.add_patch(shape)
    return shape


def arrow(ax: Axes, path: Path, scale: float) -> FancyArrowPatch:
    """Draw an arrow along a path and return it."""
    line = FancyArrowPatch(
        path=path, arrowstyle="-|>", mutation_scale=8 * scale, linewidth=scale, color=MUTED
    )
    ax.add_patch(line)
    return line


def mark(ax: Axes, x: float, y: float, role: str, scale: float) -> None:
    """Draw the marker of a role."""
    look = ROLES[role]
    ax.plot([x], [y], look.marker, color=look.colour, markersize=5.5 * scale, markeredgewidth=0)


def flow(entries: Sequence[tuple[str, str]], width: float) -> list[Key]:
    """Set a legend's (sign, text) entries in rows no wider than `width`; words without a sign start a row."""
    keys: list[Key] = []
    x = y = 0.0
    for sign, text in entries:
        key = Key(x, y, sign, text)
        if keys and (x + key.width > width or not sign):
            x, y = 0.0, y - _ROW
        keys.append(key._replace(x=x, y=y))
        x += key.width + _BETWEEN
    return keys


def draw_key(ax: Axes, key: Key, scale: float) -> None:
    """Draw one entry of a legend where its x and y say."""
    if key.sign in ROLES:
        mark(ax, key.x + 0.13, key.y, key.sign, scale)
    elif key.sign == "local":
        arrow(ax, Path([(key.x, key.y - 0.03), (key.x + 0.22, key.y - 0.03)]), scale)
        ax.text(key.x + 0.09, key.y, "n", size=7.5 * scale, style="italic", ha="center", gid="legend")
    elif key.sign in KINDS:
        outline(ax, Box(key.x + 0.1, key.y, 0.2, 0.15), key.sign, scale)
    start = key.x + key.width - text_width(key.text)
    ax.text(start, key.y, key.text, size=SMALL * scale, color=INK, va="center_baseline", gid="legend")
