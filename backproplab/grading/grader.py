"""Grade one submission after another, each in the sandbox, and compare what comes back.

Values that students' code returned are data here. No student code runs in this process.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self

from backproplab.grading.exercises import ExerciseGrade, grade_exercise
from backproplab.grading.notebook import StudentNotebook, read_notebook
from backproplab.grading.plan import ANSWER, CHECK, make_job
from backproplab.grading.reports import REVIEW, result
from backproplab.grading.review import Reviewer
from backproplab.grading.submissions import Entry, Submission, SubmissionError, content
from backproplab.marking.edited import is_edited, parse
from backproplab.marking.exercise import MANUAL, Exercise
from backproplab.marking.ids import grade_id
from backproplab.marking.names import bound_names
from backproplab.marking.values import Values
from backproplab.marking.verdict import Status, Verdict
from backproplab.sandbox import Sandbox
from backproplab.sandbox.protocol import (
    FROM_NOTEBOOK,
    Assignment,
    Cell,
    Check,
    Checkpoint,
    Job,
    Limits,
    Outcome,
)

Isolation = Literal["full", "reduced"]
STOPPED_ELSEWHERE = (
    "Something was stopped with the inputs drawn for this grading, and not with your notebook's own"
)
ACCEPT_LIMITS = Limits(cell_seconds=20, submission_seconds=30)
RESUBMITTED = re.compile(r"-(\d+)$")  # Canvas: hw.ipynb, then hw-1.ipynb


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


class Grader:
    """Grades submissions of one class; a context manager, for it keeps a warm sandbox."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._open = ExitStack()
        self._sandbox: Sandbox | None = None
        self._reviewer = Reviewer(task.assignment, task.solved)
        self._judges: dict[str, Sandbox] = {}

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _start(self) -> Sandbox:
        task = self.task
        sandbox = Sandbox(task.assignment, isolation=task.isolation, limits=task.limits)
        self._sandbox = self._open.enter_context(sandbox)
        return self._sandbox

    @property
    def level(self) -> str:
        """What isolation is on, in words."""
        return self._sandbox.level if self._sandbox else ""

    def grade(self, submission: Submission) -> tuple[dict[str, Any], list[ExerciseGrade]]:
        """Return the record of a submission, and the grades of its exercises, which its feedback shows."""
        try:
            notebook, notes = choose_notebook(submission, self.task.assignment)
        except SubmissionError as error:
            return empty_record(self.task, submission, str(error), level=self.level)
        # Twice, in two children: what the first one says may be shown, for it knows public inputs alone. It
        # has ended before the second begins, of which nothing but its numbers is looked at.
        job = make_job(notebook.cells, self.task.assignment, self.task.public)
        shown = self._run(job)
        outcome = self._run(replace(job, seeds=self.task.seeds))
        sources = [cell.source for cell in notebook.cells]
        grades = [
            grade_exercise(
                exercise,
                outcome,
                shown=shown,
                seeds=self.task.seeds,
                public=self.task.public,
                judge=self._judge,
                edited=is_edited(exercise.handed_out, exercise.answers, sources),
            )
            for exercise in self.task.exercises
        ]
        problems = [
            *notes,
            *notebook.problems,
            *shown.problems,
            *_hidden_problems(outcome, shown),
            *self._reviewer.review(notebook.cells),
        ]
        return self._record(submission, grades, problems), grades

    def _record(
        self, submission: Submission, grades: Sequence[ExerciseGrade], problems: Sequence[str]
    ) -> dict[str, Any]:
        verdicts = [each.verdict for each in grades]
        name = self.task.assignment.name
        return result(submission.student, name, verdicts, isolation=self.level, problems=problems)

    def _run(self, job: Job) -> Outcome:
        """Run a job; if the sandbox itself breaks, once more in a new one."""
        sandbox = self._sandbox or self._start()
        try:
            return sandbox.run(job)
        except Exception:  # no submission should do this; if one does, the batch goes on
            self._open.close()
            self._judges.clear()
            return self._start().run(job)

    def _judge(self, exercise: Exercise, values: Mapping[int, Values]) -> str:
        """Let the author's `accept` judge trained numbers, in a sandbox where student code never runs."""
        if exercise.id not in self._judges:
            sandbox = Sandbox(
                judge_assignment(self.task.assignment, exercise),
                isolation=self.task.isolation,
                limits=ACCEPT_LIMITS,
            )
            self._judges[exercise.id] = self._open.enter_context(sandbox)
        job = Job((Cell(_as_source(values), 0), Checkpoint(exercise.id)), tuple(values))
        outcome = self._judges[exercise.id].run(job)
        if all((exercise.id, seed, ACCEPTED) in outcome.values for seed in values):
            return ""
        found = outcome.errors.get(exercise.id, "") or " ".join(outcome.problems) or "not accepted"
        return found.removeprefix("NotAccepted: ")


