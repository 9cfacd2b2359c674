"""What Gradescope is told of a submission: `results.json`, in the form of its "Autograder Specifications".

Students see a test for each exercise, with what their own notebook would say of it. No test is hidden from
them, since Gradescope hides the whole score then. What is for the instructor goes to the run's output, which
they alone see: at which isolation it was run, and what is to be looked at.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from backproplab.grading.exercises import ExerciseGrade
from backproplab.grading.grader import Graded
from backproplab.grading.kept import versions
from backproplab.grading.reports import is_for_review
from backproplab.grading.status import READ, GradingStatus
from backproplab.marking.exercise import MANUAL, Exercise
from backproplab.marking.rows import Row
from backproplab.marking.verdict import WRONG, Status
from backproplab.sandbox.protocol import FROM_NOTEBOOK, Isolation

VISIBLE, HIDDEN, TEXT = "visible", "hidden", "text"
LONGEST = 2000  # characters of one line that comes from a student's own code
NOT_GRADED = (
    "This could not be graded, by no fault of yours. Tell whoever teaches you: what went wrong is in the "
    "output that they see."
)
TOO_LONG = (
    "Grading took too long, and was ended: nothing was compared. If your notebook computes for minutes, or "
    "never ends, mend that first; if not, hand it in once more, or tell whoever teaches you."
)
ENDED = (
    "The process that ran your notebook was killed, each time that it was tried, so nothing was compared. "
    "Perhaps your code takes more memory than there is, or ends its own process: look for that first. If it "
    "does neither, tell whoever teaches you."
)
PROVES: dict[Isolation, str] = {
    "full": (
        "What the student's code returned, on inputs drawn for this run, is what the solution returns. It "
        "could read no solution, write no result, and had no network."
    ),
    "user": (
        "This container refuses namespaces, so the student's code ran as another user, with limits of time, "
        "memory and processes. It could neither read the solution nor write a result, which are root's "
        "alone, and what it left running was ended. It had the network, where the container has one: so a "
        "right value may have come from elsewhere. It could read whatever else in this container is open to "
        "all users."
    ),
    "reduced": (
        "This container refuses namespaces, and another user for the student's code, so that ran as the "
        "autograder's own user, with limits of time and memory alone. It could read the solution, use the "
        "network, and leave a process behind that writes another result. A score of this run proves nothing "
        "against somebody who means to cheat."
    ),
}
"""What a score of each level of isolation proves, for the instructor."""


def results(graded: Graded, exercises: Iterable[Exercise], isolation: Isolation) -> dict[str, Any]:
    """Return what results.json says."""
    by_hand = {each.id for each in exercises if each.kind == MANUAL}
    record = graded.record
    is_graded = record["status"] == GradingStatus.GRADED
    lines = [*([] if is_graded else [f"{record['status']}.".capitalize()]), *_shown(record)]
    if record["status"] in READ:
        lines.append(
            "Each named value was compared with the solution on inputs drawn for this run, and counts if it "
            "agrees on all of them. Values and errors shown are of the inputs that your own notebook uses."
        )
    return {
        "score": record["score"],
        "output": _text(lines),
        "output_format": TEXT,
        "visibility": VISIBLE,
        "stdout_visibility": HIDDEN,
        "tests": [_test(each, by_hand=each.verdict.exercise in by_hand) for each in graded.grades],
        "extra_data": {
            "assignment": record["assignment"],
            "status": record["status"],
            "isolation": isolation,
            "versions": versions(),
        },
    }


def for_instructor(graded: Graded, isolation: Isolation, refusals: Iterable[str]) -> list[str]:
    """Return, in lines, what no student is to read; `refusals` are why no fuller isolation was to be had."""
    record = graded.record
    shown = _shown(record)
    return [
        f"Isolation: {record['isolation'] or isolation}.",
        PROVES[isolation],
        *(f"No more than that: {each}" for each in refusals),
        *(each for each in record["problems"] if each not in shown),
    ]


def _shown(record: Mapping[str, Any]) -> list[str]:
    """Return what students may read of what went wrong."""
    return [
        each for each in record["problems"] if not is_for_review(each) and not each.startswith(FROM_NOTEBOOK)
    ]


def failed(words: str) -> dict[str, Any]:
    """Return what results.json says where there is nothing to be said of the work; students read `words`."""
    return {
        "score": 0.0,
        "output": words,
        "output_format": TEXT,
        "visibility": VISIBLE,
        "stdout_visibility": HIDDEN,
        "tests": [],
        "extra_data": {"status": str(GradingStatus.UNGRADED), "versions": versions()},
    }


def _test(grade: ExerciseGrade, *, by_hand: bool) -> dict[str, Any]:
    """Return how one exercise stands. What a person marks has no points here: with 0 of 0 it would pass."""
    verdict = grade.verdict
    test = {
        "name": f"{verdict.exercise} {grade.title}".rstrip(),
        "number": verdict.exercise,
        "output": _text(_lines(grade)),
        "output_format": TEXT,
        "visibility": VISIBLE,
    }
    if by_hand:
        return test
    return test | {
        "score": round(verdict.earned, 6),
        "max_score": verdict.points,
        "status": "passed" if verdict.status is Status.RIGHT else "failed",
    }


def _lines(grade: ExerciseGrade) -> list[str]:
    """Return what a student reads of an exercise: what helps, where it is not right yet."""
    verdict = grade.verdict
    lines = [str(verdict.status).capitalize() + "."]
    if verdict.status in WRONG:
        lines += [verdict.misconception or "", grade.note, *map(_row, grade.rows)]
        places = [
            f"It stopped at line {cell.failed} of code cell {cell.number}."
            for cell in grade.code
            if cell.failed
        ]
        lines += places
    elif verdict.status is Status.BY_HAND:
        lines.append(grade.note)
    return [line for line in lines if line]


def _row(row: Row) -> str:
    counts = {True: "counts", False: "does not count yet", None: ""}[row.ok]
    said = f"{row.name} {counts}".rstrip() + f": {row.finding}"
    return said if row.ok or not row.yours.strip("—") else f"{said}. Yours: {row.yours} ({row.shape})"


def _text(lines: list[str]) -> str:
    """Put lines together, each cut where it gets too long, without control characters."""
    cut = (line if len(line) <= LONGEST else line[:LONGEST] + "…" for line in lines)
    return "\n".join("".join(sign if sign.isprintable() else " " for sign in line) for line in cut)
