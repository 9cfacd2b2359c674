"""What a submission might write on the descriptor for values, from a seed; and what becomes of it."""

import random

import numpy as np
from fuzz_kit import count

from backproplab.sandbox import wire
from backproplab.sandbox.protocol import Cell, Checkpoint, Job, Limits
from backproplab.sandbox.requirements import MachineError
from backproplab.sandbox.watch import Attempt, Progress
from backproplab.sandbox.watchdog import Ending

JOB = Job((Cell("x = 1", 0), Checkpoint("1.1"), Cell("y = 1", 1, "1.2"), Checkpoint("1.2")), (1, 2))
LIMITS = Limits(value_bytes=4096)
ENDINGS = (
    Ending(""),
    Ending("ended before its time"),
    Ending("used up it all", out_of_time=True),
    Ending("was killed by the machine", by_machine=True),
)
NAMES = ("slope", "", "∂L/∂w", "x" * 3000, "new\nline", "\ud800", "1.1")
NUMBERS = (0, 1, 2, 3, 2**31, 2**32 - 1)
ARRAYS = (np.float64(1), np.ones(3), np.ones((2, 0)), np.arange(4), np.array(True), np.full(600, np.nan))


class Scripted:
    """A child that says what is written for it, in pieces, and then ends as is written."""

    def __init__(self, random_: random.Random, said: bytes, ending: Ending) -> None:
        self._random, self._said, self._ending = random_, said, ending

    def read(self, length, patience):
        """Say a piece; sometimes nothing for a while."""
        if self._said and self._random.random() < 0.1:
            return None
        piece = self._said[: self._random.randint(1, length)]
        self._said = self._said[len(piece) :]
        return piece

    def begin_step(self):
        """Take it."""

    def stop(self):
        """End."""
        return self._ending

    ending = stop

    def kill(self):
        """End."""


def _frame(random_: random.Random) -> bytes:
    kind = random_.choice(wire.KINDS)
    if random_.random() < 0.1:
        return wire.frame(kind, random_.randbytes(random_.randrange(60)))
    match kind:
        case wire.STEP:
            return wire.frame(kind, wire.INDEX.pack(random_.choice(NUMBERS)))
        case wire.VALUE:
            seed = random_.choice((1, 1, 2, 3, -1, 2**63 - 1))
            name, array = random_.choice(NAMES), np.asarray(random_.choice(ARRAYS))
            return wire.value_frame(random_.choice(("1.1", "1.2", "9.9")), seed, name, array)
        case wire.ERROR:
            return wire.text_frame(kind, random_.choice(("1.1", "1.2", "9.9")), random_.choice(NAMES))
        case wire.NOTE:
            return wire.text_frame(kind, random_.choice(NAMES))
        case _:
            return wire.frame(kind)


def honest() -> list[bytes]:
    """The frames of a submission that is well."""
    frames = []
    for place, step in enumerate(JOB.steps):
        frames.append(wire.frame(wire.STEP, wire.INDEX.pack(place)))
        if isinstance(step, Checkpoint):
            frames += [wire.value_frame(step.exercise, seed, "slope", np.ones(2)) for seed in JOB.seeds]
    return [*frames, wire.frame(wire.DONE)]


def build(random_: random.Random) -> bytes:
    """Begin with what is well; leave out, repeat, mix in, then flip bits or cut."""
    frames = honest()
    for _ in range(random_.choice((0, 1, 1, 2, 5))):
        at = random_.randrange(len(frames) + 1)
        match random_.randrange(4):
            case 0:
                del frames[at : at + 1]
            case 1:
                frames[at:at] = frames[max(at - 1, 0) : at]
            case _:
                frames.insert(at, _frame(random_))
        frames = frames or honest()
    said = bytearray(b"".join(frames))
    if random_.random() < 0.4:
        for _ in range(random_.choice((1, 1, 3))):
            said[random_.randrange(len(said))] ^= 1 << random_.randrange(8)
    return bytes(said[: random_.randrange(len(said))] if random_.random() < 0.2 else said)


def check(random_: random.Random) -> str:
    """Let the grader hear it. What it keeps is numbers asked for, and lines; returns how it ended."""
    progress, child = Progress(JOB), Scripted(random_, build(random_), random_.choice(ENDINGS))
    try:
        words = Attempt(progress, child, LIMITS).watch()
    except MachineError:
        return "machine"
    outcome = progress.outcome
    for (exercise, seed, name), array in outcome.values.items():
        assert exercise in ("1.1", "1.2")
        assert seed in JOB.seeds
        assert name.isprintable()
        assert array.dtype.kind in "fib"
        assert array.nbytes <= LIMITS.value_bytes + 4 * wire.MOST_TEXT
    assert set(outcome.errors) <= {"1.1", "1.2"}
    lines = [*outcome.errors.values(), *outcome.problems, words]
    assert all(line.isprintable() and len(line) < 2000 for line in lines)
    assert not progress.void & set(outcome.values)
    return words


def run(seeds: range) -> int:
    """Check a case for each seed; returns how many were heard to the end."""
    return count(seeds, lambda random_: not check(random_))
