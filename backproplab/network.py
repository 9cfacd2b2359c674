"""Networks: layers in a row, with all their parameters in one flat vector.

Every parameter is a view into `Network.parameters` and every gradient a view into `Network.gradient`, in the
same order, so that an optimiser's whole update is one subtraction.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backproplab.arrays import as_numbers
from backproplab.assembly import Buffers, at_least_one, chain_shapes, first_parameters, make_buffers
from backproplab.layers.base import Array, Layer, Shape
from backproplab.layers.structure import check_layers, number_names
from backproplab.losses import Loss
from backproplab.summary import Summary, summarise


class LayerStep(NamedTuple):
    """What one layer did in a backward pass."""

    name: str
    layer: Layer
    upstream: Array
    """∂L/∂outputs, as it came in."""
    gradients: dict[str, Array]
    """The gradient of each parameter of the layer, by name."""
    downstream: Array
    """∂L/∂inputs, as it went on to the layer before."""


class Network:
    """Layers in a row.

    `parameters` and `gradient` are flat vectors of length `size`; `parameter_views` and `gradient_views` hold
    the parts by name ("dense1.weights"). Layers are named by kind and count. A layer that was initialised
    before keeps its numbers; the others draw theirs from `seed`. All arithmetic happens in `dtype` (float32
    or float64).

    >>> from backproplab import Dense, Sigmoid
    >>> network = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1)
    >>> network.size, list(network.parameter_views)
    (17, ['dense1.weights', 'dense1.bias', 'dense2.weights', 'dense2.bias'])
    >>> network.predict([[0, 1], [1, 1]]).shape
    (2, 1)
    """

    def __init__(self, layers: Sequence[Layer], *, seed: int = 0, dtype: DTypeLike = np.float32) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise TypeError(f"a network computes in float32 or float64, got dtype {self.dtype}")
        check_layers(layers, "Network")
        self.layers = list(layers)
        self.names = number_names(self.layers)
        self.input_shape = chain_shapes(self.names, self.layers)
        self.size = sum(layer.size for layer in self.layers)
        self._parameters: Array = first_parameters(self.layers, self.size, self.dtype, seed)
        self._gradient: Array = np.zeros(self.size, self.dtype)
        self._bind()
        # Layers before the first one with parameters owe nobody a gradient in training.
        self._first = next((index for index, layer in enumerate(self.layers) if layer.size), 0)

    @property
    def parameters(self) -> Array:
        """All parameters, flat; assigning copies the numbers into place, so that the views stay views."""
        return self._parameters

    @parameters.setter
    def parameters(self, numbers: ArrayLike) -> None:
        self._parameters[...] = numbers

    @property
    def gradient(self) -> Array:
        """The gradient that the last backward pass left, flat, in the order of `parameters`."""
        return self._gradient

    @gradient.setter
    def gradient(self, numbers: ArrayLike) -> None:
        self._gradient[...] = numbers

    # forward and backward, side by side

    def forward(self, x: ArrayLike) -> Array:
        """Outputs `(batch, ...)` for inputs x `(batch, ...)`; each layer keeps what its backward needs.

        The last layer may keep the very array that is returned: change a copy of it.
        """
        return self._forward(self.checked(x), self._no_buffers())

    def backward(self, upstream: Array) -> Array:
        """Fill `gradient` from `upstream` = ∂L/∂outputs of the last forward; returns ∂L/∂inputs.

        A `predict` in between counts as a forward pass: layers then hold what it left.
        """
        downstream = upstream
        for step in self.backward_steps(upstream):
            downstream = step.downstream
        return downstream

    def backward_steps(self, upstream: Array) -> Iterator[LayerStep]:
        """Do what `backward` does, one layer a step, last layer first."""
        for index, incoming, outgoing in self._backward(upstream, self._no_buffers(), stop=-1):
            layer = self.layers[index]
            yield LayerStep(self.names[index], layer, incoming, layer.gradient_views(), outgoing)

    def loss_and_gradient(self, loss: Loss, x: ArrayLike, targets: ArrayLike) -> float:
        """One forward and one backward pass: returns the loss and leaves its gradient in `gradient`.

        The gradient for the inputs is not computed; call `forward`, then `backward`, to get it.
        """
        x = self.checked(x)
        return self.training_pass(
            loss, x, loss.encode(targets, (len(x), *self.output_shape(x.shape[1:])), self.dtype)
        )

    def training_pass(self, loss: Loss, x: Array, targets: Array) -> float:
        """`loss_and_gradient` without checks, for arrays that a training loop has checked and encoded."""
        buffers = self._buffers_for(x.shape)
        value = loss.compute(self._forward(x, buffers), targets)
        upstream = loss.backward()
        for _, _, downstream in self._backward(upstream, buffers, stop=self._first):
            upstream = downstream
        self.layers[self._first].parameter_gradients(upstream)
        return value

    def predict(self, x: ArrayLike, *, batch_size: int = 1024) -> Array:
        """Outputs for x, computed `batch_size` rows at a time, so that memory stays small."""
        x = self.checked(x)
        batch_size = at_least_one(batch_size, "batch_size")
        parts = (x[start : start + batch_size] for start in range(0, len(x), batch_size))
        return np.concatenate([self._forward(part, self._buffers_for(part.shape)).copy() for part in parts])

    def _forward(self, x: Array, buffers: Buffers) -> Array:
        for layer, (out, _) in zip(self.layers, buffers, strict=True):
            x = layer.forward(x, out)
        return x

    def _backward(
        self, upstream: Array, buffers: Buffers, *, stop: int
    ) -> Iterator[tuple[int, Array, Array]]:
        for index in range(len(self.layers) - 1, stop, -1):
            downstream = self.layers[index].backward(upstream, buffers[index][1])
            yield index, upstream, downstream
            upstream = downstream

    # what goes in, what comes out, and where it is written

    def checked(self, x: ArrayLike) -> Array:
        """X as an array that this network can take; raises an error that says what to do otherwise."""
        if not isinstance(x, np.ndarray):
            x = as_numbers(x).astype(
                self.dtype
            )  # numbers typed by hand have no dtype of their own to respect
        array = as_numbers(x)
        if self.input_shape is not None and array.shape[1:] != self.input_shape:
            raise next(layer for layer in self.layers if layer.input_shape).wrong_input(array.shape)
        if array.dtype != self.dtype:
            pixels = " and divide pixels by 255" if array.dtype.kind in "iu" else ""
            raise TypeError(
                f"this network computes in {self.dtype}, got {array.dtype} inputs; "
                f"convert them with x.astype(np.{self.dtype}){pixels}, or choose the network's dtype"
            )
        return array

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one example's output, for an input of shape `input_shape`."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def summary(self, *, batch: int = 1, input_shape: Shape | None = None) -> Summary:
        """Shapes, parameters, operations and kept bytes of each layer, at a batch size.

        `input_shape` is that of one example; needed only where the first layers leave it open, as Flatten
        does.
        """
        batch = at_least_one(batch, "batch")
        shape = input_shape or self.input_shape
        if shape is None:
            raise ValueError(
                "this network takes inputs of several shapes; say which: summary(input_shape=(28, 28))"
            )
        return summarise(self.names, self.layers, shape, batch=batch, dtype=self.dtype)

    def _no_buffers(self) -> Buffers:
        return [(None, None)] * len(self.layers)

    def _buffers_for(self, shape: Shape) -> Buffers:
        """For each layer, the arrays that its output and its downstream gradient are written to."""
        if shape not in self._buffers:
            if (
                len(self._buffers) > 3
            ):  # training meets its batch and the partial last one, so does validation
                self._buffers.clear()
            self._buffers[shape] = make_buffers(self.layers, shape, self.dtype, stop=self._first)
        return self._buffers[shape]

    def _bind(self) -> None:
        """Make every layer's parameters and gradients views into the two flat vectors."""
        start = 0
        for layer in self.layers:
            stop = start + layer.size
            layer.bind(self._parameters[start:stop], self._gradient[start:stop])
            layer.has_place = True
            start = stop
        self.parameter_views = self._by_name([layer.parameter_views() for layer in self.layers])
        self.gradient_views = self._by_name([layer.gradient_views() for layer in self.layers])
        self._buffers: dict[Shape, Buffers] = {}

    def _by_name(self, views: list[dict[str, Array]]) -> dict[str, Array]:
        pairs = zip(self.names, views, strict=True)
        return {f"{layer}.{name}": view for layer, inner in pairs for name, view in inner.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._bind()  # a copied view is an array of its own

    # numbers in and out

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the parameters and the layers' names to an .npz file, whole or not at all."""
        temporary = f"{os.fspath(path)}.part"
        with open(temporary, "wb") as file:
            np.savez(file, layers=np.array(list(map(repr, self.layers))), parameters=self.parameters)
        os.replace(temporary, path)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read what `save` wrote from a network of the same layers and dtype; nothing is unpickled."""
        name = os.fspath(path)
        try:
            with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
                layers, parameters = file["layers"].tolist(), file["parameters"]
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ValueError(
                f"{name} was not written by Network.save, or it is damaged ({error}); save the network again"
            ) from error
        if layers != list(map(repr, self.layers)) or parameters.shape != (self.size,):
            raise ValueError(
                f"{name} holds {parameters.size} parameters of {layers}, this network is {self.layers} with "
                f"{self.size}; build a network with the same layers first"
            )
        if parameters.dtype != self.dtype:
            raise TypeError(
                f"{name} holds {parameters.dtype}, this network computes in {self.dtype}; "
                f"build it with dtype=np.{parameters.dtype}"
            )
        self.parameters = parameters

    def __repr__(self) -> str:
        return f"Network({self.layers}, dtype={self.dtype})"
