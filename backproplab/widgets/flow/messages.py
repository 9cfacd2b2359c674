"""The messages of a backward pass over a `Value` graph, with what each node has heard so far.

The right ones are those of `Value.backward_steps()`. `depth_first_steps` is wrong on purpose, to be stepped
beside them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import NamedTuple

from backproplab.plots.nodes import Node
from backproplab.scalar import BackwardStep, Value


class Message(NamedTuple):
    """One step of a pass; nodes and arrows by their place in `nodes_of` and `edges_of`."""

    speaker: int
    hearer: int
    edge: int
    upstream: float
    local: float
    contribution: float
    before: float
    """What the hearer held."""
    total: float
    """What it holds now."""
    heard: int
    """How many messages the hearer has heard, with this one."""
    due: int
    """How many it will hear in all: one from each use."""
    early: str
    """For a speaker that has not heard all: "1 of 2"; else nothing."""
    late: bool
    """Whether the hearer has spoken already."""


def right_messages(nodes: Sequence[Node]) -> list[Message]:
    """The pass that `backward()` runs from the last of the nodes, its leaves starting from 0.

    Every Value keeps the gradient that it has.
    """
    with cleared(node.value for node in nodes):
        return _messages(nodes, nodes[-1].value.backward_steps())


def wrong_messages(nodes: Sequence[Node]) -> list[Message]:
    """The same messages, in the order and with the numbers of `depth_first_steps`."""
    return _messages(nodes, depth_first_steps(nodes[-1].value))


def depth_first_steps(root: Value) -> Iterator[BackwardStep]:
    """Tell a backward pass that is **wrong on purpose**: a node speaks as soon as it is reached.

    It walks from child to parent, first parent first, and visits each node once. A node that is reached
    before all of its children have spoken passes on what it holds then, and what arrives later goes no
    further. The gradients are right by luck of the order alone. No `grad` is touched. Lesson 05.

    >>> a = Value(5.0)
    >>> b = 4 * a
    >>> for d in (b * (3 * b), (3 * b) * b):
    ...     print([step.total for step in depth_first_steps(d) if step.parent is a])
    [240.0]
    [480.0]
    """
    grads = {root: 1.0}
    spoken: set[Value] = set()
    reached = [root]
    while reached:
        node = reached.pop()
        if node in spoken:
            continue
        spoken.add(node)
        upstream = grads[node]
        for parent, local in zip(node.parents, node.local_derivatives(), strict=True):
            contribution = upstream * local
            grads[parent] = grads.get(parent, 0.0) + contribution
            yield BackwardStep(node, parent, upstream, local, contribution, grads[parent])
        reached.extend(reversed(node.parents))


@contextmanager
def cleared(values: Iterable[Value]) -> Iterator[None]:
    """Let a pass start from gradients of 0; afterwards every Value has its own back."""
    kept = [(value, value.grad) for value in values]
    try:
        for value, _ in kept:
            value.grad = 0.0
        yield
    finally:
        for value, grad in kept:
            value.grad = grad


def _messages(nodes: Sequence[Node], steps: Iterable[BackwardStep]) -> list[Message]:
    """What is told to constants is left out, as it is in pictures: nobody will change them."""
    place = {node.value: index for index, node in enumerate(nodes)}
    first_edge = [0, *accumulate(len(node.value.parents) for node in nodes)]
    due = Counter(place[parent] for node in nodes for parent in node.value.parents)
    heard: Counter[int] = Counter()
    sent: Counter[int] = Counter()
    held: dict[int, float] = {}
    result = []
    for step in steps:
        speaker, hearer = place[step.node], place[step.parent]
        edge = first_edge[speaker] + sent[speaker]
        early = f"{heard[speaker]} of {due[speaker]}" if heard[speaker] < due[speaker] else ""
        sent[speaker] += 1
        heard[hearer] += 1
        before = held.get(hearer, 0.0)
        held[hearer] = step.total
        if nodes[hearer].kind == "constant":
            continue
        result.append(
            Message(
                speaker=speaker,
                hearer=hearer,
                edge=edge,
                upstream=step.upstream,
                local=step.local,
                contribution=step.contribution,
                before=before,
                total=step.total,
                heard=heard[hearer],
                due=due[hearer],
                early=early,
                late=sent[hearer] > 0,
            )
        )
    return result
