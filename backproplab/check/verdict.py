"""What a check found: a status, and a row for each named value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.check.errors import Trouble, trouble
from backproplab.check.expected import Exercise, ExerciseSet, Values, fingerprint
from backproplab.check.posed import Posed, call_with_seed
from backproplab.compare import Agreement, agree, as_array


class Status(Enum):
    """How an answer stands."""

    RIGHT = "right"
    NOT_YET = "not yet"
    NOT_ATTEMPTED = "not attempted"
    VERSIONS_DIFFER = "versions differ"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class Row:
    """One named value: the learner's, and what was found of it."""

    name: str
    yours: str
    shape: str
    ok: bool | None  # None: not compared
    finding: str


@dataclass(frozen=True)
class Verdict:
    """What a check found of one exercise."""

    exercise: str
    status: Status
    points: float
    rows: tuple[Row, ...] = ()
    note: str = ""
    trouble: Trouble | None = None

    @property
    def earned(self) -> float:
        """The exercise's points, shared over its named values."""
        if self.status is Status.RIGHT:
            return self.points
        return self.points * sum(row.ok is True for row in self.rows) / max(len(self.rows), 1)


def unchecked(exercise: str, points: float, note: str) -> Verdict:
    """Return the verdict on an exercise whose check could not compare anything."""
    return Verdict(exercise, Status.UNCHECKED, points, note=note)


def verdict(posed: Posed, recorded: Exercise, whole: ExerciseSet) -> Verdict:
    """Run a check with each public seed and compare what it returns with what is recorded."""
    exercise, points = posed.exercise, recorded.points
    missing = _unanswered(posed.function, recorded.answers)
    if missing:
        note = f"Your turn: {missing}, then run this cell again."
        return Verdict(exercise, Status.NOT_ATTEMPTED, points, note=note)
    try:
        returned = [dict(call_with_seed(posed.function, seed)) for seed in whole.seeds]
    except NotImplementedError:
        note = f"Your turn: write {_listed(recorded.answers)}, then run this cell again."
        return Verdict(exercise, Status.NOT_ATTEMPTED, points, note=note)
    except BaseException as error:
        # Whatever a learner's code does, even sys.exit() or a loop stopped by hand, ends on the card.
        found = trouble(error)
        return Verdict(exercise, Status.NOT_YET, points, note=f"It stopped with {found.line}", trouble=found)
    if any(value is ... for values in returned for value in values.values()):
        note = f"Your turn: fill in {_listed(recorded.answers)}, then run this cell again."
        return Verdict(exercise, Status.NOT_ATTEMPTED, points, note=note)
    if posed.kind == "trained":
        return _trained(posed, returned, whole)
    if any(set(values) != set(right) for values, right in zip(returned, recorded.values, strict=True)):
        note = "The recorded values have other names. Take this notebook and 'expected' from one handout."
        return unchecked(exercise, points, note)
    return _compared(posed, recorded, whole, returned)


def _unanswered(function: Any, answers: tuple[str, ...]) -> str:
    """Say which answers are still missing, or "" if each has been given something."""
    names = getattr(function, "__globals__", {})
    undefined = [name for name in answers if name not in names]
    if undefined:
        return f"run the cell that defines {_listed(undefined)}"
    blank = [name for name in answers if names[name] is ...]
    return f"fill in {_listed(blank)}" if blank else ""


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _compared(
    posed: Posed, recorded: Exercise, whole: ExerciseSet, returned: list[dict[str, Any]]
) -> Verdict:
    given = [_arrays(values) for values in returned]
    rows, right = [], True
    for name in recorded.values[0]:
        agreements = [
            _agreement(right_values[name], values[name])
            for right_values, values in zip(recorded.values, given, strict=True)
        ]
        rows.append(_row(name, [values[name] for values in returned], agreements))
    right = all(row.ok for row in rows)
    status, note = Status.RIGHT if right else Status.NOT_YET, ""
    if not right:
        drawn = posed.kind in ("function", "fix")
        if _matches(recorded.untouched, given):
            status = Status.NOT_ATTEMPTED
            note = "Your turn: this is still the code as handed out. Mend it, then run this cell again."
        elif drawn and whole.fingerprint != fingerprint():
            status = Status.VERSIONS_DIFFER
            note = (
                f"NumPy {np.__version__} draws other inputs than the recorded values come from, so nothing can "
                "be compared here; your answer may well be right. Install the course's pinned versions "
                "(constraints.txt), restart the kernel and run the notebook again."
            )
            rows = [Row(row.name, row.yours, row.shape, None, "not compared") for row in rows]
        else:
            note = next(
                (each.sentence for each in recorded.misconceptions if _matches(each.values, given)), ""
            )
    return Verdict(posed.exercise, status, recorded.points, tuple(rows), note)


def _trained(posed: Posed, returned: list[dict[str, Any]], whole: ExerciseSet) -> Verdict:
    return unchecked(posed.exercise, posed.points, "")


def _arrays(values: Mapping[str, Any]) -> dict[str, NDArray[np.float64] | TypeError]:
    def array(value: Any) -> NDArray[np.float64] | TypeError:
        try:
            return as_array(value)
        except TypeError as error:
            return error

    return {name: array(value) for name, value in values.items()}


def _agreement(right: NDArray[np.float64], given: NDArray[np.float64] | TypeError) -> Agreement:
    if isinstance(given, TypeError):
        return Agreement(False, float("inf"), str(given))
    return agree(right, given)


def _matches(wrong: tuple[Values, ...], given: list[dict[str, NDArray[np.float64] | TypeError]]) -> bool:
    """Are these the values of a known wrong answer, by every name and with every seed?"""
    return bool(wrong) and all(
        _agreement(values[name], mine[name]).ok
        for values, mine in zip(wrong, given, strict=True)
        for name in values
    )


def _row(name: str, values: list[Any], agreements: list[Agreement]) -> Row:
    return Row(name, repr(values[0]), "", all(each.ok for each in agreements), agreements[0].reason)
