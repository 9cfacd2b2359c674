"""exp, log, tanh, sigmoid and relu of whatever a formula is computed with: a float, a Value, a Dual, a name.

A formula that is written with these and ordinary operators can be differentiated in each of the four ways
(with relu, which is no formula of one piece, in three):

>>> from backproplab import Value
>>> [sigmoid(x) for x in (0.0, Value(0.0))]
[0.5, Value(data=0.5, grad=0.0)]

A plain number gives a float, or an error that names it. Anything else has methods of these names.
"""

import math
from numbers import Real
from typing import Any

from backproplab import real


def exp(x: Any) -> Any:
    """e to the power of x. OverflowError for a number above about 709.78."""
    return real.exp(float(x)) if isinstance(x, Real) else x.exp()


def log(x: Any) -> Any:
    """Natural logarithm. ValueError for a number that is not above 0."""
    return real.log(float(x)) if isinstance(x, Real) else x.log()


def tanh(x: Any) -> Any:
    """Hyperbolic tangent, between −1 and 1."""
    return math.tanh(x) if isinstance(x, Real) else x.tanh()


def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), between 0 and 1."""
    return real.sigmoid(float(x))[0] if isinstance(x, Real) else x.sigmoid()


def relu(x: Any) -> Any:
    """X where it is above 0, else 0."""
    return (0.0 if x <= 0.0 else float(x)) if isinstance(x, Real) else x.relu()


def quotient(dividend: Any, divisor: Any) -> Any:
    """dividend / divisor. ZeroDivisionError for numbers, if the divisor is 0."""
    if isinstance(dividend, Real) and isinstance(divisor, Real):
        return real.quotient(float(dividend), float(divisor))
    return dividend / divisor


def power(base: Any, exponent: Any) -> tuple[Any, Any]:
    """Base to the power of an exponent, and its derivative with respect to the base.

    Numbers, a float that is 0 as exponent among them, have the errors and the care of `real.power`.
    """
    if not isinstance(exponent, Real):
        return base**exponent, exponent * base ** (exponent - 1.0)
    if isinstance(base, Real):
        return real.power(float(base), float(exponent))
    return base**exponent, exponent * base ** (exponent - 1.0) if exponent else 0.0
