"""A class that is graded by workers of Dask's, each a process of this machine, and what is done to them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import grading_kit as kit
import pytest
from distributed import Client, LocalCluster, WorkerPlugin

from backproplab.grading.cluster import worker
from backproplab.grading.run import grade_class
from backproplab.grading.submissions import find_submissions
from backproplab.sandbox import IsolationError

ANSWERS = (kit.RIGHT, kit.RIGHT | {"90.1": kit.SQUARE.format("return x")}, {})
SCORES = (9, 7, 0)
BEFORE = worker.run, worker.versions, worker.Runner.open
STARTING = 120  # seconds
SEEDS = (3, 5, 7)  # so that two runs say the same to the letter


@contextmanager
def a_cluster(count):
    """So many worker processes of one thread each, with their nannies; skips where there are no walls."""
    if kit.isolation() != "full":
        pytest.skip("a cluster needs full isolation, which this machine does not give")
    # Another cluster may have the port of the dashboard; 50: what is critical alone.
    quiet = {"dashboard_address": ":0", "memory_limit": 0, "silence_logs": 50}
    with LocalCluster(n_workers=count, threads_per_worker=1, processes=True, **quiet) as cluster:
        yield cluster


class Started:
    """A scheduler and workers as one starts them by hand, in a folder: each a process apart from this one.

    A context manager, which ends them; skips where there are no walls.
    """

    def __init__(self, folder):
        if kit.isolation() != "full":
            pytest.skip("a cluster needs full isolation, which this machine does not give")
        self.scheduler_address, self.scheduler = "", None
        self._file, self._processes = folder / "scheduler.json", []

    def __enter__(self):
        try:
            self.scheduler = self._start("scheduler", "--host=127.0.0.1", "--port=0")
            end = time.monotonic() + STARTING
            while not self.scheduler_address:
                assert time.monotonic() < end
                time.sleep(0.1)
                with suppress(OSError, ValueError):  # it is not there yet, or half written
                    self.scheduler_address = json.loads(self._file.read_text(encoding="utf-8"))["address"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            process.terminate()  # of a worker, that is its nanny, which ends it first
            process.send_signal(signal.SIGCONT)
        for process in self._processes:
            try:
                process.wait(STARTING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_workers(self, count, *options):
        """Start so many, of one thread each, and wait for them."""
        with Client(self.scheduler_address, set_as_default=False) as client:
            there = len(client.nthreads())
            for _ in range(count):
                self._start("worker", "--nthreads=1", "--memory-limit=0", *options)
            client.wait_for_workers(there + count, timeout=STARTING)

    def _start(self, what, *options):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", f"--scheduler-file={self._file}"]
        search = os.pathsep.join([os.path.dirname(__file__), *sys.path])  # a plugin is unpickled there
        process = subprocess.Popen(
            [*command, *options, "--no-dashboard"],
            cwd=self._file.parent,
            env=os.environ | {"PYTHONPATH": search},
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process


def a_class(folder, students):
    """Hand in for so many students, who earn 9, 7 and 0 points in turn; returns the solution."""
    solution = kit.solution(folder)
    notebooks = [kit.student(solution, answers) for answers in ANSWERS]
    for number in range(students):
        kit.hand_in(notebooks[number % len(ANSWERS)], folder / "submissions" / f"s{number:05}.ipynb")
    return solution


def grade(solution, out, executor, **more):
    """Grade what was handed in beside a solution; returns the summary."""
    handed_in = find_submissions(solution.parents[1] / "submissions")
    settings = {"seeds": SEEDS, "isolation": "full"} | more
    return grade_class(solution, handed_in, out, executor=executor, **settings)


def graded(out):
    """The bytes of each student's result, page and values, by file."""
    files = [path for folder in ("results", "feedback", "values") for path in (out / folder).iterdir()]
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


def records(out):
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (out / "results").glob("*.json")
    }


def pids(client):
    """The processes of a cluster's workers, by address."""
    return client.run(os.getpid)


def wait_for_no_tasks(client):
    """Wait until the scheduler has nothing to do, nor anything that was done; fails if that does not come."""
    client.sync(_wait_for_no_tasks, client)


async def _wait_for_no_tasks(client):
    for _ in range(600):
        if not await client.run_on_scheduler(_tasks):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the scheduler still has tasks of a run that has ended")


def _tasks(dask_scheduler):
    return len(dask_scheduler.tasks)


class Deadly(WorkerPlugin):
    """A worker is killed where a notebook holds a word; a log has a line for each."""

    def __init__(self, log: Path, word: str) -> None:
        self.name, self.log, self.word = f"deadly {word}", log, word

    def setup(self, worker):
        module, run = _module(), BEFORE[0]

        def deadly(asker, setup, seeds, steps):
            if any(self.word in getattr(step, "source", "") for step in steps):
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(f"{os.getpid()}\n")
                os.kill(os.getpid(), signal.SIGKILL)
            return run(asker, setup, seeds, steps)

        module.run = deadly

    def teardown(self, worker):
        be_as_before()


def plugins(client):
    """The names of those that this kit has given to workers."""
    names = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
    return [name for name in names if name.startswith("deadly ")]


def be_of_another_version(versions):
    """Have this worker say that it is."""
    _module().versions = lambda: versions


def have_no_walls():
    """Have this worker be on a machine without Landlock."""

    def refuse(runner):
        raise IsolationError("Landlock", "not there")

    _module().Runner.open = refuse


def hand_over_nothing(dask_worker):
    """Have this worker hang with all that it has done."""
    dask_worker.handlers["get_data"] = _never


async def _never(*_, **__):
    await asyncio.Event().wait()


def hand_over(dask_worker):
    """Have it do so again."""
    dask_worker.handlers["get_data"] = dask_worker.get_data


def be_as_before():
    """Undo on this worker whatever of these was done to it."""
    worker.run, worker.versions, worker.Runner.open = BEFORE


def _module():
    """The worker's own module, whose name a plugin's argument takes."""
    return worker
