"""A row for each named value: the learner's, its shape, and how far off it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.values import Given, Values, agreement


@dataclass(frozen=True)
class Row:
    """One named value, as given with one seed, and what was found of it with all of them."""

    name: str
    yours: str
    shape: str
    ok: bool | None  # None: not compared
    finding: str

    def without_finding(self) -> "Row":
        """Return the same row without a finding."""
        return replace(self, ok=None, finding="not compared")


def comparison(name: str, ok: bool, expected: Mapping[int, Values], given: Mapping[int, Given]) -> Row:
    """Return the row of one value; shown is the first seed's, or the first that does not agree."""
    pairs = [(values[name], given[seed].get(name)) for seed, values in expected.items()]
    if ok:
        return row(name, pairs[0][1], ok, "matches")
    agreements = [agreement(right, mine) for right, mine in pairs]
    wrong = [index for index, each in enumerate(agreements) if not each.ok]
    reasons = {agreements[index].reason for index in wrong}
    finding = agreements[wrong[0]].reason
    if all(isinstance(mine, np.ndarray) and agreement(right.T, mine).ok for right, mine in pairs):
        finding = "the transpose of what was expected"
    elif len(wrong) < len(pairs):
        finding += f", with {len(wrong)} of {len(pairs)} random inputs"
    elif len(reasons) > 1:
        finding = f"here {finding}"  # it is told of the inputs that are shown alone
    return row(name, pairs[wrong[0]][1], ok, finding)


def row(name: str, value: NDArray[Any] | TypeError | None, ok: bool | None, finding: str) -> Row:
    """Return the row of a value on which `finding` is known."""
    if not isinstance(value, np.ndarray):
        return Row(name, "—", "—", ok, finding)
    return Row(name, array_text(value), str(value.shape) if value.ndim else "a number", ok, finding)


def array_text(value: NDArray[np.float64]) -> str:
    """Write an array with four significant digits; a long one with its middle left out.

    >>> array_text(np.array(-0.0666146))
    '-0.06661'
    >>> array_text(np.array([0.1 + 0.2 - 0.3, 1.0]))
    '[0, 1]'
    """
    # What rounding leaves of a zero differs from machine to machine: it is shown as the zero it stands for.
    finite = value[np.isfinite(value)]
    dust = 1e-12 * np.abs(finite).max(initial=0.0)
    value = np.where(np.abs(value) < dust, 0.0, value) + 0.0
    return np.array2string(
        value,
        max_line_width=60,
        threshold=16,
        edgeitems=2,
        separator=", ",
        formatter={"float_kind": lambda number: f"{number:.4g}"},
    )
