"""Both passes of a chain in training, through arrays that are made once and written over where that is safe.

What may be written over is decided here and nowhere else, from what the layers say of themselves:

- An output may be written over by the next layer if it stands in an array from here, the layer that made
  it does not keep it, and the next layer does not keep its input and can work in place.
- A gradient on its way back may be written over by the layer that it comes to if it stands in an array
  from here, and that layer can work in place.
- A layer that says nothing of what it keeps gets no array from here, and nothing that it sees is written
  over.

Nobody is believed. The first two passes are done a second time by hand, on copies of the layers with a
`Guard` around each, and outputs and gradients must agree. Networks of the package's own layers are spared
that: tests have proven those in every order of two, and in many of three.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Layer, Shape, arrays_in
from backproplab.layers.guard import Guard, check_set, is_ours, mark_unset, takes

Step = Callable[..., Any]


class Passes:
    """A forward pass, and a backward pass that leaves out the gradient of the chain's input.

    For inputs of one whole `shape`; `first` is the index of the first layer with parameters.
    """

    def __init__(
        self, names: Sequence[str], layers: Sequence[Layer], shape: Shape, dtype: np.dtype[Any], *, first: int
    ) -> None:
        self.names, self.layers, self.first = names, layers, first
        shapes = [shape]
        for name, layer in zip(names, layers, strict=True):
            with errors_of(name):
                shapes.append((*shape[:1], *layer.output_shape(shapes[-1][1:])))
        outputs = self._outputs(shapes[1:], dtype)
        downstreams = self._downstreams(shapes[:-1], dtype)

        guards = [Guard(name, layer) for name, layer in zip(names, layers, strict=True)]
        steps = [guard if guard.layer.keeps is None else guard.layer for guard in guards]
        for array in (*outputs, *downstreams):
            if array is not None:
                array.fill(np.nan)  # what a layer finds there is nothing to build on
        forward: list[Step] = [step.forward for step in steps]
        backward: list[Step] = [step.backward for step in steps]
        last = backward[first]
        self._forward = list(zip(forward, outputs, strict=True))
        self._predict: list[tuple[Step, Array | None]] = [
            (step.predict, out if takes(layer.predict, "out") else None)
            if layer.predicts_otherwise
            else usual
            for step, layer, out, usual in zip(steps, layers, outputs, self._forward, strict=True)
        ]
        self._backward = list(zip(backward, downstreams, strict=True))[:first:-1]
        self._last = partial(last, needs_input_gradient=False) if guards[first].can_leave_out else last
        # Twice: the second time, layers and arrays hold what the first left.
        self._left_to_watch = 0 if all(is_ours(layer) for layer in layers) else 2
        self._by_hand: list[Guard] = []

    def _outputs(self, shapes: Sequence[Shape], dtype: np.dtype[Any]) -> list[Array | None]:
        """For each layer the array from here that it writes to; None if it makes its own."""
        outputs: list[Array | None] = []
        self.written_over: list[int] = []  # layers whose output the next one writes over
        for index, layer in enumerate(self.layers):
            before = outputs[-1] if index else None
            is_seen = reaches_silent(self.layers[index + 1 :], "forward")
            if layer.keeps is None or not takes(layer.forward, "out") or is_seen:
                outputs.append(None)
            elif (
                before is not None
                and does_not_keep(self.layers[index - 1], "output")
                and does_not_keep(layer, "input")
                and layer.in_place
                and before.shape == shapes[index]
            ):
                self.written_over.append(index - 1)
                outputs.append(before)
            else:
                outputs.append(np.empty(shapes[index], dtype))
        self._output_arrays = outputs
        return outputs

    def _downstreams(self, shapes: Sequence[Shape], dtype: np.dtype[Any]) -> list[Array | None]:
        """For each layer the array from here that its ∂L/∂inputs goes to; None if it makes its own."""
        downstreams: list[Array | None] = [None] * (len(self.layers) + 1)
        for index in range(len(self.layers) - 1, self.first, -1):
            layer, upstream = self.layers[index], downstreams[index + 1]
            if (
                layer.keeps is None
                or not takes(layer.backward, "out")
                or reaches_silent(self.layers[index - 1 :: -1], "backward")
            ):
                continue
            over = upstream is not None and layer.in_place and upstream.shape == shapes[index]
            downstreams[index] = upstream if over else np.empty(shapes[index], dtype)
        return downstreams[:-1]

    def forward(self, x: Array) -> Array:
        """The outputs, in an array that the next pass writes over."""
        if self._left_to_watch:
            return self._forward_watched(x)
        return through(self._forward, x)

    def predict(self, x: Array) -> Array:
        """The outputs when no backward pass will follow: `forward`, but for layers that predict otherwise."""
        return through(self._predict, x)

    def backward(self, upstream: Array) -> None:
        """Set the gradient of each parameter, from `upstream` = ∂L/∂outputs of the last forward."""
        if self._by_hand:
            self._backward_watched(upstream)
            return
        self._last(through(self._backward, upstream))

    # the same, watched

    def _forward_watched(self, x: Array) -> Array:
        right = self._forward_by_hand(x)
        outputs = through(self._forward, x)
        if not agree(outputs, right):
            if self._repeats(x):
                raise self._disagreement(f"the outputs of {self.names[-1]}")
            self._left_to_watch, self._by_hand = 0, []  # chance from outside the layers: nothing to compare
        return outputs

    def _backward_watched(self, upstream: Array) -> None:
        self._check_outputs()
        by_hand, self._by_hand = self._by_hand, []
        blame: Any = upstream.copy(order="K")
        for guard in reversed(by_hand):
            blame = guard.backward(blame)
        for layer in self.layers:
            mark_unset(layer)
        self.backward(upstream)
        for guard, layer in reversed(list(zip(by_hand, self.layers, strict=True))):
            check_set(guard.name, layer)
            right = guard.layer.gradient_views()
            for name, gradient in layer.gradient_views().items():
                if not agree(gradient, right[name]):
                    raise self._disagreement(f"{name}_gradient of {guard.name}")
        self._left_to_watch -= 1

    def _forward_by_hand(self, x: Array) -> Array:
        """What copies of the layers make of a copy of x, each in arrays of its own."""
        state = np.random.get_state()  # noqa: NPY002 - a layer may draw from it
        copies = copy.deepcopy(list(self.layers))
        self._by_hand = [Guard(name, layer) for name, layer in zip(self.names, copies, strict=True)]
        x = x.copy(order="K")  # in another order it would be added otherwise, and rounded
        for guard in self._by_hand:
            x = guard.forward(x)
        np.random.set_state(state)  # noqa: NPY002
        return x

    def _repeats(self, x: Array) -> bool:
        """Whether two copies do the same: not if random numbers come from outside of the layers."""
        first, second = self._forward_by_hand(x), self._forward_by_hand(x)
        return agree(first, second)

    def _disagreement(self, what: str) -> TypeError:
        return TypeError(
            f"{what} in training differ from those of the same calls by hand; a layer keeps what its `keeps` "
            "does not say, cannot work in place, reads what it finds in `out`, or draws random numbers that "
            "a copy of it does not draw"
        )

    def _check_outputs(self) -> None:
        """Raise if a layer keeps an array that was written over."""
        for index in self.written_over:
            for name, layer in list(zip(self.names, self.layers, strict=True))[: index + 2]:
                what = "output" if layer is not self.layers[index + 1] else "input"
                said = (layer.keeps or {}) if what == "input" else {}  # it may keep what it wrote there
                for attribute, value in vars(layer).items():
                    if said.get(attribute) != "output" and shares(value, self._output_arrays[index]):
                        raise TypeError(
                            f"{name} keeps its {what} in `{attribute}`, but its `keeps` does not say so, and "
                            f"it was written over; add {attribute!r}: {what!r} to the class's keeps"
                        )


@contextmanager
def errors_of(name: str) -> Iterator[None]:
    """Put a layer's name before what a ValueError within says: which of several of its kind it was."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def through(steps: Sequence[tuple[Step, Array | None]], array: Array) -> Array:
    """What comes out of one step after the other, each with its array from here if it has one."""
    for step, out in steps:
        array = step(array) if out is None else step(array, out=out)
    return array


