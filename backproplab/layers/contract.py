"""What a layer is: a forward pass and, beside it, the backward pass that belongs to it.

    class TanhDense(Layer):                                 # a = tanh(x W)
        def __init__(self, inputs, outputs):
            rng = np.random.default_rng(0)
            super().__init__(weights=rng.normal(size=(inputs, outputs)) / np.sqrt(inputs))

        def forward(self, x):                               # (batch, inputs) -> (batch, outputs)
            self.x, self.a = x, np.tanh(x @ self.weights)
            return self.a

        def backward(self, upstream):                       # ∂L/∂a -> ∂L/∂x
            blame = upstream * (1 - self.a**2)              # ∂L/∂z, where z = x W
            self.weights_gradient = self.x.T @ blame
            return blame @ self.weights.T

That is a whole layer: put it into a `Network`, and it trains; give it to `check_gradients`, and it is
checked. Everything that forward keeps for backward is a plain attribute: print it, and you see what a
backward pass costs in memory.
"""

import copy
import hashlib
from collections.abc import Iterator, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from backproplab.errors import BackproplabError

Array = NDArray[np.floating[Any]]
Shape = tuple[int, ...]
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class Cost(NamedTuple):
    """Floating-point operations for one example; a multiply-add counts as 2."""

    forward: int
    parameters: int
    """Backward, for the gradients of the parameters."""
    inputs: int
    """Backward, for the gradient of the inputs: falls away where nobody asks for it."""


class Formulas(NamedTuple):
    """A layer's mathematics, in the letters of lesson 07, for pictures and tables."""

    forward: str = "y = layer(x)"
    upstream: str = "∂L/∂y"
    downstream: str = "∂L/∂x"
    parameters: Mapping[str, str] = MappingProxyType({})
    """The gradient of each parameter, by name."""


