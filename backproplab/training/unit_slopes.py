"""What an activation's units let through: their slopes over a set of examples, and which units are dead.

A unit's slope ∂a/∂z is what blame is multiplied by on its way back to the unit's weights. Lesson 12.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers import Activation
from backproplab.layers.contract import Array, Shape
from backproplab.network import Network
from backproplab.training.recorder import Measurement, Moment


def slopes(network: Network, name: str, x: ArrayLike) -> Array:
    """The slope ∂a/∂z of each unit of an activation, for each example: `(examples, ..., units)`.

    `name` is that of the layer in the network, such as "relu1"; x `(examples, ...)` as the network takes it.
    It runs forward as far as that layer, whose layers then hold what it left, as after `forward`.
    ValueError if there is no activation of that name among the network's own layers.

    >>> from backproplab import Dense, ReLU
    >>> network = Network([Dense(1, 2, initial="zeros"), ReLU()], dtype=np.float64)
    >>> network.parameters = [1.0, -1.0, 0.0, 0.0]
    >>> slopes(network, "relu1", [[3.0], [-2.0]])
    array([[1., 0.],
           [0., 1.]])
    """
    return _slopes(network, name, [network.checked(x)])


class UnitSlopes(Measurement):
    """The largest slope, by size, that each unit of an activation has over the examples `x`: `(units,)`.

    `UnitSlopes("relu1", x)`. Where it is 0 the unit is **dead** for x: no blame of these examples reaches its
    weights. With all training examples as x, a gradient of them leaves a dead unit's weights as they are.
    """

    def __init__(self, name: str, x: ArrayLike, *, at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        self.name, self.x = name, x

    def labels(self, network: Network) -> tuple[str, ...]:
        """The units, as "unit 3"."""
        return tuple(f"unit {unit}" for unit in range(self.shape(network)[0]))

    def shape(self, network: Network) -> Shape:
        """`(units,)`; raises if there is no such layer or it cannot take `x`, before training."""
        shape: Shape = network.checked(self.x).shape[1:]
        for layer in network.layers[: _place(network, self.name) + 1]:
            shape = layer.output_shape(shape)
        return shape[-1:]

    def measure(self, moment: Moment) -> NDArray[np.floating]:
        """One number a unit, at the weights that the step starts from."""
        inputs = moment.inputs.get(id(self.x)) or [moment.network.checked(self.x)]
        moment.inputs[id(self.x)] = inputs
        found = np.abs(_slopes(moment.network, self.name, inputs))
        largest: NDArray[np.floating] = found.reshape(-1, found.shape[-1]).max(axis=0)
        return largest


def _slopes(network: Network, name: str, inputs: list[Array]) -> Array:
    """The slopes, given what comes to the first layers: at least x. What comes to others is added."""
    place = _place(network, name)
    for layer in network.layers[len(inputs) - 1 : place]:
        inputs.append(layer.forward(inputs[-1]))
    layer = network.layers[place]
    # Forward here in any case: since the last time, another measurement may have sent other examples through.
    slope = layer.backward(np.ones_like(layer.forward(inputs[place])))  # what comes back of 1 is the slope
    assert slope is not None
    return slope


def _place(network: Network, name: str) -> int:
    """Where the activation of that name stands in the network."""
    there = [
        known
        for known, layer in zip(network.names, network.layers, strict=True)
        if isinstance(layer, Activation)
    ]
    if name not in there:
        raise ValueError(
            f"the network has no activation {name!r}; it has {', '.join(there) if there else 'none'}"
        )
    return network.names.index(name)
