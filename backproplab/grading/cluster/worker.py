"""What happens on a worker of the cluster: a notebook runs in this machine's sandbox.

A worker is sent a setup and one notebook's steps, and returns bytes. It is asked first what it is (`probe`).
It keeps a sandbox warm for each thread of Dask's that has work, and writes nothing. The sandbox is made of
subprocesses, which Dask's own workers may start, though daemons of `multiprocessing` may not start its kind.
"""

import pickle
import threading
from collections.abc import Sequence
from typing import NamedTuple

from backproplab.grading.kept import Kept, pack, versions
from backproplab.grading.runner import Runner
from backproplab.sandbox import IsolationError, MachineError, SandboxError
from backproplab.sandbox.protocol import Cell, Checkpoint

FAULTS = (MachineError, SandboxError, IsolationError, OSError)


class Probed(NamedTuple):
    """What a worker is."""

    versions: dict[str, str]
    level: str
    """What isolation is on, in words; "" if there is no sandbox."""
    refusal: str
    """Why there is none; "" if there is."""


class Answer(NamedTuple):
    """What a notebook came to."""

    packed: bytes
    """What came back from the sandbox, as `kept.pack` makes it."""
    fault: str = ""
    """Why there is nothing, by no fault of whoever handed it in; "" if there is."""


_idle: dict[int, tuple[bytes, Runner]] = {}
"""By thread: what a runner is for, and the runner. One that is at work is not in here."""
_lock = threading.Lock()


def probe(setup: bytes) -> Probed:
    """Say which versions this worker has, and try its sandbox."""
    runner = _take(setup)
    try:
        level = runner.open()
    except FAULTS as error:
        runner.close()
        return Probed(versions(), "", str(error))
    _put_back(setup, runner)
    return Probed(versions(), level, "")


def run(setup: bytes, seeds: Sequence[int], steps: Sequence[Cell | Checkpoint]) -> Answer:
    """Run one notebook; `seeds` are those of the setup that decide."""
    runner = _take(setup)
    try:
        ran = runner.run(steps)
    except FAULTS as error:
        runner.close()
        return Answer(b"", str(error))
    except BaseException:
        runner.close()
        raise
    _put_back(setup, runner)
    return Answer(pack(Kept({}, tuple(seeds), ran.level, ran.shown, ran.outcome)))


def close_idle() -> None:
    """End every sandbox that is not at work."""
    with _lock:
        runners = [runner for _, runner in _idle.values()]
        _idle.clear()
    for runner in runners:
        runner.close()


def _take(setup: bytes) -> Runner:
    """Return this thread's runner for a setup, and end the one that it has for another.

    A thread has its own, since the kernel ends a sandbox with the thread that started it.
    """
    with _lock:
        before = _idle.pop(threading.get_ident(), None)
    if before and before[0] == setup:
        return before[1]
    if before:
        before[1].close()
    return Runner(pickle.loads(setup))


def _put_back(setup: bytes, runner: Runner) -> None:
    with _lock:
        _idle[threading.get_ident()] = setup, runner
