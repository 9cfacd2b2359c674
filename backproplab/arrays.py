"""Numbers that come in from outside, made into plain arrays or refused with a sentence that helps.

Whatever a reader passes, a list, a table, an array of any dtype, meets `as_numbers` first. What comes out is
an array of finite real numbers, so that nothing further inside has to look again.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def as_numbers(values: ArrayLike, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Plain array of finite real numbers, at least one; in float type `dtype` where one is given.

    An array that is so already comes back as it is, not copied. A `np.matrix` becomes an array. TypeError for
    masked arrays and for what is no number; ValueError for an empty array, for rows of different lengths, and
    for nan, infinity and numbers too large for `dtype`, with the index of the first one.

    >>> as_numbers([[1, 2]], np.float32)
    array([[1., 2.]], dtype=float32)
    >>> as_numbers([0.5, 1e258], np.float32)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: 1e+258 at index 1 is too large for float32, which ends at 3.4e+38; scale the data first, ...
    """
    array = plain(values)
    if array.size == 0:
        raise ValueError("got an empty batch; pass at least one example")
    if array.dtype.kind == "O" and all(
        isinstance(entry, int | float | np.integer | np.floating) for entry in array.flat
    ):
        array = _floats(array)
    if array.dtype.kind not in "iubf":
        raise TypeError(f"expected numbers, got {describe(values)}")
    if not _all_finite(array):
        raise ValueError(
            f"the data holds nan or infinity (first at index {first(~np.isfinite(array))}); "
            "remove or fill those entries first, one of them would turn every gradient into nan"
        )
    return array if dtype is None else _converted(array, np.dtype(dtype))


def plain(values: ArrayLike) -> NDArray[Any]:
    """The values as an array of numpy's own class, not copied where they are one; masked arrays are refused.

    A `np.matrix` multiplies by `*` as others do by `@`, and stays a matrix in every sum: it becomes an array.
    A masked array would lose its mask on the way, and what it hides would count like any other number.

    >>> plain(np.ma.masked_invalid([1.0, np.nan]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    TypeError: got a masked array: its mask would be lost, and what it hides would count; pass ...
    """
    if _holds_masked_array(values):
        raise TypeError(
            "got a masked array: its mask would be lost, and what it hides would count; pass "
            "array.filled(value), and for targets Masked(array.data, ~np.ma.getmaskarray(array))"
        )
    try:
        return np.asarray(values)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(
            f"expected rows of one length, got {describe(values)}; pad the shorter ones with zeros "
            "(and give targets as Masked(targets, mask), so that the padding does not count)"
        ) from None


def first(bad: NDArray[np.bool_]) -> int | tuple[int, ...]:
    """Index of the first True: a number where there is one axis, a tuple where there are more."""
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    return index[0] if len(index) == 1 else index


def describe(values: object) -> str:
    """What `values` is, for an error message."""
    if isinstance(values, np.ndarray):
        return f"an array of shape {values.shape} and dtype {values.dtype}"
    return f"{type(values).__name__} {values!r:.60}"


def _converted(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The finite `array` in `dtype`; ValueError where that makes an entry infinite."""
    with np.errstate(over="ignore"):
        converted = array.astype(dtype, casting="same_kind", copy=False)
    if converted is not array and not _all_finite(converted):
        index = first(np.isinf(converted))
        raise ValueError(
            f"{array[index]:g} at index {index} is too large for {dtype}, which ends at "
            f"{np.finfo(dtype).max:.2g}; scale the data first, or compute in float64"
        )
    return converted


def _floats(integers: NDArray[Any]) -> NDArray[np.float64]:
    """Python's integers of any length, in an array of objects, as floats."""
    try:
        return integers.astype(np.float64)
    except OverflowError:
        raise ValueError(
            f"a whole number is too large for float64, which ends at {np.finfo(np.float64).max:.2g}; "
            "scale the data first"
        ) from None


def _all_finite(array: NDArray[Any]) -> bool:
    """Whether no entry is nan or infinite.

    A product with itself passes over the data once, faster than a test of each entry, and ends up nan or
    infinite if one of them is; only then look closer.
    """
    if array.dtype.kind != "f":
        return True
    flat = array.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.vdot(flat, flat)) or np.isfinite(array).all())


def _holds_masked_array(values: object) -> bool:
    """Whether `values` is a masked array, or a list or tuple with one somewhere in it."""
    if isinstance(values, list | tuple):
        kinds = set(map(type, values))  # a row of numbers is passed over as fast as numpy reads it
        deeper = any(issubclass(kind, list | tuple | np.ma.MaskedArray) for kind in kinds)
        return deeper and any(map(_holds_masked_array, values))
    return isinstance(values, np.ma.MaskedArray)
