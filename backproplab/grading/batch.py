"""Grade a class: workers side by side, each with a sandbox of its own, and nothing lost if the run is killed.

The feedback page of a submission is written before its result, and a result appears whole: where one is, the
submission is done. Workers end with the run that started them.

What becomes of a submission is made in one place, `_make`. Whatever is raised there is this submission's, and
no fault of whoever handed it in: a machine out of memory perhaps, or the grader itself. So it is tried again,
alone, when all others are through; and if that fails, it stays ungraded, and the run goes on.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

from backproplab.grading.grader import Grader, Task, empty_record
from backproplab.grading.kept import VALUES, Kept, read_kept, write_kept
from backproplab.grading.pages import feedback
from backproplab.grading.reports import (
    ANSWERS,
    FEEDBACK,
    RESULTS,
    REVIEW,
    SaveError,
    json_text,
    lock,
    private_folder,
    write_private,
)
from backproplab.grading.status import GradingStatus
from backproplab.grading.submissions import Submission
from backproplab.sandbox import IsolationError, MachineError, SandboxError

FALSE_STARTS = 2  # workers that may end before they begin
CLOSING = 10.0  # seconds for a worker to close its sandbox
PATIENCE = 5.0  # how often the longest time that a submission may take, before its worker is stopped
# What a worker says; ENDED, that it says nothing any more.
LEVEL, DONE, FAILED, REFUSED, UNSAVED, ENDED = "level", "done", "failed", "refused", "unsaved", "ended"
FROM_KEPT = "from kept values"
NOT_YET = "This could not be graded yet, by no fault of whoever handed it in"
LOST = "The worker that graded it ended, or went on for too long"


class Pending(NamedTuple):
    """A submission to grade, and the stem of the files that it leads to."""

    submission: Submission
    stem: str


class _Made(NamedTuple):
    """What a submission led to, ready to be written."""

    page: str
    """Its feedback."""
    record: str
    """Its result, as JSON."""
    answers: str
    """What the student wrote, as JSON."""
    kept: Kept | None = None
    reason: str = ""
    """What `on_grade` is told."""


class _Failure(NamedTuple):
    """A submission that could not be graded, and why."""

    pending: Pending
    reason: str


class _Worker:
    """A process that grades what it is sent, and what it is busy with."""

    def __init__(self, task: Task, out: Path) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(task, out, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.busy: Pending | None = None
        self.since = time.monotonic()

    def send(self, pending: Pending) -> None:
        """Hand it a submission; if it has ended, the next look at it tells."""
        self.busy, self.since = pending, time.monotonic()
        with suppress(OSError):
            self.connection.send(pending)

    def dismiss(self) -> None:
        """Let it close its sandbox and end; if it does not, make it."""
        with suppress(OSError):
            self.connection.send(None)
        self.process.join(CLOSING)
        self.stop()

    def stop(self) -> None:
        """End it at once; its sandbox ends with it."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def grade_all(
    task: Task,
    out: Path,
    pending: Sequence[Pending],
    *,
    workers: int,
    on_start: Callable[[str], object],
    on_grade: Callable[[str], object],
) -> None:
    """Grade what is pending into the folder `out`, with so many worker processes.

    `on_start` is called with the level of isolation, once; `on_grade` after each submission, with FROM_KEPT
    if its code was not run, or with what has changed since something was kept of it, or "". SandboxError if
    the sandbox cannot be had, SaveError if results cannot be saved. What cannot be graded, also alone and
    with the machine to itself, gets a result that says so.
    """
    first = _Round(task, out, on_start, on_grade)
    failures = first.grade(pending, workers)
    alone = _Round(task, out, on_start, on_grade, level=first.level)
    for each, reason in alone.grade([failure.pending for failure in failures], 1):
        problems = [NOT_YET, f"{REVIEW} {reason}"]  # its words may hold the inputs drawn for this run
        record, grades = empty_record(
            task, each.submission, problems, level=alone.level, status=GradingStatus.UNGRADED
        )
        answers = answers_text(each.submission.student, {})
        save(out, each, _Made(feedback(record, grades), json_text(record), answers))
        on_grade("")


