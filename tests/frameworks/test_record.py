"""Asking anew: the lesson's own cells answer, and whatever differs from the record is named."""

import json
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from backproplab import cli
from backproplab.authoring.assignment import load_solution
from backproplab.frameworks import load_record, record

ROOT = Path(__file__).parents[2]
LESSON = ROOT / record.LESSON

MADE_UP = """
from backproplab.frameworks import Answers
here = False
answers = Answers(here)
def jax_numbers():
    return {"x": np.array([0.5, np.nan, -np.inf]), "y": np.float32(0.25), "said": "so"}
def jax_absent():
    import no_such_framework
answers.of(jax_numbers)
"""


def lesson(tmp_path, *cells):
    path = tmp_path / "made-up.ipynb"
    sources = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": "x"}, *sources]}), "utf-8")
    return path


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    path = lesson(tmp_path, "import numpy as np", MADE_UP, "quick_check('23') and no_such_name")
    monkeypatch.setattr(record.run, "__defaults__", (path,))
    monkeypatch.setattr(record, "FILE", tmp_path / "recorded.json")
    monkeypatch.setattr("backproplab.frameworks.answers.files", lambda package: tmp_path)
    monkeypatch.setattr(record, "load_record", load_record.__wrapped__)
    return path


def test_what_is_recorded_is_read_again_and_agrees(made_up, capsys):
    assert cli.main(["record-frameworks"]) == 0
    assert cli.main(["record-frameworks", "--check"]) == 0
    assert capsys.readouterr().out.startswith(
        "jax_numbers: x, y, said\n1 programs answer as recorded, 4 numbers"
    )
    found = load_record.__wrapped__().answers["jax_numbers"]
    np.testing.assert_array_equal(found["x"], [0.5, np.nan, -np.inf])
    assert (found["y"], found["said"]) == (0.25, "so")


def test_the_check_fails_and_names_each_difference(made_up, capsys):
    cli.main(["record-frameworks"])
    made_up.write_text(made_up.read_text("utf-8").replace("0.25", "0.26").replace("so\\", "no\\"), "utf-8")
    assert cli.main(["record-frameworks", "--check"]) == 1
    told = capsys.readouterr().err
    assert "jax_numbers, y: recorded array(0.25), now" in told
    assert "jax_numbers, said: recorded 'so', now 'no'" in told
    assert "jax_numbers, x" not in told


def test_a_program_whose_framework_is_missing_is_no_answer(made_up, capsys):
    cli.main(["record-frameworks"])
    made_up.write_text(
        made_up.read_text("utf-8").replace("answers.of(jax_numbers", "answers.of(jax_absent"), "utf-8"
    )
    with pytest.raises(KeyError, match="jax_absent"):
        record.ask()


def test_a_program_edited_since_is_named_though_it_answers_the_same(made_up, capsys):
    cli.main(["record-frameworks"])
    made_up.write_text(made_up.read_text("utf-8").replace("np.float32(0.25)", "np.float32(1 / 4)"), "utf-8")
    assert cli.main(["record-frameworks", "--check"]) == 1
    assert "jax_numbers: edited since its answer was recorded" in capsys.readouterr().err


def test_a_lesson_that_is_not_switched_is_refused(tmp_path):
    with pytest.raises(ValueError, match="should say `here = False` once"):
        record.run(lesson(tmp_path, "answers = 1"))


@pytest.mark.parametrize(
    ("program", "name", "edit"),
    [
        ("jax_gradients", "w1", lambda value: value * (1 + 1e-11)),
        ("jax_kinks", "where ln x", lambda value: np.float64(0)),
        ("jax_kinks", "max(2, 2, 1)", lambda value: value[:2]),
        ("pytorch_twice", "asked again", lambda value: "ValueError"),
        ("pytorch_twice", "told to keep", lambda value: "24"),
    ],
)
def test_each_kind_of_difference_is_found(program, name, edit):
    computed = deepcopy(dict(load_record().answers))
    assert not list(record.differences(computed))
    edited = edit(computed[program][name])
    computed[program][name] = edited if isinstance(edited, str) else np.asarray(edited)
    (told,) = record.differences(computed)
    assert told.startswith(f"{program}, {name}: recorded ")
    del computed[program]
    assert list(record.differences(computed)) == [f"{program}: recorded, and no longer asked"]


def test_a_number_of_float32_may_differ_by_more():
    computed = deepcopy(dict(load_record().answers))
    computed["jax_gradients"]["w1"] = computed["jax_gradients"]["w1"].astype(np.float32)
    assert not list(record.differences(computed))


class TestWithPyTorch:
    def test_what_the_lesson_says_of_it_in_words(self):
        torch = pytest.importorskip("torch")
        a = torch.tensor(2.0, requires_grad=True)
        c = 3 * (a * a)
        c.backward()
        with pytest.raises(RuntimeError, match="retain_graph=True"):
            c.backward()

    def test_exercise_23_2_tells_what_it_does(self):
        torch = pytest.importorskip("torch")
        replay = answer_of("answer-23-2")["replay"]
        rng = np.random.default_rng(0)
        events = ["forward", "backward", "backward, kept", "step", "zero"]
        for _ in range(200):
            log = ["forward", *rng.choice(events, size=8)]
            assert replay(1.5, 0.01, log) == pytest.approx(by_torch(torch, 1.5, 0.01, log), rel=1e-12)


def answer_of(cell):
    """What the solution's answer cell binds."""
    source = next(
        each.source for each in load_solution(ROOT / "solutions/23-frameworks.ipynb").cells if each.id == cell
    )
    namespace = {"np": np}
    exec(source, namespace)
    return namespace


def by_torch(torch, start, rate, log):
    a = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([a])
    a.grad = torch.zeros_like(a)
    for event in log:
        if event == "forward":
            loss = a * a * a
        elif event == "step":
            with torch.no_grad():
                a -= rate * a.grad
        elif event == "zero":
            optimizer.zero_grad(set_to_none=False)
        else:
            with suppress(RuntimeError):
                loss.backward(retain_graph=event == "backward, kept")
    return a.item(), a.grad.item()
