"""Flatten: each example becomes one row, and its gradient gets the old shape back."""

import math
from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, no_array


class Flatten(Layer):
    """Turn each example into one row: `(batch, 28, 28)` to `(batch, 784)`, and gradients back again."""

    keeps = {"shape": "own", "dtype": "own"}
    formulas = Formulas("one row an example", "∂L/∂rows", "∂L/∂x: the same numbers in the shape of x")

    def forward(self, x: Array) -> Array:
        """View x as `(batch, features)`; keeps the shape that it had."""
        self.shape: Shape = x.shape
        self.dtype = x.dtype
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, upstream: Array) -> Array:
        """View upstream in the shape that the input had."""
        self.check_upstream(upstream, no_array((self.shape[0], math.prod(self.shape[1:])), self.dtype))
        return upstream.reshape(self.shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(features,)`."""
        return (int(np.prod(input_shape)),)

    def cost(self, input_shape: Shape) -> Cost:
        """None: a view moves nothing."""
        return Cost(0, 0, 0)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """None; what the layer before keeps is kept in this shape too."""
        return 0, input_is_kept
