"""How a wrong array differs from the right one, in words that a learner reads.

    >>> in_words(np.array([2.0]), np.array([1.0]))
    'half of what was expected'
    >>> in_words(np.array([1.0, 2.0]), np.array([-1e4, -2e4]))
    'the sign is turned round, and the size about 10,000 times too large'
    >>> in_words(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, -3.0, -4.0]))
    '2 of 4 numbers differ: the sign is turned round'

A ratio is named where all numbers that differ have it. Of others only the size of the whole, or of the
difference, is told.
"""

import numpy as np
from numpy.typing import NDArray

SAME = 1e-6  # ratios that differ by less are one
FAR = 10.0  # times too large or small: where a percentage no longer says anything
MOST = 1e6
DUST = 1e-12  # of what was expected: no more than rounding leaves of a zero
WHOLE = 1000  # ratios up to here are told as whole numbers, if they are
PARTS = {2: "half of", 3: "a third of", 4: "a quarter of"}


def in_words(expected: NDArray[np.float64], actual: NDArray[np.float64], *, tolerance: float = SAME) -> str:
    """Say how finite numbers differ from those expected, of which there are as many.

    Numbers that differ by less than `tolerance` of the largest expected one count as right.
    """
    expected, actual = expected.ravel(), actual.ravel()
    scale = np.abs(expected).max(initial=0.0) or 1.0
    with np.errstate(over="ignore"):
        differ = np.abs(actual / scale - expected / scale) > tolerance
    count = int(differ.sum())
    if not 0 < count < expected.size:
        return _words(expected, actual)
    start = f"{count} of {expected.size} numbers {'differs' if count == 1 else 'differ'}"
    return f"{start}: {_words(expected[differ], actual[differ])}"


def _words(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> str:
    one = expected.size == 1
    largest = float(np.abs(actual).max(initial=0.0))
    if not expected.any():
        what = f"{actual[0]:.2g}" if one else f"numbers as large as {largest:.2g}"
        return f"{what} where 0 was expected"
    scale = np.abs(expected).max()
    if largest <= DUST * scale:
        zero = "0, up to rounding," if largest else "0"
        return f"{zero} where {'another number was' if one else 'other numbers were'} expected"
    right, mine = expected / scale, actual / largest  # no square of these overflows
    ratio = float(right @ mine / (right @ right))
    if np.linalg.norm(mine - ratio * right) <= SAME * np.linalg.norm(mine):
        with np.errstate(over="ignore"):
            return _ratio(ratio * float(np.float64(largest) / scale))
    with np.errstate(over="ignore"):
        factor = float(np.linalg.norm(mine) / np.linalg.norm(right) * (largest / scale))
    if not 1 / FAR < factor < FAR:
        return f"as a whole {_times(factor)}"
    gap = np.linalg.norm(actual / scale - right) / np.linalg.norm(right)
    return f"off by {_percent(float(gap))}"


def _ratio(ratio: float) -> str:
    """Say what a number is that is `ratio` times the expected one, and not 1."""
    turned = "the sign is turned round"
    if abs(ratio + 1) <= SAME:
        return turned
    return f"{turned}, and the size {_size(-ratio)}" if ratio < 0 else _size(ratio)


def _size(ratio: float) -> str:
    if _is_whole(ratio):
        return "twice what was expected" if round(ratio) == 2 else f"{ratio:.0f} times what was expected"
    if _is_whole(1 / ratio):
        return f"{PARTS.get(round(1 / ratio), f'1/{1 / ratio:.0f} of')} what was expected"
    if 0.5 < ratio < 2:
        return f"{_percent(abs(ratio - 1))} too {'large' if ratio > 1 else 'small'}"
    return _times(ratio)


def _is_whole(ratio: float) -> bool:
    return 1.5 < ratio < WHOLE and abs(ratio - round(ratio)) <= SAME * ratio


def _times(ratio: float) -> str:
    way = "large" if ratio > 1 else "small"
    if not 1 / MOST < ratio < MOST:
        return f"more than a million times too {way}"
    times = max(ratio, 1 / ratio)
    number = f"{times:.2g}" if times < FAR else f"{float(f'{times:.2g}'):,.0f}"
    return f"about {number} times too {way}"


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"
