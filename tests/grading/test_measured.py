"""A gradient that was measured is named for review, a formula is not, however it is written."""

import numpy as np
import pytest

from backproplab.grading.measured import hints
from backproplab.marking.exercise import Exercise
from backproplab.sandbox.protocol import Outcome

SEEDS = (11, 12)
X = np.array([0.3, 1.7, -2.2])


def hinted(value, name="∂L/∂x", of_other_seeds=0.0):
    """What is said of an answer with this value on SEEDS, and further away on others."""
    right = 3 * np.exp(X)
    exercise = Exercise("3.2", 2.0, "function", values={seed: {name: right} for seed in (*SEEDS, 101)})
    values = {("3.2", seed, name): np.asarray(value, float) for seed in SEEDS}
    return list(hints([exercise], Outcome(values | {("3.2", 101, name): right + of_other_seeds}), SEEDS))


def test_a_central_difference_is_named_and_keeps_its_points():
    h = 1e-5
    (said,) = hinted((3 * np.exp(X + h) - 3 * np.exp(X - h)) / (2 * h))
    assert said.startswith("For review: the answer to 3.2 is right to ")
    assert "measured by nudges" in said


@pytest.mark.parametrize(
    "formula",
    [
        3 * np.exp(X),
        np.exp(X + np.log(3)),
        np.array([3 * sum(x**k / np.prod(np.arange(1.0, k + 1)) for k in range(40)) for x in X]),
    ],
    ids=["as the solution", "otherwise", "as a series"],
)
def test_a_formula_is_not(formula):
    assert not hinted(formula)


def test_what_is_wrong_or_no_derivative_or_public_is_not():
    assert not hinted(3 * np.exp(X) * 1.001)
    assert not hinted(3 * np.exp(X) + 1e-9, name="measured slope")
    assert not hinted(3 * np.exp(X), of_other_seeds=1e-9)
