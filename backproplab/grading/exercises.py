"""Grade one exercise by comparison with the solution's values; student code never enters this process.

Which verdict follows is decided in `backproplab.marking`, as in a learner's notebook, from the values that
one child returned on this run's inputs. What a student may read comes from another child, which knew the
public inputs alone: a text, a shape, a number or the name of an exception can carry what code was given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from numpy.typing import NDArray

from backproplab.grading.remarks import Remarks
from backproplab.marking import trained
from backproplab.marking.exercise import MANUAL, Exercise
from backproplab.marking.rows import Row
from backproplab.marking.values import Values
from backproplab.marking.verdict import WRONG, Status, Verdict, verdict
from backproplab.sandbox.protocol import Outcome

STOPPED_HERE = (
    "It raised an error or was stopped on inputs drawn for this grading, and not on your notebook's own"
)
REFUSED_HERE = "It was not accepted in this grading, though it is with your notebook's own inputs"
MOST_CODE = 8000  # characters of an answer that a record keeps
MOST_WORDS = 1500  # of each text that tells of it, which may be a student's own
NOT_ATTEMPTED = ("NotImplementedError", "Ellipsis")


class CodeCell(NamedTuple):
    """A cell of a student's that answers an exercise."""

    number: int
    """Its place among the notebook's code cells, from 1."""
    source: str
    failed: int = 0
    """The line at which it stopped; 0 if it did not, or elsewhere."""


@dataclass(frozen=True)
class ExerciseGrade:
    """The verdict on an exercise, and what may be said of it: all but the verdict is of public inputs."""

    verdict: Verdict
    title: str = ""
    rows: tuple[Row, ...] = ()
    """Each named value as a learner's notebook shows it; `ok` says whether it counts."""
    note: str = ""
    """What a learner reads of it beside that."""
    error: str = ""
    """What stopped it, without its place: the same mistake has the same words."""
    code: tuple[CodeCell, ...] = ()

    def evidence(self) -> dict[str, Any]:
        """Return what a record keeps of it, for the page of the class, beside the verdict."""
        kept: dict[str, Any] = {"title": self.title}
        if self.verdict.status in WRONG:
            kept["error"] = _cut(self.error)
            wrong = [row for row in self.rows if not row.ok]
            kept["wrong"] = [[row.name, _cut(row.yours), _cut(row.finding)] for row in wrong]
            kept["code"] = "\n\n".join(cell.source for cell in self.code)[:MOST_CODE]
        return kept


def _cut(text: str) -> str:
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}…"


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
    code: Sequence[tuple[int, str]] = (),
    fault: str = "",
) -> ExerciseGrade:
    """Compare what came back: `outcome`, of `seeds`, decides; `shown`, of `public` ones, may be told.

    `edited` says whether the answer is other code than was handed out; None that it is not known. `code` are
    the cells that answer, by number, and `fault` says why Python cannot read them.
    """
    if exercise.kind == MANUAL:
        note = "Free text: a person reads it."
        return ExerciseGrade(verdict(exercise, {}, seeds, edited=edited), exercise.title, note=note)
    given = _values(exercise, outcome, seeds)
    objection = _objection(exercise, given, seeds, judge) if exercise.kind == "trained" else ""
    found = verdict(exercise, given, seeds, objection=objection, edited=edited)
    error = shown.errors.get(exercise.id, "")
    if error.startswith(NOT_ATTEMPTED) and not edited and found.status is not Status.RIGHT:
        found = replace(found, earned=0.0, status=Status.NOT_ATTEMPTED, misconception=None, slug="")
    if found.status is Status.NOT_ATTEMPTED:
        return ExerciseGrade(found, exercise.title)
    mine = _values(exercise, shown, public)
    if objection:
        objection = _objection(exercise, mine, public, judge) or REFUSED_HERE
    remarks = Remarks(exercise, mine, public, error=error, fault=fault)
    note = remarks.note(objection)
    if not (note or error) and exercise.id in outcome.errors:
        note = STOPPED_HERE
    return ExerciseGrade(
        found,
        exercise.title,
        remarks.rows(found, objection),
        note,
        remarks.error,
        tuple(CodeCell(*each, failed=remarks.failed_at(each[0])) for each in code),
    )


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
