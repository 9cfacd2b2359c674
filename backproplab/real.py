"""Functions of real numbers: each gives a float, or an error that names its numbers and says what to do."""

import math
from collections.abc import Sequence
from functools import reduce
from numbers import Real
from operator import add, mul
from typing import Any


def number(data: Any, holder: str = "Value") -> float:
    """`data` as a float, for a `holder`. TypeError unless it is a real number, OverflowError if too large."""
    kind = type(data).__name__
    if not isinstance(data, Real):
        raise TypeError(
            f"{holder} holds one real number, got {data!r:.60} ({kind}); give it a float, such as float(x) or"
            f" another {holder}'s data, and make one {holder} for each number"
        )
    try:
        return float(data)
    except OverflowError:
        raise OverflowError(f"too large for a float: a number of type {kind}; stay below 1.8e308") from None


def quotient(dividend: float, divisor: float) -> float:
    """dividend / divisor. ZeroDivisionError for a divisor of 0."""
    if divisor == 0.0:
        raise ZeroDivisionError(f"division by 0: {dividend} / {divisor}; move the divisor off 0")
    return dividend / divisor


def power(base: float, exponent: float) -> tuple[float, float]:
    """base ** exponent, and its derivative with respect to base.

    ZeroDivisionError at a base of 0, and OverflowError, if one of the two has no finite value; ValueError
    if it is not real.
    """
    base, exponent = float(base), float(exponent)
    try:
        result = base**exponent
        slope = exponent * base ** (exponent - 1.0) if exponent else 0.0
    except (ZeroDivisionError, OverflowError) as error:
        tried = f"{base} ** {exponent} with the slope {exponent} · {base} ** {exponent - 1.0}"
        if isinstance(error, ZeroDivisionError):
            raise ZeroDivisionError(f"0 has no negative power: {tried}; move the base off 0") from None
        raise OverflowError(f"too large for a float: {tried}; use a smaller exponent") from None
    if isinstance(result, complex):
        raise ValueError(f"not a real number: {base} ** {exponent}; use a whole exponent or a base above 0")
    return result, slope


def exp(x: float) -> float:
    """e to the power of x. OverflowError above about 709.78."""
    try:
        return math.exp(x)
    except OverflowError:
        raise OverflowError(f"too large for a float: exp({x}); stay below exp(709.78)") from None


def log(x: float) -> float:
    """The natural logarithm. ValueError at 0 and below."""
    if x <= 0.0:
        raise ValueError(f"not a real number: log({x}); log needs a number above 0")
    return math.log(x)


def sigmoid(x: float) -> tuple[float, float]:
    """s = 1 / (1 + e⁻ˣ) and 1 − s, each with all of its digits. Safe for any x: e⁻|ˣ| never overflows."""
    small = math.exp(-abs(x))
    above, below = 1.0 / (1.0 + small), small / (1.0 + small)
    return (above, below) if x >= 0.0 else (below, above)


def total(terms: Sequence[float]) -> float:
    """Σ termsᵢ, rounded once and so the same on every Python; inf or nan where adding one by one finds it."""
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # fsum's answer to sums beyond the largest float, and to inf - inf
        return reduce(add, terms)


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """Σ leftᵢ · rightᵢ: each product is rounded, and they are added as `total` adds."""
    try:
        return math.fsum(map(mul, left, right))
    except (OverflowError, ValueError):
        return total(list(map(mul, left, right)))
