"""What the playground's page draws with: the part of the plane that it shows, and palettes of 256 shades."""

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from backproplab.plots.style import SERIES
from backproplab.widgets.playground.run import Floats

PAPERS = {"light": ("#FFFFFF", "#0072B2"), "dark": ("#15181B", "#5CB3E6")}  # as --bpl-paper, --bpl-value
CLASSES = {"light": (SERIES[0], SERIES[1]), "dark": ("#1FA97F", "#C8569A")}
TINT = {"light": 0.62, "dark": 0.72}  # how far a certain answer goes from paper to the colour of its class


def window(x: Floats) -> list[float]:
    """Left, right, bottom and top of the square of the plane where points `(n, 2)` lie, with a margin."""
    low, high = x.min(axis=0), x.max(axis=0)
    half = 0.7 * float((high - low).max())
    return [float(at + side) for at in (low + high) / 2 for side in (-half, half)]


def palettes() -> dict[str, bytes]:
    """Red, green and blue of 256 shades each: for the classes and for a unit's values, on light and dark."""
    found = {}
    for theme, (paper, value) in PAPERS.items():
        none, one = (_mixed(paper, colour, TINT[theme]) for colour in CLASSES[theme])
        found[f"classes-{theme}"] = _palette([none, paper, one])
        found[f"values-{theme}"] = _palette([paper, value])
    return found


def _palette(colours: list[Any]) -> bytes:
    table = LinearSegmentedColormap.from_list("", colours)(np.linspace(0, 1, 256))[:, :3]
    result: NDArray[np.uint8] = np.rint(255 * table).astype(np.uint8)
    return result.tobytes()


def _mixed(paper: str, colour: str, part: float) -> Any:
    return LinearSegmentedColormap.from_list("", [paper, colour])(part)[:3]
