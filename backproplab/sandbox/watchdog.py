"""Decides when a submission has used what it may.

It reads nothing that a submission writes: at the full level it sits in the guard, at the reduced level in a
thread of its own. The grader tells it when a step begins, and a grader that hears nothing tells it nothing,
so that the step which blinds the reader is the one that runs out of time.
"""

import time
from typing import NamedTuple

from backproplab.sandbox.limits import Usage, signal_name
from backproplab.sandbox.protocol import Limits

PAUSE = 0.05  # seconds between two looks at what is used
LEAST_CHARGED = 0.25
"""Of the clock, what counts in any case: who sleeps can let another process wait for a core meanwhile."""
START_SECONDS = 120.0  # until the first step begins: no time of the student's


class Ending(NamedTuple):
    """How an attempt ended, and what its submission has used up by then."""

    words: str
    """"" for an attempt that is well; else what went wrong, as the end of a sentence."""
    out_of_time: bool = False
    """Is the time of the whole submission used up?"""
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    by_machine: bool = False
    """Was it neither the submission's code nor a limit that it reached? Then it is to run again."""


def longest_seconds(limits: Limits) -> float:
    """Return how long, by the clock, one run of a submission may last that waits for a core all the time.

    The starts of all its attempts are given the time of one that barely begins: each mostly takes a moment.
    """
    return START_SECONDS + limits.submission_seconds * limits.wall_factor / LEAST_CHARGED


def ended_words(code: int) -> str:
    """Say how a process ended that nobody stopped: by itself, or by a signal if its exit code is below 0."""
    return f"was killed ({signal_name(-code)})" if code < 0 else "ended before its time"


def too_much_memory(limits: Limits) -> str:
    """Say that the limit on memory was reached."""
    return f"used more than {limits.memory_bytes / 1e9:.2g} GB of memory"


class Watchdog:
    """Watches one attempt; earlier ones have `cpu_spent` and `wall_spent` of the submission's time."""

    def __init__(self, limits: Limits, *, cpu_spent: float = 0.0, wall_spent: float = 0.0) -> None:
        self.limits, self.cpu_spent, self.wall_spent = limits, cpu_spent, wall_spent
        self.used = Usage(0.0, 0)
        self.wall_seconds = 0.0
        """By the clock, without the time in which it waited for a core."""
        self._clock = 0.0
        self._start: tuple[float, float] | None = None  # CPU and clock when the first step began
        self._step = (0.0, 0.0)  # the same of this step
        self._step_is_new = False
        self._looked = time.monotonic()

    def begin_step(self) -> None:
        """Give the time of a cell or a check anew, from the next look on."""
        self._step_is_new = True

    def until_look(self) -> float:
        """Return the seconds until the next look is due; 0 if it is."""
        return max(0.0, self._looked + PAUSE - time.monotonic())

    def look(self, used: Usage) -> Ending | None:
        """Take what is used by now; an Ending if that is too much."""
        now = time.monotonic()
        self._clock += now - self._looked
        self._looked, self.used = now, used
        self.wall_seconds = max(self._clock - used.waiting_seconds, self._clock * LEAST_CHARGED)
        here = used.cpu_seconds, self.wall_seconds
        if self._step_is_new:
            self._start, self._step, self._step_is_new = self._start or here, here, False
        limits = self.limits
        if used.memory_bytes > limits.memory_bytes:
            return self.ending(too_much_memory(limits))
        if self._start is None:
            late = self._clock > START_SECONDS
            return self.ending(f"did not begin within {START_SECONDS:g} s") if late else None
        if here[0] - self._step[0] > limits.cell_seconds:
            return self.ending(f"computed for more than {limits.cell_seconds:g} s")
        if here[1] - self._step[1] > limits.cell_seconds * limits.wall_factor:
            return self.ending(f"took more than {limits.cell_seconds * limits.wall_factor:g} s")
        cpu, wall = self._spent()
        if cpu > limits.submission_seconds or wall > limits.submission_seconds * limits.wall_factor:
            words = f"used up the {limits.submission_seconds:g} s of the whole submission"
            return self.ending(words)._replace(out_of_time=True)
        return None

    def ending(self, words: str) -> Ending:
        """Return an ending with what the submission has used, this attempt included."""
        return Ending(words, False, *self._spent())

    def killed(self, cpu_seconds: float) -> Ending:
        """Return the ending of a process killed by a SIGKILL that neither we nor the submission have sent.

        That is the machine's, which was out of memory perhaps, unless the process had by then the
        `cpu_seconds` at which the kernel itself kills it, ahead of a watchdog that waits for a core.
        """
        limit = self.limits.submission_seconds
        if cpu_seconds >= limit:
            return self.ending(f"used up the {limit:g} s of the whole submission")._replace(out_of_time=True)
        return self.ending("was killed (SIGKILL) by the machine")._replace(by_machine=True)

    def _spent(self) -> tuple[float, float]:
        cpu, wall = self._start or (self.used.cpu_seconds, self.wall_seconds)
        return self.cpu_spent + self.used.cpu_seconds - cpu, self.wall_spent + self.wall_seconds - wall
