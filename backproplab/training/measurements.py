"""The measurements that a Recorder can take: losses, norms, traces of single weights, maps, noise.

Numbers that are computed from many, such as norms, are computed and kept in float64, whatever the network's
dtype: squares in float32 are 0 below 1e-23 and infinite above 1e19, and 15 sigmoid layers go further.
"""

import copy
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Array, Shape
from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.norms import norm, unit
from backproplab.targets import Targets
from backproplab.training.recorder import Measurement, Moment
from backproplab.training.steps import check_seed, how_many


class BatchLoss(Measurement):
    """The loss of the step's batch, a single number."""

    def measure(self, moment: Moment) -> float:
        """As the step computed it."""
        return moment.batch_loss


class Accuracy(Measurement):
    """Share of right answers, from 0 to 1: in the step's batch, or for `x` and `labels` where given.

    x `(examples, ...)` in the network's dtype; labels as the loss takes its targets. Of outputs
    `(batch, time, classes)` each time is an answer of its own.
    """

    def __init__(
        self, x: ArrayLike | None = None, labels: ArrayLike | None = None, *, at: int | Sequence[int] = 1
    ) -> None:
        super().__init__(at)
        if (x is None) != (labels is None):
            raise ValueError(
                "Accuracy takes inputs and their labels together, or neither for the step's batch"
            )
        if how_many(x) != how_many(labels):
            raise ValueError(
                f"Accuracy got {how_many(x)} inputs, but {how_many(labels)} labels; each input needs one"
            )
        self.x, self.targets = x, labels

    def shape(self, network: Network) -> Shape:
        """A single number; raises if the network cannot take `x`, which is better said before training."""
        if self.x is not None:
            network.output_shape(network.checked(self.x).shape[1:])
        return ()

    def measure(self, moment: Moment) -> float:
        """Accuracy at the weights that the step starts from."""
        if self.x is None or self.targets is None:
            outputs = moment.network.predict(moment.x[moment.batch])
            return moment.loss.accuracy(outputs, moment.targets[moment.batch])
        return accuracy(moment.network, moment.loss, self.x, self.targets)


class GradientNorms(Measurement):
    """Euclidean norm of the gradient of each layer that has parameters, weights and bias together.

    Shape `(layers,)`, in float64; 0 only where every entry is 0.
    """

    def labels(self, network: Network) -> tuple[str, ...]:
        """The layers' names."""
        return trained_layers(network)

    def shape(self, network: Network) -> Shape:
        """`(layers,)`."""
        return (len(self.labels(network)),)

    def measure(self, moment: Moment) -> NDArray[np.float64]:
        """One norm a layer."""
        return layer_norms(moment.network, moment.network.gradient)


