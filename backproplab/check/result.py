"""What a check found: a verdict, a row for each named value, and a sentence that helps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backproplab.check.error_report import ErrorReport, error_report
from backproplab.marking import planted, trained
from backproplab.marking.exercise import DRAWN, Accept, CheckFunction, CheckSpec, Exercise, call_with_seed
from backproplab.marking.expected import ExerciseSet, fingerprint
from backproplab.marking.names import quoted
from backproplab.marking.rows import AS_HANDED_OUT, Row, compared_rows, trained_rows
from backproplab.marking.values import Given, as_arrays, matches
from backproplab.marking.verdict import Status, Verdict, verdict


@dataclass(frozen=True)
class CheckResult:
    """What a check found of one exercise, as a learner's card shows it."""

    verdict: Verdict
    note: str = ""
    rows: tuple[Row, ...] = ()
    seeds: int = 1
    """How many random inputs the rows speak of."""
    error: ErrorReport | None = None
    slips: tuple[str, ...] = ()
    """The mistakes with a name that were made in this exercise, now or before."""
    met_in: str = ""
    """Another exercise in which the mistake of now was made before; "" if there is none."""

    @property
    def status(self) -> Status:
        """How the answer stands. What is right in part is "not yet" here; its points say how much of it."""
        return Status.NOT_YET if self.verdict.status is Status.PARTLY else self.verdict.status


def without_values(exercise: str, points: float, status: Status, note: str = "") -> CheckResult:
    """Return the result for an answer that gave nothing to compare."""
    return CheckResult(Verdict(exercise, points, 0.0, status), note)


def run_check(
    spec: CheckSpec, exercise: Exercise, whole: ExerciseSet, *, edited: bool | None = None
) -> CheckResult:
    """Run a check with each public seed, and compare what it returns with what is recorded.

    `edited` says whether the answer is other code than was handed out, None that nobody knows. What is edited
    is never called not attempted.

    Never raises: whatever a learner's code does, even sys.exit() or a loop stopped by hand, ends on the card.
    """

    def nothing(status: Status, note: str) -> CheckResult:
        return without_values(exercise.id, exercise.points, status, note)

    open_status = Status.NOT_YET if edited else Status.NOT_ATTEMPTED
    todo = _todo(spec.function, exercise.answers, edited=bool(edited))
    if todo:
        return nothing(open_status, todo)
    try:
        given, raised = _given(spec.function, whole.seeds)
    except _BlankError:
        return nothing(open_status, _fill_in(exercise.answers, edited=bool(edited)))
    except NotImplementedError as error:
        return nothing(open_status, _came_to_the_stub(exercise, error, edited=bool(edited)))
    except BaseException as error:
        found = error_report(error)
        return replace(nothing(Status.NOT_YET, _stopped(exercise, found)), error=found)
    if exercise.kind == "trained":
        if not (spec.shapes and spec.accept):
            note = "This check says neither what shapes it wants nor who judges them: take a fresh copy."
            return nothing(Status.NOT_CHECKED, note)
        return _trained(replace(exercise, shapes=spec.shapes), given, spec.accept)
    wanted, got = list(exercise.names), list(given[whole.seeds[0]])
    if any(set(named) != set(wanted) for named in given.values()):
        note = f"The check expected values named {quoted(wanted)}, and got {quoted(got) or 'none'}."
        return nothing(Status.NOT_YET, note)
    result = _compare(exercise, given, whole, edited=edited)
    if raised and result.status is Status.NOT_YET:
        found = error_report(raised)
        return replace(result, note=result.note or _stopped(exercise, found), error=found)
    return result


def _stopped(exercise: Exercise, found: ErrorReport) -> str:
    hint = f" ({found.hint})" if found.hint else ""
    return f"{exercise.id} stopped {found.place}: {found.line}{hint}"


def _todo(function: CheckFunction, answers: tuple[str, ...], *, edited: bool) -> str:
    """Say which answers are still to be given, or "" if there is something to check."""
    names = getattr(function, "__globals__", {})
    undefined = [name for name in answers if name not in names]
    if undefined and edited:
        return _without_value(undefined, "no line of it defines exactly this name")
    if undefined:
        return (
            f"Run the cell that defines {quoted(undefined)} first, then this one again. (If you have run it: "
            "did it stop with an error? And the name has to be exactly this.)"
        )
    blank = [name for name in answers if names[name] is ...]
    return _fill_in(blank, edited=edited) if blank else ""


