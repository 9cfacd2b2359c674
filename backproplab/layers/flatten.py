"""Flatten: each example becomes one row, and its gradient gets the old shape back."""

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape


class Flatten(Layer):
    """Turn each example into one row: `(batch, 28, 28)` to `(batch, 784)`, and gradients back again."""

    keeps = {"shape": "own"}
    formulas = Formulas("one row an example", "∂L/∂rows", "∂L/∂x: the same numbers in the shape of x")

    def forward(self, x: Array) -> Array:
        """View x as `(batch, features)`; keeps the shape that it had."""
        self.shape: Shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, upstream: Array) -> Array:
        """View upstream in the shape that the input had."""
        if upstream.size != int(np.prod(self.shape)):
            raise ValueError(
                f"Flatten.backward expected {int(np.prod(self.shape))} numbers, for an input of shape "
                f"{self.shape}, got {upstream.shape}; pass ∂L/∂output of the last forward call"
            )
        return upstream.reshape(self.shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(features,)`."""
        return (int(np.prod(input_shape)),)

    def cost(self, input_shape: Shape) -> Cost:
        """None: a view moves nothing."""
        return Cost(0, 0, 0)

    def kept(self, input_shape: Shape, *, input_is_kept: bool = False) -> tuple[int, bool]:
        """No numbers; what the layer before keeps is kept in this shape too."""
        return 0, input_is_kept
