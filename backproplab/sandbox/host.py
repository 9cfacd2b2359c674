"""The grader's end of the sandbox: start it, hand it submissions, take what comes back."""

from types import TracebackType
from typing import Any, Self

from backproplab.sandbox.cold import ColdChild, may_change_user
from backproplab.sandbox.limits import HAS_LIMITS
from backproplab.sandbox.protocol import Assignment, Cell, Checkpoint, Isolation, Job, Limits, Outcome
from backproplab.sandbox.requirements import IsolationError, LeftRunningError, MachineError, SandboxError
from backproplab.sandbox.warm import WarmServer
from backproplab.sandbox.watch import Attempt, Progress, Running

TRIES = 3
"""How often a submission runs, all of it, that the machine ends."""
MOST_STARTS = 24
"""How often one submission starts afresh without the step that stopped it."""

AS_USER = (
    "user: a process of another user's for each submission, with limits; network, and files that are open to "
    "all users, are open to it"
)
REDUCED = (
    "reduced: a process for each submission, with limits; files and network are open to it"
    if HAS_LIMITS
    else "reduced: a process for each submission, with a limit on time by the clock and none on memory; "
    "files and network are open to it"
)


class Sandbox:
    """Runs submissions to one assignment, one after the other.

    `isolation="full"` starts a warm server behind walls, and raises IsolationError where the machine does not
    let us build them. `"user"` starts a process of another user's for each submission, which root alone may.
    `"reduced"` starts a process of our own user's, with limits and without walls.

    Use it as a context manager; `run` never raises for anything that a submission does, but at the levels
    below full, where nobody can tell whether it killed itself.
    """

    def __init__(
        self,
        assignment: Assignment,
        *,
        isolation: Isolation = "full",
        limits: Limits | None = None,
    ) -> None:
        self.assignment, self.isolation, self.limits = assignment, isolation, limits or Limits()
        self.level = AS_USER if isolation == "user" else REDUCED
        """What is on, in words."""
        self._server: WarmServer | None = None

    def __enter__(self) -> Self:
        try:
            if self.isolation == "full":
                self._server = WarmServer(self.assignment, self.limits)
                self.level = self._server.level
            if self.isolation == "user" and not may_change_user():
                raise SandboxError(
                    "Root alone may start a process of another user's: isolation='user' is for root"
                )
            nothing = Progress(Job((), ()))
            try:
                Attempt(nothing, self._child(nothing), self.limits).watch()
            except MachineError as error:
                raise SandboxError(" ".join([f"{error}.", *nothing.outcome.problems])) from None
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server."""
        if self._server:
            self._server.close()
            self._server = None

    def run(self, job: Job) -> Outcome:
        """Run a submission. What had to be stopped is left out, and the rest runs from a fresh start.

        MachineError if the machine ended it, time and again: nothing is known of it then. LeftRunningError,
        at once, if what it started cannot be ended.
        """
        trouble: Exception | None = None
        for _ in range(TRIES):
            try:
                if trouble and self._server:
                    self._server.restart()
                return self._run(Progress(job))
            except LeftRunningError:
                raise
            except (MachineError, SandboxError, IsolationError, OSError) as error:
                trouble = error
        raise MachineError(f"{trouble} ({TRIES} times)") from trouble

    def _run(self, progress: Progress) -> Outcome:
        for start in range(1, MOST_STARTS + 1):
            attempt = Attempt(progress, self._child(progress), self.limits)
            trouble = attempt.watch()
            if not trouble:
                break
            last = attempt.out_of_time or start == MOST_STARTS
            _add_problem(
                progress, attempt.step, f"{trouble}; {'the rest did not run' if last else 'it was left out'}"
            )
            if last:
                break
            progress.over.add(attempt.todo[attempt.position])
        return _tidy(progress)

    def _child(self, progress: Progress) -> Running:
        steps = [_plain(progress.job.steps[place]) for place in progress.todo()]
        request = {"steps": steps, "seeds": list(progress.job.seeds)}
        spent = {"cpu_spent": progress.cpu_seconds, "wall_spent": progress.wall_seconds}
        if self._server is None:
            return ColdChild(self.assignment, self.limits, request, spent, own_user=self.isolation == "user")
        return self._server.child(request, spent)


def _plain(step: Cell | Checkpoint) -> dict[str, Any]:
    if isinstance(step, Checkpoint):
        return {"exercise": step.exercise}
    return {"exercise": step.exercise, "source": step.source, "index": step.index}


def _add_problem(progress: Progress, step: Cell | Checkpoint | None, trouble: str) -> None:
    """Say what went wrong, where it counts: at the exercise, or else among the problems."""
    problems = progress.outcome.problems
    match step:
        case Cell(index=index, exercise=exercise):
            problems.append(f"Cell {index + 1} {trouble}")
            if exercise:
                progress.outcome.errors.setdefault(exercise, f"Stopped: the answer's cell {trouble}")
        case Checkpoint(exercise=exercise):
            problems.append(f"The check of {exercise} {trouble}")
            progress.outcome.errors.setdefault(exercise, f"Stopped: the answer {trouble}")


def _tidy(progress: Progress) -> Outcome:
    """Give every check without values an error, and no error to what has them all the same."""
    outcome, seeds = progress.outcome, set(progress.job.seeds)
    for step in progress.job.steps:
        if isinstance(step, Checkpoint):
            found = {seed for exercise, seed, _ in outcome.values if exercise == step.exercise}
            if not found:
                outcome.errors.setdefault(step.exercise, "Stopped: its check did not run to its end")
            elif found == seeds:
                outcome.errors.pop(step.exercise, None)
    return outcome
