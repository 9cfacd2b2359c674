"""Recurrent layers: one step after the other through time, with the same weights at each. Lesson 20.

`RNN` and `GRU` take sequences `(batch, time, features)` and give their state after each step,
`(batch, time, units)`; `LastStep` hands on the last one alone. Each sequence starts from a state of zeros.

A message reaches the state h_t on two paths: from above, as `upstream[:, t]`, and from the next step, since
h_t is an input of h_{t+1}. They add, as on any two paths. That is backpropagation through time.
"""

from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape
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
        if features < 1 or units < 1:
            raise ValueError(f"{kind} needs at least one feature and one unit, got {features} and {units}")
        if truncate is not None and truncate < 1:
            raise ValueError(
                f"{kind} sends messages through at least one step, got truncate={truncate}; "
                "leave it out to send them through all"
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
        return ValueError(
            f"{type(self).__name__} expected sequences of shape (batch, time, {self.features}), at least one "
            f"step long, got {shape}; one feature a step is x[:, :, np.newaxis]"
        )

    def __repr__(self) -> str:
        cut = "" if self.truncate is None else f", truncate={self.truncate}"
        return f"{type(self).__name__}({self.features}, {self.units}{cut})"


class RNN(Recurrent):
    """h_t = tanh(x_t W + h_{t−1} U + b), Elman's recurrent layer. Source: Elman 1990. Lesson 20.

    Shapes: x `(batch, time, features)`, W `weights` `(features, units)`, U `recurrent` `(units, units)`, b
    `bias` `(units,)`, h `(batch, time, units)`. With `truncate=k`, time is cut into pieces of k steps,
    counted from the last one, and no message crosses a cut: what the layer trains on is then not the whole
    gradient.

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


class GRU(Recurrent):
    """h_t = (1 − z) h_{t−1} + z h̃: a gate z says how much of each state is new. Lesson 20.

    h̃ = tanh(x_t W_h + r (h_{t−1} U_h) + b_h), and both gates are sigmoids: z of x_t W_z + h_{t−1} U_z + b_z,
    and r of x_t W_r + h_{t−1} U_r + b_r. Shapes: as of `RNN`, but W `weights` `(features, 3 units)`, U
    `recurrent` `(units, 3 units)` and b `bias` `(3 units,)` hold the columns of z, then of r, then of h̃. b_z
    starts at `update_bias`, the rest of b at 0: a negative one keeps z near 0, and the state as it was.
    `truncate` is as in `RNN`. Source: Cho et al. 2014.

    The gate r is multiplied after the product with U_h, as in PyTorch, not before it, as in the paper: one
    product serves all three columns. The paper's z, and PyTorch's, is our 1 − z: change the signs of W_z, U_z
    and b_z. PyTorch has a second bias, inside r (…), which is 0 here.

    >>> gru = GRU(1, 1, update_bias=-2.0)
    >>> gru.weights, gru.recurrent = [[0.0, 0.0, 1.0]], [[0.0, 0.0, 0.5]]
    >>> gru.forward(np.array([[[1.0], [0.0], [0.0]]])).round(4).ravel()
    array([0.0908, 0.0827, 0.0753])
    >>> gru.backward(np.array([[[0.0], [0.0], [1.0]]])).round(4).ravel()
    array([0.0415, 0.1085, 0.1192])
    """

    keeps = {"x": "input", "h": "output", "gates": "own", "share": "own"}
    blocks = 3
    formulas = Formulas(
        "h_t = (1 − z) h_{t−1} + z h̃",
        "∂L/∂h, from above",
        "∂L/∂x_t = ∂L/∂(x_t W) · Wᵀ",
        {
            "weights": "∂L/∂W = x_tᵀ · ∂L/∂(x_t W), added over time",
            "recurrent": "∂L/∂U = h_{t−1}ᵀ · ∂L/∂(h_{t−1} U), added over time",
            "bias": "∂L/∂b = ∂L/∂(x_t W), added over batch and time",
        },
    )

    def __init__(
        self, features: int, units: int, *, update_bias: float = 0.0, truncate: int | None = None
    ) -> None:
        if not np.isfinite(update_bias):
            raise ValueError(f"GRU's update_bias is where b_z starts: a finite number, got {update_bias}")
        self.update_bias = float(update_bias)
        super().__init__(features, units, truncate=truncate)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """States h `(batch, time, units)` of x; keeps both, the gates z, r and h̃, and h_{t−1} U_h."""
        self.check_input(x)
        self.x = x
        self.gates: Array = np.matmul(x, self.weights)  # at first the sums, then z, r, h̃
        self.gates += self.bias
        h = np.empty((*x.shape[:2], self.units), x.dtype) if out is None else out
        self.share: Array = np.zeros_like(h)  # h_{t−1} U_h
        before: Array = np.zeros_like(h[:, 0])
        squashed = slice(2 * self.units)
        for t in range(x.shape[1]):
            gates, share = self.gates[:, t], self.share[:, t]
            if t > 0:
                product = before @ self.recurrent
                gates[:, squashed] += product[:, squashed]
                share[...] = product[:, 2 * self.units :]
            sigmoid(gates[:, squashed])
            z, r, candidate = self.parts_of(gates)
            candidate += r * share
            np.tanh(candidate, out=candidate)
            h[:, t] = before + z * (candidate - before)
            before = h[:, t]
        self.h: Array = h
        return h

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """∂L/∂W, ∂L/∂U and ∂L/∂b, added over batch and time; returns ∂L/∂x `(batch, time, features)`."""
        h, share = self.h, self.share
        self.check_upstream(upstream, h)
        steps = h.shape[1]
        z, r, candidate = self.parts_of(self.gates)
        before = np.zeros_like(h)
        before[:, 1:] = h[:, :-1]

        straight = 1 - z  # ∂h_t/∂h_{t−1} on the straight path
        slope_z = (candidate - before) * z * straight  # ∂h_t/∂ what z is the sigmoid of
        slope_candidate = z * (1 - candidate * candidate)  # ∂h_t/∂ what h̃ is the tanh of
        slope_r = share * r * (1 - r)  # ∂ what h̃ is the tanh of / ∂ what r is the sigmoid of

        blame = np.empty_like(self.gates)  # ∂L/∂(x W)
        recurrent_blame = np.empty_like(self.gates)  # ∂L/∂(h U)
        later = upstream[:, -1]  # what arrived at the step after this one
        for t in reversed(range(steps)):
            arrived = upstream[:, t]
            if self.has_message(t, steps):
                arrived = arrived + later * straight[:, t + 1] + recurrent_blame[:, t + 1] @ self.recurrent.T
            later = arrived
            blame_z, blame_r, blame_candidate = self.parts_of(blame[:, t])
            np.multiply(arrived, slope_z[:, t], out=blame_z)
            np.multiply(arrived, slope_candidate[:, t], out=blame_candidate)
            np.multiply(blame_candidate, slope_r[:, t], out=blame_r)
            recurrent_blame[:, t] = blame[:, t]
            self.parts_of(recurrent_blame[:, t])[2][...] *= r[:, t]
        self.set_gradients(blame, recurrent_blame)
        if not needs_input_gradient:
            return None
        downstream: Array = np.matmul(blame, self.weights.T, out=out)
        return downstream

    def parts_of(self, columns: Array) -> tuple[Array, Array, Array]:
        """The columns of z, r and h̃, as views."""
        units = self.units
        return columns[..., :units], columns[..., units : 2 * units], columns[..., 2 * units :]

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """As every recurrent layer, and b_z at `update_bias`."""
        drawn = super().draw(rng)
        drawn["bias"][: self.units] = self.update_bias
        return drawn

    def cost(self, input_shape: Shape) -> Cost:
        """Three times the products of an RNN, and what the gates add."""
        steps, units = input_shape[0], self.units
        into, over = 6 * steps * self.features * units, 6 * (steps - 1) * units**2
        each, joined = steps * units, (steps - 1) * units
        return Cost(into + over + 11 * each + 2 * joined, into + 2 * over + 17 * each + 3 * joined, into)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """X and h, and at each step z, r, h̃ and h_{t−1} U_h."""
        inputs = 0 if input_is_kept else int(np.prod(input_shape))
        return (inputs + 5 * int(np.prod(self.output_shape(input_shape)))) * dtype.itemsize, True


class LastStep(Layer):
    """y = h_T: the last step of each sequence, for a network that answers once it has heard all. Lesson 20.

    Shapes: h `(batch, time, ...)`, y `(batch, ...)`. Backward, the message goes to the last step alone.

    >>> last = LastStep()
    >>> last.forward(np.array([[[1.0], [2.0], [3.0]]]))
    array([[3.]])
    >>> last.backward(np.array([[10.0]])).ravel()
    array([ 0.,  0., 10.])
    """

    keeps = {"shape": "own"}
    formulas = Formulas("y = h_T, the last step", "∂L/∂y", "∂L/∂h_T = ∂L/∂y, and 0 for each earlier step")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The last step `(batch, ...)` of x `(batch, time, ...)`; keeps the shape of x."""
        self.check_floats(x)
        self.output_shape(x.shape[1:])
        self.shape: Shape = x.shape
        y: Array = np.positive(x[:, -1], out=out)
        return y

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Zeros in the shape of the input, and upstream at the last step."""
        self.check_upstream(upstream, np.empty((self.shape[0], *self.shape[2:]), upstream.dtype))
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

    def cost(self, input_shape: Shape) -> Cost:
        """None: numbers are copied."""
        return Cost(0, 0, 0)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """None."""
        return 0, False


def sigmoid(array: Array) -> None:
    """1 / (1 + e⁻ᶻ) of each element, in its own place."""
    np.negative(array, out=array)
    with np.errstate(over="ignore"):  # e⁻ᶻ = ∞ for very negative z, and 1 / (1 + ∞) = 0 is right
        np.exp(array, out=array)
    array += 1
    np.reciprocal(array, out=array)
