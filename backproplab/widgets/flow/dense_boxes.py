"""A `Network` of Dense layers as a box for each, with what both passes over one example leave in it."""

from typing import NamedTuple

import numpy as np

from backproplab.layers import Activation, Dense
from backproplab.layers.contract import Array
from backproplab.losses import SoftmaxCrossEntropy
from backproplab.network import Network
from backproplab.targets import Targets

MOST_UNITS, MOST_OUTPUTS = 256, 12  # of more squares, or bars, one could not be told from the next
ELSE = "without image_shape, Flow goes through any network, in formulas"


class Box(NamedTuple):
    """A Dense layer and the activations behind it, as one says "128 units"."""

    outputs: Array
    """What it puts out, `(units,)`."""
    upstream: Array
    """∂L/∂outputs, `(units,)`."""
    weights: Array
    """∂L/∂weights, `(inputs, units)`."""
    knobs: int
    """The number of its parameters."""
    nonzero: int
    """How many of them have a gradient that is not 0."""


class Passes(NamedTuple):
    """Both passes over one example."""

    boxes: list[Box]
    """First to last."""
    loss: float
    probabilities: Array
    """Of the outputs, `(outputs,)`."""
    right: int
    """The place of the right answer among them."""


def both_passes(network: Network, loss: SoftmaxCrossEntropy, x: Array, targets: Targets) -> Passes:
    """Run `x` `(1, inputs)` through the network, a layer at a time and then whole, and go back from the loss.

    The network's gradient is as it was afterwards; its layers keep what the second forward pass left.
    ValueError for other layers than Dense and activations, and for more units than a drawing can show.
    """
    places = _places(network)
    kept = network.gradient.copy()
    try:
        passed = [x]
        for layer in network.layers:
            passed.append(layer.forward(passed[-1]))
        value = loss.forward(network.forward(x), targets)
        steps = list(network.backward_steps(loss.backward()))[::-1]
        boxes = []
        for dense, last in places:
            gradients = steps[dense].gradients
            boxes.append(
                Box(
                    outputs=passed[last + 1][0],
                    upstream=steps[last].upstream[0],
                    weights=gradients["weights"].copy(),  # a view: the next lines give the old numbers back
                    knobs=network.layers[dense].size,
                    nonzero=sum(int(np.count_nonzero(gradient)) for gradient in gradients.values()),
                )
            )
    finally:
        network.gradient = kept
    right = int(loss.encode(targets, passed[-1].shape, network.dtype).argmax())
    return Passes(boxes, value, loss.probabilities[0], right)


def _places(network: Network) -> list[tuple[int, int]]:
    """For each box the place of its Dense layer, and of the last activation behind it (or again its own)."""
    places: list[tuple[int, int]] = []
    for place, (name, layer) in enumerate(zip(network.names, network.layers, strict=True)):
        if isinstance(layer, Dense):
            places.append((place, place))
        elif isinstance(layer, Activation) and places:
            places[-1] = (places[-1][0], place)
        else:
            raise ValueError(
                "image_shape goes through Dense layers with activations behind them, "
                f"got {name}, {layer!r}; {ELSE}"
            )
    for dense, last in places:
        units = len(network.parameter_views[f"{network.names[dense]}.bias"])
        limit = MOST_OUTPUTS if last == places[-1][1] else MOST_UNITS
        if units > limit:
            raise ValueError(
                f"image_shape shows at most {MOST_UNITS} units in a box, and {MOST_OUTPUTS} outputs, "
                f"got {units} in {network.names[dense]}; {ELSE}"
            )
    return places
