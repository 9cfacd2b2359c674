"""Formulas as trees of symbols, and their derivatives, which are formulas again. Symbolic differentiation.

>>> x = symbol("x")
>>> square = x * x
>>> print(derivative(square * square, "x"))
(x + x) * x * x + x * x * (x + x)

A derivative repeats parts of its formula, and where those are built from each other, as in f(f(f(x))), it
swells: `tree_operations` counts what is written out. `graph_operations` counts every shared part once, and
hardly swells. To compute each part once, and keep it, is what forward and reverse mode do. Lesson 16.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from backproplab.differentiation.functions import exp, log, power, sigmoid, tanh

T = TypeVar("T")


class Expression:
    """A number, a symbol, or what an operation makes of its parts.

    `op` is "number" or "symbol", "+", "*", "**" with a plain number as exponent, or the name of a function in
    `FUNCTIONS`. `what` is the number, the symbol's name or the exponent. a − b becomes a + −1·b, a / b
    becomes a·b⁻¹, two operations each, and a power with symbols in its exponent exp(b·log(a)). Sums with 0,
    products with 0 and 1 and powers of 1 are simplified, nothing else is, two numbers neither. A corner has
    no formula: there is no relu here.
    """

    def __init__(self, op: str, *parts: "Expression", what: Any = None) -> None:
        self.op, self.parts, self.what = op, parts, what

    def __add__(self, other: Any) -> "Expression":
        other = expression(other)
        return other if is_number(self, 0) else self if is_number(other, 0) else Expression("+", self, other)

    def __mul__(self, other: Any) -> "Expression":
        other = expression(other)
        if is_number(self, 0) or is_number(other, 1):
            return self
        return other if is_number(self, 1) or is_number(other, 0) else Expression("*", self, other)

    def __pow__(self, exponent: Any) -> "Expression":
        if isinstance(exponent, Expression) and exponent.op == "number":
            exponent = exponent.what  # of symbols that went out, as in 2 + 0 * y
        if isinstance(exponent, Expression):
            return exp(exponent * log(self))  # type: ignore[no-any-return]
        return self if exponent == 1 else Expression("**", self, what=float(exponent))

    def relu(self) -> "Expression":
        """TypeError, since a corner has no formula of one piece."""
        raise TypeError(
            "relu has no formula of one piece, so symbols cannot differentiate it; take one of the other ways"
        )

    def __neg__(self) -> "Expression":
        return -1 * self

    def __sub__(self, other: Any) -> "Expression":
        return self + -1 * expression(other)

    def __truediv__(self, other: Any) -> "Expression":
        return self * expression(other) ** -1

    def __radd__(self, other: float) -> "Expression":
        return expression(other) + self

    def __rmul__(self, other: float) -> "Expression":
        return expression(other) * self

    def __rsub__(self, other: float) -> "Expression":
        return expression(other) - self

    def __rtruediv__(self, other: float) -> "Expression":
        return expression(other) / self

    def __rpow__(self, base: float) -> "Expression":
        return expression(base) ** self

    def exp(self) -> "Expression":
        """e to the power of this."""
        return Expression("exp", self)

    def log(self) -> "Expression":
        """Natural logarithm."""
        return Expression("log", self)

    def tanh(self) -> "Expression":
        """Hyperbolic tangent."""
        return Expression("tanh", self)

    def sigmoid(self) -> "Expression":
        """1 / (1 + e⁻ˣ)."""
        return Expression("sigmoid", self)

    def __str__(self) -> str:
        return bottom_up(self, _written)


# a function, and its derivative
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Expression], Expression]]] = {
    "exp": (exp, lambda x: exp(x)),
    "log": (log, lambda x: x**-1),
    "tanh": (tanh, lambda x: 1 - tanh(x) ** 2),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
}


def symbol(name: str) -> Expression:
    """A symbol that stands for a number."""
    return Expression("symbol", what=name)


def expression(number: Any) -> Expression:
    """A plain number as an Expression; an Expression as it is."""
    return number if isinstance(number, Expression) else Expression("number", what=float(number))


def is_number(formula: Expression, number: float) -> bool:
    """Whether a formula is this very number."""
    return formula.op == "number" and formula.what == number


def derivative(formula: Expression, name: str) -> Expression:
    """∂formula/∂(the symbol of that name), by the rules for sums, products, powers and functions."""

    def slope(node: Expression, slopes: list[Expression]) -> Expression:
        if not node.parts:
            return expression(node.op == "symbol" and node.what == name)
        if node.op == "+":
            return slopes[0] + slopes[1]
        if node.op == "*":
            return slopes[0] * node.parts[1] + node.parts[0] * slopes[1]
        (x,) = node.parts
        local = node.what * x ** (node.what - 1) if node.op == "**" else FUNCTIONS[node.op][1](x)
        return local * slopes[0]

    return bottom_up(formula, slope)


def evaluate(formula: Expression, numbers: Mapping[str, float]) -> float:
    """The number that a formula is, with these numbers for its symbols. KeyError if a symbol has none."""

    def number(node: Expression, parts: list[float]) -> float:
        if not node.parts:
            return float(numbers[node.what] if node.op == "symbol" else node.what)
        if node.op == "**":
            return float(power(parts[0], node.what)[0])
        if node.op in FUNCTIONS:
            return float(FUNCTIONS[node.op][0](parts[0]))
        return parts[0] + parts[1] if node.op == "+" else parts[0] * parts[1]

    return bottom_up(formula, number)


def tree_operations(formula: Expression) -> int:
    """How many operations a formula has when it is written out, as often as each part occurs."""
    return bottom_up(formula, lambda node, parts: sum(parts) + bool(node.parts))


def graph_operations(formula: Expression) -> int:
    """How many operations a formula has when each part is named, and counts once wherever it occurs."""
    return sum(bool(node.parts) for node in parts_first(formula))


def bottom_up(formula: Expression, compute: Callable[[Expression, list[T]], T]) -> T:
    """What `compute` makes of a formula, from each node and from what it made of the node's parts."""
    made: dict[int, T] = {}
    for node in parts_first(formula):
        made[id(node)] = compute(node, [made[id(part)] for part in node.parts])
    return made[id(formula)]


def parts_first(formula: Expression) -> list[Expression]:
    """Every node once, after its parts; without recursion, since a formula may be deep."""
    order: dict[int, Expression] = {}
    stack = [formula]
    while stack:
        node = stack[-1]
        missing = [part for part in node.parts if id(part) not in order]
        if missing:
            stack += missing
        else:
            order[id(stack.pop())] = node
    return list(order.values())


BRACKETS = {"+": (), "*": ("+",), "**": ("+", "*", "**", "number")}
"""Which parts of an operation stand in brackets."""


def _written(node: Expression, parts: list[str]) -> str:
    """A node in symbols, as Python would read it; its numbers have six digits."""
    if not node.parts:
        return f"{node.what:g}" if node.op == "number" else str(node.what)
    if node.op in FUNCTIONS:
        return f"{node.op}({parts[0]})"
    inner = [
        f"({text})" if part.op in BRACKETS[node.op] else text
        for part, text in zip(node.parts, parts, strict=True)
    ]
    return f"{inner[0]}**{node.what:g}" if node.op == "**" else f" {node.op} ".join(inner)
