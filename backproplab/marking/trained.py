"""Trained numbers have no recorded values: the exercise's own judge looks at them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from backproplab.check.errors import trouble
from backproplab.check.posed import Accept
from backproplab.check.rows import Given, Row, described


def judged(
    shapes: Mapping[str, tuple[int, ...]], accept: Accept, given: Sequence[Given], seeds: Sequence[int]
) -> tuple[bool, str, tuple[Row, ...]]:
    """Judge trained numbers: finite arrays of the declared shapes, which `accept` accepts with each seed.

    Returns whether they are right, a sentence on what is missing, and a row for each.
    """
    rows = tuple(_row(name, tuple(shape), given[0]) for name, shape in shapes.items())
    if any(row.ok is False for row in rows):
        return False, "", rows
    for values, seed in zip(given, seeds, strict=True):
        # A copy for each call: a judge that changes its arrays must not change what the next one sees.
        copies = {name: np.array(values[name]) for name in shapes}
        try:
            answer = accept(copies, np.random.default_rng(seed))
        except Exception as error:
            answer = f"These numbers cannot be judged. {trouble(error).line}"
        if isinstance(answer, str) or not answer:
            return False, str(answer or "These numbers do not do yet what the exercise asks."), rows
    return True, "", tuple(replace(row, ok=True, finding="accepted") for row in rows)


def _row(name: str, shape: tuple[int, ...], given: Given) -> Row:
    value = given.get(name, TypeError("this value is missing"))
    if isinstance(value, TypeError):
        return described(name, value, False, str(value))
    if value.shape != shape:
        return described(name, value, False, f"shape {value.shape} where {shape} was expected")
    if not np.isfinite(value).all():
        return described(name, value, False, "not finite: did the training blow up?")
    return described(name, value, None, "well formed")
