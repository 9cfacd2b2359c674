"""Layers in a row, which together are a layer again: what networks and residual blocks are made of."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from backproplab.layers.contract import Array, Cost, Layer, Shape
from backproplab.layers.guard import Guard, is_ours
from backproplab.layers.passes import Passes, errors_of


class LayerStep(NamedTuple):
    """What one layer did in a backward pass."""

    name: str
    layer: Layer
    upstream: Array
    """∂L/∂outputs, as it came in."""
    gradients: dict[str, Array]
    """The gradient of each parameter of the layer, by name."""
    downstream: Array | None
    """∂L/∂inputs, as it went on to the layer before; None where the inputs are integers."""


class Chain(Layer):
    """y = fₙ(… f₂(f₁(x))): forward from the first layer to the last, backward from the last to the first.

    Layers are named by kind and count ("dense1"), and each layer has one place. `passes` gives both passes
    once more for training, with arrays that are made once and written over where nobody reads them again.

    >>> from backproplab.layers import Dense, Tanh
    >>> chain = Chain([Dense(2, 4), Tanh(), Dense(4, 1)])
    >>> chain.forward(np.ones((3, 2))).shape, chain.backward(np.ones((3, 1))).shape
    ((3, 1), (3, 2))
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        check_layers(layers, type(self).__name__)
        names = number_names(layers)
        self.input_shape = chain_shapes(names, layers)
        self.layers = tuple(layers)
        self.names = tuple(names)
        self.integers = layers[0].integers
        self.leading_axes = all(layer.leading_axes for layer in layers)
        self._prepare()
        self.check_chain()
        for layer in layers:  # at the end: a chain that is refused has taken no layer's place
            layer.take_place()

    def _prepare(self) -> None:
        # Layers before the first one with parameters owe nobody a gradient in training.
        self.first_trained = next((index for index, layer in enumerate(self.layers) if layer.size), 0)
        self._guards = [Guard(name, layer) for name, layer in self.parts.items()]
        # The first time, all layers but our own are watched; later those that say nothing of what they keep.
        self._steps: list[Any] = [
            guard if guard.layer.keeps is None else guard.layer for guard in self._guards
        ]
        self._proven = all(is_ours(layer) for layer in self.layers)
        self._passes: dict[Shape, Passes] = {}

    @property
    def parts(self) -> dict[str, Layer]:
        """The layers by name."""
        return dict(zip(self.names, self.layers, strict=True))

    def check_chain(self) -> None:
        """Raise if the layers cannot be this kind of chain; the base takes any that fit each other."""

    # forward and backward, side by side

    def forward(self, x: Array) -> Array:
        """What the last layer makes of what the layers before it make of x."""
        for step in self._steps if self._proven else self._guards:
            x = step.forward(x)
        return x

    def backward(self, upstream: Array, *, needs_input_gradient: bool = True) -> Array | None:
        """∂L/∂x, each layer handing its own to the layer before; the gradient of each parameter is set."""
        downstream: Array | None = upstream
        if not self._proven:
            for taken in self.backward_steps(upstream, needs_input_gradient=needs_input_gradient):
                downstream = taken.downstream
            return downstream if needs_input_gradient else None
        first = 0 if needs_input_gradient else self.first_trained + 1
        for step in reversed(self._steps[first:]):
            downstream = step.backward(downstream)
        if needs_input_gradient:
            return downstream
        if self._guards[self.first_trained].can_leave_out:
            self._steps[self.first_trained].backward(downstream, needs_input_gradient=False)
        else:
            self._steps[self.first_trained].backward(downstream)
        return None

    def backward_steps(self, upstream: Array, *, needs_input_gradient: bool = True) -> Iterator[LayerStep]:
        """Do what `backward` does, one layer a step, last layer first."""
        steps = self._steps if self._proven else self._guards
        stop = 0 if needs_input_gradient else self.first_trained
        for index in range(len(steps) - 1, stop - 1, -1):
            step, layer = steps[index], self.layers[index]
            downstream: Array | None
            if index == stop and not needs_input_gradient and self._guards[index].can_leave_out:
                downstream = step.backward(upstream, needs_input_gradient=False)
            else:
                downstream = step.backward(upstream)
            yield LayerStep(self.names[index], layer, upstream, layer.gradient_views(), downstream)
            if downstream is None:  # the first layer's, by its nature or since nobody asked
                break
            upstream = downstream
        self._proven = True

    def predict(self, x: Array) -> Array:
        """`forward` where no backward pass will follow: each layer's own `predict`."""
        for step in self._steps if self._proven else self._guards:
            x = step.predict(x)
        return x

    @property
    def predicts_otherwise(self) -> bool:
        """Whether a layer does."""
        return any(layer.predicts_otherwise for layer in self.layers)

    def passes(self, shape: Shape, dtype: np.dtype[Any]) -> Passes:
        """Both passes for training on inputs of this whole shape: the gradient of the input is left out."""
        if shape not in self._passes:
            if len(self._passes) > 3:  # training meets its batch and the partial last one, so does validation
                self._passes.clear()
            self._passes[shape] = Passes(self.names, self.layers, shape, dtype, first=self.first_trained)
        return self._passes[shape]

    # what goes in, what comes out, what it costs

    def output_shape(self, input_shape: Shape) -> Shape:
        """Each layer's, one after the other; a ValueError of one has its name."""
        for name, layer in zip(self.names, self.layers, strict=True):
            with errors_of(name):
                input_shape = layer.output_shape(input_shape)
        return input_shape

    def output_axes(self, input_axes: Shape) -> Shape | None:
        """Each layer's, one after the other; None once one of them does not say."""
        axes: Shape | None = input_axes
        for layer in self.layers:
            if axes is not None:
                axes = layer.output_axes(axes)
        return axes

    def cost(self, input_shape: Shape) -> Cost | None:
        """All layers' costs. What comes before the first parameters is only done for the input's gradient."""
        forward = parameters = inputs = 0
        for index, layer in enumerate(self.layers):
            cost = layer.cost(input_shape)
            if cost is None:
                return None
            forward += cost.forward
            parameters += cost.parameters + (cost.inputs if index > self.first_trained else 0)
            inputs += cost.inputs if index <= self.first_trained else 0
            input_shape = layer.output_shape(input_shape)
        return Cost(forward, parameters, inputs)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """All that the layers keep, what two of them keep counted once."""
        count = 0
        for layer in self.layers:
            more, input_is_kept = layer.kept_bytes(input_shape, dtype, input_is_kept=input_is_kept)
            count += more
            input_shape = layer.output_shape(input_shape)
        return count, input_is_kept

    def filled_bytes(self, input_shape: Shape, dtype: np.dtype[Any]) -> int:
        """How many bytes more an example fills during backward: the most of any `Checkpoint` inside."""
        most = 0
        for layer in self.layers:
            if isinstance(layer, Chain):
                most = max(most, layer.filled_bytes(input_shape, dtype))
            input_shape = layer.output_shape(input_shape)
        return most

    # bad input, and copies

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error of the first layer that fixes a shape."""
        fixing = next((layer for layer in self.layers if layer.input_shape is not None), None)
        return fixing.wrong_input(shape) if fixing else super().wrong_input(shape)

    def bind(self, parameters: Array, gradient: Array) -> None:
        """Make each parameter and its gradient a view into two flat vectors of length `size`."""
        super().bind(parameters, gradient)
        self._passes.clear()

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in super().__getstate__().items()
            if name not in ("_passes", "_steps", "_guards")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._prepare()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.layers)})"


class Residual(Chain):
    """y = x + f(x), f the given layers in a row: the gradient gets a path that nothing shrinks.

    f must give back the shape that it gets. Source: He, Zhang, Ren and Sun 2016. Lesson 13.
    """

    keeps = {"layers": "input"}  # its first layer may

    def check_chain(self) -> None:
        """Raise if the layers do not give back the shape that they get."""
        if self.input_shape is not None:
            made = self.output_axes(self.input_shape)
            if made is not None and made != self.input_shape:
                raise self.wrong_sum(self.input_shape, made)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """X plus what the inner layers make of it."""
        inner = super().forward(x)
        if inner.shape != x.shape:
            raise self.wrong_sum(x.shape, inner.shape)
        y: Array = np.add(x, inner, out=out)
        return y

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """Upstream, straight through the shortcut, plus upstream sent back through the inner layers."""
        inner = super().backward(upstream, needs_input_gradient=needs_input_gradient)
        if inner is None:
            return None
        downstream: Array = np.add(upstream, inner, out=out)
        return downstream

    def predict(self, x: Array, out: Array | None = None) -> Array:
        """X plus what the inner layers predict of it."""
        y: Array = np.add(x, super().predict(x), out=out)
        return y

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in."""
        shape = super().output_shape(input_shape)
        if shape != input_shape:
            raise self.wrong_sum(input_shape, shape)
        return input_shape

    def wrong_sum(self, given: Shape, made: Shape) -> ValueError:
        """The error for inner layers that do not give back the shape that they get."""
        return ValueError(
            f"Residual adds its input, {given}, to its layers' output, {made}; "
            "make the last inner layer's outputs equal the first one's inputs"
        )

    def cost(self, input_shape: Shape) -> Cost | None:
        """That of the inner layers, and one addition an element each way."""
        inner, size = super().cost(input_shape), int(np.prod(input_shape))
        return inner and Cost(inner.forward + size, inner.parameters, inner.inputs + size)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """What the inner layers keep; the sum that comes out is not among it."""
        return super().kept_bytes(input_shape, dtype, input_is_kept=input_is_kept)[0], False