class GradientNoise(Measurement):
    """How batches disagree: per layer, the norm of the mean gradient and the norm of its standard deviation.

    Both over `batches` batches of the training batch's size, drawn afresh with `seed` and all taken at the
    weights that the step starts from. Their quotient is the noise of one batch against the signal in it.
    Shape `(layers, 2)`, in float64.

    The mean over K batches still holds noise, s / √K of it; it is taken off, so that the first number
    estimates the norm of the gradient over all data, without bias towards larger values. It is 0 where noise
    is all that was found.
    """

    def __init__(self, *, batches: int = 50, seed: int = 0, at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        if not isinstance(batches, int | np.integer) or batches < 2:
            raise ValueError(f"a standard deviation needs at least 2 batches, got {batches!r}")
        self.batches = int(batches)
        self.seed = check_seed(seed)

    def labels(self, network: Network) -> tuple[str, ...]:
        """The layers' names."""
        return trained_layers(network)

    def shape(self, network: Network) -> Shape:
        """`(layers, 2)`."""
        return (len(self.labels(network)), 2)

    def measure(self, moment: Moment) -> NDArray[np.float64]:
        """Mean and standard deviation, entry by entry, then their norms a layer."""
        of_the_step = moment.network.gradient
        network = copy.deepcopy(moment.network)  # a pass may move running means, and draw from a generator
        rng = np.random.default_rng((self.seed, moment.step))
        # What is summed is how far each gradient is from that of the step, in units of its layer's size: so
        # no square vanishes or overflows, and batches that hardly differ keep the digits in which they do.
        near, units = of_the_step.astype(np.float64), layer_units(network, of_the_step)
        of_each = np.repeat(units, layer_sizes(network))
        total, squares = np.zeros(network.size), np.zeros(network.size)
        for _ in range(self.batches):
            rows = rng.choice(len(moment.x), moment.batch_size, replace=False)
            network.training_pass(moment.loss, moment.x[rows], moment.targets[rows])
            gap = np.subtract(network.gradient, near, dtype=np.float64)
            gap /= of_each
            total += gap
            gap *= gap
            squares += gap
        mean_gap = total / self.batches
        variance = np.maximum(squares - self.batches * mean_gap**2, 0) / (self.batches - 1)
        noise = layer_norms(network, np.sqrt(variance))
        mean = layer_norms(network, near / of_each + mean_gap)
        signal = np.sqrt(np.maximum(mean**2 - noise**2 / self.batches, 0))
        return np.column_stack([signal * units, noise * units])


class Weights(Measurement):
    """Traces of single parameters, `(entries,)`: `Weights("dense1.weights", [(406, 3)])`."""

    dtype = None

    def __init__(self, name: str, indices: Sequence[tuple[int, ...]], *, at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        self.name = name
        self.indices = [tuple(np.atleast_1d(index).tolist()) for index in indices]
        if not self.indices:
            raise ValueError(f"no entry of {name} to trace; name some, as in [(0, 1), (3, 2)]")

    def labels(self, network: Network) -> tuple[str, ...]:
        """The entries, as "dense1.weights[406, 3]"."""
        shape = view(network, self.name, network.parameter_views).shape
        for index in self.indices:
            if len(index) != len(shape) or not all(map(within, index, shape)):
                raise ValueError(f"{self.name} has shape {shape}: there is no entry {list(index)}")
        return tuple(f"{self.name}{list(index)}" for index in self.indices)

    def source(self, network: Network) -> dict[str, Array]:
        """The views to read."""
        return network.parameter_views

    def measure(self, moment: Moment) -> NDArray[np.floating]:
        """One number an entry."""
        values = self.source(moment.network)[self.name]
        return np.array([values[index] for index in self.indices])


class Gradients(Weights):
    """Traces of single parameters' gradients, `(entries,)`: `Gradients("dense1.weights", [(406, 3)])`."""

    def source(self, network: Network) -> dict[str, Array]:
        """The views to read."""
        return network.gradient_views


class WeightMaps(Measurement):
    """All weights into chosen units, `(units, inputs)`: `WeightMaps("dense1.weights", units=[3, 7])`."""

    dtype = None

    def __init__(self, name: str, *, units: Sequence[int], at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        self.name = name
        self.units = np.atleast_1d(units).tolist()

    def labels(self, network: Network) -> tuple[str, ...]:
        """The units, as "unit 3"."""
        shape = view(network, self.name, network.parameter_views).shape
        if len(shape) != 2 or not all(within(unit, shape[1]) for unit in self.units):
            raise ValueError(f"{self.name} has shape {shape}: no map for each of the units {self.units}")
        return tuple(f"unit {unit}" for unit in self.units)

    def shape(self, network: Network) -> Shape:
        """`(units, inputs)`."""
        return (len(self.labels(network)), network.parameter_views[self.name].shape[0])

    def source(self, network: Network) -> dict[str, Array]:
        """The views to read."""
        return network.parameter_views

    def measure(self, moment: Moment) -> NDArray[np.floating]:
        """One row a unit."""
        return self.source(moment.network)[self.name][:, self.units].T


class GradientMaps(WeightMaps):
    """The gradient of all weights into chosen units, `(units, inputs)`."""

    def source(self, network: Network) -> dict[str, Array]:
        """The views to read."""
        return network.gradient_views


def trained_layers(network: Network) -> tuple[str, ...]:
    """Names of the layers that have parameters."""
    return tuple(name for name, layer in zip(network.names, network.layers, strict=True) if layer.size)


def layer_sizes(network: Network) -> list[int]:
    """How many parameters each of those layers has."""
    return [layer.size for layer in network.layers if layer.size]


def layer_parts(network: Network, flat: Array) -> list[Array]:
    """Each trained layer's part of a flat vector."""
    ends = np.cumsum(layer_sizes(network))
    return np.split(flat, ends)[:-1]


def layer_norms(network: Network, flat: Array) -> NDArray[np.float64]:
    """Euclidean norm of each trained layer's part of a flat vector, `(layers,)`."""
    return np.array([norm(part) for part in layer_parts(network, flat)], dtype=np.float64)


def layer_units(network: Network, flat: Array) -> NDArray[np.float64]:
    """The `unit` of each trained layer's part of a flat vector, `(layers,)`."""
    return np.array([unit(part) for part in layer_parts(network, flat)], dtype=np.float64)


def within(index: object, size: int) -> bool:
    """Whether there is an entry of that number, counted from 0."""
    return isinstance(index, int) and 0 <= index < size


def view(network: Network, name: str, views: dict[str, Array]) -> Array:
    """The view of that name; an error lists the names there are."""
    if name not in views:
        raise ValueError(f"the network has no {name!r}; it has {', '.join(network.parameter_views)}")
    return views[name]


def accuracy(network: Network, loss: Loss, x: ArrayLike, targets: Targets) -> float:
    """Share of the answers to x that are right, from 0 to 1; targets as the loss takes them.

    One answer an example; of outputs `(batch, time, classes)`, one for each time.
    """
    outputs = network.predict(x)
    return loss.accuracy(outputs, loss.encode(targets, outputs.shape, outputs.dtype))
