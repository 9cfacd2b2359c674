"""Which examples of a batch a network gets most wrong: recorded from the forward pass of the very update."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Shape
from backproplab.network import Network, at_least_one
from backproplab.training.recorder import Measurement, Moment


class WorstExamples(Measurement):
    """The `count` examples of the step's batch with the largest cross-entropy, the worst first: `(5, count)`.

    Down the first axis: the example's row in the training data; its label, the class of its largest target;
    the class that the network read; the probability that it gave to this class; the example's loss. Where a
    batch has fewer examples, the columns that are left hold nan.

    It reads the probabilities that the step itself computed, so the loss must be SoftmaxCrossEntropy, with
    one prediction an example and no mask; else ValueError. Over a whole batch the losses average to
    `batch_loss`. A loss is −Σ t log p, of p in the network's dtype: ∞ where a p was rounded to 0.
    """

    def __init__(self, count: int = 4, *, at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        self.count = at_least_one(count, "count")

    def labels(self, network: Network) -> tuple[str, ...]:
        """What stands in each row of a measurement."""
        return ("row", "label", "read", "probability", "loss")

    def shape(self, network: Network) -> Shape:
        """`(5, count)`."""
        return (len(self.labels(network)), self.count)

    def measure(self, moment: Moment) -> NDArray[np.float64]:
        """Of the step's batch, at the weights that the step starts from."""
        targets = moment.targets[moment.batch].astype(np.float64)
        if moment.probabilities is None or moment.probabilities.shape != targets.shape or targets.ndim != 2:
            raise ValueError(
                "WorstExamples needs a probability for each class and one prediction an example, without a "
                f"mask: train with SoftmaxCrossEntropy() on outputs (batch, classes), not {moment.loss}"
            )
        p = moment.probabilities.astype(np.float64)
        with np.errstate(divide="ignore"):
            losses = -(targets * np.log(p, where=targets > 0, out=np.zeros_like(p))).sum(axis=1)
        worst = np.argsort(-losses, kind="stable")[: self.count]
        found = np.full((5, self.count), np.nan)
        found[:, : len(worst)] = [
            moment.batch[worst],
            targets[worst].argmax(axis=1),
            p[worst].argmax(axis=1),
            p[worst].max(axis=1),
            losses[worst],
        ]
        return found
