"""Checkpoint: layers that keep their input alone, and compute the rest a second time when it is needed.

Between forward and backward a network keeps an array for nearly every layer. Where that is too much, a few
layers in a row can share a `Checkpoint`: its forward pass lets go of all that they keep, and its backward
pass first runs them forward once more. Memory falls, and time grows by one forward pass of these layers; and
by some tens of microseconds a layer for copies, which show where a layer has little to do.

With n equal layers in blocks of k, the n/k inputs of the blocks stay between the passes, and backward fills
the k arrays of one block at a time: n/k + k arrays in all, which is least at k = √n. Sources: Griewank and
Walther 2000; Chen, Xu, Zhang and Guestrin 2016. Lesson 16.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from backproplab.layers.chain import Chain
from backproplab.layers.contract import Array, Cost, Layer, Shape, arrays_in
from backproplab.layers.guard import is_of_the_package, is_ours
from backproplab.layers.passes import agree


class Checkpoint(Chain):
    """y = fₙ(… f₂(f₁(x))), as a `Chain`, with x alone kept between forward and backward.

    Outputs and gradients are those of the layers without it, to the last bit.

    The layers run forward as anywhere, and what a pass moves in them, such as a random generator or a running
    mean of their own, moves there and then. Before they do, all that they hold beside their parameters is
    copied. In `backward` they run once more from that copy, so that they draw the numbers that they drew, and
    then hold again what they held: however often it is called, it moves nothing that forward moves. Layers
    whose outputs differ in the second run all the same, since their numbers come from somewhere else, are a
    RuntimeError.

    After either pass, the arrays that forward has set in the layers are let go: those that a layer names in
    `keeps`, or, where it names none, every one in a place that held no array before. So a running mean of
    your own that is None until the first pass has to be named in `state`, as the contract says. What the
    package's own layers name in `keeps` is let go even if it was there before: it is always a pass's.

    >>> from backproplab.layers import Dense, Tanh
    >>> for kind in (Chain, Checkpoint):
    ...     layer = kind([Dense(2, 50), Tanh(), Dense(50, 1)])
    ...     print(kind.__name__, layer.kept_bytes((2,), np.dtype(np.float64))[0], layer.cost((2,)))
    Chain 416 Cost(forward=401, parameters=551, inputs=200)
    Checkpoint 16 Cost(forward=401, parameters=952, inputs=200)
    """

    keeps = {"x": "input"}

    def _prepare(self) -> None:
        super()._prepare()
        self._is_ours = is_ours(self)

    # forward and backward, side by side

    def forward(self, x: Array) -> Array:
        """What the layers make of x; keeps x, and what the layers held before, but nothing that they keep."""
        vars(self).pop("x", None)  # of another pass, should this one fail
        self._start = snapshot(self)
        before = attributes(self)
        try:
            y = super().forward(x)
        finally:
            let_go(before)
        self.x: Array = x
        self._marks = None if self._is_ours else fingerprints(y)
        return y

    def backward(self, upstream: Array, *, needs_input_gradient: bool = True) -> Array | None:
        """Forward again from the x that was kept, then backward; what the layers kept for it is let go."""
        x, before = self.x, attributes(self)
        try:
            self._run_again(x, before)
            return super().backward(upstream, needs_input_gradient=needs_input_gradient)
        finally:
            let_go(before)

    def predict(self, x: Array) -> Array:
        """What the layers predict; they keep nothing of it."""
        if not self.predicts_otherwise:
            return self.forward(x)
        vars(self).pop("x", None)  # of another pass: backward would be that of another batch
        before = attributes(self)
        try:
            return super().predict(x)
        finally:
            let_go(before)

    def _run_again(self, x: Array, held: list[tuple[Layer, dict[str, Any]]]) -> None:
        """Run forward from where the last run began; leaves what backward reads, and else what was held."""
        for (layer, _), copied in zip(held, copy.deepcopy(self._start, shared(self)), strict=True):
            vars(layer).update(copied)
        start = attributes(self)
        try:
            y = super().forward(x)
        finally:
            for (layer, own), (_, began) in zip(held, start, strict=True):
                kept = {name: vars(layer)[name] for name in set_by_forward(layer, began)}
                vars(layer).clear()
                vars(layer).update(own | kept)
        self._check_again(y)

    def _check_again(self, y: Array) -> None:
        """Raise unless y, of the second run, is what came out of the first; our own layers are not asked."""
        if self._marks is not None and not agree(fingerprints(y), self._marks):
            raise RuntimeError(
                f"{self!r} gave another output when it ran a second time, for backward; a layer in it draws "
                "random numbers from elsewhere or remembers earlier passes there: let it draw from a "
                "np.random.Generator that is an attribute of its own, or leave it outside of the Checkpoint"
            )

    # what it costs

    def cost(self, input_shape: Shape) -> Cost | None:
        """That of the layers, and one more forward pass on the way back."""
        once = super().cost(input_shape)
        if once is None:
            return None
        forward, parameters, inputs = once
        if self.size:
            return Cost(forward, forward + parameters, inputs)
        # without parameters, nobody else asks for the pass back
        return Cost(forward, 0, forward + parameters + inputs)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """The input, unless the layer before keeps it already."""
        return Layer.kept_bytes(self, input_shape, dtype, input_is_kept=input_is_kept)

    def filled_bytes(self, input_shape: Shape, dtype: np.dtype[Any]) -> int:
        """How many bytes more an example fills during `backward`, when the layers have run again."""
        # of a Checkpoint inside, while the others keep theirs
        inner = super().filled_bytes(input_shape, dtype)
        return super().kept_bytes(input_shape, dtype, input_is_kept=True)[0] + inner


def in_blocks(layers: Sequence[Layer], size: int) -> list[Layer]:
    """The layers in Checkpoints of `size` each; the last block has what is left over.

    ValueError if the size is below 1.

    >>> from backproplab.layers import Tanh
    >>> in_blocks([Tanh(), Tanh(), Tanh()], 2)
    [Checkpoint([Tanh(), Tanh()]), Checkpoint([Tanh()])]
    """
    if size < 1:
        raise ValueError(f"a block has at least one layer, got size={size}; √n of n layers is a good choice")
    return [Checkpoint(layers[start : start + size]) for start in range(0, len(layers), size)]


def inside(layer: Layer) -> Iterator[Layer]:
    """All layers inside a layer, those inside of them too."""
    for part in layer.parts.values():
        yield part
        yield from inside(part)


def attributes(layer: Layer) -> list[tuple[Layer, dict[str, Any]]]:
    """Each layer inside, with the attributes that it has now."""
    return [(part, dict(vars(part))) for part in inside(layer)]


def snapshot(layer: Layer) -> list[dict[str, Any]]:
    """Copies of all that a forward pass may read and move in the layers inside, one after the other.

    Of a layer of the package that is what it names in `state`. Objects that two layers share, such as one
    generator, are shared by the copies.
    """
    found = []
    for part in inside(layer):
        keeps, own = part.keeps or {}, {f"_{name}{end}" for name in part._names for end in ("", "_gradient")}
        found.append(
            {
                name: value
                for name, value in vars(part).items()
                if name in part.state
                or not (is_of_the_package(part) or name in own or keeps.get(name) in ("input", "output"))
            }
        )
    return copy.deepcopy(found, shared(layer))


def shared(layer: Layer) -> dict[int, Any]:
    """The memo of a `deepcopy` that copies none of the layers inside."""
    return {id(part): part for part in inside(layer)}


def set_by_forward(layer: Layer, before: Mapping[str, Any]) -> list[str]:
    """The attributes that a forward pass has set for backward, by what was there before it.

    In a layer of yours, an array of its own that was there before may be a table that is made only once; what
    the package's layers name in `keeps` is set anew by each pass, arrays, shapes and dtypes.
    """
    keeps = layer.keeps or {}
    return [
        name
        for name, value in vars(layer).items()
        if name not in layer.state
        and (
            (keeps.get(name) == "own" and package_says_keeps(layer))
            or (
                value is not before.get(name)
                and (layer.keeps is None or name in keeps)
                and holds_arrays(value)
                and (keeps.get(name) in ("input", "output") or not holds_arrays(before.get(name)))
            )
        )
    ]


def let_go(before: list[tuple[Layer, dict[str, Any]]]) -> None:
    """Put back what stood in the attributes in which forward has put arrays since."""
    for layer, held in before:
        for name in set_by_forward(layer, held):
            if holds_arrays(held.get(name)) or name not in held or package_says_keeps(layer):
                del vars(layer)[name]
            else:
                vars(layer)[name] = held[name]


def package_says_keeps(layer: Layer) -> bool:
    """Whether a layer's `keeps` was said by the package: a class of yours may inherit it."""
    says = next(kind for kind in type(layer).__mro__ if "keeps" in vars(kind))
    return says.__module__.startswith("backproplab.layers.")


def holds_arrays(value: Any) -> bool:
    """Whether an attribute is an array, or a list, tuple or dict with one in it."""
    return any(True for _ in arrays_in({"": value}))


def fingerprints(outputs: Array) -> Array:
    """One number an example, by which two runs can be told apart: a sum with a weight of its own for each.

    A plain sum would not tell two outputs of a softmax apart, nor the same features in another order.
    """
    flat = outputs.reshape(len(outputs), math.prod(outputs.shape[1:]))
    weights = np.random.default_rng(0).uniform(1.0, 2.0, flat.shape[1]).astype(flat.dtype)
    return flat @ weights
