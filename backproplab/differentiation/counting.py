"""Operations, counted: +, −, ·, ÷, powers, functions and changes of sign are one each."""

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from backproplab.differentiation import functions
from backproplab.scalar import Value


class Counter:
    """Makes numbers that count what is done with them.

    >>> counter = Counter()
    >>> x, y = counter.number(2.0), counter.number(3.0)
    >>> (x * y + x).data, counter.operations
    (8.0, 2)
    """

    def __init__(self) -> None:
        self.operations = 0

    def number(self, data: float) -> "Counted":
        """A number that counts here."""
        return Counted(data, self)


def counting_method(operation: Callable[..., Any], *, from_right: bool = False) -> Callable[..., "Counted"]:
    """The method for an operation; `from_right` where the number with the method is the second operand."""

    def method(self: "Counted", *others: Any) -> "Counted":
        self.counter.operations += 1
        operands = [number.data if isinstance(number, Counted) else number for number in (self, *others)]
        return Counted(operation(*(reversed(operands) if from_right else operands)), self.counter)

    return method


def real_power(base: float, exponent: float) -> float:
    """Base to the power of the exponent. ValueError if that is not real; the errors of `real.power`."""
    try:
        result = base**exponent
    except ZeroDivisionError:
        raise ZeroDivisionError(
            f"0 has no negative power: {base} ** {exponent}; move the base off 0"
        ) from None
    except OverflowError:
        raise OverflowError(f"too large for a float: {base} ** {exponent}; use a smaller exponent") from None
    if isinstance(result, complex):
        raise ValueError(f"not a real number: {base} ** {exponent}; use a whole exponent or a base above 0")
    return float(result)


class Counted:
    """A plain number, `data`, that tells its counter of each operation it goes into."""

    def __init__(self, data: float, counter: Counter) -> None:
        self.data, self.counter = float(data), counter

    __neg__ = counting_method(operator.neg)
    __add__ = __radd__ = counting_method(operator.add)
    __mul__ = __rmul__ = counting_method(operator.mul)
    __sub__, __rsub__ = counting_method(operator.sub), counting_method(operator.sub, from_right=True)
    __truediv__, __rtruediv__ = (
        counting_method(operator.truediv),
        counting_method(operator.truediv, from_right=True),
    )
    __pow__, __rpow__ = counting_method(real_power), counting_method(real_power, from_right=True)
    exp, log, tanh = (
        counting_method(functions.exp),
        counting_method(functions.log),
        counting_method(functions.tanh),
    )
    sigmoid, relu = counting_method(functions.sigmoid), counting_method(functions.relu)


LOCAL = {"+": 0, "-": 0, "*": 0, "neg": 0, "exp": 0, "ReLU": 1, "log": 1, "sigmoid": 1, "/": 3, "tanh": 4}
"""Operations for the local derivatives of a Value's node, as `Value` takes them; of a / b, 1/b and −r/b."""


def reverse_operations(outputs: Sequence[Value]) -> int:
    """Operations of the forward pass that made these Values, and of a backward pass from each of them.

    A node costs one operation forward, those of `LOCAL`, and on the way back a multiplication and an addition
    for each parent: 5 for a sum, a difference or a product, where the function alone needs 1; 8 for a
    quotient, 10 for a power of two Values, and less for all else. So a gradient never costs more than 10
    times its function, however many inputs there are. That is the cheap-gradient bound (Baur and Strassen
    1983; Griewank and Walther, *Evaluating Derivatives*), with the constant of this engine.
    ValueError for `dot` and `total`, where one node stands for many operations.
    """
    reached = [inner_nodes(output) for output in outputs]
    forward = {node: 1 + local_operations(node) for nodes in reached for node in nodes}
    return sum(forward.values()) + sum(2 * len(node.parents) for nodes in reached for node in nodes)


def local_operations(node: Value) -> int:
    """Operations for the local derivatives of one node."""
    if node.op in LOCAL:
        return LOCAL[node.op]
    if not node.op.startswith("**"):
        raise ValueError(
            f"a node {node.op!r} stands for many operations; write it with operators to count it"
        )
    if len(node.parents) == 2:
        return 5  # b · aᵇ⁻¹ with its b − 1, and aᵇ · log a
    exponent = node.op[2:]
    is_zero = float(Fraction(exponent) if "/" in exponent else exponent) == 0.0
    return 0 if is_zero else 2  # c · xᶜ⁻¹, where c − 1 is known; of x⁰ it is 0


def inner_nodes(output: Value) -> list[Value]:
    """The node and all that it was computed from, leaves left out, each once."""
    nodes: dict[Value, None] = {}
    stack = [output]
    while stack:
        node = stack.pop()
        if node.parents and node not in nodes:
            nodes[node] = None
            stack += node.parents
    return list(nodes)
