"""Four ways to differentiate one function: nudges, symbols, forward mode and reverse mode. Lesson 16.

    def f(x, y):
        return x * y + tanh(x)          # exp, log, tanh, sigmoid, relu from here

    f(1.0, 2.0)                         a number
    f(Dual(1.0, 1.0), Dual(2.0))        ... and ∂f/∂x, on the way forward
    f(Value(1.0), Value(2.0))           ... and the whole gradient, on the way back
    f(symbol("x"), symbol("y"))         a formula; `derivative` makes another one of it

`numeric`, `symbolic`, `forward` and `reverse` do this at a point, and count the operations that it takes.
A `DualArray` is a Dual of arrays, and `rules` the table of operations that a Tensor goes back by: lesson 22.
"""

from backproplab.differentiation.dual import Dual
from backproplab.differentiation.dual_array import DualArray
from backproplab.differentiation.expression import (
    Expression,
    derivative,
    evaluate,
    graph_operations,
    symbol,
    tree_operations,
)
from backproplab.differentiation.functions import exp, log, relu, sigmoid, tanh
from backproplab.differentiation.ways import (
    Derivatives,
    forward,
    function_operations,
    numeric,
    reverse,
    symbolic,
)

__all__ = [
    "Derivatives",
    "Dual",
    "DualArray",
    "Expression",
    "derivative",
    "evaluate",
    "exp",
    "forward",
    "function_operations",
    "graph_operations",
    "log",
    "numeric",
    "relu",
    "reverse",
    "sigmoid",
    "symbol",
    "symbolic",
    "tanh",
    "tree_operations",
]
