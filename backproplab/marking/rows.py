"""A row for each named value: the learner's, its shape, and how far off it is.

A learner's notebook and the page of feedback show the same rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking import planted, trained
from backproplab.marking.exercise import Exercise
from backproplab.marking.values import Given, Values, agreement
from backproplab.marking.verdict import Status, Verdict

MOST_AXES = 4  # a value has up to 16, and both ends of each would be 65,536 numbers
LARGEST_COUNT = 2**24  # beyond it every float32 is whole, counted or not
AS_HANDED_OUT = (
    "With every input this gives what the code gave as it was handed out, so nothing of it counts yet."
)


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


def compared_rows(exercise: Exercise, found: Verdict, given: Mapping[int, Given]) -> tuple[Row, ...]:
    """Return a row for each value that `found` is of; `exercise.values` are of the seeds of `given` alone."""
    if exercise.kind == "tests":
        return tuple(_tests_row(exercise, name, found, given) for name in found.passed)
    shown = _first_with_a_fault(exercise.values, given)
    rows = tuple(
        comparison(name, ok, exercise.values, given, shown=shown) for name, ok in found.passed.items()
    )
    if exercise.kind == "hand":
        rows = tuple(each if each.ok else _with_point(each) for each in rows)
    if exercise.kind == "choice":  # how far off a choice is would tell the right one
        rows = tuple(each if each.ok else replace(each, finding=_choice_finding(each)) for each in rows)
    return rows


def trained_rows(exercise: Exercise, found: Verdict, given: Given) -> tuple[Row, ...]:
    """Return a row for each array of trained numbers, as given with one seed."""
    faults = {name: trained.fault_of(given.get(name), shape) for name, shape in exercise.shapes.items()}
    fine = "accepted" if found.status is Status.RIGHT else "well formed"
    return tuple(
        row(name, given.get(name), False if words else found.passed[name] or None, words or fine)
        for name, words in faults.items()
    )


def _tests_row(exercise: Exercise, name: str, found: Verdict, given: Mapping[int, Given]) -> Row:
    """Return the row of one thing that a learner's test is to do: what it did, and the reply to a miss."""
    did = planted.what_it_did(name, exercise.values, given)
    reply = exercise.replies.get(name, "") if name in found.missed else ""
    return Row(name, "", "", found.passed[name], f"{did}. {reply}" if reply else did)


def _with_point(row: Row) -> Row:
    """Return the row of a number by hand; one with a decimal comma has arrived as two numbers."""
    if row.shape != "(2,)":
        return row
    return replace(row, finding=f"{row.finding}; write a decimal point, 0.5, not a decimal comma")


def _choice_finding(row: Row) -> str:
    return (
        "not this one" if row.shape == "a number" else "not a choice: write its number alone, without quotes"
    )


def _first_with_a_fault(expected: Mapping[int, Values], given: Mapping[int, Given]) -> int:
    """Return the first seed with which a value does not agree, the first of all where each does."""
    wrong = (
        seed
        for seed, values in expected.items()
        if not all(agreement(right, given[seed].get(name)).ok for name, right in values.items())
    )
    return next(wrong, next(iter(expected), 0))


def comparison(
    name: str, ok: bool, expected: Mapping[int, Values], given: Mapping[int, Given], *, shown: int
) -> Row:
    """Return the row of one value, as given with the seed that is shown; the finding is of all seeds."""
    pairs = {seed: (values[name], given[seed].get(name)) for seed, values in expected.items()}
    value = pairs[shown][1]
    if ok:
        return row(name, value, ok, "matches")
    agreements = {seed: agreement(right, mine) for seed, (right, mine) in pairs.items()}
    reasons = [each.reason for each in agreements.values() if not each.ok]
    finding = agreements[shown].reason or f"right here; {reasons[0]}"
    if all(isinstance(mine, np.ndarray) and agreement(right.T, mine).ok for right, mine in pairs.values()):
        finding = "the transpose of what was expected"
    elif len(reasons) < len(pairs):
        finding += f", with {len(reasons)} of {len(pairs)} random inputs"
    elif len(set(reasons)) > 1:
        finding = f"here {finding}"  # it is told of the inputs that are shown alone
    return row(name, value, ok, finding)


def row(name: str, value: NDArray[Any] | TypeError | None, ok: bool | None, finding: str) -> Row:
    """Return the row of a value on which `finding` is known."""
    if not isinstance(value, np.ndarray):
        return Row(name, "—", "—", ok, finding)
    return Row(name, array_text(value), str(value.shape) if value.ndim else "a number", ok, finding)


def array_text(value: NDArray[np.float64]) -> str:
    """Write an array with four significant digits, counts with all; a long one with its middle left out.

    Of four axes each keeps its first and its last entry alone, which are 16 numbers; of more than four the
    numbers stand in one row, for nobody could read the brackets.

    >>> array_text(np.array(-0.0666146))
    '-0.06661'
    >>> array_text(np.array([40576.0, 40576.5]))
    '[40576, 4.058e+04]'
    >>> array_text(np.array([0.1 + 0.2 - 0.3, 1.0]))
    '[0, 1]'
    >>> " ".join(array_text(np.arange(25.0).reshape(1, 1, 5, 5)).split())
    '[[[[0, ..., 4], ..., [20, ..., 24]]]]'
    >>> array_text(np.arange(64.0).reshape(2, 2, 2, 2, 4))
    '[0, 1, ..., 62, 63]'
    """
    if value.ndim > MOST_AXES:
        value = value.ravel()
    # What rounding leaves of a zero differs from machine to machine: it is shown as the zero it stands for.
    finite = value[np.isfinite(value)]
    dust = 1e-12 * np.abs(finite).max(initial=0.0)
    value = np.where(np.abs(value) < dust, 0.0, value) + 0.0
    return np.array2string(
        value,
        max_line_width=60,
        threshold=16,
        edgeitems=2 if value.ndim < 4 else 1,
        separator=", ",
        formatter={"float_kind": _number_text},
    )


def _number_text(number: np.floating[Any]) -> str:
    """Write four significant digits, but a count to its last one: where 40,576 is right, 40,584 is not."""
    exact = number.is_integer() and abs(number) < LARGEST_COUNT
    return f"{number:.0f}" if exact else f"{number:.4g}"
