"""Values that were kept: compared anew as long as nothing that they depend on has changed, and not longer."""

import hashlib
import json
from dataclasses import replace

import book_kit
import grading_kit as kit
import numpy as np
import pytest

from backproplab import cli
from backproplab.authoring import trial
from backproplab.grading.grader import LEFT_OUT
from backproplab.grading.kept import (
    MOST_KEPT,
    VALUES,
    Kept,
    asked,
    changed,
    read_kept,
    to_keep,
    unpack,
    write_kept,
)
from backproplab.sandbox.protocol import Assignment, Check, Limits, Outcome

pytestmark = pytest.mark.usefixtures("graded_here")

CHECK = '@check("90.1", points=2)\ndef _(rng):\n    return {"slope": slope_of_square(rng.normal())}'
ASSIGNMENT = Assignment("90-slopes", ("import numpy",), (Check("90.1", CHECK, ("slope_of_square",)),))
KEPT = Kept(
    {"the check of 90.1": "aa", "the notebook": "bb"},
    (11, 2**40),
    "full",
    Outcome({("90.1", 1, "∂/∂a\ud800"): np.array([0.1, -np.inf])}, {"90.2": "NameError"}, ["a cell hung"]),
    Outcome(
        {
            ("90.1", 11, "n"): np.array(3),
            ("90.1", 2**40, "n"): np.zeros((0, 2), bool),
            ("90.1", 11, "small"): np.array([[0.5, -0.0, 1e-300, np.nan]]),
            ("90.1", 2**40, "small"): np.array([[0.5], [-0.0], [np.inf], [np.nan]]),
        }
    ),
)