class Layer:
    """A differentiable step of a network. A layer of your own derives from it; the module shows one.

    **What it must have.** `forward(x)` takes an array `(batch, ...)` and returns a new one; what backward
    will read, it keeps in attributes. `backward(upstream)` takes ∂L/∂outputs, in the shape of the outputs,
    sets the whole gradient of each parameter, and returns ∂L/∂inputs, in the shape of the inputs. Both leave
    the arrays that they are given as they are, and both keep the dtype (float32 or float64) that comes in.

    **Parameters** are arrays that are passed by name to `super().__init__(weights=...)`. From then on
    `self.weights` and `self.weights_gradient` exist. Numbers assigned to them are copied into their place,
    since a network keeps all parameters in one flat vector. A gradient is overwritten by each backward pass;
    there is nothing to clear, and adding to it is an error.

    **What it may say, for speed.** A layer that says nothing is right in any network, since nothing of what
    it sees is ever written over. More can be said by class attributes, and is worth it for large arrays:

    - `keeps`: which attributes forward sets for backward, and what each of them is: the layer's "input", its
      "output", or an array of its "own". Arrays that nobody keeps may then be written over.
    - `in_place = True`: both passes are still right if `out` is the very array that comes in.
    - a second argument `out=None` of forward and of backward: where to write the result; what stands there
      before is garbage. Arrays that a layer with `keeps` sees come again in the next pass with other
      numbers: copy what it carries over.
    - a keyword `needs_input_gradient=True` of backward: False where nobody asks for ∂L/∂inputs, as in
      the first layer of a network in training; backward may then return None.

    **Layers inside a layer** are attributes, alone or in a list: `self.query = Dense(8, 8)`. Their parameters
    are the outer layer's too, as "query.weights". Each keeps what its last forward left, so that it can be
    called only once in a pass.

    `integers`, `input_shape`, `output_shape`, `output_axes`, `cost`, `draw` and `formulas` say more; without
    `draw`, a layer starts from the numbers of its constructor, whatever the network's seed.

    **A layer that predicts otherwise than it trains** has a method `predict(x)` too, which `Network.predict`
    calls in place of forward, and names in `state` its arrays that no gradient moves. `BatchNorm` is one.

    The first two passes of a network for inputs of a shape are done twice, once by hand on copies of its
    layers, and what differs is an error.

    A class that overrides `forward` or `backward` says `keeps` and `in_place` anew: what its parent said
    was about the parent's code.
    """

    keeps: ClassVar[Mapping[str, Literal["input", "output", "own"]] | None] = None
    in_place: ClassVar[bool] = False

    state: ClassVar[tuple[str, ...]] = ()
    """The attributes that hold numbers which training moves without a gradient, such as a running mean."""

    integers: bool = False
    """Whether inputs are integers, such as the numbers of words, instead of floats."""

    input_shape: Shape | None = None
    """The last axes of an input, where the layer fixes them: `(features,)`. None: it takes any."""

    leading_axes: bool = False
    """Whether it takes any axes between the batch and the last ones, such as time."""

    formulas: Formulas = Formulas()
    """The layer's mathematics in words that pictures show."""

    has_place = False
    """Whether a network or another layer holds this one; a layer has one place."""

    _names: tuple[str, ...] = ()  # of its own parameters
    _chosen = False  # whether `initialise` chose numbers and dtype
    _constructed = b""  # a digest of the numbers that it was constructed with, until somebody chose others

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if {"forward", "backward"} & vars(cls).keys():
            for name, unsaid in (("keeps", None), ("in_place", False)):
                if name not in vars(cls):
                    setattr(cls, name, unsaid)
        if cls.keeps is not None and not (
            isinstance(cls.keeps, Mapping) and set(cls.keeps.values()) <= {"input", "output", "own"}
        ):
            raise TypeError(
                f"{cls.__name__}.keeps says of each attribute that forward sets what it is, "
                f"'input', 'output' or 'own': keeps = {{'x': 'input'}}; got {cls.keeps!r}"
            )
        for name in cls.keeps or ():
            if not hasattr(cls, name):
                setattr(
                    cls, name, Absent(f".backward needs `{name}`, which forward keeps; call forward first")
                )

    def __init__(self, **parameters: ArrayLike) -> None:
        for name, numbers in parameters.items():
            array = np.array(numbers)
            if array.dtype.kind not in "biuf" or isinstance(numbers, np.ma.MaskedArray):
                raise TypeError(
                    f"{type(self).__name__}: a parameter is an array of numbers, got {name}={numbers!r:.60}"
                )
            self._hold(name, array if array.dtype in FLOATS else array.astype(np.float64))
        self._names = (*self._names, *parameters)  # those of a parent's __init__ stay
        self._constructed = self._digest()

    # forward and backward, side by side

    def forward(self, x: Array) -> Array:
        """Outputs `(batch, ...)` for inputs x `(batch, ...)`."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward(self, x) yet; see Layer for an example"
        )

    def backward(self, upstream: Array) -> Array | None:
        """∂L/∂inputs from `upstream` = ∂L/∂outputs; sets the gradient of each parameter on the way."""
        raise NotImplementedError(
            f"{type(self).__name__} has no backward(self, upstream) yet; see Layer for an example"
        )

    def predict(self, x: Array) -> Array:
        """What the layer answers to x where no backward pass will follow: `forward`, unless a layer differs.

        One that does makes backward an error until forward is called again: what the layers keep is then of
        different passes.
        """
        for name, part in self.parts.items():
            if part.predicts_otherwise:
                raise NotImplementedError(
                    f"{name}, inside {type(self).__name__}, predicts otherwise than it trains; write "
                    f"{type(self).__name__}.predict(self, x), with {name}.predict where forward has {name}"
                )
        return self.forward(x)

    @property
    def predicts_otherwise(self) -> bool:
        """Whether `predict` is another function than `forward`, here or in a layer inside."""
        own = type(self).predict is not Layer.predict
        return own or any(part.predicts_otherwise for part in self.parts.values())

    def __call__(self, x: Array) -> Array:
        """`forward`."""
        return self.forward(x)

    # what goes in, what comes out, what it costs

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one example's output, for one example of `input_shape`.

        Unless a layer states it, a copy of the layer tries it out on zeros.
        """
        return self._tried(input_shape)[2].shape[1:]

    def output_axes(self, input_axes: Shape) -> Shape | None:
        """The last axes of an output, where those of an input are `input_axes`; None: that does not say it.

        What a network can know of shapes before it has seen an input. ValueError if the axes do not fit.
        """
        own = self.input_shape or ()
        both = min(len(own), len(input_axes))
        if own[len(own) - both :] != input_axes[len(input_axes) - both :]:
            between = () if self.leading_axes else ("...",)
            raise self.wrong_input(("batch", *between, *input_axes))
        if not self.leading_axes or type(self).output_shape is Layer.output_shape:
            return None
        known = input_axes if len(input_axes) > len(own) else own
        return self.output_shape((1, *known))[1:]  # it takes any axes before these

    def cost(self, input_shape: Shape) -> Cost | None:
        """Floating-point operations for one example of `input_shape`; None if the layer does not say."""
        return None

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """How many bytes an example leaves in the layer for backward, and whether its output is among them.

        With `input_is_kept`, those that the layer before keeps already are not counted again.
        """
        if self.keeps is None or "own" in self.keeps.values():
            return self._measured(input_shape, dtype, input_is_kept)
        kinds = set(self.keeps.values())
        inputs = int(np.prod(input_shape)) * (8 if self.integers else dtype.itemsize)
        outputs = int(np.prod(self.output_shape(input_shape))) * dtype.itemsize
        count = inputs * ("input" in kinds and not input_is_kept) + outputs * ("output" in kinds)
        return count, "output" in kinds

    # parameters

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """Fresh numbers for the parameters of this layer itself, by name; those left out keep theirs."""
        return {}

    def initialise(self, *, seed: int = 0, dtype: DTypeLike = np.float32) -> Self:
        """Draw the parameters anew, in float32 or float64; returns the layer.

        A network that the layer is put into afterwards keeps these numbers, and must be of this dtype.
        """
        dtype = float_dtype(dtype)
        if self.has_place and any(view.dtype != dtype for view in self.parameter_views().values()):
            raise ValueError(
                f"{self!r} is part of a network, which computes in another dtype than {dtype}; "
                f"make a new layer, or a network with dtype=np.{dtype}"
            )
        rng = np.random.default_rng(seed)
        new = [(holder, holder.drawn(rng, dtype)) for holder in self.holders()]  # before anything changes
        for holder, numbers in new:
            for name, array in numbers.items():
                if self.has_place:
                    setattr(holder, name, array)
                else:
                    holder._hold(name, array)
            holder._chosen = True
        return self

    def astype(self, dtype: DTypeLike) -> Self:
        """A copy of the layer that computes in float32 or float64, with the same numbers, rounded."""
        twin, dtype = copy.deepcopy(self), float_dtype(dtype)
        for holder in twin.holders():
            for name in holder._names:
                holder._hold(name, getattr(holder, name).astype(dtype))
        return twin

    @property
    def parts(self) -> dict[str, "Layer"]:
        """The layers inside this one, by the names of their attributes; those of a list have numbers."""
        return {
            name: layer
            for attribute, value in vars(self).items()
            for name, layer in named_layers(attribute, value)
        }

    def check_aliases(self) -> None:
        """Raise if a parameter is held by another attribute too: in a network, it would stay behind."""
        own = [vars(self)[f"_{name}{suffix}"] for name in self._names for suffix in ("", "_gradient")]
        for attribute, value in vars(self).items():
            for array in () if attribute.startswith("_") else arrays_in({attribute: value}):
                if any(np.may_share_memory(array, parameter) for parameter in own):
                    raise ValueError(
                        f"{self!r} holds a parameter in `{attribute}` too, which a network would not move; "
                        "read it by its own name"
                    )

    def take_place(self) -> None:
        """Say of this layer and of those inside that they have their one place."""
        self.has_place = True
        for layer in self.parts.values():
            layer.take_place()

    @property
    def size(self) -> int:
        """How many parameters the layer has, with those of the layers inside of it."""
        return sum(view.size for view in self.parameter_views().values())

    def parameter_views(self) -> dict[str, Array]:
        """The parameters by name, those of a layer inside as "dense1.weights"; they can be written into."""
        return self._views("")

    def gradient_views(self) -> dict[str, Array]:
        """The parameters' gradients by the parameters' names, as the last backward pass left them."""
        return self._views("_gradient")

    def state_views(self) -> dict[str, Array]:
        """The arrays that `state` names, those of a layer inside as "batchnorm1.running_mean"."""
        inner = {
            f"{part}.{name}": view
            for part, layer in self.parts.items()
            for name, view in layer.state_views().items()
        }
        return {name: vars(self)[name] for name in self.state} | inner

    def _views(self, suffix: str) -> dict[str, Array]:
        held = vars(self)
        own = {name: held[f"_{name}{suffix}"] for name in self._names}
        inner = {
            f"{part}.{name}": view
            for part, layer in self.parts.items()
            for name, view in layer._views(suffix).items()
        }
        return own | inner

    def holders(self) -> Iterator["Layer"]:
        """This layer and those inside, as far as they hold parameters, in the order of `parameter_views`."""
        if self._names:
            yield self
        for layer in self.parts.values():
            yield from layer.holders()

    def drawn(self, rng: np.random.Generator, dtype: np.dtype[Any]) -> dict[str, Array]:
        """New numbers for the layer's own parameters: drawn ones, and copies of those that nobody draws."""
        fresh = self.draw(rng)
        for name, array in fresh.items():
            if name not in self._names or np.shape(array) != getattr(self, name).shape:
                raise ValueError(
                    f"{type(self).__name__}.draw gave {name!r} of shape {np.shape(array)}; it has "
                    f"{ ({own: getattr(self, own).shape for own in self._names}) }"
                )
        return {name: np.array(fresh.get(name, getattr(self, name)), dtype) for name in self._names}

    def first_numbers(self, rng: np.random.Generator, dtype: np.dtype[Any]) -> dict[str, Array]:
        """The layer's own parameters for a new network: those that somebody chose, or else drawn ones."""
        if self._chosen or self._digest() != self._constructed:
            own = {name: getattr(self, name) for name in self._names}
            for array in own.values():
                if self._chosen and array.dtype != dtype:
                    raise TypeError(
                        f"{self!r} was initialised in {array.dtype}, the network computes in {dtype}; "
                        f"initialise it with dtype=np.{dtype}"
                    )
            return {name: np.array(array, dtype) for name, array in own.items()}
        return self.drawn(rng, dtype)

    def bind(self, parameters: Array, gradient: Array) -> None:
        """Make each parameter and its gradient a view into two flat vectors of length `size`."""
        start = 0
        for holder in self.holders():
            for name in holder._names:
                shape = getattr(holder, name).shape
                stop = start + int(np.prod(shape))
                holder._hold(name, parameters[start:stop].reshape(shape), gradient[start:stop].reshape(shape))
                start = stop
            holder._constructed = b"placed"  # from now on they are numbers that somebody chose

    def _hold(self, name: str, array: Array, gradient: Array | None = None) -> None:
        """Keep the array and its gradient; the class shows them as attributes that keep their place."""
        self._show(name)
        vars(self)[f"_{name}"] = array
        vars(self)[f"_{name}_gradient"] = np.zeros_like(array) if gradient is None else gradient

    def _show(self, name: str) -> None:
        """Give the class the two attributes of a parameter, unless it has them."""
        for attribute in (name, f"{name}_gradient"):
            found = getattr(type(self), attribute, None)
            taken = hasattr(Layer, attribute) or hasattr(Layer, f"_{attribute}")
            if found is None and not taken:
                setattr(type(self), attribute, _InItsPlace(attribute))
            elif not isinstance(found, _InItsPlace):
                raise ValueError(
                    f"a layer has a {attribute!r} already; give the parameter {name!r} another name"
                )

    def _digest(self) -> bytes:
        """What tells whether somebody changed the layer's own parameters."""
        if type(self).draw is Layer.draw:
            return b""  # nobody draws them anew, so it does not matter
        digest = hashlib.blake2b()
        for name in self._names:
            digest.update(getattr(self, name).tobytes())
        return digest.digest()

    # a copy that tries things out

    def _tried(self, input_shape: Shape, *, examples: int = 2) -> tuple[dict[str, Any], Array, Array]:
        """What a forward pass of examples of zeros sets in a copy, what went in, and what came out."""
        dtype = next((view.dtype for view in self.parameter_views().values()), np.dtype(np.float64))
        x = np.zeros((examples, *input_shape), np.int64 if self.integers else dtype)
        twin = copy.deepcopy(self)
        before = dict(vars(twin))
        with np.errstate(all="ignore"):
            output = twin.forward(x)
        changed = {name: value for name, value in vars(twin).items() if value is not before.get(name)}
        return changed, x, output

    def _measured(self, input_shape: Shape, dtype: np.dtype[Any], input_is_kept: bool) -> tuple[int, bool]:
        """What a third example adds to what forward leaves in the attributes, each array counted once."""
        count = {}
        for examples in (2, 3):
            attributes, x, output = self.astype(dtype)._tried(input_shape, examples=examples)
            known = [x] if input_is_kept else []
            kept: list[NDArray[Any]] = []
            for array in arrays_in(attributes):
                if not any(np.may_share_memory(array, other) for other in known + kept):
                    kept.append(array)
            count[examples] = sum(array.nbytes for array in kept)
        return count[3] - count[2], any(np.may_share_memory(output, array) for array in kept)

    # bad input

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        expected = ", ".join(["batch", *map(str, self.input_shape or ("...",))])
        return ValueError(f"{type(self).__name__} expected inputs of shape ({expected}), got {shape}")

    def wrong_dtype(self, got: np.dtype[Any], own: np.dtype[Any]) -> TypeError:
        """The error for inputs in another dtype than the layer's own: which is which, and what to do."""
        return TypeError(
            f"{type(self).__name__} computes in {own}, got {got} inputs; "
            f"convert them with x.astype(np.{own}), or choose the layer's dtype"
        )

    def check_floats(self, x: Array) -> None:
        """Raise unless `x` is a plain array of floats."""
        if type(x) is not np.ndarray or x.dtype.kind != "f" or not x.ndim:
            what = f"an array of {x.dtype}, shape {x.shape}" if type(x) is np.ndarray else type(x).__name__
            raise TypeError(
                f"{type(self).__name__} expected an array of floats with at least one axis, got {what}; "
                "convert it with np.array(x, dtype=float, ndmin=1)"
            )

    def check_upstream(self, upstream: Array, output: Array) -> None:
        """Raise unless `upstream` has the shape and dtype of the `output` that forward gave."""
        if (
            type(upstream) is not np.ndarray
            or upstream.shape != output.shape
            or upstream.dtype != output.dtype
        ):
            got = (
                f"{upstream.shape} {upstream.dtype}"
                if type(upstream) is np.ndarray
                else type(upstream).__name__
            )
            raise ValueError(
                f"{type(self).__name__}.backward expected an upstream gradient like its output, "
                f"{output.shape} {output.dtype}, got {got}; pass ∂L/∂output of the last forward call"
            )

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"has_place": False}  # a copy is free to go elsewhere

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for name in self._names:  # a new process, which unpickles it, may have made no layer of the class yet
            self._show(name)
        for layer in self.parts.values():
            layer.take_place()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


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


