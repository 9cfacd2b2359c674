"""Copies and pickles of a graph of Values, however long.

Left alone, Python copies and pickles what an object refers to inside of its work on that object. A chain of
a few hundred nodes then ends in a RecursionError. Here all that a node was computed from goes before it,
parents before children: each node refers to nodes that are done.
"""

from collections.abc import Container
from typing import TYPE_CHECKING, Any, SupportsIndex
from weakref import finalize

if TYPE_CHECKING:
    from backproplab.scalar import Value


def deepcopy(root: "Value", memo: dict[int, Any]) -> "Value":
    """Copy `root` and all that it was computed from, but for what `memo` has already."""
    copied = root
    for node in _parents_first(root, memo):
        parents = tuple(memo[id(parent)] for parent in node.parents)
        copied = type(node)(node.data, parents, node.op, node._local_derivatives, label=node.label)
        copied.grad = node.grad
        memo[id(node)] = copied
    return copied  # the last is the root


class _Line(list["Value"]):
    """The nodes that a pickle takes before another; a list whose end can be noticed."""


_ahead: set[int] = set()
"""The ids of nodes that stand in a line. A pickler keeps its lines until it is done, and no longer."""


def reduce(root: "Value", protocol: SupportsIndex) -> tuple[Any, ...]:
    """What a pickle of `root` consists of, as `Value.__reduce_ex__` has to say it: its line, then itself."""
    line = _Line(_parents_first(root, _ahead)[:-1])
    if line:
        ids = [id(node) for node in line]
        _ahead.update(ids)
        finalize(line, _ahead.difference_update, ids)
    return _made_after, (line or None, type(root)), root.__getstate__()


def _made_after(line: _Line | None, kind: type["Value"]) -> "Value":
    return kind.__new__(kind)


def _parents_first(root: "Value", done: Container[int]) -> list["Value"]:
    """What `root` was computed from, parents before children, and `root`; not what has its id in `done`."""
    order: dict[Value, None] = {}  # a dict keeps the order, and finds a node at once
    stack = [root]
    while stack:
        ahead = [parent for parent in stack[-1].parents if parent not in order and id(parent) not in done]
        if ahead:
            stack += ahead
        else:
            order[stack.pop()] = None
    return list(order)
