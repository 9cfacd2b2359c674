"""What an arrow has carried back, and its share of the gradient that it helped to make."""

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from backproplab.plots.layered import Edge
from backproplab.plots.nodes import Node
from backproplab.plots.words import short
from backproplab.widgets.flow.messages import Message
from backproplab.widgets.flow.words import derivative, name_of


class Carried(NamedTuple):
    """What is said of an arrow from a step on, until its next entry."""

    step: int
    text: str


def carried(nodes: Sequence[Node], edges: Sequence[Edge], messages: Sequence[Message]) -> list[list[Carried]]:
    """For each arrow: before its message, after it, and once the box that it reached has heard all."""
    entries = [[Carried(0, _before(nodes, edge, place, edges))] for place, edge in enumerate(edges)]
    last = {message.hearer: step for step, message in enumerate(messages, start=1)}
    totals = {message.hearer: message.total for message in messages}
    signs: dict[int, set[bool]] = {}
    for message in messages:
        if message.contribution:
            signs.setdefault(message.hearer, set()).add(message.contribution > 0)
    for step, message in enumerate(messages, start=1):
        hearer = nodes[message.hearer]
        sent = (
            f"{name_of(nodes[message.speaker])} → {name_of(hearer)}: {short(message.upstream)} × "
            f"{short(message.local)} = {short(message.contribution)}"
        )
        complete = last[message.hearer]
        if step < complete:
            entries[message.edge].append(Carried(step, f"{sent}."))
        whole = derivative(nodes[-1], hearer) or f"the gradient of {name_of(hearer)}"
        one_sign = len(signs.get(message.hearer, ())) < 2
        share = _share(message, whole, totals[message.hearer], one_sign=one_sign)
        entries[message.edge].append(Carried(complete, f"{sent}, {share}."))
    return entries


def _before(nodes: Sequence[Node], edge: Edge, place: int, edges: Sequence[Edge]) -> str:
    parent, child = nodes[edge.parent], nodes[edge.child]
    operand = sum(other.child == edge.child for other in edges[:place])
    local = short(child.value.local_derivatives()[operand])
    carries = f"carries {short(parent.value.data)}, local derivative {local}"
    arrow = f"{name_of(parent)} → {name_of(child)}: {carries}"
    if parent.kind == "constant":
        return f"{arrow}. A constant is told nothing."
    return f"{arrow}. No message yet."


def _share(message: Message, whole: str, total: float, *, one_sign: bool) -> str:
    """How much of the hearer's gradient came along this arrow; percent only where nothing cancels."""
    if message.due == 1:
        return f"all of {whole}"
    if one_sign and total and isfinite(total):
        return f"{100 * message.contribution / total:.0f} % of {whole}, {short(total)}"
    return f"one part of {whole}, {short(total)}"
