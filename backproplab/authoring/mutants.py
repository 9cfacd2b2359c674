"""Mutants of a right answer: zeros, ones, the right size with the wrong sign, twice, transposed; of a test,
always True, always False, the opposite verdict. Trained numbers are numbered besides, to see where they go.

A check that lets one of them live cannot tell a right answer from a wrong one.
"""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.compare import as_array

MUTATIONS: dict[str, Callable[[Any], Any]] = {
    "zeros": lambda number: np.zeros(number.shape) if isinstance(number, np.ndarray) else 0.0 * number,
    "ones": lambda number: np.ones(number.shape) if isinstance(number, np.ndarray) else 0.0 * number + 1.0,
    "the wrong sign": lambda number: -1.0 * number,
    "twice the value": lambda number: 2.0 * number,
    "the transpose": lambda number: number.T if isinstance(number, np.ndarray) else number,
}
JUDGES: dict[str, Callable[[Any], Any]] = {
    "always True": lambda verdict: True,
    "always False": lambda verdict: False,
    "the opposite verdict": lambda verdict: not verdict,
}
"""The mutants of a learner's test."""
NUMBERED = "1, 2, 3, …"
"""Puts another whole number in place of each: who finds them all again was handed the answer itself."""
CONSTANT = frozenset({"zeros", "ones", "always True", "always False"})


class Mutator:
    """Makes mutants of answers, and knows whether they differ from the answers at all.

    >>> mutator = Mutator("the wrong sign")
    >>> mutator.mutate(lambda x: {"w": [x, 2 * x]})(3)
    {'w': [-3.0, -6.0]}
    """

    def __init__(self, mutation: str) -> None:
        self._mutation = {**MUTATIONS, **JUDGES, NUMBERED: self._next_numbers}[mutation]
        self._constant = mutation in CONSTANT
        self._depth = 0
        self._always = False  # a value was changed, once for all seeds
        self._now = False  # a function's result was changed with this seed
        self.count = 0
        """How many numbers have been numbered since `begin`, and of values once for all."""
        self._of_values = 0

    def begin(self) -> None:
        """Forget what happened with the seed before."""
        self._now = False
        self.count = self._of_values

    def had_an_effect(self) -> bool:
        """Say whether anything was changed since `begin`; a zero that stays zero counts for zeros."""
        return self._always or self._now

    def mutate(self, answer: Any) -> Any:
        """Return a mutant: a function whose result is changed, or a changed value; a class stays as it is."""
        if isinstance(answer, type):
            return answer
        if callable(answer):
            return self._mutate_function(answer)
        self._now = False
        value = self._mutate_value(answer)
        self._always |= self._now
        self._of_values = self.count
        return value

    def _mutate_function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def mutant(*args: Any, **kwargs: Any) -> Any:
            # An answer that calls another answer would be changed twice, and twice the wrong sign is right.
            self._depth += 1
            try:
                result = function(*args, **kwargs)
            finally:
                self._depth -= 1
            return result if self._depth else self._mutate_value(result)

        return mutant

    def _next_numbers(self, number: Any) -> NDArray[np.float64]:
        shape = as_array(number).shape
        first, self.count = self.count + 1, self.count + math.prod(shape)
        return np.arange(first, self.count + 1, dtype=float).reshape(shape)

    def _mutate_value(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._mutate_value(each) for key, each in value.items()}
            case list() | tuple():
                parts = [self._mutate_value(each) for each in value]
                return parts if isinstance(value, list) else tuple(parts)
            case str() | None:
                return value
        try:
            result = self._mutation(value)
            self._now |= self._constant or not np.array_equal(as_array(value), as_array(result))
        except Exception:  # no number, whatever it is
            return value
        return result
