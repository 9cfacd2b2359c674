"""An exercise: its check, the names that it asks for, and the values that its solution gives."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.values import Values

Kind = Literal["function", "fix", "tests", "trained", "hand", "choice"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DRAWN = frozenset({"function", "fix", "tests"})
"""The kinds whose values differ from seed to seed."""
PRACTICE = frozenset({"hand", "choice"})
"""The kinds whose one value is in the recorded file, for whoever looks: they earn no points."""
MANUAL = "manual"
"""The kind of an answer in free text, which a person marks; it has no check."""

CheckFunction = Callable[[np.random.Generator], Mapping[str, Any]]
"""A check: a function from randomness to named values."""
Shape = tuple[int | None, ...]
"""A shape that is asked for; None stands for any length, such as the number of hidden units."""
Accept = Callable[[dict[str, NDArray[np.float64]], np.random.Generator], object]
"""Judges trained numbers: returns True, or False, or a sentence on what is missing."""


class CheckSpec(NamedTuple):
    """A check as its cell declares it with `@check`: what `check.collect` hands on."""

    exercise: str
    function: CheckFunction
    kind: Kind = "function"
    shapes: Mapping[str, Shape] | None = None
    points: float = 1
    accept: Accept | None = None


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people give, and the sentence that helps."""

    sentence: str
    values: Mapping[int, Values]
    """What the check returns for it, by seed; of trained numbers a sample, `trained.sample`."""
    slug: str = ""
    """Its name across the course, a key of `slips.SLIPS`, if it has one."""


@dataclass(frozen=True)
class Exercise:
    """An exercise, with all that a verdict on it depends on."""

    id: str
    """"3.2"; for an answer that a person marks, its grade_id."""
    points: float
    kind: str
    """One of `KINDS`, or `MANUAL`."""
    answers: tuple[str, ...] = ()
    """The names that it asks for."""
    values: Mapping[int, Values] = field(default_factory=dict)
    """What the check returns for the solution, by seed; of trained numbers it does not matter."""
    misconceptions: tuple[Misconception, ...] = ()
    untouched: Mapping[int, Values] = field(default_factory=dict)
    """What the answer cell gives as it is handed out, by seed, where it gives anything."""
    handed_out: str = ""
    """Source of the answer cell as it is handed out, to tell whether a learner changed it."""
    replies: Mapping[str, str] = field(default_factory=dict)
    """What helps whose test lets a fault through, or refuses right code, by named value."""
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    """Of trained numbers, by name."""
    accept: str = ""
    """The expression that judges trained numbers, in names of the given cells."""
    title: str = ""
    """What its heading says; "" without one."""

    @property
    def names(self) -> tuple[str, ...]:
        """The named values that count, each for its share of the points."""
        return tuple(self.shapes or next(iter(self.values.values()), ()))


def call_with_seed(function: CheckFunction, seed: int) -> Mapping[str, Any]:
    """Call a check with the generator of one seed; `random` and `np.random` start from it, too."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 (an answer that draws by the old way must be repeatable)
    return function(np.random.default_rng(seed))
