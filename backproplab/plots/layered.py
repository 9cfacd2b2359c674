"""Where the boxes and lines of a directed graph go: layers from left to right, nothing on top of anything.

`ranking` gives the layers and the order within each. This module then gives every box its true size, every
input its own port with room for a label, and every line a lane of its own past the boxes between its ends.
Lines may still cross; no line runs through a box or a label, and no two boxes overlap. Lengths are in inches.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981).
"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from backproplab.plots.ranking import Stations, rank_nodes

PORT = 0.2  # inches between two lines that end at the same box: a label fits in it
GAP = 0.16  # least distance between two boxes of a layer
LANE = 0.14  # height kept free for a line that passes through a layer
SWEEPS = 60


class Box(NamedTuple):
    """A placed rectangle: its centre and its size, in inches; y grows upwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """Where lines come in."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Where lines go out."""
        return self.x + self.width / 2


class Edge(NamedTuple):
    """A line to draw, from box `parent` to box `child`, and the width of arrowhead and label at its end."""

    parent: int
    child: int
    label_width: float


class Run(NamedTuple):
    """A level stretch of a line, from `left` to `right` at height `y`; bends join one run to the next."""

    left: float
    right: float
    y: float


class Layout(NamedTuple):
    """Boxes and lines in the order given; a line's label belongs above the right end of its last run."""

    boxes: list[Box]
    lines: list[list[Run]]
    width: float
    height: float


class _Column(NamedTuple):
    """A layer's reach: labels stand between `strip` and `left`, boxes between `left` and `right`."""

    strip: float
    left: float
    right: float


def layered(sizes: Sequence[tuple[float, float]], edges: Sequence[Edge]) -> Layout:
    """Place boxes of these (width, height) in inches so that every edge runs from left to right.

    `edges` index `sizes` and form one connected graph without cycles; an edge may occur twice.

    >>> diamond = [Edge(0, 1, 0.1), Edge(0, 2, 0.1), Edge(1, 3, 0.1), Edge(2, 3, 0.1)]
    >>> [round(box.y, 2) for box in layered([(1, 0.5)] * 4, diamond).boxes]
    [0.58, 0.91, 0.25, 0.58]
    """
    layers, stations = rank_nodes(len(sizes), [(edge.parent, edge.child) for edge in edges])
    layers = _first_on_top(layers, stations)
    rank = {node: layer for layer, nodes in enumerate(layers) for node in nodes}
    inputs = [sum(edge.child == node for edge in edges) for node in range(len(sizes))]
    tall = [max(height, count * PORT + 0.1) for (_, height), count in zip(sizes, inputs, strict=True)]
    ports = _ports(layers, stations)
    y = _heights(layers, stations, ports, tall)

    at = [
        [*(y[node] for node in line[:-1]), y[line[-1]] + port]
        for line, port in zip(stations, ports, strict=True)
    ]
    columns = _columns(layers, sizes, edges, stations, at)
    boxes = [
        Box((columns[rank[node]].left + columns[rank[node]].right) / 2, y[node], width, tall[node])
        for node, (width, _) in enumerate(sizes)
    ]
    lines = []
    for line, heights in zip(stations, at, strict=True):
        reach = [columns[rank[node]] for node in line]
        runs = [
            Run(column.strip, column.right, height) for column, height in zip(reach, heights, strict=True)
        ]
        runs[0] = runs[0]._replace(left=boxes[line[0]].right)
        runs[-1] = runs[-1]._replace(right=boxes[line[-1]].left)
        lines.append(runs)
    return Layout(boxes, lines, columns[-1].right, max(y[node] + _half(node, tall) for node in y))


def _first_on_top(layers: list[list[int]], stations: Stations) -> list[list[int]]:
    """The layers, or their mirror image if more boxes then have their first operand on top."""
    place = {node: index for nodes in layers for index, node in enumerate(nodes)}
    falls = 0
    for line, later in combinations(stations, 2):
        if line[-1] == later[-1]:
            falls += (place[line[-2]] > place[later[-2]]) - (place[line[-2]] < place[later[-2]])
    return [nodes[::-1] for nodes in layers] if falls < 0 else layers


