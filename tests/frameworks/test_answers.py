"""Answers from the record or from here, and the record held to our own gradients."""

from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

from backproplab import Dense, Network, ReLU, Sigmoid, SoftmaxCrossEntropy, SquaredError
from backproplab.frameworks import Answers, attempt, load_record
from backproplab.frameworks.answers import COLUMNS
from backproplab.frameworks.programs import digest

REQUIREMENTS = Path(__file__).parents[2] / "backproplab/frameworks/requirements.txt"


def jax_gradients():
    """Bears the name of a program that is recorded, and answers otherwise."""
    return {"b2": np.float32(0.5), "none": None, "text": "so"}


def jax_missing():
    raise ImportError("no such framework")


def test_an_answer_is_the_recorded_one_unless_asked_for_here():
    answers = Answers(here=False)
    assert answers.of(jax_gradients)["b2"] == pytest.approx(-0.119015637, abs=5.1e-10)
    assert answers.sources(jax_gradients).startswith("JAX, recorded")
    answers = Answers(here=True)
    found = answers.of(jax_gradients)
    assert (found["b2"], found["b2"].dtype, found["none"], found["text"]) == (0.5, np.float32, "None", "so")
    assert answers.sources(jax_gradients) == "JAX, computed here"


def test_where_a_framework_is_missing_the_record_answers_and_says_so(monkeypatch):
    monkeypatch.setattr(jax_missing, "__name__", "jax_gradients")
    answers = Answers(here=True)
    assert answers.of(jax_missing)["b2"] == pytest.approx(-0.119015637, abs=5.1e-10)
    assert answers.sources(jax_missing).startswith("JAX, recorded")


def test_an_edited_program_is_told_from_the_recorded_one(monkeypatch, capsys):
    monkeypatch.setitem(load_record().digests, "jax_gradients", digest(jax_gradients))
    answers = Answers(here=False)
    answers.of(jax_gradients)
    assert (capsys.readouterr().out, answers.sources(jax_gradients)) == ("", "JAX, recorded")

    monkeypatch.setattr(jax_missing, "__name__", "jax_gradients")
    answers.show(jax_missing)
    told, heading, *_ = capsys.readouterr().out.splitlines()
    changed = "jax_gradients is not the program that was recorded, so this answers another"
    assert told == f"{changed}; `here = True` runs yours"
    assert heading.strip() == "JAX, recorded of another program"
    Answers(here=True).of(jax_missing)
    assert capsys.readouterr().out == f"{changed}; its framework is missing here\n"


def test_with_none_of_them_installed_that_is_said(monkeypatch):
    recorded = f"recorded with {load_record().versions}"
    monkeypatch.setattr("backproplab.frameworks.answers.find_spec", lambda module: None)
    assert Answers(here=False).versions() == recorded
    missing = "none of PyTorch, TensorFlow and JAX is installed here, so every answer is the recorded one"
    assert Answers(here=True).versions() == f"{recorded}\n{missing}"
    monkeypatch.setattr("backproplab.frameworks.answers.find_spec", lambda module: module == "jax" or None)
    assert "\ninstalled here: JAX (" in Answers(here=True).versions()


def jax_stops():
    raise AttributeError("no enable_x64")


def test_a_recorded_program_that_stops_leaves_it_to_the_record_and_an_edited_one_raises(monkeypatch, capsys):
    monkeypatch.setattr(jax_stops, "__name__", "jax_gradients")
    with pytest.raises(AttributeError, match="no enable_x64"):
        Answers(here=True).of(jax_stops)
    monkeypatch.setitem(load_record().digests, "jax_gradients", digest(jax_stops))
    answers = Answers(here=True)
    assert answers.of(jax_stops)["b2"] == pytest.approx(-0.119015637, abs=5.1e-10)
    assert answers.sources(jax_stops) == "JAX, recorded"
    told = capsys.readouterr().out
    assert told == "jax_gradients stops with the version installed here: AttributeError: no enable_x64\n"


def test_a_name_that_names_no_framework_is_refused():
    with pytest.raises(ValueError, match="begins with pytorch, tensorflow, jax; got 'mine'"):
        Answers().of(FunctionType(jax_stops.__code__, {}, "mine"))


def test_a_program_that_nobody_recorded_is_named_with_those_that_are():
    with pytest.raises(
        KeyError, match=r"'jax_missing' is recorded; .*`here = True` runs it.*pytorch_gradients"
    ):
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
