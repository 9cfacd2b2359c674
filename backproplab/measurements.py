"""The measurements that a Recorder can take: losses, norms, traces of single weights, maps, noise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.layers.contract import Array, Shape
from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.recorder import Measurement, Moment


class BatchLoss(Measurement):
    """The loss of the step's batch."""

    def shape(self, network: Network) -> Shape:
        """A single number."""
        return ()

    def measure(self, moment: Moment) -> float:
        """As the step computed it."""
        return moment.batch_loss


class Accuracy(Measurement):
    """Share of rows classified rightly: of the step's batch, or of `x` and `labels` where given."""

    def __init__(
        self,
        x: Array | None = None,
        labels: NDArray[np.integer] | None = None,
        *,
        at: int | Sequence[int] = 1,
    ):
        super().__init__(at)
        if (x is None) != (labels is None):
            raise ValueError(
                "Accuracy takes inputs and their labels together, or neither for the step's batch"
            )
        self.x, self.given = x, labels

    def shape(self, network: Network) -> Shape:
        """A single number, from 0 to 1."""
        return ()

    def measure(self, moment: Moment) -> float:
        """Accuracy at the weights that the step starts from."""
        if self.x is None or self.given is None:
            return accuracy(moment.network, moment.loss, moment.x[moment.batch], moment.targets[moment.batch])
        return accuracy(moment.network, moment.loss, self.x, self.given)


class GradientNorms(Measurement):
    """Euclidean norm of the gradient of each layer that has parameters (weights and bias together)."""

    def labels(self, network: Network) -> tuple[str, ...]:
        """The layers' names."""
        return trained_layers(network)

    def measure(self, moment: Moment) -> NDArray[np.floating]:
        """One norm a layer."""
        return layer_norms(moment.network, moment.network.gradient)


class GradientNoise(Measurement):
    """How batches disagree: per layer, the norm of the mean gradient and the norm of its standard deviation.

    Both over `batches` batches of the training batch's size, drawn afresh with `seed` and all taken at the
    weights that the step starts from. Their quotient is the noise of one batch against the signal in it.
    Shape `(layers, 2)`.

    The mean over K batches still holds noise, s / √K of it; it is taken off, so that the first number
    estimates the norm of the gradient over all data, without bias towards larger values.
    """

    def __init__(self, *, batches: int = 50, seed: int = 0, at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        if batches < 2:
            raise ValueError(f"a standard deviation needs at least 2 batches, got {batches}")
        self.batches = batches
        self.seed = seed

    def labels(self, network: Network) -> tuple[str, ...]:
        """The layers' names."""
        return trained_layers(network)

    def shape(self, network: Network) -> Shape:
        """`(layers, 2)`."""
        return (len(self.labels(network)), 2)

    def measure(self, moment: Moment) -> NDArray[np.floating]:
        """Mean and standard deviation, entry by entry, then their norms a layer."""
        network = moment.network
        of_the_step = network.gradient.copy()
        total = np.zeros(network.size)
        squares = np.zeros(network.size)
        rng = np.random.default_rng((self.seed, moment.step))
        for _ in range(self.batches):
            rows = rng.choice(len(moment.x), moment.batch_size, replace=False)
            network.training_pass(moment.loss, moment.x[rows], moment.targets[rows])
            total += network.gradient
            squares += np.square(network.gradient, dtype=np.float64)
        network.gradient[:] = of_the_step
        mean = total / self.batches
        variance = np.maximum(squares - self.batches * mean**2, 0) / (self.batches - 1)
        noise = layer_norms(network, np.sqrt(variance))
        signal = np.sqrt(np.maximum(layer_norms(network, mean) ** 2 - noise**2 / self.batches, 0))
        return np.column_stack([signal, noise])


class Weights(Measurement):
    """Traces of single parameters: `Weights("dense1.weights", [(406, 3)])`."""

    def __init__(self, name: str, indices: Sequence[tuple[int, ...]], *, at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        self.name = name
        self.indices = [tuple(np.atleast_1d(index).tolist()) for index in indices]

    def labels(self, network: Network) -> tuple[str, ...]:
        """The entries, as "dense1.weights[406, 3]"."""
        shape = view(network, self.name, network.parameter_views).shape
        for index in self.indices:
            if len(index) != len(shape) or not all(
                0 <= i < size for i, size in zip(index, shape, strict=True)
            ):
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
    """Traces of single parameters' gradients: `Gradients("dense1.weights", [(406, 3)])`."""

    def source(self, network: Network) -> dict[str, Array]:
        """The views to read."""
        return network.gradient_views


class WeightMaps(Measurement):
    """All weights into chosen units, `(units, inputs)`: `WeightMaps("dense1.weights", units=[3, 7])`."""

    def __init__(self, name: str, *, units: Sequence[int], at: int | Sequence[int] = 1) -> None:
        super().__init__(at)
        self.name = name
        self.units = np.atleast_1d(units).tolist()

    def labels(self, network: Network) -> tuple[str, ...]:
        """The units, as "unit 3"."""
        shape = view(network, self.name, network.parameter_views).shape
        if len(shape) != 2 or not all(0 <= unit < shape[1] for unit in self.units):
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


def layer_norms(network: Network, flat: NDArray[np.floating]) -> NDArray[np.float64]:
    """Euclidean norm of each trained layer's part of a flat vector."""
    sizes = [layer.size for layer in network.layers if layer.size]
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    return np.array([np.linalg.norm(part) for part in parts], dtype=np.float64)


def view(network: Network, name: str, views: dict[str, Array]) -> Array:
    """The view of that name; an error lists the names there are."""
    if name not in views:
        raise ValueError(f"the network has no {name!r}; it has {', '.join(network.parameter_views)}")
    return views[name]


def accuracy(network: Network, loss: Loss, x: ArrayLike, targets: ArrayLike) -> float:
    """Share of rows of x that the network classifies rightly; targets as the loss takes them."""
    outputs = network.predict(x)
    return float(np.mean(loss.right(outputs, loss.encode(targets, outputs.shape, outputs.dtype))))
