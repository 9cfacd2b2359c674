"""Trained numbers have no one right value: they need a form, and the exercise's own judge accepts them.

A learner's check, the proof of a release and the grader's judge all ask these two questions, seed by seed.
What is judged may be the weights of a whole network: a hundred of them are enough to know it again.

>>> fault({"w": np.zeros(3)}, {"w": (2,)})
'w: shape (3,) where (2,) was expected'
>>> objection(lambda values, rng: values["w"].sum() > 1, {"w": np.ones(2)}, np.random.default_rng(1))
''
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.exercise import Accept, Shape
from backproplab.marking.values import Given

NOT_ENOUGH = "These numbers do not do yet what the exercise asks."
SAMPLE = 100
"""How many numbers of an array are recorded of a known answer."""


def fault(given: Given, shapes: Mapping[str, Shape]) -> str:
    """Return what is wrong with the form of trained numbers, "" if nothing; other names do not matter."""
    found = ((name, fault_of(given.get(name), shape)) for name, shape in shapes.items())
    return next((f"{name}: {words}" for name, words in found if words), "")


def fault_of(value: NDArray[Any] | TypeError | None, shape: Shape) -> str:
    """Return what is wrong with the form of one value, "" if nothing: another shape, or not finite."""
    if value is None:
        return "this value is missing"
    if isinstance(value, TypeError):
        return str(value)
    lengths = zip(value.shape, shape, strict=False)
    if value.ndim != len(shape) or any(asked not in (None, length) for length, asked in lengths):
        return f"shape {value.shape} where {str(tuple(shape)).replace('None', 'any')} was expected"
    if not np.isfinite(value).all():
        return "not finite: did the training blow up?"
    return ""


def objection(accept: Accept, values: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> str:
    """Ask the judge, and return its objection: "" if it accepts, else a sentence.

    A text is an objection whatever it says; anything else counts by its truth, as `if` would take it. The
    judge gets copies, so that what it does to them reaches nobody. What it raises is the caller's.
    """
    answer = accept({name: np.array(value) for name, value in values.items()}, rng)
    if isinstance(answer, str):
        return answer or NOT_ENOUGH
    return "" if answer else NOT_ENOUGH


def sample(array: NDArray[Any]) -> NDArray[Any]:
    """Return what is recorded of an array of trained numbers: of a long one evenly spaced numbers.

    >>> sample(np.arange(1000.0).reshape(10, 100))[[0, 1, -1]].tolist()
    [0.0, 10.0, 999.0]
    """
    if array.size <= SAMPLE:
        return array
    return np.asarray(np.ravel(array)[np.linspace(0, array.size - 1, SAMPLE).astype(int)])


def sampled(given: Given) -> Given:
    """Return what is compared with such a record."""
    return {name: sample(value) if isinstance(value, np.ndarray) else value for name, value in given.items()}
