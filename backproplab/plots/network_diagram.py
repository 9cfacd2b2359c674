"""A small dense network as circles and lines, with its activations, weights and gradients written on it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.layers import Dense
from backproplab.network import Network
from backproplab.plots.style import INK, MUTED, ROLES, WIDTH, axes_or_new, house_style
from backproplab.plots.words import number

Floats = NDArray[np.float64]
RADIUS = 0.30  # all lengths here are inches on the page
BESIDE = RADIUS + 0.13  # from a unit's centre down to its bias, or up to its δ
COLUMN = 3.15
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Names(NamedTuple):
    """What units, weights and biases are called, each in the shape of its array.

    >>> names = Names.numbered(2, 1, 1)
    >>> names.units, names.weights, names.biases
    ([['x₁', 'x₂'], ['h'], ['y']], [[['w₁'], ['w₂']], [['w₃']]], [['b₁'], ['b₂']])
    """

    units: Sequence[Sequence[str]]
    """A list for each layer, the inputs first: what the unit puts out."""
    weights: Sequence[Sequence[Sequence[str]]]
    """(inputs, outputs) between two layers."""
    biases: Sequence[Sequence[str]]
    """A list for each layer but the first."""
    sums: Sequence[Sequence[str]] = ()
    """The weighted sums, a list for each layer but the first; a circle then says `z₁ → h`. A unit that puts
    out its sum as it is has an empty name here."""

    @classmethod
    def numbered(cls, *sizes: int) -> "Names":
        """Number everything unit by unit, as lesson 03 does; what there is only one of has no number.

        `sizes` are the units of each layer, the inputs first. Weights w₁, w₂ … feed the first hidden unit.
        """
        inputs, hidden, outputs = sizes[0], sizes[1:-1], sizes[-1]
        pairs = list(pairwise(sizes))
        weights = _letters("w", sum(before * after for before, after in pairs))
        columns = [[[next(weights) for _ in range(before)] for _ in range(after)] for before, after in pairs]
        biases, h = _letters("b", sum(sizes[1:])), _letters("h", sum(hidden))
        units = [list(_letters("x", inputs)), *([next(h) for _ in range(size)] for size in hidden)]
        return cls(
            [*units, list(_letters("y", outputs))],
            [[list(row) for row in zip(*matrix, strict=True)] for matrix in columns],
            [[next(biases) for _ in range(size)] for size in sizes[1:]],
        )


def _letters(letter: str, size: int) -> Iterator[str]:
    return iter([letter] if size == 1 else [f"{letter}{n}".translate(LOWERED) for n in range(1, size + 1)])


class Edge(NamedTuple):
    """A line from one unit to one of the next layer."""

    start: Floats
    end: Floats
    weight: float
    gradient: float | None
    name: str = ""
    ends: tuple[str, str] = ("", "")
    """The names of its two units."""

    @property
    def lines(self) -> list[str]:
        """What is written on it: its weight, and below it the gradient."""
        weight = f"{self.name} {_number_text(self.weight)}".lstrip()
        return [weight] if self.gradient is None else [weight, _number_text(self.gradient)]


@house_style()
def network_diagram(
    network: Network,
    example: ArrayLike,
    *,
    gradients: Mapping[str, ArrayLike] | None = None,
    names: Names | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network of Dense layers and activations as it computes one example `(features,)`.

    Pass `gradients=network.gradient_views` after a backward pass to write ∂L/∂w under each weight, and
    `names=Names.numbered(2, 2, 2)` to write w₁, h₁ and so on beside the numbers. The numbers in the circles
    are the units' outputs. Meant for small networks: at most five units in a layer can be read.
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
    return unit_diagram(activations, weights, gradients=slopes or None, biases=biases, names=names, ax=ax)


@house_style()
def unit_diagram(
    activations: Sequence[ArrayLike],
    weights: Sequence[ArrayLike],
    *,
    gradients: Sequence[ArrayLike] | None = None,
    biases: Sequence[ArrayLike] | None = None,
    deltas: Sequence[ArrayLike] | None = None,
    names: Names | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw units as circles and weights as lines, from plain arrays.

    `activations` holds one array `(units,)` a layer, the inputs first; `weights` and `gradients` one array
    `(inputs, outputs)` between two layers; `biases`, and `deltas` for δ = ∂L/∂z, one array `(units,)` for
    each layer but the first. A line is as thick as its weight is large, and dashed where the weight is
    negative. With `names` each number has its name beside it, in the picture and in the alt text; a unit
    whose activation is nan, since nobody has computed it yet, shows its name alone.

    ValueError where arrays or names do not fit the sizes of the layers.
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
    if names is not None:
        _check_names(names, [layer.size for layer in layers])
    tallest = max(layer.size for layer in layers)
    row = (1.35 if tallest <= 3 else 1.15) + (0.2 if deltas is not None else 0)
    above = BESIDE + 0.2 if deltas is not None else RADIUS + 0.2  # from the highest centre to the headings
    height = row * (tallest - 1) + 1.25 + above
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
    edges = _edges(places, matrices, slopes, names)
    _draw_edges(ax, edges, deltas=deltas is not None)
    _draw_units(ax, places, layers, names)
    _write_headings(ax, places, above)
    _write_beside(ax, places, biases, deltas, names)
    _write_key(ax, edges, biases=bool(biases), deltas=deltas is not None, sums=bool(names and names.sums))
    describe(ax, _words(layers, edges, biases, deltas, names))
    return ax


def _check_names(names: Names, sizes: list[int]) -> None:
    shapes = {
        "units": ([len(layer) for layer in names.units], sizes),
        "weights": (
            [(len(matrix), *{len(row) for row in matrix}) for matrix in names.weights],
            list(pairwise(sizes)),
        ),
        "biases": ([len(layer) for layer in names.biases], sizes[1:]),
        "sums": ([len(layer) for layer in names.sums], sizes[1:] if names.sums else []),
    }
    for kind, (given, expected) in shapes.items():
        if given != expected:
            raise ValueError(
                f"names.{kind} have the sizes {given}, but the network has {expected}; "
                f"Names.numbered({', '.join(map(str, sizes))}) makes names that fit"
            )


def _heights(units: int, tallest: int, row: float) -> Floats:
    # Two units beside a taller layer stand further apart: their edges then cross less.
    step = row if units != 2 else row * (1 + (tallest - 2) / 4)
    return np.asarray(row * (tallest - 1) / 2 + step * ((units - 1) / 2 - np.arange(units)))


def _edges(
    places: list[Floats], matrices: list[Floats], slopes: list[Floats] | None, names: Names | None
) -> list[list[Edge]]:
    layers = []
    for k, ((left, right), matrix) in enumerate(zip(pairwise(places), matrices, strict=True)):
        edges = []
        for i, j in np.ndindex(*matrix.shape):
            edge = Edge(left[i], right[j], float(matrix[i, j]), float(slopes[k][i, j]) if slopes else None)
            if names is not None:
                ends = (names.units[k][i], names.units[k + 1][j])
                edge = edge._replace(name=names.weights[k][i][j], ends=ends)
            edges.append(edge)
        layers.append(edges)
    return layers


def _draw_edges(ax: Axes, layers: list[list[Edge]], *, deltas: bool) -> None:
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
        longest = max(len(line) for edge in edges for line in edge.lines)
        size = np.array([0.02 + 0.082 * longest, 0.21 if edges[0].gradient is None else 0.40])
        for edge, at in zip(edges, _label_places(edges, size, deltas=deltas), strict=True):
            _label(ax, edge, at)


def _label(ax: Axes, edge: Edge, at: Floats) -> None:
    weight, *below = edge.lines
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"}
    if not below:
        _write(ax, at, weight, color=ROLES["parameter"].colour, bbox=box)
        return
    gradient, up = below[0], np.array([0.0, 0.095])
    # One blank behind both lines: with the edge showing between them they would read as a fraction.
    _write(ax, at, f"{weight}\n{gradient}", color="none", bbox=box)
    _write(ax, at + up, weight, color=ROLES["parameter"].colour)
    _write(ax, at - up, gradient, color=ROLES["gradient"].colour, style="italic")


def _write(ax: Axes, at: Floats, text: str, **style: Any) -> None:
    usual: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9.5, "zorder": 3}
    ax.text(at[0], at[1], text, **(usual | style))


def _label_places(edges: list[Edge], size: Floats, *, deltas: bool) -> list[Floats]:
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
        gap = np.abs(spots - circle + (0, BESIDE)) - size / 2
        crossings += 20 * (gap < (0.36, 0.09)).all(axis=-1)
        if deltas:
            gap = np.abs(spots - circle - (0, BESIDE)) - size / 2
            crossings += 20 * (gap < (0.5, 0.13)).all(axis=-1)
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


def _draw_units(ax: Axes, places: list[Floats], layers: list[Floats], names: Names | None) -> None:
    role = ROLES["value"]
    for index, (column, layer) in enumerate(zip(places, layers, strict=True)):
        for unit, (at, value) in enumerate(zip(column, layer, strict=True)):
            edge = MUTED if index == 0 else role.colour
            ax.add_patch(
                Circle((at[0], at[1]), RADIUS, facecolor="white", edgecolor=edge, linewidth=1.8, zorder=4)
            )
            lines = [] if names is None else [_called(names, index, unit)]
            lines += [] if np.isnan(value) else [f"{value:.2f}".replace("-", "−")]
            for line, text in enumerate(lines):
                up = 0.09 * (len(lines) - 1 - 2 * line)
                is_name = names is not None and line == 0
                style = {"color": INK, "weight": "bold"} if is_name else {"color": role.colour}
                _write(ax, at + (0, up), text, fontsize=10 if len(text) < 5 else 9, zorder=5, **style)


def _called(names: Names, layer: int, unit: int) -> str:
    output = names.units[layer][unit]
    before = names.sums[layer - 1][unit] if names.sums and layer else ""
    return f"{before} → {output}" if before else output


def _write_headings(ax: Axes, places: list[Floats], above: float) -> None:
    top = max(float(column[0, 1]) for column in places)
    for index, column in enumerate(places):
        name = "inputs" if index == 0 else "outputs" if index == len(places) - 1 else "hidden"
        _write(ax, np.array([column[0, 0], top + above]), name, color=MUTED)


def _write_beside(
    ax: Axes,
    places: list[Floats],
    biases: Sequence[ArrayLike] | None,
    deltas: Sequence[ArrayLike] | None,
    names: Names | None,
) -> None:
    """Write the bias below each unit that has one, and δ above it."""
    for index, column in enumerate(places[1:]):
        for unit, at in enumerate(column):
            if biases:
                bias = names.biases[index][unit] if names else "b"
                text = f"{bias} {_number_text(float(np.ravel(biases[index])[unit]))}"
                _write(ax, at - (0, BESIDE), text, fontsize=8.5, color=MUTED)
            if deltas is not None:
                text = f"δ {_number_text(float(np.ravel(deltas[index])[unit]))}"
                _write(ax, at + (0, BESIDE), text, color=ROLES["gradient"].colour, style="italic")


def _write_key(ax: Axes, layers: list[list[Edge]], *, biases: bool, deltas: bool, sums: bool) -> None:
    value, parameter, gradient = ROLES["value"].colour, ROLES["parameter"].colour, ROLES["gradient"].colour
    parts = [("value of a unit", value, "normal"), ("weight (dashed: negative)", parameter, "normal")]
    if sums:
        parts[0] = ("z → h: sum, then output", INK, "normal")
    if layers[0][0].gradient is not None:
        parts.append(("its gradient ∂L/∂w", gradient, "italic"))
    if deltas:
        parts.append(("δ = ∂L/∂z", gradient, "italic"))
    if biases:
        parts.append(("b bias", MUTED, "normal"))
    at = np.array([ax.get_xlim()[0] + 0.4, ax.get_ylim()[0] + 0.12])
    for text, colour, style in parts:
        _write(ax, at, text, color=colour, style=style, fontsize=9, ha="left")
        at[0] += 0.074 * len(text) + 0.3


def _number_text(value: float) -> str:
    """Two decimals where they say something, three significant digits below."""
    if value == 0:
        return "0"
    text = number(value, 3) if abs(value) < 0.1 else f"{value:.2f}".replace("-", "−")
    return text if text.startswith("−") else "+" + text


def _words(
    layers: list[Floats],
    layers_of_edges: list[list[Edge]],
    biases: Sequence[ArrayLike] | None,
    deltas: Sequence[ArrayLike] | None,
    names: Names | None,
) -> str:
    text = f"A {'-'.join(str(layer.size) for layer in layers)} network"
    if not np.isnan(layers[-1]).any():
        outputs = ", ".join(number(value) for value in layers[-1])
        text += f" computing {outputs} from {', '.join(number(value) for value in layers[0])}"
    if names is not None:
        return ". ".join([text, *_by_name(layers, layers_of_edges, biases, deltas, names)]) + "."
    edges = [edge for edges in layers_of_edges for edge in edges]
    largest = max((edge.weight for edge in edges), key=abs)
    text += f". Its {len(edges)} weights reach {number(largest)}; dashed lines are negative"
    gradients = [edge.gradient for edge in edges if edge.gradient is not None]
    return text + (f"; the largest gradient is {number(max(gradients, key=abs))}." if gradients else ".")


def _by_name(
    layers: list[Floats],
    layers_of_edges: list[list[Edge]],
    biases: Sequence[ArrayLike] | None,
    deltas: Sequence[ArrayLike] | None,
    names: Names,
) -> Iterator[str]:
    """Every number with its name, a sentence for each kind."""
    units = [unit for called in names.units for unit in called]
    values = dict(zip(units, np.concatenate(layers), strict=True))
    known = [f"{unit} {number(value)}" for unit, value in values.items() if not np.isnan(value)]
    if known:
        yield f"Units: {', '.join(known)}"
    weights = []
    for edges in layers_of_edges:
        for edge in sorted(edges, key=lambda edge: (-edge.end[1], -edge.start[1])):  # unit by unit
            gradient = "" if edge.gradient is None else f", gradient {number(edge.gradient)}"
            weights.append(f"{edge.name} {number(edge.weight)} from {' to '.join(edge.ends)}{gradient}")
    yield f"Weights: {'; '.join(weights)}"
    fed = units[layers[0].size :]
    if biases:
        called = [bias for layer in names.biases for bias in layer]
        pairs = zip(called, np.concatenate([np.ravel(layer) for layer in biases]), fed, strict=True)
        yield f"Biases: {', '.join(f'{bias} {number(value)} into {unit}' for bias, value, unit in pairs)}"
    if deltas is not None:
        slopes = zip(fed, np.concatenate([np.ravel(layer) for layer in deltas]), strict=True)
        yield f"δ: {', '.join(f'{number(value)} at {unit}' for unit, value in slopes)}"
