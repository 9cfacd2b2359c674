"""Value: a number that knows its own gradient.

Write an expression with Values and ordinary operators: each operation makes a node that knows its parents
and its local derivatives. `backward()` on the last node then fills the `grad` of all that it came from:

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> loss = (a * b + 10) ** 2
>>> loss.backward()
>>> loss.data, a.grad, b.grad
(16.0, -24.0, 16.0)

`backward_steps()` is the same pass, one message at a time. Lesson 05 builds this engine from nothing.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from numbers import Number
from operator import add, mul, sub, truediv
from sys import intern
from typing import NamedTuple, NoReturn

from backproplab import graph_copy, real


class Value:
    """A number, the nodes that it was computed from, and after `backward()` its gradient.

    data: the number, a float. grad: ∂L/∂(this), L being the node whose `backward()` ran. label: a name for
    pictures. parents: the Values that it was computed from; a leaf has none. op: the operation, such as "*".

    **Setting `data`**, as in `w.data -= 0.1 * w.grad`, counts in what is written from then on. What has been
    computed keeps its value and its local derivatives, which are taken when an operation is written.

    **Arithmetic** is that of floats: +, -, * and / may give inf or nan, ** and exp raise OverflowError.

    **Comparing**: a Value equals itself alone, so that sets and dicts tell nodes apart. To ask whether it
    equals a number, is larger or is true, is a TypeError: compare `data`. Copies and pickles hold the graph.
    """

    __slots__ = ("_local_derivatives", "_pass", "data", "grad", "label", "op", "parents")

    def __init__(
        self,
        data: float,
        parents: tuple["Value", ...] = (),
        op: str = "",
        _local_derivatives: tuple[float, ...] | None = None,
        *,
        label: str = "",
    ) -> None:
        if _local_derivatives is None:  # a leaf, or a node made by hand
            parents = tuple(parents)
            _local_derivatives = _by_name(op, parents) if parents else ()
        self.data = data if type(data) is float else real.number(data)
        self.grad = 0.0
        self.label = label
        self.parents = parents
        self.op = op
        self._local_derivatives = _local_derivatives
        self._pass: object = None  # the last backward pass that reached this node

    def __add__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), "+", (1.0, 1.0))

    def __sub__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data - other.data, (self, other), "-", (1.0, -1.0))

    def __mul__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), "*", (other.data, self.data))

    def __truediv__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        ratio = real.quotient(self.data, other.data)
        return Value(ratio, (self, other), "/", (1.0 / other.data, -ratio / other.data))

    def __pow__(self, exponent: "Value | float") -> "Value":
        if not isinstance(exponent, Value):
            power, slope = real.power(self.data, real.number(exponent))
            return Value(power, (self,), intern(f"**{exponent}"), (slope,))
        if self.data <= 0.0:
            given = f"{self.data} ** {exponent.data}"
            raise ValueError(
                f"Value ** Value needs a base above 0: {given}; make the exponent a plain number"
            )
        power, slope = real.power(self.data, exponent.data)
        return Value(power, (self, exponent), "**", (slope, power * math.log(self.data)))

    def __neg__(self) -> "Value":
        return Value(-self.data, (self,), "neg", (-1.0,))

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
        power = real.exp(self.data)
        return Value(power, (self,), "exp", (power,))

    def log(self) -> "Value":
        """Natural logarithm. ValueError at 0 and below."""
        return Value(real.log(self.data), (self,), "log", (1.0 / self.data,))

    def tanh(self) -> "Value":
        """Hyperbolic tangent, between −1 and 1."""
        s, rest = real.sigmoid(2.0 * self.data)  # 4 s (1 − s) is 1 − t², and not 0 where t is nearly ±1
        return Value(math.tanh(self.data), (self,), "tanh", (4.0 * s * rest,))

    def sigmoid(self) -> "Value":
        """1 / (1 + e⁻ˣ), between 0 and 1."""
        s, rest = real.sigmoid(self.data)  # rest is 1 − s, and not 0 where s is nearly 1
        return Value(s, (self,), "sigmoid", (s * rest,))

    def relu(self) -> "Value":
        """This Value if it is above 0, else 0. The slope at 0 itself is taken as 0."""
        slope = 1.0 if self.data > 0.0 else 0.0 if self.data <= 0.0 else math.nan
        return Value(self.data if slope else 0.0, (self,), "ReLU", (slope,))

    def local_derivatives(self) -> tuple[float, ...]:
        """∂(this)/∂(parent) for each parent, in the order of `parents`; nothing for a leaf.

        ValueError for a node that was made by hand, if Value has no operator of that name.
        """
        if self.parents and not self._local_derivatives:
            raise ValueError(
                f"no derivative known for the hand-made node {self.op!r}; use Value's own operations"
            )
        return self._local_derivatives

    def backward(self) -> None:
        """Fill `grad` with ∂(this)/∂(node) in this node and all that it was computed from.

        Leaves add to the gradient that they hold: clear it (`leaf.grad = 0.0`) before the next pass. What
        lies between starts afresh. So a second call doubles the gradients of the leaves, as in PyTorch.
        """
        for _ in self._messages(report=False):
            pass

    def backward_steps(self) -> Iterator["BackwardStep"]:
        """Run `backward()` one message at a time, and yield each once it has been added.

        If another pass begins meanwhile and comes to nodes that this one still needs, that pass is right and
        this one ends with a RuntimeError before it adds anything wrong.

        >>> a = Value(2.0)
        >>> for step in (a * a).backward_steps():
        ...     print(step.upstream, "×", step.local, "=", step.contribution, "makes", step.total)
        1.0 × 2.0 = 2.0 makes 2.0
        1.0 × 2.0 = 2.0 makes 4.0
        """
        return self._messages(report=True)

    def _messages(self, *, report: bool) -> Iterator["BackwardStep"]:
        """The backward pass: a node sends to its parents once it has heard from all of its children.

        report: whether to yield each message, which takes longer than to send it.
        """
        this_pass = object()
        order = self._parents_first(this_pass)
        self.grad = 1.0 if self.parents else self.grad + 1.0
        while order:
            node = order.pop()
            upstream, local_derivatives = node.grad, node._local_derivatives
            for index, parent in enumerate(node.parents):  # zip would take longer
                if report and (parent if parent.parents else node)._pass is not this_pass:
                    raise RuntimeError(
                        "another backward pass has begun since the last step and set these gradients back;"
                        " take all steps of one pass before the next begins"
                    )
                parent.grad += upstream * local_derivatives[index]
                if report:
                    local = local_derivatives[index]
                    yield BackwardStep(node, parent, upstream, local, upstream * local, parent.grad)

    def _parents_first(self, this_pass: object) -> list["Value"]:
        """Clear the nodes that will send, and list each after its parents: depth first, without recursion."""
        begun = object()
        order: list[Value] = []
        stack = [self] if self.parents else []  # a leaf sends to nobody
        while stack:
            node = stack[-1]
            if node._pass is begun:  # we are back, so all of its parents are in the list
                node._pass = this_pass
                order.append(stack.pop())
            elif node._pass is this_pass:  # another child of it was here first
                stack.pop()
            else:
                if not node._local_derivatives:
                    node.local_derivatives()  # says what is wrong
                node._pass, node.grad = begun, 0.0
                for parent in reversed(node.parents):  # so that the last will send first
                    if parent.parents and parent._pass is not this_pass:
                        stack.append(parent)  # noqa: PERF401 (a list for each node takes longer)
        return order

    def _refuse_comparison(self, other: object = None) -> NoReturn:
        raise TypeError(
            "a Value is a node, and nodes have neither order nor truth: compare their numbers, as in"
            " a.data < b.data, a.data == 2.0 or max(values, key=lambda value: value.data);"
            " whether there is one, ask by `is not None`"
        )

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse_comparison

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Number):
            self._refuse_comparison(other)
        return NotImplemented  # Python then asks whether the two are one object

    __hash__ = object.__hash__
    __deepcopy__ = graph_copy.deepcopy
    __reduce_ex__ = graph_copy.reduce

    _prev = property(lambda self: set(self.parents))  # micrograd's names of parents and op,
    _op = property(lambda self: self.op)  # for programs that were written for it

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


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
    a, b = [value.data for value in left], [value.data for value in right]
    return Value(real.dot(a, b), left + right, "dot", (*b, *a))


def total(values: Iterable[Value | float]) -> Value:
    """Σ valuesᵢ as a single node, where the built-in `sum` makes one for each term."""
    values = _values(values)
    return Value(real.total([value.data for value in values]), values, "total", (1.0,) * len(values))


def _values(numbers: Iterable[Value | float]) -> tuple[Value, ...]:
    return tuple([number if isinstance(number, Value) else Value(number) for number in numbers])


def _by_name(op: str, parents: tuple[Value, ...]) -> tuple[float, ...]:
    """The local derivatives of a node made by hand, as in micrograd; none if its operation is unknown."""
    operators: dict[str, Callable[..., Value]] = {"+": add, "-": sub, "*": mul, "/": truediv, "**": pow}
    return operators[op](*parents)._local_derivatives if op in operators else ()
