"""Positions: a row of numbers for each place of a sequence, added to what stands there."""

from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, is_count, no_array


class Position(Layer):
    """y = x + P: row t of a learnt table P is added to what stands at place t. Lesson 18.

    Attention by itself takes an average, which knows no order; with a position in each row, the same word
    at another place is another row. Shapes: x and y `(batch, ..., time, features)`, P `weights`
    `(longest, features)`, of which the first `time` rows are used; the others get a gradient of 0. A sequence
    that is longer is a ValueError. Source: Gehring and others, *Convolutional Sequence to Sequence Learning*,
    2017.

    >>> position = Position(3, 2)
    >>> position.weights = [[1, 2], [3, 4], [5, 6]]
    >>> position.forward(np.zeros((1, 2, 2)))
    array([[[1., 2.],
            [3., 4.]]])
    """

    weights: Array
    weights_gradient: Array

    keeps = {"shape": "own", "dtype": "own"}
    in_place = True
    leading_axes = True
    formulas = Formulas(
        "y = x + P",
        "∂L/∂y",
        "∂L/∂x = ∂L/∂y",
        {"weights": "∂L/∂P = ∂L/∂y, added over the batch"},
    )

    def __init__(self, longest: int, features: int) -> None:
        if not (is_count(longest) and is_count(features)):
            raise ValueError(
                f"Position needs a place and a feature at least, got {longest!r} and {features!r}"
            )
        self.longest = longest
        self.features = features
        self.input_shape = (features,)
        super().__init__(**self.draw(np.random.default_rng(0)))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """X `(batch, ..., time, features)` plus a row for each place; keeps the shape of x."""
        self.check_floats(x)
        if x.ndim < 3 or x.shape[-1] != self.features or x.shape[-2] > self.longest:
            raise self.wrong_input(x.shape)
        if x.dtype != self.weights.dtype:
            raise self.wrong_dtype(x.dtype, self.weights.dtype)
        self.shape: Shape = x.shape
        self.dtype: np.dtype[Any] = x.dtype
        y: Array = np.add(x, self.weights[: x.shape[-2]], out=out)
        return y

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """∂L/∂P, added over all but the last two axes; upstream goes on as it is."""
        self.check_upstream(upstream, no_array(self.shape, self.dtype))
        time = upstream.shape[-2]
        # in float64: many examples are added
        self.weights_gradient[:time] = upstream.sum(axis=tuple(range(upstream.ndim - 2)), dtype=np.float64)
        self.weights_gradient[time:] = 0
        downstream: Array = np.positive(upstream, out=out)
        return downstream

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in, which ends with the features."""
        if len(input_shape) < 2 or input_shape[-1] != self.features or input_shape[-2] > self.longest:
            raise self.wrong_input(("batch", *input_shape))
        return input_shape

    def cost(self, input_shape: Shape) -> Cost:
        """One addition an element forward, and one backward."""
        size = int(np.prod(input_shape))
        return Cost(size, size, 0)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """A shape, and no array."""
        return 0, False

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """Standard normal rows, as those of an Embedding."""
        return {"weights": rng.standard_normal((self.longest, self.features))}

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        if shape[-1] != self.features:
            advice = f"what comes before it must give {self.features} features a place"
        elif len(shape) < 3:
            advice = "pass a batch of sequences: x[np.newaxis] of a single one"
        else:
            advice = f"shorten the sequences, or make it Position({shape[-2]}, {self.features})"
        return ValueError(
            f"Position({self.longest}, {self.features}) expected inputs of shape (batch, time, "
            f"{self.features}) with at most {self.longest} places, got {shape}; {advice}"
        )

    def __repr__(self) -> str:
        return f"Position({self.longest}, {self.features})"
