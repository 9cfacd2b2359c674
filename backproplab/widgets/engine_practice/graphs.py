"""Random small graphs to practise on: whole numbers, and a box that has to wait for a second message."""

from collections import Counter
from random import Random

from backproplab.plots.nodes import nodes_of
from backproplab.scalar import Value
from backproplab.widgets.flow.messages import right_messages

LEAVES = (-4, -3, -2, 2, 3, 4, 5)
LARGEST = 250  # of a value or of a message: to be worked out in one's head
MESSAGES = range(5, 9)


def random_graph(seed: int) -> Value:
    """Return the result of a small graph with labels a, b … ; the same seed gives the same graph.

    >>> random_graph(1).label, random_graph(1).data
    ('e', 180.0)
    """
    rng = Random(seed)
    root = _drawn(rng)
    while not _suits(root):
        root = _drawn(rng)
    return root


def _drawn(rng: Random) -> Value:
    values = [Value(rng.choice(LEAVES), label=name) for name in "ab"]
    for name in "cdef"[: rng.choice((3, 4))]:
        one, other = values[-1], rng.choice(values[:-1])
        operation = rng.choice(("product", "product", "sum", "difference", "multiple"))
        if operation == "product":
            made = one * other
        elif operation == "sum":
            made = one + other
        elif operation == "difference":
            made = one - other
        else:
            made = rng.choice((2, 3)) * one
        made.label = name
        values.append(made)
    return values[-1]


def _suits(root: Value) -> bool:
    nodes = nodes_of(root)
    messages = right_messages(nodes)
    uses = Counter(message.hearer for message in messages)
    waits = any(count > 1 and nodes[index].value.parents for index, count in uses.items())
    sizes = [node.value.data for node in nodes]
    sizes += [number for message in messages for number in (message.contribution, message.total)]
    both = {"a", "b"} <= {node.value.label for node in nodes}
    return both and waits and len(messages) in MESSAGES and all(0 < abs(size) <= LARGEST for size in sizes)
