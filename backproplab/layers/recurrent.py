"""Recurrent layers: one step after the other through time, with the same weights at each. Lesson 20.

`RNN`, and `GRU` in its own file, take sequences `(batch, time, features)` and give their state after each
step, `(batch, time, units)`; `LastStep` hands on the last one alone. Each sequence starts from a state of
zeros.

A message reaches the state h_t on two paths: from above, as `upstream[:, t]`, and from the next step, since
h_t is an input of h_{t+1}. They add, as on any two paths. That is backpropagation through time.
"""

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, is_count
from backproplab.layers.dense import add_rows, rows
from backproplab.layers.initial import standard_deviation


class Recurrent(Layer):
    """What RNN and GRU share: sizes, parameters, and where the gradient is cut.

    `weights` W `(features, columns)`, `recurrent` U `(units, columns)` and `bias` b `(columns,)`, with
    `units` columns for each of the layer's `blocks`. W and U start as Xavier says, b at 0.
    """

    weights: Array
    recurrent: Array
    bias: Array
    weights_gradient: Array
    recurrent_gradient: Array
    bias_gradient: Array
    x: Array
    h: Array

    blocks = 1

    def __init__(self, features: int, units: int, *, truncate: int | None = None) -> None:
        kind = type(self).__name__
        if not (is_count(features) and is_count(units)):
            raise ValueError(
                f"{kind} needs at least one feature and one unit, got {features!r} and {units!r}"
            )
        if truncate is not None and not is_count(truncate):
            raise ValueError(
                f"{kind} sends messages through a whole number of steps, at least one, got "
                f"truncate={truncate!r}; leave it out to send them through all"
            )
        self.features = features
        self.units = units
        self.truncate = truncate
        self.input_shape = (features,)
        super().__init__(**self.draw(np.random.default_rng(0)))

    def has_message(self, step: int, steps: int) -> bool:
        """Whether a message comes from the next step to this one: not to the last, and not across a cut."""
        left = steps - 1 - step
        return left > 0 and (self.truncate is None or left % self.truncate > 0)

    def set_gradients(self, blame: Array, recurrent_blame: Array) -> None:
        """∂L/∂W, ∂L/∂U and ∂L/∂b, added over the batch and over time.

        `blame` is ∂L/∂(x W + b) and `recurrent_blame` ∂L/∂(h U), both `(batch, time, columns)`.
        """
        np.matmul(rows(self.x).T, rows(blame), out=self.weights_gradient)
        np.matmul(rows(self.h[:, :-1]).T, rows(recurrent_blame[:, 1:]), out=self.recurrent_gradient)
        add_rows(rows(blame), out=self.bias_gradient)

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(time, units)`, for an input of shape `(time, features)`."""
        if len(input_shape) != 2 or input_shape[-1:] != self.input_shape or not input_shape[0]:
            raise self.wrong_input(("batch", *input_shape))
        return (input_shape[0], self.units)

    def output_axes(self, input_axes: Shape) -> Shape:
        """`(units,)`, wherever the features fit."""
        super().output_axes(input_axes)
        return (self.units,)

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """W and U as Xavier says, each block by itself, and a bias of 0."""
        columns = self.blocks * self.units
        drawn: dict[str, Array] = {"bias": np.zeros(columns)}
        for name, inputs in (("weights", self.features), ("recurrent", self.units)):
            spread = standard_deviation("xavier", inputs, self.units)
            drawn[name] = spread * rng.standard_normal((inputs, columns))
        return drawn

    def check_input(self, x: Array) -> None:
        """Raise unless x is a plain array `(batch, time, features)` in the dtype of the weights."""
        self.check_floats(x)
        if x.ndim != 3 or x.shape[-1] != self.features or not x.shape[1]:
            raise self.wrong_input(x.shape)
        if x.dtype != self.weights.dtype:
            raise self.wrong_dtype(x.dtype, self.weights.dtype)

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        is_array = not any(isinstance(size, str) for size in shape)
        if len(shape) == 2 and is_array and self.features == 1 != shape[1]:
            advice = "; one feature a step is x[:, :, np.newaxis]"
        elif len(shape) == 2 and shape[1] == self.features:
            advice = "; pass a batch of sequences: x[np.newaxis] of a single one"
        else:
            advice = ""
        return ValueError(
            f"{type(self).__name__} expected sequences of shape (batch, time, {self.features}), at least one "
            f"step long, got {shape}{advice}"
        )

    def __repr__(self) -> str:
        cut = "" if self.truncate is None else f", truncate={self.truncate}"
        return f"{type(self).__name__}({self.features}, {self.units}{cut})"


class RNN(Recurrent):
    """h_t = tanh(x_t W + h_{t−1} U + b), Elman's recurrent layer. Source: Elman 1990. Lesson 20.

    Shapes: x `(batch, time, features)`, W `weights` `(features, units)`, U `recurrent` `(units, units)`, b
    `bias` `(units,)`, h `(batch, time, units)`. With `truncate=k`, time is cut into pieces of k steps,
    counted from the last one, and no message crosses a cut: what the layer trains on is then not the whole
    gradient. ValueError for sequences of no step, or of other features.

    >>> rnn = RNN(1, 1)
    >>> rnn.weights, rnn.recurrent = [[1.0]], [[0.5]]
    >>> rnn.forward(np.array([[[1.0], [0.0], [0.0]]])).round(4).ravel()
    array([0.7616, 0.3634, 0.1797])
    >>> rnn.backward(np.array([[[0.0], [0.0], [1.0]]])).round(4).ravel()
    array([0.0882, 0.42  , 0.9677])
    """

    keeps = {"x": "input", "h": "output"}
    formulas = Formulas(
        "h_t = tanh(x_t W + h_{t−1} U + b)",
        "∂L/∂h, from above",
        "∂L/∂x_t = ∂L/∂z_t · Wᵀ",
        {
            "weights": "∂L/∂W = x_tᵀ · ∂L/∂z_t, added over time",
            "recurrent": "∂L/∂U = h_{t−1}ᵀ · ∂L/∂z_t, added over time",
            "bias": "∂L/∂b = ∂L/∂z_t, added over batch and time",
        },
    )

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """States h `(batch, time, units)` of x `(batch, time, features)`; keeps both."""
        self.check_input(x)
        self.x = x
        h: Array = np.matmul(x, self.weights, out=out)
        h += self.bias
        for t in range(x.shape[1]):
            if t > 0:
                h[:, t] += h[:, t - 1] @ self.recurrent
            np.tanh(h[:, t], out=h[:, t])
        self.h = h
        return h

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """∂L/∂W, ∂L/∂U and ∂L/∂b, added over batch and time; returns ∂L/∂x `(batch, time, features)`."""
        h = self.h
        self.check_upstream(upstream, h)
        steps = h.shape[1]
        blame = 1 - h * h  # tanh' at first, ∂L/∂z once its step has been reached
        for t in reversed(range(steps)):
            arrived = upstream[:, t]
            if self.has_message(t, steps):
                arrived = arrived + blame[:, t + 1] @ self.recurrent.T
            blame[:, t] *= arrived
        self.set_gradients(blame, blame)
        if not needs_input_gradient:
            return None
        downstream: Array = np.matmul(blame, self.weights.T, out=out)
        return downstream

    def cost(self, input_shape: Shape) -> Cost:
        """A product with x at each step, and one with the state at each but the first; three of each back."""
        steps, units = input_shape[0], self.units
        into, over = 2 * steps * self.features * units, 2 * (steps - 1) * units**2
        each, joined = steps * units, (steps - 1) * units
        return Cost(into + over + 2 * each + joined, into + 2 * over + 4 * each + joined, into)
