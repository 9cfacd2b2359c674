"""Dual: a number that carries its own rate of change along. Forward mode.

Where a Value waits for a backward pass, a Dual knows its derivative at every moment of the forward pass: each
operation computes its result and, beside it, how fast that result changes with the one input that was chosen.

>>> x, y = Dual(3.0, 1.0), Dual(4.0)        # x moves at rate 1, y stands still
>>> x * y + x**2
Dual(data=21.0, tangent=10.0)

So ∂(xy + x²)/∂x = 10 at (3, 4). For ∂/∂y the whole formula is computed once more, with Dual(3.0) and
Dual(4.0, 1.0): a pass for each input, where reverse mode takes one for each output. Nothing is kept between
the operations, so the memory does not grow with the formula.

The name is that of the numbers a + b·ε with ε² = 0 (Clifford 1873); that they differentiate a program was
seen by Wengert (1964). Lesson 16.
"""

import math
from numbers import Real
from typing import Any, NoReturn

from backproplab import real
from backproplab.differentiation.functions import exp, log, power, quotient, relu, sigmoid, tanh


class Dual:
    """A number and its tangent, the derivative with respect to whatever was given a tangent of 1.

    Operators and methods are those of `Value`, with the same derivatives and errors; comparing is a TypeError
    as there: compare `data`. `data` and `tangent` are floats. They may also be Duals or Values themselves,
    which gives derivatives of derivatives.

    A tangent does not know whose it is. Where one derivative is taken inside of another, and the inner
    function uses the outer variable, their tangents mix ("perturbation confusion", Siskind and Pearlmutter
    2005). Of x · d(x + y)/dy the derivative with respect to x is 1, but

    >>> def slope(f, x):
    ...     return f(Dual(x, 1.0)).tangent
    >>> slope(lambda x: x * slope(lambda y: x + y, 1.0), 1.0)  # wrong: x moved for the inner slope too
    2.0

    So give every derivative a level of its own: a Dual in `data`, which the inner one does not take for its
    own.

    >>> x, y = Dual(Dual(1.0, 1.0)), Dual(Dual(1.0), 1.0)  # the outer derivative is that of the inside
    >>> inner = (x + y).tangent
    >>> (x.data * inner).tangent
    1.0
    """

    __slots__ = ("data", "tangent")

    def __init__(self, data: Any, tangent: Any = 0.0) -> None:
        self.data = data if hasattr(data, "tanh") else real.number(data, "Dual")
        self.tangent = tangent if hasattr(tangent, "tanh") else real.number(tangent, "Dual")

    def __add__(self, other: Any) -> "Dual":
        other = _dual(other)
        return Dual(self.data + other.data, self.tangent + other.tangent)

    def __sub__(self, other: Any) -> "Dual":
        other = _dual(other)
        return Dual(self.data - other.data, self.tangent - other.tangent)

    def __mul__(self, other: Any) -> "Dual":
        other = _dual(other)
        return Dual(self.data * other.data, self.tangent * other.data + self.data * other.tangent)

    def __truediv__(self, other: Any) -> "Dual":
        other = _dual(other)
        ratio = quotient(self.data, other.data)
        return Dual(ratio, (self.tangent - ratio * other.tangent) / other.data)

    def __pow__(self, exponent: Any) -> "Dual":
        if not hasattr(exponent, "tanh"):
            result, slope = power(self.data, real.number(exponent, "Dual"))
            return Dual(result, slope * self.tangent)
        exponent = _dual(exponent)
        rate = log(self.data)  # of the exponent; first, since it refuses a base that is not above 0
        result, slope = power(self.data, exponent.data)
        return Dual(result, slope * self.tangent + result * rate * exponent.tangent)

    def __neg__(self) -> "Dual":
        return Dual(-self.data, -self.tangent)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> "Dual":
        return Dual(other) - self

    def __rtruediv__(self, other: Any) -> "Dual":
        return Dual(other) / self

    def __rpow__(self, base: Any) -> "Dual":
        return Dual(base) ** self

    def exp(self) -> "Dual":
        """e to the power of this Dual. OverflowError above about 709.78."""
        result = exp(self.data)
        return Dual(result, result * self.tangent)

    def log(self) -> "Dual":
        """Natural logarithm. ValueError at 0 and below."""
        return Dual(log(self.data), quotient(self.tangent, self.data))

    def tanh(self) -> "Dual":
        """Hyperbolic tangent, between −1 and 1."""
        s, rest = sigmoid(2.0 * self.data), sigmoid(-2.0 * self.data)  # 4 s (1 − s) is 1 − t², as in Value
        return Dual(tanh(self.data), 4.0 * s * rest * self.tangent)

    def sigmoid(self) -> "Dual":
        """1 / (1 + e⁻ˣ), between 0 and 1."""
        s, rest = sigmoid(self.data), sigmoid(-self.data)  # rest is 1 − s, and not 0 where s is nearly 1
        return Dual(s, s * rest * self.tangent)

    def relu(self) -> "Dual":
        """This Dual if it is above 0, else 0. The slope at 0 itself is taken as 0."""
        number = _plain(self.data)
        slope = 1.0 if number > 0.0 else 0.0 if number <= 0.0 else math.nan
        return Dual(relu(self.data), slope * self.tangent)

    def _refuse_comparison(self, other: object = None) -> NoReturn:
        raise TypeError("a Dual has neither order nor truth: compare its number, as in x.data < 1.0")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse_comparison
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Dual(data={self.data}, tangent={self.tangent})"


def _dual(number: Any) -> Dual:
    """The number as a Dual; a plain one stands still."""
    return number if isinstance(number, Dual) else Dual(number)


def _plain(number: Any) -> float:
    """The float inside of Duals and Values."""
    while not isinstance(number, Real):
        number = number.data
    return float(number)