class _InItsPlace(property):
    """An attribute whose array stays where it is: numbers assigned to it are copied there.

    In an instance that has no such parameter (another one of its class does) it is an attribute like any.
    """

    def __init__(self, name: str) -> None:
        place, parameter = f"_{name}", name.removesuffix("_gradient")

        def put(layer: Layer, numbers: ArrayLike) -> None:
            held = vars(layer)
            if parameter not in layer._names:
                held[place] = numbers
                return
            array = held[place]
            if isinstance(numbers, np.ma.MaskedArray):
                raise TypeError(f"{name} cannot keep a mask; assign its numbers, such as array.filled(0)")
            if name != parameter and np.shape(numbers) != array.shape:
                raise ValueError(
                    f"{type(layer).__name__}.{name} has shape {array.shape}, got {np.shape(numbers)}; "
                    "a gradient has one number for each of the parameter's"
                )
            array[...] = numbers
            layer._constructed = b"chosen"

        super().__init__(attrgetter(place), put, doc="Numbers assigned are copied into the array's place.")


def named_layers(name: str, value: Any) -> Iterator[tuple[str, Layer]]:
    """The layers in an attribute's value: itself, or those in a list or dict, by number or key."""
    if isinstance(value, Layer):
        yield name, value
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value, 1):
            yield from named_layers(f"{name}{number}", each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from named_layers(f"{name}_{key}", each)


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """The dtype, if it is one that a layer can compute in."""
    found = np.dtype(dtype)
    if found not in FLOATS:
        raise TypeError(f"layers compute in float32 or float64, got dtype {found}")
    return found


def is_count(value: object, *, least: int = 1) -> bool:
    """Whether a value is a whole number, from `least` on.

    >>> is_count(3), is_count(0), is_count(2.0)
    (True, False, False)
    """
    return isinstance(value, int | np.integer) and bool(value >= least)


def no_array(shape: Shape, dtype: np.dtype[Any]) -> Array:
    """An array of that shape and dtype that takes no room, to compare another with."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def arrays_in(attributes: Mapping[str, Any]) -> Iterator[NDArray[Any]]:
    """The arrays among an object's attributes, those in lists, tuples and dicts too."""
    for value in attributes.values():
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, dict):
            yield from arrays_in(value)
        elif isinstance(value, list | tuple):
            yield from arrays_in({str(index): each for index, each in enumerate(value)})
