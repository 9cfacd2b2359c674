"""Grade one exercise by comparison with the solution's values; student code never enters this process.

Which verdict follows is decided in `backproplab.marking`, as in a learner's notebook, from the values that
one child returned on this run's inputs. What a student may read comes from another child, which knew the
public inputs alone: a text, a shape, a number or the name of an exception can carry what code was given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking import planted, trained
from backproplab.marking.compare import Agreement
from backproplab.marking.exercise import MANUAL, Exercise
from backproplab.marking.values import Values, agreement
from backproplab.marking.verdict import Status, Verdict, verdict
from backproplab.sandbox.protocol import Outcome

SHOWN = 8  # numbers of an array that feedback writes out
STOPPED_HERE = (
    "It raised an error or was stopped on inputs drawn for this grading, and not on your notebook's own"
)
REFUSED_HERE = "It was not accepted in this grading, though it is with your notebook's own inputs"
NOT_ATTEMPTED = ("NotImplementedError", "Ellipsis")


@dataclass(frozen=True)
class ShownValue:
    """One value on one public seed: the student's, and how far off it is."""

    seed: int
    yours: str
    shape: str
    finding: str


@dataclass(frozen=True)
class ValueGrade:
    """A named value: whether it counts, and what the student may see of it."""

    name: str
    passed: bool
    shown: tuple[ShownValue, ...] = ()
    reply: str = ""
    """What helps whose test lets this fault through, or refuses this right code."""


@dataclass(frozen=True)
class ExerciseGrade:
    """The verdict on an exercise, and what feedback says of it."""

    verdict: Verdict
    values: tuple[ValueGrade, ...] = ()
    note: str = ""


Judge = Callable[[Exercise, Mapping[int, Values]], str]
"""Judges trained numbers, by seed: "" if all are accepted, else why not."""


def grade_exercise(
    exercise: Exercise,
    outcome: Outcome,
    *,
    shown: Outcome,
    seeds: Sequence[int],
    public: Sequence[int],
    judge: Judge,
    edited: bool | None = None,
) -> ExerciseGrade:
    """Compare what came back: `outcome`, of `seeds`, decides; `shown`, of `public` ones, may be told.

    `edited` says whether the answer is other code than was handed out; None that it is not known.
    """
    if exercise.kind == MANUAL:
        return ExerciseGrade(verdict(exercise, {}, seeds), note="Free text: a person reads it.")
    given, mine = _values(exercise, outcome, seeds), _values(exercise, shown, public)
    objection = _objection(exercise, given, seeds, judge) if exercise.kind == "trained" else ""
    found = verdict(exercise, given, seeds, objection=objection, edited=edited)
    error = shown.errors.get(exercise.id, "")
    if error.startswith(NOT_ATTEMPTED) and not edited and found.status is not Status.RIGHT:
        found = replace(found, earned=0.0, status=Status.NOT_ATTEMPTED, misconception=None, slug="")
    values = tuple(
        ValueGrade(
            name,
            passed,
            tuple(_shown(exercise, name, mine, public)),
            exercise.replies.get(name, "") if name in found.missed else "",
        )
        for name, passed in found.passed.items()
    )
    if not error and exercise.id in outcome.errors:
        error = STOPPED_HERE
    elif not error and objection:
        error = _objection(exercise, mine, public, judge) or REFUSED_HERE
    return ExerciseGrade(found, values, error)


def _values(exercise: Exercise, outcome: Outcome, seeds: Sequence[int]) -> dict[int, dict[str, NDArray[Any]]]:
    """Return the values of one exercise by seed and name."""
    found: dict[int, dict[str, NDArray[Any]]] = {}
    for (name_of_exercise, seed, name), value in outcome.values.items():
        if name_of_exercise == exercise.id and seed in seeds:
            found.setdefault(seed, {})[name] = value
    return found


def _objection(exercise: Exercise, given: Mapping[int, Values], seeds: Sequence[int], judge: Judge) -> str:
    """Why trained numbers do not count; the judge is asked about finite arrays of their shapes alone."""
    faults = (trained.fault(given.get(seed, {}), exercise.shapes) for seed in seeds)
    if found := next(filter(None, faults), ""):
        return found
    return judge(exercise, {seed: {name: given[seed][name] for name in exercise.shapes} for seed in seeds})


def _shown(
    exercise: Exercise, name: str, given: Mapping[int, Values], public: Sequence[int]
) -> list[ShownValue]:
    """Return one value on the public seeds; trained numbers are the same with each, so on the first alone."""
    if exercise.kind == "trained":
        return [
            _shown_value(seed, given[seed][name], "") for seed in public[:1] if name in given.get(seed, {})
        ]
    if exercise.kind == "tests":
        return [_shown_verdicts(exercise, name, seed, given[seed]) for seed in public if seed in given]
    return [
        _shown_value(
            seed,
            given[seed][name],
            _finding(exercise, agreement(exercise.values[seed][name], given[seed][name])),
        )
        for seed in public
        if name in given.get(seed, {}) and name in exercise.values.get(seed, {})
    ]


def _shown_verdicts(exercise: Exercise, name: str, seed: int, mine: Values) -> ShownValue:
    """Return what a student's test said with one public seed, in words."""
    words = {0.0: "refused", 1.0: "accepted"}
    said = [words.get(each, "stopped") for each in mine.get(name, np.array([])).ravel()[:SHOWN].tolist()]
    did = planted.what_it_did(name, {seed: exercise.values[seed]}, {seed: mine})
    return ShownValue(seed, ", ".join(said) or "no verdict", "", did)


def _finding(exercise: Exercise, found: Agreement) -> str:
    """How far off a value is; not of a choice, where that would tell the right one."""
    if found.ok:
        return "agrees"
    return "another one is right" if exercise.kind == "choice" else found.reason


def _shown_value(seed: int, value: NDArray[Any], finding: str) -> ShownValue:
    numbers = ", ".join(f"{number:.6g}" for number in value.ravel()[:SHOWN].tolist())
    text = f"{numbers}, …" if value.size > SHOWN else numbers
    return ShownValue(seed, text, str(value.shape) if value.ndim else "a number", finding)
