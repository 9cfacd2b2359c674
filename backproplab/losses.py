"""Losses: one number for a batch, and its gradient with respect to the network's outputs.

A loss is a pair, as a layer is: `forward(outputs, targets)` returns the loss as a float and keeps what its
derivative needs; `backward()` returns ∂L/∂outputs, the first `upstream` of a backward pass. All three average
over the batch (`reduction="mean"`) unless told to add up (`reduction="sum"`); within an example they add up.
The two cross-entropies take *logits*, the numbers before sigmoid or softmax: fusing the two keeps them exact
where the probability itself would round to 0 or 1. Lesson 07.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Absent, Array, Shape

Reduction = Literal["mean", "sum"]


class Loss:
    """What the losses share: checked targets, the reduction, the order of calls."""

    error: Any = Absent(".backward needs what forward keeps; call forward first")
    probabilities: Any = error

    def __init__(self, reduction: Reduction = "mean") -> None:
        if reduction not in ("mean", "sum"):
            raise ValueError(f"reduction must be 'mean' or 'sum' over the batch, got {reduction!r}")
        self.reduction = reduction

    def forward(self, outputs: Array, targets: ArrayLike) -> float:
        """The loss of outputs `(batch, features)` against targets that `encode` takes."""
        if not isinstance(outputs, np.ndarray) or outputs.dtype.kind != "f" or outputs.size == 0:
            raise TypeError(
                f"{type(self).__name__} expected a non-empty float array of outputs, shape (batch, ...), "
                f"got {describe(outputs)}"
            )
        return self.compute(outputs, self.encode(targets, outputs.shape, outputs.dtype))

    def compute(self, outputs: Array, targets: Array) -> float:
        """`forward` for targets that `encode` has made: no checks, for the inside of a training loop."""
        raise NotImplementedError

    def backward(self) -> Array:
        """∂L/∂outputs of the last `forward`, in the outputs' shape and dtype."""
        raise NotImplementedError

    def encode(self, targets: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets as a checked array of the outputs' `shape` and `dtype`."""
        encoded = as_numbers(targets)
        if encoded.shape != shape:
            raise ValueError(
                f"{type(self).__name__} expected targets of the outputs' shape {shape}, got {encoded.shape}; "
                "reshape one of them, so that each output has its own target"
            )
        return encoded.astype(dtype, copy=False)

    def right(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """Whether each row of outputs votes for its target's class, `(batch,)`.

        Targets as `encode` makes them. The largest output is the vote; a single output votes yes above ½.
        """
        if outputs.ndim == 1 or outputs.shape[1] == 1:
            return np.equal(outputs > 0.5, targets > 0.5).reshape(len(outputs))
        agree: NDArray[np.bool_] = np.equal(outputs.argmax(axis=1), targets.argmax(axis=1))
        return agree

    def scale(self, batch: int) -> float:
        """What each example's loss counts: 1 / batch for a mean, 1 for a sum."""
        return 1.0 / batch if self.reduction == "mean" else 1.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reduction!r})"


class SquaredError(Loss):
    """L = ½ Σ (y − t)², with ∂L/∂y = y − t. The ½ is there to cancel the 2.

    Adds up over an example's outputs; averages (or adds up) over the batch.

    >>> loss = SquaredError()
    >>> round(loss.forward(np.array([[0.522933785]]), [[1.0]]), 9)
    0.113796087
    >>> loss.backward().round(9)
    array([[-0.47706622]])
    """

    error: Array

    def compute(self, outputs: Array, targets: Array) -> float:
        """½ Σ (y − t)²; keeps y − t."""
        self.error = outputs - targets
        return 0.5 * float(np.vdot(self.error, self.error)) * self.scale(len(outputs))

    def backward(self) -> Array:
        """The error y − t, over the batch size for a mean."""
        return self.error * self.error.dtype.type(self.scale(len(self.error)))


