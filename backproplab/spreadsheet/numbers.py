"""The numbers beside the formulas: what the package itself computes, forward, backward and nudged."""

import numpy as np
from numpy.typing import ArrayLike

from backproplab.layers import Dense
from backproplab.layers.contract import Array
from backproplab.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, as_numbers
from backproplab.network import Network
from backproplab.spreadsheet.formulas import Formulas

Numbers = dict[str, float]


class Source:
    """A float64 twin of a network, with one example: it is turned and run, the network stays as it is."""

    def __init__(
        self, network: Network, loss: Loss, x: ArrayLike, target: ArrayLike, names: Formulas
    ) -> None:
        self.network = network.astype(np.float64)
        self.loss, self.names = type(loss)(), names
        self.x = one_example(x, len(names.levels[0]))
        shape = (1, len(names.targets))
        given = np.asarray(target)
        label = isinstance(loss, SoftmaxCrossEntropy) and given.dtype.kind in "iu" and given.size == 1
        row = given.reshape(1) if label else one_example(target, shape[1], what="target")
        self.targets = loss.encode(row, shape, np.dtype(np.float64))

    def values(self) -> Numbers:
        """Every number that is no gradient, by name."""
        numbers = dict(zip(self.names.levels[0], self.x[0].tolist(), strict=True))
        numbers |= dict(zip(self.names.targets, self.targets[0].tolist(), strict=True))
        for index, names in self.names.parameters.items():
            for kind in ("weights", "bias"):
                array = np.array(getattr(names, kind))
                numbers |= dict(
                    zip(array.flat, getattr(self._dense(index), kind).ravel().tolist(), strict=True)
                )
        return numbers | self._run(0, self.x)

    def gradients(self) -> Numbers:
        """∂L/∂name for each name that has one."""
        self._run(0, self.x)
        upstream = self.loss.backward()
        found = {"L": 1.0} | dict(zip(self.names.levels[-1], upstream[0].tolist(), strict=True))
        steps = self.network.backward_steps(upstream)
        for index, step in zip(reversed(range(len(self.network.layers))), steps, strict=True):
            assert step.downstream is not None  # the inputs of a sheet are no integers
            found |= dict(zip(self.names.levels[index], step.downstream[0].tolist(), strict=True))
            for kind, gradient in step.gradients.items():
                array = np.array(getattr(self.names.parameters[index], kind))
                found |= dict(zip(array.flat, gradient.ravel().tolist(), strict=True))
        return found

    def nudge(self, name: str, by: float) -> Numbers:
        """The numbers that follow when one of them is turned by a little."""
        if name == "L":
            return {"L": self._run(0, self.x)["L"] + by}
        for level, names in enumerate(self.names.levels):
            if name in names:
                array = self._outputs(0, self.x)[level].copy()
                array[0, names.index(name)] += by
                return {name: float(array[0, names.index(name)])} | self._run(level, array)
        view, where = self._parameter(name)
        before = view[where]
        view[where] += by
        numbers = {name: float(view[where])} | self._run(0, self.x)
        view[where] = before
        return numbers

    def after_update(self, learning_rate: float) -> Numbers:
        """The numbers after one step of gradient descent."""
        before = self.network.parameters.copy()
        self.network.loss_and_gradient(self.loss, self.x, self.targets)
        self.network.parameters -= learning_rate * self.network.gradient
        numbers = self.values()
        self.network.parameters = before
        return numbers

    def _outputs(self, level: int, array: Array) -> list[Array]:
        outputs = [array]
        for layer in self.network.layers[level:]:
            outputs.append(layer.forward(outputs[-1]))
        return outputs

    def _run(self, level: int, array: Array) -> Numbers:
        """All that the network computes from the outputs of a level on."""
        arrays = self._outputs(level, array)
        numbers: Numbers = {}
        for names, made in zip(self.names.levels[level + 1 :], arrays[1:], strict=True):
            numbers |= dict(zip(names, made[0].tolist(), strict=True))
        numbers["L"] = self.loss.forward(arrays[-1], self.targets)
        if isinstance(self.loss, SoftmaxCrossEntropy | BinaryCrossEntropy):
            chances = [name for name in self.names.forward if name.startswith("p")]
            probabilities = self.loss.backward() + self.targets  # ∂L/∂z = p − t
            numbers |= dict(zip(chances, probabilities[0].tolist(), strict=True))
            numbers["m"] = float(arrays[-1].max())
        return numbers

    def _dense(self, index: int) -> Dense:
        layer = self.network.layers[index]
        assert isinstance(layer, Dense)
        return layer

    def _parameter(self, name: str) -> tuple[Array, tuple[int, ...]]:
        """The array that holds a parameter, and where."""
        for index, names in self.names.parameters.items():
            for kind in ("weights", "bias"):
                found = np.argwhere(np.array(getattr(names, kind)) == name)
                if len(found):
                    return getattr(self._dense(index), kind), tuple(int(i) for i in found[0])
        raise KeyError(name)


def one_example(numbers: ArrayLike, size: int, *, what: str = "example x") -> Array:
    """One row `(1, size)` in float64. ValueError for a batch or another size."""
    array = as_numbers(numbers).astype(np.float64)
    if array.ndim > 1 and len(array) > 1:
        raise ValueError(
            f"a sheet holds one example, got an {what} of shape {array.shape}; "
            "pass one row of the batch, such as x[0], or make a sheet for each"
        )
    if array.size != size:
        raise ValueError(f"the sheet's network wants {size} numbers in its {what}, got shape {array.shape}")
    return array.reshape(1, size)
