"""Targets: what the outputs should have been, as class labels or as numbers, and which of them count.

`Masked` goes wherever targets go. The rest is for losses: labels become rows, and a mask becomes one feature
more, so that a training loop may take rows of a single array.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.arrays import as_numbers, first, plain
from backproplab.layers.contract import Array, Shape


@dataclass(frozen=True, eq=False)
class Masked:
    """Targets of which some do not count, such as the padding of sequences.

    `mask` is True where a prediction counts and False where it is left out: `(batch, time)` for outputs
    `(batch, time, features)`, `(batch,)` for outputs `(batch, features)`. What stands in `targets` where the
    mask is False is not looked at. It goes wherever targets go: to a loss, to `fit`, into a validation pair.

    >>> from backproplab import SoftmaxCrossEntropy
    >>> loss, logits = SoftmaxCrossEntropy(), np.zeros((2, 3, 4))  # two sequences, three times, four classes
    >>> labels = np.array([[1, 0, 3], [2, -1, -1]])  # the second sequence is shorter, and padded
    >>> round(loss.forward(logits, Masked(labels, mask=labels >= 0)), 6)  # the mean of four times ln 4
    1.386294
    >>> loss.backward()[1, :, 0]  # 1/4 of p − t where it counts
    array([0.0625, 0.    , 0.    ])
    """

    targets: ArrayLike
    mask: ArrayLike

    def __len__(self) -> int:
        """How many examples there are, as for targets without a mask."""
        return len(np.atleast_1d(plain(self.targets)))


Targets: TypeAlias = ArrayLike | Masked


def as_mask(mask: ArrayLike, shape: Shape) -> NDArray[np.bool_]:
    """A mask as booleans of `shape`, from booleans or from 1 and 0; ValueError where it is something else."""
    numbers = as_numbers(mask)
    if numbers.shape != shape:
        raise ValueError(
            f"expected a mask of shape {shape}, one entry for each prediction, got {numbers.shape}; "
            "it is True where a prediction counts"
        )
    bad = (numbers != 0) & (numbers != 1)
    if bad.any():
        index = first(bad)
        raise ValueError(
            f"expected a mask of True and False, or of 1 and 0, got {numbers[index]} at index {index}; "
            "make one by a comparison, such as mask = labels != padding"
        )
    return numbers.astype(bool)


def with_mask(targets: Array, mask: NDArray[np.bool_]) -> Array:
    """Targets `(batch, ..., features)` and their mask, as 1 and 0, in one array: it is the last feature.

    >>> with_mask(np.array([[0.5, 0.2], [0.0, 0.0]]), np.array([True, False]))
    array([[0.5, 0.2, 1. ], [0. , 0. , 0. ]])
    """
    rows = targets.reshape(*mask.shape, -1)
    return np.concatenate([rows, mask[..., np.newaxis].astype(rows.dtype)], axis=-1)


def without_mask(encoded: Array, shape: Shape) -> tuple[Array, NDArray[np.bool_]]:
    """What `with_mask` put together: the targets in the outputs' `shape`, and the mask."""
    return encoded[..., :-1].reshape(shape), encoded[..., -1] > 0


def one_hot(labels: NDArray[Any], classes: int, dtype: np.dtype[Any]) -> Array:
    """Rows `(batch, ..., classes)` with a 1 at each label, from integer labels `(batch, ...)`.

    Booleans are labels of two classes. TypeError for labels that are no integers, ValueError for those out of
    range.

    >>> one_hot(np.array([2, 0]), 3, np.dtype(np.float32))
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    if labels.dtype.kind == "b" and classes != 2:
        raise TypeError(f"booleans are labels of 2 classes, and here are {classes}; pass integers from 0")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise ValueError(_out_of_range(labels, low, high, classes))
    if labels.dtype.kind not in "iub":
        raise TypeError(_no_integers(labels))
    rows = np.zeros((*labels.shape, classes), dtype)
    np.put_along_axis(rows, labels.astype(np.intp)[..., np.newaxis], 1, axis=-1)
    return rows


def _no_integers(labels: NDArray[Any]) -> str:
    """What is wrong with labels of another kind than integers, and what to do."""
    broken = labels != np.floor(labels)
    if not broken.any():
        return f"class labels must be integers, got {labels.dtype}; convert them with .astype(int)"
    index = first(broken)
    return (
        f"class labels must be integers, got {labels[index]} in row {index}; pass the number of its class, "
        "or a row of probabilities, one for each class"
    )


def _out_of_range(labels: NDArray[Any], low: int, high: int, classes: int) -> str:
    """What is wrong with labels from `low` to `high`, and what to do."""
    index = first(labels < 0 if low < 0 else labels >= classes)
    if low < 0:
        advice = "labels count from 0; to leave a prediction out, pass Masked(targets, mask)"
    elif low > 0 and high == classes:
        advice = "count them from 0: pass labels - 1"
    else:
        advice = f"give the network {high + 1} outputs, or number the classes from 0"
    return (
        f"class labels must lie between 0 and {classes - 1}, got {low} to {high} "
        f"(first {int(labels[index])}, in row {index}); {advice}"
    )
