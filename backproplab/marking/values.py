"""The named values that a check returns: are they those of a known answer, with one seed and with several?

>>> same({"w": np.array(0.5)}, as_arrays({"w": 0.5 + 1e-9}))
True
>>> agreement(np.array(0.5), as_arrays({"w": "0.5"})["w"]).reason
'got a str, expected a number or an array of numbers'
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.compare import Agreement, agree, agrees, as_array

ROUNDING = 1e-19, 1e-14  # between these, of the right value, lies what rounding leaves of a zero

Values = Mapping[str, NDArray[Any]]
"""The named values that a check returns with one seed."""

Given = Mapping[str, NDArray[Any] | TypeError]
"""What came back of an answer with one seed: arrays, or why a value is none."""


def as_arrays(values: Mapping[str, Any]) -> dict[str, NDArray[np.float64] | TypeError]:
    """Return what a check returned as arrays; a value that is no array becomes the TypeError that says so."""
    return {name: _array(value) for name, value in values.items()}


def _array(value: Any) -> NDArray[np.float64] | TypeError:
    try:
        return as_array(value)
    except TypeError as error:
        return error
    except Exception as error:  # an object of the learner's own may fail in any way when it is looked at
        return TypeError(f"got a {type(value).__name__} that fails with {type(error).__name__}")


def agreement(expected: NDArray[Any], given: NDArray[Any] | TypeError | None) -> Agreement:
    """Compare one value with the expected one; what is missing or no array agrees with nothing."""
    if given is None:
        return Agreement(False, math.inf, "this value is missing")
    if isinstance(given, TypeError):
        return Agreement(False, math.inf, str(given))
    return agree(expected, given)


def _agrees(expected: NDArray[Any], given: NDArray[Any] | TypeError | None) -> bool:
    """Say whether `agreement` is one, without its words."""
    return isinstance(given, np.ndarray) and agrees(expected, given)


def same(expected: Values | None, given: Given | None) -> bool:
    """Are these the same names with the same values? Nothing is the same as no values at all."""
    if expected is None or given is None or expected.keys() != given.keys():
        return False
    return all(_agrees(expected[name], given[name]) for name in expected)


def matches(
    known: Mapping[int, Values], given: Mapping[int, Given], names: Iterable[str], seeds: Iterable[int]
) -> bool:
    """Are these the values of a known answer, under every name and with every seed?

    Other names do not count: whoever adds one must not pass for someone else.
    """
    pairs = [(seed, name) for seed in seeds for name in names]
    return bool(pairs) and all(
        name in known.get(seed, {}) and _agrees(known[seed][name], given.get(seed, {}).get(name))
        for seed, name in pairs
    )


def without_rounding(known: Mapping[int, Values], right: Mapping[int, Values]) -> dict[int, Values]:
    """Return the values of a known answer with zeros for what rounding left of zeros, as `right` is sized.

    Who adds up in another order, or on another machine, is left with other crumbs, and made the same mistake.
    A number that is smaller than any crumb is small in itself and stays.
    """
    return {
        seed: {
            name: np.zeros(value.shape) if _is_rounding(value, right.get(seed, {}).get(name)) else value
            for name, value in named.items()
        }
        for seed, named in known.items()
    }


def _is_rounding(value: NDArray[Any], right: NDArray[Any] | None) -> bool:
    if right is None:
        return False
    scale = np.abs(right[np.isfinite(right)]).max(initial=0.0)
    smallest, largest = ROUNDING
    return bool(smallest * scale < np.abs(value).max(initial=0.0) < largest * scale)
