"""What each unit of a network says over the plane, as bytes for the page: one small map a unit, one large."""

from typing import Any, NamedTuple

import numpy as np
from contourpy import contour_generator
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from backproplab.layers import Dense, Sigmoid
from backproplab.layers.contract import Array
from backproplab.plots.style import SERIES
from backproplab.widgets.playground.run import Run, network_of

SIDE = 64  # points of the plane along each axis, its edges among them
EVERY = 3  # a small map takes every third: 22 × 22
DECADES = (-6, 0)  # a gradient's line is thinnest at 1e−6 and thickest at 1
FAINTEST = 1e-3  # of the scale, for what lies below it: a line still has its sign
RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}

PAPERS = {"light": ("#FFFFFF", "#0072B2"), "dark": ("#15181B", "#5CB3E6")}  # as --bpl-paper, --bpl-value
CLASSES = {"light": (SERIES[0], SERIES[1]), "dark": ("#1FA97F", "#C8569A")}
TINT = {"light": 0.62, "dark": 0.72}  # how far a certain answer goes from paper to the colour of its class


class Unit(NamedTuple):
    """What one unit says over the plane, rows from the top: `(SIDE, SIDE)` each."""

    sums: Array
    """z, before the activation; the unit's line is where it is 0. An input has none: nan."""
    values: Array
    low: float
    high: float


class Plane:
    """The part of the plane where the data lies, and the units of a network over it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        low, high = run.x.min(axis=0), run.x.max(axis=0)
        centre, half = (low + high) / 2, 0.7 * float((high - low).max())
        self.across, self.up = (np.linspace(at - half, at + half, SIDE) for at in centre)
        self.grid = np.stack(np.meshgrid(self.across, self.up[::-1]), axis=-1).reshape(-1, 2)
        # A twin does the looking: the live network keeps what its last pass over the data left.
        self.twin = network_of(run.settings)

    @property
    def window(self) -> list[float]:
        """Left, right, bottom and top."""
        return [float(end) for axis in (self.across, self.up) for end in (axis[0], axis[-1])]

    def units(self) -> list[Unit]:
        """Both inputs, the hidden units layer by layer, the output last."""
        self.twin.parameters = self.run.network.parameters
        found = [
            _unit(np.full_like(column, np.nan), column, self.window[2 * i : 2 * i + 2])
            for i, column in enumerate(self.grid.T)
        ]
        signal, layers = self.grid, self.twin.layers
        with np.errstate(all="ignore"):
            for index, layer in enumerate(layers):
                if not isinstance(layer, Dense):
                    continue
                sums = signal = layer.forward(signal)
                if index + 1 < len(layers) and not isinstance(layers[index + 1], Dense):
                    signal = layers[index + 1].forward(sums)
                last = len(found) == 2 + self.run.settings.depth * self.run.settings.width
                values = Sigmoid().forward(sums) if last else signal
                limits = _limits("sigmoid" if last else self.run.settings.activation, values)
                found += [_unit(z, a, limits) for z, a in zip(sums.T, values.T, strict=True)]
        return found

    def line(self, unit: Unit) -> bytes:
        """Where a unit's z is 0: float32 pairs from 0 to 1, right and down; nan between two pieces."""
        if not np.isfinite(unit.sums).all() or not unit.sums.min() < 0 < unit.sums.max():
            return b""
        ends = np.linspace(0, 1, SIDE)
        pieces = contour_generator(ends, ends, unit.sums).lines(0.0)
        gap = np.full((1, 2), np.nan)
        parts = [part for piece in pieces for part in (np.asarray(piece), gap)]
        return np.concatenate(parts).astype("<f4").tobytes() if parts else b""


def _unit(sums: Array, values: Array, limits: Any) -> Unit:
    return Unit(sums.reshape(SIDE, SIDE), values.reshape(SIDE, SIDE), float(limits[0]), float(limits[1]))


def _limits(activation: str, values: Array) -> tuple[float, float]:
    """The values at the ends of the palette: one scale for a layer, so that its units can be compared."""
    if activation in RANGES:
        return RANGES[activation]
    finite = values[np.isfinite(values)]
    top = float(np.abs(finite).max(initial=0.0)) or 1.0
    return (0.0, top) if activation == "ReLU" else (-top, top)


def shades(unit: Unit, every: int = 1) -> bytes:
    """A unit's map as places in a palette of 256, row by row from the top."""
    part = (unit.values[::every, ::every] - unit.low) / (unit.high - unit.low)
    with np.errstate(invalid="ignore"):  # what is not a number has no shade: some byte or other
        table: NDArray[np.uint8] = np.rint(255 * part.clip(0, 1)).astype(np.uint8)
    return table.tobytes()


def weight_sizes(views: dict[str, Array]) -> bytes:
    """All weights, as float32 parts of the largest, layer by layer; a bias has no line."""
    weights = _of_weights(views)
    parts: Array = weights / (np.abs(weights).max() or 1.0)
    return parts.astype("<f4").tobytes()


def gradient_sizes(views: dict[str, Array]) -> bytes:
    """The gradients of all weights, as float32 places on the scale of `DECADES`, signed; 0 for one of 0.

    The scale is the same at every step and for every network, so that lines fade as training stalls.
    """
    gradients = _of_weights(views)
    low, high = DECADES
    with np.errstate(divide="ignore"):
        places = (np.log10(np.abs(gradients)) - low) / (high - low)
    parts: Array = np.sign(gradients) * places.clip(FAINTEST, 1.0)
    return parts.astype("<f4").tobytes()


def _of_weights(views: dict[str, Array]) -> Array:
    """The finite entries of all arrays of weights, one after the other; 0 for the others."""
    flat = np.concatenate([view.ravel() for name, view in views.items() if name.endswith("weights")])
    finite: Array = np.where(np.isfinite(flat), flat, 0.0)
    return finite


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
