"""A network at a glance: shapes, parameters, operations and memory, layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import numpy as np

from backproplab.layers.chain import Chain
from backproplab.layers.contract import Shape

HEADINGS = ("layer", "output", "parameters", "forward FLOPs", "backward FLOPs", "kept bytes")


class Row(NamedTuple):
    """One layer's costs, at the summary's batch size."""

    name: str
    output: Shape
    """Shape of one example's output."""
    parameters: int
    forward_flops: int | None
    """Floating-point operations; a multiply-add counts as 2, an activation as 1 an element. None: unknown."""
    backward_flops: int | None
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
        """The sum over the layers; of operations, None where a layer does not say how many it needs."""
        forward, backward = (added([row[place] for row in self.rows]) for place in (3, 4))
        parameters, kept = sum(row.parameters for row in self.rows), sum(row.kept_bytes for row in self.rows)
        return Row("total", self.rows[-1].output, parameters, forward, backward, kept)

    def _cells(self) -> list[list[str]]:
        return [
            [row.name, str(row.output), *("?" if number is None else f"{number:,}" for number in row[2:])]
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


def added(counts: Sequence[Any]) -> int | None:
    """The sum; None if one of them is unknown."""
    return None if None in counts else sum(counts)


def summarise(chain: Chain, input_shape: Shape, *, batch: int, dtype: np.dtype[Any]) -> Summary:
    """Cost each layer for a batch of examples of `input_shape`.

    Nobody asks for the gradient of the input, so that the first layer with parameters does less on the way
    back, and those before it nothing.
    """
    rows = []
    shape = input_shape
    input_is_kept = False
    for index, (name, layer) in enumerate(chain.parts.items()):
        cost = layer.cost(shape)
        kept, input_is_kept = layer.kept(shape, input_is_kept=input_is_kept)
        shape = layer.output_shape(shape)
        forward = backward = None
        if cost is not None:
            forward = batch * cost.forward
            backward = batch * (cost.parameters + (cost.inputs if index > chain.first_trained else 0))
        rows.append(Row(name, shape, layer.size, forward, backward, batch * kept * dtype.itemsize))
    return Summary(tuple(rows), batch, dtype)
