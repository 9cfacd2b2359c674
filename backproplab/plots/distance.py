"""How much of a message is left, so many steps back in time. After lesson 20."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from backproplab.display import describe
from backproplab.plots.style import LINES, MARKERS, axes_or_new, house_style, log_axis, shades, step_axis
from backproplab.plots.words import number


@house_style()
def gradient_by_distance(cases: Mapping[str, ArrayLike]) -> Axes:
    """Draw the size of a gradient against the number of steps that it came back, on a log scale.

    `cases` holds, by name, sizes `(steps,)`: first is the size at the last step, where the message starts.
    A line ends before the first size that is exactly 0, which has no place on a log scale; the alt text
    says after how many steps that is. ValueError if there is no case, or if a size is negative, not finite,
    or 0 at the start.
    """
    if not 0 < len(cases) <= len(LINES):
        raise ValueError(f"gradient_by_distance() draws one to {len(LINES)} cases, got {len(cases)}")
    ax = axes_or_new(None, height=3.6)
    sentences = []
    for place, (name, colour) in enumerate(zip(cases, shades("gradient", len(cases)), strict=True)):
        sizes = np.asarray(cases[name], float)
        if sizes.ndim != 1 or len(sizes) < 2 or not (np.isfinite(sizes) & (sizes >= 0)).all() or not sizes[0]:
            raise ValueError(
                f"gradient_by_distance() needs two or more finite sizes (steps,) for {name!r}, "
                f"none negative and the first above 0, got {cases[name]!r:.60}"
            )
        zeros = np.flatnonzero(sizes == 0)
        end = int(zeros[0]) if len(zeros) else len(sizes)
        every = max(1, len(sizes) // 6)
        ax.plot(
            np.arange(end),
            sizes[:end],
            linestyle=LINES[place],
            marker=MARKERS[place],
            markevery=every,
            color=colour,
            label=name,
        )
        course = f"{number(sizes[0], 1)} at the last step"
        if end > 1:
            course += f", about {number(sizes[end - 1], 1)} after {_steps(end - 1)}"
        if len(zeros):
            course += f", exactly 0 after {_steps(end)}"
        sentences.append(f"{name}: {course}")
    log_axis(ax)
    step_axis(ax, "steps back in time, from the last step")
    ax.set(ylabel="size of the gradient (log scale)")
    ax.legend(loc="best")
    describe(ax, f"The size of the gradient by its way back in time, on a log scale. {'; '.join(sentences)}.")
    return ax


def _steps(count: int) -> str:
    return f"{count} step{'s' * (count != 1)}"
