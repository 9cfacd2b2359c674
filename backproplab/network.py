"""Networks: layers in a row, with all their parameters in one flat vector.

Every parameter is a view into `Network.parameters` and every gradient a view into `Network.gradient`, in the
same order, so that an optimiser's whole update is one subtraction.
"""

import copy
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backproplab.arrays import as_numbers
from backproplab.files import atomic_write
from backproplab.layers.chain import Chain, LayerStep, check_layers
from backproplab.layers.contract import Array, Layer, Shape, float_dtype
from backproplab.losses import Loss
from backproplab.summary import Summary, summarise
from backproplab.targets import Targets


class Network:
    """Layers in a row.

    `parameters` and `gradient` are flat vectors of length `size`; `parameter_views` and `gradient_views` hold
    the parts by name ("dense1.weights"). Layers are named by kind and count. A layer whose numbers somebody
    chose, by `initialise` or by writing into them, keeps them; the others draw theirs from `seed`. All
    arithmetic happens in `dtype` (float32 or float64).

    >>> from backproplab import Dense, Sigmoid
    >>> network = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1)
    >>> network.size, list(network.parameter_views)
    (17, ['dense1.weights', 'dense1.bias', 'dense2.weights', 'dense2.bias'])
    >>> network.predict([[0, 1], [1, 1]]).shape
    (2, 1)
    """

    def __init__(self, layers: Sequence[Layer], *, seed: int = 0, dtype: DTypeLike = np.float32) -> None:
        self.dtype: np.dtype[Any] = float_dtype(dtype)
        check_layers(layers, "Network")
        numbers = first_numbers(layers, self.dtype, seed)  # refused or not, the layers are as they were
        self.chain = Chain(layers)
        self.size = len(numbers)
        self._parameters: Array = numbers
        self._gradient: Array = np.zeros(self.size, self.dtype)
        self._bind()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, first to last."""
        return self.chain.layers

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, such as "dense1"."""
        return self.chain.names

    @property
    def input_shape(self) -> Shape | None:
        """The last axes of an example, where the layers fix them; None if they take any."""
        return self.chain.input_shape

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

        Layers that predict otherwise than they train, such as BatchNorm, do here as in training.
        The first layer may keep x itself, and the last layer the very array that is returned, not copies of
        them: change neither before `backward`, or change a copy.
        """
        return self.chain.forward(self.checked(x))

    __call__ = forward

    def backward(self, upstream: Array) -> Array | None:
        """Fill `gradient` from `upstream` = ∂L/∂outputs of the last forward; returns ∂L/∂inputs.

        Inputs that are integers have no gradient: None. A `predict` in between counts as a forward pass:
        layers then hold what it left.
        """
        return self.chain.backward(self.checked_upstream(upstream))

    def backward_steps(self, upstream: Array) -> Iterator[LayerStep]:
        """Do what `backward` does, one layer a step, last layer first."""
        return self.chain.backward_steps(self.checked_upstream(upstream))

    def loss_and_gradient(self, loss: Loss, x: ArrayLike, targets: Targets) -> float:
        """One forward and one backward pass: returns the loss and leaves its gradient in `gradient`.

        The gradient for the inputs is not computed; call `forward`, then `backward`, to get it.
        """
        x = self.checked(x)
        passes = self.chain.passes(x.shape, self.dtype)
        outputs = passes.forward(x)
        value = loss.compute(outputs, loss.encode(targets, outputs.shape, self.dtype))
        passes.backward(loss.backward())
        return value

    def training_pass(self, loss: Loss, x: Array, targets: Array) -> float:
        """`loss_and_gradient` without checks, for arrays that a training loop has checked and encoded."""
        passes = self.chain.passes(x.shape, self.dtype)
        value = loss.compute(passes.forward(x), targets)
        passes.backward(loss.backward())
        return value

    def predict(self, x: ArrayLike, *, batch_size: int = 1024) -> Array:
        """Outputs for x, computed `batch_size` rows at a time, so that memory stays small."""
        x = self.checked(x)
        batch_size = at_least_one(batch_size, "batch_size")
        parts = (x[start : start + batch_size] for start in range(0, len(x), batch_size))
        return np.concatenate(
            [self.chain.passes(part.shape, self.dtype).predict(part).copy() for part in parts]
        )

    # what goes in and what comes out

    def checked(self, x: ArrayLike) -> Array:
        """X as an array that this network can take; raises an error that says what to do otherwise."""
        # Numbers typed by hand have no dtype of their own to respect.
        array = as_numbers(x, None if isinstance(x, np.ndarray) or self.chain.integers else self.dtype)
        axes = 0 if self.input_shape is None else len(self.input_shape)
        if self.input_shape is not None and (
            array.ndim <= axes or array.shape[array.ndim - axes :] != self.input_shape
        ):
            raise self.chain.wrong_input(array.shape)
        if self.chain.integers:
            if array.dtype.kind not in "iu":
                raise TypeError(
                    f"this network takes integers, got {array.dtype}; convert them with x.astype(int)"
                )
            return array
        if array.dtype != self.dtype:
            pixels = " and divide pixels by 255" if array.dtype.kind in "iu" else ""
            raise TypeError(
                f"this network computes in {self.dtype}, got {array.dtype} inputs; "
                f"convert them with x.astype(np.{self.dtype}){pixels}, or choose the network's dtype"
            )
        return array

    def checked_upstream(self, upstream: Array) -> Array:
        """∂L/∂outputs in this network's dtype, or an error."""
        if not isinstance(upstream, np.ndarray) or upstream.dtype != self.dtype:
            got = upstream.dtype if isinstance(upstream, np.ndarray) else type(upstream).__name__
            raise ValueError(
                f"this network computes in {self.dtype}, got an upstream gradient in {got}; pass ∂L/∂outputs "
                "like the outputs of the last forward call"
            )
        return upstream

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one example's output, for an input of shape `input_shape`."""
        return self.chain.output_shape(input_shape)

    def summary(self, *, batch: int = 1, input_shape: Shape | None = None) -> Summary:
        """Shapes, parameters, operations and kept bytes of each layer, at a batch size.

        `input_shape` is that of one example; needed only where the first layers leave it open, as Flatten
        does, and a convolution or an Attention. ValueError if it is missing then, or does not fit.
        """
        batch = at_least_one(batch, "batch")
        shape = self.input_shape if input_shape is None else input_shape
        if shape is None or (input_shape is None and not self._takes(shape)):
            raise ValueError(
                "this network takes examples of several shapes; "
                f"say which: summary(input_shape={self._example_shape()})"
            )
        self.output_shape(shape)  # raises where it does not fit
        return summarise(self.chain, shape, batch=batch, dtype=self.dtype)

    def _takes(self, shape: Shape) -> bool:
        """Whether an example of this shape goes through."""
        try:
            self.output_shape(shape)
        except ValueError:
            return False
        return True

    def _example_shape(self) -> Shape | str:
        """A sequence or a picture that goes through, or else one that the first layer takes, or "..."."""
        last = self.input_shape or ()
        shapes: list[Shape] = [(10, *last), (28, 28, *last), (1, *last), (28, 28, 1)]
        for takes in (self.output_shape, self.layers[0].output_shape):
            for shape in shapes:
                with suppress(ValueError):
                    takes(shape)
                    return shape
        return "..."

    def _bind(self) -> None:
        """Make every layer's parameters and gradients views into the two flat vectors."""
        self.chain.bind(self._parameters, self._gradient)
        self.parameter_views = self.chain.parameter_views()
        self.gradient_views = self.chain.gradient_views()

    def astype(self, dtype: DTypeLike) -> Self:
        """A copy of the network that computes in float32 or float64, with the same numbers, rounded."""
        twin = copy.deepcopy(self)
        twin.dtype = float_dtype(dtype)
        twin._parameters = self._parameters.astype(twin.dtype)
        twin._gradient = self._gradient.astype(twin.dtype)
        twin._bind()
        return twin

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._bind()  # a copied view is an array of its own

    # numbers in and out

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write parameters, the layers' `state`, names and layers to an .npz file, whole or not at all."""
        state: dict[str, Any] = {f"state {name}": view for name, view in self.chain.state_views().items()}
        with atomic_write(path) as file:
            np.savez(
                file,
                layers=np.array(list(map(repr, self.layers))),
                names=np.array(self._names_and_shapes()),
                parameters=self.parameters,
                **state,
            )

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read what `save` wrote from a network of the same layers and dtype; nothing is unpickled."""
        name = os.fspath(path)
        with open(path, "rb") as stream:
            whole = io.BytesIO(stream.read())
        try:
            with np.load(whole, allow_pickle=False) as file:
                layers, parameters = file["layers"].tolist(), file["parameters"]
                names = file["names"].tolist() if "names" in file else self._names_and_shapes()
                state = {name: file[f"state {name}"] for name in self.chain.state_views()}
        except Exception as error:
            raise ValueError(
                f"{name} was not written by Network.save, or it is damaged ({error}); save the network again"
            ) from error
        same = (list(map(repr, self.layers)), self._names_and_shapes(), (self.size,))
        if (layers, names, parameters.shape) != same:
            raise ValueError(
                f"{name} holds {parameters.size} parameters of {layers}, this network is {list(self.layers)} "
                f"with {self.size}; build a network with the same layers first"
            )
        if parameters.dtype != self.dtype:
            raise TypeError(
                f"{name} holds {parameters.dtype}, this network computes in {self.dtype}; "
                f"build it with dtype=np.{parameters.dtype}"
            )
        self.parameters = parameters
        for name, view in self.chain.state_views().items():
            view[...] = state[name]

    def _names_and_shapes(self) -> list[str]:
        return [f"{name} {view.shape}" for name, view in self.parameter_views.items()]

    def __repr__(self) -> str:
        return f"Network({list(self.layers)}, dtype={self.dtype})"


def first_numbers(layers: Sequence[Layer], dtype: np.dtype[Any], seed: int) -> Array:
    """The flat vector that a network starts from: numbers that somebody chose for a layer, or drawn ones."""
    rng = np.random.default_rng(seed)
    parts = [
        array.ravel()
        for layer in layers
        for holder in layer.holders()
        for array in holder.first_numbers(rng, dtype).values()
    ]
    return np.concatenate([np.empty(0, dtype), *parts])


def at_least_one(value: int, name: str) -> int:
    """The value, if it is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)
