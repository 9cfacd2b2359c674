"""Positions: a row of numbers for each place of a sequence, added to what stands there."""

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape


class Position(Layer):
    """y = x + P: row t of a learnt table P is added to what stands at place t. Lesson 18.

    Attention by itself takes an average, which knows no order; with a position in each row, the same word
    at another place is another row. Shapes: x and y `(batch, ..., time, features)`, P `weights`
    `(longest, features)`, of which the first `time` rows are used; the others get a gradient of 0.

    >>> position = Position(3, 2)
    >>> position.weights = [[1, 2], [3, 4], [5, 6]]
    >>> position.forward(np.zeros((1, 2, 2)))
    array([[[1., 2.],
            [3., 4.]]])
    """

    weights: Array
    weights_gradient: Array

    keeps = {}
    in_place = True
    leading_axes = True
    formulas = Formulas(
        "y = x + P",
        "∂L/∂y",
        "∂L/∂x = ∂L/∂y",
        {"weights": "∂L/∂P = ∂L/∂y, added over the batch"},
    )

    def __init__(self, longest: int, features: int) -> None:
        if longest < 1 or features < 1:
            raise ValueError(f"Position needs a place and a feature at least, got {longest} and {features}")
        self.longest = longest
        self.features = features
        self.input_shape = (features,)
        super().__init__(**self.draw(np.random.default_rng(0)))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """X `(batch, ..., time, features)` plus a row for each place; keeps nothing."""
        self.check_floats(x)
        if x.ndim < 3 or x.shape[-1] != self.features or x.shape[-2] > self.longest:
            raise self.wrong_input(x.shape)
        if x.dtype != self.weights.dtype:
            raise self.wrong_dtype(x.dtype, self.weights.dtype)
        y: Array = np.add(x, self.weights[: x.shape[-2]], out=out)
        return y

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """∂L/∂P, added over all but the last two axes; upstream goes on as it is."""
        time = upstream.shape[-2]
        self.weights_gradient[:time] = upstream.sum(axis=tuple(range(upstream.ndim - 2)), dtype=np.float64)
        self.weights_gradient[time:] = 0
        downstream: Array = np.positive(upstream, out=out)
        return downstream

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in, which ends with the features."""
        if input_shape[-1:] != self.input_shape or any(time > self.longest for time in input_shape[-2:-1]):
            raise self.wrong_input(("batch", *input_shape))
        return input_shape

    def cost(self, input_shape: Shape) -> Cost:
        """One addition an element forward, and one backward."""
        size = int(np.prod(input_shape))
        return Cost(size, size, 0)

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """Standard normal rows, as those of an Embedding."""
        return {"weights": rng.standard_normal((self.longest, self.features))}

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        return ValueError(
            f"Position({self.longest}, {self.features}) expected inputs of shape (batch, time, "
            f"{self.features}) with at most {self.longest} places, got {shape}; shorten the sequences, or "
            "make it larger"
        )

    def __repr__(self) -> str:
        return f"Position({self.longest}, {self.features})"
