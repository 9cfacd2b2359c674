"""Trained numbers have no one right value: they need a form, and the exercise's own judge accepts them.

A learner's check, the proof of a release and the grader's judge all ask these two questions, seed by seed.

>>> fault({"w": np.zeros(3)}, {"w": (2,)})
'w: shape (3,) where (2,) was expected'
>>> objection(lambda values, rng: values["w"].sum() > 1, {"w": np.ones(2)}, np.random.default_rng(1))
''
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.exercise import Accept
from backproplab.marking.values import Given

NOT_ENOUGH = "These numbers do not do yet what the exercise asks."


def fault(given: Given, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return what is wrong with the form of trained numbers, "" if nothing; other names do not matter."""
    found = ((name, fault_of(given.get(name), shape)) for name, shape in shapes.items())
    return next((f"{name}: {words}" for name, words in found if words), "")


def fault_of(value: NDArray[Any] | TypeError | None, shape: tuple[int, ...]) -> str:
    """Return what is wrong with the form of one value, "" if nothing: another shape, or not finite."""
    if value is None:
        return "this value is missing"
    if isinstance(value, TypeError):
        return str(value)
    if value.shape != tuple(shape):
        return f"shape {value.shape} where {tuple(shape)} was expected"
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
