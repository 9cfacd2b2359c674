"""A network at a glance: shapes, parameters, operations and memory, layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import numpy as np

from backproplab.layers.base import Layer, Shape
from backproplab.layers.structure import Residual

HEADINGS = ("layer", "output", "parameters", "forward FLOPs", "backward FLOPs", "kept bytes")


class Row(NamedTuple):
    """One layer's costs, at the summary's batch size."""

    name: str
    output: Shape
    """Shape of one example's output."""
    parameters: int
    forward_flops: int
    """Floating-point operations; a multiply-add counts as 2, an activation as 1 an element."""
    backward_flops: int
    kept_bytes: int
    """Bytes that forward keeps for backward and that no earlier layer keeps already."""


@dataclass(frozen=True)
class Summary:
    """Rows for the layers and their total; prints as a table, in a notebook as an HTML table."""

    rows: tuple[Row, ...]
    batch: int
    dtype: np.dtype[Any]

    @property
    def total(self) -> Row:
        """The sum over the layers."""
        columns = list(zip(*self.rows, strict=True))[2:]
        return Row("total", self.rows[-1].output, *(sum(column) for column in columns))

    def _cells(self) -> list[list[str]]:
        return [
            [row.name, str(row.output), *(f"{number:,}" for number in row[2:])]
            for row in (*self.rows, self.total)
        ]

    def _caption(self) -> str:
        return f"batch of {self.batch}, {self.dtype}; a multiply-add counts as 2 FLOPs"

    def __str__(self) -> str:
        table = [list(HEADINGS), *self._cells()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(w) if i < 2 else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in table
        ]
        return "\n".join([*lines, self._caption()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{cell}</td>" for cell in row[1:])
            + "</tr>"
            for row in self._cells()
        )
        caption = f"<caption>{self._caption()}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def summarise(
    names: Sequence[str],
    layers: Sequence[Layer],
    input_shape: Shape,
    *,
    batch: int,
    dtype: np.dtype[Any],
) -> Summary:
    """Cost each layer for a batch of examples of `input_shape`.

    The first layer with parameters owes no gradient for its input, so its backward pass counts less.
    """
    rows = []
    shape = input_shape
    input_is_kept = False
    owes_input_gradient = False
    for name, layer in zip(names, layers, strict=True):
        forward, backward = layer.flops(shape)
        if not owes_input_gradient:
            backward = parameter_flops(layer, shape, backward)
            owes_input_gradient = layer.size > 0
        kept, input_is_kept = newly_kept(layer, shape, input_is_kept)
        shape = layer.output_shape(shape)
        rows.append(
            Row(name, shape, layer.size, batch * forward, batch * backward, batch * kept * dtype.itemsize)
        )
    return Summary(tuple(rows), batch, dtype)


def parameter_flops(layer: Layer, input_shape: Shape, backward: int) -> int:
    """What is left of a backward pass when nobody asks for the gradient of the input."""
    if not layer.size:
        return 0
    if isinstance(layer, Residual):
        return backward - int(np.prod(input_shape))  # the shortcut's addition is all that falls away
    weights = int(np.prod(layer.parameter_shapes["weights"]))
    return backward - 2 * weights


def newly_kept(layer: Layer, input_shape: Shape, input_is_kept: bool) -> tuple[int, bool]:
    """Numbers an example that the layer keeps beyond what is kept already, and whether its output is kept."""
    inputs, outputs = int(np.prod(input_shape)), int(np.prod(layer.output_shape(input_shape)))
    if isinstance(layer, Residual):
        kept, shape = 0, input_shape
        for inner in layer.layers:
            more, input_is_kept = newly_kept(inner, shape, input_is_kept)
            kept, shape = kept + more, inner.output_shape(shape)
        return kept, False
    if layer.needs == "input":
        return (0 if input_is_kept else inputs), False
    if layer.needs == "output":
        return outputs, True
    return 0, input_is_kept
