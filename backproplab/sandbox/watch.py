"""Reads what a child sends; when it has used too much is the watchdog's to say (`watchdog`).

Runs in the grader's process, on bytes that a student may have written: it believes nothing but their lengths.
"""

from dataclasses import dataclass, field
from typing import Protocol

from backproplab.sandbox import wire
from backproplab.sandbox.protocol import FROM_NOTEBOOK, Cell, Checkpoint, Job, Limits, Outcome
from backproplab.sandbox.requirements import MachineError
from backproplab.sandbox.watchdog import Ending

PATIENCE = 1.0  # seconds; whoever waits is woken by what comes, and by the end
MOST_FRAMES = 10_000
MOST_NOTES = 20
MOST_VALUES = 16
"""Of a submission, whichever number of attempts it takes: so many times the largest value."""
OVERHEAD = 512  # bytes that a value takes here, besides its own and its name's


class Running(Protocol):
    """A child at work."""

    def read(self, length: int, patience: float) -> bytes | None:
        """Return what it sends: b"" when it has ended, None if nothing came in so many seconds."""

    def begin_step(self) -> None:
        """Tell its watchdog that a step begins."""

    def stop(self) -> Ending:
        """End it and all that it started, and return what it had used."""

    def ending(self) -> Ending:
        """Wait for its end, which its watchdog brings about if need be, and say what it was."""

    def kill(self) -> None:
        """End it and all that it started, and forget it. Does nothing the second time."""


@dataclass
class Progress:
    """How far a submission has come, over one or more attempts."""

    job: Job
    outcome: Outcome = field(default_factory=Outcome)
    over: set[int] = field(default_factory=set)
    """Steps not to run again, by their place in the job: checks that have run, and what was stopped."""
    void: set[wire.Key] = field(default_factory=set)
    taken_bytes: int = 0
    """What its values take here; they stay from attempt to attempt."""
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
        self.out_of_time = False

    @property
    def step(self) -> Cell | Checkpoint | None:
        """The step that runs, as far as the child tells."""
        return None if self.position < 0 else self.progress.job.steps[self.todo[self.position]]

    def watch(self) -> str:
        """Take what comes until the end. Return "" for a good one, else what went wrong, in words.

        MachineError if it was the machine that went wrong: what came is then no account of the submission.
        """
        try:
            ending = self._watch()
        finally:
            self.child.kill()
        if ending.by_machine or (ending.words and self.step is None):  # no code of its own had run
            raise MachineError(f"The submission's process {ending.words}")
        self.out_of_time = ending.out_of_time
        if ending.words:
            self.progress.cpu_seconds = ending.cpu_seconds
            self.progress.wall_seconds = ending.wall_seconds
        return ending.words

    def _watch(self) -> Ending:
        largest = self.limits.value_bytes
        every = wire.frames(self._read, largest=largest, total=MOST_VALUES * largest)
        try:
            for count, frame in enumerate(every):
                self._take(frame)
                if self.done:
                    return Ending("")
                if count > MOST_FRAMES:
                    raise wire.MalformedFrameError("more frames than checks send")
        except wire.CutFrameError:
            pass  # what ended in the middle of a frame has ended
        except wire.MalformedFrameError as error:
            words = f"wrote on the descriptor for values ({error})"
            return self.child.stop()._replace(words=words, by_machine=False)
        return self.child.ending()

    def _read(self, length: int) -> bytes:
        while (data := self.child.read(length, PATIENCE)) is None:
            pass
        return data

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
        self.child.begin_step()

    def _finish(self) -> None:
        """A check that has run does not run again in another attempt."""
        if isinstance(self.step, Checkpoint):
            self.progress.over.add(self.todo[self.position])

    def _value(self, body: bytes) -> None:
        """Take a value if its check is running; if it comes a second time, neither counts."""
        key, array = wire.read_value(body)
        exercise, seed, name = key
        outcome, progress = self.progress.outcome, self.progress
        taken = progress.taken_bytes + len(body) + OVERHEAD
        if not isinstance(self.step, Checkpoint) or exercise != self.step.exercise:
            of = wire.one_line(exercise)
            progress.problem(f"A value of {of} came while its check was not running; it does not count")
        elif seed not in progress.job.seeds or not name.isprintable():
            progress.problem(f"A value of {exercise} for no seed of this run does not count")
        elif key in progress.void or outcome.values.pop(key, None) is not None:
            progress.void.add(key)
            progress.problem(f"The value {name} of {exercise} came more than once, so it does not count")
        elif taken > MOST_VALUES * self.limits.value_bytes:
            progress.problem(f"The values from {exercise} on are more than checks return; they do not count")
        else:
            progress.taken_bytes = taken
            outcome.values[key] = array
