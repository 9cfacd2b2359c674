"""A motion, and the same motion run backwards in time from where it ended. After lesson 25."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from backproplab.display import describe
from backproplab.plots.style import ROLES, axes_or_new, house_style
from backproplab.plots.words import number

APART = 0.05
"""The way back has left the way there when they are this share of the latter's height apart."""


@house_style()
def there_and_back(
    times: ArrayLike, there: ArrayLike, back: ArrayLike, *, quantity: str, ax: Axes | None = None
) -> Axes:
    """Draw a quantity over time, on the way there and on the way back, which ends at the first time.

    All three are `(times,)`, in the order of time; times in seconds. `quantity` is what the axis says. What
    lies far outside of the way there is cut off; the alt text says when the two part, looking backwards.
    ValueError for other shapes, fewer than two times, and a way there that is not finite or never moves.
    """
    t, first, second = (np.asarray(values, float) for values in (times, there, back))
    if not (t.ndim == 1 and len(t) > 1 and t.shape == first.shape == second.shape):
        raise ValueError(
            f"there_and_back() needs two or more times and paths of one shape (times,), got {t.shape}, "
            f"{first.shape} and {second.shape}"
        )
    height = float(np.ptp(first))
    if not (np.isfinite(first).all() and height > 0):
        raise ValueError("there_and_back() needs a way there that is finite and moves; look at the solver")
    ax = axes_or_new(ax, height=3.2)
    value, gradient = ROLES["value"], ROLES["gradient"]
    every = max(1, len(t) // 12)
    ax.plot(t, first, value.line, color=value.colour, label="there")
    ax.plot(t, second, gradient.line, color=gradient.colour, label="and back", linewidth=2.2)
    ax.plot(t[::every], second[::every], gradient.marker, color=gradient.colour, clip_on=True)
    ax.set(xlabel="time (seconds)", ylabel=quantity, xlim=(t[0], t[-1]))
    ax.set_ylim(first.min() - 0.3 * height, first.max() + 0.3 * height)
    ax.legend(loc="best")
    apart = np.flatnonzero(~(np.abs(second - first) <= APART * height))
    course = (
        f"on the way back they part at {number(float(t[apart[-1]]))} seconds"
        if len(apart)
        else "the way back lies upon it, down to the start"
    )
    describe(
        ax,
        f"The {quantity} over {number(float(t[-1] - t[0]))} seconds goes from {number(float(first[0]))} to "
        f"{number(float(first[-1]))}; {course}.",
    )
    return ax
