"""Grade a class: submissions go to an executor, what they lead to comes back and is written here.

    plan       which submissions there are, and what is kept of each (`run`)
    executor   where they are graded: processes of this machine (`local`), or a cluster (`cluster`)
    collect    their pages, values and results, written to the folder of grades (`Collector`)

An executor writes nothing. The feedback page of a submission is written before its result, and a result
appears whole: where one is, the submission is done. So a run that is killed loses what was not written yet,
and nothing else.

What an executor could not grade, by no fault of whoever handed it in (a machine out of memory perhaps, one
that was lost, or the grader itself), is tried again, once, alone, when all others are through; and if that
fails, it stays ungraded, and the run goes on. Where nothing more can be graded, since every worker is gone,
what those were at is noted before the run ends. The next run tries that alone, too, after all others: else it
might end the workers of that run as well, before others were tried.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from backproplab.grading.grader import Graded, Task, empty_record
from backproplab.grading.kept import VALUES, read_kept, to_keep, write_kept
from backproplab.grading.pages import feedback
from backproplab.grading.reports import (
    ANSWERS,
    FEEDBACK,
    RESULTS,
    REVIEW,
    json_text,
    lock,
    private_folder,
    write_private,
)
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission
from backproplab.sandbox import SandboxError

FROM_KEPT = "from kept values"
NOT_YET = "This could not be graded yet, by no fault of whoever handed it in"
LOST = "The worker that graded it ended, or went on for too long"
AT_WORK = "ended, or went on for too long, while at work on this notebook"


class Pending(NamedTuple):
    """A submission to grade, and the stem of the files that it leads to."""

    submission: Submission
    stem: str
    ended_worker: bool = False
    """Did a worker end, or hang, in an earlier run, while at work on it?"""


class Made(NamedTuple):
    """What a submission led to, ready to be written."""

    page: str
    """Its feedback."""
    record: str
    """Its result, as JSON."""
    answers: str
    """What the student wrote, as JSON."""
    values: bytes = b""
    """What is kept of it, packed; b"" if that is nothing."""
    reason: str = ""
    """What `on_grade` is told."""


class Failure(NamedTuple):
    """A submission that could not be graded, and why."""

    pending: Pending
    reason: str


class NoWorkerLeftError(SandboxError):
    """Nothing more can be graded by this run; `failures` are what it has tried in vain."""

    def __init__(self, message: str, failures: Sequence[Failure]) -> None:
        super().__init__(message)
        self.failures = tuple(failures)


class Collector:
    """Takes what submissions lead to, and writes it. `level` is known once anything could begin."""

    def __init__(
        self, out: Path, on_start: Callable[[str], object], on_grade: Callable[[str], object]
    ) -> None:
        self.level = ""
        self._out, self._on_start, self._on_grade = out, on_start, on_grade

    def begin(self, level: str) -> None:
        """Say at which level of isolation a worker begins; the first one's is noted."""
        if not self.level:
            self.level = level
            self._on_start(level)

    def kept(self, pending: Pending) -> bytes:
        """Return what is kept of a submission, packed; b"" if that is nothing."""
        return read_kept(values_of(self._out, pending))

    def take(self, pending: Pending, made: Made) -> None:
        """Write values, answers and feedback, then the result: what makes a submission done comes last.

        SaveError where that cannot be.
        """
        for folder in (VALUES, ANSWERS, FEEDBACK, RESULTS):
            private_folder(self._out / folder)
        write_kept(values_of(self._out, pending), made.values)
        write_private(self._out / ANSWERS / f"{pending.stem}.json", made.answers)
        write_private(self._out / FEEDBACK / f"{pending.stem}.html", made.page)
        write_private(self._out / RESULTS / f"{pending.stem}.json", made.record)
        self._on_grade(made.reason)


class Executor(Protocol):
    """Where submissions are graded."""

    def grade(
        self, task: Task, pending: Sequence[Pending], collector: Collector, *, alone: bool = False
    ) -> list[Failure]:
        """Grade submissions, hand each to the collector, and return those that could not be.

        `alone`: one at a time, with nothing else at work. SandboxError if nothing more can be graded, which
        the message explains, NoWorkerLeftError if something was tried before; SaveError from the collector.
        """


def grade_all(
    task: Task,
    out: Path,
    pending: Sequence[Pending],
    *,
    executor: Executor,
    on_start: Callable[[str], object],
    on_grade: Callable[[str], object],
) -> None:
    """Grade what is pending into the folder `out`, by an executor.

    `on_start` is called with the level of isolation, once; `on_grade` after each submission, with FROM_KEPT
    if its code was not run, or with what has changed since something was kept of it, or "". SandboxError if
    the sandbox cannot be had, SaveError if results cannot be saved. What cannot be graded, also alone, gets a
    result that says so.
    """
    collector = Collector(out, on_start, on_grade)
    try:
        failures = executor.grade(task, [each for each in pending if not each.ended_worker], collector)
        again = [each.pending for each in failures] + [each for each in pending if each.ended_worker]
        _leave_ungraded(task, executor.grade(task, again, collector, alone=True) if again else [], collector)
    except NoWorkerLeftError as error:
        _leave_ungraded(task, error.failures, collector)
        raise


def _leave_ungraded(task: Task, failures: Sequence[Failure], collector: Collector) -> None:
    for each, reason in failures:
        problems = [NOT_YET, f"{REVIEW} {reason}"]  # its words may hold the inputs drawn for this run
        record, grades = empty_record(
            task, each.submission, problems, level=collector.level, status=GradingStatus.UNGRADED
        )
        answers = answers_text(each.submission.student, {})
        collector.take(each, Made(feedback(record, grades), json_text(record), answers))


def make(graded: Graded) -> Made:
    """Make of a submission that was graded what is to be written."""
    reason = FROM_KEPT if graded.from_kept else graded.changed
    return Made(
        feedback(graded.record, graded.grades),
        json_text(graded.record),
        answers_text(graded.record["student"], graded.answers),
        to_keep(graded.kept),
        reason,
    )


def ended_worker(record: Mapping[str, Any]) -> bool:
    """Does a result say that a worker ended, or hung, while at work on this notebook?"""
    return any(AT_WORK in line for line in record["problems"])


def answers_text(student: str, answers: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the JSON of what a student wrote, by exercise."""
    return json_text({"student": student, "answers": answers})


def values_of(out: Path, pending: Pending) -> Path:
    """Return where the values are kept that came back for a submission."""
    return out / VALUES / f"{pending.stem}.npz"


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Keep a second run out of the folder, made if need be. BlockingIOError if one is at work there."""
    if not out.is_dir():
        private_folder(out)
    with lock(out):
        yield
