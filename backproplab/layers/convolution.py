"""Convolution: one small filter, laid on every place of a picture. Lesson 17.

A picture is `(height, width, channels)`, and a batch of pictures `(batch, height, width, channels)`. The
channels come last, as features do in all layers here: at each place of a picture a `Dense`, a `BatchNorm` or
a bias then works on the channels with nothing moved, and a filter's window is a row of numbers that lie
together in memory. (PyTorch has the channels second.)

A convolution is a `Dense` that is laid on each window in turn, so its backward pass is that of a `Dense`,
with one thing more: windows overlap, and a pixel adds up what comes back from all windows that it was in.
Added up in the order of the pixels, that is again a convolution: of upstream, with the filter turned by half
a turn.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, is_count, no_array
from backproplab.layers.dense import rows
from backproplab.layers.initial import standard_deviation

CHUNK = 1 << 18
"""Bytes of windows that are copied at a time, so that small pictures stay in the processor's cache.

Those of one example are always copied together, and may be more: of 28 × 28 × 16 and 3 × 3 they are 0.4 MB.
"""


class Conv2D(Layer):
    """y[r, c] = b + Σ x[r + i, c + j] · W[i, j], added over the places i, j of the filter and the channels.

    Shapes: x `(batch, height, width, inputs)`, W `weights` `(size, size, inputs, outputs)`, b `bias`
    `(outputs,)`, y `(batch, rows, columns, outputs)`; `inputs` and `outputs` count channels. Without padding,
    a filter of 3 × 3 makes 26 × 26 of 28 × 28.

    `stride` is how many pixels the filter moves on from place to place: y[r, c] starts at x[stride · r,
    stride · c]. `padding` is how many rows and columns of zeros are laid round the picture, on each side; it
    is below `size`, and (size − 1) / 2 keeps height and width. Pixels at the right and at the bottom that no
    whole window reaches are left out. (Mathematicians turn the filter first, and call this one a
    *cross-correlation*.)

    `initial` names how the weights start, as for `Dense`; each output has size · size · inputs inputs. A
    backward pass overwrites `weights_gradient` and `bias_gradient`, and makes the windows once more instead
    of keeping them: they are size² times as large as the picture. A pass has those of a few examples at a
    time, or of one large one. ValueError where a picture is smaller than the filter, or has other channels.
    Source: LeCun and others, *Backpropagation Applied to Handwritten Zip Code Recognition*, 1989. Lesson 17.

    >>> conv = Conv2D(1, 1, size=2)
    >>> conv.weights = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    >>> picture = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    >>> conv.forward(picture.reshape(1, 3, 3, 1))[0, :, :, 0]
    array([[2., 1.],
           [0., 0.]])
    >>> conv.backward(np.ones((1, 2, 2, 1)))[0, :, :, 0]
    array([[ 1.,  3.,  2.],
           [ 4., 10.,  6.],
           [ 3.,  7.,  4.]])
    """

    weights: Array
    bias: Array
    weights_gradient: Array
    bias_gradient: Array

    keeps = {"x": "input"}
    formulas = Formulas(
        "y = b + Σ x[r + i, c + j] · W[i, j]",
        "∂L/∂y",
        "∂L/∂x = ∂L/∂y, convolved with W turned by half a turn",
        {
            "weights": "∂L/∂W[i, j] = Σ x[r + i, c + j] · ∂L/∂y[r, c]",
            "bias": "∂L/∂b = ∂L/∂y, added over all places and the batch",
        },
    )

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        size: int,
        stride: int = 1,
        padding: int = 0,
        initial: str = "he",
    ) -> None:
        if not (is_count(inputs) and is_count(outputs)):
            raise ValueError(
                f"Conv2D needs at least one input and one output, got {inputs!r} and {outputs!r}"
            )
        check_window("Conv2D", size, stride)
        if not is_count(padding, least=0):
            raise ValueError(
                f"Conv2D's padding is a whole number of pixels from 0, got {padding!r}; "
                f"of a filter with an odd size, padding={size // 2} keeps height and width"
            )
        if padding >= size:
            raise ValueError(
                f"Conv2D's padding must be from 0 to size − 1 = {size - 1}, got {padding}: with more, some "
                "windows would see no pixel at all"
            )
        self.inputs, self.outputs = inputs, outputs
        self.filter_size, self.stride, self.padding = size, stride, padding
        self.initial = initial
        self.spread = standard_deviation(initial, size * size * inputs, size * size * outputs)
        self.input_shape = (inputs,)
        super().__init__(**self.draw(np.random.default_rng(0)))

    # forward and backward, side by side

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y `(batch, rows, columns, outputs)` of x `(batch, height, width, inputs)`; keeps x."""
        self.check_input(x)
        self.x = x
        # The bias is the weight of an input that is always 1.
        matrix = np.vstack([self.weights.reshape(-1, self.outputs), self.bias])
        down, across, _ = self.output_shape(x.shape[1:])
        return product_of(self._windows(x), matrix, (len(x), down, across, self.outputs), out)

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """∂L/∂W and ∂L/∂b, added over all places and the batch; returns ∂L/∂x."""
        x = self.x
        self.check_upstream(upstream, no_array((len(x), *self.output_shape(x.shape[1:])), x.dtype))
        gradient = np.zeros((self.size // self.outputs, self.outputs))  # float64: many chunks are added
        for some, columns in self._windows(x):
            gradient += columns.T @ rows(upstream[some])
        self.weights_gradient, self.bias_gradient = gradient[:-1].reshape(self.weights.shape), gradient[-1]
        if not needs_input_gradient:
            return None
        # Pixel r was in the windows that start at r, r − 1, … and met the weights 0, 1, … in them.
        matrix = self.weights[::-1, ::-1].swapaxes(2, 3).reshape(-1, self.inputs)
        return product_of(self._windows_back(upstream), matrix, x.shape, out)

    def _windows(self, x: Array) -> Iterator[tuple[slice, Array]]:
        """What the filters see of x, and a 1 for the bias at the end of each row."""
        height, width = (length + 2 * self.padding for length in x.shape[1:3])
        frame = Frame(height, width, first=self.padding, step=1)
        return in_chunks(x, frame, self.filter_size, self.stride, ones=1)

    def _windows_back(self, upstream: Array) -> Iterator[tuple[slice, Array]]:
        """For each pixel, what came back from the windows that it was in; 0 where there was none."""
        rim = self.filter_size - 1
        height, width = (length + rim for length in self.x.shape[1:3])
        frame = Frame(height, width, first=rim - self.padding, step=self.stride)
        return in_chunks(upstream, frame, self.filter_size, 1, ones=0)

    # what goes in, what comes out, what it costs

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(rows, columns, outputs)`, for a picture of shape `(height, width, inputs)`."""
        if len(input_shape) != 3 or input_shape[-1] != self.inputs:
            raise self.wrong_input(("batch", *input_shape))
        height, width = (length + 2 * self.padding for length in input_shape[:2])
        if min(height, width) < self.filter_size:
            raise ValueError(
                f"Conv2D has a filter of {self.filter_size} × {self.filter_size}, got a picture of "
                f"{input_shape[0]} × {input_shape[1]}; take a smaller filter, or more padding"
            )
        return (*places((height, width), self.filter_size, self.stride), self.outputs)

    def output_axes(self, input_axes: Shape) -> Shape:
        """`(outputs,)`, wherever the channels fit."""
        super().output_axes(input_axes)
        return (self.outputs,)

    def cost(self, input_shape: Shape) -> Cost:
        """One product for each window and the bias forward; two products backward, one at each pixel.

        With a stride, most of what a pixel's product multiplies are zeros: with stride 2, ∂L/∂x costs four
        times what forward does, at the edges more.
        """
        down, across, _ = self.output_shape(input_shape)
        each = 2 * self.weights.size
        count = down * across
        height, width, _ = input_shape
        return Cost(count * (each + self.outputs), count * (each + self.outputs), height * width * each)

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """Weights as `initial` says, and a bias of 0."""
        weights = self.spread * rng.standard_normal(
            (self.filter_size, self.filter_size, self.inputs, self.outputs)
        )
        return {"weights": weights, "bias": np.zeros(self.outputs)}

    def check_input(self, x: Array) -> None:
        """Raise unless x is a plain array `(batch, height, width, inputs)` in the dtype of the weights."""
        self.check_floats(x)
        if x.ndim != 4 or x.shape[-1] != self.inputs:
            raise self.wrong_input(x.shape)
        if x.dtype != self.weights.dtype:
            raise self.wrong_dtype(x.dtype, self.weights.dtype)

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        if "..." in shape or (len(shape) == 4 and self.inputs not in (shape[1], shape[-1])):
            fitting = f"Conv2D({shape[-1]}, {self.outputs}, size={self.filter_size})"
            advice = f"the channels come last, and are {shape[-1]}: make it {fitting}"
        elif len(shape) == 4:
            advice = "the channels come last: x.transpose(0, 2, 3, 1)"
        elif len(shape) == 3 and shape[-1] == self.inputs:
            advice = "pass a batch: x[np.newaxis] of a single picture"
        elif len(shape) == 3 and self.inputs == 1:
            advice = "grey pictures have one channel: x[..., np.newaxis]"
        else:
            advice = "give each example these three axes first, with x.reshape"
        return ValueError(
            f"Conv2D expected inputs of shape (batch, height, width, {self.inputs}), got {shape}; {advice}"
        )

    def __repr__(self) -> str:
        more = "".join(
            f", {name}={value}"
            for name, value, usual in (("stride", self.stride, 1), ("padding", self.padding, 0))
            if value != usual
        )
        return f"Conv2D({self.inputs}, {self.outputs}, size={self.filter_size}{more})"


class Frame(NamedTuple):
    """Where a picture lies among zeros: in so many rows and columns, from `first` on, with a step."""

    height: int
    width: int
    first: int
    step: int


def product_of(
    windows_of: Iterator[tuple[slice, Array]], matrix: Array, shape: Shape, out: Array | None
) -> Array:
    """The product of every window with a matrix, as pictures of shape `(batch, rows, columns, channels)`."""
    y = out if out is not None and out.flags.c_contiguous else np.empty(shape, matrix.dtype)
    for some, columns in windows_of:
        np.matmul(columns, matrix, out=rows(y[some]))
    if out is None or out is y:
        return y
    out[...] = y
    return out


def in_chunks(x: Array, frame: Frame, size: int, stride: int, *, ones: int) -> Iterator[tuple[slice, Array]]:
    """A few examples at a time, and their windows: `(windows, size · size · channels + ones)`, ones last.

    The pictures are laid in the frame first. The array with the windows is written over by the next chunk.
    """
    _, high, wide, channels = x.shape
    down, across = places((frame.height, frame.width), size, stride)
    length = size * size * channels
    count = max(1, min(len(x), CHUNK // (down * across * length * x.itemsize)))
    framed = np.zeros((count, frame.height, frame.width, channels), x.dtype)
    inside = framed[:, frame.first :: frame.step, frame.first :: frame.step][:, :high, :wide]
    columns = np.ones((count, down, across, length + ones), x.dtype)
    target = columns[..., :length].reshape(count, down, across, size, size, channels)
    source = windows(framed, size, stride)
    for start in range(0, len(x), count):
        some = slice(start, min(start + count, len(x)))
        n = some.stop - start
        inside[:n] = x[some]
        target[:n] = source[:n]
        yield some, rows(columns[:n])


def windows(x: Array, size: int, stride: int) -> Array:
    """Every window of x, a view `(batch, rows, columns, size, size, channels)`.

    >>> picture = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> windows(picture, size=2, stride=1)[0, 1, 0, :, :, 0]
    array([[3., 4.],
           [6., 7.]])
    """
    view: Array = sliding_window_view(x, (size, size), axis=(1, 2))
    return view[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)


def places(lengths: Shape, size: int, stride: int) -> Shape:
    """How many windows of `size` find a place along each of these lengths.

    >>> places((28, 9), size=3, stride=2)
    (13, 4)
    """
    return tuple((length - size) // stride + 1 for length in lengths)


def check_window(kind: str, size: int, stride: int) -> None:
    """Raise unless a window's size and stride are whole numbers from 1."""
    for name, value in (("size", size), ("stride", stride)):
        if not is_count(value):
            raise ValueError(f"{kind}'s {name} is a whole number of pixels from 1, got {value!r}")
