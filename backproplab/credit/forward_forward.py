"""Forward-forward: each layer learns to tell real inputs from false ones, and nothing goes back."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

INK = 3.0
"""What marks a label, where pixels are from 0 to 1."""


class ForwardForward:
    """A stack of ReLU layers, each with a goal of its own: much activity for real inputs, little for false.

    An input is a row of pixels and, beside it, one number for each class: `INK` at a label, 0 elsewhere. With
    the right label it is real, with a wrong one false. A layer's *goodness* is the mean of its squared
    activations, and sigmoid(goodness − `threshold`) is its probability that the input is real; its loss is
    −ln of the probability of what was so. Before the next layer a row is divided by its root mean square, or
    the next layer could read the goodness off its length. To predict, every label is tried, and the one with
    the largest sum of goodness wins. Source: G. Hinton, *The Forward-Forward Algorithm: Some Preliminary
    Investigations*, 2022 (a small version of it, without its further refinements).

    Shapes: pixels `(batch, inputs)`, labels `(batch,)`. `weights` and `biases` are lists, a layer each; they
    start from He's spread and 0.

    >>> network = ForwardForward(4, (8, 8), 3, seed=0)
    >>> network.goodness(np.ones((5, 4)), np.array([0, 1, 2, 0, 1])).shape
    (2, 5)
    """

    def __init__(
        self,
        inputs: int,
        hidden: Sequence[int],
        classes: int,
        *,
        seed: int = 0,
        threshold: float = 0.5,
    ) -> None:
        if inputs < 1 or classes < 2 or not hidden or min(hidden) < 1:
            raise ValueError(
                "ForwardForward needs an input, at least one layer of at least one unit, and two classes; "
                f"got {inputs} inputs, hidden {tuple(hidden)} and {classes} classes"
            )
        if not np.isfinite(threshold):
            raise ValueError(f"ForwardForward needs a finite threshold, got {threshold}")
        self.inputs, self.classes, self.threshold = inputs, classes, threshold
        rng = np.random.default_rng(seed)
        sizes = [inputs + classes, *hidden]
        self.weights = [
            np.sqrt(2 / size) * rng.standard_normal((size, units))
            for size, units in zip(sizes, hidden, strict=False)
        ]
        self.biases = [np.zeros(units) for units in hidden]

    def step(
        self, pixels: Floats, labels: NDArray[np.integer], wrong: NDArray[np.integer], *, rate: float
    ) -> None:
        """One step of every layer, on the pictures with their labels and again with `wrong` ones.

        ValueError if pictures or labels do not fit, or if a wrong label is the right one.
        """
        if np.shape(wrong) == np.shape(labels) and np.equal(wrong, labels).any():
            raise ValueError("a picture with its right label is no false one: draw wrong labels that differ")
        a = np.vstack([self.labelled(pixels, labels), self.labelled(pixels, wrong)])
        real = np.repeat([1.0, -1.0], len(pixels))[:, np.newaxis]
        for weights, bias in zip(self.weights, self.biases, strict=True):
            h = np.maximum(a @ weights + bias, 0)
            blame = self.goodness_blame(h, real)
            weights -= rate * a.T @ blame
            bias -= rate * blame.sum(axis=0)
            a = unit_rows(h)  # of the weights before the step; the message ends here

    def goodness_blame(self, h: Floats, real: Floats) -> Floats:
        """∂L/∂z for activations h `(batch, units)`; `real` `(batch, 1)` is 1 or −1; L is a mean over rows."""
        margin = real * ((h * h).mean(axis=1, keepdims=True) - self.threshold)
        mistaken = np.exp(-np.logaddexp(0, margin))  # 1 − the probability of what was so
        blame: Floats = -real * mistaken * 2 * h / h.size
        return blame

    def goodness(self, pixels: Floats, labels: NDArray[np.integer]) -> Floats:
        """The goodness of each layer for each row, `(layers, batch)`."""
        a, found = self.labelled(pixels, labels), []
        for weights, bias in zip(self.weights, self.biases, strict=True):
            h = np.maximum(a @ weights + bias, 0)
            found.append((h * h).mean(axis=1))
            a = unit_rows(h)
        return np.array(found)

    def predict(self, pixels: Floats) -> NDArray[np.intp]:
        """The label of each row: that with the most goodness, all layers together. A pass for each class."""
        tried = [
            self.goodness(pixels, np.full(len(pixels), label)).sum(axis=0) for label in range(self.classes)
        ]
        best: NDArray[np.intp] = np.argmax(tried, axis=0)
        return best

    def labelled(self, pixels: Floats, labels: NDArray[np.integer]) -> Floats:
        """Pixels and label side by side, `(batch, inputs + classes)`; ValueError if they do not fit."""
        pixels, labels = np.asarray(pixels), np.asarray(labels)
        if pixels.ndim != 2 or pixels.shape[1] != self.inputs or not np.isfinite(pixels).all():
            raise ValueError(
                f"{self!r} expected finite pixels of shape (batch, {self.inputs}), got {pixels.shape}"
            )
        fits = labels.shape == pixels.shape[:1] and np.issubdtype(labels.dtype, np.integer)
        if not fits or not ((labels >= 0) & (labels < self.classes)).all():
            raise ValueError(
                f"{self!r} expected labels of shape {pixels.shape[:1]}, whole numbers from 0 to "
                f"{self.classes - 1}, got {labels.dtype} of shape {labels.shape}"
            )
        return np.hstack([pixels, INK * np.eye(self.classes)[labels]])

    def __repr__(self) -> str:
        return f"ForwardForward({self.inputs}, {tuple(map(len, self.biases))}, {self.classes})"


def unit_rows(a: Floats) -> Floats:
    """Each row divided by its root mean square; a row of zeros stays one."""
    scaled: Floats = a / (np.sqrt((a * a).mean(axis=1, keepdims=True)) + 1e-8)
    return scaled
