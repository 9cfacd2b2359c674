"""What every layer can do.

A layer is a pair: `forward` turns inputs into outputs and keeps what its derivative needs; `backward`
turns the gradient of the loss with respect to its outputs (`upstream`) into the gradient with respect to
its inputs. Everything kept is a plain attribute: print it, and you see what a backward pass costs in memory.
"""

from collections.abc import Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from backproplab.errors import BackproplabError

Array = NDArray[np.floating[Any]]
Shape = tuple[int, ...]


class NotYetError(BackproplabError, AttributeError, RuntimeError):
    """Something was asked for before the call that makes it."""


class Absent:
    """What an attribute is until it is set: reading it says what to do first.

    A method `__getattr__` could say the same, but Python then reads every attribute of the class more slowly.
    """

    def __init__(self, says: str) -> None:
        self.says = says

    def __get__(self, owner: object | None, kind: type) -> Any:
        if owner is None:
            return self
        raise NotYetError(kind.__name__ + self.says)


class Parameter(property):
    """A layer's parameter, which keeps its place: numbers assigned to it are copied there.

    The array is the layer's attribute `_name`, which `Layer.bind` sets, with its gradient in `name_gradient`.
    """

    def __init__(self) -> None:
        """Its name is the attribute's: `weights = Parameter()`."""

    def __set_name__(self, owner: type, name: str) -> None:
        def put(layer: object, numbers: Array) -> None:
            getattr(layer, f"_{name}")[...] = numbers

        super().__init__(attrgetter(f"_{name}"), put, doc=f"The layer's {name}; numbers assigned are copied.")
        unset = " has no `{}` yet; put the layer into a Network, or call .initialise(seed=0) to use it alone"
        setattr(owner, f"_{name}", Absent(unset.format(name)))
        setattr(owner, f"{name}_gradient", Absent(unset.format(f"{name}_gradient")))


class Layer:
    """A differentiable step of a network, without parameters unless a subclass names some.

    Subclasses give `forward` and `backward`. Arrays have shape `(batch, ...)`; a layer keeps their dtype.
    """

    parameter_shapes: Mapping[str, Shape] = MappingProxyType({})
    """Name and shape of each parameter, in the order in which a network stores them. The class has a
    `Parameter` of that name."""

    input_shape: Shape | None = None
    """Shape of one example that goes in, where the layer fixes it."""

    kept: tuple[str, ...] = ()
    """Attributes that `forward` sets and `backward` reads."""

    needs: Literal["input", "output", "nothing"] = "nothing"
    """Which array backward reads. A layer that needs its output alone can write it over its input, and
    ∂L/∂inputs over `upstream`."""

    has_place = False
    """Whether a network or a Residual holds the layer; a layer has one place."""

    def __init_subclass__(cls) -> None:
        for name in cls.kept:
            setattr(cls, name, Absent(f".backward needs `{name}`, which forward keeps; call forward first"))

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Outputs for inputs `x`, shape `(batch, ...)`; written to `out` where given."""
        raise NotImplementedError

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """∂L/∂inputs from `upstream` = ∂L/∂outputs; fills the parameters' gradients on the way."""
        raise NotImplementedError

    def parameter_gradients(self, upstream: Array) -> None:
        """Fill the gradients of the parameters alone: all that the first layer of a network owes."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one example that comes out, given that of one that goes in."""
        return input_shape

    def wrong_input(self, shape: Shape) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        expected = ", ".join(["batch", *map(str, self.input_shape or ("...",))])
        return ValueError(f"{type(self).__name__} expected inputs of shape ({expected}), got {shape}")

    def flops(self, input_shape: Shape) -> tuple[int, int]:
        """Floating-point operations an example: `(forward, backward)`; a multiply-add counts as 2."""
        size = int(np.prod(input_shape))
        return size, 2 * size

    @property
    def size(self) -> int:
        """How many parameters the layer has."""
        return sum(int(np.prod(shape)) for shape in self.parameter_shapes.values())

    @property
    def is_initialised(self) -> bool:
        """Whether the layer's parameters, if it has any, have numbers yet."""
        return all(f"_{name}" in vars(self) for name in self.parameter_shapes)

    def initialise(self, *, seed: int = 0, dtype: DTypeLike = np.float32) -> Self:
        """Give a layer outside a network parameters of its own; returns the layer."""
        self.bind(np.empty(self.size, dtype), np.zeros(self.size, dtype))
        self.draw(np.random.default_rng(seed))
        return self

    def draw(self, rng: np.random.Generator) -> None:
        """Draw new values for the parameters, in place."""

    def bind(self, parameters: Array, gradient: Array) -> None:
        """Make each parameter and its gradient a view into two flat vectors of length `size`."""
        start = 0
        for name, shape in self.parameter_shapes.items():
            if not isinstance(getattr(type(self), name, None), Parameter):
                kind = type(self).__name__
                raise TypeError(f"{kind} names a parameter {name!r}; give the class {name} = Parameter()")
            stop = start + int(np.prod(shape))
            setattr(self, f"_{name}", parameters[start:stop].reshape(shape))
            setattr(self, f"{name}_gradient", gradient[start:stop].reshape(shape))
            start = stop

    def parameter_views(self) -> dict[str, Array]:
        """The parameters by name; writing into one changes the layer."""
        return {name: getattr(self, name) for name in self.parameter_shapes}

    def gradient_views(self) -> dict[str, Array]:
        """The parameters' gradients by the parameters' names, as the last backward pass left them."""
        return {name: getattr(self, f"{name}_gradient") for name in self.parameter_shapes}

    def check_floats(self, x: Array) -> None:
        """Raise unless `x` is an array of floats."""
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or not x.ndim:
            what = (
                f"an array of {x.dtype}, shape {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
            )
            raise TypeError(
                f"{type(self).__name__} expected an array of floats with at least one axis, got {what}; "
                "convert it with np.array(x, dtype=float, ndmin=1)"
            )

    def check_upstream(self, upstream: Array, output: Array) -> None:
        """Raise unless `upstream` has the shape and dtype of the `output` that forward gave."""
        if upstream.shape != output.shape or upstream.dtype != output.dtype:
            raise ValueError(
                f"{type(self).__name__}.backward expected an upstream gradient like its output, "
                f"{output.shape} {output.dtype}, got {upstream.shape} {upstream.dtype}; "
                "pass ∂L/∂output of the last forward call"
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
