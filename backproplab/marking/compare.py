"""Do two named values agree, and how far apart are they?

A check returns numbers in many coats: a float, an int, an array, a list, a `Value` of the scalar engine.
`as_array` takes the coat off, and `agree` compares what is left.

    >>> agree(as_array(0.5), as_array(0.5 + 1e-9)).ok
    True
    >>> agree(as_array([1, 2]), as_array([[1], [2]])).reason
    'shape (2, 1) where (2,) was expected'
    >>> agree(as_array([3.0, 4.0]), as_array([3.0, 9.0])).distance
    1.0
"""

import math
from types import EllipsisType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.difference import in_words

TOLERANCE = 1e-6
_DEEPEST = 16  # a list inside itself would have no end


class Agreement(NamedTuple):
    """Whether two arrays agree, how far apart they are, and why they do not agree."""

    ok: bool
    distance: float
    """‖actual − expected‖ / ‖expected‖; without the division where ‖expected‖ is 0; inf where undefined."""
    reason: str
    """"" where they agree, else a phrase such as `shape (2, 1) where (2,) was expected`."""


def as_array(value: Any) -> NDArray[np.float64]:
    """Return a number, a `Value`, an array, or a list of any of these as a float64 array; a number is 0-d.

    Booleans are 0 and 1. A `Value` is anything whose `data` and `grad` are numbers; its data counts.
    TypeError for anything else (None, text, complex numbers, a ragged list), saying what it got.
    """
    return _as_array(value, 0)


def _as_array(value: Any, depth: int) -> NDArray[np.float64]:
    if depth > _DEEPEST:
        raise TypeError(f"got a list nested more than {_DEEPEST} deep, expected a number or an array")
    if isinstance(value, (bool, int, float)):
        try:
            return np.array(float(value))
        except OverflowError:
            raise TypeError("got an int too large for a float") from None
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
        return np.array(value, dtype=np.float64)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        flat = [_as_array(each, depth + 1) for each in value.flat]
        return _stack(flat).reshape(value.shape + (flat[0].shape if flat else ()))
    if isinstance(value, (list, tuple)):
        return _stack([_as_array(each, depth + 1) for each in value])
    data = getattr(value, "data", None)
    if isinstance(data, (int, float, np.floating)) and isinstance(
        getattr(value, "grad", None), (int, float, np.floating)
    ):
        return np.array(float(data))
    raise TypeError(f"got {_describe(value)}, expected a number or an array of numbers")


def _stack(rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    if len({row.shape for row in rows}) > 1:
        raise TypeError("got a list whose rows differ in shape, expected a number or an array of numbers")
    return np.array(rows, dtype=np.float64)


def _describe(value: object) -> str:
    match value:
        case None:
            return "None (does the function return its result?)"
        case EllipsisType():
            return "`...` (still to be filled in)"
        case np.ndarray() | np.generic():
            return f"an array of {value.dtype}"
        case _:
            return f"a {type(value).__name__}"


def agree(expected: NDArray[Any], actual: NDArray[Any], *, tolerance: float = TOLERANCE) -> Agreement:
    """Compare `actual` with `expected`: same shape, and a distance of at most `tolerance`.

    (n,) is not (n, 1), and a single number is 0-d. nan agrees with nan alone, inf with the same inf alone;
    the distance is taken over the finite numbers.
    """
    expected = np.asarray(expected, dtype=np.float64)
    actual = np.asarray(actual, dtype=np.float64)
    if expected.shape != actual.shape:
        return Agreement(False, math.inf, _shapes_differ(expected.shape, actual.shape))
    finite = np.isfinite(expected)
    astray = _astray(expected, actual, finite)
    if astray.any():
        return Agreement(False, math.inf, _stray(expected, actual, astray))
    distance = _distance(expected[finite], actual[finite])
    if distance <= tolerance:
        return Agreement(True, distance, "")
    return Agreement(False, distance, in_words(expected[finite], actual[finite], tolerance=tolerance))


def agrees(expected: NDArray[Any], actual: NDArray[Any], *, tolerance: float = TOLERANCE) -> bool:
    """Say whether `agree` finds them the same, without the words for why not, which take longer to find."""
    expected = np.asarray(expected, dtype=np.float64)
    actual = np.asarray(actual, dtype=np.float64)
    if expected.shape != actual.shape:
        return False
    finite = np.isfinite(expected)
    if _astray(expected, actual, finite).any():
        return False
    return _distance(expected[finite], actual[finite]) <= tolerance


def _astray(
    expected: NDArray[np.float64], actual: NDArray[np.float64], finite: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return where a number is not finite, or finite where it should not be."""
    return np.where(finite, ~np.isfinite(actual), ~_same(expected, actual))


def _same(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.equal(expected, actual) | (np.isnan(expected) & np.isnan(actual))


def _distance(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Return the distance; both sides are scaled so that no square overflows."""
    scale = float(np.abs(expected).max(initial=0.0))
    with np.errstate(over="ignore"):
        if scale == 0.0:
            return float(np.linalg.norm(actual))
        gap = np.linalg.norm(actual / scale - expected / scale)
    return float(gap / np.linalg.norm(expected / scale))


def _shapes_differ(expected: tuple[int, ...], actual: tuple[int, ...]) -> str:
    got = f"shape {actual}" if actual else "a single number"
    return f"{got} where {expected if expected else 'a single number'} was expected"


def _stray(expected: NDArray[np.float64], actual: NDArray[np.float64], where: NDArray[np.bool_]) -> str:
    place = tuple(int(index) for index in np.argwhere(where)[0]) if where.ndim else ()
    wanted = "a finite number" if np.isfinite(expected[place]) else f"{expected[place]}"
    at = f" at {list(place)}" if place else ""
    return f"{actual[place]:.4g}{at} where {wanted} was expected"
