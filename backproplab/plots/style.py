"""One look for every picture: what a colour, a marker and a line style mean, in all lessons and widgets.

A value, a gradient, a parameter and the loss keep their colour *and* their shape everywhere, so that meaning
survives without colour. The colours stay apart under three kinds of colour-vision deficiency and reach 3:1 on
white (WCAG 2.2, criterion 1.4.11); `tests/plots/test_style.py` measures both. Blue, vermillion and green are
those of Okabe and Ito (2008).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, StrMethodFormatter
from numpy.typing import NDArray

from backproplab.plots.words import number

WIDTH = 8.0  # inches: a full JupyterLab cell, see display.PAGE_PIXELS_PER_INCH


class Role(NamedTuple):
    """How one kind of number is drawn; `shades` are the dark and the light end of a ramp for several."""

    colour: str
    marker: str
    line: str
    shades: tuple[str, str]


ROLES = {
    "value": Role("#0072B2", "o", "-", ("#003553", "#3D94CC")),
    "gradient": Role("#D55E00", "^", "--", ("#5C2600", "#E06A0C")),
    "parameter": Role("#5B0E62", "s", "-.", ("#3B0541", "#B264BA")),
    "loss": Role("#1A1A1A", "D", "-", ("#000000", "#8C8C8C")),
}

SERIES = (
    "#009E73",
    "#AA3377",
    "#0072B2",
    "#D55E00",
    "#222222",
    "#661100",
)  # kinds without an order: classes, methods
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
LINES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-",
    (0, (6, 2)),
    (0, (1.2, 1.6)),
    (0, (7, 2, 1.2, 2)),
    (0, (3, 1.5)),
    (0, (7, 1.5, 1.2, 1.5, 1.2, 1.5)),
)

INK = "#1A1A1A"
MUTED = "#5F6368"
PALE = "#D9DCE0"
OUTLINE = "#E69F00"  # round what a mask holds: seen on grey as on white

SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#00304D", "#0072B2", "#9CCBE6", "#FFFFFF", "#F3B68A", "#D55E00", "#662B00"]
)
AMOUNT = LinearSegmentedColormap.from_list("amount", ["#FFFFFF", "#B9D6EA", "#5CA3D0", "#0072B2", "#00304D"])

STYLE = {
    "font.family": "DejaVu Sans",  # ships with matplotlib and has Greek, ∂, −
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 10,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.5,
    "lines.markeredgecolor": "white",
    "lines.markeredgewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "text.color": INK,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the course's style: as `with house_style():` or, on a function, `@house_style()`."""
    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
        yield


@house_style()
def panels(
    rows: int = 1, columns: int = 1, *, width: float = WIDTH, height: float = 3.6
) -> tuple[Figure, NDArray[Any]]:
    """Make a figure of `rows` × `columns` axes; sizes in inches, 8 wide fills a notebook cell.

    Returns the figure and its axes as an array of shape `(rows, columns)`. The figure is not known to pyplot,
    so it is shown once, when `display.show` is asked to, and freed with its last name.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def axes_or_new(ax: Axes | None, *, width: float = WIDTH, height: float = 3.6) -> Axes:
    """Return `ax`, or the axes of a new figure of that size."""
    if ax is not None:
        return ax
    new: Axes = panels(width=width, height=height)[1][0, 0]
    return new


def shades(role: str, count: int) -> list[str]:
    """Return `count` colours of one role, dark to light: for an ordered set such as the layers of a network.

    >>> shades("gradient", 1)
    ['#D55E00']
    """
    kind = ROLES[role]
    if count == 1:
        return [kind.colour]
    dark, light = (np.array(to_rgb(end)) for end in kind.shades)
    return [to_hex(dark + (light - dark) * part) for part in np.linspace(0, 1, count)]


def step_axis(ax: Axes, unit: str = "step") -> None:
    """Let the horizontal axis count steps or epochs: whole numbers, hardly any room at the sides."""
    ax.set_xlabel(unit)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.margins(x=0.01)


def log_axis(ax: Axes) -> None:
    """Make the vertical axis logarithmic, with numbers that can be read: 0.2, 0.5, 1 over a few decades."""
    ax.set_yscale("log")
    low, high = np.log10(ax.get_ylim())
    steps = (1.0, 2.0, 5.0) if high - low < 2.2 else (1.0,)
    ax.yaxis.set_major_locator(LogLocator(subs=steps, numticks=12))
    ax.yaxis.set_minor_locator(NullLocator())
    if low >= -4 and high <= 5:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))


def colour_bar(
    ax: Axes, drawn: ScalarMappable, *, ticks: Sequence[float], names: Sequence[str], title: str
) -> None:
    """Put a colour bar beside axes, as tall as they are, whatever their aspect."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(drawn, cax=ax.inset_axes((1.03, 0, 0.035, 1)), ticks=ticks)
    bar.ax.set_yticklabels(names)
    bar.ax.grid(visible=False)
    bar.set_label(title)


def label_ends(ax: Axes, heights: Sequence[float], texts: Sequence[str], colours: Sequence[str]) -> None:
    """Write each line's name to the right of its last point, in its colour, none on top of another.

    `heights` are the lines' last values, in data units. Call it when the axis limits are final.
    """
    to_fraction = ax.transScale + ax.transLimits
    right = ax.get_xlim()[1]
    wanted = [float(np.clip(to_fraction.transform((right, height))[1], 0, 1)) for height in heights]
    figure = ax.get_figure(root=True)
    assert figure is not None
    tall = figure.get_figheight() * ax.get_position().height * 72  # points
    for text, colour, where, at in zip(texts, colours, wanted, spread(wanted, 13.5 / tall), strict=True):
        ax.annotate(
            text,
            xy=(1.0, where),
            xytext=(1.025, at),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=colour,
            fontsize=9.5,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 0},
        )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move numbers apart until neighbours differ by at least `gap`, keeping their order and their mean.

    >>> spread([0.5, 0.5, 0.9], 0.1)
    [0.45, 0.55, 0.9]
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    groups: list[tuple[list[int], float]] = []  # members, centre
    for index in order:
        members, centre = [index], wanted[index]
        while groups and centre - groups[-1][1] < gap * (len(members) + len(groups[-1][0])) / 2:
            earlier, where = groups.pop()
            centre = (centre * len(members) + where * len(earlier)) / (len(members) + len(earlier))
            members = earlier + members
        groups.append((members, centre))
    placed = [0.0] * len(wanted)
    for members, centre in groups:
        for place, index in enumerate(members):
            placed[index] = round(centre + gap * (place - (len(members) - 1) / 2), 9)
    return placed
