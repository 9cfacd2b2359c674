"""A row for each named value: the learner's, its shape, and how far off it is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.check.expected import Values
from backproplab.compare import Agreement, agree, as_array

Given = dict[str, NDArray[np.float64] | TypeError]
"""What came back with one seed: arrays, or why a value is none."""

# What a slip of one sign, factor or transpose would have to undo: worth saying, whatever the exercise.
SLIPS: tuple[tuple[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]], ...] = (
    ("the sign is turned round", lambda right: -right),
    ("twice what it should be", lambda right: 2 * right),
    ("half what it should be", lambda right: right / 2),
    ("the transpose of what it should be", lambda right: right.T),
)


@dataclass(frozen=True)
class Row:
    """One named value, as given with one seed, and what was found of it with all of them."""

    name: str
    yours: str
    shape: str
    ok: bool | None  # None: not compared
    finding: str

    def not_compared(self) -> "Row":
        """Return the same row without a finding."""
        return replace(self, ok=None, finding="not compared")


def arrays(values: Mapping[str, Any]) -> Given:
    """Return what a check returned as arrays; a value that is no array becomes the TypeError that says so."""
    return {name: _array(value) for name, value in values.items()}


def _array(value: Any) -> NDArray[np.float64] | TypeError:
    try:
        return as_array(value)
    except TypeError as error:
        return error
    except Exception as error:  # an object of the learner's own may fail in any way when it is looked at
        return TypeError(f"got a {type(value).__name__} that fails with {type(error).__name__}")


def compared(name: str, right: Sequence[Values], given: Sequence[Given]) -> Row:
    """Return the row of one value; shown is the first seed's, or the first that does not agree."""
    pairs = [(r[name], g[name]) for r, g in zip(right, given, strict=True)]
    agreements = [agreement(r, g) for r, g in pairs]
    wrong = [index for index, each in enumerate(agreements) if not each.ok]
    if not wrong:
        return described(name, given[0][name], True, "matches")
    finding = agreements[wrong[0]].reason
    slip = next((words for words, undo in SLIPS if _is(pairs, undo)), "")
    if slip:
        finding += f": {slip}"
    elif len(wrong) < len(pairs):
        finding += f", with {len(wrong)} of {len(pairs)} random inputs"
    return described(name, given[wrong[0]][name], False, finding)


def _is(
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64] | TypeError]],
    undo: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> bool:
    return all(agreement(undo(right), given).ok for right, given in pairs)


def agreement(right: NDArray[np.float64], given: NDArray[np.float64] | TypeError) -> Agreement:
    """Compare one value with the recorded one; what is no array agrees with nothing."""
    if isinstance(given, TypeError):
        return Agreement(False, math.inf, str(given))
    return agree(right, given)


def match(known: Sequence[Values], given: Sequence[Given]) -> bool:
    """Are these the values of a known answer, by every name and with every seed?"""
    return bool(known) and all(
        values.keys() == mine.keys() and all(agreement(values[name], mine[name]).ok for name in values)
        for values, mine in zip(known, given, strict=True)
    )


def described(name: str, value: NDArray[np.float64] | TypeError, ok: bool | None, finding: str) -> Row:
    """Return a row on a value of which `finding` is known."""
    if isinstance(value, TypeError):
        return Row(name, "—", "—", ok, finding)
    return Row(name, written(value), str(value.shape) if value.ndim else "a number", ok, finding)


def written(value: NDArray[np.float64]) -> str:
    """Write an array with four significant digits; a long one with its middle left out.

    >>> written(np.array(-0.0666146))
    '-0.06661'
    >>> written(np.array([0.1 + 0.2 - 0.3, 1.0]))
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
