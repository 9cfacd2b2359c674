"""Grade one submission after another: plan what is to run, have it run, compare what comes back.

An `Assessor` plans and compares, and knows every answer; a `Runner` runs, here or on another machine, and
knows none. Values that students' code returned are data to the assessor. No student code runs in its process,
and nothing that was handed in is read or parsed in it (`reader` does that).
"""

import base64
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, Self

from backproplab.grading import kept as keeping
from backproplab.grading import measured
from backproplab.grading.exercises import ExerciseGrade, grade_exercise
from backproplab.grading.hand.written import MOST_TEXT, answer_hash
from backproplab.grading.kept import Kept
from backproplab.grading.limited import RefusedError
from backproplab.grading.prepare import Prepared
from backproplab.grading.reader import Reader
from backproplab.grading.reports import REVIEW, result
from backproplab.grading.runner import Ran, Runner, Setup
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission
from backproplab.marking.exercise import MANUAL, Exercise
from backproplab.marking.values import Values
from backproplab.marking.verdict import Status, Verdict
from backproplab.sandbox import MachineError, Sandbox
from backproplab.sandbox.protocol import (
    FROM_NOTEBOOK,
    Assignment,
    Cell,
    Check,
    Checkpoint,
    Isolation,
    Job,
    Limits,
    Outcome,
)

STOPPED_ELSEWHERE = (
    "Something was stopped with the inputs drawn for this grading, and not with your notebook's own"
)
LEFT_OUT = "the inputs, shared by too few for the time that the solution takes"
ACCEPT_LIMITS = Limits(cell_seconds=20, submission_seconds=30)


@dataclass(frozen=True)
class Task:
    """All that is needed to grade a class, but for its submissions. It holds every answer."""

    assignment: Assignment
    """What goes into the sandbox: no answer."""
    exercises: tuple[Exercise, ...]
    solved: str
    """Source of the solution's answers, to tell what an answer may borrow."""
    seeds: tuple[int, ...]
    """Drawn for this run: they decide."""
    public: tuple[int, ...]
    """What learners have in their notebooks: these may be shown."""
    isolation: Isolation
    limits: Limits
    kept_seeds: frozenset[tuple[int, ...]] = frozenset()
    """Seeds of earlier runs, of which the exercises have values, too: what was kept may be compared."""
    left_out: frozenset[tuple[int, ...]] = frozenset()
    """Seeds of earlier runs, of which finding such values would take too long."""

    @property
    def setup(self) -> Setup:
        """What of it a runner gets: no answer."""
        return Setup(self.assignment, self.seeds, self.public, self.isolation, self.limits)


class Graded(NamedTuple):
    """A submission, graded."""

    record: dict[str, Any]
    grades: list[ExerciseGrade]
    """Of its exercises: what its feedback shows."""
    kept: Kept | None = None
    """What came back from the sandbox; None if nothing was run."""
    from_kept: bool = False
    """Was it compared from what was kept, and nothing run?"""
    changed: str = ""
    """Why what was kept of the same notebook holds no more: the first part that is another one."""
    answers: Mapping[str, Mapping[str, Any]] = {}
    """By exercise, what the student wrote, for whoever marks by hand; as `hand.written` has it."""


class Planned(NamedTuple):
    """A submission that is to run, and what is to be said of it besides."""

    submission: Submission
    prepared: Prepared
    asked: keeping.Asked
    changed: str
    """As of `Graded`."""