def _ports(layers: Sequence[Sequence[int]], stations: Stations) -> list[float]:
    """How far above its child's centre each line arrives: in the order they have in the layer before."""
    place = {node: index for nodes in layers for index, node in enumerate(nodes)}
    ports = [0.0] * len(stations)
    for child in {line[-1] for line in stations}:
        lines = [index for index, line in enumerate(stations) if line[-1] == child]
        lines.sort(key=lambda index: (-place[stations[index][-2]], index))
        for below_top, index in enumerate(lines):
            ports[index] = PORT * ((len(lines) - 1) / 2 - below_top)
    return ports


def _half(node: int, tall: Sequence[float]) -> float:
    return (tall[node] if node < len(tall) else LANE) / 2


def _heights(
    layers: Sequence[Sequence[int]], stations: Stations, ports: Sequence[float], tall: Sequence[float]
) -> dict[int, float]:
    """The heights at which lines climb least (in squares) while each layer keeps its order and its gaps.

    The problem is convex and its constraints stay within a layer, so setting one layer at a time, to and fro,
    approaches the best.
    """
    pulls: dict[int, list[tuple[int, float, float]]] = {node: [] for nodes in layers for node in nodes}
    for line, port in zip(stations, ports, strict=True):
        for tail, head in pairwise(line):
            shift = port if head == line[-1] else 0.0
            weight = (
                1.0 + 3.0 * (tail >= len(tall)) + 3.0 * (head >= len(tall))
            )  # a long line should run straight
            pulls[tail].append((head, shift, weight))
            pulls[head].append((tail, -shift, weight))
    y = {node: float(place) for nodes in layers for place, node in enumerate(nodes)}
    there_and_back = [*range(len(layers)), *reversed(range(len(layers)))]
    for layer in there_and_back * (SWEEPS if stations else 1):
        nodes = layers[layer]
        weights = [sum(weight for *_, weight in pulls[node]) or 1.0 for node in nodes]
        wanted = [
            sum(weight * (y[other] + shift) for other, shift, weight in pulls[node]) / total
            for node, total in zip(nodes, weights, strict=True)
        ]
        y.update(zip(nodes, _keep_apart(wanted, weights, [_half(node, tall) for node in nodes]), strict=True))
    floor = min(y[node] - _half(node, tall) for node in y)
    return {node: height - floor for node, height in y.items()}


def _keep_apart(wanted: Sequence[float], weights: Sequence[float], halves: Sequence[float]) -> list[float]:
    """The nearest heights to `wanted` that keep order and gaps: pool adjacent violators (Ayer, 1955)."""
    offsets = [0.0]
    for below, above in pairwise(halves):
        offsets.append(offsets[-1] + below + above + (GAP if min(below, above) > LANE / 2 else GAP / 2))
    pools: list[tuple[float, float, int]] = []  # mean, weight, members
    for height, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, members = height - offset, 1
        while pools and pools[-1][0] > mean:
            other, heavy, more = pools.pop()
            mean, weight, members = (
                (mean * weight + other * heavy) / (weight + heavy),
                weight + heavy,
                members + more,
            )
        pools.append((mean, weight, members))
    means = [mean for mean, _, members in pools for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _columns(
    layers: Sequence[Sequence[int]],
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[Edge],
    stations: Stations,
    at: Sequence[Sequence[float]],
) -> list[_Column]:
    """The reach of each layer: after room for bends, room for its labels, then for its widest box."""
    columns: list[_Column] = []
    for nodes in layers:
        climbs = [
            abs(end - start)
            for line, heights in zip(stations, at, strict=True)
            for (_, start), (node, end) in pairwise(zip(line, heights, strict=True))
            if node in nodes
        ]
        bend = min(0.06 + 0.5 * max(climbs), 0.2 + 0.1 * max(climbs), 0.5) if climbs else 0.0
        strip = (columns[-1].right if columns else 0.0) + bend
        left = strip + max((edge.label_width for edge in edges if edge.child in nodes), default=0.0)
        columns.append(
            _Column(strip, left, left + max((sizes[n][0] for n in nodes if n < len(sizes)), default=0.0))
        )
    return columns
