"""A `Network`'s backward pass, layer by layer, as the stepper's page shows it: formulas, shapes, numbers."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backproplab.layers.base import Array, Layer
from backproplab.losses import Loss
from backproplab.network import LayerStep, Network
from backproplab.plots.words import listed, number, short

MOST_ROWS, MOST_COLUMNS = 6, 5  # a larger array is told by its shape and its norm


class Formulas(NamedTuple):
    """The lines of mathematics of a kind of layer, in the letters of lesson 07."""

    forward: str
    upstream: str
    downstream: str


# fmt: off
FORMULAS = {
    "Dense":     Formulas("z = x W + b",            "∂L/∂z", "∂L/∂x = ∂L/∂z · Wᵀ"),
    "Sigmoid":   Formulas("a = 1 / (1 + e⁻ᶻ)",      "∂L/∂a", "∂L/∂z = ∂L/∂a × a (1 − a)"),
    "Tanh":      Formulas("a = tanh z",             "∂L/∂a", "∂L/∂z = ∂L/∂a × (1 − a²)"),
    "ReLU":      Formulas("a = max(z, 0)",          "∂L/∂a", "∂L/∂z = ∂L/∂a where z > 0, else 0"),
    "LeakyReLU": Formulas("a = z or slope · z",     "∂L/∂a", "∂L/∂z = ∂L/∂a × 1 or slope"),
    "GELU":      Formulas("a = GELU(z)",            "∂L/∂a", "∂L/∂z = ∂L/∂a × da/dz"),
    "Flatten":   Formulas("one row an example",     "∂L/∂rows", "∂L/∂x: the same numbers in the shape of x"),
    "Residual":  Formulas("y = x + f(x)",           "∂L/∂y", "∂L/∂x = ∂L/∂y + what comes back through f"),
}
ANY_LAYER = Formulas("y = layer(x)", "∂L/∂y", "∂L/∂x")
PARAMETERS = {
    ("Dense", "weights"): "∂L/∂W = xᵀ · ∂L/∂z",
    ("Dense", "bias"): "∂L/∂b = ∂L/∂z, added over the batch",
}
LOSSES = {
    "SquaredError": "∂L/∂y = y − t",
    "BinaryCrossEntropy": "∂L/∂z = p − t",
    "SoftmaxCrossEntropy": "∂L/∂z = p − t",
}
# fmt: on


def layer_scene(network: Network, loss: Loss, x: ArrayLike, targets: ArrayLike) -> dict[str, Any]:
    """All that the page needs to step back through `network`, for inputs `x` and `targets` as `loss` takes.

    Runs one forward and one backward pass. The network's gradient is as it was afterwards; its layers keep
    what this forward pass left.
    """
    kept = network.gradient.copy()
    try:
        value = loss.forward(network.forward(x), targets)
        seed = loss.backward()
        steps = [_step(step) for step in network.backward_steps(seed)]
    finally:
        network.gradient = kept
    mean = ", over the batch size" if loss.reduction == "mean" and len(seed) > 1 else ""
    start = {
        "title": f"{type(loss).__name__} tells {network.names[-1]}",
        "parts": [_array("what the loss sends", LOSSES.get(type(loss).__name__, "∂L/∂outputs") + mean, seed)],
        "said": f"Forward is done: the loss is {number(value, 4)}. It tells {network.names[-1]} a gradient "
        f"of shape {seed.shape} and norm {_norm(seed)}.",
    }
    return {
        "kind": "layers",
        "last": len(steps),
        "loss": [type(loss).__name__, f"L = {number(value, 4)}"],
        "inputs": str(np.shape(x)),
        "cards": [_card(name, layer) for name, layer in zip(network.names, network.layers, strict=True)],
        "steps": [start, *steps],
    }


def _card(name: str, layer: Layer) -> dict[str, str]:
    return {"name": name, "layer": repr(layer), "formula": _formulas(layer).forward}


def _step(step: LayerStep) -> dict[str, Any]:
    kind, formulas = type(step.layer).__name__, _formulas(step.layer)
    parts = [_array("upstream", formulas.upstream, step.upstream)]
    for name, gradient in step.gradients.items():
        parts.append(_array(f"gradient of its {name}", PARAMETERS.get((kind, name), f"∂L/∂{name}"), gradient))
    parts.append(_array("downstream", formulas.downstream, step.downstream))
    own = [f"{name} {_norm(gradient)}" for name, gradient in step.gradients.items()]
    keeps = f" Its own gradients have norm: {listed(own)}." if own else " It has no parameters of its own."
    said = (
        f"{step.name} hears a gradient of norm {_norm(step.upstream)} and sends on one of norm "
        f"{_norm(step.downstream)}.{keeps}"
    )
    return {"title": step.name, "parts": parts, "said": said, "norm": _norm(step.upstream)}


def _formulas(layer: Layer) -> Formulas:
    return FORMULAS.get(type(layer).__name__, ANY_LAYER)


def _array(name: str, formula: str, array: Array) -> dict[str, Any]:
    """One array: its numbers if they are few, else only its shape and its norm."""
    told: dict[str, Any] = {"name": name, "formula": formula, "shape": str(array.shape), "norm": _norm(array)}
    rows = np.atleast_2d(array)
    if rows.ndim == 2 and rows.shape[0] <= MOST_ROWS and rows.shape[1] <= MOST_COLUMNS:
        told["rows"] = [[short(float(entry)) for entry in row] for row in rows]
    return told


def _norm(array: Array) -> str:
    return short(float(np.linalg.norm(array)))