def says_nothing(layer: Layer) -> bool:
    """Whether a layer, or one inside it, may hold on to what it sees from one pass to the next."""
    return layer.keeps is None or any(map(says_nothing, layer.parts.values()))


def reaches_silent(layers: Sequence[Layer], way: str) -> bool:
    """Whether an array on its `way` through these layers comes to one that says nothing of what it keeps.

    A layer that takes no array to write to, as Flatten, may hand on a view of what it got.
    """
    for layer in layers:
        if says_nothing(layer):
            return True
        if takes(getattr(layer, way), "out"):
            return False
    return False


def agree(array: Array, right: Array) -> bool:
    """Whether numbers are the same but for rounding."""
    if array.shape != right.shape:
        return False
    with np.errstate(all="ignore"):
        apart, scale = np.abs(array - right).max(initial=0), np.abs(right).max(initial=0)
    if np.isfinite(apart) and np.isfinite(scale):
        return bool(apart <= np.sqrt(np.finfo(right.dtype).eps) * scale)
    return bool(np.array_equal(np.isfinite(array), np.isfinite(right)))


def shares(value: Any, array: Array | None) -> bool:
    """Whether an attribute is, or holds, an array in the same memory."""
    return array is not None and any(np.may_share_memory(array, kept) for kept in arrays_in({"": value}))


def does_not_keep(layer: Layer, what: str) -> bool:
    """Whether a layer says that it does not keep its "input" or its "output"."""
    return layer.keeps is not None and what not in layer.keeps.values()
