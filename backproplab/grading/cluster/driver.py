"""The driver of a run on a cluster: it plans, hands out, collects, and keeps every answer to itself.

What leaves it is a setup, in which there is no answer, and the steps of one notebook. What comes back is
compared here. The machines of the cluster are trusted, as this one is, and so is its network: Dask pickles
what it sends. A student's own process on them is not: it is in a sandbox there, and what it says is data, in
flat frames there, and in arrays of numbers here, which are read without running anything. So that it has no
network, through which it would reach the scheduler and all who listen to that, isolation must be full.

**Each submission is given to one worker by its address**, and Dask is not left to give it to another. So it
is known which worker was lost with which submissions, and a submission that ends its worker cannot go on to
end three more, as Dask's own rescheduling would have it. Those that were with a lost worker are given back as
failures, which are graded once more, alone (`batch.grade_all`); those that were at work there come last,
since one of them may be what ended it. Nothing starts a worker anew that has no nanny, so each such notebook
may cost two workers, and no other notebook its place.

**A worker that fails at all that it gets does not get all there is**, though it is always the first to be
free: it is given no more after a few, and what failed at one worker is tried at another (`health`).

**One worker that hangs holds up nobody else**: what it has done is fetched in a thread of its own, one at a
time from each worker, with an end to patience. So few are fetched at once that what waits here to be compared
stays small, however many workers there are.

**No more is on its way than workers can take**: for each thread, one at work and one that waits. Of the rest
the cluster knows nothing, and the driver holds no more than it would for a class of a hundred.
"""

import math
import pickle
import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self

from distributed import CancelledError, Future, KilledWorker

from backproplab.grading.batch import (
    AT_WORK,
    LOST,
    Collector,
    Failure,
    NoWorkerLeftError,
    Pending,
    make,
)
from backproplab.grading.cluster import worker as remote
from backproplab.grading.cluster.health import IN_A_ROW, Health
from backproplab.grading.cluster.scheduler import GO_ON, GoneError, Scheduler
from backproplab.grading.grader import Assessor, Graded, Planned, Task, fault_words, judge_of
from backproplab.grading.kept import Kept, of_notebook, unpack, versions
from backproplab.grading.local import longest_seconds
from backproplab.grading.runner import Ran
from backproplab.grading.terminal import one_line
from backproplab.sandbox import IsolationError, SandboxError

AHEAD = 1
"""Submissions that wait at each thread of a worker, so that it need not wait for them."""
LOOK = 1.0
"""Seconds from one look at which workers there are to the next."""
PATIENCE = 120.0
"""Seconds without any worker that may be used, after which a run ends."""
PROBE_SECONDS = 300.0
FETCHES = 4
"""Results that are on their way from workers, or here and not looked at yet."""
LATE = 2
"""Times that a result does not arrive, or a worker's do not in a row, after which they are given up."""
NEEDS_FULL = (
    "A cluster needs isolation 'full', not {isolation!r}: with less, student code has the network, reaches "
    "the scheduler, and runs what it likes on every worker and here, where the answers are. Grade at full "
    "isolation, or without --scheduler"
)
NEEDS_FULL_HERE = (
    "Full isolation needs {mechanism}, and this machine, the driver, refuses it. Nothing was graded, since "
    "trained numbers, as of exercise {exercise}, are judged here, and not on a worker. Mend that, as on a "
    "worker, or run the command on a machine that gives full isolation"
)


class DaskWorkers:
    """An executor: the workers of a Dask cluster, by its scheduler's address or as a cluster object.

    A context manager. A worker is asked before it is used which versions it has and which isolation it gives.
    """

    def __init__(self, cluster: Any) -> None:
        self._cluster = cluster
        self._health = Health()

    def __enter__(self) -> Self:
        self._scheduler = Scheduler.connect(self._cluster)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.close()

    def grade(
        self, task: Task, pending: Sequence[Pending], collector: Collector, *, alone: bool = False
    ) -> list[Failure]:
        """See `batch.Executor`. SandboxError, too, unless isolation is full, also here where it must be."""
        if task.isolation != "full":
            raise SandboxError(NEEDS_FULL.format(isolation=task.isolation))
        if not alone:
            _try_judge(task)
            self._health = Health()  # stems of one folder of grades
        return _Round(self._scheduler, task, collector, self._health, alone=alone).grade(pending)


