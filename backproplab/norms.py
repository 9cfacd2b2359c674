"""How long an array is as an arrow, in float64 whatever its dtype: float32 squares are soon 0 or infinite."""

import math

import numpy as np
from numpy.typing import NDArray


def norm(array: NDArray[np.floating]) -> float:
    """Euclidean norm, computed in float64 whatever the array's dtype; no square in it vanishes or overflows.

    >>> [f"{norm(np.array([3, 4]) * scale):.3g}" for scale in (0.0, 1e-200, 1.0, 1e200)]
    ['0', '5e-200', '5', '5e+200']
    """
    flat = np.ravel(array).astype(np.float64, copy=False)
    square = float(np.vdot(flat, flat))
    if 1e-280 < square < math.inf:  # every square that counts was a number with all of its digits
        return math.sqrt(square)
    scale = unit(flat)
    flat = flat / scale
    return scale * math.sqrt(float(np.vdot(flat, flat)))


def unit(array: NDArray[np.floating]) -> float:
    """The power of two just below the largest size of an entry; 1 if that is 0 or no finite number."""
    largest = float(np.abs(array).max(initial=0.0))
    return math.ldexp(0.5, math.frexp(largest)[1]) if 0 < largest < math.inf else 1.0