class Assessor:
    """Says of each submission of one class what is to run, and marks what comes back.

    It keeps a reader, and a sandbox for each judge of trained numbers: `close` it. Unless it `stays_warm` for
    the next submission, each ends as soon as it has been asked, so that little memory is taken at once.
    """

    def __init__(self, task: Task, *, stays_warm: bool = True) -> None:
        self.task, self._stays_warm = task, stays_warm
        self._reader = Reader(task.assignment, task.exercises, task.solved)
        self._open = ExitStack()
        self._judges: dict[str, Sandbox] = {}
        self._asked = asked(task)

    def close(self) -> None:
        """End what it keeps; what is needed is started anew."""
        self._reader.close()
        self._open.close()
        self._judges.clear()

    def _cool(self) -> None:
        if not self._stays_warm:
            self.close()

    def plan(
        self, submission: Submission, before: Kept | None = None, *, level: str = ""
    ) -> Graded | Planned:
        """Return what of a submission is to run; or its grade, where nothing is.

        Its code is not run where it cannot be read, which a record at isolation `level` says, nor where
        `before`, what came back of it earlier, still holds. Whatever this raises is no fault of the
        submission's: MachineError, or a fault of the grader's own.
        """
        try:
            prepared = self._reader.prepare(submission)
        except RefusedError as error:
            return Graded(
                *empty_record(self.task, submission, [str(error)], level=level, status=error.status)
            )
        finally:
            self._cool()
        asked_now = {**keeping.of_notebook(prepared.steps), **self._asked}
        changes = keeping.changed(before.asked, asked_now) if before else []
        if before and not changes and before.seeds not in self.task.kept_seeds:
            changes = [LEFT_OUT if before.seeds in self.task.left_out else "the inputs"]
        if before and not changes:
            record, grades = self._compare(submission, prepared, before)
            return Graded(record, grades, before, from_kept=True, answers=_answers(prepared))
        # Another notebook would be run in any case, and nobody needs to be told.
        reason = "" if keeping.NOTEBOOK in changes else next(iter(changes), "")
        return Planned(submission, prepared, asked_now, reason)

    def collect(self, planned: Planned, ran: Ran) -> Graded:
        """Return the record of a submission, the grades of its exercises, and what to keep of it."""
        kept = Kept(planned.asked, self.task.seeds, ran.level, ran.shown, ran.outcome)
        compared = self._compare(planned.submission, planned.prepared, kept)
        return Graded(*compared, kept, changed=planned.changed, answers=_answers(planned.prepared))

    def _compare(
        self, submission: Submission, prepared: Prepared, kept: Kept
    ) -> tuple[dict[str, Any], list[ExerciseGrade]]:
        """Compare what came back with the solution. No student code runs."""
        shown, outcome = kept.shown, kept.outcome
        grades = [
            grade_exercise(
                exercise,
                outcome,
                shown=shown,
                seeds=kept.seeds,
                public=self.task.public,
                judge=self._judge,
                edited=prepared.edited[exercise.id],
                code=prepared.code.get(exercise.id, ()),
                fault=prepared.faults.get(exercise.id, ""),
            )
            for exercise in self.task.exercises
        ]
        problems = [
            *prepared.notes,
            *shown.problems,
            *_hidden_problems(outcome, shown),
            *prepared.review,
            *measured.hints(self.task.exercises, outcome, kept.seeds),
        ]
        verdicts = [each.verdict for each in grades]
        record = result(
            submission.student,
            self.task.assignment.name,
            verdicts,
            status=_status(verdicts, prepared),
            isolation=kept.level,
            problems=problems,
            notebook=prepared.notebook,
        )
        answers = _answers(prepared)
        for exercise, exercise_record, grade in zip(
            self.task.exercises, record["exercises"], grades, strict=True
        ):
            exercise_record |= grade.evidence()
            exercise_record["answer"] = answers[exercise.id]["hash"]
            exercise_record["by_hand"] = exercise.kind == MANUAL
        return record, grades

    def _judge(self, exercise: Exercise, values: Mapping[int, Values]) -> str:
        """Let the author's `accept` judge trained numbers, in a sandbox where student code never runs."""
        if exercise.id not in self._judges:
            self._judges[exercise.id] = self._open.enter_context(judge_of(self.task, exercise))
        job = Job((Cell(_as_source(values), 0), Checkpoint(exercise.id)), tuple(values))
        outcome = self._judges[exercise.id].run(job)
        self._cool()
        said = [outcome.values.get((exercise.id, seed, OBJECTION)) for seed in values]
        sentences = ["".join(chr(int(code)) for code in codes) for codes in said if codes is not None]
        if found := next(filter(None, sentences), ""):
            return found
        if len(sentences) == len(values):
            return ""
        return outcome.errors.get(exercise.id, "") or " ".join(outcome.problems) or "not accepted"


class Grader:
    """Grades submissions of one class on this machine; a context manager, for it keeps warm what it needs."""

    def __init__(self, task: Task) -> None:
        self.level = ""
        """What isolation is on, in words."""
        self._assessor, self._runner = Assessor(task), Runner(task.setup)

    def __enter__(self) -> Self:
        self.level = self._runner.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        self._assessor.close()
        self._runner.close()

    def grade(self, submission: Submission, kept: Kept | None = None) -> Graded:
        """Return the record of a submission, the grades of its exercises, and what came back.

        Its code is not run where `kept`, what came back before, still holds. Whatever this raises is no fault
        of the submission's: MachineError, or a fault of the grader's own. The next submission meets a new
        reader and a new sandbox then.
        """
        try:
            planned = self._assessor.plan(submission, kept, level=self.level)
            if isinstance(planned, Graded):
                return planned
            return self._assessor.collect(planned, self._runner.run(planned.prepared.steps))
        except BaseException:
            self._close()
            raise


