"""Overfit one batch: whatever can learn at all learns a handful of examples by heart."""

import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.losses import Loss
from backproplab.network import Network, at_least_one
from backproplab.optimizers import Optimizer
from backproplab.targets import Targets
from backproplab.training.steps import how_many, steps

LEARNT = 0.1
"""Which share of its first loss a network has left once it knows the batch."""


class OneBatch(NamedTuple):
    """What came of training on one batch alone."""

    losses: NDArray[np.float64]
    """`(steps + 1,)`: the loss before each update, and after the last one."""

    @property
    def passed(self) -> bool:
        """Whether the last loss is below a tenth of the first one; nan is not."""
        return bool(self.losses[-1] < LEARNT * self.losses[0])

    def __str__(self) -> str:
        first, last = self.losses[0], self.losses[-1]
        verdict = "learnt by heart" if self.passed else "NOT LEARNT"
        return f"one batch, {len(self.losses) - 1} steps: loss {first:.3f} to {last:.3f}, {verdict}"


def overfit_one_batch(
    network: Network,
    loss: Loss,
    x: ArrayLike,
    targets: Targets,
    *,
    optimizer: Optimizer,
    updates: int = 300,
) -> OneBatch:
    """Train a copy of `network` on these examples alone, all of them in each of `updates` steps.

    x `(examples, ...)`, some ten or twenty; targets as `loss` takes them; `optimizer` as you train with, of
    which a copy is used too. The network that is given stays as it is.

    What passes can learn: look at how the data reaches it. What fails cannot, and the fault is in forward, in
    the loss, in backward or in the update. Three things it cannot tell: that backward is *right*, since many
    a wrong one learns by heart as well; that a rate is too small, if `updates` are too few; and what to
    expect of targets that cannot be met, such as two labels for one picture: their loss cannot come near 0.

    >>> from backproplab import SGD, Dense, SquaredError
    >>> line = Network([Dense(1, 1, initial="zeros")], dtype=np.float64)
    >>> print(overfit_one_batch(line, SquaredError(), [[1], [2]], [[3], [6]], optimizer=SGD(0.2), updates=9))
    one batch, 9 steps: loss 11.250 to 0.070, learnt by heart
    """
    network, optimizer = copy.deepcopy((network, optimizer))  # together: an optimiser knows its parameters
    at_least_one(updates, "updates")
    size = at_least_one(how_many(x), "the number of examples")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the loss itself tells
        walk = steps(
            network, loss, x, targets, optimizer=optimizer, batch_size=size, epochs=updates + 1, shuffle=False
        )
        losses = [step.loss for step in walk]
    return OneBatch(np.array(losses))
