"""Feedback alignment: a dense layer whose blame goes back through a matrix that has nothing to do with W."""

import numpy as np

from backproplab.layers import Dense, Formulas
from backproplab.layers.contract import Array


class FeedbackDense(Dense):
    """z = x W + b, as Dense; but back goes upstream · B, where B is random and stays as it is.

    **Its backward pass is not the derivative of its forward pass.** The gradients of its own weights and bias
    are right for the upstream that it is given; what it hands to the layer below is not ∂L/∂x, so
    `check_gradients` fails on it by design. It is there for comparing, in lesson 21.

    `feedback` B `(outputs, inputs)` is drawn once, from `feedback_seed`, with the spread that `initial` gives
    the weights. No gradient moves it; a network saves and loads it. Source: T. Lillicrap, D. Cownden,
    D. Tweed and C. Akerman, *Random synaptic feedback weights support error backpropagation for deep
    learning*, 2016.

    >>> layer = FeedbackDense(2, 1)
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

    def __init__(self, inputs: int, outputs: int, *, initial: str = "he", feedback_seed: int = 0) -> None:
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

    def __repr__(self) -> str:
        return f"FeedbackDense({self.inputs}, {self.outputs})"
