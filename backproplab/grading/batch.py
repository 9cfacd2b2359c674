"""Grade a class: workers side by side, each with a sandbox of its own, and nothing lost if the run is killed.

The feedback page of a submission is written before its result, and a result appears whole: where one is, the
submission is done. Workers end with the run that started them.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

from backproplab.files import write_text
from backproplab.grading.exercises import ExerciseGrade
from backproplab.grading.grader import Grader, Task, empty_record
from backproplab.grading.pages import feedback
from backproplab.grading.reports import FEEDBACK, RESULTS, write_json
from backproplab.grading.submissions import Submission
from backproplab.sandbox import IsolationError, SandboxError

ATTEMPTS = 2  # workers that one submission may bring down
CLOSING = 10.0  # seconds for a worker to close its sandbox
PATIENCE = 5.0  # how often the longest time that a submission may take, before its worker is stopped
LEVEL, DONE, REFUSED = "level", "done", "refused"


class Pending(NamedTuple):
    """A submission to grade, and the stem of the files that it leads to."""

    submission: Submission
    stem: str


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
        self.busy, self.since = pending, time.monotonic()
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
    on_grade: Callable[[], object],
) -> None:
    """Grade what is pending into the folder `out`, with so many worker processes.

    `on_start` is called with the level of isolation, once; `on_grade` after each submission. SandboxError
    if the sandbox cannot be had. A submission that brings its worker down twice gets a result that says so.
    """
    queue, attempts = deque(pending), dict[str, int]()
    level = ""
    crew = [_Worker(task, out) for _ in range(min(workers, len(pending)))]
    try:
        while crew:
            for worker, message in _messages(crew, _longest(task)):
                if message is None:
                    crew.remove(worker)
                    worker.stop()
                    if worker.busy:
                        stem = worker.busy.stem
                        attempts[stem] = attempts.get(stem, 0) + 1
                        if attempts[stem] < ATTEMPTS:
                            queue.append(worker.busy)
                        else:
                            save(out, worker.busy, *_crash_record(task, worker.busy, level))
                            on_grade()
                    elif attempts.setdefault("", 0) >= ATTEMPTS:
                        raise SandboxError("Workers end before they begin; what they printed says why")
                    else:
                        attempts[""] += 1
                    if queue:
                        crew.append(_Worker(task, out))
                    continue
                kind, text = message
                if kind == REFUSED:
                    raise SandboxError(text)
                if kind == LEVEL:
                    if not level:
                        level = text
                        on_start(level)
                elif kind == DONE:
                    worker.busy = None
                    on_grade()
                if queue:
                    worker.send(queue.popleft())
                else:
                    crew.remove(worker)
                    worker.dismiss()
    finally:
        for worker in crew:
            worker.stop()


def _longest(task: Task) -> float:
    limits = task.limits
    return PATIENCE * limits.submission_seconds * limits.wall_factor + 60


def _messages(crew: Sequence[_Worker], longest: float) -> Iterator[tuple[_Worker, tuple[str, str] | None]]:
    """Wait for workers to say something; None for one that died or is busy for too long."""
    ready = wait([worker.connection for worker in crew], timeout=5)
    for worker in list(crew):
        if worker.connection in ready:
            try:
                yield worker, worker.connection.recv()
            except (EOFError, OSError):
                yield worker, None
        elif time.monotonic() - worker.since > longest:
            yield worker, None


def _crash_record(task: Task, pending: Pending, level: str) -> tuple[dict[str, Any], list[ExerciseGrade]]:
    reason = "The grader came to an end twice while it read or ran this notebook: look at it by hand"
    return empty_record(task, pending.submission, reason, level=level)


def save(out: Path, pending: Pending, record: dict[str, Any], grades: Sequence[ExerciseGrade]) -> None:
    """Write the feedback page, then the result: what makes a submission count as done comes last."""
    for folder in (FEEDBACK, RESULTS):
        (out / folder).mkdir(parents=True, exist_ok=True)
    write_text(out / FEEDBACK / f"{pending.stem}.html", feedback(record, grades))
    write_json(out / RESULTS / f"{pending.stem}.json", record)


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
                save(out, pending, *grader.grade(pending.submission))
                connection.send((DONE, pending.stem))
    except (IsolationError, SandboxError) as error:
        connection.send((REFUSED, str(error)))


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Keep a second run out of the folder. BlockingIOError if one is at work there."""
    out.mkdir(parents=True, exist_ok=True)
    with open(out / ".lock", "w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows has no such lock; results are whole all the same
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
