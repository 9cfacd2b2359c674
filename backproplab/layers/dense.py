"""A dense layer: every output a weighted sum of every input, plus a bias."""

import numpy as np

from backproplab.layers.base import Array, Layer, Parameter, Shape
from backproplab.layers.initial import standard_deviation


class Dense(Layer):
    """z = x W + b.

    Shapes: x `(batch, inputs)`, W `weights` `(inputs, outputs)`, b `bias` `(outputs,)`, z `(batch, outputs)`.
    `initial` names how the weights start: `"he"`, `"xavier"`, `"small normal"` or `"zeros"`
    (see `backproplab.layers.initial`); biases start at 0. A backward pass overwrites `weights_gradient` and
    `bias_gradient`: there is nothing to clear. Lesson 07.

    >>> dense = Dense(2, 1).initialise(dtype=np.float64)
    >>> dense.weights[:], dense.bias[:] = [[0.4], [-0.2]], 0.1
    >>> dense.forward(np.array([[0.5, 0.3]])).round(2)
    array([[0.24]])
    >>> dense.backward(np.array([[1.0]]))
    array([[ 0.4, -0.2]])
    >>> dense.weights_gradient.ravel()
    array([0.5, 0.3])
    """

    kept = ("x",)
    needs = "input"
    weights: Array = Parameter()  # type: ignore[assignment]
    bias: Array = Parameter()  # type: ignore[assignment]
    weights_gradient: Array
    bias_gradient: Array

    def __init__(self, inputs: int, outputs: int, *, initial: str = "he") -> None:
        if inputs < 1 or outputs < 1:
            raise ValueError(f"Dense needs at least one input and one output, got {inputs} and {outputs}")
        self.inputs = inputs
        self.outputs = outputs
        self.initial = initial
        self.spread = standard_deviation(initial, inputs, outputs)
        self.input_shape = (inputs,)
        self.parameter_shapes = {"weights": (inputs, outputs), "bias": (outputs,)}

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Weighted sums z `(batch, outputs)` of x `(batch, inputs)`; keeps x."""
        if not isinstance(x, np.ndarray) or x.ndim != 2 or x.shape[1] != self.inputs:
            raise self.wrong_input(np.shape(x))
        if x.dtype != self.weights.dtype:
            raise TypeError(
                f"Dense computes in {self.weights.dtype}, got {x.dtype} inputs; "
                f"convert them with x.astype(np.{self.weights.dtype}), or choose the layer's dtype"
            )
        self.x = x
        z: Array = np.matmul(x, self.weights, out=out)  # (batch, outputs)
        z += self.bias
        return z

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """∂L/∂x = upstream Wᵀ, `(batch, inputs)`, after the gradients of W and b."""
        self.parameter_gradients(upstream)
        downstream: Array = np.matmul(upstream, self.weights.T, out=out)
        return downstream

    def parameter_gradients(self, upstream: Array) -> None:
        """∂L/∂W = xᵀ upstream and ∂L/∂b = the sum of upstream over the batch."""
        if upstream.shape != (len(self.x), self.outputs) or upstream.dtype != self.x.dtype:
            self.check_upstream(upstream, np.empty((len(self.x), self.outputs), self.x.dtype))
        np.matmul(self.x.T, upstream, out=self.weights_gradient)
        np.add.reduce(upstream, axis=0, out=self.bias_gradient)

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(outputs,)`, for an input of shape `(inputs,)`."""
        if input_shape != self.input_shape:
            raise self.wrong_input(("batch", *input_shape))
        return (self.outputs,)

    def flops(self, input_shape: Shape) -> tuple[int, int]:
        """One product and the bias forward; two products and the bias's sum backward."""
        product = 2 * self.inputs * self.outputs
        return product + self.outputs, 2 * product + self.outputs

    def draw(self, rng: np.random.Generator) -> None:
        """Draw the weights as `initial` says and set the bias to 0."""
        # Drawn in float64 whatever the dtype: a float32 network then starts as its float64 twin, rounded.
        self.weights[:] = self.spread * rng.standard_normal(self.weights.shape)
        self.bias[:] = 0.0

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        sizes = [size for size in shape if isinstance(size, int)]
        if shape == self.input_shape:
            advice = "pass a batch, shape (batch, features): x[np.newaxis]"
        elif len(shape) > 2 and int(np.prod(sizes)) % self.inputs == 0:
            advice = "flatten the images first"
        else:
            advice = "inputs have shape (batch, features)"
        return ValueError(f"Dense expected {self.inputs} input features, got {shape}; {advice}")

    def __repr__(self) -> str:
        return f"Dense({self.inputs}, {self.outputs})"
