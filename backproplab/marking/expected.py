"""The recorded values of an exercise set: what release writes and a check reads.

One JSON file a set, `expected/NN-topic.json`. A value is `{"name": …, "shape": […], "data": […]}` with its
numbers in row order; nan and the infinities, which JSON lacks, are the words "nan", "inf" and "-inf".

    >>> decode(encode({"∂L/∂w": np.array([0.5, np.nan])}))
    {'∂L/∂w': array([0.5, nan])}
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.exercise import Exercise, Misconception
from backproplab.marking.values import Values

SCHEMA = 1
LOOK_IN = ("expected", "exercises/expected")
PARENTS = 3
RECORD = ".backproplab-course.json"  # marks a learner's copy of the course: see backproplab.course.record


@dataclass(frozen=True)
class ExerciseSet:
    """What is recorded of a set: its public seeds, and each exercise."""

    name: str
    fingerprint: str
    seeds: tuple[int, ...]
    exercises: dict[str, Exercise]


def find(file: str, start: Path) -> Path | None:
    """Return the recorded values that a notebook in `start` reads, the nearest in it or above, or None."""
    return next((place / file for place in places(start) if (place / file).is_file()), None)


def places(start: Path) -> Iterator[Path]:
    """Yield the folders where a notebook in `start` looks for recorded values, the nearest first.

    A notebook in a learner's copy looks in the copy alone: above it may lie a course of another date.
    """
    for folder in (start, *start.parents[:PARENTS]):
        yield from (folder / name for name in LOOK_IN)
        if (folder / RECORD).is_file():
            return


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
        exercises = {
            name: _exercise(name, each, seeds, f"{path.name}: exercise {name}")
            for name, each in content["exercises"].items()
        }
        return ExerciseSet(content["set"], content["fingerprint"], seeds, exercises)
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path.name} cannot be read ({type(error).__name__}); take a fresh copy of it"
        ) from error


def _exercise(name: str, content: dict[str, Any], seeds: tuple[int, ...], where: str) -> Exercise:
    kind = content["kind"]
    return Exercise(
        id=name,
        points=content["points"],
        kind=kind,
        answers=tuple(content["answers"]),
        values=_by_seed(content.get("values", []), seeds, where, may_lack=kind == "trained"),
        misconceptions=tuple(
            Misconception(
                each["sentence"],
                _by_seed(each["values"], seeds, where, may_lack=False),
                each.get("slug", ""),
            )
            for each in content.get("misconceptions", [])
        ),
        untouched=_by_seed(content.get("untouched", []), seeds, where, may_lack=True),
        handed_out=content.get("handed_out", ""),
        replies=dict(content.get("replies", {})),
    )


def _by_seed(lists: list[Any], seeds: tuple[int, ...], where: str, *, may_lack: bool) -> dict[int, Values]:
    """Give each seed its values. ValueError unless there are some for each, or none where they may lack."""
    if len(lists) != len(seeds) and (lists or not may_lack):
        raise ValueError(
            f"{where} has {len(lists)} lists of values for {len(seeds)} seeds; "
            "make the file again with backproplab release"
        )
    return {seed: decode(values) for seed, values in zip(seeds, lists, strict=False)}


def encode(values: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """Return named arrays as JSON data: name, shape, and the numbers in row order."""
    return [
        {"name": name, "shape": list(array.shape), "data": [_number(x) for x in array.ravel().tolist()]}
        for name, array in values.items()
    ]


def decode(content: list[dict[str, Any]]) -> dict[str, NDArray[np.float64]]:
    """Return what `encode` was given."""
    return {
        each["name"]: np.array([float(x) for x in each["data"]]).reshape(each["shape"]) for each in content
    }


def _number(number: float) -> float | str:
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
