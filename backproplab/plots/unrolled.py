"""A recurrent unit drawn at each of its steps: states go right, messages come back, shares add. Lesson 20."""

from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes

from backproplab.display import describe
from backproplab.plots.network_diagram import LOWERED
from backproplab.plots.style import INK, ROLES, axes_or_new, house_style
from backproplab.plots.words import short

APART = 2.0  # between two states
RADIUS = 0.36  # from the middle of a state to its edge
NARROW = 0.2  # the same for h₀ and for L, whose texts are short
UP, DOWN = 1.25, -1.25  # where the shared weight and the inputs stand
LANE = 0.16  # how far above and below the middle the two ways lie


@house_style()
def unrolled(
    inputs: Sequence[float], states: Sequence[float], messages: Sequence[float], shares: Sequence[float]
) -> Axes:
    """Draw one recurrent unit at each of its steps, with the way of the message back through time.

    `inputs`, `messages` ∂L/∂h and `shares` of the recurrent weight u `(steps,)`, first step first; `states`
    `(steps + 1,)`, with the one before the first step. ValueError if lengths do not fit.
    """
    steps = len(inputs)
    if not steps or not len(states) - 1 == steps == len(messages) == len(shares):
        raise ValueError(
            "unrolled() needs an input, a message and a share for each step, and one state more; got "
            f"{len(inputs)}, {len(messages)} and {len(shares)}, and {len(states)} states"
        )
    ax = axes_or_new(None, height=3.1)
    ax.set(xlim=(-0.7, APART * (steps + 1) + 0.5), ylim=(DOWN - 0.35, UP + 0.45), aspect="equal")
    ax.axis("off")
    middle = APART * (steps + 1) / 2
    _box(ax, middle, UP, f"∂L/∂u = {short(sum(shares), 3)}", "parameter")
    for t, state in enumerate(states):
        _box(ax, APART * t, 0, f"h{_low(t)}\n{short(state, 3)}", "value")
    _box(ax, APART * (steps + 1), 0, "L", "loss")
    for t in range(1, steps + 1):
        here = APART * t
        before, after = (NARROW if t == 1 else RADIUS), (NARROW if t == steps else RADIUS)
        _box(ax, here, DOWN, f"x{_low(t)} = {short(inputs[t - 1], 3)}", "value")
        _arrow(ax, (here, DOWN + 0.2), (here, -RADIUS), "value", "")
        _label(ax, (here + 0.1, (DOWN - LANE) / 2), "× w", "value", "left")
        _arrow(ax, (here - APART + before, LANE), (here - RADIUS, LANE), "value", "× u")
        _arrow(
            ax, (here + APART - after, -LANE), (here + RADIUS, -LANE), "gradient", short(messages[t - 1], 3)
        )
        top = middle + (here - middle) * 0.35
        _arrow(ax, (here, RADIUS), (top, UP - 0.2), "gradient", "")
        aside = -0.1 if here < middle else 0.1  # beside its arrow, on the outer side
        share_x = (here + top) / 2 + aside
        _label(
            ax,
            (share_x, (RADIUS + UP) / 2),
            short(shares[t - 1], 3),
            "gradient",
            "right" if aside < 0 else "left",
        )
    _arrow(ax, (APART * steps + RADIUS, LANE), (APART * (steps + 1) - NARROW, LANE), "value", "")
    back = "; ".join(f"∂L/∂h{_low(t)} = {short(messages[t - 1], 3)}" for t in range(steps, 0, -1))
    up = ", ".join(short(share, 3) for share in shares)
    describe(
        ax,
        f"One unit drawn at {steps} steps. Solid arrows go right, from state to state times u, to the loss L "
        f"and up from each input, times w; dashed ones come back: {back}. "
        f"From each step a share goes up to u, {up}, "
        f"together {short(sum(shares), 3)}.",
    )
    return ax


def _low(number: int) -> str:
    """A number as an index."""
    return str(number).translate(LOWERED)


def _box(ax: Axes, x: float, y: float, text: str, role: str) -> None:
    """A text in a frame of its role's colour."""
    ax.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        color=INK,
        fontsize=9.5,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": ROLES[role].colour},
    )


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], role: str, text: str) -> None:
    """An arrow of a role, with a text: above it where it goes right, below where it goes left."""
    ax.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "->",
            "color": ROLES[role].colour,
            "linestyle": ROLES[role].line,
            "linewidth": 1.5,
            "shrinkA": 3,
            "shrinkB": 3,
        },
    )
    side = 1 if end[0] > start[0] else -1
    _label(ax, ((start[0] + end[0]) / 2, start[1] + 0.16 * side), text, role, "center")


def _label(
    ax: Axes, where: tuple[float, float], text: str, role: str, ha: Literal["left", "center", "right"]
) -> None:
    """A text in the colour of its role."""
    ax.text(*where, text, color=ROLES[role].colour, ha=ha, va="center", fontsize=9)
