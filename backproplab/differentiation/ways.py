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
counts its formulas alone, as many operations as are written: a part that occurs twice counts twice, though it
is computed once, and f itself is not among them. A difference and a quotient are two operations each there,
since `Expression` writes a − b as a + −1 · b and a / b as a · b⁻¹; the other ways count one.
"""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.differentiation.counting import Counter, reverse_operations
from backproplab.differentiation.dual import Dual
from backproplab.differentiation.expression import (
    derivative,
    evaluate,
    expression,
    symbol,
    tree_operations,
)
from backproplab.scalar import Value

NUDGE = 1e-5
"""Between what truncation and what rounding spoil: lesson 06."""

Function = Callable[..., Any]
"""Takes numbers of any kind, one for each input, and returns one, of that kind or plain, or a list."""


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


def numeric(f: Function, point: Sequence[float]) -> Derivatives:
    """Central differences: `f` is computed twice for each input, with that input nudged up and down.

    An input x is nudged by 1e-5 times |x|, or by 1e-5 itself where |x| is below 1.
    """
    counter = Counter()
    columns = []
    for chosen, x in enumerate(point):
        step = NUDGE * max(1.0, abs(x))
        up, down = list(map(counter.number, point)), list(map(counter.number, point))
        up[chosen], down[chosen] = up[chosen] + step, down[chosen] - step
        pairs = zip(outputs(f(*up), counter.number), outputs(f(*down), counter.number), strict=True)
        columns.append([((high - low) / (2 * step)).data for high, low in pairs])
    return Derivatives(np.array(columns).T, counter.operations)


def symbolic(f: Function, point: Sequence[float]) -> Derivatives:
    """A formula for each derivative, by the rules alone; counted as it is written out."""
    names = [f"x{number}" for number in range(1, len(point) + 1)]
    formulas = outputs(f(*map(symbol, names)), expression)
    rows = [[derivative(formula, name) for name in names] for formula in formulas]
    numbers = dict(zip(names, point, strict=True))
    found = np.array([[evaluate(entry, numbers) for entry in row] for row in rows])
    return Derivatives(found, sum(tree_operations(entry) for row in rows for entry in row))


def forward(f: Function, point: Sequence[float]) -> Derivatives:
    """Forward mode: one pass with Duals for each input."""
    counter = Counter()

    def still(x: float) -> Dual:
        return Dual(counter.number(x), counter.number(0.0))

    columns = []
    for chosen in range(len(point)):
        duals = [Dual(counter.number(x), counter.number(place == chosen)) for place, x in enumerate(point)]
        columns.append([output.tangent.data for output in outputs(f(*duals), still)])
    return Derivatives(np.array(columns).T, counter.operations)


def reverse(f: Function, point: Sequence[float]) -> Derivatives:
    """Reverse mode: one pass forward with Values, and one pass back from each output."""
    leaves = [Value(x) for x in point]
    values = outputs(f(*leaves), Value)
    rows = []
    for value in values:
        for leaf in leaves:
            leaf.grad = 0.0
        value.backward()
        rows.append([leaf.grad for leaf in leaves])
    return Derivatives(np.array(rows), reverse_operations(values))


def outputs(result: Any, lift: Callable[[float], Any]) -> list[Any]:
    """What a function returned, as a list; a plain number, which no input moves, becomes what `lift` makes.

    TypeError for anything else than numbers.
    """
    found = list(result) if isinstance(result, list | tuple) else [result]
    for output in found:
        if not (isinstance(output, Real) or hasattr(output, "tanh")):
            raise TypeError(
                f"the function returned {output!r:.60} ({type(output).__name__}); return one number, or "
                "a list or tuple of numbers, made of what the function was given"
            )
    return [lift(float(output)) if isinstance(output, Real) else output for output in found]
