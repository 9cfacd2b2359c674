"""Grade one submission after another, each in the sandbox, and compare what comes back.

Values that students' code returned are data here. No student code runs in this process.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from numpy.typing import NDArray

from backproplab.grading.judging import MANUAL, Expected, Status, Verdict, judged
from backproplab.grading.plan import ANSWER, CHECK, bound_names, grade_id, planned
from backproplab.grading.reading import StudentNotebook, read_notebook
from backproplab.grading.reports import result
from backproplab.grading.review import Reviewer
from backproplab.grading.submissions import CannotRead, Entry, Submission, content
from backproplab.sandbox import Sandbox
from backproplab.sandbox.protocol import Assignment, Cell, Check, Checkpoint, Job, Limits, Outcome

Isolation = Literal["full", "reduced"]
ACCEPT_LIMITS = Limits(cell_seconds=20, submission_seconds=30)
RESUBMITTED = re.compile(r"-(\d+)$")  # Canvas: hw.ipynb, then hw-1.ipynb


@dataclass(frozen=True)
class Task:
    """All that is needed to grade a class, but for its submissions. It holds every answer."""

    assignment: Assignment
    """What goes into the sandbox: no answer."""
    expected: tuple[Expected, ...]
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

    def grade(self, submission: Submission) -> tuple[dict[str, Any], list[Verdict]]:
        """Return the record of a submission, and the verdicts that its feedback shows."""
        try:
            notebook, notes = chosen(submission, self.task.assignment)
        except CannotRead as error:
            return ungraded(self.task, submission, str(error), level=self.level)
        # Public ones first: an error then comes from inputs that the student may see.
        seeds = tuple(dict.fromkeys((*self.task.public, *self.task.seeds)))
        outcome = self._run(planned(notebook.cells, self.task.assignment, seeds))
        verdicts = [
            judged(expected, outcome, seeds=self.task.seeds, public=self.task.public, accept=self._accepted)
            for expected in self.task.expected
        ]
        problems = [
            *notes,
            *notebook.problems,
            *outcome.problems,
            *self._reviewer.borrowed(notebook.cells),
        ]
        return self._record(submission, verdicts, problems), verdicts

    def _record(
        self, submission: Submission, verdicts: Sequence[Verdict], problems: Sequence[str]
    ) -> dict[str, Any]:
        return result(
            submission.student, self.task.assignment.name, verdicts, isolation=self.level, problems=problems
        )

    def _run(self, job: Job) -> Outcome:
        """Run a job; if the sandbox itself breaks, once more in a new one."""
        sandbox = self._sandbox or self._start()
        try:
            return sandbox.run(job)
        except Exception:  # no submission should do this; if one does, the batch goes on
            self._open.close()
            self._judges.clear()
            return self._start().run(job)

    def _accepted(self, expected: Expected, arrays: Mapping[int, Mapping[str, NDArray[Any]]]) -> str:
        """Let the author's `accept` judge trained numbers, in a sandbox where student code never runs."""
        if expected.id not in self._judges:
            sandbox = Sandbox(
                judge_assignment(self.task.assignment, expected),
                isolation=self.task.isolation,
                limits=ACCEPT_LIMITS,
            )
            self._judges[expected.id] = self._open.enter_context(sandbox)
        job = Job((Cell(_as_source(arrays), 0), Checkpoint(expected.id)), tuple(arrays))
        outcome = self._judges[expected.id].run(job)
        if all((expected.id, seed, ACCEPTED) in outcome.values for seed in arrays):
            return ""
        found = outcome.errors.get(expected.id, "") or " ".join(outcome.problems) or "not accepted"
        return found.removeprefix("NotAccepted: ")


def ungraded(
    task: Task, submission: Submission, reason: str, *, level: str
) -> tuple[dict[str, Any], list[Verdict]]:
    """Return a record without marks that says why there are none."""
    verdicts = [
        Verdict(each.id, each.points, 0.0, Status.BY_HAND if each.kind == MANUAL else Status.NOT_ATTEMPTED)
        for each in task.expected
    ]
    name = task.assignment.name
    return result(submission.student, name, verdicts, isolation=level, problems=[reason]), verdicts


def chosen(submission: Submission, assignment: Assignment) -> tuple[StudentNotebook, list[str]]:
    """Read the notebook of a submission: of several, the one with most of the set in it, the latest of those.

    CannotRead if there is none, or none that holds code.
    """
    if not submission.notebooks:
        files = ", ".join(f"'{entry.file}'" for entry in submission.entries[:5])
        raise CannotRead(f"There is no notebook (.ipynb) among what was handed in: {files}")
    read: list[tuple[int, int, Entry, StudentNotebook]] = []
    errors = []
    for entry in submission.notebooks:
        try:
            notebook = read_notebook(content(entry))
        except CannotRead as error:
            errors.append(str(error))
            continue
        read.append((_share(notebook, assignment), _attempt(entry), entry, notebook))
    if not read:
        raise CannotRead(". ".join(errors))
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
    bound = set[str]().union(*(bound_names(cell.source) for cell in notebook.cells))
    return sum(bool(set(check.answers) & bound) for check in assignment.checks)


def _attempt(entry: Entry) -> int:
    number = RESUBMITTED.search(entry.file.removesuffix(".ipynb"))
    return int(number[1][:9]) if number else 0


ACCEPTED, TRAINED = "accepted", "trained_numbers"

JUDGE = """
from backproplab.check import check

class NotAccepted(Exception):
    pass

@check({exercise!r})
def _(rng):
    verdict = ({accept})({trained}.pop(0), rng)
    if verdict is not True and str(verdict) != "True":
        raise NotAccepted(verdict if isinstance(verdict, str) else "the trained numbers are not good enough")
    return {{{accepted!r}: 1.0}}
"""


def judge_assignment(assignment: Assignment, expected: Expected) -> Assignment:
    """Return an assignment whose one check asks `accept` of the exercise about numbers that it is given."""
    source = JUDGE.format(exercise=expected.id, accept=expected.accept, trained=TRAINED, accepted=ACCEPTED)
    return Assignment(assignment.name, assignment.given, (Check(expected.id, source, (TRAINED,)),))


def _as_source(arrays: Mapping[int, Mapping[str, NDArray[Any]]]) -> str:
    """Write named arrays as source that makes them again, bit for bit: a list, with a place for each seed."""
    lines = ["import base64", "import numpy", f"{TRAINED} = []"]
    for named in arrays.values():
        lines.append(f"{TRAINED}.append({{}})")
        for name, array in named.items():
            data = base64.b64encode(array.astype("<f8").tobytes()).decode("ascii")
            made = f"numpy.frombuffer(base64.b64decode({data!r}), '<f8').reshape({array.shape}).copy()"
            lines.append(f"{TRAINED}[-1][{name!r}] = {made}")
    return "\n".join(lines)
