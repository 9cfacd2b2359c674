"""The two curves below the playground, in parts of their boxes: the page scales them and draws."""

from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from backproplab.plots.style import spread
from backproplab.plots.words import number
from backproplab.widgets.playground.run import Floats, Run

DECADES = 6  # at most so many are shown below the largest norm
BETWEEN_NAMES = 0.14  # of a box's height, so that two names do not lie on each other


def curves(run: Run) -> tuple[bytes, dict[str, Any]]:
    """Curves as float32 `(2 + layers, rows)`: steps, loss, each layer's norm; all from 0 to 1, upwards.

    With them the ticks, as pairs of a place and a text, and the places of the layers' names.
    """
    rows = run.course().T
    right, top = max(float(rows[0].max()), 1.0), float(rows[1].max()) or 1.0
    norms, low, high = _decades(rows[2:])
    scaled = np.vstack([rows[0] / right, rows[1] / (1.08 * top), norms])
    powers = range(int(low), int(high) + 1, max(1, round((high - low) / 3)))
    scales = {
        "steps": _ticks(right, whole=True),
        "loss": [[place / 1.08, text] for place, text in _ticks(top, whole=False)],
        "norms": [[(power - low) / (high - low), number(10.0**power, 1)] for power in powers],
        "names": spread([float(end) for end in scaled[2:, -1]], BETWEEN_NAMES),
    }
    return scaled.astype("<f4").tobytes(), scales


def _ticks(top: float, *, whole: bool) -> list[list[Any]]:
    places = MaxNLocator(4 if whole else 3, integer=whole).tick_values(0.0, top)
    return [
        [float(place / top), f"{place:,.0f}" if whole else f"{place:.3g}"]
        for place in places
        if 0 <= place <= top
    ]


def _decades(norms: Floats) -> tuple[Floats, float, float]:
    """Norms on a logarithmic scale from 0 to 1, a norm of 0 at its foot; its ends, as powers of ten."""
    positive = norms[norms > 0]
    if not len(positive):
        return np.zeros_like(norms), -3.0, 0.0
    high = float(np.ceil(np.log10(positive.max())))
    low = float(max(np.floor(np.log10(positive.min())), high - DECADES, -300))
    low = min(low, high - 1)
    with np.errstate(divide="ignore"):
        return np.clip((np.log10(norms) - low) / (high - low), 0, 1), low, high
