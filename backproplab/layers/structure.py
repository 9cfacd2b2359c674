"""Layers that route rather than compute: flattening, and a shortcut around other layers."""

from collections.abc import Iterator, Sequence

import numpy as np

from backproplab.layers.base import Array, Layer, Shape


class Flatten(Layer):
    """Turn each example into one row: `(batch, 28, 28)` to `(batch, 784)`, and gradients back again."""

    kept = ("shape",)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """View x as `(batch, features)`; keeps the shape that it had."""
        self.shape: Shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """View upstream in the shape that the input had."""
        if upstream.size != int(np.prod(self.shape)):
            raise ValueError(
                f"Flatten.backward expected {int(np.prod(self.shape))} numbers, for an input of shape "
                f"{self.shape}, got {upstream.shape}; pass ∂L/∂output of the last forward call"
            )
        return upstream.reshape(self.shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """`(features,)`."""
        return (int(np.prod(input_shape)),)

    def flops(self, input_shape: Shape) -> tuple[int, int]:
        """None: a view moves nothing."""
        return 0, 0


class Residual(Layer):
    """y = x + f(x), f the given layers in a row: the gradient gets a path that nothing shrinks.

    f must give back the shape that it gets. Source: He, Zhang, Ren and Sun 2016. Lesson 12.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        check_layers(layers, "Residual")
        self.layers = list(layers)
        for layer in self.layers:
            layer.has_place = True
        self.names = number_names(self.layers)
        self.input_shape = next((layer.input_shape for layer in self.layers if layer.input_shape), None)
        self.parameter_shapes = {
            f"{name}.{parameter}": shape
            for name, layer in zip(self.names, self.layers, strict=True)
            for parameter, shape in layer.parameter_shapes.items()
        }
        if self.input_shape:
            self.output_shape(self.input_shape)

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """X plus what the inner layers make of it."""
        inner = x
        for layer in self.layers:
            inner = layer.forward(inner)
        return np.add(x, inner, out=out)

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream, straight through the shortcut, plus upstream sent back through the inner layers."""
        inner = upstream
        for layer in reversed(self.layers):
            inner = layer.backward(inner)
        return np.add(upstream, inner, out=out)

    def parameter_gradients(self, upstream: Array) -> None:
        """Send upstream back through the inner layers."""
        for layer in reversed(self.layers):
            upstream = layer.backward(upstream)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in."""
        shape = input_shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
        if shape != input_shape:
            raise ValueError(
                f"Residual adds its input, {input_shape}, to its layers' output, {shape}; "
                "make the last inner layer's outputs equal the first one's inputs"
            )
        return input_shape

    def wrong_input(self, shape: Shape) -> ValueError:
        """The error of the first inner layer that fixes a shape."""
        return next((layer for layer in self.layers if layer.input_shape), Layer()).wrong_input(shape)

    def flops(self, input_shape: Shape) -> tuple[int, int]:
        """Those of the inner layers, and one addition an element each way."""
        size = int(np.prod(input_shape))
        forward, backward = size, size
        for layer in self.layers:
            inner_forward, inner_backward = layer.flops(input_shape)
            forward, backward = forward + inner_forward, backward + inner_backward
            input_shape = layer.output_shape(input_shape)
        return forward, backward

    @property
    def is_initialised(self) -> bool:
        """Whether every inner layer's parameters have numbers."""
        return all(layer.is_initialised for layer in self.layers)

    def draw(self, rng: np.random.Generator) -> None:
        """Draw each inner layer's parameters, first layer first."""
        for layer in self.layers:
            layer.draw(rng)

    def bind(self, parameters: Array, gradient: Array) -> None:
        """Hand each inner layer its part of the two flat vectors."""
        start = 0
        for layer in self.layers:
            stop = start + layer.size
            layer.bind(parameters[start:stop], gradient[start:stop])
            start = stop

    def parameter_views(self) -> dict[str, Array]:
        """The inner layers' parameters, as "dense1.weights"."""
        return self._prefixed([layer.parameter_views() for layer in self.layers])

    def gradient_views(self) -> dict[str, Array]:
        """The inner layers' gradients, as "dense1.weights"."""
        return self._prefixed([layer.gradient_views() for layer in self.layers])

    def _prefixed(self, views: list[dict[str, Array]]) -> dict[str, Array]:
        pairs = zip(self.names, views, strict=True)
        return {f"{layer}.{name}": view for layer, inner in pairs for name, view in inner.items()}

    def __repr__(self) -> str:
        return f"Residual({self.layers})"


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
        names.append(f"{kind}{counts[kind]}")
    return names


def check_layers(layers: Sequence[Layer], owner: str) -> None:
    """Raise unless these are layers that can go into a new network or residual."""
    if not layers:
        raise ValueError(f"{owner} needs at least one layer: {owner}([Dense(2, 2)])")
    for index, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"{owner} is made of layers, got {layer!r}; write Dense(2, 4), with its brackets")
        if layer.has_place or any(layer is other for other in layers[:index]):
            raise ValueError(f"{layer!r} has its place in a network already; make a new one for each place")


def flattened(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers that compute, those inside of a Residual in its place."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from flattened(layer.layers)
        else:
            yield layer
