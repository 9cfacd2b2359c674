"""Normalization: subtract a mean, divide by a spread, in every pass. Lesson 14.

Both layers compute y = g x̂ + b with x̂ = (x − m) / s, and differ in whose mean m and spread s they take:

- `BatchNorm`: of each feature, over the rows of the batch (and the axes between, such as time);
- `LayerNorm`: of each example, over its features.

m and s depend on every x that they are taken of, so a message comes back on three paths. Together they make
one line: with p = ∂L/∂x̂, it is ∂L/∂x = (p − mean of p − x̂ · mean of p x̂) / s.
"""

import math
from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape

EPSILON, MOMENTUM = 1e-5, 0.1  # the usual ones, which a layer's repr leaves out


class Normalization(Layer):
    """y = g x̂ + b, for x `(batch, ..., features)`; `gain` g and `bias` b are `(features,)`, at first 1 and 0.

    s is the root of the variance + `epsilon`, so that equal numbers are not divided by 0.
    """

    gain: Array
    bias: Array
    gain_gradient: Array
    bias_gradient: Array

    keeps = {"normal": "own", "spread": "own"}
    in_place = True
    leading_axes = True
    formulas = Formulas(
        "y = g x̂ + b, x̂ = (x − m) / s",
        "∂L/∂y",
        "∂L/∂x = (p − mean of p − x̂ · mean of p x̂) / s, p = g · ∂L/∂y",
        {"gain": "∂L/∂g = x̂ · ∂L/∂y, added over the batch", "bias": "∂L/∂b = ∂L/∂y, added over the batch"},
    )

    def __init__(self, features: int, *, epsilon: float = EPSILON) -> None:
        kind = type(self).__name__
        if features < 1:
            raise ValueError(f"{kind} needs at least one feature, got {features}")
        if not 0 < epsilon < math.inf:
            raise ValueError(f"{kind}'s epsilon keeps it from dividing by 0: a number above 0, got {epsilon}")
        self.features = features
        self.epsilon = float(epsilon)
        self.input_shape = (features,)
        super().__init__(gain=np.ones(features), bias=np.zeros(features))

    def axes(self, x: Array) -> tuple[int, ...]:
        """The axes of x over which mean and spread are taken."""
        raise NotImplementedError(f"{type(self).__name__} does not say over which axes it takes its mean")

    # forward and backward, side by side

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y for x `(batch, ..., features)`, with their own mean and spread; keeps x̂ and s."""
        self.check_input(x)
        centred, _, variance = self.centred(x)
        self.spread: Array = np.sqrt(variance + self.epsilon)
        self.normal: Array = np.divide(centred, self.spread, out=centred)
        return self.scaled(self.normal, out)

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """∂L/∂g and ∂L/∂b, added over all but the last axis; returns ∂L/∂x."""
        normal = self.normal
        self.check_upstream(upstream, normal)
        axes = self.axes(normal)
        blame = upstream * self.gain  # p, ∂L/∂x̂
        rows = tuple(range(upstream.ndim - 1))
        self.gain_gradient = np.sum(upstream * normal, axis=rows, dtype=np.float64)
        self.bias_gradient = np.sum(upstream, axis=rows, dtype=np.float64)
        downstream: Array = np.subtract(
            blame, mean(blame, axes) + normal * mean(blame * normal, axes), out=out
        )
        downstream /= self.spread
        return downstream

    def centred(self, x: Array) -> tuple[Array, Array, Array]:
        """A new array x − m, and mean and variance, with axes of length 1 where these were taken."""
        axes = self.axes(x)
        average = mean(x, axes)
        apart: Array = x - average
        return apart, average, mean(np.square(apart), axes)

    def scaled(self, normal: Array, out: Array | None) -> Array:
        """G x̂ + b."""
        y: Array = np.multiply(normal, self.gain, out=out)
        y += self.bias
        return y

    # what goes in, what comes out, what it costs

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in, which ends with the features."""
        if input_shape[-1:] != self.input_shape:
            raise self.wrong_input(("batch", *input_shape))
        return input_shape

    def cost(self, input_shape: Shape) -> Cost:
        """Seven operations an element forward; three backward for the parameters, eight for the inputs."""
        size = int(np.prod(input_shape))
        return Cost(7 * size, 3 * size, 8 * size)

    def check_input(self, x: Array) -> None:
        """Raise unless x is a plain array `(batch, ..., features)` in the dtype of the parameters."""
        self.check_floats(x)
        if x.ndim < 2 or x.shape[-1] != self.features:
            raise self.wrong_input(x.shape)
        if x.dtype != self.gain.dtype:
            raise self.wrong_dtype(x.dtype, self.gain.dtype)

    def __repr__(self) -> str:
        epsilon = "" if self.epsilon == EPSILON else f", epsilon={self.epsilon}"
        return f"{type(self).__name__}({self.features}{epsilon})"


