"""A mark: what one person has for one set, before and after what lateness costs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backproplab.grading.book.course import Work
from backproplab.grading.book.errors import BookError
from backproplab.grading.hand.standing import waiting
from backproplab.grading.status import PRECISION, GradingStatus
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
    """Points by exercise, before what lateness costs; without those that wait for a person."""
    waiting: float = 0.0
    """Of `max_score`, the points of answers that wait for a person; `raw` is without them."""

    @property
    def is_whole(self) -> bool:
        """Is it known what all answers earned? Without that there is no score, and no sum."""
        return self.raw is not None and not self.waiting

    @property
    def score(self) -> float | None:
        """Points that count; None where some are not known yet."""
        return round(self.raw - self.penalty, PRECISION) if self.raw is not None and self.is_whole else None

    @property
    def standing(self) -> str:
        """The status, with what a person has still to mark: such a mark is no mark yet."""
        if self.raw is None or not self.waiting:
            return str(self.status)
        return f"{self.raw:g} of {self.max_score:g} points, {self.waiting:g} still to be marked by hand"


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
    open_ids = {each["id"]: points.get(each["id"], each["points"]) for each in waiting(work.record)}
    return Mark(
        work.record["status"],
        worth(work.record, points),
        None
        if ungraded
        else round(math.fsum(exercises[name] for name in exercises.keys() - open_ids.keys()), PRECISION),
        work=work,
        exercises={}
        if ungraded
        else {name: each for name, each in exercises.items() if name not in open_ids},
        waiting=0.0 if ungraded else round(math.fsum(open_ids.values()), PRECISION),
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
