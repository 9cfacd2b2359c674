"""DualArray: an array that carries its own rate of change along. Forward mode, for arrays.

What a `Dual` is to a number, this is to an array: `data`, and a `tangent` of the same shape that says how
fast each entry changes while the inputs move in the direction that was chosen.

>>> import numpy as np
>>> w = DualArray([1.0, 2.0], [1.0, 0.0])      # the first entry moves at rate 1, the second stands still
>>> (w * w).tangent
array([2., 0.])

numpy's operators and functions take it for an array: those of `TANGENTS`, and comparisons, which compare
data. So whatever a program computes by them, a backward pass too, comes with its rate of change. Lesson 22.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

# The tangent of a result y, from the inputs and their tangents: da is that of a.
TANGENTS: dict[np.ufunc, Callable[..., Any]] = {
    np.negative: lambda y, a, da: -da,
    np.exp: lambda y, a, da: y * da,
    np.log: lambda y, a, da: da / a,
    np.tanh: lambda y, a, da: (1 - y * y) * da,
    np.add: lambda y, a, b, da, db: da + db,
    np.subtract: lambda y, a, b, da, db: da - db,
    np.multiply: lambda y, a, b, da, db: da * b + a * db,
    np.divide: lambda y, a, b, da, db: (da - y * db) / b,
    np.matmul: lambda y, a, b, da, db: da @ b + a @ db,
    np.maximum: lambda y, a, b, da, db: ((a > b) + (a == b) / 2) * da + ((b > a) + (a == b) / 2) * db,
}
COMPARISONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)


class DualArray(NDArrayOperatorsMixin):
    """An array and its tangent, the derivative along the direction that the inputs move in.

    data, tangent: arrays of one shape; without a tangent the array stands still. `+ - * / @` and `**` with a
    plain exponent, numpy's exp, log, tanh and maximum (where two are equal, half of each tangent), sums,
    the largest along axes, indexing, reshape and transpose work as for arrays, broadcasting too. TypeError
    for another function of numpy.
    """

    def __init__(self, data: ArrayLike, tangent: ArrayLike | None = None) -> None:
        self.data = _floats(data)
        self.tangent = np.zeros_like(self.data) if tangent is None else _floats(tangent)
        if self.data.shape != self.tangent.shape:
            raise ValueError(
                f"data has shape {self.data.shape}, its tangent {self.tangent.shape}; they must agree"
            )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        data = [_data(given) for given in inputs]
        if ufunc in COMPARISONS:
            return ufunc(*data)
        if ufunc is np.power and not isinstance(inputs[1], DualArray):
            base, exponent = self, inputs[1]
            if np.ndim(exponent):
                raise TypeError("a DualArray takes one plain number as its exponent, not an array of them")
            slope = exponent * base.data ** (exponent - 1) if exponent else 0 * base.data
            return DualArray(base.data**exponent, slope * base.tangent)
        if ufunc not in TANGENTS:
            return NotImplemented
        tangents = [
            given.tangent if isinstance(given, DualArray) else np.zeros(np.shape(given)) for given in inputs
        ]
        y = ufunc(*data)
        return DualArray(y, TANGENTS[ufunc](y, *data, *tangents))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if function in (np.shape, np.ndim, np.size):
            return function(*map(_data, args), **options)
        raise TypeError(
            f"numpy's {function.__name__} would lose the tangent of a DualArray: use operators, its methods,"
            " or exp, log, tanh and maximum"
        )

    def both(self, linear: Callable[[Array], Array]) -> "DualArray":
        """What a linear map makes of the data and of the tangent: its own derivative is the map itself."""
        return DualArray(linear(self.data), linear(self.tangent))

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> "DualArray":
        """The sum over an axis, a tuple of them, or all."""
        return self.both(lambda part: np.asarray(part.sum(axis=axis, keepdims=keepdims)))

    def max(self, axis: Any = None, *, keepdims: bool = False) -> "DualArray":
        """The largest over axes, or over all; where several are largest, the mean of their tangents."""
        largest = self.data == self.data.max(axis=axis, keepdims=True)
        mean = (largest * self.tangent).sum(axis=axis, keepdims=keepdims) / largest.sum(
            axis=axis, keepdims=keepdims
        )
        return DualArray(self.data.max(axis=axis, keepdims=keepdims), mean)

    def reshape(self, *shape: Any) -> "DualArray":
        """The same numbers in another shape."""
        return self.both(lambda part: part.reshape(*shape))

    def transpose(self, *axes: Any) -> "DualArray":
        """The axes in another order; without one, turned round."""
        return self.both(lambda part: part.transpose(*axes))

    def swapaxes(self, first: int, second: int) -> "DualArray":
        """Two axes exchanged."""
        return self.both(lambda part: part.swapaxes(first, second))

    def __getitem__(self, index: Any) -> "DualArray":
        return self.both(lambda part: part[index])

    def copy(self) -> "DualArray":
        """The same numbers, in arrays of their own."""
        return self.both(np.copy)

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)

    def __repr__(self) -> str:
        return f"DualArray(data={self.data}, tangent={self.tangent})"


def _floats(numbers: ArrayLike) -> Array:
    """An array that can hold rates: whole numbers become floats, as in a Tensor."""
    array = np.asarray(numbers)
    return array.astype(float) if array.dtype.kind in "biu" else array


def _data(given: Any) -> Any:
    return given.data if isinstance(given, DualArray) else given