def chain_shapes(names: Sequence[str], layers: Sequence[Layer]) -> Shape | None:
    """Check that each layer takes what the one before gives; returns the input's last axes, None if open.

    What comes out of a layer is known as far as its `output_axes` say; behind one that does not, such as
    Flatten, the last axes may be anything.
    """
    first: Shape | None = None
    axes: Shape | None = None
    for index, (name, layer) in enumerate(zip(names, layers, strict=True)):
        if axes is None and layer.input_shape is not None:
            axes = layer.input_shape
            if all(keeps_last_axes(before, axes) for before in layers[:index]):
                first = axes
        if axes is None:
            continue
        try:
            axes = layer.output_axes(axes)
        except ValueError as error:
            raise ValueError(f"{name} does not fit what comes before it: {error}") from None
    return first


def keeps_last_axes(layer: Layer, axes: Shape) -> bool:
    """Whether a layer says that it leaves these last axes of an input as they are; an activation does."""
    try:
        return layer.output_axes(axes) == axes
    except ValueError:
        return False


def number_names(layers: Sequence[Layer]) -> list[str]:
    """Name layers by kind and count.

    >>> from backproplab.layers import Dense, ReLU
    >>> number_names([Dense(2, 4), ReLU(), Dense(4, 1)])
    ['dense1', 'relu1', 'dense2']
    """
    counts: dict[str, int] = {}
    names = []
    for layer in layers:
        kind = type(layer).__name__.lower()
        counts[kind] = counts.get(kind, 0) + 1
        names.append(f"{kind}_{counts[kind]}" if kind[-1].isdigit() else f"{kind}{counts[kind]}")
    return names


def check_layers(layers: Sequence[Layer], owner: str) -> None:
    """Raise unless these are layers that can be put in a row."""
    if not layers:
        raise ValueError(f"{owner} needs at least one layer: {owner}([Dense(2, 2)])")
    for layer in layers:
        if not isinstance(layer, Layer):
            raise TypeError(f"{owner} is made of layers, got {layer!r}; write Dense(2, 4), with its brackets")
    met: set[int] = set()
    for layer in layers:
        check_places(layer, met)


def check_places(layer: Layer, met: set[int]) -> None:
    """Raise if the layer, or one inside, has a place elsewhere, was met before, or hides its parameters."""
    if layer.has_place or id(layer) in met:
        raise ValueError(f"{layer!r} has its place in a network already; make a new one for each place")
    met.add(id(layer))
    layer.check_aliases()
    if not isinstance(layer, Chain):  # a chain has given its layers their place
        for inner in layer.parts.values():
            check_places(inner, met)