def _try_judge(task: Task) -> None:
    """See that trained numbers can be judged here, before workers train for them. SandboxError if not."""
    if exercise := next((each for each in task.exercises if each.kind == "trained"), None):
        try:
            with judge_of(task, exercise):
                pass
        except IsolationError as error:
            words = NEEDS_FULL_HERE.format(exercise=exercise.id, mechanism=error.mechanism)
            raise SandboxError(words) from error


@dataclass
class _Worker:
    """A worker of the cluster, as the driver knows it."""

    threads: int
    probe: Future[Any] | None = None
    """Asked what it is, and has not answered yet."""
    asked: float = 0.0
    """When that was."""
    refusal: str = ""
    """Why it is not used."""
    busy: list[str] = field(default_factory=list)
    """Keys of what it was given, in the order in which it begins them."""
    late: int = 0
    """Times in a row that what it has done did not arrive."""

    @property
    def may_work(self) -> bool:
        return self.probe is None and not self.refusal


@dataclass
class _Sent:
    """A submission that a worker has."""

    pending: Pending
    planned: Planned
    future: Future[Any]
    address: str
    since: float = math.inf
    """When it was first seen to be at work, and not to wait behind another."""
    late: int = 0
    """Times that what came of it did not arrive."""


class _Done(NamedTuple):
    """What a worker has done, and still has."""

    address: str
    future: Future[Any]


class _Fetched(NamedTuple):
    """What a worker returned, or why that did not arrive."""

    key: str
    said: object = None
    trouble: BaseException | None = None