class BinaryCrossEntropy(Loss):
    """L = −t log p − (1 − t) log(1 − p) with p = sigmoid(z), from logits z; ∂L/∂z = p − t.

    Outputs `(batch,)` or `(batch, outputs)`, each a yes or no of its own; targets of the same shape, between
    0 and 1. Computed as max(z, 0) − z t + log(1 + e^−|z|), which neither overflows nor takes the log of 0.

    >>> loss = BinaryCrossEntropy()
    >>> loss.forward(np.array([[1000.0], [-1000.0]]), [[1], [1]])
    500.0
    """

    error: Array

    def encode(self, targets: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets between 0 and 1, in the outputs' shape and dtype."""
        encoded = super().encode(targets, shape, dtype)
        if not ((encoded >= 0) & (encoded <= 1)).all():
            raise ValueError(
                f"BinaryCrossEntropy expected targets between 0 and 1, got {float(encoded.min())} to "
                f"{float(encoded.max())}; code the two classes as 0 and 1"
            )
        return encoded

    def right(self, outputs: Array, targets: Array) -> NDArray[np.bool_]:
        """Whether all of a row's outputs vote for their targets: p is above ½ where its logit is above 0."""
        agree: NDArray[np.bool_] = np.equal(outputs > 0, targets > 0.5)
        whole: NDArray[np.bool_] = np.logical_and.reduce(agree.reshape(len(outputs), -1), axis=1)
        return whole

    def compute(self, outputs: Array, targets: Array) -> float:
        """The mean or sum over the batch; keeps p − t."""
        small = np.exp(-np.abs(outputs))  # e^−|z| lies in (0, 1]: never overflows
        probabilities = np.where(outputs >= 0, 1, small) / (1 + small)
        self.error = probabilities - targets
        losses = np.maximum(outputs, 0) - outputs * targets + np.log1p(small)
        return float(losses.sum()) * self.scale(len(outputs))

    def backward(self) -> Array:
        """The error p − t, over the batch size for a mean."""
        return self.error * self.error.dtype.type(self.scale(len(self.error)))


class SoftmaxCrossEntropy(Loss):
    """L = −Σ t log p with p = softmax(z), from logits z; ∂L/∂z = p − t.

    Outputs `(batch, classes)`. Targets: class labels, integers `(batch,)` from 0 to classes − 1, or rows
    `(batch, classes)` that add up to 1 (one-hot, or probabilities). The largest logit of a row is taken off
    first, which changes nothing in softmax and keeps every exponential at most 1.

    >>> loss = SoftmaxCrossEntropy()
    >>> loss.forward(np.array([[1000.0, 0.0, -1000.0]]), [1])
    1000.0
    >>> loss.backward()
    array([[ 1., -1.,  0.]])
    """

    probabilities: Array
    targets: Array

    def encode(self, targets: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Targets as rows of probabilities, one-hot where class labels came in."""
        if len(shape) != 2:
            raise ValueError(f"SoftmaxCrossEntropy expected outputs of shape (batch, classes), got {shape}")
        batch, classes = shape
        given = as_numbers(targets)
        if given.shape == (batch,):
            return one_hot(given, classes, dtype)
        if given.shape != shape:
            raise ValueError(
                f"SoftmaxCrossEntropy expected {batch} class labels or targets of shape {shape}, "
                f"got {given.shape}; pass integers (batch,) or one-hot rows (batch, classes)"
            )
        if (given < 0).any() or not np.allclose(given.sum(axis=1), 1, atol=1e-5):
            raise ValueError(
                "SoftmaxCrossEntropy expected each row of targets to be probabilities that add up to 1; "
                "divide each row by its sum, or pass class labels"
            )
        return given.astype(dtype, copy=False)

    def compute(self, outputs: Array, targets: Array) -> float:
        """Log of the sum of exponentials, less the target's logit; keeps probabilities and targets."""
        shifted = outputs - np.maximum.reduce(outputs, axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        totals = np.add.reduce(exponentials, axis=1, keepdims=True)
        self.probabilities = np.divide(exponentials, totals, out=exponentials)
        self.targets = targets
        log_likelihood = np.vdot(targets, shifted) - np.add.reduce(np.log(totals), axis=None)
        return -float(log_likelihood) * self.scale(len(outputs))

    def backward(self) -> Array:
        """The error p − t, over the batch size for a mean."""
        error = self.probabilities - self.targets
        error *= self.scale(len(error))
        return error


def one_hot(labels: NDArray[Any], classes: int, dtype: np.dtype[Any]) -> Array:
    """Rows `(batch, classes)` with a 1 at each label, from integer labels `(batch,)`.

    >>> one_hot(np.array([2, 0]), 3, np.dtype(np.float32))
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    if labels.dtype.kind not in "iub":
        raise TypeError(f"class labels must be integers, got {labels.dtype}; convert them with .astype(int)")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise ValueError(
            f"class labels must lie between 0 and {classes - 1}, got {low} to {high}; "
            f"give the network {high + 1} outputs, or number the classes from 0"
        )
    rows = np.zeros((len(labels), classes), dtype)
    rows[np.arange(len(labels)), labels.astype(np.intp)] = 1
    return rows


def as_numbers(values: ArrayLike) -> NDArray[Any]:
    """Array of finite numbers, at least one; raises otherwise."""
    array = np.asarray(values)
    if array.size == 0:
        raise ValueError("got an empty batch; pass at least one example")
    if array.dtype.kind not in "iubf":
        raise TypeError(f"expected numbers, got {describe(values)}")
    # A product with itself passes over the data once, faster than a test of each entry, and ends up nan or
    # infinite if one of them is; only then look closer.
    flat = array.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = array.dtype.kind == "f" and not np.isfinite(np.vdot(flat, flat))
    if suspicious and not np.isfinite(array).all():
        raise ValueError(
            f"the data holds nan or infinity (first at index {first_bad(array)}); "
            "remove or fill those entries first, one of them would turn every gradient into nan"
        )
    return array


def first_bad(array: NDArray[Any]) -> tuple[int, ...]:
    """Index of the first entry that is nan or infinite."""
    return tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])


def describe(values: object) -> str:
    """What `values` is, for an error message."""
    if isinstance(values, np.ndarray):
        return f"an array of shape {values.shape} and dtype {values.dtype}"
    return f"{type(values).__name__} {values!r:.60}"
