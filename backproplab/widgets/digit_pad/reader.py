"""What a network reads in a picture of a digit, asked of a twin: the network itself stays untouched."""

import copy
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Shape
from backproplab.losses import SoftmaxCrossEntropy
from backproplab.network import Network

Picture = NDArray[np.float32]  # (28, 28), ink from 0 to 1

DIGITS = 10
SHAPES: tuple[Shape, ...] = ((784,), (28, 28))


class Reading(NamedTuple):
    """What a network makes of one picture."""

    probabilities: NDArray[np.float64]
    """Softmax of the logits, one for each digit, `(10,)`."""
    loss: float
    """The cross-entropy, in nats, for the target that was asked about."""
    gradient: NDArray[np.float64]
    """∂L/∂pixel, `(28, 28)`: how the loss answers to a little more ink."""


class Reader:
    """Asks a network of 784, or 28 × 28, inputs and ten logits what it reads.

    The layers of a network keep what their last forward pass left, and a backward pass overwrites the
    gradient. So a twin is asked, and takes over the parameters before each question: it always answers as
    the network would now. ValueError for a network that reads no digits.
    """

    def __init__(self, network: Network) -> None:
        self.shape = _shape_of_digits(network)
        self._network, self._twin = network, copy.deepcopy(network)
        self._loss = SoftmaxCrossEntropy()

    def read(self, picture: Picture, target: int) -> Reading:
        """What the network makes of a picture, and how its loss for `target` hangs on the pixels."""
        self._twin.parameters = self._network.parameters
        x = picture.reshape(1, *self.shape).astype(self._twin.dtype)
        loss = self._loss.forward(self._twin.forward(x), [target])
        gradient = self._twin.backward(self._loss.backward())
        assert gradient is not None  # pixels are no integers
        return Reading(
            self._loss.probabilities[0].astype(float), loss, gradient.reshape(28, 28).astype(float)
        )

    def towards(self, picture: Picture, target: int, *, step_size: float, steps: int) -> Picture:
        """The picture after steps down the gradient of the loss for `target`, its ink kept from 0 to 1.

        Where a broken network's gradient is not a number, the picture stays as it is.
        """
        for _ in range(steps):
            downhill = step_size * self.read(picture, target).gradient
            if not np.isfinite(downhill).all():
                break
            picture = (picture - downhill).clip(0, 1).astype(np.float32)
        return picture


def _shape_of_digits(network: Network) -> Shape:
    for shape in SHAPES:
        with suppress(ValueError):
            if network.output_shape(shape) == (DIGITS,):
                return shape
    raise ValueError(
        "DigitPad needs a network that takes 784 (or 28 × 28) inputs and gives 10 logits, one a digit; "
        f"got {network!r}. Build one as Network([Dense(784, 128), Sigmoid(), Dense(128, 10)])"
    )
