"""Both passes of a chain in training, through arrays that are made once and written over where that is safe.

What may be written over is decided here and nowhere else, from what the layers say of themselves:

- An output may be written over by the next layer if it stands in an array from here, the layer that made
  it does not keep it, and the next layer does not keep its input and can work in place.
- A gradient on its way back may be written over by the layer that it comes to if it stands in an array
  from here, and that layer can work in place.
- A layer that says nothing of what it keeps gets no array from here, and nothing that it sees is written
  over.

The first time, nobody is believed: a `Guard` stands around every layer, and each layer is looked through for
an array that it keeps and that was written over all the same.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Layer, Shape, arrays_in
from backproplab.layers.guard import Guard, takes

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
        for layer in layers:
            shapes.append((*shape[:1], *layer.output_shape(shapes[-1][1:])))
        outputs = self._outputs(shapes[1:], dtype)
        downstreams = self._downstreams(shapes[:-1], dtype)

        guards = [Guard(name, layer) for name, layer in zip(names, layers, strict=True)]
        steps = [guard if guard.layer.keeps is None else guard.layer for guard in guards]
        self._watched_forward = with_out([guard.forward for guard in guards], outputs)
        self._forward = with_out([step.forward for step in steps], outputs)
        # Watched, the pass goes on to the very first layer, though nobody asks for what comes out there.
        self._watched_backward = with_out([guard.backward for guard in guards], downstreams)[::-1]
        self._backward = with_out([step.backward for step in steps], downstreams)[:first:-1]
        last: Step = steps[first].backward
        self._backward.append(
            partial(last, needs_input_gradient=False) if guards[first].can_leave_out else last
        )
        self._proven = False

    def _outputs(self, shapes: Sequence[Shape], dtype: np.dtype[Any]) -> list[Array | None]:
        """For each layer the array from here that it writes to; None if it makes its own."""
        outputs: list[Array | None] = []
        self.written_over: list[int] = []  # layers whose output the next one writes over
        for index, layer in enumerate(self.layers):
            before = outputs[-1] if index else None
            if layer.keeps is None or not takes(layer.forward, "out"):
                outputs.append(None)
            elif (
                before is not None
                and does_not_keep(self.layers[index - 1], "output")
                and does_not_keep(layer, "input")
                and layer.in_place
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
            if layer.keeps is None or not takes(layer.backward, "out"):
                continue
            over = upstream is not None and layer.in_place
            downstreams[index] = upstream if over else np.empty(shapes[index], dtype)
        return downstreams[:-1]

    def forward(self, x: Array) -> Array:
        """The outputs, in an array that the next pass writes over."""
        for step in self._forward if self._proven else self._watched_forward:
            x = step(x)
        return x

    def backward(self, upstream: Array) -> None:
        """Set the gradient of each parameter, from `upstream` = ∂L/∂outputs of the last forward."""
        if not self._proven:
            self._check_outputs()
        for step in self._backward if self._proven else self._watched_backward:
            upstream = step(upstream)
        self._proven = True

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


def shares(value: Any, array: Array | None) -> bool:
    """Whether an attribute is, or holds, an array in the same memory."""
    return array is not None and any(np.may_share_memory(array, kept) for kept in arrays_in({"": value}))


def with_out(methods: Sequence[Step], arrays: Sequence[Array | None]) -> list[Step]:
    """The methods, each told where to write."""
    return [
        method if out is None else partial(method, out=out)
        for method, out in zip(methods, arrays, strict=True)
    ]


def does_not_keep(layer: Layer, what: str) -> bool:
    """Whether a layer says that it does not keep its "input" or its "output"."""
    return layer.keeps is not None and what not in layer.keeps.values()
