"""Run notebooks of one set, wherever that is: what is known here is what a student's own process may know.

A runner holds no answer, no submission but the one at hand, and writes nothing. So it may stand on another
machine: it is made of a `Setup`, takes the steps of one notebook, and gives back what came out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from backproplab.sandbox import Sandbox
from backproplab.sandbox.protocol import Assignment, Cell, Checkpoint, Isolation, Job, Limits, Outcome


class Setup(NamedTuple):
    """All that running the notebooks of one class takes."""

    assignment: Assignment
    seeds: tuple[int, ...]
    """Drawn for this run: they decide."""
    public: tuple[int, ...]
    """What learners have in their notebooks: these may be shown."""
    isolation: Isolation
    limits: Limits


class Ran(NamedTuple):
    """What came back from the sandbox."""

    level: str
    """What isolation was on, in words."""
    shown: Outcome
    """Of public inputs."""
    outcome: Outcome
    """Of the seeds that decide."""


class Runner:
    """Keeps a warm sandbox for the notebooks of one set; `open` it first, or the first `run` does."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._sandbox: Sandbox | None = None

    def open(self) -> str:
        """Start the sandbox, and return what isolation is on; IsolationError or SandboxError without one."""
        setup = self.setup
        if self._sandbox is None:
            sandbox = Sandbox(setup.assignment, isolation=setup.isolation, limits=setup.limits)
            self._sandbox = sandbox.__enter__()
        return self._sandbox.level

    def run(self, steps: Sequence[Cell | Checkpoint]) -> Ran:
        """Run one notebook. MachineError if the machine ended it, time and again.

        Twice, in two children: what the first one says may be shown, for it knows public inputs alone. It has
        ended before the second begins, of which nothing but its numbers is looked at.
        """
        level, sandbox = self.open(), self._sandbox
        assert sandbox is not None
        shown = sandbox.run(Job(tuple(steps), self.setup.public))
        return Ran(level, shown, sandbox.run(Job(tuple(steps), self.setup.seeds)))

    def close(self) -> None:
        """End the sandbox; the next `run` starts another."""
        sandbox, self._sandbox = self._sandbox, None
        if sandbox:
            sandbox.close()