def _hidden_problems(outcome: Outcome, shown: Outcome) -> list[str]:
    """Return what was stopped with this run's inputs alone: how it was is the instructor's to read."""
    stopped = [
        problem
        for problem in outcome.problems
        if problem not in shown.problems and not problem.startswith(FROM_NOTEBOOK)
    ]
    lines = [f"{REVIEW} with the inputs drawn for this grading: {problem}" for problem in stopped]
    return [STOPPED_ELSEWHERE, *lines] if stopped else []


def empty_record(
    task: Task, submission: Submission, reason: str, *, level: str
) -> tuple[dict[str, Any], list[ExerciseGrade]]:
    """Return a record without marks that says why there are none."""
    verdicts = [
        Verdict(each.id, each.points, 0.0, Status.BY_HAND if each.kind == MANUAL else Status.NOT_ATTEMPTED)
        for each in task.exercises
    ]
    record = result(submission.student, task.assignment.name, verdicts, isolation=level, problems=[reason])
    return record, [ExerciseGrade(each) for each in verdicts]


def choose_notebook(submission: Submission, assignment: Assignment) -> tuple[StudentNotebook, list[str]]:
    """Read the notebook of a submission: of several, the one with most of the set in it, the latest of those.

    SubmissionError if there is none, or none that holds code.
    """
    if not submission.notebooks:
        files = ", ".join(f"'{entry.file}'" for entry in submission.entries[:5])
        raise SubmissionError(f"There is no notebook (.ipynb) among what was handed in: {files}")
    read: list[tuple[int, int, Entry, StudentNotebook]] = []
    errors = []
    for entry in submission.notebooks:
        try:
            notebook = read_notebook(content(entry))
        except SubmissionError as error:
            errors.append(str(error))
            continue
        read.append((_share(notebook, assignment), _attempt(entry), entry, notebook))
    if not read:
        raise SubmissionError(". ".join(errors))
    share, _, entry, notebook = max(read, key=lambda each: each[:2])
    notes = []
    if len(submission.notebooks) > 1:
        notes.append(f"{len(submission.notebooks)} notebooks were handed in; '{entry.file}' was graded")
    if not share:
        notes.append(f"No cell of {assignment.name} is in this notebook: is it another assignment's?")
    return notebook, notes


def _share(notebook: StudentNotebook, assignment: Assignment) -> int:
    """How many exercises of the set a notebook has a cell of, by id or by the names it binds."""
    ids = {cell.grade_id for cell in notebook.cells}
    by_id = sum(
        bool({grade_id(ANSWER, check.exercise), grade_id(CHECK, check.exercise)} & ids)
        for check in assignment.checks
    )
    if by_id:
        return by_id
    bound = set[str]().union(*(bound_names(parse(cell.source).body) for cell in notebook.cells))
    return sum(bool(set(check.answers) & bound) for check in assignment.checks)


def _attempt(entry: Entry) -> int:
    number = RESUBMITTED.search(entry.file.removesuffix(".ipynb"))
    return int(number[1][:9]) if number else 0


ACCEPTED, TRAINED = "accepted", "trained_numbers"

JUDGE = """
from backproplab.check import check
from backproplab.marking.trained import objection

class NotAccepted(Exception):
    pass

@check({exercise!r})
def _(rng):
    sentence = objection({accept}, {trained}.pop(0), rng)
    if sentence:
        raise NotAccepted(sentence)
    return {{{accepted!r}: 1.0}}
"""


def judge_assignment(assignment: Assignment, exercise: Exercise) -> Assignment:
    """Return an assignment whose one check asks `accept` of the exercise about numbers that it is given."""
    source = JUDGE.format(exercise=exercise.id, accept=exercise.accept, trained=TRAINED, accepted=ACCEPTED)
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
