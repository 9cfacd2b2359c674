"""What happens on a worker of the cluster: a notebook runs in this machine's sandbox.

A worker is sent a setup and one notebook's steps, and returns bytes. It is asked first what it is (`probe`).
Whoever has not been asked runs nothing: so a worker that comes back at the address of one that has gone is
asked anew, and Dask, which gives it by itself what ended the one before, does so in vain. It keeps a sandbox
warm for each thread of Dask's that has work, and writes nothing. The sandbox is made of
subprocesses, which Dask's own workers may start, though daemons of `multiprocessing` may not start its kind.
"""

import pickle
import threading
from collections.abc import Sequence
from typing import NamedTuple

from backproplab.grading.kept import Kept, of_notebook, pack, versions
from backproplab.grading.runner import Runner
from backproplab.sandbox import IsolationError, MachineError, SandboxError
from backproplab.sandbox.protocol import Cell, Checkpoint, Limits
from backproplab.sandbox.watch import MOST_VALUES

TOO_MUCH = "What it returned is more than a notebook may return"


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
    is_stranger: bool = False
    """Was this worker not asked what it is, by who hands it work?"""


_idle: dict[int, tuple[bytes, Runner]] = {}
"""By thread: what a runner is for, and the runner. One that is at work is not in here."""
_lock = threading.Lock()
_asked_by: set[str] = set()
"""The rounds that have asked this process what it is."""


def probe(asker: str, setup: bytes) -> Probed:
    """Say which versions this worker has, and try its sandbox; from now on, it runs what `asker` sends."""
    _asked_by.add(asker)
    try:
        runner = _take(setup)
        try:
            level = runner.open()
        except BaseException:
            runner.close()
            raise
    except Exception as error:
        return Probed(versions(), "", _words(error))
    _put_back(setup, runner)
    return Probed(versions(), level, "")


def run(asker: str, setup: bytes, seeds: Sequence[int], steps: Sequence[Cell | Checkpoint]) -> Answer:
    """Run one notebook; `seeds` are those of the setup that decide. Whatever fails is said in the answer.

    For Dask does not hand over every exception: with some, the driver would hear nothing at all.
    """
    if asker not in _asked_by:
        return Answer(b"", "The worker had ended, and another one stood in its place", is_stranger=True)
    try:
        runner = _take(setup)
        try:
            ran = runner.run(steps)
        except BaseException:
            runner.close()
            raise
        _put_back(setup, runner)
        packed = pack(Kept(of_notebook(steps), tuple(seeds), ran.level, ran.shown, ran.outcome))
        return Answer(packed) if len(packed) <= most_bytes(runner.setup.limits) else Answer(b"", TOO_MUCH)
    except Exception as error:
        return Answer(b"", _words(error))


def most_bytes(limits: Limits) -> int:
    """Return how many bytes an answer may have: whatever is longer is sent nowhere, and believed nowhere."""
    return 2 * (MOST_VALUES + 1) * limits.value_bytes  # it runs twice


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


def _words(error: Exception) -> str:
    known = isinstance(error, (MachineError, SandboxError, IsolationError))
    return str(error) if known else f"The worker failed at it ({type(error).__name__}: {error})"


def _put_back(setup: bytes, runner: Runner) -> None:
    with _lock:
        _idle[threading.get_ident()] = setup, runner
