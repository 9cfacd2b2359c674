"""Real processes on one machine, joined in a ring: started, heard, and always ended. Lesson 26.

What a worker does is a function that it can import. A function of a notebook or of a prompt has no file from
which another process could take it, so it is refused before anything starts.
"""

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

from backproplab.parallel.ring import LostWorkerError, Ring

Job = Callable[..., Any]

# The same on Windows, macOS and Linux: each worker is a new Python, which shares nothing with this one.
START = multiprocessing.get_context("spawn")


def run_in_ring(job: Job, arguments: Sequence[tuple[Any, ...]], *, timeout: float = 120.0) -> list[Any]:
    """Run `job(ring, *arguments[rank])` in a process of its own for each rank; returns what they return.

    `arguments` holds a tuple for each worker. All processes have ended when this returns or raises, however
    that comes about. LostWorkerError if a worker raises, ends early, or has no answer after `timeout`
    seconds; ValueError for a job that another process cannot import.
    """
    if getattr(job, "__module__", "__main__") == "__main__" or "<" in getattr(job, "__qualname__", "<"):
        raise ValueError(
            f"{getattr(job, '__name__', job)!r} is defined in this notebook or program, where another "
            "process cannot import it; write it into a file beside the notebook, and import it from there"
        )
    if not arguments:
        raise ValueError("run_in_ring needs one tuple of arguments for each worker, got none")
    workers = len(arguments)
    into = [START.Pipe(duplex=False) for _ in range(workers)]  # into[rank]: from its left neighbour
    back = [START.Pipe(duplex=False) for _ in range(workers)]
    processes: list[BaseProcess] = []
    try:
        for rank, given in enumerate(arguments):
            ends = into[rank][0], into[(rank + 1) % workers][1], back[rank][1]
            process = START.Process(
                target=_work, args=(job, rank, workers, timeout, *ends, given), daemon=True
            )
            process.start()
            processes.append(process)
        # Only the workers hold these now: the end of one is the end of its pipe, which its neighbour notices.
        for rank in range(workers):
            for end in (*into[rank], back[rank][1]):
                end.close()
        return _results([reader for reader, _ in back], processes, timeout)
    finally:
        _end(processes)
        for ends_of in (*into, *back):
            for end in ends_of:
                end.close()


def _work(
    job: Job,
    rank: int,
    workers: int,
    patience: float,
    left: Connection,
    right: Connection,
    home: Connection,
    given: tuple[Any, ...],
) -> None:
    """What runs in a worker: the job, and then its result or the reason why there is none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's, who then ends its workers
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        ring = Ring(rank, workers, left=left, right=right, patience=patience)
        home.send((True, job(ring, *given)))
    except Exception as error:
        # Who lost a neighbour is not the one to ask: the cause is told first, by whoever is the cause.
        home.send((False, (isinstance(error, LostWorkerError), traceback.format_exc())))


def _end_with_parent() -> None:
    """End this worker when its parent has been killed, and can no longer do it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _results(homes: Sequence[Any], processes: Sequence[BaseProcess], timeout: float) -> list[Any]:
    """Wait for all results; the first failure that is not another's consequence is raised."""
    until = time.monotonic() + timeout
    found: dict[int, Any] = {}
    lost: dict[int, str] = {}  # what workers say who lost a neighbour
    waiting = list(range(len(homes)))
    while waiting:
        # On Windows, a worker that ends before it has taken its pipes leaves them open: listen for ends, too.
        ends = {rank: (homes[rank], processes[rank].sentinel) for rank in waiting}
        heard = wait([each for both in ends.values() for each in both], max(0.0, until - time.monotonic()))
        ready = [rank for rank, both in ends.items() if any(each in heard for each in both)]
        if not ready:
            missing = ", ".join(map(str, waiting))
            raise LostWorkerError(
                f"no answer from worker {missing} within {timeout:g} s; give run_in_ring a longer timeout, "
                "or less work"
            )
        for rank in ready:
            waiting.remove(rank)
            try:
                if not homes[rank].poll():
                    raise EOFError
                done, result = homes[rank].recv()
            except (EOFError, ConnectionError):
                processes[rank].join(5)
                code = processes[rank].exitcode
                raise LostWorkerError(
                    f"worker {rank} ended without an answer (exit code {code}); was it killed, or out of "
                    "memory?"
                ) from None
            if done:
                found[rank] = result
            elif result[0]:
                lost[rank] = result[1]
            else:
                raise LostWorkerError(f"worker {rank} failed:\n{result[1]}")
    if lost:
        rank, told = next(iter(lost.items()))
        raise LostWorkerError(f"worker {rank} lost its neighbour:\n{told}")
    return [found[rank] for rank in range(len(homes))]


def _end(processes: list[BaseProcess]) -> None:
    """End what still runs, gently and then not."""
    for process in processes:
        if process.is_alive() and process.exitcode is None:
            process.join(0.5)  # a worker that has sent its result is about to end by itself
            process.terminate()
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
