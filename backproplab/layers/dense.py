"""A dense layer: every output a weighted sum of every input, plus a bias."""

import math

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, is_count
from backproplab.layers.initial import standard_deviation


class Dense(Layer):
    """z = x W + b.

    Shapes: x `(batch, ..., inputs)`, W `weights` `(inputs, outputs)`, b `bias` `(outputs,)`, z
    `(batch, ..., outputs)`; the axes between are independent examples too, such as the words of a sentence.
    `initial` names how the weights start: `"he"`, `"xavier"`, `"small normal"` or `"zeros"`
    (see `backproplab.layers.initial`); biases start at 0. A layer by itself computes in float64, a network
    brings its own dtype. By itself it also starts from one fixed draw, the same for every layer of its shape;
    a network draws for all of its layers, and `initialise(seed=…)` draws anew. A backward pass overwrites
    `weights_gradient` and `bias_gradient`: there is nothing to clear. Lesson 07.

    >>> dense = Dense(2, 1)
    >>> dense.weights, dense.bias = [[0.4], [-0.2]], 0.1
    >>> dense.forward(np.array([[0.5, 0.3]])).round(2)
    array([[0.24]])
    >>> dense.backward(np.array([[1.0]]))
    array([[ 0.4, -0.2]])
    >>> dense.weights_gradient.ravel()
    array([0.5, 0.3])
    """

    weights: Array
    bias: Array
    weights_gradient: Array
    bias_gradient: Array

    keeps = {"x": "input"}
    leading_axes = True
    formulas = Formulas(
        "z = x W + b",
        "∂L/∂z",
        "∂L/∂x = ∂L/∂z · Wᵀ",
        {"weights": "∂L/∂W = xᵀ · ∂L/∂z", "bias": "∂L/∂b = ∂L/∂z, added over the batch"},
    )

    def __init__(self, inputs: int, outputs: int, *, initial: str = "he") -> None:
        if not (is_count(inputs) and is_count(outputs)):
            raise ValueError(
                f"{type(self).__name__} needs at least one input and one output, got {inputs} and {outputs}"
            )
        self.inputs = inputs
        self.outputs = outputs
        self.initial = initial
        self.spread = standard_deviation(initial, inputs, outputs)
        self.input_shape = (inputs,)
        super().__init__(**self.draw(np.random.default_rng(0)))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Weighted sums z `(batch, ..., outputs)` of x `(batch, ..., inputs)`; keeps x."""
        self.check_input(x)
        self.x = x
        z: Array = np.matmul(x, self.weights, out=out)
        z += self.bias
        return z

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """∂L/∂W = xᵀ upstream, ∂L/∂b = the sum of upstream over the batch; returns ∂L/∂x = upstream Wᵀ."""
        x, blame = self.x, upstream
        if (
            type(upstream) is not np.ndarray
            or upstream.shape != (*x.shape[:-1], self.outputs)
            or upstream.dtype != x.dtype
        ):
            self.check_upstream(upstream, np.empty((*x.shape[:-1], self.outputs), x.dtype))
        if x.ndim > 2:
            x, blame = rows(x), rows(upstream)
        product = np.dot if len(blame) == 1 else np.matmul  # np.matmul keeps a column times a row from BLAS
        product(x.T, blame, out=self.weights_gradient)
        add_rows(blame, out=self.bias_gradient)
        if not needs_input_gradient:
            return None
        downstream: Array = np.matmul(upstream, self.weights.T, out=out)
        return downstream

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(..., outputs)`, for an input of shape `(..., inputs)`."""
        if input_shape[-1:] != self.input_shape:
            raise self.wrong_input(("batch", *input_shape))
        return (*input_shape[:-1], self.outputs)

    def cost(self, input_shape: Shape) -> Cost:
        """One product and the bias forward; a product and the bias's sum, and another product, backward."""
        count = int(np.prod(input_shape[:-1]))
        product = 2 * self.inputs * self.outputs * count
        return Cost(product + count * self.outputs, product + count * self.outputs, product)

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """Weights as `initial` says, and a bias of 0."""
        # Drawn in float64 whatever the dtype: a float32 network then starts as its float64 twin, rounded.
        weights = self.spread * rng.standard_normal((self.inputs, self.outputs))
        return {"weights": weights, "bias": np.zeros(self.outputs)}

    def check_input(self, x: Array) -> None:
        """Raise unless x is a plain array `(batch, ..., inputs)` in the dtype of the weights."""
        if type(x) is not np.ndarray or x.ndim < 2 or x.shape[-1] != self.inputs:
            if type(x) is not np.ndarray:
                self.check_floats(x)  # a list has no shape, and a matrix multiplies by rules of its own
            raise self.wrong_input(np.shape(x))
        if x.dtype != self.weights.dtype:
            raise self.wrong_dtype(x.dtype, self.weights.dtype)

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        sizes = [size for size in shape[1:] if isinstance(size, int)]  # of an example
        if shape == self.input_shape:
            advice = "pass a batch, shape (batch, features): x[np.newaxis]"
        elif len(shape) > 2 and math.prod(sizes) == self.inputs:
            advice = "flatten the images first"
        else:
            advice = "inputs are an array of shape (batch, features)"
        return ValueError(
            f"{type(self).__name__} expected {self.inputs} input features, got {shape}; {advice}"
        )

    def __repr__(self) -> str:
        return f"Dense({self.inputs}, {self.outputs})"


def rows(array: Array) -> Array:
    """All examples one under the other: `(batch, ..., features)` as a view `(examples, features)`."""
    return array.reshape(-1, array.shape[-1])


def add_rows(array: Array, *, out: Array) -> None:
    """The sum over the rows. Many rows of float32 are added in float64, where small ones are not lost."""
    if len(array) > 4096:
        out[...] = np.add.reduce(array, axis=0, dtype=np.float64)
    else:
        np.add.reduce(array, axis=0, out=out)
