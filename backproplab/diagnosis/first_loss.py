"""The loss before any step, beside that of a network which knows nothing: the price of one forward pass."""

import math
from typing import NamedTuple

from numpy.typing import ArrayLike

from backproplab.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy
from backproplab.network import Network
from backproplab.targets import Targets

ROOM_ABOVE = 1.0
"""How far above what is expected, per prediction, an untrained network may be.

Logits that are drawn at random with the standard deviation s cost about s²/2 more than equal ones. With the
starts of Xavier and He s is about 1, so that this is a half; at 1.4 it is 1.
"""

ROOM_BELOW = 0.2
"""Which share of what is expected an untrained network may be below it, by luck with few examples."""


class FirstLoss(NamedTuple):
    """The loss of an untrained network, and that of one which gives each class the same probability."""

    loss: float
    expected: float
    counted: float
    """How many predictions were added up: 1 for a loss that is a mean."""

    @property
    def verdict(self) -> str:
        """ "as expected", "too high" or "too low"."""
        if not self.loss <= self.expected + ROOM_ABOVE * self.counted:  # so that nan is too high
            return "too high"
        return "too low" if self.loss < (1 - ROOM_BELOW) * self.expected else "as expected"

    @property
    def passed(self) -> bool:
        """Whether the loss is as expected."""
        return self.verdict == "as expected"

    def __str__(self) -> str:
        suspects = {
            "too high": "; it is sure without a reason: weights or inputs are too large, or an axis is wrong",
            "too low": "; it knows too much: it is trained already, or the answers are among the inputs",
        }.get(self.verdict, "")
        return f"first loss {self.loss:.3f}, expected {self.expected:.3f}: {self.verdict}{suspects}"


def first_loss(network: Network, loss: Loss, x: ArrayLike, targets: Targets) -> FirstLoss:
    """The loss of `network` before training, compared with that of equal probabilities.

    x `(examples, ...)`; targets as `loss` takes them; a few hundred examples are enough. Expected is
    ln(classes) for SoftmaxCrossEntropy, and ln 2 for each output of BinaryCrossEntropy; a sum over the batch
    expects as many times that. Inputs that are too large do not show behind units that saturate, such as
    sigmoids, since what comes out of these is at most 1. TypeError for another loss: what it costs to know
    nothing depends on the data.

    >>> from backproplab import Dense
    >>> untrained = Network([Dense(2, 10, initial="zeros")])
    >>> print(first_loss(untrained, SoftmaxCrossEntropy(), [[0.5, 0.3]], [7]))
    first loss 2.303, expected 2.303: as expected
    """
    outputs = network.predict(x)
    if isinstance(loss, SoftmaxCrossEntropy):
        each = math.log(outputs.shape[-1])
    elif isinstance(loss, BinaryCrossEntropy):
        each = math.log(2) * (outputs.shape[-1] if outputs.ndim > 1 else 1)  # (batch,): one output each
    else:
        raise TypeError(
            f"first_loss knows what to expect of a cross-entropy, got {loss!r}; for a squared error, compare "
            "with the loss of answering the mean of the targets"
        )
    value = loss.forward(outputs, targets)
    counted = float(loss.counted) if loss.reduction == "sum" else 1.0
    return FirstLoss(value, each * counted, counted)
