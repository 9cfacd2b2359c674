"""What a student's values earn, by comparison with the solution's; student code never enters this process."""

import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.compare import Agreement, agree
from backproplab.sandbox.protocol import Outcome

Values = Mapping[tuple[int, str], NDArray[Any]]
"""What a check returned: (seed, name of the value) to array."""

MANUAL = "manual"  # the kind of an exercise that a person marks
SHOWN = 8  # numbers of an array that feedback writes out
NOT_ATTEMPTED = ("NotImplementedError", "Ellipsis")


class Status(StrEnum):
    """How an exercise stands."""

    RIGHT = "right"
    PARTLY = "partly right"
    NOT_YET = "not yet"
    NOT_ATTEMPTED = "not attempted"
    BY_HAND = "to be marked by hand"


@dataclass(frozen=True)
class Mistake:
    """A misconception: its sentence, and the values that it leads to."""

    sentence: str
    values: Values


@dataclass(frozen=True)
class Expected:
    """One exercise, with all that a grade of it depends on."""

    id: str
    points: float
    kind: str
    names: tuple[str, ...] = ()
    """The named values that the solution's check returns."""
    answers: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    untouched: Values = field(default_factory=dict)
    """What the code gives as it was handed out, where it gives anything."""
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Of trained numbers."""
    accept: str = ""
    """The expression that judges trained numbers; its names are those of the given cells."""


@dataclass(frozen=True)
class Seen:
    """One value on one public seed: the student's, and how far off it is."""

    seed: int
    yours: str
    shape: str
    finding: str


@dataclass(frozen=True)
class Named:
    """A named value: whether it counts, and what the student may see of it."""

    name: str
    passed: bool
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What one exercise earned, and why."""

    id: str
    points: float
    earned: float
    status: Status
    misconception: str | None = None
    named: tuple[Named, ...] = ()
    note: str = ""


Accept = Callable[[Expected, Mapping[int, Mapping[str, NDArray[Any]]]], str]
"""Judges trained numbers, named arrays by seed: "" if all are accepted, else why not."""


def judged(
    expected: Expected, outcome: Outcome, *, seeds: Sequence[int], public: Sequence[int], accept: Accept
) -> Verdict:
    """Compare what came back of one exercise: `seeds` decide, `public` ones may be shown."""
    if expected.kind == MANUAL:
        note = "Free text: a person reads it."
        return Verdict(expected.id, expected.points, 0.0, Status.BY_HAND, note=note)
    given = {
        (seed, name): value
        for (exercise, seed, name), value in outcome.values.items()
        if exercise == expected.id
    }
    error = outcome.errors.get(expected.id, "")
    if expected.kind == "trained":
        named, note = _trained(expected, given, seeds, public, accept)
    else:
        named, note = (
            tuple(_named(name, expected, given, seeds, public) for name in expected.names),
            "",
        )
    passed = sum(value.passed for value in named)
    verdict = Verdict(
        expected.id,
        expected.points,
        0.0,
        Status.NOT_ATTEMPTED,
        named=named,
        note=_told(error, given, public) or note,
    )
    if named and passed == len(named):
        return replace(verdict, earned=expected.points, status=Status.RIGHT)
    if error.startswith(NOT_ATTEMPTED) or same(expected.untouched, given, expected.names, seeds):
        return verdict  # code to be fixed may give some right values as it is handed out; they earn nothing
    return replace(
        verdict,
        earned=expected.points * passed / max(len(named), 1),
        status=Status.PARTLY if passed else Status.NOT_YET,
        misconception=_misconception(expected, given, seeds),
    )


def _told(error: str, given: Values, public: Sequence[int]) -> str:
    """What a student is told of an error: only its kind, if it arose from inputs not theirs to see."""
    if error and public and {seed for seed, _ in given}.issuperset(public):
        kind = error.split(":")[0]
        # An exception's name may be the student's own, and hold the inputs.
        known = kind == "Stopped" or kind in vars(builtins)
        return f"{kind if known else 'An exception'}, on some of the inputs drawn for this grading"
    return error


def same(pattern: Values, given: Values, names: Sequence[str], seeds: Sequence[int]) -> bool:
    """Does every named value agree with `pattern` on every seed?"""
    pairs = [(seed, name) for seed in seeds for name in names]
    return bool(pairs) and all(
        pair in pattern and pair in given and agree(pattern[pair], given[pair]).ok for pair in pairs
    )


def _misconception(expected: Expected, given: Values, seeds: Sequence[int]) -> str | None:
    known = (each.sentence for each in expected.mistakes if same(each.values, given, expected.names, seeds))
    return next(known, None)


def _named(
    name: str, expected: Expected, given: Values, seeds: Sequence[int], public: Sequence[int]
) -> Named:
    right = expected.values
    passed = all(
        (seed, name) in right and (seed, name) in given and agree(right[seed, name], given[seed, name]).ok
        for seed in seeds
    )
    shown = [
        _seen(seed, given[seed, name], _finding(expected, agree(right[seed, name], given[seed, name])))
        for seed in public
        if (seed, name) in given and (seed, name) in right
    ]
    return Named(name, passed and bool(seeds), tuple(shown))


def _finding(expected: Expected, agreement: Agreement) -> str:
    """How far off a value is; not of a choice, where that would tell the right one."""
    if agreement.ok:
        return "agrees"
    return "another one is right" if expected.kind == "choice" else agreement.reason


def _trained(
    expected: Expected, given: Values, seeds: Sequence[int], public: Sequence[int], accept: Accept
) -> tuple[tuple[Named, ...], str]:
    """Trained numbers count together: finite, of the declared shapes, accepted with every seed."""
    arrays = {
        seed: {name: given[seed, name] for name in expected.shapes if (seed, name) in given} for seed in seeds
    }
    faults = (_malformed(expected, named) for named in arrays.values())
    note = next(filter(None, faults), "") or accept(expected, arrays)
    seen = {
        name: tuple(_seen(seed, given[seed, name]) for seed in public[:1] if (seed, name) in given)
        for name in expected.shapes
    }
    return tuple(Named(name, not note, seen[name]) for name in expected.shapes), note


def _malformed(expected: Expected, arrays: Mapping[str, NDArray[Any]]) -> str:
    for name, shape in expected.shapes.items():
        if name not in arrays:
            return f"{name} is missing"
        if arrays[name].shape != tuple(shape):
            return f"{name} has shape {arrays[name].shape}, expected {tuple(shape)}"
        if not np.isfinite(arrays[name]).all():
            return f"{name} holds a number that is not finite"
    return ""


def _seen(seed: int, value: NDArray[Any], finding: str = "") -> Seen:
    shown = ", ".join(f"{number:.6g}" for number in value.ravel()[:SHOWN].tolist())
    text = f"{shown}, …" if value.size > SHOWN else shown
    return Seen(seed, text, str(value.shape) if value.ndim else "a number", finding)
