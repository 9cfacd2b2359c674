"""Grade on this machine: workers side by side, each with a sandbox of its own, which write nothing.

Workers end with the run that started them. They have all that grading takes, answers too, since no student
code runs in them; that runs in their sandboxes.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, NamedTuple

from backproplab.grading import limited
from backproplab.grading.batch import LOST, Collector, Failure, Made, Pending, make
from backproplab.grading.grader import Grader, Task, fault_words
from backproplab.grading.kept import unpack
from backproplab.sandbox import IsolationError, SandboxError, watchdog

FALSE_STARTS = 2  # workers that may end before they begin
SAFE_PATH = "PYTHONSAFEPATH"  # says what -P says, to all that is started with it
CLOSING = 10.0  # seconds for a worker to close its sandbox
MOST_WORKERS = 30 if os.name == "nt" else sys.maxsize  # Windows waits for 63 things at once, two a worker
# What a worker says; ENDED, that it says nothing any more.
LEVEL, DONE, FAILED, REFUSED, ENDED = "level", "done", "failed", "refused", "ended"


class LocalWorkers:
    """An executor: so many processes of this machine."""

    def __init__(self, count: int) -> None:
        self._count = min(count, MOST_WORKERS)

    def grade(
        self, task: Task, pending: Sequence[Pending], collector: Collector, *, alone: bool = False
    ) -> list[Failure]:
        """See `batch.Executor`."""
        return _Round(task, collector).grade(pending, 1 if alone else self._count)


class _Order(NamedTuple):
    """What a worker is sent."""

    pending: Pending
    kept: bytes
    """What is kept of it, packed."""


class _Worker:
    """A process that grades what it is sent, and what it is busy with."""

    def __init__(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=work, args=(task, theirs), daemon=True)
        with _safe_path():
            self.process.start()
        theirs.close()
        self.busy: Pending | None = None
        self.since = time.monotonic()

    def send(self, order: _Order) -> None:
        """Hand it a submission; if it has ended, the next look at it tells."""
        self.busy, self.since = order.pending, time.monotonic()
        with suppress(OSError):
            self.connection.send(order)

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


@contextmanager
def _safe_path() -> Iterator[None]:
    """Have Python start without the current folder in its path, where what was handed in may lie.

    `multiprocessing` is the first that a worker imports, and starts it without -P.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


class _Round:
    """One pass over submissions, by workers side by side."""

    def __init__(self, task: Task, collector: Collector) -> None:
        self._task, self._collector = task, collector
        self._queue: deque[Pending] = deque()
        self._crew: list[_Worker] = []
        self._failures: list[Failure] = []
        self._false_starts = 0

    def grade(self, pending: Sequence[Pending], workers: int) -> list[Failure]:
        """Grade what is pending, and return what could not be."""
        self._queue.extend(pending)
        longest = longest_seconds(self._task)
        try:
            for _ in range(min(workers, len(pending))):
                self._hire()
            while self._crew:
                for worker, kind, content in _messages(self._crew, longest):
                    self._hear(worker, kind, content)
        finally:
            for worker in self._crew:
                worker.stop()
        return self._failures

    def _hear(self, worker: _Worker, kind: str, content: Any) -> None:
        if kind in (ENDED, REFUSED):
            return self._part_with(worker, content)
        done, worker.busy = worker.busy, None
        if self._queue:  # first, so that it works while what it made is written
            each = self._queue.popleft()
            worker.send(_Order(each, self._collector.kept(each)))
        if kind == LEVEL:
            self._collector.begin(content)
        elif kind == DONE and done:
            self._collector.take(done, Made(*content))
        elif kind == FAILED and done:
            self._failures.append(Failure(done, content))
        if worker.busy is None:
            self._crew.remove(worker)
            worker.dismiss()

    def _part_with(self, worker: _Worker, why: str) -> None:
        """Let go of a worker that has ended; take another on, unless workers end before they begin."""
        self._crew.remove(worker)
        worker.stop()
        if worker.busy:
            self._failures.append(Failure(worker.busy, LOST))
        else:
            self._false_starts += 1
        if why or self._false_starts >= FALSE_STARTS:
            self._do_without(why or "Workers end before they begin; what they printed says why")
        elif self._queue:
            self._hire()

    def _hire(self) -> None:
        try:
            self._crew.append(_Worker(self._task))
        except OSError as error:  # no process to be had, or no memory
            self._do_without(f"No worker could be started: {error}")

    def _do_without(self, why: str) -> None:
        """Go on with the workers that are left. Without any, nothing more can be graded in this round."""
        if self._crew:
            return
        if not self._collector.level:
            raise SandboxError(why)
        self._failures += [Failure(each, why) for each in self._queue]
        self._queue.clear()


def longest_seconds(task: Task) -> float:
    """Return after how long, by the clock, whoever grades a submission is taken for lost.

    No submission may bring that about: it is past all that reading it and its two runs may take.
    """
    return limited.PATIENCE + 2 * watchdog.longest_seconds(task.limits)


def _messages(crew: Sequence[_Worker], longest: float) -> Iterator[tuple[_Worker, str, Any]]:
    """Wait for workers to say something: a kind and its content. ENDED: it died, or is busy for too long."""
    # On Windows, a worker that ends before it has taken its connection leaves it open: listen for ends, too.
    ready = wait(
        [each for worker in crew for each in (worker.connection, worker.process.sentinel)], timeout=5
    )
    for worker in list(crew):
        if worker.connection in ready or worker.process.sentinel in ready:
            try:
                if not worker.connection.poll():
                    raise EOFError
                yield worker, *worker.connection.recv()
            except (EOFError, OSError):
                yield worker, ENDED, ""
        elif time.monotonic() - worker.since > longest:
            yield worker, ENDED, ""


def work(task: Task, connection: Connection) -> None:
    """What a worker does: take a submission, grade it, say what it led to, until nobody hears it."""
    signal.signal(signal.SIGINT, lambda *_: None)  # an interrupt is the run's to handle
    inbox: deque[_Order | None] = deque()
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
                if (order := inbox.popleft()) is None:
                    return
                connection.send(_grade(grader, order))
    except (IsolationError, SandboxError, OSError) as error:
        connection.send((REFUSED, str(error)))


def _grade(grader: Grader, order: _Order) -> tuple[str, tuple[Any, ...] | str]:
    """Grade one submission; return what it led to, or why it could not be graded."""
    try:
        return DONE, tuple(make(grader.grade(order.pending.submission, unpack(order.kept))))
    except Exception as error:
        return FAILED, fault_words(error)
