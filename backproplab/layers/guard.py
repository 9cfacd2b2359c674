"""What stands around a layer that says nothing of what it keeps: it gives right gradients, or an error.

A layer that somebody writes in a hurry may write over the array that it is given, forget to return, return
another dtype, leave a gradient unset or add to it. Each of these would be a wrong gradient that nobody sees;
here each is an error that says what to write instead.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.contract import Array, Layer, NotYetError, Shape

# A nan with a mark of its own, so that a gradient that nobody set is told from one that became nan.
UNSET: dict[np.dtype[Any], NDArray[Any]] = {
    np.dtype(np.float32): np.array(0x7FC0BA5E, np.uint32),
    np.dtype(np.float64): np.array(0x7FF800000000BA5E, np.uint64),
}


class Guard:
    """A layer, its arrays protected and its answers checked. Where `out` is given, the layer takes it."""

    def __init__(self, name: str, layer: Layer) -> None:
        self.name = name
        self.layer = layer
        self.can_leave_out = takes(layer.backward, "needs_input_gradient")
        self.seen: tuple[Shape, np.dtype[Any], Shape] | None = None
        """Of the last forward pass that came by here: the input's shape and dtype, and the output's shape."""

    def forward(self, x: Array, **more: Any) -> Array:
        """The layer's forward; x cannot be written to."""
        y = self._outputs("forward", x, **more)
        self.seen = x.shape, x.dtype, y.shape
        return y

    def predict(self, x: Array, **more: Any) -> Array:
        """The layer's predict; x cannot be written to."""
        return self._outputs("predict", x, **more)

    def _outputs(self, method: str, x: Array, **more: Any) -> Array:
        y = self._call(method, x, **more)
        self._check(method, y, None, x.dtype if x.dtype.kind == "f" else self._parameter_dtype(y))
        if y.shape[:1] != x.shape[:1]:
            raise ValueError(
                f"{self.name}.{method} returned {y.shape} for a batch of {len(x)}, {x.shape}; "
                "it must return one output for each example, along the first axis"
            )
        return y

    def backward(self, upstream: Array, **more: Any) -> Array | None:
        """The layer's backward; upstream cannot be written to, and every gradient must be set."""
        mark_unset(self.layer)
        try:
            downstream = self._call("backward", upstream, **more)
        except AttributeError as error:
            if self.seen is None and not isinstance(error, NotYetError):
                raise NotYetError(
                    f"{self.name}.backward: {error}; call forward first, and set it there"
                ) from error
            raise
        check_set(self.name, self.layer)
        if self.seen is None or np.shape(upstream) != self.seen[2]:
            return downstream  # the layer's own forward was called, not this one
        shape, dtype, _ = self.seen
        if dtype.kind != "f" or (downstream is None and not more.get("needs_input_gradient", True)):
            return None
        self._check("backward", downstream, shape, dtype)
        return downstream

    def _call(self, method: str, array: Array, **more: Any) -> Array:
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{self.name}.{method} expected an array, got {type(array).__name__}")
        protected = array.view()
        protected.flags.writeable = False
        try:
            with called_once(self.name, self.layer, method):
                result: Array = getattr(self.layer, method)(protected, **more)
        except ValueError as error:
            if "read-only" not in str(error):
                if is_ours(self.layer):
                    raise  # it names itself
                raise ValueError(f"{self.name}.{method}, given {array.shape}: {error}") from error
            what = "upstream" if method == "backward" else "x"
            raise ValueError(
                f"{self.name}.{method} writes to the array that it is given; make a new one instead, such as "
                f"{what} = {what} * 2 for {what} *= 2"
            ) from error
        return result

    def _check(self, method: str, array: Any, shape: tuple[int, ...] | None, dtype: np.dtype[Any]) -> None:
        what = "∂L/∂inputs" if method == "backward" else "its outputs"
        if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray | np.matrix):
            raise TypeError(f"{self.name}.{method} returned {type(array).__name__}; return {what}, an array")
        if shape is not None and array.shape != shape:
            raise ValueError(
                f"{self.name}.{method} returned shape {array.shape}; return {what}, in the shape {shape} "
                "of the inputs"
            )
        if array.dtype != dtype:
            raise TypeError(
                f"{self.name}.{method} returned {array.dtype}, but computes in {dtype}; "
                f"convert what makes the difference, such as a constant array, with .astype(x.dtype)"
            )

    def _parameter_dtype(self, y: Any) -> np.dtype[Any]:
        """Of what integers become: that of the parameters; without any, what the layer chose."""
        own = next((view.dtype for view in self.layer.parameter_views().values()), None)
        return own or (y.dtype if getattr(y, "dtype", None) in UNSET else np.dtype(np.float64))


@contextmanager
def called_once(name: str, layer: Layer, method: str) -> Iterator[None]:
    """Raise where a layer calls one of those inside it twice: its backward would know the last call alone."""
    parts = {} if layer.keeps is not None else layer.parts

    def watched(part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        calls: list[str] = []

        def once(*given: Any, **more: Any) -> Any:
            calls.append(part)
            if len(calls) > 1:
                raise ValueError(
                    f"{name}.{method} calls {part}.{method} twice in one pass, but {part} keeps only what "
                    "its last call left, and a second backward overwrites the gradients of the first; "
                    "give each place a layer of its own, or write the two passes out by hand"
                )
            return call(*given, **more)

        return once

    for part, inner in parts.items():
        vars(inner)[method] = watched(part, getattr(inner, method))
    try:
        yield
    finally:
        for inner in parts.values():
            del vars(inner)[method]


def is_ours(layer: Layer) -> bool:
    """Whether a layer, and all inside it, is one of the package, whose orders tests have proven."""
    return is_of_the_package(layer) and all(is_ours(inner) for inner in layer.parts.values())


def is_of_the_package(layer: Layer) -> bool:
    """Whether a layer itself is one of the package, whatever is inside of it."""
    return type(layer).__module__.startswith("backproplab.layers.")


def mark_unset(layer: Layer) -> None:
    """Fill the gradients of the layer's parameters with a nan that can be told from any other."""
    for gradient in layer.gradient_views().values():
        bits = UNSET[gradient.dtype]
        gradient.view(bits.dtype)[...] = bits


def check_set(name: str, layer: Layer) -> None:
    """Raise unless a backward pass since `mark_unset` has set the whole gradient of each parameter."""
    for parameter, gradient in layer.gradient_views().items():
        bits = UNSET[gradient.dtype]
        if ((gradient.view(bits.dtype) << 1) == (bits << 1)).any():  # whatever its sign
            raise ValueError(
                f"{name}.backward left part of {parameter}_gradient as it was, or added to it; "
                f"a backward pass sets the whole gradient: self.{parameter}_gradient = ..."
            )
    for attribute in vars(layer):
        parameter = attribute.removesuffix("_gradient")
        if parameter != attribute and not attribute.startswith("_") and parameter in vars(layer):
            raise ValueError(
                f"{name}.backward sets {attribute}, but the layer has no parameter {parameter!r}; pass it to "
                f"super().__init__({parameter}=...), or nothing will ever change it"
            )


def takes(method: Callable[..., Any], name: str) -> bool:
    """Whether a method takes an argument of that name."""
    return name in inspect.signature(method).parameters
