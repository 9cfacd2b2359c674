"""Pooling: one number for each window of a picture, channel by channel. Lesson 17.

- `MaxPool2D` takes the largest: the way back leads to the pixel that was it, and to no other.
- `AvgPool2D` takes the mean: the way back leads to all of them, in equal parts.

Both take `(batch, height, width, channels)`, as `Conv2D` does, and have no parameters.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, no_array
from backproplab.layers.convolution import check_window, places


class Pool2D(Layer):
    """What both have in common: windows of `size` × `size`, one every `stride` pixels, at first `size`.

    Shapes: x `(batch, height, width, channels)`, y `(batch, rows, columns, channels)`. Pixels at the right
    and at the bottom that no whole window reaches are left out, and get a gradient of 0. ValueError where a
    picture is smaller than a window.
    """

    shape: Shape
    dtype: np.dtype[Any]

    def __init__(self, size: int, *, stride: int | None = None) -> None:
        self.stride = size if stride is None else stride
        check_window(type(self).__name__, size, self.stride)
        self.window = size
        super().__init__()

    def seen(self, x: Array) -> Iterator[Array]:
        """Views of x, one for each place in a window in reading order: what stands there in every window."""
        rows, columns = places(x.shape[1:3], self.window, self.stride)
        for i in range(self.window):
            for j in range(self.window):
                down = slice(i, i + self.stride * (rows - 1) + 1, self.stride)
                across = slice(j, j + self.stride * (columns - 1) + 1, self.stride)
                yield x[:, down, across]

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(rows, columns, channels)`, for a picture of shape `(height, width, channels)`."""
        if len(input_shape) != 3:
            raise self.wrong_input(("batch", *input_shape))
        height, width, channels = input_shape
        if min(height, width) < self.window:
            raise ValueError(
                f"{type(self).__name__} has windows of {self.window} × {self.window}, got a picture of "
                f"{height} × {width}; take smaller windows"
            )
        return (*places((height, width), self.window, self.stride), channels)

    def output_axes(self, input_axes: Shape) -> Shape:
        """The channels, which stay as they are."""
        return input_axes[-1:]

    def cost(self, input_shape: Shape) -> Cost:
        """One operation for each number in each window, both ways."""
        count = int(np.prod(self.output_shape(input_shape))) * self.window**2
        return Cost(count, 0, count)

    def checked_shape(self, x: Array) -> Shape:
        """The shape of the outputs for the whole array x, or an error."""
        self.check_floats(x)
        return (len(x), *self.output_shape(x.shape[1:]))

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        if len(shape) == 3:
            advice = "grey pictures have one channel: x[..., np.newaxis]; of a single picture, x[np.newaxis]"
        else:
            advice = "give each example these three axes first, with x.reshape"
        return ValueError(
            f"{type(self).__name__} expected inputs of shape (batch, height, width, channels), got {shape}; "
            f"{advice}"
        )

    def __repr__(self) -> str:
        more = "" if self.stride == self.window else f", stride={self.stride}"
        return f"{type(self).__name__}({self.window}{more})"


class MaxPool2D(Pool2D):
    """y = the largest number of each window, channel by channel.

    Backward hands each y's gradient to the pixel that was the largest. Where several are equally large, the
    first of them in reading order gets all of it, as in PyTorch; any share would be a subgradient. A pixel
    that is the largest of several windows adds up. A nan counts as largest, so that it is seen.

    ValueError for a picture that is smaller than a window. Source: Riesenhuber and Poggio, *Hierarchical
    Models of Object Recognition in Cortex*, 1999.

    >>> pool = MaxPool2D(2)
    >>> picture = np.array([[1.0, 5.0, 2.0, 2.0], [3.0, 4.0, 2.0, 0.0]]).reshape(1, 2, 4, 1)
    >>> pool.forward(picture).ravel()
    array([5., 2.])
    >>> pool.backward(np.array([10.0, 20.0]).reshape(1, 1, 2, 1))[0, :, :, 0]
    array([[ 0., 10., 20.,  0.],
           [ 0.,  0.,  0.,  0.]])
    """

    keeps = {"winner": "own", "shape": "own", "dtype": "own"}
    formulas = Formulas(
        "y = the largest x of the window", "∂L/∂y", "∂L/∂x = ∂L/∂y at the largest x, 0 elsewhere"
    )

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The largest of each window; keeps which place in the window it had."""
        shape = self.checked_shape(x)
        seen = self.seen(x)
        y = np.empty(shape, x.dtype) if out is None else out
        y[...] = next(seen)
        self.shape, self.dtype = x.shape, x.dtype
        self.winner: NDArray[Any] = np.zeros(shape, np.min_scalar_type(self.window**2 - 1))
        for place, candidates in enumerate(seen, start=1):
            larger = (candidates > y) | (candidates != candidates)  # the latter: nan
            np.copyto(self.winner, place, where=larger)
            np.copyto(y, candidates, where=larger)
        return y

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Each upstream number goes to the pixel that was the largest of its window."""
        self.check_upstream(upstream, no_array(self.winner.shape, self.dtype))
        downstream = np.empty(self.shape, upstream.dtype) if out is None else out
        downstream[...] = 0
        for place, receivers in enumerate(self.seen(downstream)):
            # Not a product with 0 or 1, which would be nan where upstream is infinite.
            receivers += np.where(self.winner == place, upstream, 0)
        return downstream

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """A small integer for each output."""
        count = int(np.prod(self.output_shape(input_shape)))
        return count * np.min_scalar_type(self.window**2 - 1).itemsize, False


class AvgPool2D(Pool2D):
    """y = the mean of each window, channel by channel.

    ValueError for a picture that is smaller than a window. Source: LeCun and others, *Handwritten Digit
    Recognition with a Back-Propagation Network*, 1990.

    >>> pool = AvgPool2D(2)
    >>> pool.forward(np.array([[1.0, 5.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)).ravel()
    array([3.25])
    >>> pool.backward(np.array([8.0]).reshape(1, 1, 1, 1))[0, :, :, 0]
    array([[2., 2.],
           [2., 2.]])
    """

    keeps = {"shape": "own", "dtype": "own"}
    formulas = Formulas("y = mean of the window", "∂L/∂y", "∂L/∂x = ∂L/∂y / n, n pixels a window, added up")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The mean of each window; keeps the shape of x."""
        shape = self.checked_shape(x)
        y = np.empty(shape, x.dtype) if out is None else out
        y[...] = 0
        for candidates in self.seen(x):
            y += candidates
        y /= self.window**2
        self.shape, self.dtype = x.shape, x.dtype
        return y

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Each upstream number goes in equal parts to the pixels of its window."""
        shape = (self.shape[0], *self.output_shape(self.shape[1:]))
        self.check_upstream(upstream, no_array(shape, self.dtype))
        downstream = np.empty(self.shape, upstream.dtype) if out is None else out
        downstream[...] = 0
        part = upstream / self.window**2
        for receivers in self.seen(downstream):
            receivers += part
        return downstream

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """A shape, and no array."""
        return 0, False
