"""A copy of a layer, a loss or a network that computes in float64, whatever the original computes in."""

import copy
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def in_float64(subject: T) -> T:
    """A deep copy in which every float32 array holds the same numbers in float64.

    Only what attributes, dicts, lists, tuples and sets hold is found. A function that remembers the original,
    such as `lambda z: self.gain * z` kept as an attribute, goes on using the original.
    """
    memo: dict[int, Any] = {id(np.dtype(np.float32)): np.dtype(np.float64)}
    memo |= {id(array): array.astype(np.float64) for array in float32_arrays(subject)}
    return copy.deepcopy(subject, memo)


def float32_arrays(thing: Any) -> Iterator[NDArray[np.float32]]:
    """Every float32 array that `thing` holds, at any depth."""
    seen: set[int] = set()
    left = [thing]
    while left:
        part = left.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, np.ndarray):
            if part.dtype == np.float32:
                yield part
        elif isinstance(part, dict):
            left += part.values()
        elif isinstance(part, list | tuple | set):
            left += part
        elif hasattr(part, "__dict__") and not isinstance(part, type):
            left += vars(part).values()