def _fill_in(blank: Sequence[str], *, edited: bool) -> str:
    """Say that answers are still `...`; in edited code that may be what stood there before it stopped."""
    if edited:
        return _without_value(blank, "it still says `...`, or no line of it defines exactly this name")
    return f"Your turn: fill in {quoted(blank)}, then run this cell again."


def _without_value(names: Sequence[str], otherwise: str) -> str:
    return (
        f"Still without a value: {quoted(names)}. Either your cell stopped before it got there (then "
        f"an error stands below it), or {otherwise}. Mend it, run it, then this one."
    )


def _came_to_the_stub(exercise: Exercise, error: NotImplementedError, *, edited: bool) -> str:
    """Say that the answer is still to be written; an edited cell may have stopped above it."""
    line = "the line with NotImplementedError"
    if edited:
        return (
            f"{exercise.id} came to {line} {error_report(error).place}. Either your cell still has it (put "
            "your code in its place), or your cell stopped before it got there (then an error stands below "
            "it). Mend it, run it, then this one."
        )
    here = f"put your code for {quoted(exercise.answers)} in place of {line}"
    return f"Your turn: {here}, run that cell, then this one."


class _BlankError(Exception):
    """A check returned `...`: something is still to be filled in."""


def _given(function: CheckFunction, seeds: Iterable[int]) -> tuple[dict[int, Given], Exception | None]:
    """Run a check with each seed: what it returned, and the first exception that a learner's test raised.

    Arrays are copied before the next seed's call, which may write into those that an answer returned.
    """
    given: dict[int, Given] = {}
    raised = None
    for seed in seeds:
        values = call_with_seed(function, seed)
        if not isinstance(values, Mapping):
            raise TypeError(f"the check expected named values, and got {values!r:.60}")
        if any(value is ... for value in values.values()):
            raise _BlankError
        given[seed] = as_arrays({str(name): value for name, value in values.items()})
        if isinstance(values, planted.Verdicts):
            raised = raised or values.error
    return given, raised


def _trained(exercise: Exercise, given: Mapping[int, Given], accept: Accept) -> CheckResult:
    """Judge trained numbers with each seed; the judge sees finite arrays of the declared shapes alone.

    Shown are those of the first seed with an objection, so that the rows are what the sentence speaks of.
    """
    judged = ((seed, _objection(exercise, given[seed], seed, accept)) for seed in given)
    shown, objection = next((each for each in judged if each[1]), (next(iter(given)), ""))
    first = given[shown]
    found = verdict(exercise, given, tuple(given), objection=objection)
    rows = trained_rows(exercise, found, first)
    note = found.misconception or ("" if trained.fault(first, exercise.shapes) else objection)
    return CheckResult(found, note, rows)


def _objection(exercise: Exercise, given: Given, seed: int, accept: Accept) -> str:
    if words := trained.fault(given, exercise.shapes):
        return words
    arrays = {name: value for name in exercise.shapes if isinstance(value := given[name], np.ndarray)}
    try:
        return trained.objection(accept, arrays, np.random.default_rng(seed))
    except Exception as error:
        return f"These numbers cannot be judged. {error_report(error).line}"


def _compare(
    exercise: Exercise, given: Mapping[int, Given], whole: ExerciseSet, *, edited: bool | None
) -> CheckResult:
    found = verdict(exercise, given, whole.seeds, edited=edited)
    is_drawn = exercise.kind in DRAWN
    rows = compared_rows(exercise, found, given)
    seeds = len(given) if is_drawn else 1
    match found.status:
        case Status.RIGHT:
            return CheckResult(found, "", rows, seeds)
        case Status.NOT_ATTEMPTED:
            do = f"mend {quoted(exercise.answers)}, run that cell, then this one"
            note = f"This is the code as it was handed out: {do}."
            return CheckResult(found, note, seeds=seeds)
        case _ if is_drawn and whole.fingerprint != fingerprint():
            note = (
                f"NumPy {np.__version__} draws other random inputs than the recorded values come from, so "
                "they say nothing of your answer: it may well be right. Install the versions that the course "
                "pins (constraints.txt), restart the kernel and run the notebook again."
            )
            result = without_values(exercise.id, exercise.points, Status.VERSIONS_DIFFER, note)
            return replace(result, rows=tuple(each.without_finding() for each in rows), seeds=seeds)
        case _:
            as_before = matches(exercise.untouched, given, exercise.names, whole.seeds)
            note = found.misconception or (AS_HANDED_OUT if as_before else "")
            return CheckResult(found, note, rows, seeds)
