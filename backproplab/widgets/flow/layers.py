"""A `Network`'s two passes, layer by layer, as Flow's page shows them: formulas, shapes, numbers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backproplab.layers.chain import LayerStep
from backproplab.layers.contract import Array, Layer
from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.norms import norm
from backproplab.plots.words import join, line_up, number, short

MOST_ROWS, MOST_COLUMNS = 6, 5  # a larger array is told by its shape and its norm


LOSSES = {
    "SquaredError": "∂L/∂y = y − t",
    "BinaryCrossEntropy": "∂L/∂z = p − t",
    "SoftmaxCrossEntropy": "∂L/∂z = p − t",
}


def layer_scene(network: Network, loss: Loss, x: ArrayLike, targets: ArrayLike) -> dict[str, Any]:
    """All that the page needs for both passes through `network`; `targets` as `loss` takes them.

    Runs two forward passes, the first a layer at a time, and one backward pass. The network's gradient is as
    it was afterwards; its layers keep what the second forward pass left.
    """
    kept = network.gradient.copy()
    try:
        forward = _forward_steps(network, x)
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
        "forward": [*forward, _loss_step(loss, value)],
        "loss": [type(loss).__name__, f"L = {number(value, 4)}"],
        "inputs": str(np.shape(x)),
        "cards": [_card(name, layer) for name, layer in zip(network.names, network.layers, strict=True)],
        "steps": [start, *steps],
    }


def _forward_steps(network: Network, x: ArrayLike) -> list[dict[str, Any]]:
    """What comes out of each layer, first to last, after an entry for the inputs alone."""
    inputs = network.checked(x)
    steps = [
        {
            "title": "Before the forward pass",
            "parts": [_array("inputs", "x", inputs)],
            "said": f"Before the forward pass: the inputs have the shape {inputs.shape}, and no layer has "
            "computed anything.",
        }
    ]
    for name, layer in zip(network.names, network.layers, strict=True):
        outputs = layer.forward(inputs)
        steps.append(
            {
                "title": f"{name} computes",
                "parts": [
                    _array("inputs", "x", inputs),
                    _array("outputs", layer.formulas.forward, outputs),
                ],
                "said": f"{name} takes {inputs.shape} and computes outputs of shape {outputs.shape} and norm "
                f"{_norm(outputs)}.",
                "norm": _norm(outputs),
            }
        )
        inputs = outputs
    return steps


def _loss_step(loss: Loss, value: float) -> dict[str, Any]:
    said = f"{type(loss).__name__} computes L = {number(value, 4)}. The forward pass is over."
    return {"said": said, "norm": number(value, 4)}


def _card(name: str, layer: Layer) -> dict[str, str]:
    return {"name": name, "layer": repr(layer), "formula": layer.formulas.forward}


def _step(step: LayerStep) -> dict[str, Any]:
    formulas = step.layer.formulas
    parts = [_array("upstream", formulas.upstream, step.upstream)]
    for name, gradient in step.gradients.items():
        parts.append(
            _array(f"gradient of its {name}", formulas.parameters.get(name, f"∂L/∂{name}"), gradient)
        )
    sent = "none, since its inputs are integers"
    if step.downstream is not None:
        parts.append(_array("downstream", formulas.downstream, step.downstream))
        sent = f"one of norm {_norm(step.downstream)}"
    own = [f"{name} {_norm(gradient)}" for name, gradient in step.gradients.items()]
    keeps = f" Its own gradients have norm: {join(own)}." if own else " It has no parameters of its own."
    said = f"{step.name} hears a gradient of norm {_norm(step.upstream)} and sends on {sent}.{keeps}"
    return {"title": step.name, "parts": parts, "said": said, "norm": _norm(step.upstream)}


def _array(name: str, formula: str, array: Array) -> dict[str, Any]:
    """One array: its numbers if they are few, else only its shape and its norm."""
    shown: dict[str, Any] = {
        "name": name,
        "formula": formula,
        "shape": str(array.shape),
        "norm": _norm(array),
    }
    rows = np.atleast_2d(array)
    if rows.ndim == 2 and rows.shape[0] <= MOST_ROWS and rows.shape[1] <= MOST_COLUMNS:
        columns = [line_up([short(float(entry)) for entry in column]) for column in rows.T]
        shown["rows"] = [list(row) for row in zip(*columns, strict=True)]
    return shown


def _norm(array: Array) -> str:
    return short(norm(array))
