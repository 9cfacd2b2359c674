"""A `Value` graph as Flow's page draws it: boxes, arrows and, for each order, every step."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from backproplab.plots.boxes import NAME, SMALL, text_width
from backproplab.plots.layered import Edge, Layout, Run, layered
from backproplab.plots.nodes import SPACE, Node, edges_of, nodes_of
from backproplab.scalar import Value
from backproplab.widgets.flow.forward import BEGINS, forward_steps, trace
from backproplab.widgets.flow.groups import Group, Groups, groups_of, joined, scene_of
from backproplab.widgets.flow.messages import right_messages, wrong_messages
from backproplab.widgets.flow.shares import carried
from backproplab.widgets.flow.words import Entry, entries, name_of, sentences, sums

PIXELS = 112  # an inch: 9 points read as 14 pixels, as on the rest of the page
ROW, PAD, INDENT = 0.18, 0.1, 0.15  # inches
LONG = 6  # layers: from here on a drawing is wider than it is tall by far
GAUGE = 0.1  # inches for the bar that fills as a box hears
ROOM = 0.16  # inches more before each box, so that one sees an arrow light up


def value_scene(
    root: Value, *, room: Sequence[Sequence[Entry]] | None = None, groups: Groups | None = None
) -> dict[str, Any]:
    """All that the page needs for both passes over the graph of `root`; backward in both orders.

    `room` are entries that boxes have to be wide enough for, too, a list a node. `groups` can be closed.
    ValueError for a leaf, which has no messages, for more nodes than can be read, and as in `groups_of`.
    """
    if not root.parents:
        raise ValueError(
            "Flow got a Value that was computed from nothing, so it has no message to send; "
            "give it a result, such as Flow(a * b)"
        )
    nodes = nodes_of(root)
    right, wrong = right_messages(nodes), wrong_messages(nodes)
    held = [entries(nodes, right), entries(nodes, wrong, right)]
    said = [sentences(nodes, right), sentences(nodes, wrong, right)]
    edges, _ = edges_of(nodes, None)
    forward = forward_steps(nodes, edges)
    passes = [
        {
            "said": said[index],
            "held": held[index],
            "sums": sums(nodes, messages, right),
            "moves": [[message.speaker, message.hearer, message.edge] for message in messages],
            "late": [message.late for message in messages],
            "carried": carried(nodes, edges, messages),
        }
        for index, messages in enumerate((right, wrong))
    ]
    shown = [*held, room] if room is not None else held
    widest = [[entry for one in shown for entry in one[index]] for index in range(len(nodes))]
    closable = groups_of(nodes, edges, groups or {})
    return {
        "kind": "graph",
        "last": len(right),
        "before": BEGINS,
        "forward": forward,
        "code": trace(nodes),
        "passes": passes,
        "groups": scene_of(nodes, edges, closable, [_closed_size(nodes, each, held) for each in closable]),
        **_drawn(nodes, widest),
    }


def _drawn(nodes: Sequence[Node], shown: Sequence[Sequence[Entry]]) -> dict[str, Any]:
    """Boxes and arrows; `shown` is all that will ever stand in each box."""
    edges, labels = edges_of(nodes, 3)
    roomy = [edge._replace(label_width=edge.label_width + ROOM) for edge in edges]
    layout = levelled(
        layered([_size(node, texts) for node, texts in zip(nodes, shown, strict=True)], roomy), edges
    )
    top = layout.height
    return {
        "width": _pixels(layout.width),
        "height": _pixels(top),
        "row": _pixels(ROW),
        "nodes": [
            {
                "x": _pixels(box.left),
                "y": _pixels(top - box.y - box.height / 2),
                "width": _pixels(box.width),
                "height": _pixels(box.height),
                "kind": node.kind,
                "name": name_of(node),
                "heading": node.heading,
                "value": node.rows[0][1],
            }
            for node, box in zip(nodes, layout.boxes, strict=True)
        ],
        "edges": [
            {
                "ends": [edge.parent, edge.child],
                "path": _path(line, top),
                "label": label,
                "room": _pixels(edge.label_width),
                "x": _pixels(line[-1].right - 0.1),
                "y": _pixels(top - line[-1].y - 0.05),
            }
            for edge, line, label in zip(roomy, layout.lines, labels, strict=True)
        ],
    }


def levelled(layout: Layout, edges: Sequence[Edge]) -> Layout:
    """Take out of a drawing its fall from left to right, whose other half would stand below a blank.

    A long graph is seen in parts. Where each layer hangs a little lower than the one before, because of what
    its lines arrive at, all layers are shifted by what is left of a straight line through their middles.
    """
    places = sorted({box.x for box in layout.boxes})
    rank = [places.index(box.x) for box in layout.boxes]
    if len(places) < LONG:
        return layout
    middles = []
    for layer in range(len(places)):
        boxes = [box for box, at in zip(layout.boxes, rank, strict=True) if at == layer]
        low = min(box.y - box.height / 2 for box in boxes)
        middles.append((low + max(box.y + box.height / 2 for box in boxes)) / 2)
    slope, start = np.polyfit(range(len(places)), middles, 1)
    shift = [-(start + slope * layer) for layer in range(len(places))]
    boxes = [box._replace(y=box.y + shift[at]) for box, at in zip(layout.boxes, rank, strict=True)]
    floor = min(box.y - box.height / 2 for box in boxes)
    lines = [
        [run._replace(y=run.y + shift[rank[edge.parent] + at] - floor) for at, run in enumerate(line)]
        for edge, line in zip(edges, layout.lines, strict=True)
    ]
    boxes = [box._replace(y=box.y - floor) for box in boxes]
    top = max(box.y + box.height / 2 for box in boxes)
    return Layout(boxes, lines, layout.width, top)


def _size(node: Node, shown: Sequence[Entry]) -> tuple[float, float]:
    if node.kind == "constant":
        return INDENT + text_width(node.rows[0][1]) + 2 * PAD, ROW + 0.12
    heading = sum(text_width(text, NAME, weight) + SPACE for text, weight in node.heading)
    rows = [INDENT + text_width(text) for _, text in node.rows[:1]]
    rows += [INDENT + text_width(entry.gradient, weight="bold") for entry in shown]
    rows += [text_width(entry.note, SMALL - 1) for entry in shown]
    return max(heading, *rows) + 2 * PAD, ROW * (3 + bool(node.heading)) + 0.16 + GAUGE


def _closed_size(
    nodes: Sequence[Node], group: Group, passes: Sequence[Sequence[Sequence[Entry]]]
) -> dict[str, float]:
    """The size of the one box that a closed group is."""
    heading = text_width(group.name, NAME, "bold") + SPACE + text_width(f"{len(group.members)} nodes", NAME)
    values = joined([nodes[place].rows[0][1] for place in group.outputs])
    gradients = [
        joined([max((entry.gradient for entry in held[place]), key=text_width) for place in group.outputs])
        for held in passes
    ]
    rows = [INDENT + text_width(values), *(INDENT + text_width(text, weight="bold") for text in gradients)]
    notes = ["✗ too early inside", *(entry.note for held in passes for entry in held[group.outputs[-1]])]
    rows += [text_width(text, SMALL - 1) for text in notes]
    return {
        "width": _pixels(max(heading, *rows) + 2 * PAD),
        "height": _pixels(ROW * 4 + 0.16 + GAUGE),
    }


def _path(line: Sequence[Run], top: float) -> str:
    """An SVG path from parent to child: level runs, joined by bends."""
    parts = [f"M{_pixels(line[0].left)} {_pixels(top - line[0].y)}H{_pixels(line[0].right)}"]
    for before, after in pairwise(line):
        middle, start, end = (before.right + after.left) / 2, top - before.y, top - after.y
        bend = (middle, start, middle, end, after.left, end)
        parts.append(f"C{' '.join(str(_pixels(inches)) for inches in bend)}H{_pixels(after.right)}")
    return "".join(parts)


def _pixels(inches: float) -> float:
    return round(float(inches) * PIXELS, 1)
