"""Optimisers: what to do with a gradient once backpropagation has delivered it. Lesson 15.

Each works in place on one flat vector of parameters and one flat gradient of the same shape. A learning rate
is a number, or a schedule: a function from the step (0, 1, 2 …) to a number, such as `StepDecay`,
`CosineDecay` and `WarmUp`. A schedule may be asked for the same step more than once, and should then say the
same.

A gradient is not searched for nan: what is nan in it becomes nan in the parameters, and stays so in whatever
an optimiser remembers. `fit` notices, since the next loss is nan.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import SupportsFloat

import numpy as np

from backproplab.arrays import describe
from backproplab.layers.contract import Array

Schedule = Callable[[int], float]

BLOCK = 65_536
"""So many parameters plain descent moves at a time where there are more than twice as many: their gradient,
their change and they themselves then fit a processor's cache together."""

SMALLEST = float(np.finfo(np.float32).tiny)
"""The smallest number that float32 holds with all its digits."""


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every step."""

    learning_rate: float

    def __post_init__(self) -> None:
        at_least_zero(self.learning_rate, "learning rate")

    def __call__(self, step: int) -> float:
        """Learning rate at this step."""
        return self.learning_rate


@dataclass(frozen=True)
class StepDecay:
    """The learning rate times `factor` every `every` steps.

    >>> schedule = StepDecay(0.1, every=100, factor=0.5)
    >>> schedule(0), schedule(99), schedule(100), schedule(200)
    (0.1, 0.1, 0.05, 0.025)
    """

    learning_rate: float
    every: int
    factor: float

    def __post_init__(self) -> None:
        at_least_zero(self.learning_rate, "learning rate")
        at_least_zero(self.factor, "factor")
        if not self.every >= 1:  # so that nan does not pass
            raise ValueError(f"the rate cannot drop more often than every step, got every={self.every}")

    def __call__(self, step: int) -> float:
        """Learning rate at this step."""
        return self.learning_rate * self.factor ** (step // self.every)


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine wave from `learning_rate` down to `final` over `steps` steps, then `final`.

    Source: Loshchilov and Hutter 2017, without restarts.

    >>> schedule = CosineDecay(0.1, steps=10)
    >>> schedule(0), round(schedule(5), 9), schedule(10)
    (0.1, 0.05, 0.0)
    """

    learning_rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        at_least_zero(self.learning_rate, "learning rate")
        at_least_zero(self.final, "final learning rate")
        if not self.steps >= 1:  # so that nan does not pass
            raise ValueError(f"a cosine needs at least one step to come down, got steps={self.steps}")

    def __call__(self, step: int) -> float:
        """Learning rate at this step."""
        fraction = min(step / self.steps, 1.0)
        return self.final + 0.5 * (self.learning_rate - self.final) * (1 + math.cos(math.pi * fraction))


@dataclass(frozen=True)
class WarmUp:
    """The rate of another schedule, or a constant one, rising to its full size over the first `steps` steps.

    Step t = 0, 1, 2 … has (t + 1) / steps of the rate that `schedule` says for it, so that the first step is
    not 0. Source: Goyal and others 2017, "Accurate, large minibatch SGD", section 2.2.

    >>> warm = WarmUp(0.1, steps=5)
    >>> [round(warm(step), 9) for step in (0, 1, 4, 5, 100)]
    [0.02, 0.04, 0.1, 0.1, 0.1]
    """

    schedule: float | Schedule
    steps: int

    def __post_init__(self) -> None:
        if not callable(self.schedule):
            at_least_zero(self.schedule, "learning rate")
        if not self.steps >= 1:  # so that nan does not pass
            raise ValueError(f"a warm-up takes at least one step, got steps={self.steps}")

    def __call__(self, step: int) -> float:
        """Learning rate at this step."""
        rate = self.schedule(step) if callable(self.schedule) else self.schedule
        return rate * min((step + 1) / self.steps, 1.0)