def test_what_is_kept_comes_back_bit_for_bit_for_its_owner_alone(tmp_path):
    path = tmp_path / "ada.npz"
    write_kept(path, to_keep(KEPT))
    back = unpack(read_kept(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert back._replace(shown=None, outcome=None) == KEPT._replace(shown=None, outcome=None)
    for mine, yours in ((KEPT.shown, back.shown), (KEPT.outcome, back.outcome)):
        assert (mine.errors, mine.problems, list(mine.values)) == (
            yours.errors,
            yours.problems,
            list(yours.values),
        )
        for left, right in zip(mine.values.values(), yours.values.values(), strict=True):
            assert (left.dtype, left.shape, left.tobytes()) == (right.dtype, right.shape, right.tobytes())


def test_what_is_too_much_or_damaged_is_not_kept(tmp_path):
    path = tmp_path / "ada.npz"
    write_kept(path, to_keep(KEPT))
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"about", b"abouT"), b"\x80\x04N."):
        path.write_bytes(damaged)
        assert unpack(read_kept(path)) is None
    path.write_bytes(whole)
    much = Outcome({("90.1", 11, "n"): np.full(MOST_KEPT // 8 + 1, 0.1)})
    write_kept(path, to_keep(KEPT._replace(outcome=much)))
    assert not path.exists()
    assert unpack(read_kept(path)) is None
    many = Outcome({("90.1", 11, f"{n}" * 200): np.zeros(0) for n in range(MOST_KEPT // 600)})
    write_kept(path, to_keep(KEPT._replace(outcome=many)))
    assert not path.exists()


def test_a_network_that_every_seed_gives_is_kept_once_and_in_single_precision(tmp_path):
    weights = np.random.default_rng(1).normal(size=MOST_KEPT // 16).astype(np.float32).astype(np.float64)
    values = {("90.1", seed, "w"): weights.copy() for seed in range(8)}
    kept = KEPT._replace(shown=Outcome(values), outcome=Outcome({("90.1", 11, "w"): weights}))
    packed = to_keep(kept)
    assert 0 < len(packed) < 1.1 * MOST_KEPT // 4
    back = unpack(packed)
    for array in (*back.shown.values.values(), *back.outcome.values.values()):
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, weights)
    twice = {key: weights * (1 + key[1]) for key in values}
    assert not to_keep(kept._replace(shown=Outcome(twice)))


def parts(assignment=ASSIGNMENT, **more):
    about = {"public": (1, 2), "isolation": "full", "limits": Limits()} | more
    return asked(assignment, **about)


def with_check(source):
    return replace(ASSIGNMENT, checks=(replace(ASSIGNMENT.checks[0], source=source),))


@pytest.mark.parametrize(
    "source",
    [
        CHECK.replace("points=2", "points=5"),
        CHECK.replace(", points=2", ""),
        CHECK.replace("    return", "    # a remark\n\n    return "),
        CHECK.replace("points=2", "accept=straight"),
    ],
)
def test_points_form_and_what_is_accepted_ask_nothing_new(source):
    assert changed(parts(), parts(with_check(source))) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (parts(with_check(CHECK.replace('"slope"', '"dx"'))), "the check of 90.1"),
        (parts(with_check(CHECK.replace("points=2", 'kind="fix"'))), "the check of 90.1"),
        (parts(replace(ASSIGNMENT, checks=())), "the check of 90.1"),
        (parts(replace(ASSIGNMENT, given=("import math",))), "what is given"),
        (parts(public=(1, 3)), "the inputs of notebooks"),
        (parts(isolation="reduced"), "the isolation"),
        (parts(limits=Limits(cell_seconds=3)), "the limits"),
    ],
)
def test_whatever_else_the_code_meets_asks_anew(now, told):
    assert changed(parts(), now) == [told]


def test_another_numpy_asks_anew(monkeypatch):
    before = parts()
    monkeypatch.setattr(np, "__version__", "1.0")
    assert changed(before, parts()) == ["the version of numpy"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class graded in two runs, with two draws of inputs: the command, its folder, and who was late."""
    folder = tmp_path_factory.mktemp("class")
    solution = kit.solution(folder, of_line=kit.TRAINED)
    measured = kit.PRODUCT.format("return b * (1 + 1e-9), a")
    half = kit.student(solution, kit.RIGHT | {"90.1": kit.SQUARE.format("return x * x"), "90.2": measured})
    command = ["grade", f"{folder}/in", f"--out={folder}/grades", f"--solutions={solution}", "-j1"]
    command.append(f"--isolation={kit.isolation()}")
    drawn = []
    for student, notebook in (("ada", half), ("late", kit.student(solution))):
        kit.hand_in(notebook, folder / "in" / f"{student}.ipynb")
        assert cli.main(command) == 0
        drawn.append(json.loads((folder / "grades" / kit.SET / "run.json").read_text())["seeds"])
    assert drawn[0] != drawn[1]
    return folder, command, solution


def of_each(folder, key):
    paths = sorted((folder / "grades" / kit.SET / "results").glob("*.json"))
    return {path.stem: json.loads(path.read_text())[key] for path in paths}


def scores(folder):
    return of_each(folder, "score")


def mend(solution, *changes):
    text = solution.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    solution.write_text(text, encoding="utf-8")


def test_points_and_sentences_change_and_nobodys_code_is_run(graded, monkeypatch, capsys):
    folder, command, solution = graded
    assert scores(folder) == {"ada": 7, "late": 9}
    problems = of_each(folder, "problems")
    assert any("measured by nudges" in each for each in problems["ada"])
    mend(solution, ("points=2", "points=6"), ('"points": 2', '"points": 6'), ("That is x²", "It is x²"))
    other = book_kit.record("eve", "01-other", [0])
    other["exercises"][0]["slug"] = "sign-turned"
    book_kit.grade(folder / "grades", "01-other", {"eve": other})
    kit.run_nobody(monkeypatch.setattr)
    assert cli.main(command) == 2
    assert "add --regrade" in capsys.readouterr().err
    assert cli.main([*command, "--regrade"]) == 0
    printed = capsys.readouterr().out
    assert "2 of these from values that were kept: none of their code was run." in printed
    assert "Scores that are not what they were before: 1" in printed
    page = (folder / "grades" / kit.SET / "class.html").read_text("utf-8")
    assert '<th scope="row">late</th><td>9</td><td>13</td>' in page
    assert '<th scope="col">01-other</th>' in page
    passed_on = (folder / "grades" / kit.SET / "class-anonymous.html").read_text("utf-8")
    assert "Scores that are not what they were: 1 (1 went up)." in passed_on
    assert "late" not in passed_on
    assert scores(folder) == {"ada": 7, "late": 13}
    runs = book_kit.table(folder / "grades" / kit.SET / "history.csv")
    counts = ("submissions", "graded_now", "from_kept", "changed_scores", "ungraded")
    assert [[run[count] for count in counts] for run in runs] == [list("11000"), list("21000"), list("22210")]
    now = hashlib.sha256(solution.read_bytes()).hexdigest()
    assert [run["solution"] == now for run in runs] == [False, False, True]
    assert [run["finished"] for run in runs] == sorted(run["finished"] for run in runs)
    assert of_each(folder, "problems") == problems
    assert "It is x² itself" in (folder / "grades" / kit.SET / "feedback" / "ada.html").read_text("utf-8")


def test_a_check_that_asks_something_else_has_the_code_run_again_and_says_so(graded, capsys):
    _, command, solution = graded
    mend(solution, ('{\\"slope\\":', '{\\"slope of it\\":'))
    assert cli.main([*command, "--regrade"]) == 0
    printed = capsys.readouterr().out
    assert "2 run again: not as when values were kept: the check of 90.1." in printed
    assert "from values that were kept" not in printed


def fail_beyond(count, monkeypatch):
    """Let no solution answer for more seeds than that, as if each took its share of the time there is."""
    run = trial.run

    def in_time(steps, trials, folder):
        if any(len(each.seeds) > count for each in trials):
            raise trial.TooLongError("cell 'slow': still running")
        return run(steps, trials, folder)

    monkeypatch.setattr(trial, "run", in_time)


@pytest.fixture(scope="module")
def forty(tmp_path_factory):
    """A class of which three share a draw of inputs, and 37 others have one each, as late ones do."""
    folder = tmp_path_factory.mktemp("late")
    solution = kit.solution(folder)
    for student in range(40):
        kit.hand_in(kit.student(solution), folder / "in" / f"s{student:02}.ipynb")
    command = ["grade", f"{folder}/in", f"--out={folder}/grades", f"--solutions={solution}", "-j1"]
    command.append(f"--isolation={kit.isolation()}")
    assert cli.main(command) == 0
    for number, path in enumerate(sorted((folder / "grades" / kit.SET / VALUES).glob("*.npz"))):
        kept = unpack(read_kept(path))
        seeds = tuple(1000 * max(number, 2) + place for place in range(len(kept.seeds)))
        of = dict(zip(kept.seeds, seeds, strict=True))
        values = {(name, of[seed], value): each for (name, seed, value), each in kept.outcome.values.items()}
        write_kept(path, to_keep(kept._replace(seeds=seeds, outcome=replace(kept.outcome, values=values))))
    return (
        command,
        solution,
        {path: read_kept(path) for path in (folder / "grades" / kit.SET / VALUES).glob("*.npz")},
    )


@pytest.mark.parametrize(("count", "held"), [(58, 12), (25, 4), (8, 0)])
def test_of_forty_draws_of_inputs_the_most_shared_are_held(count, held, forty, monkeypatch, capsys):
    command, solution, values = forty
    mend(solution, ("x² itself", f"x² itself, {count}"))
    for path, packed in values.items():
        write_kept(path, packed)
    fail_beyond(count, monkeypatch)
    assert cli.main([*command, "--regrade"]) == 0
    printed = capsys.readouterr().out
    assert f"{40 - held} run again: not as when values were kept: {LEFT_OUT}." in printed
    assert (f"{held} of these from values that were kept" in printed) == bool(held)
