"""Which verdict follows from the values that came back?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from backproplab.marking import trained
from backproplab.marking.exercise import MANUAL, Exercise, Misconception
from backproplab.marking.planted import is_missed
from backproplab.marking.values import Given, agreement, matches, without_rounding


class Status(StrEnum):
    """How an answer stands."""

    RIGHT = "right"
    PARTLY = "partly right"
    NOT_YET = "not yet"
    NOT_ATTEMPTED = "not attempted"
    BY_HAND = "to be marked by hand"
    VERSIONS_DIFFER = "versions differ"
    """The recorded values come from another numpy's random numbers: nothing can be said."""
    NOT_CHECKED = "not checked"
    """There is nothing to compare with."""


WRONG = (Status.PARTLY, Status.NOT_YET)
"""Attempted, and not right."""


@dataclass(frozen=True)
class Verdict:
    """What an exercise earned, and why."""

    exercise: str
    points: float
    earned: float
    status: Status
    misconception: str | None = None
    """The sentence for a wrong answer that people give, where the values are those."""
    slug: str = ""
    """The name of that mistake across the course, if it has one."""
    passed: Mapping[str, bool] = field(default_factory=dict)
    """By named value: is it right with every seed?"""
    missed: tuple[str, ...] = ()
    """Of a learner's own test: the values whose fault it let through, or whose right code it refused."""


def verdict(
    exercise: Exercise,
    given: Mapping[int, Given],
    seeds: Sequence[int],
    *,
    objection: str = "",
    edited: bool | None = None,
) -> Verdict:
    """Compare what came back, by seed, with what the solution gives; all of `seeds` must agree.

    Each named value earns its share of the points. Trained numbers count together: `objection` says why they
    were not accepted, "" that they were. What code to be mended gives as it is handed out earns nothing,
    though some of it may be right; it counts as not attempted only where `edited` is False, so that nobody
    did. Free text waits for a person, but for text that is as it was handed out, which nobody need read.
    """
    if exercise.kind == MANUAL:
        status = Status.NOT_ATTEMPTED if edited is False else Status.BY_HAND
        return Verdict(exercise.id, exercise.points, 0.0, status)
    if exercise.kind == "trained":
        passed = {name: not objection for name in exercise.names}
    else:
        passed = {name: _passed(exercise, name, given, seeds) for name in exercise.names}
    if passed and all(passed.values()):
        return Verdict(exercise.id, exercise.points, exercise.points, Status.RIGHT, passed=passed)
    as_handed_out = matches(exercise.untouched, given, exercise.names, seeds)
    if as_handed_out and edited is False:
        return Verdict(exercise.id, exercise.points, 0.0, Status.NOT_ATTEMPTED, passed=passed)
    right = 0 if as_handed_out else sum(passed.values())
    known = _misconception(exercise, given, seeds) or _misconception(_rounded(exercise), given, seeds)
    return Verdict(
        exercise.id,
        exercise.points,
        exercise.points * right / max(len(passed), 1),
        Status.PARTLY if right else Status.NOT_YET,
        known.sentence if known else None,
        known.slug if known else "",
        passed,
        _missed(exercise, given, seeds) if exercise.kind == "tests" else (),
    )


def _passed(exercise: Exercise, name: str, given: Mapping[int, Given], seeds: Sequence[int]) -> bool:
    return bool(seeds) and all(
        name in exercise.values.get(seed, {})
        and agreement(exercise.values[seed][name], given.get(seed, {}).get(name)).ok
        for seed in seeds
    )


def _missed(exercise: Exercise, given: Mapping[int, Given], seeds: Sequence[int]) -> tuple[str, ...]:
    asked = {seed: exercise.values[seed] for seed in seeds}
    return tuple(name for name in exercise.names if is_missed(name, asked, given))


def _rounded(exercise: Exercise) -> Exercise:
    """Return an exercise whose misconceptions give zeros where rounding left something of them."""
    known = exercise.misconceptions
    rounded = (replace(each, values=without_rounding(each.values, exercise.values)) for each in known)
    return replace(exercise, misconceptions=tuple(rounded))


def _misconception(
    exercise: Exercise, given: Mapping[int, Given], seeds: Sequence[int]
) -> Misconception | None:
    known = exercise.misconceptions
    if exercise.kind == "trained":
        given = {seed: trained.sampled(values) for seed, values in given.items()}
    return next((each for each in known if matches(each.values, given, exercise.names, seeds)), None)