class Optimizer:
    """What the optimisers share: the learning rate and the count of steps."""

    parameters: Array | None = None
    """What the first step moved, and all others have to."""
    gradient: Array | None = None
    """The gradient of the last step, which need not be looked at again if it is the same array."""

    def __init__(self, learning_rate: float | Schedule) -> None:
        self.schedule = (
            learning_rate if callable(learning_rate) else Constant(number(learning_rate, "learning rate"))
        )
        self.steps = 0
        at_least_zero(self.schedule(0), "learning rate")

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step. ValueError or TypeError where a schedule gives none."""
        rate = self.schedule(self.steps)
        is_fine = type(rate) is float and 0.0 <= rate < math.inf
        return rate if is_fine else at_least_zero(rate, "learning rate")

    def step(self, parameters: Array, gradient: Array) -> None:
        """Move `parameters` in place, given the loss's gradient there; both flat, of one shape and dtype.

        The parameters stay the same array from step to step. What is refused changes nothing.
        """
        if parameters is not self.parameters or gradient is not self.gradient:
            self._meet(parameters, gradient)
        rate = self.learning_rate
        if self.steps == 0:
            self.start(parameters)
        self.move(parameters, gradient, rate)
        self.steps += 1

    def _meet(self, parameters: Array, gradient: Array) -> None:
        """Keep the arrays of a step, if they can be worked with."""
        for array in (parameters, gradient):
            odd = isinstance(array, np.ma.MaskedArray | np.matrix)  # they have an arithmetic of their own
            if odd or not isinstance(array, np.ndarray) or array.dtype.kind != "f":
                raise TypeError(
                    f"an optimiser moves an array of floats by another, got {describe(array)}; pass "
                    "network.parameters and network.gradient, or make one with np.array(..., dtype=float)"
                )
        if parameters.shape != gradient.shape or parameters.dtype != gradient.dtype:
            raise ValueError(
                f"parameters {parameters.shape} {parameters.dtype} and gradient {gradient.shape} "
                f"{gradient.dtype} must agree; pass network.parameters and network.gradient"
            )
        if self.steps and parameters is not self.parameters:
            raise ValueError(
                "this optimiser remembers the parameters of another network; make a new one for each"
            )
        self.parameters, self.gradient = parameters, gradient

    def start(self, parameters: Array) -> None:
        """Make what has to be remembered between steps, on the first one."""
        self.change = np.empty_like(parameters)

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """The update itself."""
        raise NotImplementedError


class SGD(Optimizer):
    """θ ← θ − rate · v, with velocity v ← momentum · v + gradient.

    Without momentum, plain gradient descent. With `nesterov`, the step looks ahead:
    θ ← θ − rate · (gradient + momentum · v). Sources: Polyak 1964; Nesterov 1983, in the form of
    Sutskever, Martens, Dahl and Hinton 2013, the gradient taken where the parameters are.

    >>> parameters = np.array([1.0, 2.0])
    >>> SGD(0.1).step(parameters, np.array([10.0, -10.0]))
    >>> parameters
    array([0., 3.])
    """

    def __init__(
        self, learning_rate: float | Schedule, *, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate)
        self.momentum = below_one(momentum, "momentum")
        if nesterov and not self.momentum:
            raise ValueError("nesterov=True looks ahead along the momentum; give a momentum, such as 0.9")
        self.nesterov = nesterov

    def start(self, parameters: Array) -> None:
        """Start with no velocity."""
        self.change = np.empty_like(parameters[:BLOCK] if parameters.size > 2 * BLOCK else parameters)
        if self.momentum:
            self.velocity = np.zeros_like(parameters)

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """One multiplication and one subtraction over all parameters; two more with momentum."""
        direction = gradient
        if self.momentum:
            self.velocity *= self.momentum
            self.velocity += gradient
            direction = gradient + self.momentum * self.velocity if self.nesterov else self.velocity
        if self.change.size == parameters.size:
            np.multiply(direction, rate, out=self.change)
            parameters -= self.change
            return
        for start in range(0, len(parameters), BLOCK):
            block = parameters[start : start + BLOCK]
            block -= np.multiply(direction[start : start + BLOCK], rate, out=self.change[: len(block)])


class RMSProp(Optimizer):
    """θ ← θ − rate · g / (√s + ε), with s a running mean of g²: s ← decay · s + (1 − decay) · g².

    In float32 a gradient above 1.8e19 has an infinite square: its parameter then stands still. Source:
    Tieleman and Hinton 2012, lecture 6.5.
    """

    def __init__(
        self, learning_rate: float | Schedule, *, decay: float = 0.99, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        self.decay = below_one(decay, "decay")
        self.epsilon = above_zero(epsilon, "epsilon")

    def start(self, parameters: Array) -> None:
        """Start with a mean square of zero."""
        super().start(parameters)
        self.square = np.zeros_like(parameters)

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """Divide the gradient by its own recent size, entry by entry."""
        running_mean(self.square, gradient * gradient, self.decay)
        np.sqrt(self.square, out=self.change)
        self.change += self.epsilon
        np.divide(gradient, self.change, out=self.change)
        self.change *= rate
        parameters -= self.change


class Adam(Optimizer):
    """θ ← θ − rate · m̂ / (√ŝ + ε): running means m of g and s of g², each corrected for starting at 0.

    m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) at step t = 1, 2, … In float32 a gradient above 1.8e19 has an
    infinite square: its parameter then stands still. Source: Kingma and Ba 2015.
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        self.beta1, self.beta2 = below_one(beta1, "beta1"), below_one(beta2, "beta2")
        self.epsilon = above_zero(epsilon, "epsilon")

    def start(self, parameters: Array) -> None:
        """Start with both means at zero."""
        super().start(parameters)
        self.mean = np.zeros_like(parameters)
        self.square = np.zeros_like(parameters)

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """Divide the mean gradient by the root of the mean square, entry by entry."""
        running_mean(self.mean, gradient, self.beta1)
        running_mean(self.square, gradient * gradient, self.beta2)
        mean_correction = 1 - self.beta1 ** (self.steps + 1)
        square_correction = 1 - self.beta2 ** (self.steps + 1)
        np.sqrt(self.square, out=self.change)
        self.change /= math.sqrt(square_correction)
        self.change += self.epsilon
        np.divide(self.mean, self.change, out=self.change)
        self.change *= rate / mean_correction
        parameters -= self.change


