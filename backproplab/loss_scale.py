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
from backproplab.optimizers import Optimizer, above_zero
from backproplab.targets import Targets


class LossScale(Optimizer):
    """Another optimiser, which gets gradients divided by the scale that their loss was multiplied by.

        scaled = LossScale(SGD(0.1))
        fit(network, scaled.loss(SquaredError()), x, targets, optimizer=scaled, epochs=3, batch_size=32)

    How large may the scale be? As large as it can without an overflow, and that is tried: where a gradient
    has an entry that is infinite or nan, the step is **skipped** (`skipped` counts them) and the scale
    halved; after `patience` steps in a row that were made, it is doubled. At a scale of 1, a gradient that
    is not finite is nobody's overflow: it goes to the other optimiser as it is, for `fit` to notice.

    `network.gradient` holds the scaled gradient. The loss is told unscaled.

    >>> from backproplab import SGD
    >>> scaled = LossScale(SGD(0.1), scale=8.0)
    >>> parameters = np.array([1.0, 2.0])
    >>> scaled.step(parameters, np.array([np.inf, 8.0]))
    >>> parameters, scaled.scale, scaled.skipped
    (array([1., 2.]), 4.0, 1)
    >>> scaled.step(parameters, np.array([4.0, -8.0]))
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
        if patience < 1:
            raise ValueError(f"patience is a number of steps, at least 1, got {patience}")
        super().__init__(optimizer.schedule)
        self.optimizer = optimizer
        self.scale = max(above_zero(scale, "scale"), 1.0)
        self.patience = patience
        self.skipped = 0
        self.made_in_a_row = 0

    def loss(self, loss: Loss) -> "ScaledLoss":
        """The loss, with its gradient multiplied by the scale of the moment."""
        return ScaledLoss(loss, self)

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """Let the other optimiser make its step with the gradient divided by the scale; or skip it."""
        np.divide(gradient, self.scale, out=self.change)
        if self.scale > 1.0 and not np.isfinite(self.change).all():
            self.scale, self.made_in_a_row = max(self.scale / 2.0, 1.0), 0
            self.skipped += 1
            return
        self.optimizer.step(parameters, self.change)
        self.made_in_a_row += 1
        if self.made_in_a_row == self.patience:
            self.scale, self.made_in_a_row = 2.0 * self.scale, 0


class ScaledLoss(Loss):
    """A loss whose gradient is multiplied by the scale of a `LossScale`; in all else it is that loss."""

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
        return self.inner.backward() * self.scaling.scale

    def encode(self, targets: Targets, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """As the loss itself."""
        return self.inner.encode(targets, shape, dtype)

    def agree(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """As the loss itself."""
        return self.inner.agree(outputs, targets)

    def __repr__(self) -> str:
        return f"ScaledLoss({self.inner!r})"
