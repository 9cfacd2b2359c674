"""One function, four ways to its derivatives, each with the number of operations that it took.

>>> from backproplab.differentiation.functions import exp
>>> def f(x, y):
...     return x * y + exp(x)
>>> for way in (numeric, symbolic, forward, reverse):
...     found = way(f, (1.0, 2.0))
...     print(f"{way.__name__:8}", found.derivatives.round(4), found.operations)
numeric  [[4.7183 1.    ]] 20
symbolic [[4.7183 1.    ]] 2
forward  [[4.7183 1.    ]] 16
reverse  [[4.7183 1.    ]] 13

Operations are those of our own Dual and Value, which do not leave out a product with 0 or 1. The symbolic way
counts its formulas alone, written out: they do not give f itself.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.differentiation.counting import Counter, reverse_operations
from backproplab.differentiation.dual import Dual
from backproplab.differentiation.expression import derivative, evaluate, symbol, tree_operations
from backproplab.scalar import Value

Function = Callable[..., Any]
"""Takes numbers of any kind, one for each input, and returns one such number, or a list of them."""


class Derivatives(NamedTuple):
    """What one way found, and what it cost."""

    derivatives: NDArray[np.float64]
    """`(outputs, inputs)`: ∂output/∂input."""
    operations: int


def function_operations(f: Function, point: Sequence[float]) -> int:
    """How many operations `f` itself takes at a point."""
    counter = Counter()
    f(*map(counter.number, point))
    return counter.operations


def numeric(f: Function, point: Sequence[float], *, nudge: float = 1e-5) -> Derivatives:
    """Central differences: `f` is computed twice for each input, with that input nudged up and down."""
    counter = Counter()
    columns = []
    for chosen in range(len(point)):
        up, down = list(map(counter.number, point)), list(map(counter.number, point))
        up[chosen], down[chosen] = up[chosen] + nudge, down[chosen] - nudge
        pairs = zip(outputs(f(*up)), outputs(f(*down)), strict=True)
        columns.append([((high - low) / (2 * nudge)).data for high, low in pairs])
    return Derivatives(np.array(columns).T, counter.operations)


def symbolic(f: Function, point: Sequence[float]) -> Derivatives:
    """A formula for each derivative, written out by the rules, and computed as it stands."""
    names = [f"x{number}" for number in range(1, len(point) + 1)]
    formulas = outputs(f(*map(symbol, names)))
    rows = [[derivative(formula, name) for name in names] for formula in formulas]
    numbers = dict(zip(names, point, strict=True))
    found = np.array([[evaluate(entry, numbers) for entry in row] for row in rows])
    return Derivatives(found, sum(tree_operations(entry) for row in rows for entry in row))


def forward(f: Function, point: Sequence[float]) -> Derivatives:
    """Forward mode: one pass with Duals for each input."""
    counter = Counter()
    columns = []
    for chosen in range(len(point)):
        duals = [Dual(counter.number(x), counter.number(place == chosen)) for place, x in enumerate(point)]
        columns.append([output.tangent.data for output in outputs(f(*duals))])
    return Derivatives(np.array(columns).T, counter.operations)


def reverse(f: Function, point: Sequence[float]) -> Derivatives:
    """Reverse mode: one pass forward with Values, and one pass back from each output."""
    leaves = [Value(x) for x in point]
    values = outputs(f(*leaves))
    rows = []
    for value in values:
        for leaf in leaves:
            leaf.grad = 0.0
        value.backward()
        rows.append([leaf.grad for leaf in leaves])
    return Derivatives(np.array(rows), reverse_operations(values))


def outputs(result: Any) -> list[Any]:
    """What a function returned, as a list."""
    return list(result) if isinstance(result, list | tuple) else [result]
