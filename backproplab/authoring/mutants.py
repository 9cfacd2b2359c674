"""Answers that nobody thought about: zeros, ones, the right size with the wrong sign, twice, transposed.

A check that accepts one of them cannot tell a right answer from a wrong one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from backproplab.marking.compare import as_array

BENDS: dict[str, Callable[[Any], Any]] = {
    "zeros": lambda number: np.zeros(number.shape) if isinstance(number, np.ndarray) else 0.0 * number,
    "ones": lambda number: np.ones(number.shape) if isinstance(number, np.ndarray) else 0.0 * number + 1.0,
    "the wrong sign": lambda number: -1.0 * number,
    "twice the value": lambda number: 2.0 * number,
    "the transpose": lambda number: number.T if isinstance(number, np.ndarray) else number,
}
CONSTANT = frozenset({"zeros", "ones"})


class Bender:
    """Bends what answers return, and knows whether that changed anything.

    >>> bender = Bender("the wrong sign")
    >>> bender.bent(lambda x: {"w": [x, 2 * x]})(3)
    {'w': [-3.0, -6.0]}
    """

    def __init__(self, bend: str) -> None:
        self._bend = BENDS[bend]
        self._constant = bend in CONSTANT
        self._depth = 0
        self._always = False  # a value was bent, once for all seeds
        self._now = False  # a function's result was bent with this seed

    def begin(self) -> None:
        """Forget what happened with the seed before."""
        self._now = False

    def made_a_difference(self) -> bool:
        """Say whether anything was bent since `begin`; a zero that stays zero counts for zeros."""
        return self._always or self._now

    def bent(self, answer: Any) -> Any:
        """Return a bent answer: a function whose result is bent, or a bent value; a class stays as it is."""
        if isinstance(answer, type):
            return answer
        if callable(answer):
            return self._bent_function(answer)
        self._now = False
        value = self._bent_value(answer)
        self._always |= self._now
        return value

    def _bent_function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def bent(*args: Any, **kwargs: Any) -> Any:
            # An answer that calls another answer would be bent twice, and twice the wrong sign is right.
            self._depth += 1
            try:
                result = function(*args, **kwargs)
            finally:
                self._depth -= 1
            return result if self._depth else self._bent_value(result)

        return bent

    def _bent_value(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._bent_value(each) for key, each in value.items()}
            case list() | tuple():
                parts = [self._bent_value(each) for each in value]
                return parts if isinstance(value, list) else tuple(parts)
            case str() | None:
                return value
        try:
            result = self._bend(value)
            self._now |= self._constant or not np.array_equal(as_array(value), as_array(result))
        except Exception:  # no number, whatever it is
            return value
        return result