class _Round:
    """One pass over submissions, by workers side by side. `level` is known if any worker has ever begun."""

    def __init__(
        self,
        task: Task,
        out: Path,
        on_start: Callable[[str], object],
        on_grade: Callable[[str], object],
        *,
        level: str = "",
    ) -> None:
        self.task, self.out, self.level = task, out, level
        self._on_start, self._on_grade = on_start, on_grade
        self._queue: deque[Pending] = deque()
        self._crew: list[_Worker] = []
        self._failures: list[_Failure] = []
        self._false_starts = 0

    def grade(self, pending: Sequence[Pending], workers: int) -> list[_Failure]:
        """Grade what is pending, and return what could not be."""
        self._queue.extend(pending)
        longest = _longest(self.task)
        try:
            for _ in range(min(workers, len(pending))):
                self._hire()
            while self._crew:
                for worker, kind, text in _messages(self._crew, longest):
                    self._hear(worker, kind, text)
        finally:
            for worker in self._crew:
                worker.stop()
        return self._failures

    def _hear(self, worker: _Worker, kind: str, text: str) -> None:
        if kind == UNSAVED:
            raise SaveError(text)
        if kind in (ENDED, REFUSED):
            return self._part_with(worker, text)
        if kind == LEVEL and not self.level:
            self.level = text
            self._on_start(text)
        elif kind == DONE:
            self._on_grade(text)
        elif kind == FAILED and worker.busy:
            self._failures.append(_Failure(worker.busy, text))
        worker.busy = None
        if self._queue:
            worker.send(self._queue.popleft())
        else:
            self._crew.remove(worker)
            worker.dismiss()

    def _part_with(self, worker: _Worker, why: str) -> None:
        """Let go of a worker that has ended; take another on, unless workers end before they begin."""
        self._crew.remove(worker)
        worker.stop()
        if worker.busy:
            self._failures.append(_Failure(worker.busy, LOST))
        else:
            self._false_starts += 1
        if why or self._false_starts >= FALSE_STARTS:
            self._do_without(why or "Workers end before they begin; what they printed says why")
        elif self._queue:
            self._hire()

    def _hire(self) -> None:
        try:
            self._crew.append(_Worker(self.task, self.out))
        except OSError as error:  # no process to be had, or no memory
            self._do_without(f"No worker could be started: {error}")

    def _do_without(self, why: str) -> None:
        """Go on with the workers that are left. Without any, nothing more can be graded in this round."""
        if self._crew:
            return
        if not self.level:
            raise SandboxError(why)
        self._failures += [_Failure(each, why) for each in self._queue]
        self._queue.clear()


def _longest(task: Task) -> float:
    limits = task.limits
    return PATIENCE * limits.submission_seconds * limits.wall_factor + 60


def _messages(crew: Sequence[_Worker], longest: float) -> Iterator[tuple[_Worker, str, str]]:
    """Wait for workers to say something: a kind and a text. ENDED: it died, or is busy for too long."""
    ready = wait([worker.connection for worker in crew], timeout=5)
    for worker in list(crew):
        if worker.connection in ready:
            try:
                yield worker, *worker.connection.recv()
            except (EOFError, OSError):
                yield worker, ENDED, ""
        elif time.monotonic() - worker.since > longest:
            yield worker, ENDED, ""


def save(out: Path, pending: Pending, made: _Made) -> None:
    """Write values, answers and feedback, then the result: what makes a submission count as done is last."""
    for folder in (VALUES, ANSWERS, FEEDBACK, RESULTS):
        private_folder(out / folder)
    write_kept(values_of(out, pending), made.kept)
    write_private(out / ANSWERS / f"{pending.stem}.json", made.answers)
    write_private(out / FEEDBACK / f"{pending.stem}.html", made.page)
    write_private(out / RESULTS / f"{pending.stem}.json", made.record)


def answers_text(student: str, answers: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the JSON of what a student wrote, by exercise."""
    return json_text({"student": student, "answers": answers})


def values_of(out: Path, pending: Pending) -> Path:
    """Return where the values are kept that came back for a submission."""
    return out / VALUES / f"{pending.stem}.npz"


def _work(task: Task, out: Path, connection: Connection) -> None:
    """What a worker does: take a submission, grade it, save it, say so, until there is nobody to hear it."""
    signal.signal(signal.SIGINT, lambda *_: None)  # an interrupt is the run's to handle
    inbox: deque[Pending | None] = deque()
    arrived = threading.Semaphore(0)

    def listen() -> None:
        """Receive, and end with the run, even in the middle of a submission."""
        with suppress(EOFError, OSError):
            while True:
                inbox.append(connection.recv())
                arrived.release()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    try:
        with Grader(task) as grader:
            connection.send((LEVEL, grader.level))
            while True:
                arrived.acquire()
                if (pending := inbox.popleft()) is None:
                    return
                connection.send(_grade(grader, out, pending))
    except SaveError as error:
        connection.send((UNSAVED, str(error)))
    except (IsolationError, SandboxError, OSError) as error:
        connection.send((REFUSED, str(error)))


def _grade(grader: Grader, out: Path, pending: Pending) -> tuple[str, str]:
    """Grade and save one submission; return what there is to say of it."""
    try:
        made = _make(grader, pending.submission, read_kept(values_of(out, pending)))
    except MachineError as error:
        return FAILED, str(error)
    except Exception as error:
        return FAILED, f"The grader failed at it ({type(error).__name__}: {error})"
    save(out, pending, made)
    return DONE, made.reason


def _make(grader: Grader, submission: Submission, kept: Kept | None) -> _Made:
    """Grade a submission, and make what is to be written of it."""
    graded = grader.grade(submission, kept)
    reason = FROM_KEPT if graded.from_kept else graded.changed
    return _Made(
        feedback(graded.record, graded.grades),
        json_text(graded.record),
        answers_text(graded.record["student"], graded.answers),
        graded.kept,
        reason,
    )


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Keep a second run out of the folder, made if need be. BlockingIOError if one is at work there."""
    if not out.is_dir():
        private_folder(out)
    with lock(out):
        yield
