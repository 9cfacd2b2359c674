"""A mark: what one person has for one set, before and after what lateness costs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backproplab.grading.book.course import Work
from backproplab.grading.book.errors import BookError
from backproplab.grading.reports import PRECISION
from backproplab.grading.status import GradingStatus
from backproplab.marking.verdict import Status

NOTHING_HANDED_IN, EXEMPT = "nothing handed in", "exempt"


@dataclass(frozen=True)
class Mark:
    """What one person has for one set."""

    status: str
    """A `GradingStatus`, or one of those above."""
    max_score: float
    raw: float | None = None
    """Points before what lateness costs; None where there is no mark, which is not a mark of 0."""
    penalty: float = 0.0
    late_days: int = 0
    work: Work | None = None
    exercises: Mapping[str, float] = field(default_factory=dict)
    """Points by exercise, before what lateness costs."""

    @property
    def score(self) -> float | None:
        """Points that count."""
        return None if self.raw is None else round(self.raw - self.penalty, PRECISION)


def mark(work: Work | None, points: Mapping[str, float], *, max_score: float) -> Mark:
    """Return the mark of a work, on time.

    `points` changes what exercises are worth, by id. Each named value earns its share of an exercise's
    points, so what was earned changes in proportion, and no student's code runs again. `max_score` is
    that of the set, for those of whom there is no result.
    """
    if work is None:
        return Mark(NOTHING_HANDED_IN, max_score)
    if work.record is None:
        return Mark(GradingStatus.UNGRADED, max_score, work=work)
    exercises = {each["id"]: _earned(each, points) for each in work.record["exercises"]}
    ungraded = work.record["status"] == GradingStatus.UNGRADED
    return Mark(
        work.record["status"],
        worth(work.record, points),
        None if ungraded else round(math.fsum(exercises.values()), PRECISION),
        work=work,
        exercises={} if ungraded else exercises,
    )


def worth(record: Mapping[str, Any], points: Mapping[str, float]) -> float:
    """Return what all exercises of a result are worth together."""
    return round(math.fsum(points.get(each["id"], each["points"]) for each in record["exercises"]), PRECISION)


def _earned(exercise: Mapping[str, Any], points: Mapping[str, float]) -> float:
    earned, before = float(exercise["earned"]), float(exercise["points"])
    now = points.get(exercise["id"], before)
    if now == before:
        return earned
    if before:
        return round(earned / before * now, PRECISION)
    if exercise["status"] == Status.PARTLY:
        raise BookError(
            f"Exercise {exercise['id']} was worth nothing when it was graded, so how much of a partly right "
            "answer was right is not known: change its points in the solution and grade again with --regrade"
        )
    return now if exercise["status"] == Status.RIGHT else 0.0
