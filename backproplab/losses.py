"""Losses: one number for a batch, and its gradient with respect to the network's outputs. Lesson 09.

A loss is a pair, as a layer is: `forward(outputs, targets)` returns the loss as a float and keeps what its
derivative needs; `backward()` returns ∂L/∂outputs, the first `upstream` of a backward pass.

The last axis of the outputs holds the features of one *prediction*, the axes before it count predictions: one
for each example of `(batch, features)`, one for each example and time of `(batch, time, features)`. Within a
prediction a loss adds up; over all predictions of the batch it averages (`reduction="mean"`), unless told to
add up (`reduction="sum"`). Predictions that a mask leaves out, such as the padding of a sequence, are neither
added nor counted, and their gradient is 0.

The two cross-entropies take *logits*, the numbers before sigmoid or softmax: fusing the two keeps them exact
where the probability itself would round to 0 or 1.
"""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.arrays import as_numbers, describe, first, plain
from backproplab.layers.contract import Array, NotYetError, Shape
from backproplab.targets import Masked, Targets, as_mask, one_hot, with_mask, without_mask

Reduction = Literal["mean", "sum"]


class Loss:
    """What the losses share: checked targets, the reduction, the mask, the order of calls.

    A loss of your own gives one method, `total`. All that is kept between forward and backward is an array of
    the loss's own: outputs and targets may be written over in between.
    """

    error: Array
    """`(predictions, features)` or in the outputs' shape: the derivative of `total`, which `total` sets."""
    counted: int
    """How many predictions the last forward averaged (or added up): those that its mask did not leave out."""
    mask: NDArray[np.bool_] | None
    """Of the last forward: which predictions counted; None if all did."""
    weight: float | None = None
    """What each prediction counts in the loss: 1 / counted for a mean, 1 for a sum. None before a forward."""

    def __init__(self, reduction: Reduction = "mean") -> None:
        if reduction not in ("mean", "sum"):
            raise ValueError(f"reduction must be 'mean' or 'sum' over the batch, got {reduction!r}")
        self.reduction = reduction

    def total(self, outputs: Array, targets: Array) -> float:
        """The losses of these predictions, added up; sets `error` to the derivative for each output.

        Outputs and targets have one shape and dtype: the last axis is that of the features, and nothing that
        is left out is among them. `error` is an array of its own, of that shape.
        """
        raise NotImplementedError

    def forward(self, outputs: Array, targets: Targets, *, mask: ArrayLike | None = None) -> float:
        """The loss of outputs `(batch, ..., features)` against targets that `encode` takes.

        A `mask` says which predictions count, as `Masked(targets, mask)` does. If none does, the loss is 0,
        and so is its gradient.
        """
        fits = isinstance(outputs, np.ndarray) and outputs.dtype.kind == "f" and outputs.ndim > 0
        if not fits or outputs.size == 0:
            raise TypeError(
                f"{type(self).__name__} expected a non-empty float array of outputs, shape (batch, ...), "
                f"got {describe(outputs)}"
            )
        if mask is not None:
            if isinstance(targets, Masked):
                raise TypeError("got two masks, one beside the targets and one in Masked; pass one")
            targets = Masked(targets, mask)
        outputs = plain(outputs)
        encoded = self.encode(targets, outputs.shape, outputs.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # the loss itself tells: it is infinite, or nan
            return self.compute(outputs, encoded)

    def compute(self, outputs: Array, targets: Array) -> float:
        """`forward` for targets that `encode` has made: no checks, for the inside of a training loop."""
        self.mask = None
        if targets.shape != outputs.shape:  # `encode` has put a mask beside them
            targets, self.mask = without_mask(targets, outputs.shape)
            outputs, targets = outputs[self.mask], targets[self.mask]
        self.counted = len(outputs) if outputs.ndim <= 2 else outputs.size // outputs.shape[-1]
        self.weight = 1.0 / max(self.counted, 1) if self.reduction == "mean" else 1.0
        return self.total(outputs, targets) * self.weight

    def backward(self) -> Array:
        """∂L/∂outputs of the last `forward`, in the outputs' shape and dtype: a new array at each call."""
        if self.weight is None:
            raise NotYetError(f"{type(self).__name__}.backward needs what forward keeps; call forward first")
        gradient = self.error * self.weight
        if self.mask is None:
            return gradient
        whole = np.zeros(self.mask.shape + gradient.shape[1:], gradient.dtype)
        whole[self.mask] = gradient
        return whole

    def encode(self, targets: Targets, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets as one checked array of the outputs' `shape` and `dtype`, a row for each row of the batch.

        Of `Masked` targets, the mask follows as one feature more: 1 where the prediction counts, else 0.
        ValueError and TypeError say which target is wrong, and what would be right.
        """
        if not isinstance(targets, Masked):
            return self.check(targets, shape, dtype)
        mask = as_mask(targets.mask, shape[:-1] if len(shape) > 1 else shape)
        given = plain(targets.targets)
        if given.shape[: mask.ndim] == mask.shape:  # else `check` says what is wrong
            labels = given.ndim == mask.ndim
            harmless = given.dtype.type(0) if labels else 1 / shape[-1]  # a target that every loss takes
            given = np.where(mask if labels else mask[..., np.newaxis], given, harmless)
        return with_mask(self.check(given, shape, dtype), mask)

    def check(self, targets: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets without a mask, as an array of `shape` and `dtype`; errors as `encode` has them."""
        encoded = as_numbers(targets, dtype)
        if encoded.shape != shape:
            raise ValueError(
                f"{type(self).__name__} expected targets of the outputs' shape {shape}, got {encoded.shape}; "
                "reshape one of them, so that each output has its own target"
            )
        return encoded

    def right(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """Which predictions vote for their target's class: `(batch,)`, or `(batch, time)`.

        Targets as `encode` makes them. Of masked targets those that count alone, `(counted,)`, in order: the
        mean is the accuracy either way. A prediction that holds nan is never right.
        """
        if targets.shape != outputs.shape:
            targets, mask = without_mask(targets, outputs.shape)
            outputs, targets = outputs[mask], targets[mask]
        if outputs.ndim == 1:
            outputs, targets = outputs[:, np.newaxis], targets[:, np.newaxis]
        agree: NDArray[np.bool_] = self.agree(outputs, targets) & ~np.isnan(outputs).any(axis=-1)
        return agree

    def accuracy(self, outputs: Array, targets: Array) -> float:
        """Share of the predictions that count which are `right`; nan if none counts."""
        right = self.right(outputs, targets)
        return float(right.mean()) if right.size else math.nan

    def agree(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """Of each prediction: the largest output is its vote; a single output votes yes above ½."""
        if outputs.shape[-1] > 1:
            return same_largest(outputs, targets)
        agree: NDArray[np.bool_] = np.equal(outputs > 0.5, targets > 0.5)[..., 0]
        return agree

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reduction!r})"


class SquaredError(Loss):
    """L = ½ Σ (y − t)², with ∂L/∂y = y − t. The ½ is there to cancel the 2.

    Outputs `(batch, ..., features)`, or `(batch,)` for one feature each, and targets of the same shape.
    With k features it is k/2 times PyTorch's `MSELoss`, which has no ½ and averages over features, too.

    >>> loss = SquaredError()
    >>> round(loss.forward(np.array([[0.522933785]]), [[1.0]]), 9)
    0.113796087
    >>> loss.backward().round(9)
    array([[-0.47706622]])
    """

    def total(self, outputs: Array, targets: Array) -> float:
        """½ Σ (y − t)², with the derivative y − t."""
        self.error = outputs - targets
        # Squares leave float32 above 1.8e19 and below 1e-23, where the errors themselves do not.
        error = self.error.astype(np.float64, copy=False)
        return 0.5 * float(np.vdot(error, error))


class BinaryCrossEntropy(Loss):
    """L = −t log p − (1 − t) log(1 − p) with p = sigmoid(z), from logits z; ∂L/∂z = p − t.

    Outputs `(batch, ..., features)`, or `(batch,)`, each a yes or no of its own; targets of the same shape,
    between 0 and 1. Computed as max(z, 0) − z t + log(1 + e^−|z|), which neither overflows nor takes the log
    of 0. A logit of ±∞ stands for a p of exactly 1 or 0: its loss is 0 where t is that p, else infinite.
    With k features it is k times PyTorch's `BCEWithLogitsLoss`, which averages over them, too.

    >>> loss = BinaryCrossEntropy()
    >>> loss.forward(np.array([[1000.0], [-1000.0]]), [[1], [1]])
    500.0
    """

    def check(self, targets: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets between 0 and 1, in the outputs' shape and dtype."""
        checked = super().check(targets, shape, dtype)
        bad = (checked < 0) | (checked > 1)
        if bad.any():
            raise ValueError(
                f"BinaryCrossEntropy expected targets between 0 and 1, got {float(checked.min())} to "
                f"{float(checked.max())}; code the two classes as 0 and 1 (first not so: index {first(bad)})"
            )
        return checked

    def total(self, outputs: Array, targets: Array) -> float:
        """Σ max(z, 0) − z t + log(1 + e^−|z|), with the derivative p − t."""
        small = np.exp(-np.abs(outputs))  # e^−|z| lies in (0, 1]: never overflows
        probabilities = np.where(outputs >= 0, 1, small) / (1 + small)
        self.error = probabilities - targets
        losses = np.maximum(outputs, 0) - outputs * targets + np.log1p(small)
        value = float(losses.sum())
        if math.isfinite(value):
            return value
        return self._with_infinities(outputs, targets)

    def agree(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """Whether all of a prediction's outputs vote for their targets: p is above ½ where z is above 0."""
        agree: NDArray[np.bool_] = np.logical_and.reduce(np.equal(outputs > 0, targets > 0.5), axis=-1)
        return agree

    @staticmethod
    def _with_infinities(z: Array, targets: Array) -> float:
        """The same sum where 0 · ∞ is 0; it may leave float32."""
        small = np.log1p(np.exp(-np.abs(z)))
        yes = np.multiply(targets, np.maximum(-z, 0) + small, where=targets > 0, out=np.zeros_like(z))
        no = np.multiply(1 - targets, np.maximum(z, 0) + small, where=targets < 1, out=np.zeros_like(z))
        return float((yes + no).sum(dtype=np.float64))


class SoftmaxCrossEntropy(Loss):
    """L = −Σ t log p with p = softmax(z), from logits z; ∂L/∂z = p − t.

    Outputs `(batch, ..., classes)`. Targets: class labels, integers `(batch, ...)` from 0 to classes − 1, or
    rows `(batch, ..., classes)` that add up to 1 (one-hot, or probabilities). The largest logit of a row is
    taken off first, which changes nothing in softmax and keeps every exponential at most 1.

    A logit of −∞ stands for a p of exactly 0: it costs nothing where the target is 0, else the loss is
    infinite. The loss is nan where a logit is +∞, all of a row are −∞, or two are further apart than their
    dtype can hold. A row's loss is exact to the rounding of 1, 6e-8 in float32 and 1e-16 in float64: one much
    smaller reads 0.

    >>> loss = SoftmaxCrossEntropy()
    >>> loss.forward(np.array([[1000.0, 0.0, -1000.0]]), [1])
    1000.0
    >>> loss.backward()
    array([[ 1., -1.,  0.]])
    """

    probabilities: Array
    """softmax(z) of the last forward, in the outputs' shape; with a mask `(counted, classes)`, in order."""

    def check(self, targets: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets as rows of probabilities, one-hot where class labels came in."""
        if len(shape) < 2:
            raise ValueError(
                f"SoftmaxCrossEntropy expected outputs of shape (batch, ..., classes), got {shape}"
            )
        given = as_numbers(targets)
        if given.shape == shape[:-1]:
            return one_hot(given, shape[-1], dtype)
        if given.shape != shape:
            predictions = " × ".join(map(str, shape[:-1]))
            advice = "pass integers (batch, ...) or one-hot rows (batch, ..., classes)"
            if given.shape == (*shape[:-1], 1):
                advice = "drop the last axis of the labels with labels[..., 0]"
            raise ValueError(
                f"SoftmaxCrossEntropy expected {predictions} class labels or targets of shape {shape}, "
                f"got {given.shape}; {advice}"
            )
        bad = (given < 0).any(axis=-1) | ~np.isclose(given.sum(axis=-1), 1, atol=1e-5)
        if bad.any():
            index = first(bad)
            raise ValueError(
                f"SoftmaxCrossEntropy expected each row of targets to be probabilities that add up to 1, got "
                f"{given[index]} in row {index}; divide each row by its sum, or pass class labels"
            )
        return given.astype(dtype, copy=False)

    def total(self, outputs: Array, targets: Array) -> float:
        """Σ log of the sum of exponentials, less the target's logit, with the derivative p − t."""
        shifted = outputs - np.maximum.reduce(outputs, axis=-1, keepdims=True)
        exponentials = np.exp(shifted)
        totals = np.add.reduce(exponentials, axis=-1, keepdims=True)
        self.probabilities = np.divide(exponentials, totals, out=exponentials)
        self.error = self.probabilities - targets
        value = float(np.add.reduce(np.log(totals), axis=None) - np.vdot(targets, shifted))
        if math.isfinite(value):
            return value
        return self._with_infinities(outputs, np.log(totals) - shifted, targets)

    def agree(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """Whether the largest logit of a prediction is that of its target's largest probability."""
        return same_largest(outputs, targets)

    @staticmethod
    def _with_infinities(logits: Array, surprises: Array, targets: Array) -> float:
        """Σ t · −log p where 0 times the surprise at a logit of −∞ is 0; it may leave float32."""
        matters = (targets > 0) | ~np.isneginf(logits)
        losses = np.multiply(targets, surprises, where=matters, out=np.zeros_like(surprises))
        return float(losses.sum(dtype=np.float64))


def same_largest(outputs: Array, targets: Array) -> NDArray[np.bool_]:
    """Of each row, whether its largest entry stands in one place in both; the first one of several."""
    agree: NDArray[np.bool_] = np.equal(outputs.argmax(axis=-1), targets.argmax(axis=-1))
    return agree
