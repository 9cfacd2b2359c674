"""The forward pass of a `Value` graph in steps, and the graph read as code: a line for each computed node."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from backproplab.plots.layered import Edge
from backproplab.plots.nodes import Node, sign_of
from backproplab.plots.words import join, short
from backproplab.widgets.flow.words import bracketed, derivative, name_of

INFIX = {"+", "-", "*", "/", "**"}
FEW = 3  # operands, or local derivatives, that are written out
BEGINS = "Before the forward pass: only the leaves have a value, and no local derivative is known."


class Line(NamedTuple):
    """A line of code and the node that it computes."""

    node: int
    text: str


def forward_steps(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[dict[str, Any]]:
    """For each computed node, parents first: its place, the arrows into it, its arithmetic, its sentence."""
    into: list[list[int]] = [[] for _ in nodes]
    for index, edge in enumerate(edges):
        into[edge.child].append(index)
    steps = []
    for index, node in enumerate(nodes):
        if not node.value.parents:
            continue
        parents = [nodes[edges[edge].parent] for edge in into[index]]
        steps.append({"node": index, "edges": into[index], **_told(node, parents)})
    steps[-1]["said"] += " All values are known: the forward pass is over."
    return steps


def trace(nodes: Sequence[Node]) -> list[Line]:
    """The graph as the code that computes it, in the order of the forward pass: an evaluation trace.

    A node without a label is called v1, v2 …

    >>> from backproplab.plots.nodes import nodes_of
    >>> from backproplab.scalar import Value
    >>> y = (Value(2.0, label="a") - 1) ** 2
    >>> [line.text for line in trace(nodes_of(y))]
    ['v1 = a - 1', 'v2 = v1 ** 2']
    """
    names: dict[int, str] = {}
    lines = []
    unnamed = 0
    for index, (value, *_) in enumerate(nodes):
        name = value.label
        if not value.parents:
            names[id(value)] = name or f"{value.data:g}"
            continue
        if not name:
            unnamed += 1
            name = f"v{unnamed}"
        names[id(value)] = name
        operands = [names[id(parent)] for parent in value.parents]
        lines.append(Line(index, f"{name} = {_call(value.op, operands)}"))
    return lines


def _call(op: str, operands: Sequence[str]) -> str:
    """An operation as Python writes it."""
    first = f"({operands[0]})" if operands[0].startswith("-") else operands[0]
    if op == "neg":
        return f"-{first}"
    if op in INFIX and len(operands) == 2:
        base = first if op == "**" else operands[0]
        return f"{base} {op} {operands[1]}"
    if op.startswith("**"):
        return f"{first} ** {op.removeprefix('**').removesuffix('.0')}"
    if len(operands) == 1:
        return f"{first}.{op.lower()}()"
    return f"{op}({', '.join(operands)})" if len(operands) <= FEW else f"{op}(… {len(operands)} values)"


def _told(node: Node, parents: Sequence[Node]) -> dict[str, Any]:
    """The two lines of arithmetic of a node, and its sentence."""
    name, result, sign = name_of(node), short(node.value.data), sign_of(node.value)
    values = [short(parent.value.data) for parent in parents]
    called = [parent.value.label for parent in parents]
    if len(parents) == 2:
        terms = [(values[0], called[0]), (sign, ""), (bracketed(values[1]), called[1])]
        said = f"{values[0]} {sign} {bracketed(values[1])}"
    elif len(parents) == 1:
        terms = [(sign, ""), ("of", ""), (values[0], called[0])]
        said = sign.replace("(·)", bracketed(values[0])) if "(·)" in sign else f"{sign} of {values[0]}"
    else:
        terms = [(sign, ""), ("of", ""), (f"{len(parents)} values", "")]
        said = f"{sign} of {len(parents)} values"
    locals_ = list(zip(parents, node.value.local_derivatives(), strict=True))
    kept = [
        (short(local), derivative(node, parent) or f"for {name_of(parent)}")
        for parent, local in locals_
        if parent.kind != "constant"
    ]
    return {
        "title": f"{name} is computed",
        "product": [[text, words] for text, words in [*terms, ("=", ""), (result, node.value.label)]],
        "total": _listed(kept),
        "said": f"{name} is computed: {said} = {result}. {_keeps(kept)}".strip(),
    }


def _listed(kept: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Local derivatives as terms between commas; of many, how many they are."""
    if len(kept) > FEW:
        return [[f"{len(kept)} local derivatives", "on its arrows"]]
    terms: list[list[str]] = []
    for text, words in kept:
        terms += [[",", ""]] * bool(terms) + [[text, f"local {words}"]]
    return terms


def _keeps(kept: Sequence[tuple[str, str]]) -> str:
    if not kept:
        return ""
    if len(kept) > FEW:
        return f"Its arrows keep {len(kept)} local derivatives."
    if len(kept) == 1:
        return f"Its arrow keeps the local derivative {kept[0][0]}."
    return f"Its arrows keep the local derivatives {join([text for text, _ in kept])}."
