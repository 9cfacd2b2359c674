"""The nodes and arrows of a `Value` graph, and what is written on them: for its picture and for Flow."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from backproplab.plots.boxes import text_width
from backproplab.plots.layered import Edge
from backproplab.plots.words import short
from backproplab.scalar import Value

MOST_NODES = 60
SPACE = 0.1  # inches between a name and what follows it

SIGNS = {"*": "×", "-": "−", "/": "÷", "neg": "−(·)", "**": "^"}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Node(NamedTuple):
    """What is written in one box."""

    value: Value
    kind: str  # one of boxes.KINDS
    heading: list[tuple[str, Literal["normal", "bold"]]]  # its name, bold, then the sign of its operation
    rows: list[tuple[str, str]]  # role, number


def nodes_of(root: Value, digits: int = 3) -> list[Node]:
    """Every value that `root` depends on, parents before children, each once.

    ValueError for more than 60: a picture of them could not be read.
    """
    order: list[Value] = []
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        value, parents_done = stack.pop()
        if parents_done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            if len(seen) > MOST_NODES:
                raise ValueError(
                    f"a graph is drawn with at most {MOST_NODES} nodes and this one has more; draw an"
                    " earlier value, one example of a batch, or use dot() and total(): one node for many"
                )
            stack.append((value, True))
            stack.extend((parent, False) for parent in reversed(value.parents))
    some_label = any(value.label for value in order if not value.parents)
    return [_node(value, some_label, digits) for value in order]


def _node(value: Value, some_label: bool, digits: int) -> Node:
    heading: list[tuple[str, Literal["normal", "bold"]]] = [(value.label, "bold")] if value.label else []
    rows = [("value", short(value.data, digits)), ("gradient", short(value.grad, digits))]
    if value.parents:
        return Node(value, "computed", [*heading, (sign_of(value), "normal")], rows)
    if some_label and not value.label:
        return Node(value, "constant", heading, rows[:1])
    return Node(value, "leaf", heading, rows)


def sign_of(value: Value) -> str:
    """The operation as mathematics writes it: × for *, (·)² for **2."""
    op = value.op
    if op in SIGNS or not op.startswith("**"):
        return SIGNS.get(op, op)
    exponent = op.removeprefix("**").removesuffix(".0")
    raised = exponent.translate(RAISED)
    return f"(·)^{exponent}" if "." in exponent else f"(·){raised}"


def edges_of(nodes: Sequence[Node], digits: int | None) -> tuple[list[Edge], list[str]]:
    """The arrows, one for each operand, and what is written on each."""
    place = {node.value: index for index, node in enumerate(nodes)}
    edges, labels = [], []
    for child, (value, *_) in enumerate(nodes):
        written = [""] * len(value.parents)
        if digits is not None:
            written = [short(derivative, digits) for derivative in value.local_derivatives()]
        for parent, label in zip(value.parents, written, strict=True):
            edges.append(Edge(place[parent], child, text_width(label) + SPACE))
            labels.append(label)
    return edges, labels


def name_of(node: Node) -> str:
    """Its label, else its sign, else its number."""
    return node.heading[0][0] if node.heading else node.rows[0][1]
