"""How the angle between two directions changes while a network learns. After lesson 21."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from backproplab.display import describe
from backproplab.plots.style import LINES, MARKERS, MUTED, axes_or_new, house_style, shades, step_axis


@house_style()
def angle_curves(runs: Mapping[str, ArrayLike], steps: Sequence[int]) -> Axes:
    """Draw the angle of each run, in degrees, against the step of training at which it was measured.

    `runs` holds, by name, angles `(len(steps),)` between 0 and 180. A thin line marks the right angle, at
    which two directions have nothing to do with each other. ValueError if there is no run, or if its angles
    are not as many as the steps or not between 0 and 180.
    """
    if not len(steps):
        raise ValueError("angle_curves() needs at least one step at which angles were measured")
    if not 0 < len(runs) <= len(LINES):
        raise ValueError(f"angle_curves() draws one to {len(LINES)} runs, got {len(runs)}")
    ax = axes_or_new(None, height=3.6)
    courses = []
    for place, (name, colour) in enumerate(zip(runs, shades("gradient", len(runs)), strict=True)):
        angles = np.asarray(runs[name], float)
        if angles.shape != (len(steps),) or not ((angles >= 0) & (angles <= 180)).all():
            raise ValueError(
                f"angle_curves() needs {len(steps)} angles between 0 and 180 for {name!r}, one a step, "
                f"got {runs[name]!r:.60}"
            )
        ax.plot(steps, angles, linestyle=LINES[place], marker=MARKERS[place], color=colour, label=name)
        courses.append(f"{name}: from {angles[0]:.0f}° to {angles[-1]:.0f}°")
    ax.axhline(90, color=MUTED, linewidth=1)
    ax.annotate("right angle", (steps[-1], 90), (0, 4), textcoords="offset points", ha="right", color=MUTED)
    step_axis(ax, "steps of training")
    ax.set(ylabel="angle in degrees", ylim=(0, max(105, ax.get_ylim()[1])))
    ax.legend(loc="lower left")
    describe(
        ax,
        f"The angle between two directions, measured {len(steps)} times from step {steps[0]} to "
        f"{steps[-1]} of training. {'; '.join(courses)}.",
    )
    return ax
