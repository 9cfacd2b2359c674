"""Clipping by norm: a limit on how long a gradient may be, for the rare step that would be far too long.

The gradient of *all* parameters is one arrow. Where it is longer than the limit, it is shortened to it: every
entry is multiplied by the same number, so that the direction stays. Lesson 13. Source: Pascanu, Mikolov and
Bengio, *On the difficulty of training recurrent neural networks*, 2013.
"""

import numpy as np

from backproplab.arrays import describe
from backproplab.layers.contract import Array
from backproplab.loss_scale import LossScale
from backproplab.norms import norm
from backproplab.optimizers import Optimizer, above_zero


def clipped(gradient: Array, max_norm: float) -> Array:
    """The gradient, or, where its norm is above `max_norm`, an arrow of that length in its direction.

    `gradient` is flat, of all parameters; what comes back is a new array of its dtype. An arrow with an
    infinite or nan entry has no direction: such entries become nan, and whoever watches the loss will notice.

    >>> clipped(np.array([3.0, 4.0]), 1.0)
    array([0.6, 0.8])
    >>> clipped(np.array([0.3, 0.4]), 1.0)
    array([0.3, 0.4])
    """
    if not isinstance(gradient, np.ndarray) or gradient.dtype.kind != "f":
        raise TypeError(
            f"clipped expected an array of floats, got {describe(gradient)}; make one with "
            "np.array(..., dtype=float)"
        )
    limit, length = above_zero(max_norm, "max_norm"), norm(gradient)
    if length <= limit:
        return gradient.copy()
    with np.errstate(invalid="ignore"):  # 0 · ∞ is nan, as said
        shortened = np.multiply(gradient, limit / length, dtype=np.float64)
    return shortened.astype(gradient.dtype)


class Clipped(Optimizer):
    """Another optimiser, which gets every gradient clipped to `max_norm`; the network keeps the whole one.

        fit(network, loss, x, targets, optimizer=Clipped(SGD(0.1), max_norm=1.0), epochs=3, batch_size=32)

    The limit is on the norm of the whole gradient, before the learning rate. So it comes before momentum and
    before Adam's division: what these remember was clipped too. A nan in the gradient stays one.

    >>> from backproplab import SGD
    >>> parameters = np.array([1.0, 2.0])
    >>> Clipped(SGD(0.1), max_norm=5.0).step(parameters, np.array([30.0, -40.0]))
    >>> parameters
    array([0.7, 2.4])
    """

    def __init__(self, optimizer: Optimizer, *, max_norm: float) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"Clipped expected an optimiser, such as SGD(0.1), got {optimizer!r:.80}")
        if isinstance(optimizer, LossScale):
            raise TypeError(
                "Clipped(LossScale(...)) would clip the gradient while it is scaled; turn them round: "
                "LossScale(Clipped(SGD(0.1), max_norm=1.0))"
            )
        if optimizer.steps:
            raise ValueError(
                f"Clipped got an optimiser that has made {optimizer.steps} steps already; give it a new one"
            )
        super().__init__(optimizer.schedule)
        self.optimizer = optimizer
        self.max_norm = above_zero(max_norm, "max_norm")

    def move(self, parameters: Array, gradient: Array, rate: float) -> None:
        """Let the other optimiser make its step with the clipped gradient."""
        self.change[...] = clipped(gradient, self.max_norm)
        self.optimizer.step(parameters, self.change)
