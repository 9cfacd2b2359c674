"""How layers become a network: which shapes fit, where parameters live, where results are written."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproplab.layers.base import Array, Layer, Shape
from backproplab.layers.structure import flattened

Buffers = list[tuple[Array | None, Array | None]]
"""For each layer: where its output goes, and where its downstream gradient goes; None makes a new array."""


def chain_shapes(names: Sequence[str], layers: Sequence[Layer]) -> Shape | None:
    """Check that each layer takes what the one before gives; returns the input's shape, None if left open."""
    shape: Shape | None = None
    first: Shape | None = None
    for index, (name, layer) in enumerate(zip(names, layers, strict=True)):
        if shape is None and layer.input_shape is not None:
            shape = layer.input_shape
            first = (
                shape
                if all(type(before).output_shape is Layer.output_shape for before in layers[:index])
                else None
            )
        if shape is not None:
            try:
                shape = layer.output_shape(shape)
            except ValueError as error:
                raise ValueError(f"{name} does not fit what comes before it: {error}") from None
    return first


def make_buffers(layers: Sequence[Layer], shape: Shape, dtype: np.dtype[Any], *, stop: int) -> Buffers:
    """Arrays to write outputs and downstream gradients to, for a batch of whole shape `shape`.

    Layers up to the index `stop` owe nobody a gradient: they get no array for it.
    """
    batch, shape = shape[:1], shape[1:]
    shapes: list[Shape] = []
    outputs: list[Array] = []
    nobody_reads = False
    for layer in layers:
        shapes.append(shape)
        shape = layer.output_shape(shape)
        # An activation goes over the weighted sums that it was made from, which nobody reads again.
        over = nobody_reads and layer.needs == "output"
        outputs.append(outputs[-1] if over else np.empty(batch + shape, dtype))
        nobody_reads = layer.size > 0
    downstreams: list[Array | None] = [None] * len(layers)
    upstream: Array | None = None
    for index in range(len(layers) - 1, stop, -1):
        # On the way back, a gradient at an activation's input goes over the one at its output.
        over = upstream is not None and layers[index].needs == "output"
        upstream = downstreams[index] = upstream if over else np.empty(batch + shapes[index], dtype)
    return list(zip(outputs, downstreams, strict=True))


def first_parameters(layers: Sequence[Layer], size: int, dtype: np.dtype[Any], seed: int) -> Array:
    """The flat vector that a network starts from: its layers' own numbers, or drawn ones."""
    rng = np.random.default_rng(seed)
    parameters, start = np.empty(size, dtype), 0
    for layer in flattened(layers):
        stop = start + layer.size
        own = layer.parameter_views() if layer.is_initialised else {}
        layer.bind(parameters[start:stop], np.empty(layer.size, dtype))
        if not own:
            layer.draw(rng)
        for name, numbers in own.items():
            if numbers.dtype != dtype:
                raise TypeError(
                    f"{layer!r} was initialised in {numbers.dtype}, the network computes in {dtype}; "
                    f"initialise it with dtype=np.{dtype}"
                )
            layer.parameter_views()[name][...] = numbers
        start = stop
    return parameters


def at_least_one(value: int, name: str) -> int:
    """The value, if it is a whole number of at least 1."""
    if not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)