def fault_words(error: Exception) -> str:
    """Say why a submission could not be graded, by no fault of whoever handed it in."""
    if isinstance(error, MachineError):
        return str(error)
    return f"The grader failed at it ({type(error).__name__}: {error})"


def asked(task: Task) -> keeping.Asked:
    """Return what values of this task depend on, but for a student's notebook and the seeds that decide."""
    return keeping.asked(task.assignment, public=task.public, isolation=task.isolation, limits=task.limits)


def _hidden_problems(outcome: Outcome, shown: Outcome) -> list[str]:
    """Return what was stopped with this run's inputs alone: how it was is the instructor's to read."""
    stopped = [
        problem
        for problem in outcome.problems
        if problem not in shown.problems and not problem.startswith(FROM_NOTEBOOK)
    ]
    lines = [f"{REVIEW} with the inputs drawn for this grading: {problem}" for problem in stopped]
    return [STOPPED_ELSEWHERE, *lines] if stopped else []


def _answers(prepared: Prepared) -> dict[str, Mapping[str, Any]]:
    """Return what a student wrote for each exercise: free text, or the code that answers it."""
    answers: dict[str, Mapping[str, Any]] = dict(prepared.written)
    for exercise, cells in prepared.code.items():
        sources = [source for _, source in cells]
        shown = [{"type": "code", "text": each[:MOST_TEXT], "pictures": []} for each in sources]
        answers[exercise] = {"cells": shown, "hash": answer_hash(sources), "notes": []}
    return answers


def _status(verdicts: Sequence[Verdict], prepared: Prepared) -> GradingStatus:
    """Say what a submission is that was read and run."""
    if any(each.earned for each in verdicts) or any(each["edited"] for each in prepared.written.values()):
        return GradingStatus.GRADED
    if not prepared.of_set:
        return GradingStatus.OTHER_SET
    left = all(each.status in (Status.NOT_ATTEMPTED, Status.BY_HAND) for each in verdicts)
    return GradingStatus.NOTHING_ATTEMPTED if left else GradingStatus.GRADED


def empty_record(
    task: Task, submission: Submission, problems: Sequence[str], *, level: str, status: GradingStatus
) -> tuple[dict[str, Any], list[ExerciseGrade]]:
    """Return a record without marks; `problems` say why there are none."""
    verdicts = [
        Verdict(each.id, each.points, 0.0, Status.BY_HAND if each.kind == MANUAL else Status.NOT_ATTEMPTED)
        for each in task.exercises
    ]
    record = result(
        submission.student,
        task.assignment.name,
        verdicts,
        status=status,
        isolation=level,
        problems=problems,
    )
    return record, [ExerciseGrade(each) for each in verdicts]


OBJECTION, TRAINED = "objection", "trained_numbers"

JUDGE = """
from backproplab.check import check
from backproplab.marking.trained import objection

@check({exercise!r})
def _(rng):  # a sandbox returns numbers, and cuts what an error says
    return {{{objection!r}: [ord(each) for each in objection({accept}, {trained}.pop(0), rng)]}}
"""


def judge_of(task: Task, exercise: Exercise) -> Sandbox:
    """Return the sandbox in which trained numbers are judged, to be opened. No student code is run in it."""
    assignment = judge_assignment(task.assignment, exercise)
    return Sandbox(assignment, isolation=task.isolation, limits=ACCEPT_LIMITS)


def judge_assignment(assignment: Assignment, exercise: Exercise) -> Assignment:
    """Return an assignment whose one check asks `accept` of the exercise about numbers that it is given."""
    source = JUDGE.format(exercise=exercise.id, accept=exercise.accept, trained=TRAINED, objection=OBJECTION)
    return Assignment(assignment.name, assignment.given, (Check(exercise.id, source, (TRAINED,)),))


def _as_source(arrays: Mapping[int, Values]) -> str:
    """Write named arrays as source that makes them again, bit for bit: a list, with a place for each seed."""
    lines = ["import base64", "import numpy", f"{TRAINED} = []"]
    for named in arrays.values():
        lines.append(f"{TRAINED}.append({{}})")
        for name, array in named.items():
            data = base64.b64encode(array.astype("<f8").tobytes()).decode("ascii")
            made = f"numpy.frombuffer(base64.b64decode({data!r}), '<f8').reshape({array.shape}).copy()"
            lines.append(f"{TRAINED}[-1][{name!r}] = {made}")
    return "\n".join(lines)