class _Round:
    """One pass over submissions."""

    def __init__(
        self, scheduler: Scheduler, task: Task, collector: Collector, health: Health, *, alone: bool
    ) -> None:
        self._scheduler, self._collector, self._alone = scheduler, collector, alone
        self._health = health
        """Of this round and the one before."""
        self._task, self._setup = task, pickle.dumps(task.setup)
        self._assessor = Assessor(task)
        self._longest = longest_seconds(task)
        self._workers: dict[str, _Worker] = {}
        self._queue: deque[Pending] = deque()
        self._sent: dict[str, _Sent] = {}
        self._done_there: set[str] = set()
        """Keys of what a worker has done, and nobody has fetched."""
        self._to_fetch: list[_Done] = []
        """First come, first served."""
        self._fetching: dict[str, str] = {}
        """By key of what is fetched, the address of who has it."""
        self._done: queue.SimpleQueue[_Done | _Fetched] = queue.SimpleQueue()
        self._name = secrets.token_hex(8)
        """By which a worker knows who has asked it what it is."""
        self._failures: list[Failure] = []
        self._looked, self._seen = 0.0, float("inf")
        """When workers were looked for, and when one was last there; before the first, `_meet` waits."""

    def grade(self, pending: Sequence[Pending]) -> list[Failure]:
        """Grade what is pending, and return what could not be."""
        self._queue.extend(sorted(pending, key=self._may_end_worker))
        try:
            self._meet()
            while self._queue or self._sent:
                if time.monotonic() - self._looked > LOOK:
                    self._look()
                address = self._free_worker(self._queue[0].stem) if self._queue else ""
                if address:
                    self._hand_out(self._queue.popleft(), address)
                self._collect(0.0 if address else LOOK)
            return self._failures
        except NoWorkerLeftError:
            if not self._alone:
                raise
            left = [Failure(each, self._lost_words(each, "and no worker is left")) for each in self._queue]
            return self._failures + left
        finally:
            self._assessor.close()
            futures = [each.future for each in self._sent.values()]
            futures += [each.probe for each in self._workers.values() if each.probe]
            self._scheduler.cancel(futures)

    def _may_end_worker(self, pending: Pending) -> bool:
        return pending.ended_worker or self._health.ended[pending.stem] > 0

    def _meet(self) -> None:
        """Wait for workers, and ask all that are there.

        Before anything is graded, SandboxError names those that cannot be used. One that comes later and
        cannot be is left alone.
        """
        end = time.monotonic() + PATIENCE
        self._look()
        while not self._workers:
            if time.monotonic() > end:
                raise NoWorkerLeftError(
                    f"No worker has come to {self._scheduler.address} in {PATIENCE:.0f} s: start some with "
                    "`dask worker`",
                    self._failures,
                )
            time.sleep(LOOK / 10)
            self._look()
        end, is_first = time.monotonic() + PROBE_SECONDS, not self._collector.level
        while any(each.probe for each in self._workers.values()) and time.monotonic() < end:
            self._collect(LOOK / 10)
            if time.monotonic() - self._looked > LOOK:
                self._look()
        if is_first and (refusals := self._refusals()):
            raise SandboxError(
                "Nothing was graded, since a worker cannot be used. End it, or mend it.\n" + refusals
            )

    def _refusals(self) -> str:
        return "\n".join(
            f"{address}: {each.refusal}" for address, each in self._workers.items() if each.refusal
        )

    def _look(self) -> None:
        """Look which workers there are: ask those that are new, and take back what the lost ones had."""
        there = self._scheduler.workers()
        self._looked = time.monotonic()
        for address in sorted(set(self._workers) - set(there)):
            self._lose(address)
        for address in sorted(set(there) - set(self._workers)):
            self._workers[address] = _Worker(there[address], probe=self._probe(address), asked=self._looked)
        self._refuse_late()
        if any(each.may_work or each.probe for each in self._workers.values()):
            self._seen = self._looked
        elif self._looked - self._seen > PATIENCE:
            words = (
                f"No worker of {self._scheduler.address} can be used any more, and none has come in "
                f"{PATIENCE:.0f} s. {GO_ON} when there are some.",
                self._refusals(),
                self._suspects(),
            )
            raise NoWorkerLeftError("\n".join(filter(None, words)), self._failures)

    def _suspects(self) -> str:
        """Name those on which workers were at work when they ended; "" if there are none."""
        failed = [each.pending for each in self._failures]
        blamed = [each for each in failed if self._health.ended[each.stem]]
        students = sorted(one_line(each.submission.student) for each in blamed)
        if not students:
            return ""
        return (
            f"Workers ended while at work on {', '.join(students)}: ungraded, and last when you go on. A "
            "worker with a nanny, as `dask worker` has unless told otherwise, is started anew when it ends"
        )

    def _refuse_late(self) -> None:
        """Use no more who is busy for too long, with a submission or with saying what it is."""
        late: dict[str, list[str]] = {}
        for key in (key for each in self._workers.values() for key in self._at_work(each)):
            sent = self._sent[key]
            sent.since = min(sent.since, self._looked)
            if self._looked - sent.since > self._longest:
                late.setdefault(sent.address, []).append(key)
        for address, keys in late.items():
            self._blame(keys)
            self._refuse(address, "went on for too long at a submission")
        patience = max(PROBE_SECONDS, self._longest)  # its threads may be at what another driver gave them
        for address, each in self._workers.items():
            if each.probe and self._looked - each.asked > patience:
                self._refuse(address, f"has not said in {patience:.0f} s what it is")

    def _submit(self, function: Any, address: str, *arguments: Any) -> Future[Any]:
        """Have a worker do something; `_done` is told when it has, or never will have."""
        future = self._scheduler.submit(function, address, *arguments)

        def note(done: Future[Any]) -> None:
            self._done_there.add(str(done.key))
            self._done.put(_Done(address, done))

        future.add_done_callback(note)
        return future

    def _begin_to_fetch(self) -> None:
        """Fetch what was done, in threads: what hangs there holds up nothing here, nor the end of a round."""
        waiting, self._to_fetch = self._to_fetch, []
        for each in waiting:
            key = str(each.future.key)
            if len(self._fetching) == FETCHES or each.address in self._fetching.values():
                self._to_fetch.append(each)
            elif self._is_wanted(key):
                self._fetching[key] = each.address
                threading.Thread(target=self._fetch, args=(each.future,), daemon=True).start()

    def _is_wanted(self, key: str) -> bool:
        """Was it not taken back meanwhile, nor its worker lost?"""
        return key in self._sent or any(
            each.probe and each.probe.key == key for each in self._workers.values()
        )

    def _fetch(self, future: Future[Any]) -> None:
        key = str(future.key)
        try:
            fetched = _Fetched(key, self._scheduler.fetch(future))
        except BaseException as error:  # Dask's: the worker was lost, or what it was sent did not arrive
            fetched = _Fetched(key, trouble=error)
        self._done.put(fetched)

    def _refusal(self, fetched: _Fetched) -> str:
        """Say why a worker that was asked cannot be used; "" if it can."""
        if error := fetched.trouble:  # it has no package of ours perhaps, or another Python
            return f"It does not know what it was asked ({type(error).__name__}: {error}). {_as_here()}"
        if not isinstance(probed := fetched.said, remote.Probed):
            return f"It does not know what it was asked (it said {type(probed).__name__}). {_as_here()}"
        differ = [
            f"{name} {probed.versions.get(name, 'missing')} instead of {mine}"
            for name, mine in versions().items()
            if probed.versions.get(name) != mine
        ]
        if differ:
            return f"It has {', '.join(differ)}. {_as_here()}"
        if not probed.refusal and not self._isolates(probed.level):
            return f"It isolates as {probed.level!r}, and not fully"
        if not probed.refusal:
            self._collector.begin(probed.level)
        return probed.refusal

    def _isolates(self, level: str) -> bool:
        return level.startswith(f"{self._task.isolation}: ")

    def _free_worker(self, stem: str) -> str:
        """Return the address of the worker that a notebook goes to, if one may be given more; else "".

        Of those that have not failed, at this one or others, that is the one with least to do.
        """
        if self._alone and self._sent:
            return ""
        room = {
            address: (1 + AHEAD) - len(each.busy) / each.threads
            for address, each in self._workers.items()
            if each.may_work
        }
        free = [address for address in room if room[address] > 0]
        return min(free, key=lambda each: (self._health.reluctance(stem, each), -room[each]), default="")

    def _hand_out(self, pending: Pending, address: str) -> None:
        """Plan a submission, and have a worker run it, where there is anything to run."""
        before = unpack(self._collector.kept(pending))
        try:
            planned = self._assessor.plan(pending.submission, before, level=self._collector.level)
            made = make(planned) if isinstance(planned, Graded) else None
        except Exception as error:
            return self._fail(pending, error)
        if made:
            return self._collector.take(pending, made)
        assert isinstance(planned, Planned)
        steps = planned.prepared.steps
        future = self._submit(remote.run, address, self._name, self._setup, self._task.seeds, steps)
        key = str(future.key)
        self._sent[key] = _Sent(pending, planned, future, address)
        self._workers[address].busy.append(key)

    def _collect(self, seconds: float) -> None:
        """Wait for something to be done for so long, and take in all that is."""
        self._begin_to_fetch()
        with suppress(queue.Empty):
            done = self._done.get(timeout=seconds) if seconds else self._done.get_nowait()
            while True:
                if isinstance(done, _Done):
                    self._to_fetch.append(done)
                    self._begin_to_fetch()
                else:
                    address = self._fetching.pop(done.key)
                    self._begin_to_fetch()  # of others, while this is compared
                    self._hear(done, address)
                done = self._done.get_nowait()

    def _hear(self, fetched: _Fetched, address: str) -> None:
        """Take in what came from a worker; nothing if that was taken back, or the worker lost, before."""
        self._done_there.discard(fetched.key)
        if not self._is_wanted(fetched.key):
            return
        worker = self._workers[address]
        if isinstance(fetched.trouble, TimeoutError):
            return self._note_late(fetched.key, address)
        if isinstance(fetched.trouble, GoneError):
            self._looked = 0.0  # before it is given any more: has the worker gone, too?
            if fetched.key not in self._sent:
                return self._ask_again(address)
        worker.late = 0
        if worker.probe and worker.probe.key == fetched.key:
            worker.refusal, worker.probe = self._refusal(fetched), None
        elif getattr(fetched.said, "is_stranger", False):
            self._done_there.difference_update(worker.busy)  # a stranger says it of each
            self._lose(address)  # the next look finds who is there, and asks
        else:
            self._mark(self._sent.pop(fetched.key), fetched)

    def _ask_again(self, address: str) -> None:
        """Ask once more what a worker is, since what it said is gone, perhaps with who said it."""
        worker = self._workers[address]
        worker.late += 1
        if worker.late == LATE:
            return self._refuse(address, "does not hand over what it has done")
        worker.probe, worker.asked = self._probe(address), time.monotonic()

    def _probe(self, address: str) -> Future[Any]:
        return self._submit(remote.probe, address, self._name, self._setup)

    def _note_late(self, key: str, address: str) -> None:
        """Try once more to get what did not arrive; the second time, it is given back, or its worker is."""
        worker, sent = self._workers[address], self._sent.get(key)
        worker.late += 1
        if sent:
            sent.late += 1
        if worker.late == LATE:
            self._blame(each for each in worker.busy if self._sent[each].late)
            return self._refuse(address, "does not hand over what it has done")
        if sent and sent.late == LATE:  # and the worker has handed over another one between
            self._blame([key])
            worker.busy.remove(key)
            self._sent.pop(key).future.release()
            return self._give_back(sent)
        if future := sent.future if sent else worker.probe:
            self._done_there.add(key)
            self._to_fetch.append(_Done(address, future))

    def _mark(self, sent: _Sent, fetched: _Fetched) -> None:
        self._workers[sent.address].busy.remove(fetched.key)
        sent.future.release()
        if isinstance(fetched.trouble, (KilledWorker, CancelledError)):
            return self._give_back(sent)  # its worker has gone, as a look will show
        if isinstance(fetched.trouble, GoneError):  # perhaps; or it cannot hand over what it has done
            return self._fail_there(sent, f"{LOST} ({sent.address})")
        ran = self._ran(sent.planned, fetched)
        if isinstance(ran, str):
            return self._fail_there(sent, f"{ran} ({sent.address})")
        self._health.clear(sent.address)
        try:
            made = make(self._assessor.collect(sent.planned, Ran(ran.level, ran.shown, ran.outcome)))
        except Exception as error:
            return self._fail(sent.pending, error)
        self._collector.take(sent.pending, made)

    def _ran(self, planned: Planned, fetched: _Fetched) -> Kept | str:
        """Return what came back of a notebook; or why it is not believed, in words.

        Workers are trusted, and still one that mixes something up marks nobody, and ends no run.
        """
        if fetched.trouble:
            return f"{LOST}: {type(fetched.trouble).__name__}"
        if not isinstance(said := fetched.said, remote.Answer):
            return f"What it returned is no answer, but {type(said).__name__}"
        if said.fault:
            return said.fault
        if len(said.packed) > remote.most_bytes(self._task.limits):
            return remote.TOO_MUCH
        if (ran := unpack(said.packed)) is None:
            return "What it returned cannot be read"
        if (ran.asked, ran.seeds) != (of_notebook(planned.prepared.steps), self._task.seeds):
            return "What it returned is of another notebook, or of other inputs"
        return ran if self._isolates(ran.level) else f"It isolated as {ran.level!r}, and not fully"

    def _fail_there(self, sent: _Sent, why: str) -> None:
        """Note that a worker failed at a submission; if it fails at all that it gets, give it no more.

        Nothing is taken back from it: what it has is soon done, or fails as well.
        """
        self._failures.append(Failure(sent.pending, why))
        self._health.fail(sent.pending.stem, sent.address)
        others = [at for at, each in self._workers.items() if each.may_work and at != sent.address]
        if self._health.fails(sent.address, others):
            refusal = f"failed at {IN_A_ROW} notebooks in a row, and graded none between. Of the last: {why}"
            self._workers[sent.address].refusal = refusal

    def _fail(self, pending: Pending, error: Exception) -> None:
        self._assessor.close()  # the next submission meets a new reader and new judges
        self._failures.append(Failure(pending, fault_words(error)))

    def _lose(self, address: str) -> None:
        """Let go of a worker that has gone, and take back what it had."""
        self._blame(self._at_work(self._workers[address]))
        self._take_back(address)
        self._health.clear(address)  # whoever comes there next is another one
        if probe := self._workers.pop(address).probe:
            self._scheduler.cancel([probe])

    def _refuse(self, address: str, why: str) -> None:
        """Use a worker no more, and take back what it had."""
        each = self._workers[address]
        each.refusal = why
        if each.probe:
            self._scheduler.cancel([each.probe])
            each.probe = None
        self._take_back(address)

    def _at_work(self, worker: _Worker) -> list[str]:
        """Return the keys of what a worker is at, and not of what waits there or is done, as far as known."""
        return [key for key in worker.busy if key not in self._done_there][: worker.threads]

    def _blame(self, keys: Iterable[str]) -> None:
        """Count a worker that has ended, or hangs, against what it was at."""
        self._health.blame(self._sent[key].pending.stem for key in keys)

    def _take_back(self, address: str) -> None:
        busy, self._workers[address].busy = self._workers[address].busy, []
        for key in busy:
            sent = self._sent.pop(key)
            self._scheduler.cancel([sent.future])
            self._give_back(sent)

    def _give_back(self, sent: _Sent) -> None:
        """Give back a submission whose worker is lost, or as good as that."""
        self._health.avoid(sent.pending.stem, sent.address)
        self._failures.append(Failure(sent.pending, self._lost_words(sent.pending, sent.address)))

    def _lost_words(self, pending: Pending, where: str) -> str:
        count = self._health.ended[pending.stem]
        words = f"{count} worker{'s' if count > 1 else ''} {AT_WORK}" if count else LOST
        return f"{words} ({where})"


def _as_here() -> str:
    wanted = ", ".join(f"{name} {number}" for name, number in versions().items())
    return f"Install on it what is here: {wanted}"
