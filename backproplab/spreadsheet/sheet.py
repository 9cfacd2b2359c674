"""The sheet: formulas in their places, each with the number that the package computes."""

import math
import os
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backproplab.layers import Dense
from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.spreadsheet.formulas import formulas_of
from backproplab.spreadsheet.language import in_addresses, in_letters, pretty
from backproplab.spreadsheet.layout import NETWORK, Layout, Role
from backproplab.spreadsheet.numbers import Numbers, Source

MOST_PARAMETERS = 100
NUDGE = 1e-5


class Cell(NamedTuple):
    """One cell: a number that may be changed, or a formula and its number."""

    name: str
    """As in a formula of the lesson: `dL_dw3`."""
    worksheet: str
    """"Network", which is read, or "Nudges", which holds a forward pass for each nudge."""
    address: str
    """Where it stands there: `C15`."""
    role: Role
    formula: str
    """As a workbook writes it, `=C20*B19`; empty for a number."""
    value: float
    """What the package says: forward, backward, nudged or updated."""
    editable: bool
    """Whether it is one of the numbers that everything else follows from."""


class Sheet:
    """A network, a loss and one example as a sheet of formulas.

    `network` is made of Dense layers and activations; `x` holds its inputs, `(features,)`, and `target` its
    targets, `(outputs,)`, or a class label for SoftmaxCrossEntropy. With one example, a mean and a sum over
    the batch are the same. Names are those of lesson 03: weights are numbered unit by unit, w₁ and w₂ into
    the first. The numbers are those of a float64 copy; the network stays as it is.

    Errors: ValueError for a batch, for more than 100 parameters, or where a number is nan or infinite, which
    no workbook can hold; TypeError for a layer or a loss that has no formula here.
    """

    def __init__(
        self, network: Network, loss: Loss, x: ArrayLike, target: ArrayLike, *, learning_rate: float = 0.5
    ) -> None:
        if network.size > MOST_PARAMETERS:
            raise ValueError(
                f"a sheet holds up to {MOST_PARAMETERS} parameters, this network has {network.size}; choose "
                "a smaller one, since each parameter is a row to read and two rows of nudges"
            )
        names = formulas_of(network, loss)
        self.learning_rate = float(learning_rate)
        self.title = "-".join(map(str, _sizes(network)))
        """The sizes of its layers, such as 2-1-1."""
        self.parameters = tuple(names.parameter_names)
        """The names of all weights and biases, from top to bottom."""
        self.layout = Layout(names)
        self.rows = self.layout.rows
        with np.errstate(over="ignore", invalid="ignore"):
            numbers = self._numbers(Source(network, loss, x, target, names))
        _check_finite(numbers)
        self.cells = {name: self._cell(name, numbers[name]) for name in self.layout.places}
        """Every cell by name; in each worksheet row by row."""

    def __getitem__(self, name: str) -> Cell:
        return self.cells[name]

    def letters(self, name: str) -> str:
        """The formula of a cell as a page writes it, `∂L/∂z₂ × h`; empty for a number."""
        return in_letters(self.layout.formulas.get(name, ""), pretty)

    def template(self, name: str) -> str:
        """The same with the place of each cell in braces, `{Network!C20} × {Network!B19}`."""
        return in_letters(
            self.layout.formulas.get(name, ""), lambda cell: f"{{{'!'.join(self.layout.places[cell])}}}"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as an .xlsx workbook with live formulas, whole or not at all.

        It holds no time: the same numbers give the same bytes. ImportError where XlsxWriter is missing.
        """
        from backproplab.spreadsheet.workbook import write

        write(self, path)

    def _numbers(self, source: Source) -> Numbers:
        """What the package says for each cell."""
        numbers = {"eta": self.learning_rate, "nudge": NUDGE} | source.values()
        gradients = source.gradients()
        for name in self.layout.nudged:
            up, down = source.nudge(name, NUDGE), source.nudge(name, -NUDGE)
            slope = (up["L"] - down["L"]) / (2 * NUDGE)
            numbers |= {f"dL_d{name}": gradients[name], f"by_nudge_{name}": slope}
            numbers[f"gap_{name}"] = gradients[name] - slope
            numbers |= {f"{moved}_with_{name}_up": value for moved, value in up.items()}
            numbers |= {f"{moved}_with_{name}_down": value for moved, value in down.items()}
        return numbers | {
            f"new_{name}": value for name, value in source.after_update(self.learning_rate).items()
        }

    def _cell(self, name: str, value: float) -> Cell:
        worksheet, address = self.layout.places[name]
        formula = self.layout.formulas.get(name)
        return Cell(
            name,
            worksheet,
            address,
            self.layout.role(name),
            in_addresses(formula, lambda cell: self.layout.address(cell, worksheet)) if formula else "",
            value,
            editable=formula is None and worksheet == NETWORK and name != "dL_dL",
        )


def _check_finite(numbers: Numbers) -> None:
    for name, value in numbers.items():
        if not math.isfinite(value):
            raise ValueError(
                f"a sheet holds finite numbers, and {pretty(name)} would be {value}; choose smaller weights, "
                "inputs or learning rate"
            )


def _sizes(network: Network) -> list[int]:
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    return [dense[0].inputs, *(layer.outputs for layer in dense)]
