"""Answers from the record or from here, and the record held to our own gradients."""

from pathlib import Path

import numpy as np
import pytest

from backproplab import Dense, Network, ReLU, Sigmoid, SoftmaxCrossEntropy, SquaredError
from backproplab.frameworks import Answers, attempt, load_record
from backproplab.frameworks.answers import COLUMNS

REQUIREMENTS = Path(__file__).parents[2] / "backproplab/frameworks/requirements.txt"


def jax_gradients():
    """Bears the name of a program that is recorded, and answers otherwise."""
    return {"b2": np.float32(0.5), "none": None, "text": "so"}


def jax_missing():
    raise ImportError("no such framework")


def test_an_answer_is_the_recorded_one_unless_asked_for_here():
    answers = Answers(here=False)
    assert answers.of(jax_gradients)["b2"] == pytest.approx(-0.119015637, abs=5.1e-10)
    assert answers.sources(jax_gradients) == "JAX: recorded"
    answers = Answers(here=True)
    found = answers.of(jax_gradients)
    assert (found["b2"], found["b2"].dtype, found["none"], found["text"]) == (0.5, np.float32, "None", "so")
    assert answers.sources(jax_gradients) == "JAX: computed here"


def test_where_a_framework_is_missing_the_record_answers_and_says_so(monkeypatch):
    monkeypatch.setattr(jax_missing, "__name__", "jax_gradients")
    answers = Answers(here=True)
    assert answers.of(jax_missing)["b2"] == pytest.approx(-0.119015637, abs=5.1e-10)
    assert answers.sources(jax_missing) == "JAX: recorded"


def test_a_program_that_nobody_recorded_is_named_with_those_that_are():
    with pytest.raises(KeyError, match=r"'jax_missing' is recorded; there are .*pytorch_gradients"):
        Answers(here=False).of(jax_missing)


def test_a_table_says_above_each_column_where_it_comes_from(capsys):
    answers = Answers(here=True)
    answers.show(jax_gradients, ours={"b2": -0.00004, "pair": [1.25, np.nan]}, decimals=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[-2:] == ["ours, computed here", "JAX, computed here"]
    assert [line.split() for line in lines[1:]] == [
        ["b2", "0", "0.5"],
        ["pair", "(1.25,", "nan)"],
        ["none", "None"],
        ["text", "so"],
    ]


def test_an_error_is_an_answer():
    assert attempt(lambda a, b: a / b, 1, 0) == "ZeroDivisionError"
    assert attempt(lambda a, b: a / b, 1, 4) == 0.25


def test_the_record_names_the_versions_that_are_installed_for_it():
    pins = [
        line.split("==") for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if "==" in line
    ]
    assert sorted(load_record().versions.split(", ")) == [
        f"{name} {version}" for name, version in sorted(pins)
    ]


@pytest.mark.parametrize("framework", COLUMNS)
def test_the_gradients_of_two_networks_are_recorded_as_ours_are(framework):
    answers = load_record().answers
    small = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], dtype=np.float64)
    small.parameters[:] = [0.4, -0.2, 0.1, 0.7, -0.3]
    small.loss_and_gradient(SquaredError(), np.array([[0.5, 0.3]]), np.array([[1.0]]))
    recorded = [answers[f"{framework}_gradients"][name] for name in ("w1", "w2", "b1", "w3", "b2")]
    np.testing.assert_allclose(recorded, small.gradient, rtol=1e-14)

    points, labels = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])
    network = Network([Dense(4, 5), ReLU(), Dense(5, 3)], seed=0, dtype=np.float64)
    network.loss_and_gradient(SoftmaxCrossEntropy(), points, labels)
    for name, view in network.gradient_views.items():
        np.testing.assert_allclose(answers[f"{framework}_layers"][name], view, rtol=1e-12, atol=1e-15)
