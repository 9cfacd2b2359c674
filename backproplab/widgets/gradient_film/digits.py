"""Numbers as their first digits, in two bytes each: what the page writes of any of them is what was recorded.

A number is counted off: those with d digits that are larger than 0 have a place each, from the smallest power
of ten up; the same places below 0 are those of the negative ones. Compressed, a place takes some eight bits.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

NAN, INFINITE = 32767, 32766  # the places of what is no finite number; −32766 is that of −∞
PLACES = 32_000  # for the finite ones: 35 powers of ten with three digits, 355 with two

Whole = NDArray[np.int16]


def to_places(values: ArrayLike, digits: int) -> tuple[Whole, int]:
    """The places of numbers, in their shape, and the lowest power of ten that has any.

    numbers.js has the way back. Numbers are rounded as Python writes them. Place 0 is that of 0, and of what
    is too small beside the largest.

    >>> to_places([0.0, 0.001, -0.0101, 0.0119], 2)  # 10 × 10⁻⁴ is the first place
    (array([  0,   1, -91,  93], dtype=int16), -4)
    """
    numbers = np.asarray(values, float)
    finite = np.where(np.isfinite(numbers), numbers, 0.0)
    # By text, since a division is not exact and could round a number the other way.
    texts = [f"{value:.{digits - 1}e}".split("e") for value in finite.ravel().tolist()]
    wholes = np.array([int(text.replace(".", "")) for text, _ in texts]).reshape(numbers.shape)
    powers = np.array([int(power) - digits + 1 for _, power in texts]).reshape(numbers.shape)
    there = wholes != 0
    first = 10 ** (digits - 1)
    a_power = 9 * first
    lowest = 0
    if there.any():
        lowest = int(max(powers[there].min(), powers[there].max() - PLACES // a_power + 1))
    there &= powers >= lowest
    places = np.where(there, np.sign(wholes) * (a_power * (powers - lowest) + np.abs(wholes) - first + 1), 0)
    places[np.isnan(numbers)] = NAN
    places[np.isinf(numbers)] = INFINITE * np.sign(numbers[np.isinf(numbers)])
    return places.astype(np.int16), lowest


def to_bytes(places: Whole, *, differences: bool) -> bytes:
    """Places `(frames, ...)` as bytes: all low ones, then all high ones, so that like stands beside like.

    With `differences`, each frame after the first is what it adds to the one before, modulo 2¹⁶: small where
    numbers move slowly.
    """
    told = np.diff(places, axis=0, prepend=places[:1] * 0) if differences else places
    return np.ascontiguousarray(told, "<i2").view(np.uint8).reshape(-1, 2).T.tobytes()
