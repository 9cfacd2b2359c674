"""Optimisers: what to do with a gradient once backpropagation has delivered it. Lesson 13.

Each works in place on one flat vector of parameters and one flat gradient of the same shape. A learning rate
is a number, or a schedule: a function from the step (0, 1, 2 …) to a number, such as `StepDecay` and
`CosineDecay`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backproplab.layers.contract import Array

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every step."""

    learning_rate: float

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
        if self.every < 1:
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
        if self.steps < 1:
            raise ValueError(f"a cosine needs at least one step to come down, got steps={self.steps}")

    def __call__(self, step: int) -> float:
        """Learning rate at this step."""
        fraction = min(step / self.steps, 1.0)
        return self.final + 0.5 * (self.learning_rate - self.final) * (1 + math.cos(math.pi * fraction))


class Optimizer:
    """What the optimisers share: the learning rate and the count of steps."""

    def __init__(self, learning_rate: float | Schedule) -> None:
        self.schedule = learning_rate if callable(learning_rate) else Constant(learning_rate)
        self.steps = 0
        at_least_zero(self.learning_rate, "learning rate")

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.schedule(self.steps))

    def step(self, parameters: Array, gradient: Array) -> None:
        """Move `parameters` in place, given the loss's gradient there; both flat, of one shape and dtype."""
        if self.steps == 0:
            self.parameters = parameters
            if parameters.shape != gradient.shape or parameters.dtype != gradient.dtype:
                raise ValueError(
                    f"parameters {parameters.shape} {parameters.dtype} and gradient {gradient.shape} "
                    f"{gradient.dtype} must agree; pass network.parameters and network.gradient"
                )
            self.start(parameters)
        if parameters is not self.parameters:
            raise ValueError(
                "this optimiser remembers the parameters of another network; make a new one for each"
            )
        self.move(parameters, gradient, at_least_zero(self.learning_rate, "learning rate"))
        self.steps += 1

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
        self.momentum = below_one(float(momentum), "momentum")
        if nesterov and not momentum:
            raise ValueError("nesterov=True looks ahead along the momentum; give a momentum, such as 0.9")
        self.nesterov = nesterov

    def start(self, parameters: Array) -> None:
        """Start with no velocity."""
        super().start(parameters)
        if self.momentum:
            self.velocity = np.zeros_like(parameters)

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """One multiplication and one subtraction over all parameters; two more with momentum."""
        direction = gradient
        if self.momentum:
            self.velocity *= self.momentum
            self.velocity += gradient
            direction = gradient + self.momentum * self.velocity if self.nesterov else self.velocity
        np.multiply(direction, rate, out=self.change)
        parameters -= self.change


class RMSProp(Optimizer):
    """θ ← θ − rate · g / (√s + ε), with s a running mean of g²: s ← decay · s + (1 − decay) · g².

    Source: Tieleman and Hinton 2012, lecture 6.5.
    """

    def __init__(
        self, learning_rate: float | Schedule, *, decay: float = 0.99, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        self.decay = below_one(decay, "decay")
        self.epsilon = at_least_zero(epsilon, "epsilon")

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

    m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) at step t = 1, 2, … Source: Kingma and Ba 2015.
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
        self.epsilon = at_least_zero(epsilon, "epsilon")

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


def running_mean(mean: Array, new: Array, decay: float) -> None:
    """Mean ← decay · mean + (1 − decay) · new, in place."""
    mean *= decay
    mean += (1 - decay) * new


def at_least_zero(value: float, name: str) -> float:
    """The value, if it is a finite number and not negative."""
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be a finite number of at least 0, got {value}")
    return value


def below_one(value: float, name: str) -> float:
    """The value, if it lies in [0, 1)."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value}")
    return value
