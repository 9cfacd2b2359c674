"""A gated recurrent unit: a recurrent layer that learns how much of its state to keep. Lesson 20."""

from typing import Any

import numpy as np

from backproplab.layers.activations import sigmoid
from backproplab.layers.contract import Array, Cost, Formulas, Shape
from backproplab.layers.recurrent import Recurrent


class GRU(Recurrent):
    """h_t = (1 − z) h_{t−1} + z h̃: a gate z says how much of each state is new. Lesson 20.

    h̃ = tanh(x_t W_h + r (h_{t−1} U_h) + b_h), and both gates are sigmoids: z of x_t W_z + h_{t−1} U_z + b_z,
    and r of x_t W_r + h_{t−1} U_r + b_r. Shapes: as of `RNN`, but W `weights` `(features, 3 units)`, U
    `recurrent` `(units, 3 units)` and b `bias` `(3 units,)` hold the columns of z, then of r, then of h̃. b_z
    starts at `update_bias`, the rest of b at 0: a negative one keeps z near 0, and the state as it was.
    `truncate` and errors are as in `RNN`. Source: Cho et al. 2014.

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

    keeps = {"x": "input", "h": "output", "gates": "own", "state_product": "own"}
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
        if not (isinstance(update_bias, int | float | np.number) and np.isfinite(update_bias)):
            raise ValueError(f"GRU's update_bias is where b_z starts: a finite number, got {update_bias!r}")
        self.update_bias = float(update_bias)
        super().__init__(features, units, truncate=truncate)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """States h `(batch, time, units)` of x; keeps both, the gates z, r and h̃, and h_{t−1} U_h."""
        self.check_input(x)
        self.x = x
        self.gates: Array = np.matmul(x, self.weights)  # at first the sums, then z, r, h̃
        self.gates += self.bias
        h = np.empty((*x.shape[:2], self.units), x.dtype) if out is None else out
        self.state_product: Array = np.zeros_like(h)  # h_{t−1} U_h
        before: Array = np.zeros_like(h[:, 0])
        squashed = slice(2 * self.units)
        for t in range(x.shape[1]):
            gates, from_state = self.gates[:, t], self.state_product[:, t]
            if t > 0:
                product = before @ self.recurrent
                gates[:, squashed] += product[:, squashed]
                from_state[...] = product[:, 2 * self.units :]
            sigmoid(gates[:, squashed], out=gates[:, squashed])
            z, r, candidate = self.parts_of(gates)
            candidate += r * from_state
            np.tanh(candidate, out=candidate)
            h[:, t] = before + z * (candidate - before)
            before = h[:, t]
        self.h: Array = h
        return h

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """∂L/∂W, ∂L/∂U and ∂L/∂b, added over batch and time; returns ∂L/∂x `(batch, time, features)`."""
        h, from_state = self.h, self.state_product
        self.check_upstream(upstream, h)
        steps = h.shape[1]
        z, r, candidate = self.parts_of(self.gates)
        before = np.zeros_like(h)
        before[:, 1:] = h[:, :-1]

        straight = 1 - z  # ∂h_t/∂h_{t−1} on the straight path
        slope_z = (candidate - before) * z * straight  # ∂h_t/∂ what z is the sigmoid of
        slope_candidate = z * (1 - candidate * candidate)  # ∂h_t/∂ what h̃ is the tanh of
        slope_r = from_state * r * (1 - r)  # ∂ what h̃ is the tanh of / ∂ what r is the sigmoid of

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
