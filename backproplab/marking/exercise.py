"""A check as its cell poses it, and how it is called with one seed."""

import random
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

CheckFunction = Callable[[np.random.Generator], Mapping[str, Any]]
Kind = Literal["function", "fix", "trained", "hand", "choice"]
Accept = Callable[[dict[str, NDArray[np.float64]], np.random.Generator], bool | str]


class Posed(NamedTuple):
    """A check as its cell poses it: what `collecting` hands on."""

    exercise: str
    function: CheckFunction
    kind: Kind = "function"
    shapes: Mapping[str, tuple[int, ...]] | None = None
    points: float = 1
    accept: Accept | None = None


def call_with_seed(function: CheckFunction, seed: int) -> Mapping[str, Any]:
    """Call a check with the generator of one seed; `random` and `np.random` start from it, too."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 (an answer that draws by the old way must be repeatable)
    return function(np.random.default_rng(seed))
