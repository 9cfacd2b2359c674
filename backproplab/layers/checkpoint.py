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
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.layers.chain import Chain
from backproplab.layers.contract import Array, Cost, Layer, Shape, arrays_in
from backproplab.layers.guard import Guard, is_ours
from backproplab.layers.passes import agree


class Checkpoint(Chain):
    """y = fₙ(… f₂(f₁(x))), as a `Chain`, with x alone kept between forward and backward.

    Outputs and gradients are those of the layers without it, to the last bit.

    The first run goes through a copy of the layers, which shares their parameters and is then thrown away;
    the second, in `backward`, is that of the layers themselves. So whatever a pass moves in them, such as a
    random generator or a running mean of their own, is moved once, in `backward`, and the second run draws
    the numbers that the first drew. Layers whose outputs differ in the second run all the same, since their
    numbers come from somewhere else, are a RuntimeError.

    After `backward`, the arrays that the layers name in `keeps` are let go. A layer of your own that names
    none keeps its arrays until its next pass, as it does anywhere.

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
        """What the layers make of x; keeps x, and nothing of theirs."""
        y = x
        for twin in self._twins():
            y = twin.forward(y)
        self.x: Array = x
        self._sums = None if self._is_ours else sums(y)
        return y

    def backward(self, upstream: Array, *, needs_input_gradient: bool = True) -> Array | None:
        """Forward again from the x that was kept, then backward; what the layers kept for it is let go."""
        self._check_again(super().forward(self.x))
        downstream = super().backward(upstream, needs_input_gradient=needs_input_gradient)
        for layer in inside(self):
            let_go(layer)
        return downstream

    def predict(self, x: Array) -> Array:
        """What the layers predict; they keep nothing of it."""
        if not self.predicts_otherwise:
            return self.forward(x)
        vars(self).pop("x", None)  # of another pass: backward would be that of another batch
        for twin in self._twins():
            x = twin.predict(x)
        return x

    def _check_again(self, y: Array) -> None:
        """Raise unless y, of the second run, is what came out of the first; our own layers are not asked."""
        if self._sums is not None and not agree(sums(y), self._sums):
            raise RuntimeError(
                f"{self!r} gave another output when it ran a second time, for backward; a layer in it draws "
                "random numbers from elsewhere or remembers earlier passes there: let it draw from a "
                "np.random.Generator that is an attribute of its own, or leave it outside of the Checkpoint"
            )

    def _twins(self) -> list[Layer | Guard]:
        """Copies of the layers, with the very same parameters; guarded where a layer is not the package's."""
        parameters = [*self.parameter_views().values(), *self.gradient_views().values()]
        twins = copy.deepcopy(self.layers, {id(array): array for array in parameters})
        if self._is_ours:
            return list(twins)
        return [Guard(name, twin) for name, twin in zip(self.names, twins, strict=True)]

    # what it costs

    def cost(self, input_shape: Shape) -> Cost | None:
        """That of the layers, and one more forward pass on the way back."""
        once = super().cost(input_shape)
        if once is None:
            return None
        forward, parameters, inputs = once
        if self.size:
            return Cost(forward, forward + parameters, inputs)
        return Cost(
            forward, 0, forward + parameters + inputs
        )  # without parameters, nobody else asks for the pass back

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """The input, unless the layer before keeps it already."""
        return Layer.kept_bytes(self, input_shape, dtype, input_is_kept=input_is_kept)

    def filled_bytes(self, input_shape: Shape, dtype: np.dtype[Any]) -> int:
        """How many bytes more an example fills during `backward`, when the layers have run again."""
        inner = super().filled_bytes(
            input_shape, dtype
        )  # of a Checkpoint inside, while the others keep theirs
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


def let_go(layer: Layer) -> None:
    """Delete the arrays that a layer keeps for backward, as far as it names them."""
    held = vars(layer)
    for name in layer.keeps or {}:
        if any(True for _ in arrays_in({name: held.get(name)})):  # a Residual names its layers there
            del held[name]


def sums(outputs: Array) -> NDArray[np.float64]:
    """One number an example, by which two runs can be told apart."""
    total: NDArray[np.float64] = outputs.reshape(len(outputs), -1).sum(axis=1, dtype=np.float64)
    return total
