"""The recorded values of an exercise set: what release writes and a check reads.

One JSON file a set, `expected/NN-topic.json`. A value is `{"name": …, "shape": […], "data": […]}` with its
numbers in row order; nan and the infinities, which JSON lacks, are the words "nan", "inf" and "-inf".

    >>> decode(encode({"∂L/∂w": np.array([0.5, np.nan])}))
    {'∂L/∂w': array([0.5, nan])}
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCHEMA = 1

Values = dict[str, NDArray[np.float64]]
"""The named values that a check returns with one seed."""


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people give, and the sentence that helps."""

    sentence: str
    values: tuple[Values, ...]  # one a seed


@dataclass(frozen=True)
class Exercise:
    """What is recorded of one exercise."""

    points: float
    kind: str
    answers: tuple[str, ...]
    values: tuple[Values, ...] = ()  # one a seed; none for trained numbers
    misconceptions: tuple[Misconception, ...] = ()
    untouched: tuple[Values, ...] = ()  # what code to be fixed gives as it is handed out


@dataclass(frozen=True)
class ExerciseSet:
    """What is recorded of a set: its public seeds, and each exercise."""

    name: str
    fingerprint: str
    seeds: tuple[int, ...]
    exercises: dict[str, Exercise]


def read(path: Path) -> ExerciseSet:
    """Read `expected/NN-topic.json`. ValueError, with what to do, if it is not such a file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise ValueError(
                f"{path.name} has schema {content['schema']}, this backproplab reads {SCHEMA}; "
                "use the backproplab that the exercises came with"
            )
        seeds = tuple(content["seeds"])
        exercises = {name: _exercise(each) for name, each in content["exercises"].items()}
        for name, exercise in exercises.items():
            _check_lengths(path.name, name, exercise, len(seeds))
        return ExerciseSet(content["set"], content["fingerprint"], seeds, exercises)
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path.name} cannot be read ({type(error).__name__}); take a fresh copy of it"
        ) from error


def _check_lengths(file: str, name: str, exercise: Exercise, seeds: int) -> None:
    """ValueError unless there are values for each seed; trained numbers and most code have some of none."""
    lists = [exercise.values, exercise.untouched, *(each.values for each in exercise.misconceptions)]
    optional = [exercise.kind == "trained", True, *(False for _ in exercise.misconceptions)]
    for values, may_lack in zip(lists, optional, strict=True):
        if len(values) != seeds and (values or not may_lack):
            raise ValueError(
                f"{file}: exercise {name} has {len(values)} lists of values for {seeds} seeds; "
                "make the file again with backproplab release"
            )


def _exercise(content: dict[str, Any]) -> Exercise:
    return Exercise(
        points=content["points"],
        kind=content["kind"],
        answers=tuple(content["answers"]),
        values=tuple(decode(each) for each in content.get("values", [])),
        misconceptions=tuple(
            Misconception(each["sentence"], tuple(decode(values) for values in each["values"]))
            for each in content.get("misconceptions", [])
        ),
        untouched=tuple(decode(each) for each in content.get("untouched", [])),
    )


def encode(values: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """Return named arrays as JSON data: name, shape, and the numbers in row order."""
    return [
        {"name": name, "shape": list(array.shape), "data": [_written(x) for x in array.ravel().tolist()]}
        for name, array in values.items()
    ]


def decode(content: list[dict[str, Any]]) -> Values:
    """Return what `encode` was given."""
    return {
        each["name"]: np.array([float(x) for x in each["data"]]).reshape(each["shape"]) for each in content
    }


def _written(number: float) -> float | str:
    return float(number) if math.isfinite(number) else str(float(number))


def fingerprint() -> str:
    """Return a short hash of what numpy's generator draws from a fixed seed.

    NumPy may change its draws between versions. Recorded values hold only where the fingerprint is theirs.
    """
    rng = np.random.default_rng(20240607)
    cards = np.arange(12)
    rng.shuffle(cards)
    real = [*rng.normal(size=8), *rng.uniform(-1, 1, size=8)]
    whole = [
        *rng.integers(0, 1000, size=8),
        *rng.permutation(12),
        *rng.choice(50, size=6, replace=False),
        *cards,
    ]
    # Ten digits: the draw counts, not the last bit that one machine's logarithm rounds otherwise.
    probe = " ".join([*(f"{x:.10f}" for x in real), *(str(int(n)) for n in whole)])
    return hashlib.sha256(probe.encode()).hexdigest()[:16]