class AdamW(Adam):
    """θ ← θ − rate · weight_decay · θ, and then the step of Adam.

    The decay does not enter the gradient, so it is not divided by √ŝ: every parameter loses the same share of
    itself. Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", in the form of
    PyTorch, where the rate scales the decay too.

    >>> parameters = np.array([10.0, 10.0])
    >>> AdamW(0.1, weight_decay=0.5).step(parameters, np.array([0.001, 1000.0]))
    >>> parameters.round(3)  # a 20th is gone from both, and a step of 0.1
    array([9.4, 9.4])
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        *,
        weight_decay: float = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
        self.weight_decay = at_least_zero(weight_decay, "weight_decay")

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """Shrink all parameters by one factor, then move as Adam does."""
        parameters *= 1 - rate * self.weight_decay
        super().move(parameters, gradient, rate)


def running_mean(mean: Array, new: Array, decay: float) -> None:
    """Mean ← decay · mean + (1 − decay) · new, in place."""
    mean *= decay
    mean += (1 - decay) * new


def at_least_zero(value: SupportsFloat, name: str) -> float:
    """The value as a float, if it is a finite number and not negative."""
    found = number(value, name)
    if not (math.isfinite(found) and found >= 0):
        raise ValueError(f"{name} must be a finite number of at least 0, got {found}")
    return found


def above_zero(value: SupportsFloat, name: str) -> float:
    """The value as a float, if it is finite and above 0, in float32 too."""
    found = number(value, name)
    if not SMALLEST <= found < math.inf:
        raise ValueError(
            f"{name} must be at least {SMALLEST:.2g}, lest something be divided by 0, got {found}"
        )
    return found


def below_one(value: SupportsFloat, name: str) -> float:
    """The value as a float, if it lies in [0, 1)."""
    found = number(value, name)
    if not 0 <= found < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {found}")
    return found


def number(value: SupportsFloat, name: str) -> float:
    """The value as a float; TypeError for text, truth values and arrays of numbers."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    return float(value)
