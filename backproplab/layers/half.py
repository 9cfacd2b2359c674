"""Half: numbers as half precision would hold them, on their way forward and back."""

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape


class Half(Layer):
    """y = x rounded to float16, and ∂L/∂x = ∂L/∂y rounded to float16. Lesson 16.

    float16 has 11 binary digits, about three decimal ones, down to 6.1e-5; below that it has fewer and fewer,
    and below 3e-8 nothing but 0. Its largest number is 65,504: what lies nearer to 65,536, from 65,520 on,
    becomes infinite. A message of many small numbers may vanish in it whole.

    Put between the layers of a network, it shows what is lost where activations and messages are stored in
    half precision and everything else is computed and kept in float32, as hardware for mixed precision does.
    Only the numbers are those of float16: the arrays stay what they are, and no memory is saved here.

    The slope of rounding is 0 or infinite; the message goes through as if y were x ("straight through"), so
    that nudges do not agree with it.

    >>> half = Half()
    >>> half.forward(np.array([[1 / 3, 70000.0, 1e-8]]))
    array([[0.33325195,        inf, 0.        ]])
    """

    keeps = {}
    in_place = True
    leading_axes = True
    formulas = Formulas("y = x in float16", "∂L/∂y", "∂L/∂x = ∂L/∂y in float16")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """X, each number the nearest of float16."""
        self.check_floats(x)
        return round_to_half(x, out)

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream, each number the nearest of float16."""
        return round_to_half(upstream, out)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in."""
        return input_shape

    def cost(self, input_shape: Shape) -> Cost:
        """One operation an element each way."""
        size = int(np.prod(input_shape))
        return Cost(size, 0, size)


def round_to_half(array: Array, out: Array | None = None) -> Array:
    """The nearest numbers of float16, in an array of the same dtype, or in `out`."""
    with np.errstate(over="ignore"):  # infinity is what float16 makes of it
        half = array.astype(np.float16)
    if out is None:
        return half.astype(array.dtype)
    out[...] = half
    return out
