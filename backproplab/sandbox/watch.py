"""Reads what a child sends, and ends it when it has used what it may.

Runs in the grader's process, on bytes that a student may have written: it believes nothing but their lengths.
"""

import time
from dataclasses import dataclass, field
from typing import Protocol

from backproplab.sandbox import wire
from backproplab.sandbox.limits import Usage
from backproplab.sandbox.protocol import FROM_NOTEBOOK, Cell, Checkpoint, Job, Limits, Outcome

PAUSE = 0.05  # seconds between two looks at what is used
MOST_FRAMES = 10_000
MOST_NOTES = 20


class Running(Protocol):
    """A child at work."""

    def read(self, length: int, patience: float) -> bytes | None:
        """Return what it sends: b"" when it has ended, None if nothing came in so many seconds."""

    def usage(self) -> Usage | None:
        """Return what it and its descendants have used; None if that cannot be told, or it has ended."""

    def kill(self) -> None:
        """End it and all that it started."""

    def ending(self) -> str:
        """Wait for its end and say what it was, in words."""


@dataclass
class Progress:
    """How far a submission has come, over one or more attempts."""

    job: Job
    outcome: Outcome = field(default_factory=Outcome)
    over: set[int] = field(default_factory=set)
    """Steps not to run again, by their place in the job: checks that have run, and what was stopped."""
    void: set[wire.Key] = field(default_factory=set)
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    def todo(self) -> list[int]:
        """Return the places of the steps that an attempt is to run."""
        return [place for place in range(len(self.job.steps)) if place not in self.over]

    def problem(self, text: str) -> None:
        """Keep what a student's process brought about, once, and not without end."""
        if text not in self.outcome.problems and len(self.outcome.problems) < MOST_NOTES:
            self.outcome.problems.append(text)


class Attempt:
    """One run of the steps that are left, watched until it ends."""

    def __init__(self, progress: Progress, child: Running, limits: Limits) -> None:
        self.progress, self.child, self.limits = progress, child, limits
        self.todo = progress.todo()
        self.position = -1  # in todo; -1: no step has begun
        self.done = False
        self.stopped = ""
        self.out_of_time = False
        self._start = self._step_start = self._looked = time.monotonic()
        self._cpu = self._step_cpu = 0.0
        self._step_is_new = False

    @property
    def step(self) -> Cell | Checkpoint | None:
        """The step that runs, as far as the child tells."""
        return None if self.position < 0 else self.progress.job.steps[self.todo[self.position]]

    def watch(self) -> str:
        """Take what comes until the end. Return "" for a good one, else what went wrong, in words."""
        largest = self.limits.value_bytes
        trouble = ""
        try:
            for count, frame in enumerate(wire.frames(self._read, largest=largest, total=16 * largest)):
                self._take(frame)
                if self.done:
                    break
                if count > MOST_FRAMES:
                    raise wire.MalformedFrameError("more frames than checks send")
        except wire.MalformedFrameError as error:
            trouble = self.stopped or f"wrote on the descriptor for values ({error})"
        if not trouble and not self.done:
            trouble = self.stopped or self.child.ending()
        self.child.kill()
        self.progress.cpu_seconds += self._cpu
        self.progress.wall_seconds += time.monotonic() - self._start
        return trouble

    def _read(self, length: int) -> bytes:
        while not self.stopped:
            now = time.monotonic()
            if now - self._looked >= PAUSE:
                self._looked = now
                self._look(now)
                continue
            data = self.child.read(length, PAUSE)
            if data is not None:
                return data
        return b""

    def _look(self, now: float) -> None:
        """Stop the child if it has used more than it may."""
        used = self.child.usage() or Usage(self._cpu, 0)
        self._cpu = used.cpu_seconds
        if self._step_is_new:
            self._step_cpu, self._step_is_new = self._cpu, False
        limits, progress = self.limits, self.progress
        wall = limits.wall_factor
        if used.memory_bytes > limits.memory_bytes:
            self.stopped = f"used more than {limits.memory_bytes / 1e9:.2g} GB of memory"
        elif self._cpu - self._step_cpu > limits.cell_seconds:
            self.stopped = f"computed for more than {limits.cell_seconds:g} s"
        elif now - self._step_start > limits.cell_seconds * wall:
            self.stopped = f"took more than {limits.cell_seconds * wall:g} s"
        elif (
            progress.cpu_seconds + self._cpu > limits.submission_seconds
            or progress.wall_seconds + now - self._start > limits.submission_seconds * wall
        ):
            self.stopped = f"used up the {limits.submission_seconds:g} s of the whole submission"
            self.out_of_time = True
        if self.stopped:
            self.child.kill()

    def _take(self, frame: wire.Frame) -> None:
        match frame.kind:
            case wire.STEP:
                self._begin(wire.read_index(frame.body))
            case wire.DONE:
                if self.position != len(self.todo) - 1:
                    raise wire.MalformedFrameError("an end before the last step")
                self._finish()
                self.done = True
            case wire.VALUE:
                self._value(frame.body)
            case wire.ERROR:
                exercise, text = wire.read_texts(frame.body, 2)
                if self.step is not None and exercise == self.step.exercise:
                    self.progress.outcome.errors.setdefault(exercise, text)
            case _:
                self.progress.problem(FROM_NOTEBOOK + wire.read_texts(frame.body, 1)[0])

    def _begin(self, position: int) -> None:
        if position != self.position + 1 or position >= len(self.todo):
            raise wire.MalformedFrameError("steps out of order")
        self._finish()
        self.position = position
        self._step_start, self._step_is_new = time.monotonic(), True

    def _finish(self) -> None:
        """A check that has run does not run again in another attempt."""
        if isinstance(self.step, Checkpoint):
            self.progress.over.add(self.todo[self.position])

    def _value(self, body: bytes) -> None:
        """Take a value if its check is running; if it comes a second time, neither counts."""
        key, array = wire.read_value(body)
        exercise, seed, name = key
        outcome, progress = self.progress.outcome, self.progress
        if not isinstance(self.step, Checkpoint) or exercise != self.step.exercise:
            progress.problem(f"A value of {exercise} came while its check was not running; it does not count")
        elif seed not in progress.job.seeds or not name.isprintable():
            progress.problem(f"A value of {exercise} for no seed of this run does not count")
        elif key in progress.void or outcome.values.pop(key, None) is not None:
            progress.void.add(key)
            progress.problem(f"The value {name} of {exercise} came more than once, so it does not count")
        else:
            outcome.values[key] = array
