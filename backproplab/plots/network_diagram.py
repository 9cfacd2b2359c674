"""A small dense network as circles and lines, with its activations, weights and gradients written on it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.layers import Dense
from backproplab.network import Network
from backproplab.plots.style import MUTED, ROLES, WIDTH, axes_or_new, house_style
from backproplab.plots.words import number

Floats = NDArray[np.float64]
RADIUS = 0.30  # all lengths here are inches on the page
BIAS_BELOW = RADIUS + 0.13
COLUMN = 3.15


class Edge(NamedTuple):
    """A line from one unit to one of the next layer."""

    start: Floats
    end: Floats
    weight: float
    gradient: float | None


@house_style()
def network_diagram(
    network: Network,
    example: ArrayLike,
    *,
    gradients: Mapping[str, ArrayLike] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network of Dense layers and activations as it computes one example `(features,)`.

    Pass `gradients=network.gradient_views` after a backward pass to write ∂L/∂w under each weight. The
    numbers in the circles are the units' outputs. Meant for small networks: at most five units in a layer can
    be read.
    """
    signal = network.checked(np.asarray(example, network.dtype)[np.newaxis])
    activations, weights, biases, slopes = [np.asarray(signal[0])], [], [], []
    for name, layer in zip(network.names, network.layers, strict=True):
        signal = layer.forward(signal)
        if isinstance(layer, Dense):
            activations.append(signal[0].copy())
            weights.append(layer.weights)
            biases.append(layer.bias)
            if gradients is not None:
                slopes.append(gradients[f"{name}.weights"])
        else:
            activations[-1] = signal[0].copy()
    return unit_diagram(activations, weights, gradients=slopes or None, biases=biases, ax=ax)


