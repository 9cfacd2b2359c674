"""The language model of capstone 4: its values as they follow forward, and the pieces of its way back."""

from collections.abc import Collection, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from backproplab.display import describe
from backproplab.plots.style import INK, MUTED, ROLES, axes_or_new, house_style

APART = 1.25  # between two values of a row
BELOW = -2.95  # the second row
EDGE = {"Q, K, V": 0.42, "tokens": 0.4, "logits": 0.37}  # from the middle of a value to its edge, else 0.2
ABOVE, UNDER = 0.4, -0.42  # what a step does, and its knobs
SKIP, SKIP_BACK = 0.72, 0.92  # the way around, and its way back
LANE = -0.74  # the way back of all else

ROWS = (
    ("tokens", "x", "u", "Q, K, V", "S", "A", "M", "y"),
    ("y", "r", "z", "h", "o", "f", "logits", "p", "L"),
)
AROUND = (("x", "y"), ("y", "o"))  # a value is added to what was made of it
STEPS = {  # how a value is made of the one before it in its row, and with which knobs
    "x": ("look up", "E, P"),
    "u": ("LayerNorm", "g₁, b₁"),
    "Q, K, V": ("dense", "W_q W_k W_v"),
    "S": ("Q Kᵀ/√d", ""),
    "A": ("softmax", ""),
    "M": ("A V", ""),
    "y": ("dense, +", "W_o"),
    "r": ("LayerNorm", "g₂, b₂"),
    "z": ("dense", "W₁, c₁"),
    "h": ("ReLU", ""),
    "o": ("dense, +", "W₂, c₂"),
    "f": ("LayerNorm", "g₃, b₃"),
    "logits": ("dense", "W_out, c_out"),
    "p": ("softmax", ""),
    "L": ("−ln, mean", ""),
}


@house_style()
def language_block(back: Sequence[tuple[str, str, str]], *, marked: Collection[str] = ()) -> Axes:
    """Draw the model of capstone 4 in two rows, and below its arrows the pieces of the way back.

    `back` has (name, from, to) for each stretch of the way back, from a value nearer to the loss to one that
    it was made of: ("C4.1", "L", "logits"). A piece may have several stretches. Pieces in `marked` are drawn
    bold, in the colour of a gradient, and the others thin and grey; without any mark, all are bold.
    ValueError for a stretch that does not lead to an earlier value of its row, and for a mark on no piece.
    """
    for name, start, end in back:
        if not any(_goes_back(row, start, end) for row in ROWS):
            raise ValueError(
                f"language_block() got {name} from {start!r} to {end!r}; give a value and an earlier one, "
                f"both of {' → '.join(ROWS[0])} or both of {' → '.join(ROWS[1])}"
            )
    names = list(dict.fromkeys(name for name, _, _ in back))
    if unknown := set(marked) - set(names):
        raise ValueError(f"language_block() has no {sorted(unknown)} to mark; the pieces are {names}")
    ax = axes_or_new(None, height=4.3)
    ax.set(xlim=(-0.72, APART * 8 + 0.5), ylim=(BELOW - 1.62, SKIP_BACK + 0.42), aspect="equal")
    ax.axis("off")
    for y, row in zip((0, BELOW), ROWS, strict=True):
        _forward(ax, y, row)
    _to_the_second_row(ax)
    for name, start, end in back:
        _piece(ax, name, start, end, bold=not marked or name in marked)
    key = "Solid: forward, what is done above the arrow, its knobs below. Dashed: the way back, in pieces."
    ax.text(-0.4, BELOW - 1.45, key, color=MUTED, fontsize=9, va="center")
    describe(ax, _words(back, marked))
    return ax


def _goes_back(row: Sequence[str], start: str, end: str) -> bool:
    return start in row and end in row and row.index(end) < row.index(start)


def _half(value: str) -> float:
    return EDGE.get(value, 0.2)


def _forward(ax: Axes, y: float, row: Sequence[str]) -> None:
    """Draw the values of a row, its steps, and the ways around them."""
    for column, value in enumerate(row):
        here = APART * column
        edge = ROLES["loss" if value == "L" else "value"].colour
        box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": edge}
        ax.text(here, y, value, ha="center", va="center", color=INK, fontsize=9.5, bbox=box, zorder=3)
        if column:
            before = here - APART + _half(row[column - 1])
            _line(ax, [(before, y), (here - _half(value), y)], "value", bold=True)
            done, knobs = STEPS[value]
            middle = here - APART / 2
            ax.text(middle, y + ABOVE, done, ha="center", va="center", color=INK, fontsize=8.5)
            colour = ROLES["parameter"].colour
            ax.text(middle, y + UNDER, knobs, ha="center", va="center", color=colour, fontsize=8.5)
    for start, end in AROUND:
        if start in row and end in row:
            left, right = (APART * row.index(value) for value in (start, end))
            path = [(left, y + 0.24), (left, y + SKIP), (right, y + SKIP), (right, y + 0.24)]
            _line(ax, path, "value", bold=True)


def _to_the_second_row(ax: Axes) -> None:
    """The last value of the first row is the first of the second: lead there."""
    right, left, between = APART * (len(ROWS[0]) - 1), -0.55, BELOW / 2
    corners = [
        (right + 0.24, 0.0),
        (right + 0.55, 0.0),
        (right + 0.55, between),
        (left, between),
        (left, BELOW),
    ]
    _line(ax, [*corners, (-0.24, BELOW)], "value", bold=True)


def _piece(ax: Axes, name: str, start: str, end: str, *, bold: bool) -> None:
    """A dashed arrow back, with the name of its piece: below the row, or above the way around."""
    y, row = next((y, row) for y, row in zip((0, BELOW), ROWS, strict=True) if _goes_back(row, start, end))
    right, left = APART * row.index(start) - 0.08, APART * row.index(end) + 0.08
    around = (end, start) in AROUND
    lane = y + (SKIP_BACK if around else LANE)
    _line(ax, [(right, lane), (left, lane)], "gradient", bold=bold)
    ax.text(
        (left + right) / 2,
        lane + (0.2 if around else -0.2),
        name,
        ha="center",
        va="center",
        color=ROLES["gradient"].colour if bold else MUTED,
        fontweight="bold" if bold else "normal",
        fontsize=9.5,
    )


def _line(ax: Axes, corners: Sequence[tuple[float, float]], role: str, *, bold: bool) -> None:
    """An arrow of a role along straight lines; grey and thin where it is not meant now."""
    ax.add_patch(
        FancyArrowPatch(
            path=Path(corners),
            arrowstyle="-|>",
            mutation_scale=8,
            color=ROLES[role].colour if bold else MUTED,
            linestyle=ROLES[role].line,
            linewidth=1.5 if bold else 1.0,
        )
    )


def _words(back: Sequence[tuple[str, str, str]], marked: Collection[str]) -> str:
    first, second = (" → ".join(row) for row in ROWS)
    around = " and ".join(f"from {start} to {end}" for start, end in AROUND)
    pieces: dict[str, list[str]] = {}
    for name, start, end in back:
        pieces.setdefault(name, []).append(f"{start} to {end}")
    told = "; ".join(f"{name} from {' and from '.join(parts)}" for name, parts in pieces.items())
    bold = f" Marked: {', '.join(name for name in pieces if name in marked)}." if marked else ""
    return (
        f"The model in two rows, {first} and {second}, with a way around {around}. "
        f"Dashed arrows lead back: {told}.{bold}"
    )
