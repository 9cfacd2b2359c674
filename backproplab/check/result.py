"""What a check found: a status, a row for each named value, and a sentence that helps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from backproplab.check.errors import Trouble, trouble
from backproplab.check.expected import Exercise, ExerciseSet, fingerprint
from backproplab.check.posed import CheckFunction, Posed, call_with_seed
from backproplab.check.rows import Given, Row, arrays, compared, match
from backproplab.check.trained import judged


class Status(Enum):
    """How an answer stands."""

    RIGHT = "right"
    NOT_YET = "not yet"
    NOT_ATTEMPTED = "not attempted"
    VERSIONS_DIFFER = "versions differ"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Verdict:
    """What a check found of one exercise."""

    exercise: str
    status: Status
    points: float
    note: str = ""
    rows: tuple[Row, ...] = ()
    seeds: int = 1
    """How many random inputs the rows speak of."""
    trouble: Trouble | None = None

    @property
    def earned(self) -> float:
        """The exercise's points, shared over its named values."""
        if self.status is Status.RIGHT:
            return self.points
        return self.points * sum(row.ok is True for row in self.rows) / max(len(self.rows), 1)


def verdict(posed: Posed, recorded: Exercise, whole: ExerciseSet) -> Verdict:
    """Run a check with each public seed, and compare what it returns with what is recorded.

    Never raises: whatever a learner's code does, even sys.exit() or a loop stopped by hand, ends on the card.
    """
    exercise, points = posed.exercise, recorded.points
    todo = _todo(posed.function, recorded.answers)
    if todo:
        return Verdict(exercise, Status.NOT_ATTEMPTED, points, todo)
    try:
        returned = [_returned(posed.function, seed) for seed in whole.seeds]
    except NotImplementedError:
        todo = (
            f"Your turn: put your code for {_listed(recorded.answers)} in place of the line with "
            "NotImplementedError, run that cell, then this one."
        )
        return Verdict(exercise, Status.NOT_ATTEMPTED, points, todo)
    except BaseException as error:
        found = trouble(error)
        note = f"{exercise} stopped {found.place}: {found.line}" + (f" ({found.hint})" if found.hint else "")
        return Verdict(exercise, Status.NOT_YET, points, note, trouble=found)
    if any(value is ... for values in returned for value in values.values()):
        todo = f"Your turn: fill in {_listed(recorded.answers)}, then run this cell again."
        return Verdict(exercise, Status.NOT_ATTEMPTED, points, todo)
    given = [arrays(values) for values in returned]
    if recorded.kind == "trained":
        if not (posed.shapes and posed.accept):
            note = "This check says neither what shapes it wants nor who judges them: take a fresh copy."
            return Verdict(exercise, Status.NOT_CHECKED, points, note)
        is_right, note, rows = judged(posed.shapes, posed.accept, given, whole.seeds)
        if is_right:
            return Verdict(exercise, Status.RIGHT, points, "", rows)
        return Verdict(exercise, Status.NOT_YET, points, _sentence(recorded, given) or note, rows)
    wanted, got = list(recorded.values[0]), list(given[0])
    if any(set(values) != set(wanted) for values in given):
        note = f"The check expected values named {_listed(wanted)}, and got {_listed(got) or 'none'}."
        return Verdict(exercise, Status.NOT_YET, points, note)
    return _compared(exercise, given, recorded, whole)


def _todo(function: CheckFunction, answers: tuple[str, ...]) -> str:
    """Say which answers are still to be given, or "" if there is something to check."""
    names = getattr(function, "__globals__", {})
    undefined = [name for name in answers if name not in names]
    if undefined:
        return f"Run the cell that defines {_listed(undefined)} first, then this one again."
    blank = [name for name in answers if names[name] is ...]
    return f"Your turn: fill in {_listed(blank)}, then run this cell again." if blank else ""


def _listed(names: tuple[str, ...] | list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _returned(function: CheckFunction, seed: int) -> dict[str, Any]:
    values = call_with_seed(function, seed)
    if not isinstance(values, Mapping):
        raise TypeError(f"the check expected named values, and got {values!r:.60}")
    return {str(name): value for name, value in values.items()}


def _compared(exercise: str, given: list[Given], recorded: Exercise, whole: ExerciseSet) -> Verdict:
    rows = tuple(compared(name, recorded.values, given) for name in recorded.values[0])
    if recorded.kind == "choice":  # how far off a choice is would tell the right one
        rows = tuple(row if row.ok else replace(row, finding=_not_chosen(row)) for row in rows)
    is_drawn = recorded.kind in ("function", "fix")
    status, note = Status.NOT_YET, ""
    if all(row.ok for row in rows):
        status = Status.RIGHT
    elif match(recorded.untouched, given):
        status, rows = Status.NOT_ATTEMPTED, ()
        note = f"This still gives what the code as handed out gives: mend {_listed(recorded.answers)}."
    elif is_drawn and whole.fingerprint != fingerprint():
        status, rows = Status.VERSIONS_DIFFER, tuple(row.not_compared() for row in rows)
        note = (
            f"NumPy {np.__version__} draws other random inputs than the recorded values come from, so they "
            "say nothing of your answer: it may well be right. Install the versions that the course pins "
            "(constraints.txt), restart the kernel and run the notebook again."
        )
    else:
        note = _sentence(recorded, given)
    return Verdict(exercise, status, recorded.points, note, rows, len(given) if is_drawn else 1)


def _not_chosen(row: Row) -> str:
    return (
        "not this one" if row.shape == "a number" else "not a choice: write its number alone, without quotes"
    )


def _sentence(recorded: Exercise, given: list[Given]) -> str:
    """Return the sentence of the misconception that these values show, or ""."""
    return next((each.sentence for each in recorded.misconceptions if match(each.values, given)), "")
