"""The cells of an exercise notebook: name the set, check, build on an answer, sum up."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from backproplab import display
from backproplab.check import card, memory
from backproplab.check.history import as_python, cells_run
from backproplab.check.result import CheckResult, run_check, without_values
from backproplab.marking import expected
from backproplab.marking.edited import is_edited
from backproplab.marking.exercise import Accept, CheckFunction, CheckSpec, Exercise, Kind, Shape
from backproplab.marking.unreadable import cannot_be_read, unreadable
from backproplab.marking.verdict import Status


@dataclass
class _Session:
    """What this process knows: the set that is open, and the last result on each exercise."""

    name: str = ""
    recorded: expected.ExerciseSet | None = None
    results: dict[str, CheckResult] = field(default_factory=dict)
    slips: memory.Memory = field(default_factory=dict)
    """The mistakes with a name that this learner made, here and in the notebooks beside."""
    collect: Callable[[CheckSpec], object] | None = None


_session = _Session()


def check_set(name: str) -> None:
    """Open an exercise set: find `expected/<name>.json` in or above the working directory.

    Forgets the results of a set opened before. Where the file is missing or unreadable, says what to do.
    """
    if _session.collect:
        return
    _session.name, _session.recorded, _session.results = name, None, {}
    path = expected.find(f"{name}.json", Path.cwd())
    if path is None:
        sentence = (
            f"expected/{name}.json is not here, so answers cannot be checked yet. Keep the folder 'expected' "
            "beside this notebook, as it was handed out, and run this cell again."
        )
    else:
        try:
            _session.recorded = expected.read(path)
            memory.recall(path.parent.parent, _session.slips)
            return
        except (ValueError, OSError) as error:
            sentence = f"Answers cannot be checked yet: {error}."
    display.html(*card.notice("No recorded values", sentence))


def check(
    exercise: str,
    *,
    points: float = 1,
    kind: Kind = "function",
    shapes: Mapping[str, Shape] | None = None,
    accept: Accept | None = None,
) -> Callable[[CheckFunction], CheckFunction]:
    """Decorate a function that draws inputs from `rng` and returns the learner's values by name.

    The function runs at once, with each public seed, and the page shows how its values compare with the
    recorded ones. Trained numbers (`kind="trained"`) have no recorded values: `shapes` says what arrays they
    are, with None for any length, and `accept(values, rng)` returns True, or False, or a sentence on what is
    missing.

    A learner's mistake never raises. Under nbgrader (NBGRADER_EXECUTION is set) any verdict but "right"
    raises AssertionError, since that is how nbgrader learns of it.
    """

    def run(function: CheckFunction) -> CheckFunction:
        spec = CheckSpec(exercise, function, kind, shapes, points, accept)
        if _session.collect:
            _session.collect(spec)
            return function
        found = _remember(_result(spec))
        _session.results[exercise] = found
        display.html(*card.result_card(found))
        if os.environ.get("NBGRADER_EXECUTION") and found.status is not Status.RIGHT:
            raise AssertionError(f"{exercise}: {found.status}. {found.note}".rstrip())
        return function

    return run


def _result(spec: CheckSpec) -> CheckResult:
    if _session.recorded is None:
        sentence = (
            "Run this notebook's first cell: it finds the recorded values."
            if not _session.name
            else f"There are no recorded values: see what the cell with check_set({_session.name!r}) says."
        )
        return without_values(spec.exercise, spec.points, Status.NOT_CHECKED, sentence)
    recorded = _session.recorded.exercises.get(spec.exercise)
    if recorded is None:
        sentence = (
            f"The recorded values of {_session.name} have no exercise {spec.exercise}. "
            "Take this notebook and its folder 'expected' from one handout."
        )
        return without_values(spec.exercise, spec.points, Status.NOT_CHECKED, sentence)
    found = run_check(spec, recorded, _session.recorded, edited=_is_edited(recorded))
    fault = unreadable(recorded.answers, cells_run(), as_python)
    if not fault or found.status is Status.RIGHT:
        return found
    # What was checked is older than the cell that the learner ran last, which stopped above it.
    sentence = f"{cannot_be_read(recorded.answers, fault)} Mend that, run the cell, then this one."
    return without_values(spec.exercise, recorded.points, Status.NOT_YET, sentence)


def _remember(found: CheckResult) -> CheckResult:
    """Keep in mind the mistake that was made, and say where it was made before."""
    exercise, slug = found.verdict.exercise, found.verdict.slug
    memory.add(_session.slips, exercise, slug)
    return replace(
        found,
        slips=tuple(_session.slips.get(exercise, ())),
        met_in=memory.met_before(_session.slips, exercise, slug),
    )


def _is_edited(exercise: Exercise) -> bool | None:
    return is_edited(exercise.handed_out, exercise.answers, cells_run())


def answered(exercise: str) -> bool:
    """Was the check of this exercise right when it last ran in this notebook?"""
    found = None if _session.collect else _session.results.get(exercise)
    return found is not None and found.status is Status.RIGHT


def summary() -> None:
    """Show a table of the set: each exercise, its status and its points."""
    if _session.collect:
        return
    recorded = _session.recorded.exercises if _session.recorded else {}
    unchecked = {
        name: without_values(
            name, each.points, Status.NOT_CHECKED if _is_edited(each) else Status.NOT_ATTEMPTED
        )
        for name, each in recorded.items()
        if name not in _session.results
    }
    results = {name: (unchecked | _session.results)[name] for name in [*recorded, *_session.results]}
    if not results:
        display.html(*card.notice("Nothing to sum up", "Run the cells above first."))
    else:
        display.html(*card.summary_table(_session.name, list(results.values())))


@contextmanager
def collect(callback: Callable[[CheckSpec], object]) -> Iterator[None]:
    """Hand each check to `callback` as it is declared, instead of running it; nothing is shown.

    Meanwhile `check_set` and `summary` do nothing and `answered` is False.
    """
    before = _session.collect
    _session.collect = callback
    try:
        yield
    finally:
        _session.collect = before