class LayerNorm(Normalization):
    """Each example by the mean and the spread of its own features. Source: Ba, Kiros and Hinton 2016.

    No example knows of another, so training and prediction are the same.

    >>> LayerNorm(3).forward(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])).round(3)
    array([[-1.225,  0.   ,  1.225],
           [-1.225,  0.   ,  1.225]])
    """

    def axes(self, x: Array) -> tuple[int, ...]:
        """The last one."""
        return (x.ndim - 1,)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """X̂, and a spread for each group of features."""
        size = int(np.prod(input_shape))
        return (size + size // self.features) * dtype.itemsize, False


class BatchNorm(Normalization):
    """Each feature by its mean and spread over the batch. Source: Ioffe and Szegedy 2015.

    Training and prediction are two methods, not one method with a switch:

    - `forward`, which `backward` belongs to, takes mean and spread of the batch that it is given;
    - `predict`, which `Network.predict` calls, takes the running ones, so that an answer does not depend on
      who else is in the batch, and can be given for one example.

    No gradient moves `running_mean` and `running_variance` `(features,)`. **`backward` moves them,** by the
    share `momentum` towards what its forward pass has seen: only a pass that goes back is training, and a
    look at other data with `forward` leaves them alone. (The variance is that with n − 1, as in PyTorch.)
    Until the first backward pass they are 0 and 1. A `predict` after forward makes backward an error.

    >>> batch_norm = BatchNorm(1)
    >>> batch_norm.forward(np.array([[1.0], [2.0], [3.0]])).round(3).ravel()
    array([-1.225,  0.   ,  1.225])
    >>> _ = batch_norm.backward(np.ones((3, 1)))
    >>> batch_norm.running_mean, batch_norm.predict(np.array([[0.2]])).round(3)
    (array([0.2]), array([[0.]]))
    """

    keeps = {"normal": "own", "spread": "own", "seen": "own"}
    state = ("running_mean", "running_variance")

    def __init__(self, features: int, *, epsilon: float = EPSILON, momentum: float = MOMENTUM) -> None:
        super().__init__(features, epsilon=epsilon)
        if not 0 < momentum <= 1:
            raise ValueError(
                "BatchNorm's momentum is the share of the newest batch, above 0 and at most 1, "
                f"got {momentum}"
            )
        self.momentum = float(momentum)
        self.running_mean = np.zeros(features)  # float64 in any network: sums of many small shares
        self.running_variance = np.ones(features)

    def axes(self, x: Array) -> tuple[int, ...]:
        """All but the last one."""
        return tuple(range(x.ndim - 1))

    def centred(self, x: Array) -> tuple[Array, Array, Array]:
        """By the mean of the batch; keeps mean and variance for the running ones."""
        count = x.size // self.features
        if count < 2:
            raise ValueError(
                f"BatchNorm trains on the spread of a batch, which one row does not have; got {x.shape}. "
                "Choose a batch size that leaves no single row over, or call predict, with running ones"
            )
        apart, average, variance = super().centred(x)
        self.seen = average.ravel().astype(np.float64), variance.ravel() * (count / (count - 1))
        return apart, average, variance

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """As every normalization; and the running mean and variance move towards those of the batch."""
        downstream = super().backward(upstream, out)
        for running, seen in zip((self.running_mean, self.running_variance), self.seen, strict=True):
            running += self.momentum * (seen - running)
        return downstream

    def predict(self, x: Array, out: Array | None = None) -> Array:
        """Y for x with the running mean and spread, each example by itself; keeps nothing."""
        self.check_input(x)
        vars(self).pop("normal", None)  # of another batch: backward would mix it with what this pass leaves
        spread = np.sqrt(self.running_variance + self.epsilon)
        normal: Array = ((x - self.running_mean) / spread).astype(x.dtype)
        return self.scaled(normal, out)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """X̂; mean and spread are of the whole batch, and do not grow with it."""
        return int(np.prod(input_shape)) * dtype.itemsize, False

    def __repr__(self) -> str:
        usual = super().__repr__()
        return usual if self.momentum == MOMENTUM else f"{usual[:-1]}, momentum={self.momentum})"


def mean(array: Array, axes: tuple[int, ...]) -> Array:
    """The mean over these axes, which stay with length 1; many rows of float32 are added in float64."""
    average: Array = array.mean(axis=axes, keepdims=True, dtype=np.float64).astype(array.dtype)
    return average
