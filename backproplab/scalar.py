"""Value: a number that knows its own gradient.

Write an expression with Values and ordinary operators: each operation makes a node that knows its parents.
`backward()` on the last node then fills the `grad` of every node that it came from:

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> loss = (a * b + 10) ** 2
>>> loss.backward()
>>> loss.data, a.grad, b.grad
(16.0, -24.0, 16.0)

`backward_steps()` is the same pass, one message at a time. Lesson 05 builds this engine from nothing.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from operator import mul
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Primitive:
    """An operation as backward sees it: its name, and its local derivatives as a function of its Values."""

    name: str
    derivatives: Callable[..., Sequence[float]]  # (out, *parents) -> one number for each parent


def _unknown(out: "Value", *parents: "Value") -> tuple[()]:
    if parents:
        raise ValueError(
            f"no derivative known for the hand-made node {out._op!r}; use Value's own operations"
        )
    return ()


def _swapped(out: "Value", *parents: "Value") -> list[float]:
    data = [value.data for value in parents]
    half = len(data) // 2
    return data[half:] + data[:half]


def _power(base: float, exponent: float) -> float:
    """base ** exponent among the real numbers, or an error that names both."""
    try:
        result = base**exponent
    except ZeroDivisionError:
        raise ZeroDivisionError(
            f"0 has no negative power: {base} ** {exponent}; move the base off 0"
        ) from None
    except OverflowError:
        raise OverflowError(f"too large for a float: {base} ** {exponent}; use a smaller base") from None
    if isinstance(result, complex):
        raise ValueError(f"not a real number: {base} ** {exponent}; use a whole exponent or a base above 0")
    return float(result)


# fmt: off
# The table: ∂out/∂parent for each parent, beside the value that the operation computes.
LEAF    = Primitive("",        _unknown)
ADD     = Primitive("+",       lambda out, a, b: (1.0, 1.0))                                # a + b
SUB     = Primitive("-",       lambda out, a, b: (1.0, -1.0))                               # a − b
MUL     = Primitive("*",       lambda out, a, b: (b.data, a.data))                          # a b
DIV     = Primitive("/",       lambda out, a, b: (1.0 / b.data, -out.data / b.data))        # a / b
POW     = Primitive("**",      lambda out, a, b: (b.data * _power(a.data, b.data - 1.0),
                                                  out.data * math.log(a.data)))             # aᵇ, a > 0
NEG     = Primitive("neg",     lambda out, a: (-1.0,))                                      # −a
EXP     = Primitive("exp",     lambda out, a: (out.data,))                                  # eᵃ
LOG     = Primitive("log",     lambda out, a: (1.0 / a.data,))                              # ln a, a > 0
TANH    = Primitive("tanh",    lambda out, a: (1.0 - out.data * out.data,))                 # tanh a
SIGMOID = Primitive("sigmoid", lambda out, a: (out.data * (1.0 - out.data),))               # 1 / (1 + e⁻ᵃ)
RELU    = Primitive("ReLU",    lambda out, a: (0.0 if out.data <= 0.0 else 1.0,))           # max(a, 0)
TOTAL   = Primitive("total",   lambda out, *values: (1.0,) * len(values))                   # Σ aᵢ
DOT     = Primitive("dot",     _swapped)                                                    # Σ aᵢ bᵢ
# fmt: on
_NAMED = {p.name: p for p in (LEAF, ADD, SUB, MUL, DIV, POW, NEG, EXP, LOG, TANH, SIGMOID, RELU, TOTAL, DOT)}


@lru_cache(maxsize=256, typed=True)
def _to_the(exponent: float) -> Primitive:
    """The primitive aⁿ for a plain number n: one for each exponent, not one for each node."""
    n = float(exponent)
    return Primitive(f"**{exponent}", lambda out, a: (n * _power(a.data, n - 1.0) if n else 0.0,))


def _number(data: Any) -> float:
    if isinstance(data, Real):
        return float(data)
    kind = type(data).__name__
    raise TypeError(f"Value holds one real number, got {data!r} ({kind}); make one Value for each number")


class Value:
    """A number, the nodes that it was computed from, and after `backward()` its gradient.

    data: the number, a float. grad: ∂L/∂(this), L being the node whose `backward()` ran. label: a name for
    pictures. parents: the Values that it was computed from; a leaf has none. primitive: the operation and its
    derivatives. `_prev` and `_op` show these two to programs written for micrograd, which run unchanged.
    Leave `data` alone between the forward pass and `backward()`: local derivatives are taken from it.
    """

    __slots__ = ("_pass", "_waiting", "data", "grad", "label", "parents", "primitive")

    def __init__(
        self, data: float, parents: Iterable["Value"] = (), op: Primitive | str = LEAF, *, label: str = ""
    ) -> None:
        self.data: float = data if type(data) is float else _number(data)
        self.grad = 0.0
        self.label = label
        self.parents: tuple[Value, ...] = tuple(parents)
        self.primitive: Primitive = _NAMED.get(op) or Primitive(op, _unknown) if isinstance(op, str) else op
        self._pass: object = None  # the last backward pass that came by
        self._waiting = 0  # in that pass: how many children, beside one, have still to send

    def __add__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return _node(self.data + other.data, (self, other), ADD)

    def __sub__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return _node(self.data - other.data, (self, other), SUB)

    def __mul__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return _node(self.data * other.data, (self, other), MUL)

    def __truediv__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        if other.data == 0.0:
            raise ZeroDivisionError(f"division by 0: {self.data} / {other.data}; move the divisor off 0")
        return _node(self.data / other.data, (self, other), DIV)

    def __pow__(self, exponent: "Value | float") -> "Value":
        if not isinstance(exponent, Value):
            return _node(_power(self.data, _number(exponent)), (self,), _to_the(exponent))
        if self.data <= 0.0:
            given = f"{self.data} ** {exponent.data}"
            raise ValueError(
                f"Value ** Value needs a base above 0: {given}; make the exponent a plain number"
            )
        return _node(_power(self.data, exponent.data), (self, exponent), POW)

    def __neg__(self) -> "Value":
        return _node(-self.data, (self,), NEG)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: float) -> "Value":
        return Value(other) - self

    def __rtruediv__(self, other: float) -> "Value":
        return Value(other) / self

    def __rpow__(self, base: float) -> "Value":
        return Value(base) ** self

    def exp(self) -> "Value":
        """e to the power of this Value. OverflowError above about 709.78."""
        try:
            return _node(math.exp(self.data), (self,), EXP)
        except OverflowError:
            raise OverflowError(f"too large for a float: exp({self.data}); stay below exp(709.78)") from None

    def log(self) -> "Value":
        """Natural logarithm. ValueError at 0 and below."""
        if self.data <= 0.0:
            raise ValueError(f"not a real number: log({self.data}); log needs a number above 0")
        return _node(math.log(self.data), (self,), LOG)

    def tanh(self) -> "Value":
        """Hyperbolic tangent, between −1 and 1."""
        return _node(math.tanh(self.data), (self,), TANH)

    def sigmoid(self) -> "Value":
        """1 / (1 + e⁻ˣ), between 0 and 1; safe for any x, since it never takes e to a positive power."""
        power = math.exp(-abs(self.data))
        return _node((1.0 if self.data >= 0.0 else power) / (1.0 + power), (self,), SIGMOID)

    def relu(self) -> "Value":
        """This Value if it is above 0, else 0. The slope at 0 itself is taken as 0."""
        return _node(0.0 if self.data < 0.0 else self.data, (self,), RELU)

    def local_derivatives(self) -> Sequence[float]:
        """∂(this)/∂(parent) for each parent, in the order of `parents`; nothing for a leaf."""
        return self.primitive.derivatives(self, *self.parents)

    def backward(self) -> None:
        """Fill `grad` with ∂(this)/∂(node) in this node and all that it was computed from.

        Leaves add to the gradient that they hold: clear it (`leaf.grad = 0.0`) before the next pass. What
        lies between starts afresh. So a second call doubles the gradients of the leaves, as in PyTorch.
        """
        for _ in self._messages(told=False):
            pass

    def backward_steps(self) -> Iterator["BackwardStep"]:
        """Run `backward()` one message at a time, and yield each once it has been added.

        >>> a = Value(2.0)
        >>> for step in (a * a).backward_steps():
        ...     print(step.upstream, "×", step.local, "=", step.contribution, "makes", step.total)
        1.0 × 2.0 = 2.0 makes 2.0
        1.0 × 2.0 = 2.0 makes 4.0
        """
        return map(BackwardStep._make, self._messages(told=True))

    def _messages(self, *, told: bool) -> Iterator[tuple["Value", "Value", float, float, float, float]]:
        """The backward pass: a node sends to its parents once it has heard from all of its children.

        told: whether somebody listens, so that each message is worth yielding.
        """
        this_pass = object()
        reached = [self]
        while reached:
            for parent in reached.pop().parents:
                if parent._pass is this_pass:
                    parent._waiting += 1
                elif parent.parents:  # a leaf sends to nobody, so it need not wait
                    parent._pass, parent._waiting, parent.grad = this_pass, 0, 0.0
                    reached.append(parent)

        self.grad = 1.0 if self.parents else self.grad + 1.0
        ready = [self]
        while ready:
            node = ready.pop()
            upstream, parents = node.grad, node.parents
            if len(parents) == 2:  # what the line below does, without the tuple that * makes
                left, right = parents
                local = node.primitive.derivatives(node, left, right)
            else:
                local = node.primitive.derivatives(node, *parents)
            for index, parent in enumerate(parents):  # zip would take twice as long
                parent.grad += upstream * local[index]
                if told:
                    yield node, parent, upstream, local[index], upstream * local[index], parent.grad
                if parent.parents:
                    if parent._waiting:
                        parent._waiting -= 1
                    else:
                        ready.append(parent)

    @property
    def _prev(self) -> set["Value"]:
        return set(self.parents)

    @property
    def _op(self) -> str:
        return self.primitive.name

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


def _node(data: float, parents: tuple[Value, ...], primitive: Primitive) -> Value:
    """A Value as the operations make it: without what `__init__` does for those who make one by hand."""
    node = _new(Value)
    node.data = data if type(data) is float else _number(data)  # somebody may have set a parent's data
    node.grad = 0.0
    node.label = ""
    node.parents = parents
    node.primitive = primitive
    node._pass = None
    return node


_new = object.__new__


class BackwardStep(NamedTuple):
    """One message of a backward pass: `node` tells `parent` its share of the gradient."""

    node: Value
    parent: Value
    upstream: float  # ∂L/∂node
    local: float  # ∂node/∂parent
    contribution: float  # upstream × local
    total: float  # the parent's grad with this contribution


def dot(left: Iterable[Value | float], right: Iterable[Value | float]) -> Value:
    """Σ leftᵢ · rightᵢ as a single node, lighter than its products and sums. ValueError if lengths differ.

    >>> dot([Value(1.0), Value(2.0)], [3.0, 4.0]).data
    11.0
    """
    left, right = _values(left), _values(right)
    if len(left) != len(right):
        raise ValueError(f"dot needs two sequences of one length, got {len(left)} and {len(right)} numbers")
    return _node(sum(map(mul, [a.data for a in left], [b.data for b in right])), left + right, DOT)


def total(values: Iterable[Value | float]) -> Value:
    """Σ valuesᵢ as a single node, where the built-in `sum` makes one for each term."""
    values = _values(values)
    return _node(sum([value.data for value in values]), values, TOTAL)


def _values(numbers: Iterable[Value | float]) -> tuple[Value, ...]:
    return tuple([number if isinstance(number, Value) else Value(number) for number in numbers])
