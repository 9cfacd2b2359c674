"""Loss scaling: small gradients, made large for the way back through half precision, and small again.

float16 rounds to 0 what is below 3e-8, and many messages are. Backpropagation is linear in the message that
it starts from: with ∂L/∂outputs times 1,000, every gradient comes out times 1,000. So multiply there by a
power of two, which costs no digit, and divide by it before the step. Lesson 16. Source: Micikevicius and
others, *Mixed precision training*, 2018.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array, Shape
from backproplab.losses import Loss
from backproplab.network import at_least_one
from backproplab.optimizers import Optimizer, above_zero
from backproplab.targets import Targets


class LossScale(Optimizer):
    """Another optimiser, which gets gradients divided by the scale that their loss was multiplied by.

        scaled = LossScale(SGD(0.1))
        fit(network, scaled.loss(SquaredError()), x, targets, optimizer=scaled, epochs=3, batch_size=32)

    How large may the scale be? As large as it can without an overflow, and that is tried: where a gradient
    has an entry that is infinite or nan, the step is **skipped** (`skipped` counts them) and the scale
    halved; after `patience` steps in a row that were made, it is doubled. It is not doubled beyond 2⁶⁴ in
    float32 and 2⁵¹² in float64, half of what the exponent holds, so that a gradient that is always small, or
    0, does not drive it to infinity. At a scale of 1, a gradient that is not finite is nobody's overflow: it
    goes to the other optimiser as it is, for `fit` to notice.

    `network.gradient` holds the scaled gradient; the value of the loss is not scaled. To clip, put the
    clipping inside, where the gradient has its own size: `LossScale(Clipped(SGD(0.1), max_norm=1.0))`.

    By hand, `multiply` the upstream gradient, or the gradient itself; a step divides by what it was then. A
    step without one is a RuntimeError: the gradient would be divided by a scale that it never had.

    >>> from backproplab import SGD
    >>> scaled = LossScale(SGD(0.1), scale=8.0)
    >>> parameters = np.array([1.0, 2.0])
    >>> scaled.step(parameters, scaled.multiply(np.array([np.inf, 1.0])))
    >>> parameters, scaled.scale, scaled.skipped
    (array([1., 2.]), 4.0, 1)
    >>> scaled.step(parameters, scaled.multiply(np.array([1.0, -2.0])))
    >>> parameters
    array([0.9, 2.2])
    """

    def __init__(self, optimizer: Optimizer, *, scale: float = 2.0**16, patience: int = 200) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"LossScale expected an optimiser, such as SGD(0.1), got {optimizer!r:.80}")
        if optimizer.steps:
            raise ValueError(
                f"LossScale got an optimiser that has made {optimizer.steps} steps already; give it a new one"
            )
        if above_zero(scale, "scale") < 1.0:
            raise ValueError(f"a scale is there to make gradients larger: at least 1, got {scale}")
        super().__init__(optimizer.schedule)
        self.optimizer = optimizer
        self.scale = float(scale)
        self.patience = at_least_one(patience, "patience")
        self.made_in_a_row = 0
        self.used: float | None = None
        """The scale of the gradient that the next step is made with; None before there is one."""

    @property
    def skipped(self) -> int:
        """How many steps were skipped, of those that were asked for."""
        return self.steps - self.optimizer.steps

    @property
    def learning_rate(self) -> float:
        """The rate of the other optimiser's next step: a skipped one does not move its schedule on."""
        return self.optimizer.learning_rate

    def loss(self, loss: Loss) -> "ScaledLoss":
        """The loss, with its gradient multiplied by the scale of the moment."""
        if not isinstance(loss, Loss):
            raise TypeError(f"LossScale.loss expected a loss, such as SquaredError(), got {loss!r:.80}")
        return ScaledLoss(loss, self)

    def multiply(self, upstream: Array) -> Array:
        """A gradient times the scale, for the next step to divide by; a new array."""
        self.used = self.scale
        return upstream * self.scale

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """Let the other optimiser make its step with the gradient divided by its scale; or skip it."""
        if self.used is None:
            raise RuntimeError(
                "LossScale got a gradient that it has not scaled, and would divide it all the same; train "
                "with the loss that it gives, scaled.loss(SquaredError()), in place of the loss itself"
            )
        np.divide(gradient, self.used, out=self.change)
        self.used = None
        if self.scale > 1.0 and not np.isfinite(self.change).all():
            self.scale, self.made_in_a_row = max(self.scale / 2.0, 1.0), 0
            return
        self.optimizer.step(parameters, self.change)
        self.made_in_a_row += 1
        if self.made_in_a_row == self.patience:
            most = 2.0 ** (np.finfo(gradient.dtype).maxexp // 2)
            self.scale, self.made_in_a_row = max(self.scale, min(2.0 * self.scale, most)), 0


class ScaledLoss(Loss):
    """A loss whose gradient is multiplied by the scale of a `LossScale`; in all else it is that loss.

    `error`, and what else the loss sets, such as `probabilities`, are those of the loss itself, unscaled.
    """

    def __init__(self, loss: Loss, scaling: LossScale) -> None:
        super().__init__(loss.reduction)
        self.inner, self.scaling = loss, scaling

    def compute(self, outputs: Array, targets: Array) -> float:
        """The loss itself, unscaled."""
        value = self.inner.compute(outputs, targets)
        self.counted, self.weight, self.mask = self.inner.counted, self.inner.weight, self.inner.mask
        return value

    def backward(self) -> Array:
        """∂L/∂outputs times the scale."""
        return self.scaling.multiply(self.inner.backward())

    def encode(self, targets: Targets, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """As the loss itself."""
        return self.inner.encode(targets, shape, dtype)

    def agree(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """As the loss itself."""
        return self.inner.agree(outputs, targets)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "inner":  # a copy asks before there is one
            raise AttributeError(f"ScaledLoss has no {name}")
        return getattr(self.inner, name)

    def __repr__(self) -> str:
        return f"ScaledLoss({self.inner!r})"
