"""`backproplab release`: what it writes, what it refuses, and what it says of both."""

import subprocess
import sys
from zipfile import ZipFile

import authoring_kit as kit
import here_kit
import pytest

from backproplab import cli
from backproplab.authoring import trial

pytestmark = pytest.mark.usefixtures("tried_here")


@pytest.fixture
def course(tmp_path, monkeypatch):
    kit.saved(tmp_path, *kit.slope_exercise())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spoil(course):
    path = course / "solutions" / f"{kit.NAME}.ipynb"
    path.write_text(path.read_text().replace("return upstream * x", "return upstream * w"))


def test_release_writes_both_files_and_then_nothing_is_stale(course, capsys):
    assert cli.main(["release"]) == 0
    assert f"solutions/{kit.NAME}.ipynb -> exercises/{kit.NAME}.ipynb" in capsys.readouterr().out
    assert sorted(path.name for path in (course / "exercises").rglob("*.*")) == [
        f"{kit.NAME}.ipynb",
        f"{kit.NAME}.json",
    ]
    assert cli.main(["release", "--check"]) == 0
    assert cli.main(["release", "--check", f"solutions/{kit.NAME}.ipynb"]) == 0


def test_check_fails_and_says_what_is_stale_and_writes_nothing(course, capsys):
    assert cli.main(["release", "--check"]) == 1
    told = capsys.readouterr().err
    assert f"exercises/{kit.NAME}.ipynb is stale; run: backproplab release" in told
    assert f"exercises/expected/{kit.NAME}.json is stale" in told
    assert not (course / "exercises").exists()


def test_check_fails_on_an_exercise_without_a_solution(course, capsys):
    cli.main(["release"])
    (course / "exercises" / "04-gone.ipynb").write_text("{}")
    assert cli.main(["release", "--check"]) == 1
    assert "exercises/04-gone.ipynb comes from no solution; delete it" in capsys.readouterr().err


def test_what_is_refused_is_told_and_the_rest_is_released_but_not_packed(course, capsys, monkeypatch):
    monkeypatch.setattr(trial, "run", here_kit.IN_A_PROCESS)
    spoil(course)
    sound = kit.saved(course, *kit.slope_exercise(), name="04-sound")
    sound.write_text(sound.read_text().replace(kit.NAME, "04-sound"))
    assert cli.main(["release", "--zip", "handout.zip"]) == 1
    told = capsys.readouterr()
    assert f"solutions/{kit.NAME}.ipynb: cell 'check-e3-1' (exercise 3.1): misconception" in told.err
    assert "Nothing is packed" in told.err
    assert "solutions/04-sound.ipynb -> exercises/04-sound.ipynb" in told.out
    assert not (course / "handout.zip").exists()
    assert not (course / "exercises" / f"{kit.NAME}.ipynb").exists()


def test_zip_and_nbgrader_are_written_beside_the_release(course, capsys):
    assert cli.main(["release", "--zip", "handout.zip", "--nbgrader", "school"]) == 0
    with ZipFile(course / "handout.zip") as packed:
        assert f"mycourse/exercises/{kit.NAME}.ipynb" in packed.namelist()
    assert (course / "school" / "source" / kit.NAME / f"{kit.NAME}.ipynb").exists()
    assert (course / "school" / "source" / kit.NAME / "expected" / f"{kit.NAME}.json").exists()
    assert f"Next, in school: nbgrader generate_assignment {kit.NAME}" in capsys.readouterr().out


def test_a_proof_with_fewer_seeds_makes_the_same_release(course, monkeypatch):
    assert cli.main(["release"]) == 0
    tried, run = [], trial.run

    def watched(steps, trials, folder):
        tried.extend(trials)
        return run(steps, trials, folder)

    monkeypatch.setattr(trial, "run", watched)
    assert cli.main(["release", "--check", "--other-seeds", "2"]) == 0
    assert max(len(each.seeds) for each in tried) == 5


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--check", "--zip", "handout.zip"], "--check writes nothing"),
        (["--check", "--nbgrader", "school"], "--check writes nothing"),
        (["--zip", "handout.zip", f"solutions/{kit.NAME}.ipynb"], "--zip packs the whole course"),
        (["--check", "--other-seeds", "-1"], "--other-seeds takes a count of 0 or more, got -1"),
        (["--other-seeds", "19"], "A release is proven with 20 other seeds or more, got 19"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, told, course, capsys):
    assert cli.main(["release", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_without_solutions_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["release"]) == 2
    assert "name the solution notebooks" in capsys.readouterr().err


def test_a_notebook_that_is_not_there_is_refused(tmp_path, capsys):
    assert cli.main(["release", str(tmp_path / "solutions" / "09-none.ipynb")]) == 1
    assert "FileNotFoundError" in capsys.readouterr().err


def test_the_command_is_installed_and_explains_itself():
    done = subprocess.run(
        [sys.executable, "-m", "backproplab", "release", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--nbgrader DIR" in done.stdout
