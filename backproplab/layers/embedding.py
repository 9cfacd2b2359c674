"""An embedding: a row of numbers for each word, film or user, looked up by its number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, no_array
from backproplab.layers.dense import rows


class Embedding(Layer):
    """y = E[i]: row i of a table E for each integer i. Lesson 18.

    Shapes: i `(batch, ...)` integers from 0 to count − 1, E `weights` `(count, features)`, y
    `(batch, ..., features)`. Backward adds the upstream gradient of each place to the row that stood there:
    a row used twice gets both, a row not used gets 0. Integers have no gradient: `backward` returns None.

    >>> table = Embedding(3, 2)
    >>> table.weights = [[1, 2], [3, 4], [5, 6]]
    >>> table.forward(np.array([[2, 0, 2]]))
    array([[[5., 6.],
            [1., 2.],
            [5., 6.]]])
    >>> table.backward(np.ones((1, 3, 2)))
    >>> table.weights_gradient
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """

    weights: Array
    weights_gradient: Array

    keeps = {"indices": "input"}
    integers = True
    leading_axes = True
    formulas = Formulas(
        "y = E[i], row i of the table",
        "∂L/∂y",
        "no gradient: i is an integer",
        {"weights": "∂L/∂E[i] += ∂L/∂y"},
    )

    def __init__(self, count: int, features: int) -> None:
        if count < 1 or features < 1:
            raise ValueError(f"Embedding needs at least one row and one feature, got {count} and {features}")
        self.count = count
        self.features = features
        self.input_shape = ()
        super().__init__(**self.draw(np.random.default_rng(0)))

    def forward(self, x: NDArray[Any], out: Array | None = None) -> Array:
        """Rows `(batch, ..., features)` for integers x `(batch, ...)`; keeps the integers."""
        if type(x) is not np.ndarray or x.dtype.kind not in "iu" or not x.ndim:
            got = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
            raise TypeError(
                f"Embedding expected an array of integers, got {got}; convert it with x.astype(int)"
            )
        if x.size and not 0 <= x.min() <= x.max() < self.count:
            raise IndexError(
                f"Embedding has rows 0 to {self.count - 1}, got {x.min()} to {x.max()}; "
                f"number from 0, or make it Embedding({max(int(x.max()) + 1, 1)}, {self.features})"
            )
        self.indices = x
        return np.take(
            self.weights, x, axis=0, out=out, mode="clip"
        )  # nothing is clipped, and `out` is not copied

    def backward(self, upstream: Array, *, needs_input_gradient: bool = True) -> None:
        """Add upstream to the gradient of each row that was looked up; the integers have no gradient."""
        self.check_upstream(upstream, no_array((*self.indices.shape, self.features), self.weights.dtype))
        indices, blame = self.indices.ravel(), rows(upstream)
        for feature in range(self.features):  # bincount adds in float64, and faster than np.add.at
            self.weights_gradient[:, feature] = np.bincount(indices, blame[:, feature], self.count)

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(..., features)`, for an input of shape `(...)`."""
        return (*input_shape, self.features)

    def cost(self, input_shape: Shape) -> Cost:
        """Looking up costs no operation; backward adds once for each number looked up."""
        return Cost(0, int(np.prod(input_shape)) * self.features, 0)

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """Standard normal rows, as is usual."""
        return {"weights": rng.standard_normal((self.count, self.features))}

    def __repr__(self) -> str:
        return f"Embedding({self.count}, {self.features})"
