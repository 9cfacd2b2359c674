"""Try answers against the checks of a set, in a process of its own: what values does each answer give?

An answer is tried as a grader would meet it: in a copy of the namespace that the given cells make, without
the answers of other exercises. One process serves a whole notebook; nothing of it reaches the caller's.
"""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backproplab.marking.values import Values

from .errors import ReleaseError, TooLongError

SECONDS = 300
"""Of computing, for all trials of a notebook; on a busy machine that takes longer by the clock."""
WALL_FACTOR = 10  # who sleeps, or cannot limit what it computes, ends by the clock
PACKAGES = Path(__file__).parents[2]


@dataclass(frozen=True)
class Step:
    """A cell that the process runs: a given one, or a check."""

    cell: str
    source: str
    exercise: str = ""  # of a check


@dataclass(frozen=True)
class Trial:
    """An answer to try."""

    exercise: str
    answer: str
    """Source of the answer cell: the solution, or its stub."""
    change: str = ""
    """Source that then binds some of the answers otherwise."""
    mutation: str = ""
    """What is done to all that the answers return: a name of `mutants`, or of `effortless`."""
    names: tuple[str, ...] = ()
    """The answers, for a mutation."""
    seeds: tuple[int, ...] = ()
    at_its_place: bool = False
    """Whether later given cells have not run yet, as when a learner comes to the check."""


@dataclass
class Result:
    """What a trial gave, seed by seed."""

    values: dict[int, Values] = field(default_factory=dict)
    """What the check returned; of trained numbers a sample, `trained.sample`."""
    errors: dict[int, str] = field(default_factory=dict)
    objections: dict[int, str] = field(default_factory=dict)
    """Why trained numbers are not accepted; "" where they are."""
    worked_out: set[int] = field(default_factory=set)
    """The seeds with which a check of trained numbers returned others than all of the answer's own."""
    truth: dict[int, Values] = field(default_factory=dict)
    """What a learner's test should say of what it was asked about."""
    broken: str = ""
    """Why the answer cell or the check cell did not run at all, in one line."""
    mutated: set[int] = field(default_factory=set)
    """The seeds with which the mutation made a difference to what the answers returned."""

    @property
    def error(self) -> str:
        """The first error, in one line; "" if there was none."""
        return self.broken or next(iter(self.errors.values()), "")


@dataclass(frozen=True)
class FailedCell:
    """A given cell that does not run, and its error in one line."""

    cell: str
    error: str


def run(steps: Sequence[Step], trials: Sequence[Trial], folder: Path) -> list[Result]:
    """Run the given cells in `folder`, then each trial, and return their results in order.

    ReleaseError if a given cell raises or if the process dies; TooLongError if it computes for more than
    `SECONDS`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out, where = Path(scratch) / "results", Path(scratch) / "where"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PACKAGES), os.environ.get("PYTHONPATH", "")])),
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "Agg",
        }
        # -P: a file beside the notebook must not stand in for a library.
        module = "backproplab.authoring.trial_process"
        command = [sys.executable, "-P", "-m", module, str(out), str(where), str(SECONDS)]
        try:
            done = subprocess.run(
                command,
                input=pickle.dumps((list(steps), list(trials))),
                capture_output=True,
                cwd=folder,
                env=environment,
                timeout=SECONDS * WALL_FACTOR,
            )
        except subprocess.TimeoutExpired:
            late = f"still running after {SECONDS * WALL_FACTOR:g} s"
            raise TooLongError(f"{_read(where)}: {late}; make it end sooner") from None
        if done.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
            raise TooLongError(
                f"{_read(where)}: still running after {SECONDS} s of computing; make it end sooner"
            )
        if done.returncode == -getattr(signal, "SIGKILL", 0) != 0:
            raise ReleaseError(
                f"{_read(where)}: the process was killed there (SIGKILL), by the machine if it is out of "
                "memory: make room, then run the same command again"
            )
        if not out.exists():
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [
                f"exit {done.returncode}"
            ]
            raise ReleaseError(f"{_read(where)}: the process ended there ({last[0]}); mend that cell")
        outcome: list[Result] | FailedCell = pickle.loads(out.read_bytes())
    if isinstance(outcome, FailedCell):
        raise ReleaseError(_explanation(outcome, trials))
    return outcome


def _read(where: Path) -> str:
    return where.read_text(encoding="utf-8") if where.exists() else "before the first cell"


def _explanation(failed: FailedCell, trials: Sequence[Trial]) -> str:
    for trial in trials:
        for name in trial.names:
            if failed.error == f"NameError: name '{name}' is not defined":
                return (
                    f"cell '{failed.cell}' uses '{name}', the answer of {trial.exercise}, and would stop an "
                    f'untouched notebook; put it under `if answered("{trial.exercise}"):`'
                )
    return f"cell '{failed.cell}' stops with {failed.error}; it must run on its own, without any answer"