@house_style()
def unit_diagram(
    activations: Sequence[ArrayLike],
    weights: Sequence[ArrayLike],
    *,
    gradients: Sequence[ArrayLike] | None = None,
    biases: Sequence[ArrayLike] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw units as circles and weights as lines, from plain arrays.

    `activations` holds one array `(units,)` a layer, the inputs first; `weights` and `gradients` one array
    `(inputs, outputs)` between two layers; `biases` one array `(units,)` for each layer but the first. A line
    is as thick as its weight is large, and dashed where the weight is negative.
    """
    layers = [np.asarray(layer, float).ravel() for layer in activations]
    matrices = [np.asarray(matrix, float) for matrix in weights]
    slopes = [np.asarray(matrix, float) for matrix in gradients] if gradients is not None else None
    for place, matrix in enumerate(matrices):
        expected = (layers[place].size, layers[place + 1].size)
        if matrix.shape != expected:
            raise ValueError(
                f"weights {place} have shape {matrix.shape}, but its layers have {expected} units"
            )
    tallest = max(layer.size for layer in layers)
    row = 1.35 if tallest <= 3 else 1.15
    height = row * (tallest - 1) + 1.75
    width = min(WIDTH, max(5.8, COLUMN * (len(layers) - 1) + 1.4))
    column = (width - 1.4) / (len(layers) - 1)
    ax = axes_or_new(ax, width=width, height=height)
    ax.set_xlim(-0.7, width - 0.7)
    ax.set_ylim(-1.0, height - 1.0)
    ax.set_aspect("equal")
    ax.set_axis_off()
    places = [
        np.stack([np.full(layer.size, index * column), _heights(layer.size, tallest, row)], axis=1)
        for index, layer in enumerate(layers)
    ]
    edges = _edges(places, matrices, slopes)
    _draw_edges(ax, edges)
    _draw_units(ax, places, layers, [np.asarray(bias, float) for bias in biases or ()])
    _write_key(ax, edges, with_bias=bool(biases))
    describe(ax, _words(layers, edges))
    return ax


def _heights(units: int, tallest: int, row: float) -> Floats:
    # Two units beside a taller layer stand further apart: their edges then cross less.
    step = row if units != 2 else row * (1 + (tallest - 2) / 4)
    return np.asarray(row * (tallest - 1) / 2 + step * ((units - 1) / 2 - np.arange(units)))


def _edges(places: list[Floats], matrices: list[Floats], slopes: list[Floats] | None) -> list[list[Edge]]:
    return [
        [
            Edge(left[i], right[j], float(matrix[i, j]), float(slopes[k][i, j]) if slopes else None)
            for i, j in np.ndindex(*matrix.shape)
        ]
        for k, ((left, right), matrix) in enumerate(zip(pairwise(places), matrices, strict=True))
    ]


def _draw_edges(ax: Axes, layers: list[list[Edge]]) -> None:
    role, largest = ROLES["parameter"], max(abs(edge.weight) for edges in layers for edge in edges) or 1.0
    for edges in layers:
        for edge in edges:
            ax.plot(
                *np.stack([edge.start, edge.end], axis=1),
                color=role.colour,
                alpha=0.75,
                linewidth=0.8 + 2.7 * abs(edge.weight) / largest,
                linestyle="-" if edge.weight >= 0 else (0, (3, 1.4)),
                solid_capstyle="butt",
                zorder=1,
            )
        longest = max(len(_number_text(value)) for edge in edges for value in edge[2:] if value is not None)
        size = np.array([0.02 + 0.082 * longest, 0.21 if edges[0].gradient is None else 0.40])
        for edge, at in zip(edges, _label_places(edges, size), strict=True):
            _label(ax, edge, at)


def _label(ax: Axes, edge: Edge, at: Floats) -> None:
    weight, up = _number_text(edge.weight), np.array([0.0, 0.095])
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"}
    if edge.gradient is None:
        _write(ax, at, weight, color=ROLES["parameter"].colour, bbox=box)
        return
    gradient = _number_text(edge.gradient)
    # One blank behind both lines: with the edge showing between them they would read as a fraction.
    _write(ax, at, f"{weight}\n{gradient}", color="none", bbox=box)
    _write(ax, at + up, weight, color=ROLES["parameter"].colour)
    _write(ax, at - up, gradient, color=ROLES["gradient"].colour, style="italic")


def _write(ax: Axes, at: Floats, text: str, **style: Any) -> None:
    usual: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9.5, "zorder": 3}
    ax.text(at[0], at[1], text, **(usual | style))


def _label_places(edges: list[Edge], size: Floats) -> list[Floats]:
    """One place on each edge: off all other labels and units, and off other edges where it can be."""
    starts, ends = np.stack([edge.start for edge in edges]), np.stack([edge.end for edge in edges])
    parts = np.linspace(0.22, 0.78, 29)
    spots = starts[:, np.newaxis] + parts[:, np.newaxis] * (ends - starts)[:, np.newaxis]  # (edges, parts, 2)
    crossings = np.zeros(spots.shape[:2])
    along = np.linspace(0, 1, 121)[:, np.newaxis]
    for index in range(len(edges)):
        for other in range(len(edges)):
            if other != index:
                line = starts[other] + along * (ends[other] - starts[other])
                gap = np.abs(spots[index][:, np.newaxis] - line) / (size / 2)
                crossings[index] += np.maximum(0, 2.0 - gap.max(axis=-1).min(axis=-1))
    for circle in np.unique(np.concatenate([starts, ends]), axis=0):
        gap = np.maximum(0, np.abs(spots - circle) - size / 2)
        crossings += 20 * (np.linalg.norm(gap, axis=-1) < RADIUS + 0.04)
        gap = np.abs(spots - circle + (0, BIAS_BELOW)) - size / 2
        crossings += 20 * (gap < (0.36, 0.09)).all(axis=-1)
    chosen = np.full(len(edges), len(parts) // 2)
    for _ in range(12):  # each label moves to its best place given the others, until none wants to move
        before = chosen.copy()
        for index in range(len(edges)):
            rest = np.delete(np.arange(len(edges)), index)
            gap = np.abs(spots[index][:, np.newaxis] - spots[rest, chosen[rest]]) / size  # (parts, others, 2)
            overlap = np.maximum(0, 1.1 - gap.max(axis=-1)).sum(axis=-1)
            chosen[index] = int((10 * overlap + crossings[index] + 0.05 * np.abs(parts - 0.5)).argmin())
        if (chosen == before).all():
            break
    return [spots[index, part] for index, part in enumerate(chosen)]


def _draw_units(ax: Axes, places: list[Floats], layers: list[Floats], biases: list[Floats]) -> None:
    role, top = ROLES["value"], max(float(column[0, 1]) for column in places)
    for index, (column, layer) in enumerate(zip(places, layers, strict=True)):
        for unit, (at, value) in enumerate(zip(column, layer, strict=True)):
            edge = MUTED if index == 0 else role.colour
            ax.add_patch(
                Circle((at[0], at[1]), RADIUS, facecolor="white", edgecolor=edge, linewidth=1.8, zorder=4)
            )
            _write(ax, at, f"{value:.2f}".replace("-", "−"), color=role.colour, fontsize=10, zorder=5)
            if index and biases:
                text = f"b {_number_text(biases[index - 1][unit])}"
                _write(ax, at - np.array([0, BIAS_BELOW]), text, fontsize=8.5, color=MUTED)
        name = "inputs" if index == 0 else "outputs" if index == len(layers) - 1 else "hidden"
        _write(ax, np.array([column[0, 0], top + RADIUS + 0.2]), name, color=MUTED)


def _write_key(ax: Axes, layers: list[list[Edge]], *, with_bias: bool) -> None:
    parts = [
        ("value of a unit", ROLES["value"], "normal"),
        ("weight (dashed: negative)", ROLES["parameter"], "normal"),
    ]
    if layers[0][0].gradient is not None:
        parts.append(("its gradient ∂L/∂w", ROLES["gradient"], "italic"))
    at = np.array([ax.get_xlim()[0] + 0.4, ax.get_ylim()[0] + 0.12])
    for text, role, style in parts:
        _write(ax, at, text, color=role.colour, style=style, fontsize=9, ha="left")
        at[0] += 0.074 * len(text) + 0.3
    if with_bias:
        _write(ax, at, "b bias", color=MUTED, fontsize=9, ha="left")


def _number_text(value: float) -> str:
    """Two decimals where they say something, three significant digits below."""
    if value == 0:
        return "0"
    text = number(value, 3) if abs(value) < 0.1 else f"{value:.2f}".replace("-", "−")
    return text if text.startswith("−") else "+" + text


def _words(layers: list[Floats], layers_of_edges: list[list[Edge]]) -> str:
    shape = "-".join(str(layer.size) for layer in layers)
    outputs = ", ".join(number(value) for value in layers[-1])
    edges = [edge for edges in layers_of_edges for edge in edges]
    largest = max((edge.weight for edge in edges), key=abs)
    text = f"A {shape} network computing {outputs} from {', '.join(number(v) for v in layers[0])}. "
    text += f"Its {len(edges)} weights reach {number(largest)}; dashed lines are negative"
    gradients = [edge.gradient for edge in edges if edge.gradient is not None]
    return text + (f"; the largest gradient is {number(max(gradients, key=abs))}." if gradients else ".")
