"""What of the marks by hand counts for a result: the result as it is with them.

A mark is of one answer to one question. If the student hands in another answer, or the question is worth
something else, the mark neither counts nor is dropped: it is stale, until a person has looked again.
"""

import copy
import math
from collections.abc import Mapping
from typing import Any

from backproplab.grading.hand.journal import Standing
from backproplab.grading.status import PRECISION, READ
from backproplab.marking.verdict import Status


def is_waiting(exercise: Mapping[str, Any]) -> bool:
    """Does an exercise of a result that was read wait for a person?

    Free text does until it has a mark; and whatever was marked and is not any more what was marked.
    """
    if "hand" in exercise:
        return is_stale(exercise)
    return bool(exercise["status"] == Status.BY_HAND)


def is_stale(exercise: Mapping[str, Any]) -> bool:
    """Has an exercise a mark that does not count any more, and that nobody has looked at again?"""
    return bool(exercise.get("hand", {}).get("stale"))


def waiting(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the exercises of a result that wait for a person; none of one that nobody could read."""
    if record["status"] not in READ:
        return []
    return [each for each in record["exercises"] if is_waiting(each)]


def waiting_points(record: Mapping[str, Any]) -> float:
    """Return what those are worth together."""
    return round(math.fsum(each["points"] for each in waiting(record)), PRECISION)


def with_marks(record: Mapping[str, Any], standings: Mapping[tuple[str, str], Standing]) -> dict[str, Any]:
    """Return a result with what people gave: in `hand` of an exercise, in its `earned`, and in the score."""
    found = copy.deepcopy(dict(record))
    for exercise in found["exercises"]:
        standing = standings.get((found["student"], exercise["id"]))
        entry = standing.mark if standing else None
        if entry is None or entry.points is None:
            continue
        stale = ""
        if entry.answer != exercise.get("answer"):
            stale = "the answer has changed since"
        elif entry.out_of != exercise["points"]:
            stale = "what it is worth has changed since"
        exercise["hand"] = {
            "id": entry.id,
            "points": entry.points,
            "comment": entry.comment,
            "author": entry.author,
            "time": entry.time,
            "stale": stale,
            "automatic": exercise["earned"],
        }
        if not stale and found["status"] in READ:
            exercise["earned"] = entry.points
    if found["score"] is not None:
        found["score"] = round(math.fsum(each["earned"] for each in found["exercises"]), PRECISION)
    return found
