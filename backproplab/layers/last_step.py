"""The last step of a sequence, for a network that answers once it has heard all. Lesson 20."""

from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, no_array


class LastStep(Layer):
    """y = h_T: the last step of each sequence, for a network that answers once it has heard all. Lesson 20.

    Shapes: h `(batch, time, ...)`, y `(batch, ...)`. Backward, the message goes to the last step alone. A
    sequence of no step is a ValueError.

    >>> last = LastStep()
    >>> last.forward(np.array([[[1.0], [2.0], [3.0]]]))
    array([[3.]])
    >>> last.backward(np.array([[10.0]])).ravel()
    array([ 0.,  0., 10.])
    """

    keeps = {"shape": "own", "dtype": "own"}
    formulas = Formulas("y = h_T, the last step", "∂L/∂y", "∂L/∂h_T = ∂L/∂y, and 0 for each earlier step")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The last step `(batch, ...)` of x `(batch, time, ...)`; keeps the shape of x."""
        self.check_floats(x)
        self.output_shape(x.shape[1:])
        self.shape: Shape = x.shape
        self.dtype: np.dtype[Any] = x.dtype
        y: Array = np.positive(x[:, -1], out=out)
        return y

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Zeros in the shape of the input, and upstream at the last step."""
        self.check_upstream(upstream, no_array((self.shape[0], *self.shape[2:]), self.dtype))
        downstream = np.empty(self.shape, upstream.dtype) if out is None else out
        downstream[:, :-1] = 0
        downstream[:, -1] = upstream
        return downstream

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(...)`, for an input of shape `(time, ...)`."""
        if not input_shape or not input_shape[0]:
            raise ValueError(
                f"LastStep expected sequences (batch, time, ...), at least one step long, got "
                f"{('batch', *input_shape)}; put it behind a recurrent layer"
            )
        return input_shape[1:]

    def output_axes(self, input_axes: Shape) -> Shape:
        """The last one that comes in; what falls away is time, which stands before it."""
        return input_axes[-1:]

    def cost(self, input_shape: Shape) -> Cost:
        """None: numbers are copied."""
        return Cost(0, 0, 0)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """None."""
        return 0, False
