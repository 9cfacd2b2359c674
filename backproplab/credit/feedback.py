"""Feedback alignment: a dense layer whose blame goes back through a matrix that has nothing to do with W."""

from typing import Any

import numpy as np

from backproplab.layers import Dense, Formulas
from backproplab.layers.contract import Array


class FeedbackDense(Dense):
    """z = x W + b, as Dense; but back goes upstream · B, where B is random and stays as it is.

    **Its backward pass is not the derivative of its forward pass.** The gradients of its own weights and bias
    are right for the upstream that it is given; what it hands to the layer below is not ∂L/∂x, so
    `check_gradients` fails on it by design. It is there for comparing, in lesson 21.

    `feedback` B `(outputs, inputs)` is drawn once, from `feedback_seed`, with the spread that `initial` gives
    the weights. Give each layer a seed of its own, and none that a network starts from: the same seed draws
    the same numbers, and B is then to do with weights after all. No gradient moves B; a network saves and
    loads it, and what is set in its place is copied. ValueError for a B of another shape, or one that is not
    finite. Source: T. Lillicrap, D. Cownden,
    D. Tweed and C. Akerman, *Random synaptic feedback weights support error backpropagation for deep
    learning*, 2016.

    >>> layer = FeedbackDense(2, 1, feedback_seed=7)
    >>> layer.feedback = np.array([[3.0, 5.0]])
    >>> _ = layer.forward(np.array([[1.0, 2.0]]))
    >>> layer.backward(np.array([[2.0]]))
    array([[ 6., 10.]])
    >>> layer.weights_gradient.ravel()
    array([2., 4.])
    """

    keeps = {"x": "input"}
    state = ("feedback",)
    formulas = Formulas(
        "z = x W + b",
        "∂L/∂z",
        "in place of ∂L/∂x: ∂L/∂z · B",
        {"weights": "∂L/∂W = xᵀ · ∂L/∂z", "bias": "∂L/∂b = ∂L/∂z, added over the batch"},
    )

    feedback: Array

    def __init__(self, inputs: int, outputs: int, *, feedback_seed: int, initial: str = "he") -> None:
        super().__init__(inputs, outputs, initial=initial)
        if self.spread == 0:
            raise ValueError(
                f"FeedbackDense with initial={initial!r} would have a feedback of zeros, through which "
                'nothing goes back; choose "he", "xavier" or "small normal"'
            )
        rng = np.random.default_rng(feedback_seed)
        self.feedback = self.spread * rng.standard_normal((outputs, inputs))  # float64 in any network

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """Gradients of weights and bias as in Dense; returns upstream B `(batch, ..., inputs)`."""
        super().backward(upstream, needs_input_gradient=False)
        if not needs_input_gradient:
            return None
        back: Array = np.matmul(upstream, self.feedback.astype(upstream.dtype, copy=False), out=out)
        return back

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; a feedback is checked and copied, or a view of the weights would follow them."""
        if name == "feedback":
            value = np.array(value, np.float64)
            if value.shape != (self.outputs, self.inputs) or not np.isfinite(value).all():
                raise ValueError(
                    f"a feedback of {self!r} goes back from outputs to inputs: a finite array of shape "
                    f"{(self.outputs, self.inputs)}, got shape {value.shape}"
                    + ("" if np.isfinite(value).all() else " with an entry that is not finite")
                )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"FeedbackDense({self.inputs}, {self.outputs})"
