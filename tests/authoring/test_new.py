"""Exercises, sets and lessons begun from a template: where they go, what is refused, and that they hold."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from house import lessons

from backproplab import cli
from backproplab.authoring.errors import ReleaseError
from backproplab.authoring.new.begin import QUICK_CHECKS, begin_exercise, begin_lesson, exercises_of
from backproplab.authoring.release import make_release
from backproplab.authoring.unwritten import UNWRITTEN
from backproplab.widgets.quick_check.questions import parsed

pytestmark = pytest.mark.usefixtures("tried_here")

ROOT = Path(__file__).parents[2]
NAME = "27-my-topic"


def written(path):
    """Put words where an author is to write some."""
    path.write_text(path.read_text(encoding="utf-8").replace(UNWRITTEN, "Words"), encoding="utf-8")
    return path


def course(folder):
    for name in ("notebooks", QUICK_CHECKS):
        (folder / name).mkdir(parents=True)
    return folder


def test_a_new_exercise_of_each_kind_is_released_once_its_texts_are_written(tmp_path):
    path, first = begin_exercise(tmp_path, NAME)
    assert (first, begin_exercise(tmp_path, NAME, free_text=True)[1]) == ("27.1", "27.2")
    with pytest.raises(ReleaseError) as refused:
        make_release(path, 1)
    # All that is left to do is to write: the checks are proven, with two mistakes and another right answer.
    assert all("is still to be written" in reason for reason in refused.value.reasons)
    assert {reason.split("'")[1] for reason in refused.value.reasons} == {
        "title", "exercise-27-1", "answer-27-1", "others-27-1", "use-27-1", "exercise-27-2", "why-27-2",
    }  # fmt: skip
    made = make_release(written(path), 1)
    assert UNWRITTEN not in made.notebook
    assert [each.id for each in made.solution.exercises] == ["27.1", "why-27-2"]
    assert made.solution.exercises[0].title == "Words: a title of a few words"
    assert len(json.loads(made.expected)["exercises"]["27.1"]["misconceptions"]) == 2


def test_a_new_set_is_clean_and_its_links_lead_somewhere(tmp_path):
    alone, _ = begin_exercise(tmp_path, NAME)
    assert "](" not in alone.read_text(encoding="utf-8")
    (course(tmp_path) / "exercises").mkdir()
    begin_lesson(tmp_path, "28-other")
    (tmp_path / "exercises/00-start-here.ipynb").write_text("{}")
    inside, _ = begin_exercise(tmp_path, "28-other")
    text = inside.read_text(encoding="utf-8")
    assert "[lesson 28](../notebooks/28-other.ipynb)" in text
    assert "[exercises 00](00-start-here.ipynb)" in text
    _, number = begin_exercise(tmp_path, "capstone-5")
    assert number == "C5.1"
    folders = [str(tmp_path / "solutions"), str(tmp_path / "notebooks")]
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    ours = ["--config", "lint.isort.known-first-party = ['backproplab']"]
    for words in (["check", *ours], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, *folders]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_an_exercise_goes_to_its_place_and_every_other_byte_of_its_set_stays(tmp_path):
    path, _ = begin_exercise(tmp_path, NAME)
    begin_exercise(tmp_path, NAME, "27.5")
    narrow = json.dumps(json.loads(path.read_text(encoding="utf-8")), indent=4)
    path.write_bytes(narrow.replace("\n", "\r\n").encode())
    before = path.read_bytes()
    begin_exercise(tmp_path, NAME, "27.3")
    assert exercises_of(path) == ["27.1", "27.3", "27.5"]
    after = path.read_bytes()
    start = next(i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    assert after.endswith(before[start:])
    assert [cell.id for cell in nbformat.read(path, as_version=4).cells][-1] == "summary"


def test_an_exercise_in_a_set_that_imports_no_words_of_an_author_imports_them(tmp_path):
    path, _ = begin_exercise(tmp_path, NAME)
    text = path.read_text(encoding="utf-8").replace(
        "import alternative, misconception", "import misconception"
    )
    path.write_text(text, encoding="utf-8")
    begin_exercise(tmp_path, NAME)
    sources = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    assert sources["others-27-2"].startswith("from backproplab.authoring import alternative, misconception\n")
    assert "import" not in sources["others-27-1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["exercise", "topic"], "'topic' is no name of a set; write two digits and a topic"),
        (["exercise", "27-Topic"], "is no name of a set"),
        (["exercise", "../27-a"], "is no name of a set"),
        (["exercise", "27-other"], "27-my-topic.ipynb has that number; take another"),
        (["exercise", NAME, "27.1"], "exercise 27.1 is in 27-my-topic.ipynb already; the next is 27.2"),
        (["exercise", NAME, "26.1"], "'26.1' is no exercise of 27-my-topic; write 27.2"),
        (["exercise", NAME, "27.01"], "is no exercise of 27-my-topic"),
        (["lesson", "capstone-5"], "is no name of a lesson"),
        (["lesson", NAME], "a lesson is begun in the course's folder"),
    ],
)
def test_what_would_clash_is_refused_and_nothing_changes(tmp_path, monkeypatch, capsys, words, said):
    path, _ = begin_exercise(tmp_path, NAME)
    before = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    assert cli.main(["new", *words]) == 1
    assert said in capsys.readouterr().err
    assert path.read_bytes() == before
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


def test_no_set_is_begun_inside_the_folder_of_solutions(tmp_path):
    (tmp_path / "solutions").mkdir()
    with pytest.raises(ReleaseError, match="run it one folder up"):
        begin_exercise(tmp_path / "solutions", NAME)


def test_a_new_lesson_keeps_the_rules_once_it_is_run_and_written(tmp_path, monkeypatch):
    lesson, quiz = begin_lesson(course(tmp_path), NAME)
    notebook = nbformat.read(lesson, as_version=4)
    for count, cell in enumerate(lessons.code_cells(notebook), start=1):
        cell.execution_count = count
    monkeypatch.setattr(lessons, "questions", lambda number: parsed(quiz.read_text(encoding="utf-8"), number))
    faults = [fault for rule in lessons.RULES for fault in rule(notebook)]
    assert faults
    assert all("to be written" in fault for fault in faults)
    written(quiz)
    for cell in notebook.cells:
        cell.source = cell.source.replace(UNWRITTEN, "Words")
    assert [fault for rule in lessons.RULES for fault in rule(notebook)] == []


def test_a_lesson_overwrites_nothing(tmp_path):
    lesson, quiz = begin_lesson(course(tmp_path), NAME)
    lesson.unlink()
    quiz.write_text("mine")
    with pytest.raises(ReleaseError, match=r"27\.toml is there already; nothing was made"):
        begin_lesson(tmp_path, NAME)
    with pytest.raises(ReleaseError, match="is there already"):
        begin_lesson(tmp_path, "27-other")
    assert quiz.read_text() == "mine"
    assert not list((tmp_path / "notebooks").iterdir())


def test_a_set_is_called_as_its_lesson_is(tmp_path):
    begin_lesson(course(tmp_path), "27-a")
    with pytest.raises(ReleaseError, match="write 27-a"):
        begin_exercise(tmp_path, "27-b")
    begin_exercise(tmp_path, "28-b")
    with pytest.raises(ReleaseError, match="write 28-b"):
        begin_lesson(tmp_path, "28-a")


@pytest.mark.parametrize("line", ["%matplotlib inline", "!ls", "def half("])
def test_an_exercise_is_added_to_a_set_with_a_cell_that_is_no_python(tmp_path, line):
    path, _ = begin_exercise(tmp_path, NAME)
    text = path.read_text(encoding="utf-8").replace('"import numpy as np', f'"{line}\\nimport numpy as np', 1)
    assert line in text
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert begin_exercise(tmp_path, NAME)[1] == "27.2"
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
